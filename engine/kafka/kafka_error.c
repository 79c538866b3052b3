/* Owns the sentences for Kafka's refusals: what each means to the operator, and the next step. */
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "kafka/connection.h"
#include "kafka/handle.h"

struct refusal {
    rd_kafka_resp_err_t kafka;
    pt_code code;
    bool is_retriable;
    const char *why; /* NULL: librdkafka's own sentence */
    const char *fix;
};

#define E(name) RD_KAFKA_RESP_ERR_##name

static const struct refusal REFUSALS[] = {
  /* rights */
    {E(CLUSTER_AUTHORIZATION_FAILED),          PT_EAUTH,        false, "not authorized on the cluster",
     "Allow this principal the operation on the cluster; for an idempotent producer it is "
     "WriteDataIdempotently (IAM: kafka-cluster:WriteDataIdempotently, ACL: IdempotentWrite), or "
     "opt out: -X enable.idempotence=false"                                                                                                                                                                        },
    {E(TOPIC_AUTHORIZATION_FAILED),            PT_EAUTH,        false,
     "not authorized on this topic, or the cluster hides that it does not exist",                                              "Check the topic's name (on the class cluster it begins with your UserID and a dot), or allow "
     "this principal the operation on it"                                                                                         },
    {E(GROUP_AUTHORIZATION_FAILED),            PT_EAUTH,        false, "not authorized on this consumer group",
     "Allow this principal to describe the group; lag stays unknown without it"                                                                                                                                    },
    {E(TRANSACTIONAL_ID_AUTHORIZATION_FAILED), PT_EAUTH,        false, NULL,
     "Take transactional.id out of the configuration"                                                                                                                                                              },
    {E(SASL_AUTHENTICATION_FAILED),            PT_EAUTH,        false, "the broker refuses the credentials",
     "Check sasl.mechanism, the user and the password"                                                                                                                                                             },
    {E(_AUTHENTICATION),                       PT_EAUTH,        true,  "authentication failed",
     "Check sasl.mechanism and the credentials, and that the port is the one for this mechanism"                                                                                                                   },
    {E(UNSUPPORTED_SASL_MECHANISM),            PT_EAUTH,        false, NULL,
     "Set sasl.mechanism to one that this listener accepts"                                                                                                                                                        },
    {E(SECURITY_DISABLED),                     PT_EAUTH,        false, NULL,
     "The cluster has no authorizer: ask its operator"                                                                                                                                                             },
 /* topics */
    {E(POLICY_VIOLATION),                      PT_EKAFKA,       false, "the cluster's policy does not allow it",
     "Choose partitions, replication factor and configuration that the policy allows"                                                                                                                              },
    {E(TOPIC_ALREADY_EXISTS),                  PT_EEXISTS,      false, "it exists already",
     "Use it as it is (pintop topics describe NAME), or choose another name"                                                                                                                                       },
    {E(INVALID_REPLICATION_FACTOR),            PT_EKAFKA,       false, "the cluster can't make so many replicas",
     "Choose a replication factor from 1 to the number of brokers, or leave it to the broker"                                                                                                                      },
    {E(INVALID_PARTITIONS),                    PT_EKAFKA,       false, "that number of partitions is not possible",
     "Choose 1 partition or more, or leave the number to the broker"                                                                                                                                               },
    {E(INVALID_REPLICA_ASSIGNMENT),            PT_EKAFKA,       false, NULL,
     "Leave the replicas to the broker: no --replication-factor"                                                                                                                                                   },
    {E(TOPIC_EXCEPTION),                       PT_ENAME,        false, "Kafka does not accept this topic name",
     "Use 1 to 249 letters, digits, dots, underscores and hyphens"                                                                                                                                                 },
    {E(INVALID_CONFIG),                        PT_EKAFKA,       false, "the cluster does not accept this topic configuration",
     "Correct the --config KEY=VALUE"                                                                                                                                                                              },
    {E(UNKNOWN_TOPIC_OR_PART),                 PT_ENOTFOUND,    true,  "the cluster has no such topic or partition",
     "See which there are: pintop topics list; create it: pintop topics create NAME"                                                                                                                               },
    {E(_UNKNOWN_TOPIC),                        PT_ENOTFOUND,    true,  "the cluster has no such topic",
     "See which there are: pintop topics list; create it: pintop topics create NAME"                                                                                                                               },
    {E(_UNKNOWN_PARTITION),                    PT_ENOTFOUND,    true,  "the topic has no such partition",
     "Look at its partitions: pintop topics describe NAME"                                                                                                                                                         },
    {E(TOPIC_DELETION_DISABLED),               PT_EKAFKA,       false, "the brokers do not delete topics",
     "Ask the cluster's operator to set delete.topic.enable=true"                                                                                                                                                  },
    {E(NOT_CONTROLLER),                        PT_EKAFKA,       true,  "the controller has just moved",                        "Try again"                                                                         },
    {E(OFFSET_OUT_OF_RANGE),                   PT_EDATA,        false, "the offset is no longer, or not yet, in the topic",
     "Start from the oldest offset there is"                                                                                                                                                                       },
    {E(_AUTO_OFFSET_RESET),                    PT_EDATA,        false, "the offset is no longer, or not yet, in the topic",
     "Start from the oldest offset there is"                                                                                                                                                                       },
 /* records */
    {E(MSG_SIZE_TOO_LARGE),                    PT_EDATA,        false, "the record is larger than the topic or broker allows",
     "Raise max.message.bytes of the topic and -X message.max.bytes, or leave this record out"                                                                                                                     },
    {E(RECORD_LIST_TOO_LARGE),                 PT_EDATA,        true,  "the batch is larger than the topic allows",
     "Lower it: -X batch.size, or raise max.message.bytes of the topic"                                                                                                                                            },
    {E(INVALID_RECORD),                        PT_EDATA,        false, "the broker refuses the record",
     "A compacted topic needs keys: leave pintop.stream.key=index"                                                                                                                                                 },
    {E(INVALID_REQUIRED_ACKS),                 PT_ECONFIG,      false, NULL,                                                   "Leave acks=all"                                                                    },
    {E(NOT_ENOUGH_REPLICAS),                   PT_EKAFKA,       true,  "too few replicas are in sync",
     "Bring the missing brokers back; records wait until then"                                                                                                                                                     },
    {E(NOT_ENOUGH_REPLICAS_AFTER_APPEND),      PT_EKAFKA,       true,  "too few replicas are in sync",
     "Bring the missing brokers back; records wait until then"                                                                                                                                                     },
    {E(LEADER_NOT_AVAILABLE),                  PT_EKAFKA,       true,  "the partition has no leader now",
     "Wait, or bring its brokers back"                                                                                                                                                                             },
    {E(NOT_LEADER_FOR_PARTITION),              PT_EKAFKA,       true,  "the partition's leader has just moved",
     "Try again"                                                                                                                                                                                                   },
    {E(_MSG_TIMED_OUT),                        PT_ETIMEOUT,     true,  "not delivered within message.timeout.ms",
     "Leave message.timeout.ms at 0, so that records wait for the brokers"                                                                                                                                         },
    {E(OUT_OF_ORDER_SEQUENCE_NUMBER),          PT_EKAFKA,       false,
     "the broker lost this producer's state (records may have been lost there)",                                               "Nothing to do: pintop starts a new producer and sends again; then run pintop audit"},
    {E(UNKNOWN_PRODUCER_ID),                   PT_EKAFKA,       false, "the broker no longer knows this producer",
     "Nothing to do: pintop starts a new producer and sends again; then run pintop audit"                                                                                                                          },
    {E(INVALID_PRODUCER_EPOCH),                PT_EKAFKA,       false, "another producer took this one's identity",
     "Stop the other pintop that uses this state"                                                                                                                                                                  },
 /* the way there */
    {E(_TRANSPORT),                            PT_EKAFKA,       true,  "the connection to the broker failed",
     "Check host, port and security.protocol; MSK brokers answer only inside their VPC"                                                                                                                            },
    {E(_ALL_BROKERS_DOWN),                     PT_EKAFKA,       true,  "no broker can be reached",
     "Check bootstrap.servers and the network; MSK brokers answer only inside their VPC"                                                                                                                           },
    {E(_RESOLVE),                              PT_EKAFKA,       true,  "the broker's name can't be resolved",
     "Check bootstrap.servers and DNS"                                                                                                                                                                             },
    {E(_SSL),                                  PT_EKAFKA,       true,  "TLS failed",
     "Check that the port speaks TLS, ssl.ca.location and the machine's clock"                                                                                                                                     },
    {E(_TIMED_OUT),                            PT_ETIMEOUT,     true,  "no answer in time",
     "Check that the brokers are reachable: host, port, security.protocol, network"                                                                                                                                },
    {E(_TIMED_OUT_QUEUE),                      PT_ETIMEOUT,     true,  "no connection to the broker in time",
     "Check that the brokers are reachable: host, port, security.protocol, network"                                                                                                                                },
    {E(REQUEST_TIMED_OUT),                     PT_ETIMEOUT,     true,  "the broker could not finish in time",
     "Look whether it was done after all, then try again"                                                                                                                                                          },
    {E(_WAIT_COORD),                           PT_EKAFKA,       true,  "the group's coordinator is being looked for",          "Try again"                                                                         },
    {E(COORDINATOR_NOT_AVAILABLE),             PT_EKAFKA,       true,  "the group's coordinator is not available",
     "Wait; it is tried again"                                                                                                                                                                                     },
    {E(NOT_COORDINATOR),                       PT_EKAFKA,       true,  "the group's coordinator has just moved",               "Try again"                                                                         },
 /* this side */
    {E(_UNSUPPORTED_FEATURE),                  PT_EUNSUPPORTED, false, "the broker can't do that",
     "Another pintop's embedded cluster can't; Kafka 2.4 and later can"                                                                                                                                            },
    {E(UNSUPPORTED_VERSION),                   PT_EUNSUPPORTED, false, "the broker is too old for that",
     "It needs Kafka 2.4 or later"                                                                                                                                                                                 },
    {E(_INVALID_ARG),                          PT_EUSAGE,       false, NULL,                                                   "Correct the value"                                                                 },
    {E(_QUEUE_FULL),                           PT_EFULL,        true,  "the producer's queue is full",                         "Wait; it is tried again"                                                           },
    {E(_CRIT_SYS_RESOURCE),                    PT_EKAFKA,       false, "the system has no threads or memory left",
     "Free memory or raise the limit of threads"                                                                                                                                                                   },
    {E(_DESTROY),                              PT_ECLOSED,      false, "the client is being closed",                           ""                                                                                  },
};
enum { N_REFUSALS = sizeof(REFUSALS) / sizeof(REFUSALS[0]) };

static const struct refusal *find_refusal(rd_kafka_resp_err_t code)
{
    for (size_t i = 0; i < N_REFUSALS; i++) {
        if (REFUSALS[i].kafka == code) {
            return &REFUSALS[i];
        }
    }
    return NULL;
}

void kafka_note_error(char *text, size_t cap, rd_kafka_resp_err_t code, const char *reason)
{
    if (code == E(_ALL_BROKERS_DOWN) && text[0]) {
        return;
    }
    printable_str(text, cap, reason);
}

/* "why (the broker's words)", without saying a thing twice. */
static void join_why(const char *ours, const char *theirs, char *out, size_t cap)
{
    if (theirs && theirs[0] && strcmp(ours, theirs) != 0) {
        snprintf(out, cap, "%s (%s)", ours, theirs);
    } else {
        snprintf(out, cap, "%s", ours);
    }
}

pt_code kafka_error(struct pt_error *err, rd_kafka_resp_err_t code, const char *what,
                    const char *why)
{
    static const struct refusal other = {E(UNKNOWN), PT_EKAFKA, false, NULL,
                                         "Look at the Log page, or run with -v"};
    const struct refusal *refusal = find_refusal(code);
    char text[PT_WHAT_MAX];
    if (!refusal) {
        refusal = &other;
    }
    const char *generic = rd_kafka_err2str(code);
    /* librdkafka often hands its own generic sentence over as the reason. */
    if (why && (!why[0] || strcmp(why, generic) == 0)) {
        why = NULL;
    }
    /* What is wrong with the connection says more than that it failed. */
    const char *fix = why ? connection_fix(why) : NULL;
    if (fix) {
        snprintf(text, sizeof(text), "%s", why);
    } else {
        join_why(refusal->why ? refusal->why : generic, why, text, sizeof(text));
    }
    pt_error_set(err, refusal->code, fix ? fix : refusal->fix, "%s: %s", what, text);
    if (err) {
        err->is_retriable = refusal->is_retriable;
        err->is_fatal = code == E(_FATAL);
    }
    return refusal->code;
}
