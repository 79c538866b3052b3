/* What a text tells beside its rule: host, port, action, resource, request id, topic, record. */
#include <ctype.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "base/text.h"
#include "connector/rules_facts.h"

/* ------------------------------------------------------------------ out of the text */

/* Of several lines for one name the first that matches counts; of its groups the first that took
 * part. */
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

static void compile(void)
{
    for (size_t i = 0; i < SOURCES; i++)
        is_compiled[i] = regcomp(&compiled[i], sources[i].ere, REG_EXTENDED | REG_NEWLINE) == 0;
}

/* The last group that took part: where there is a second one, the first is only a lead-in. */
static bool take(const regex_t *regex, const char *text, char *out, size_t cap)
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
    bool is_there = take(&regex, text, out, cap);
    regfree(&regex);
    return is_there;
}

static bool of_text(const char *text, const char *name, char *out, size_t cap)
{
    pthread_once(&once, compile);
    for (size_t i = 0; i < SOURCES; i++)
        if (is_compiled[i] && strcmp(sources[i].name, name) == 0 &&
            take(&compiled[i], text, out, cap))
            return true;
    out[0] = '\0';
    return false;
}

/* ------------------------------------------------------------------ made of both */

static bool bucket_words(const struct rule_look *look, char *out, size_t cap)
{
    if (fact_take(look->text, "Non-existent S3 bucket: *([^ \n]+)", out, cap) ||
        fact_take(look->text, "arn:aws[a-z-]*:s3:::([^/ \"\n,]+)", out, cap))
        return true;
    text_copy(out, cap, look->place->bucket != NULL ? look->place->bucket : "");
    return out[0] != '\0';
}

/* "0a1b-role" of "arn:aws:sts::1:assumed-role/0a1b-role/session" or of a role's ARN. */
static bool role_words(const struct rule_look *look, char *out, size_t cap)
{
    if (fact_take(look->text, "assumed-role/([^/ \n]+)", out, cap) ||
        fact_take(look->text, "User: arn:[^ ]*:user/([^ \n]+)", out, cap))
        return true;
    const char *role = look->place->role;
    const char *name = role != NULL ? strrchr(role, '/') : NULL;
    text_copy(out, cap, name != NULL ? name + 1 : role != NULL ? role : "");
    return out[0] != '\0';
}

static bool place_word(const struct rule_place *place, const char *name, char *out, size_t cap)
{
    const struct {
        const char *name, *text;
    } words[] = {
        {"connector", place->connector },
        {"dir",       place->dir       },
        {"plugin",    place->plugin    },
        {"store",     place->store_url },
        {"servers",   place->bootstrap },
        {"sink",      place->class_name},
    };
    out[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].name, name) == 0 && words[i].text != NULL)
            text_copy(out, cap, words[i].text);
    return out[0] != '\0';
}

static bool record_words(const struct rule_look *look, char *out, size_t cap)
{
    char topic[256], partition[16], offset[24];
    out[0] = '\0';
    if (!of_text(look->text, "topic", topic, sizeof topic))
        return false;
    if (!of_text(look->text, "partition", partition, sizeof partition) ||
        !of_text(look->text, "offset", offset, sizeof offset)) {
        snprintf(out, cap, "a record of topic %s", topic);
        return true;
    }
    snprintf(out, cap, "the record at offset %s of %s-%s", offset, topic, partition);
    return true;
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* The key or the value of a record: what was said, or else which of the two was being read. */
static bool half_words(const struct rule_look *look, char *out, size_t cap)
{
    if (of_text(look->text, "half", out, cap))
        return true;
    text_copy(out, cap,
              has(look->text, ".convertKey(")     ? "key"
              : has(look->text, ".convertValue(") ? "value"
                                                  : "");
    return out[0] != '\0';
}

/* Whose framing a converter of the schema registry looks for. */
static bool serde_words(const struct rule_look *look, char *out, size_t cap)
{
    bool is_json = has(look->text, "JsonSchemaConverter") || has(look->text, "deserializing JSON");
    text_copy(out, cap,
              has(look->text, "rotobuf")                             ? "Protobuf"
              : is_json                                              ? "JSON Schema"
              : has(look->text, "Avro") || has(look->text, ".avro.") ? "Avro"
                                                                     : "");
    return out[0] != '\0';
}

/* What is made of more than one line of the text, or of the text and the configuration. */
static const struct {
    const char *name;
    bool (*words)(const struct rule_look *look, char *out, size_t cap);
} made[] = {
    {"peer",         peer_words        },
    {"region",       region_words      },
    {"bucket",       bucket_words      },
    {"role",         role_words        },
    {"user",         user_word         },
    {"login",        login_words       },
    {"host_setting", host_setting_words},
    {"record",       record_words      },
    {"half",         half_words        },
    {"serde",        serde_words       },
    {"service",      service_words     },
};

bool fact_of(const struct rule_look *look, const char *name, char *out, size_t cap)
{
    out[0] = '\0';
    if (isdigit((unsigned char)name[0]) && name[1] == '\0' && name[0] - '0' < LOOK_GROUPS) {
        text_copy(out, cap, look->group[name[0] - '0']);
        return out[0] != '\0';
    }
    /* "" but known, or unknown: for [ … ] alone. */
    if (strcmp(name, "?msk") == 0)
        return look->place->is_msk;
    if (strcmp(name, "?own") == 0)
        return !look->place->is_msk;
    if (strcmp(name, "?failed") == 0)
        return !look->place->is_up;
    if (strcmp(name, "dead") == 0) {
        text_copy(out, cap, look->place->is_whole ? "the connector" : "the failed tasks");
        return true;
    }
    if (name[0] == '=') { /* a setting's value */
        text_copy(out, cap, fact_setting(look, name + 1));
        return out[0] != '\0';
    }
    if (strncmp(name, "set:", 4) == 0)
        return fact_setting_name(look, name + 4, out, cap);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (strcmp(made[i].name, name) == 0)
            return made[i].words(look, out, cap);
    return of_text(look->text, name, out, cap) || place_word(look->place, name, out, cap);
}
