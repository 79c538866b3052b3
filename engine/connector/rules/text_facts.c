/* Facts that a text itself contains: host, port, action, resource, request ID, topic, record. */
#include <pthread.h>
#include <regex.h>
#include <string.h>

#include "base/printable.h"
#include "connector/rules/text_facts.h"

/* Several lines may have one name: the first that matches counts. */
static const struct {
    const char *name, *ere;
} sources[] = {
    {"host",      "UnknownHostException: *([^][ :,()\n]+)"                                             },
    {"host",      "Connect to (http[s]*://)*([A-Za-z0-9._-]+)(:[0-9]+)?[ /]"                           },
    {"host",      "(HTTP request: )([A-Za-z0-9_-]+\\.[A-Za-z0-9._-]+)"                                 },
    {"host",      "(connection timed out: |connect timed out: )([A-Za-z0-9._-]+)"                      },
    {"host",      "(onnection to node -?[0-9]+ \\()([A-Za-z0-9._-]+)"                                  },
    {"host",      "(Bootstrap broker |Error connecting to node |resolve server )([A-Za-z0-9._-]+)"     },
    {"host",      "(Connection to |Failed to connect to |onnection refused: )/?([A-Za-z0-9._-]+):[0-9]"},
    {"host",      "(https?://)([A-Za-z0-9._-]+)"                                                       },
    {"port",      "Connect to [^ :]+:([0-9]+)"                                                         },
    {"port",      "onnection to node -?[0-9]+ \\([^ :)]*:([0-9]+)\\)"                                  },
    {"port",      "(Bootstrap broker |Error connecting to node |resolve server )[^ :]+:([0-9]+)"       },
    {"port",      "(Connection to |Failed to connect to |timed out: )[^ :]+:([0-9]+)"                  },
    {"port",      "https?://[^ /:]+:([0-9]+)"                                                          },
    {"action",    "not authorized to perform:? ([a-zA-Z0-9-]+:[A-Za-z0-9*]+)"                          },
    {"resource",  "on resource: *\"?([^ \"\n]+[^ \".,\n])"                                             },
    {"principal", "User: (arn:[^ \n]+)"                                                                },
    {"request",   "[Rr]equest ?[Ii][Dd]:? *([A-Za-z0-9-]+)"                                            },
    {"setting",   "for configuration ([A-Za-z0-9._-]+)"                                                },
    {"topic",     "in topic '([^']+)'"                                                                 },
    {"topic",     "data for topic ([A-Za-z0-9._-]+)"                                                   },
    {"topic",     "serialization error of topic ([A-Za-z0-9._-]+)"                                     },
    {"fetched",   "fetching the next record from ([A-Za-z0-9._-]+-[0-9]+)"                             },
    {"bind",      "Failed to bind to [^ \n]*:([0-9]+)"                                                 },
    {"kmskey",    "(arn:aws[a-z-]*:kms:[^ '\"\n]+)"                                                    },
    {"store_of",  "SSL keystore ([^ \n]+)"                                                             },
    {"classfile", "class file version ([0-9]+)"                                                        },
    {"runtime",   "class file versions up to ([0-9]+)"                                                 },
    {"topic",     "deserializing key/value for partition ([A-Za-z0-9._-]+)-[0-9]+"                     },
    {"partition", "in topic '[^']+' partition ([0-9]+)"                                                },
    {"partition", "deserializing key/value for partition [A-Za-z0-9._-]+-([0-9]+)"                     },
    {"offset",    "partition [^ ]+ at offset ([0-9]+)"                                                 },
    {"dlq",       "dead letter queue with topic=([A-Za-z0-9._-]+)"                                     },
    {"task",      "id=([^ }]+-[0-9]+)\\}"                                                              },
    {"schemaid",  "(version for id |schema for id |schema with id |Schema )([0-9]+)"                   },
    {"denied",    "Not authorized to access topics: \\[([^]]+)\\]"                                     },
    {"group",     "Not authorized to access group: ([^ \n]+)"                                          },
    {"asked",     "Replication factor: ([0-9]+) larger"                                                },
    {"asked",     "replication factor of ([0-9]+) cannot"                                              },
    {"have",      "available brokers: ([0-9]+)"                                                        },
    {"have",      "only ([0-9]+) broker"                                                               },
    {"mechanism", "mechanism '([^']+)' not enabled"                                                    },
    {"mechanism", "client mechanism ([A-Z0-9_-]+)"                                                     },
    {"mechanism", "SASL mechanism ([A-Z0-9-]+)"                                                        },
    {"offered",   "enabled mechanisms are \\[([^]]*)\\]"                                               },
    {"home",      "bucket is in this region: *([a-z0-9-]+)"                                            },
    {"home",      "expecting '([a-z0-9-]+)'"                                                           },
    {"undefined", "reset policy for partitions?: *([^\n]+)"                                            },
    {"toolarge",  "(RecordTooLargeException: *)([^\n]+)"                                               },
    {"absent",    "(^|[^A-Za-z0-9._-])([A-Za-z0-9._-]+)=UNKNOWN_TOPIC_OR_PARTITION"                    },
    {"absent",    "Topic ([^ \n]+) not present in metadata"                                            },
    {"token",     "Unrecognized token '([^']*)'"                                                       },
    {"nosubject", "Subject '?([^' ]+)'? not found"                                                     },
    {"newer",     "UnsupportedClassVersionError: *([A-Za-z0-9_./$]+)"                                  },
    {"code",      "Error Code: ([^;\n)]+)"                                                             },
    {"code",      "S3 [A-Za-z0-9]+: (HTTP [0-9]+|[A-Za-z0-9.]+)"                                       },
    {"sg",        "(sg-[0-9a-f]+)"                                                                     },
    {"subnet",    "(subnet-[0-9a-f]+)"                                                                 },
    {"half",      "Error converting message (key|value)"                                               },
    {"half",      "(retrieving|registering) [A-Za-z]+ (key|value) schema"                              },
    {"transform", "(TransformationChain|transforms\\.)([A-Za-z0-9_]+)"                                 },
};

enum { SOURCES = sizeof sources / sizeof *sources };

static regex_t compiled[SOURCES];
static bool is_compiled[SOURCES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void text_facts_compile(void)
{
    for (size_t i = 0; i < SOURCES; i++)
        is_compiled[i] = regcomp(&compiled[i], sources[i].ere, REG_EXTENDED | REG_NEWLINE) == 0;
}

/* Takes the last group that took part: where there is a second one, the first is only a lead-in. */
static bool text_facts_take(const regex_t *regex, const char *text, char *out, size_t cap)
{
    regmatch_t m[3];
    out[0] = '\0';
    if (regexec(regex, text, 3, m, 0) != 0)
        return false;
    int i = m[2].rm_so >= 0 ? 2 : 1;
    if (m[i].rm_so < 0)
        return false;
    printable_copy(out, cap, text + m[i].rm_so, (size_t)(m[i].rm_eo - m[i].rm_so));
    return out[0] != '\0';
}

bool fact_take(const char *text, const char *ere, char *out, size_t cap)
{
    regex_t regex;
    out[0] = '\0';
    if (regcomp(&regex, ere, REG_EXTENDED | REG_NEWLINE) != 0)
        return false;
    bool is_there = text_facts_take(&regex, text, out, cap);
    regfree(&regex);
    return is_there;
}

bool fact_of_text(const char *text, const char *name, char *out, size_t cap)
{
    pthread_once(&once, text_facts_compile);
    for (size_t i = 0; i < SOURCES; i++)
        if (is_compiled[i] && strcmp(sources[i].name, name) == 0 &&
            text_facts_take(&compiled[i], text, out, cap))
            return true;
    out[0] = '\0';
    return false;
}
