/* A configuration held against itself, the cluster and other connectors: one row a slip, each
 * beside the nearest that is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "connector/sink.h"
#include "connector/witness/compare.h"

static struct pt_topic topics[3];
static const struct compare_cluster cluster = {1, 3, topics};

/* "key=value;key=value"; over the settings of a sink that is right. */
static void make(struct conn *conn, const char *name, const char *settings)
{
    static const char *const right[] = {
        "connector.class=io.confluent.connect.s3.S3SinkConnector",
        "tasks.max=2",
        "topics=demo.pin,demo.geo",
        "s3.bucket.name=my-bucket",
        "s3.region=eu-west-1",
        "flush.size=1000",
        "storage.class=io.confluent.connect.s3.storage.S3Storage",
        "format.class=io.confluent.connect.s3.format.json.JsonFormat",
        "value.converter=org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable=false"};
    char text[1024], *rest = text, *one;
    conn_init(conn);
    snprintf(conn->name, sizeof conn->name, "%s", name);
    snprintf(conn->kind, sizeof conn->kind, "sink");
    snprintf(conn->state, sizeof conn->state, "RUNNING");
    snprintf(conn->class_name, sizeof conn->class_name, "io.confluent.connect.s3.S3SinkConnector");
    conn->has_settings = true;
    snprintf(text, sizeof text, "%s", settings);
    while ((one = strsep(&rest, ";")) != NULL) {
        char *eq = strchr(one, '=');
        if (eq == NULL)
            continue;
        *eq = '\0';
        assert_true(conn_set(conn, one, eq + 1));
    }
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        char key[80];
        snprintf(key, sizeof key, "%.*s", (int)strcspn(right[i], "="), right[i]);
        bool is_there = false;
        for (size_t k = 0; k < conn->n_settings; k++)
            is_there = is_there || strcmp(conn->settings[k].name, key) == 0;
        if (!is_there)
            assert_true(conn_set(conn, key, right[i] + strlen(key) + 1));
    }
}

static int make_cluster(void **state)
{
    static const char *const names[] = {"demo.geo", "demo.pin", "other"};
    (void)state;
    for (int i = 0; i < 3; i++) {
        snprintf(topics[i].name, sizeof topics[i].name, "%s", names[i]);
        topics[i].n_partitions = 3;
    }
    return 0;
}

static const struct slip {
    const char *settings, *rule, *says; /* rule "": nothing is found */
} slips[] = {
    {"",                                                                                            "",                         ""                                                                         },
    {"s3.bucket.name=my-bucket ",                                                                   "setting-blank",            "the value of s3.bucket.name ends with a blank"                            },
    {"aws.access.key.id= AKIA;aws.secret.access.key=x",                                             "setting-blank",
     "the value of aws.access.key.id begins with a blank"                                                                                                                                                  },
    {"flush.size=1000 ",                                                                            "setting-blank-trimmed",    "the value of flush.size ends"                                             },
    {"directory.delim= ",                                                                           "",                         ""                                                                         },
    {"flush.sise=10",                                                                               "setting-unknown",
     "has no setting flush.sise and ignores it; flush.size exists"                                                                                                                                         },
    {"rotate.shedule.interval.ms=1",                                                                "setting-unknown",          "rotate.schedule.interval.ms exists"                                       },
    {"transforms.flush.sise=10;value.converter.x=1;consumer.override.max.poll.records=5",           "",                         ""                                                                         },
    {"my.own.setting.of.another.thing=1",                                                           "",                         ""                                                                         },
    {"s3.bucket.name=My_Bucket",                                                                    "setting-bucket-name",      "\"My_Bucket\""                                                            },
    {"s3.bucket.name=My_Bucket;store.url=http://127.0.0.1:9000",                                    "",                         ""                                                                         },
    {"rotate.schedule.interval.ms=60000",                                                           "setting-missing",
     "timezone is not set, and Confluent's sink needs it for rotate.schedule.interval.ms"                                                                                                                  },
    {"rotate.schedule.interval.ms=60000;timezone=UTC",                                              "",                         ""                                                                         },
    {"partitioner.class=io.confluent.connect.storage.partitioner.HourlyPartitioner;timezone=UTC",
     "setting-missing",                                                                                                         "locale is not set, and Confluent's sink needs it for the time partitioner"},
    {"partitioner.class=io.confluent.connect.storage.partitioner.HourlyPartitioner;timezone=UTC;"
     "locale=en-US;rotate.interval.ms=600000",                                                 "",                         ""                                                                         },
    {"partitioner.class=x.TimeBasedPartitioner;timezone=UTC;locale=C;path.format=YYYY",
     "setting-missing",                                                                                                         "partition.duration.ms is not set"                                         },
    {"rotate.interval.ms=60000",                                                                    "setting-ignored",          "rotate.interval.ms is ignored"                                            },
    {"format.class=io.confluent.connect.s3.format.parquet.ParquetFormat",                           "setting-format",
     "ParquetFormat cannot write the values of JsonConverter: it needs a schema"                                                                                                                           },
    {"format.class=io.confluent.connect.s3.format.avro.AvroFormat;value.converter="
     "org.apache.kafka.connect.storage.StringConverter",                                       "setting-format",           "AvroFormat cannot write the values of StringConverter"                    },
    {"format.class=io.confluent.connect.s3.format.avro.AvroFormat;value.converter="
     "io.confluent.connect.avro.AvroConverter",                                                "",                         ""                                                                         },
    {"format.class=io.confluent.connect.s3.format.bytearray.ByteArrayFormat",                       "setting-format",
     "only ByteArrayConverter provides them"                                                                                                                                                               },
    {"value.converter=;format.class=io.confluent.connect.s3.format.avro.AvroFormat",                "",                         ""                                                                         },
    {"aws.access.key.id=AKIA",                                                                      "setting-half-login",       "aws.secret.access.key is not"                                             },
    {"topics.regex=demo.*",                                                                         "setting-topics-twice",     "are both set"                                                             },
    {"errors.tolerance=all",                                                                        "dead-letters-none",        "no dead letter queue keeps them"                                          },
    {"errors.deadletterqueue.topic.name=other",                                                     "dead-letters-unused",      "without errors.tolerance"                                                 },
    {"errors.tolerance=all;errors.deadletterqueue.topic.name=other",                                "",                         ""                                                                         },
    {"errors.tolerance=all;errors.deadletterqueue.topic.name=dlq",                                  "dead-letters-replication",
     "the dead letter queue topic dlq does not exist, and cannot be created with 3 replicas "
     "(Connect's own default): the cluster has "
     "1 broker"                                                                                                                                                                                            },
    {"errors.tolerance=all;errors.deadletterqueue.topic.name=dlq;"
     "errors.deadletterqueue.topic.replication.factor=1",                                      "",                         ""                                                                         },
    {"topics=;topics.regex=demo.*;errors.tolerance=all;errors.deadletterqueue.topic.name=demo.geo",
     "dead-letters-loop",                                                                                                       "circulates for ever"                                                      },
    {"tasks.max=8",                                                                                 "tasks-idle",               "tasks.max is 8, and the topics have 6 partitions: 2 tasks"                },
    {"tasks.max=6",                                                                                 "",                         ""                                                                         },
    {"s3.part.size=524288000",                                                                      "heap-for-parts",           "for each of its 6 open partitions: 2.9 GiB"                               },
};

static void slips_are_named_and_what_is_right_is_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        struct conn conn;
        struct losses found = {0};
        make(&conn, "sink", slips[i].settings);
        compare_settings(&conn, &cluster, &found);
        losses_sort(&found);
        const char *rule = found.n > 0 ? found.items[0].rule->id : "";
        if (strcmp(rule, slips[i].rule) != 0 ||
            (found.n > 0 && strstr(found.items[0].says, slips[i].says) == NULL))
            fail_msg("%s: %s: %s", slips[i].settings, rule,
                     found.n > 0 ? found.items[0].says : "nothing");
        if (found.n > 1)
            fail_msg("%s: also %s", slips[i].settings, found.items[1].says);
        if (found.n > 0)
            assert_true(found.items[0].fix[0] != '\0');
        conn_done(&conn);
    }
}

static void a_secret_is_never_shown(void **state)
{
    struct conn conn;
    struct losses found = {0};
    (void)state;
    make(&conn, "sink", "aws.access.key.id=AKIA;aws.secret.access.key=s3cr3t ");
    compare_settings(&conn, &cluster, &found);
    assert_int_equal(found.n, 1);
    assert_null(strstr(found.items[0].says, "s3cr3t"));
    assert_null(strstr(found.items[0].fix, "s3cr3t"));
    conn_done(&conn);
}

/* Without the cluster nothing is said that depends on it. */
static void a_cluster_that_is_not_known_accuses_nobody(void **state)
{
    struct conn conn;
    struct losses found = {0};
    const struct compare_cluster nothing = {0};
    (void)state;
    make(&conn, "sink", "errors.tolerance=all;errors.deadletterqueue.topic.name=dlq;tasks.max=99");
    compare_settings(&conn, &nothing, &found);
    assert_int_equal(found.n, 0);
    conn_done(&conn);
}

static const struct pair {
    const char *settings, *state, *group, *rule, *says;
} pairs[] = {
    {"",                                                                               "RUNNING", "connect-b", "objects-shared",
     "the connector and the connector b write the same objects: both put demo.geo below "
     "s3://my-bucket/topics"                                                                                                                                           },
    {"",                                                                               "STOPPED", "connect-b", "objects-shared-idle", ""                               },
    {"topics.dir=b",                                                                   "RUNNING", "connect-b", "",                    ""                               },
    {"s3.bucket.name=another",                                                         "RUNNING", "connect-b", "",                    ""                               },
    {"topics=other",                                                                   "RUNNING", "connect-b", "",                    ""                               },
    {"format.class=io.confluent.connect.s3.format.avro.AvroFormat",                    "RUNNING", "connect-b", "",                    ""                               },
    {"s3.compression.type=gzip",                                                       "RUNNING", "connect-b", "",                    ""                               },
    {"transforms=r;transforms.r.type=org.apache.kafka.connect.transforms.RegexRouter", "RUNNING",
     "connect-b",                                                                                              "",                    ""                               },
    {"topics=;topics.regex=.*[.]pin",                                                  "RUNNING", "connect-b", "objects-shared",      "demo.pin"                       },
    {"s3.bucket.name=another",                                                         "RUNNING", "connect-a", "group-shared",
     "the connector shares the consumer group connect-a with the connector b, and both read "
     "demo.geo: each "
     "gets a part of the records, and the records that one reads never reach the other's bucket"                                                                       },
    {"",                                                                               "RUNNING", "connect-a", "group-shared",        "each gets a part of the records"},
    {"topics=other",                                                                   "RUNNING", "connect-a", "group-shared-idle",   "makes the other rebalance"      },
    {"s3.bucket.name=another",                                                         "PAUSED",  "connect-a", "group-shared-idle",   ""                               },
};

static void two_connectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct conn a, b;
        struct losses found = {0};
        make(&a, "a", "");
        make(&b, "b", pairs[i].settings);
        snprintf(b.state, sizeof b.state, "%s", pairs[i].state);
        compare_others(&a, "connect-a", &b, pairs[i].group, &cluster, &found);
        const char *rule = found.n > 0 ? found.items[0].rule->id : "";
        if (strcmp(rule, pairs[i].rule) != 0 ||
            (found.n > 0 && strstr(found.items[0].says, pairs[i].says) == NULL))
            fail_msg("%s %s: %s: %s", pairs[i].settings, pairs[i].group, rule,
                     found.n > 0 ? found.items[0].says : "nothing");
        conn_done(&a);
        conn_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_are_named_and_what_is_right_is_not),
        cmocka_unit_test(a_secret_is_never_shown),
        cmocka_unit_test(a_cluster_that_is_not_known_accuses_nobody),
        cmocka_unit_test(two_connectors),
    };
    return cmocka_run_group_tests(tests, make_cluster, NULL);
}
