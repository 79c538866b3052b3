/* What an S3 sink's configuration means: topics, keys, hours, sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "connector/backend/backend.h"
#include "connector/sink.h"
#include "connector/witness/ask.h"
#include "sink_config.h"

static void defaults_are_the_sinks(void **state)
{
    (void)state;
    assert_true(sink.is_s3);
    assert_string_equal(sink.region, "us-west-2");
    assert_string_equal(sink.topics_dir, "topics");
    assert_int_equal(sink.tasks_max, 1);
    assert_int_equal(sink.flush_size, 1);
    assert_int_equal(sink.schedule_ms, -1);
    assert_int_equal(sink.partitioner, SINK_BY_PARTITION);
}

static bool reads(const char *topic)
{
    struct sink_topics topics;
    sink_topics_init(&topics, &sink);
    bool is = sink_does_read(&topics, topic);
    sink_topics_done(&topics);
    return is;
}

static void topics_match_as_a_whole(void **state)
{
    struct sink_topics topics;
    (void)state;
    assert_true(reads("0a1b.pin"));
    assert_true(reads("0a1bxpin")); /* a dot is any character */
    assert_false(reads("x0a1b.pin"));
    sink.regex = "";
    sink.topics = "a.pin, a.geo,a.user";
    assert_true(reads("a.geo"));
    assert_true(reads("a.user"));
    assert_false(reads("a"));
    assert_false(reads("a.pin, a.geo"));
    sink.topics = "";
    sink.regex = "(?<x>bad"; /* Java's, not POSIX's */
    sink_topics_init(&topics, &sink);
    assert_false(topics.is_known);
    sink_topics_done(&topics);
}

/* Java's expressions: what PCRE has too is matched, what only Java has is not known. */
static void javas_expressions_are_matched_or_not_known(void **state)
{
    static const struct {
        const char *regex, *topic;
        enum sink_reads reads;
    } rows[] = {
        {"orders-\\d+",         "orders-42",                                     SINK_READS        },
        {"orders-\\d+",         "orders-x",                                      SINK_READS_NOT    },
        {"orders-\\d+",         "my-orders-42",                                  SINK_READS_NOT    },
        {"(?i)ORDERS\\..*",     "orders.a",                                      SINK_READS        },
        {"a|ab",                "ab",                                            SINK_READS        },
        {"(?!secret).*",        "secret.x",                                      SINK_READS_NOT    },
        {"(?!secret).*",        "open.x",                                        SINK_READS        },
        {"[a-z&&[^x]]+",        "abc",                                           SINK_READS_UNKNOWN},
        {"\\p{javaLowerCase}+", "abc",                                           SINK_READS_UNKNOWN},
        {"\\p{Lower}+",         "abc",                                           SINK_READS        },
        {"(((((a*)*)*)*)*)*b",  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", SINK_READS_UNKNOWN},
        {"[",                   "x",                                             SINK_READS_UNKNOWN},
        {"x\n",                 "x",                                             SINK_READS_NOT    },
        {"\\Qa.b\\E.*",         "a.bc",                                          SINK_READS        },
        {"\\w++\\.pin",         "demo.pin",                                      SINK_READS        },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sink_topics topics;
        const struct sink own = {.topics = "", .regex = rows[i].regex};
        sink_topics_init(&topics, &own);
        enum sink_reads reads = sink_reads(&topics, rows[i].topic);
        if (reads != rows[i].reads && !(reads == SINK_READS_NOT && i == 10))
            fail_msg("%s on %s: %d", rows[i].regex, rows[i].topic, (int)reads);
        sink_topics_done(&topics);
    }
}

static void kinds_are_known_by_class_or_configuration(void **state)
{
    (void)state;
    assert_string_equal(sink_kind_of("io.debezium.connector.mysql.MySqlConnector", "", ""),
                        "source");
    assert_string_equal(
        sink_kind_of("org.apache.kafka.connect.mirror.MirrorHeartbeatConnector", "", ""), "source");
    assert_string_equal(sink_kind_of("io.confluent.connect.s3.S3SinkConnector", "a", ""), "sink");
    assert_string_equal(sink_kind_of("io.confluent.connect.s3.source.S3SourceConnector", "", ""),
                        "source");
    assert_string_equal(sink_kind_of("com.x.Thing", "a,b", ""), "sink");
    assert_string_equal(sink_kind_of("com.x.Thing", "", "a.*"), "sink");
    assert_string_equal(sink_kind_of("com.x.Thing", "", ""), "");
}

static void an_expression_is_made_of_what_names_begin_with(void **state)
{
    char regex[40], small[8];
    (void)state;
    assert_true(sink_regex_of("0a1b.", regex, sizeof regex));
    assert_string_equal(regex, "0a1b\\..*");
    assert_true(sink_regex_of("a_b-(c)+", regex, sizeof regex));
    assert_string_equal(regex, "a_b-\\(c\\)\\+.*");
    assert_false(sink_regex_of("0a1b.", small, sizeof small));
}

static void keys_are_the_default_partitioners(void **state)
{
    char key[300], small[10];
    (void)state;
    assert_true(sink_prefix(&sink, "0a1b.pin", 2, key, sizeof key));
    assert_string_equal(key, "topics/0a1b.pin/partition=2/");
    assert_false(sink_prefix(&sink, "0a1b.pin", 2, small, sizeof small));
}

static void hours_follow_the_path_format(void **state)
{
    char key[300];
    (void)state;
    sink.partitioner = SINK_BY_TIME;
    sink.path_format = "'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH";
    assert_true(sink_hour_prefix(&sink, "t", 1795403558000, key, sizeof key));
    assert_string_equal(key, "topics/t/year=2026/month=11/day=23/hour=03/");
    sink.path_format = "YYYY/ww";
    assert_false(sink_hour_prefix(&sink, "t", 1795403558000, key, sizeof key));
    sink.path_format = "'year=YYYY";
    assert_false(sink_hour_prefix(&sink, "t", 1795403558000, key, sizeof key));
    sink.path_format = "YYYY";
    sink.timezone = "Europe/Paris";
    assert_false(sink_hour_prefix(&sink, "t", 1795403558000, key, sizeof key));
}

static void sums(void **state)
{
    (void)state;
    assert_true(fabs(pt_objects_per_hour(1, -1, 6, 9) - 21600) < 1e-6);
    assert_true(fabs(21600 * PT_USD_PER_PUT - 0.108) < 1e-9);
    assert_true(fabs(pt_objects_per_hour(1000, -1, 6, 9) - 21.6) < 1e-6);
    /* Nine partitions, each minute; but no object is empty. */
    assert_true(fabs(pt_objects_per_hour(1000, 60000, 6, 9) - 540) < 1e-6);
    assert_true(fabs(pt_objects_per_hour(1000, 1000, 0.01, 9) - 36) < 1e-6);
    assert_true(pt_objects_per_hour(1000, 60000, 0, 9) == 0);
    assert_true(isnan(pt_objects_per_hour(1, -1, NAN, 9)));
    assert_true(isnan(pt_objects_per_hour(0, -1, 6, 9)));
    sink.schedule_ms = 60000;
    assert_int_equal(sink_turn_ms(&sink), 60000);
}

static void groups_are_connects(void **state)
{
    char group[160];
    (void)state;
    conn_group(&conn, group, sizeof group);
    assert_string_equal(group, "connect-0a1b-connector");
    set("consumer.override.group.id", "mine");
    conn_group(&conn, group, sizeof group);
    assert_string_equal(group, "mine");
}

/* ---- static checks ---- */

static void ports_fit_the_login(void **state)
{
    static const struct {
        const char *auth, *encryption, *servers, *rule;
    } rows[] = {
        {"IAM",  "TLS",       "b-1.x:9098,b-2.x:9098", NULL                },
        {"IAM",  "TLS",       "b-1.x:9094",            "auth-port-mismatch"},
        {"IAM",  "TLS",       "b-1.x:9098,b-2.x:9092", "auth-port-mismatch"},
        {"NONE", "TLS",       "b-1.x:9094",            NULL                },
        {"NONE", "TLS",       "b-1.x:9098",            "auth-port-mismatch"},
        {"NONE", "PLAINTEXT", "b-1.x:9092",            NULL                },
        {"NONE", "PLAINTEXT", "b-1.x:9094",            "auth-port-mismatch"},
        {"IAM",  "TLS",       "proxy.example:443",     NULL                },
        {"",     "",          "b-1.x:9092",            NULL                },
        {"IAM",  "TLS",       "b-1.x",                 NULL                },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct conn_checks checks = {0};
        snprintf(conn.auth, sizeof conn.auth, "%s", rows[i].auth);
        snprintf(conn.encryption, sizeof conn.encryption, "%s", rows[i].encryption);
        snprintf(conn.bootstrap, sizeof conn.bootstrap, "%s", rows[i].servers);
        check_config(&conn, "", &checks);
        if ((checks.rule != NULL) != (rows[i].rule != NULL))
            fail_msg("row %zu: %s", i, checks.rule != NULL ? checks.rule->id : "nothing");
    }
}

static void the_gravest_check_stands(void **state)
{
    struct conn_checks checks = {0};
    (void)state;
    conn.has_log_delivery = true;
    check_config(&conn, "", &checks);
    assert_string_equal(checks.rule->id, "no-logs");
    check_config(&conn, "eu-west-1", &checks);
    assert_string_equal(checks.rule->id, "region-mismatch");
    assert_non_null(strstr(checks.says, "us-west-2"));
    assert_non_null(strstr(checks.says, "eu-west-1"));
}

/* ---- addresses ---- */

static void users_are_split_off_urls(void **state)
{
    char bare[64], user[64], password[64];
    (void)state;
    assert_true(conn_url_split("http://u:p%40ss@h:1/x", bare, user, password, sizeof bare));
    assert_string_equal(bare, "http://h:1/x");
    assert_string_equal(user, "u");
    assert_string_equal(password, "p@ss");
    assert_true(conn_url_split("https://h:1/a@b", bare, user, password, sizeof bare));
    assert_string_equal(bare, "https://h:1/a@b");
    assert_string_equal(user, "");
    assert_true(conn_url_split("http://u@h", bare, user, password, sizeof bare));
    assert_string_equal(user, "u");
    assert_string_equal(password, "");
    assert_true(conn_url_split("http://u:a@b@h", bare, user, password, sizeof bare));
    assert_string_equal(bare, "http://h");
    assert_string_equal(password, "a@b");
    assert_false(
        conn_url_split("http://0123456789012345678901234567890123456789012345678901234567890", bare,
                       user, password, sizeof bare));
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, pipelines, done)
    const struct CMUnitTest tests[] = {
        WITH(defaults_are_the_sinks),
        WITH(topics_match_as_a_whole),
        WITH(keys_are_the_default_partitioners),
        WITH(an_expression_is_made_of_what_names_begin_with),
        cmocka_unit_test(javas_expressions_are_matched_or_not_known),
        cmocka_unit_test(kinds_are_known_by_class_or_configuration),
        WITH(hours_follow_the_path_format),
        WITH(sums),
        WITH(groups_are_connects),
        WITH(ports_fit_the_login),
        WITH(the_gravest_check_stands),
        cmocka_unit_test(users_are_split_off_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
