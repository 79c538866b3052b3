/* The messages for Kafka's errors: what each means to the operator, and the fix. */
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
  /* permissions */
    {E(CLUSTER_AUTHORIZATION_FAILED),          PT_EAUTH,        false, "permission denied on the cluster",
     "Allow this principal the operation on the cluster; an "
     "idempotent producer needs WriteDataIdempotently (IAM: "
     "kafka-cluster:WriteDataIdempotently, ACL: IdempotentWrite), "
     "unless you set -X enable.idempotence=false"                                                                                                                                    },
    {E(TOPIC_AUTHORIZATION_FAILED),            PT_EAUTH,        false,
     "permission denied on this topic, or the cluster hides that it "
     "does not exist",                                                                                                         "Check the topic's name (on the class cluster it begins with "
     "your UserID and a dot), or allow this principal the operation "
     "on it"                                                                                                                                                   },
    {E(GROUP_AUTHORIZATION_FAILED),            PT_EAUTH,        false, "permission denied on this consumer group",
     "Allow this principal to describe the group; without that its "
     "lag stays unknown"                                                                                                                                                             },
    {E(TRANSACTIONAL_ID_AUTHORIZATION_FAILED), PT_EAUTH,        false, NULL,
     "Remove transactional.id from the configuration"                                                                                                                                },
    {E(SASL_AUTHENTICATION_FAILED),            PT_EAUTH,        false, "the broker rejects the credentials",
     "Check sasl.mechanism, the user name and the password"                                                                                                                          },
    {E(_AUTHENTICATION),                       PT_EAUTH,        true,  "authentication failed",
     "Check sasl.mechanism, the credentials, and that the port is "
     "the one for this mechanism"                                                                                                                                                    },
    {E(UNSUPPORTED_SASL_MECHANISM),            PT_EAUTH,        false, NULL,
     "Set sasl.mechanism to one that this listener accepts"                                                                                                                          },
    {E(SECURITY_DISABLED),                     PT_EAUTH,        false, NULL,
     "Ask the operator of the cluster to set up an authorizer: it "
     "has none"                                                                                                                                                                      },
 /* topics */
    {E(POLICY_VIOLATION),                      PT_EKAFKA,       false, "the cluster's policy does not allow it",
     "Choose partitions, replication factor and configuration that "
     "the policy allows"                                                                                                                                                             },
    {E(TOPIC_ALREADY_EXISTS),                  PT_EEXISTS,      false, "it already exists",
     "Use the existing one (pintop topics describe NAME), or choose "
     "another name"                                                                                                                                                                  },
    {E(INVALID_REPLICATION_FACTOR),            PT_EKAFKA,       false,
     "the cluster cannot make that number of replicas",                                                                        "Choose a replication factor from 1 to the number of brokers that are up, "
     "or omit it to get the broker's default"                                                                                 },
    {E(INVALID_PARTITIONS),                    PT_EKAFKA,       false, "the number of partitions is not valid",
     "Choose 1 partition or more, or omit it to get the broker's "
     "default"                                                                                                                                                                       },
    {E(INVALID_REPLICA_ASSIGNMENT),            PT_EKAFKA,       false, NULL,
     "Omit --replication-factor: the broker assigns the replicas"                                                                                                                    },
    {E(TOPIC_EXCEPTION),                       PT_ENAME,        false, "Kafka does not accept this topic name",
     "Use 1 to 249 letters, digits, dots, underscores and hyphens"                                                                                                                   },
    {E(INVALID_CONFIG),                        PT_EKAFKA,       false, "the cluster does not accept this topic configuration",
     "Correct the --config KEY=VALUE"                                                                                                                                                },
    {E(UNKNOWN_TOPIC_OR_PART),                 PT_ENOTFOUND,    true,  "the cluster has no such topic or partition",
     "List the topics with pintop topics list, or create it with "
     "pintop topics create NAME"                                                                                                                                                     },
    {E(_UNKNOWN_TOPIC),                        PT_ENOTFOUND,    true,  "the cluster has no such topic",
     "List the topics with pintop topics list, or create it with "
     "pintop topics create NAME"                                                                                                                                                     },
    {E(_UNKNOWN_PARTITION),                    PT_ENOTFOUND,    true,  "the topic has no such partition",
     "List its partitions with pintop topics describe NAME"                                                                                                                          },
    {E(TOPIC_DELETION_DISABLED),               PT_EKAFKA,       false, "deleting topics is disabled on the brokers",
     "Ask the operator of the cluster to set "
     "delete.topic.enable=true"                                                                                                                                                      },
    {E(NOT_CONTROLLER),                        PT_EKAFKA,       true,  "the controller has just moved",                        "Try again"                                           },
    {E(OFFSET_OUT_OF_RANGE),                   PT_EDATA,        false,
     "the offset is no longer, or not yet, in the partition",                                                                  "Start from the oldest available offset"              },
    {E(_AUTO_OFFSET_RESET),                    PT_EDATA,        false,
     "the offset is no longer, or not yet, in the partition",                                                                  "Start from the oldest available offset"              },
 /* records */
    {E(MSG_SIZE_TOO_LARGE),                    PT_EDATA,        false,
     "the record is larger than the topic or the broker allows",                                                               "Raise max.message.bytes of the topic and set -X "
     "message.max.bytes, or omit this record"                                                                        },
    {E(RECORD_LIST_TOO_LARGE),                 PT_EDATA,        true,  "the batch is larger than the topic allows",
     "Lower the batch size with -X batch.size, or raise "
     "max.message.bytes of the topic"                                                                                                                                                },
    {E(INVALID_RECORD),                        PT_EDATA,        false, "the broker rejects the record",
     "Set pintop.stream.key=index: a compacted topic needs keys"                                                                                                                     },
    {E(INVALID_REQUIRED_ACKS),                 PT_ECONFIG,      false, NULL,                                                   "Set acks=all"                                        },
    {E(NOT_ENOUGH_REPLICAS),                   PT_EKAFKA,       true,  "too few replicas are in sync",
     "Restore the missing brokers; records wait until then"                                                                                                                          },
    {E(NOT_ENOUGH_REPLICAS_AFTER_APPEND),      PT_EKAFKA,       true,  "too few replicas are in sync",
     "Restore the missing brokers; records wait until then"                                                                                                                          },
    {E(LEADER_NOT_AVAILABLE),                  PT_EKAFKA,       true,  "the partition has no leader at the moment",
     "Wait, or restore the brokers of its replicas"                                                                                                                                  },
    {E(NOT_LEADER_FOR_PARTITION),              PT_EKAFKA,       true,  "the partition's leader has just moved",
     "Try again"                                                                                                                                                                     },
    {E(_MSG_TIMED_OUT),                        PT_ETIMEOUT,     true,  "not delivered within message.timeout.ms",
     "Set message.timeout.ms to 0, so that records wait for the "
     "brokers"                                                                                                                                                                       },
    {E(OUT_OF_ORDER_SEQUENCE_NUMBER),          PT_EKAFKA,       false,
     "the broker lost the state of this producer (and maybe records)",                                                         "Wait: pintop starts a new producer and sends the records "
     "again. Then run pintop audit"                                                                            },
    {E(UNKNOWN_PRODUCER_ID),                   PT_EKAFKA,       false, "the broker no longer knows this producer",
     "Wait: pintop starts a new producer and sends the records "
     "again. Then run pintop audit"                                                                                                                                                  },
    {E(INVALID_PRODUCER_EPOCH),                PT_EKAFKA,       false,
     "another producer has taken over the identity of this one",                                                               "Stop the other pintop that uses this state directory"},
 /* connections */
    {E(_TRANSPORT),                            PT_EKAFKA,       true,  "the connection to the broker failed",
     "Check host, port and security.protocol; MSK brokers answer "
     "only inside their VPC"                                                                                                                                                         },
    {E(_ALL_BROKERS_DOWN),                     PT_EKAFKA,       true,  "no broker is reachable",
     "Check bootstrap.servers and the network; MSK brokers answer "
     "only inside their VPC"                                                                                                                                                         },
    {E(_RESOLVE),                              PT_EKAFKA,       true,  "the broker's host name cannot be resolved",
     "Check bootstrap.servers and DNS"                                                                                                                                               },
    {E(_SSL),                                  PT_EKAFKA,       true,  "the TLS connection failed",
     "Check that the port speaks TLS, and check ssl.ca.location and "
     "the clock of this host"                                                                                                                                                        },
    {E(_TIMED_OUT),                            PT_ETIMEOUT,     true,  "no answer in time",
     "Check that the brokers are reachable: host, port, "
     "security.protocol, network"                                                                                                                                                    },
    {E(_TIMED_OUT_QUEUE),                      PT_ETIMEOUT,     true,  "no connection to the broker in time",
     "Check that the brokers are reachable: host, port, "
     "security.protocol, network"                                                                                                                                                    },
    {E(REQUEST_TIMED_OUT),                     PT_ETIMEOUT,     true,  "the broker did not finish in time",
     "Check whether it was done after all, then try again"                                                                                                                           },
    {E(_WAIT_COORD),                           PT_EKAFKA,       true,  "the coordinator of the group is not known yet",        "Try again"                                           },
    {E(COORDINATOR_NOT_AVAILABLE),             PT_EKAFKA,       true,  "the coordinator of the group is not available",
     "Wait; pintop tries again"                                                                                                                                                      },
    {E(NOT_COORDINATOR),                       PT_EKAFKA,       true,  "the coordinator of the group has just moved",
     "Try again"                                                                                                                                                                     },
 /* this client */
    {E(_UNSUPPORTED_FEATURE),                  PT_EUNSUPPORTED, false, "the broker does not support this",
     "Use Kafka 2.4 or later; the embedded cluster of another pintop"
     " does not support it"                                                                                                                                                          },
    {E(UNSUPPORTED_VERSION),                   PT_EUNSUPPORTED, false, "the broker is too old for this",
     "Use Kafka 2.4 or later"                                                                                                                                                        },
    {E(_INVALID_ARG),                          PT_EUSAGE,       false, NULL,                                                   "Correct the value"                                   },
    {E(_QUEUE_FULL),                           PT_EFULL,        true,  "the queue of the producer is full",
     "Wait; pintop tries again"                                                                                                                                                      },
    {E(_CRIT_SYS_RESOURCE),                    PT_EKAFKA,       false, "the system is out of threads or out of memory",
     "Free memory, or raise the limit of threads (ulimit -u)"                                                                                                                        },
    {E(_DESTROY),                              PT_ECLOSED,      false, "the client is closing",                                ""                                                    },
};
enum { N_REFUSALS = sizeof(REFUSALS) / sizeof(REFUSALS[0]) };

static const struct refusal *kafka_error_find_refusal(rd_kafka_resp_err_t code)
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

/* Writes "why (the broker's words)" without repeating the same words. */
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
                                         "Read the Log page, or run with -v"};
    const struct refusal *refusal = kafka_error_find_refusal(code);
    char text[PT_WHAT_MAX];
    if (!refusal) {
        refusal = &other;
    }
    const char *generic = rd_kafka_err2str(code);
    /* librdkafka often passes its own generic sentence as the reason. */
    if (why && (!why[0] || strcmp(why, generic) == 0)) {
        why = NULL;
    }
    /* The cause of a connection failure says more than the fact that it failed. */
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
