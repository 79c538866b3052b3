/* What a text means in the configuration of this connector: which setting to correct, under the
 * name that its class uses. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "connector/rules/facts.h"
#include "connector/rules/text_facts.h"

const char *fact_setting(const struct rule_look *look, const char *name)
{
    return look->place->get != NULL ? look->place->get(look->place->arg, name) : "";
}

/* The user of the sink's consumer, when its own settings name one. */
bool user_word(const struct rule_look *look, char *out, size_t cap)
{
    return fact_take(fact_setting(look, "consumer.override.sasl.jaas.config"),
                     "username *= *\"?([^\" ;]+)", out, cap);
}

/* The connector's settings with the user name and the password: each class has its own names. */
bool login_words(const struct rule_look *look, char *out, size_t cap)
{
    static const char *const pairs[][2] = {
        {"database.user",       "database.password"  },
        {"connection.user",     "connection.password"},
        {"connection.username", "connection.password"},
        {"mongodb.user",        "mongodb.password"   },
        {"username",            "password"           },
    };
    out[0] = '\0';
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs && out[0] == '\0'; i++)
        if (fact_setting(look, pairs[i][0])[0] != '\0' ||
            fact_setting(look, pairs[i][1])[0] != '\0')
            snprintf(out, cap, "%s and %s", pairs[i][0], pairs[i][1]);
    return out[0] != '\0';
}

/* The connector's setting that names the host in the text. */
bool host_setting_words(const struct rule_look *look, char *out, size_t cap)
{
    static const char *const names[] = {
        "connection.url",
        "database.hostname",
        "mongodb.connection.string",
        "connection.uri",
        "contact.points",
        "hostname",
        "store.url",
        "value.converter.schema.registry.url",
        "key.converter.schema.registry.url",
        "schema.history.internal.kafka.bootstrap.servers",
        "database.history.kafka.bootstrap.servers",
        "consumer.override.bootstrap.servers",
        "http.api.url",
    };
    char host[256];
    out[0] = '\0';
    if (!fact_of_text(look->text, "host", host, sizeof host))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names && out[0] == '\0'; i++)
        if (strstr(fact_setting(look, names[i]), host) != NULL)
            text_copy(out, cap, names[i]);
    return out[0] != '\0';
}

/* ------------------------------------------------------------------ one setting, several names */

/* The names of a setting in Confluent's S3 sink and in other classes; "" when a class has none. */
static const struct {
    const char *name, *aiven, *lenses;
} names[] = {
    {"s3.bucket.name",        "aws.s3.bucket.name",         "the bucket in connect.s3.kcql" },
    {"s3.region",             "aws.s3.region",              "connect.s3.aws.region"         },
    {"store.url",             "aws.s3.endpoint",            "connect.s3.custom.endpoint"    },
    {"topics.dir",            "aws.s3.prefix",              "the prefix in connect.s3.kcql" },
    {"flush.size",            "file.max.records",           "flush.count in connect.s3.kcql"},
    {"s3.part.size",          "aws.s3.part.size.bytes",     "flush.size in connect.s3.kcql" },
    {"s3.part.retries",       "aws.s3.backoff.max.retries", "connect.s3.max.retries"        },
    {"s3.retry.backoff.ms",   "aws.s3.backoff.delay.ms",    "connect.s3.retry.interval"     },
    {"aws.access.key.id",     "aws.access.key.id",          "connect.s3.aws.access.key"     },
    {"aws.secret.access.key", "aws.secret.access.key",      "connect.s3.aws.secret.key"     },
    {"format.class",          "format.output.type",         "STOREAS in connect.s3.kcql"    },
};

bool fact_setting_name(const struct rule_look *look, const char *name, char *out, size_t cap)
{
    const char *class_name = look->place->class_name != NULL ? look->place->class_name : "";
    bool is_aiven = strncmp(class_name, "io.aiven.", 9) == 0;
    bool is_lenses = strncmp(class_name, "io.lenses.", 10) == 0;
    text_copy(out, cap, name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0 && (is_aiven || is_lenses))
            text_copy(out, cap, is_aiven ? names[i].aiven : names[i].lenses);
    return true;
}
