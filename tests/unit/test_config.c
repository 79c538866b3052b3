/* Every property and where it came from: order of the sources, defaults that depend. Bad input is
 * in test_config_bad.c, contexts are saved in test_config_save.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "config/options.h"
#include "config_asserts.h"
#include "pintop/config.h"
#include "scratch.h"

/* -- defaults ------------------------------------------------------------------------------- */

static void test_nothing_given_is_embedded(void **state)
{
    struct pt_config *cfg = load(NULL, NULL, NULL);
    (void)state;
    assert_true(pt_config_is_unset(cfg));
    assert_true(pt_config_is_embedded(cfg));
    assert_false(pt_config_is_readonly(cfg));
    assert_null(pt_config_context(cfg));
    assert_int_equal(pt_config_warnings(cfg), 0);
    assert_int_equal(pt_config_count(cfg), pt_option_count());
    assert_property(cfg, "pintop.user.id", "demo", "default");
    assert_get(cfg, "pintop.topics", "demo\\..*");
    assert_get(cfg, "pintop.topics.prefix", "demo.");
    assert_get(cfg, "pintop.stream.rate", "10");
    assert_get(cfg, "pintop.stream.geo.topic", "demo.geo");
    assert_get(cfg, "pintop.stream.geo.rate", "10");
    assert_get(cfg, "pintop.stream.geo.source", "synthetic");
    assert_get(cfg, "pintop.bucket", "demo-bucket");
    assert_get(cfg, "pintop.connector.role.arn", "demo-ec2-access-role");
    assert_get(cfg, "pintop.connector.group", "connect-demo-connector");
    assert_get(cfg, "pintop.plugin.name", "demo-plugin");
    assert_get(cfg, "pintop.state.dir", scratch_path(".local/state/pintop"));
    assert_get(cfg, "pintop.sink.dir", scratch_path(".local/state/pintop/sink"));
    assert_get(cfg, "pintop.aws.region", NULL);
    assert_get(cfg, "linger.ms", NULL);
    pt_config_free(cfg);
}

static void test_built_in_defaults(void **state)
{
    static const char *const rows[][2] = {
        {"pintop.stream.seed",                     "100"       },
        {"pintop.stream.source",                   "synthetic" },
        {"pintop.stream.dirty.pct",                "5"         },
        {"pintop.stream.key",                      "index"     },
        {"pintop.stream.window",                   "32768"     },
        {"pintop.stream.stop.after",               "off"       },
        {"pintop.stream.replay.at.end",            "stop"      },
        {"pintop.stream.confirm.objects.per.hour", "100000"    },
        {"pintop.stop.timeout.ms",                 "5000"      },
        {"pintop.connector.backend",               "auto"      },
        {"pintop.connector.poll.ms",               "5000"      },
        {"pintop.connector.mcu",                   "1"         },
        {"pintop.connector.workers",               "1"         },
        {"pintop.ssh.user",                        "ec2-user"  },
        {"pintop.sink.flush.size",                 "1000"      },
        {"pintop.sink.rotate.ms",                  "5000"      },
        {"pintop.sink.limit.bytes",                "1073741824"},
        {"pintop.log.level",                       "info"      },
        {"pintop.readonly",                        "off"       },
        {"pintop.record",                          "off"       },
        {"pintop.record.hours",                    "24"        },
        {"pintop.record.limit.bytes",              "67108864"  },
    };
    struct pt_config *cfg = load(NULL, NULL, NULL);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_property(cfg, rows[i][0], rows[i][1], "default");
    assert_int_equal(pt_config_int(cfg, "pintop.stream.stop.after"), 0);
    assert_int_equal(pt_config_int(cfg, "pintop.sink.limit.bytes"), 1073741824);
    assert_int_equal(pt_config_int(cfg, "pintop.connector.mcu"), 1);
    assert_int_equal(pt_config_int(cfg, "pintop.aws.region"), 0);
    assert_true(pt_config_number(cfg, "pintop.stream.dirty.pct") == 5);
    assert_true(pt_config_rate(cfg, "pintop.stream.pin.rate") == 10);
    pt_config_free(cfg);
}

/* The table's own defaults must pass the table's own checks. */
static void test_every_default_is_a_good_value(void **state)
{
    static const char *const clusters[] = {"-", "bootstrap.servers=a:1"};
    (void)state;
    for (size_t c = 0; c < 2; c++) {
        struct pt_config *cfg = load(NULL, NULL, c ? X(clusters[c]) : NULL);
        for (int i = 0; i < OPTION_COUNT; i++) {
            const char *value = pt_config_at(cfg, (size_t)i).value;
            struct pt_error err = {0};
            if (value && option_check(&option_table[i], value, "default", &err) != PT_OK)
                fail_msg("%s", err.what);
        }
        pt_config_free(cfg);
    }
}

/* Each row says whether an attached pintop must agree with its engine, and no secret has to be
 * told for that. */
static void test_every_property_says_who_must_agree(void **state)
{
    (void)state;
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (option_table[i].same < PT_SAME_ALWAYS || option_table[i].same > PT_SAME_NOT)
            fail_msg("%s: does an attached pintop have to agree?", option_table[i].name);
        assert_true(!option_table[i].is_secret || option_table[i].same == PT_SAME_NOT);
    }
}

static void test_defaults_on_a_real_cluster(void **state)
{
    struct pt_config *cfg = load(NULL, NULL, X("bootstrap.servers=b-1:9098,b-2:9098"));
    (void)state;
    assert_false(pt_config_is_embedded(cfg));
    assert_false(pt_config_is_unset(cfg));
    assert_get(cfg, "bootstrap.servers", "b-1:9098,b-2:9098");
    assert_true(property(cfg, "bootstrap.servers")->is_kafka);
    assert_get(cfg, "pintop.user.id", NULL);
    assert_get(cfg, "pintop.topics", "^[^_].*");
    assert_get(cfg, "pintop.topics.prefix", "");
    assert_get(cfg, "pintop.stream.rate", "original");
    assert_get(cfg, "pintop.stream.user.rate", "original");
    assert_true(pt_config_rate(cfg, "pintop.stream.user.rate") == PT_RATE_ORIGINAL);
    assert_get(cfg, "pintop.stream.pin.topic", NULL);
    assert_get(cfg, "pintop.bucket", NULL);
    assert_get(cfg, "pintop.plugin.name", NULL);
    assert_get(cfg, "pintop.connector.group", NULL);
    pt_config_free(cfg);
}

static void test_defaults_follow_the_user_id(void **state)
{
    struct pt_config *cfg = load(
        NULL, NULL, X("bootstrap.servers=a:1", "pintop.user.id=a.b-C_9", "pintop.stream.rate=0.5"));
    (void)state;
    assert_get(cfg, "pintop.topics", "a\\.b-C_9\\..*");
    assert_get(cfg, "pintop.topics.prefix", "a.b-C_9.");
    assert_get(cfg, "pintop.stream.pin.topic", "a.b-C_9.pin");
    assert_get(cfg, "pintop.bucket", "a.b-C_9-bucket");
    assert_property(cfg, "pintop.stream.pin.rate", "0.5", "default");
    assert_true(pt_config_rate(cfg, "pintop.stream.pin.rate") == 0.5);
    pt_config_free(cfg);
}

static void test_a_stream_has_its_own_or_the_general(void **state)
{
    struct pt_config *cfg =
        load(NULL, NULL,
             X("pintop.stream.rate=max", "pintop.stream.geo.rate=7", "pintop.stream.source=/data",
               "pintop.stream.user.source=u.csv", "pintop.stream.pin.topic=other"));
    (void)state;
    assert_true(pt_config_rate(cfg, "pintop.stream.pin.rate") == PT_RATE_MAX);
    assert_true(pt_config_rate(cfg, "pintop.stream.geo.rate") == 7);
    assert_property(cfg, "pintop.stream.pin.source", "/data", "default");
    assert_property(cfg, "pintop.stream.user.source", "u.csv", "-X");
    assert_get(cfg, "pintop.stream.pin.topic", "other");
    assert_get(cfg, "pintop.stream.geo.topic", "demo.geo");
    pt_config_free(cfg);
}

static void test_directories(void **state)
{
    (void)state;
    setenv("XDG_STATE_HOME", "/var/x", 1);
    struct pt_config *cfg = load(NULL, NULL, NULL);
    assert_get(cfg, "pintop.state.dir", "/var/x/pintop");
    pt_config_free(cfg);
    setenv("XDG_STATE_HOME", "relative", 1);
    cfg = load(NULL, NULL, NULL);
    assert_get(cfg, "pintop.state.dir", scratch_path(".local/state/pintop"));
    pt_config_free(cfg);
    cfg = load(NULL, NULL, X("pintop.state.dir=~/s"));
    assert_property(cfg, "pintop.state.dir", scratch_path("s"), "-X");
    assert_get(cfg, "pintop.sink.dir", scratch_path("s/sink"));
    pt_config_free(cfg);
}

/* Whoever needs the shard has it from here. */
static void test_shard(void **state)
{
    uint32_t i = 0, n = 0;
    (void)state;
    struct pt_config *cfg = load(NULL, NULL, NULL);
    pt_config_shard(cfg, &i, &n);
    assert_true(i == 1 && n == 1);
    pt_config_free(cfg);
    cfg = load(NULL, NULL, X("pintop.stream.shard=3/8"));
    pt_config_shard(cfg, &i, &n);
    assert_true(i == 3 && n == 8);
    pt_config_free(cfg);
}

static void test_embedded_by_its_word(void **state)
{
    struct pt_config *cfg = load(NULL, X(FIXTURES "msk-iam.properties"),
                                 X("bootstrap.servers=embedded", "linger.ms=5"));
    (void)state;
    assert_true(pt_config_is_embedded(cfg));
    assert_false(pt_config_is_unset(cfg));
    assert_false(property(cfg, "bootstrap.servers")->is_kafka);
    /* The mock cluster speaks plaintext: what is for another cluster must not reach it. */
    assert_false(property(cfg, "security.protocol")->is_kafka);
    assert_true(property(cfg, "linger.ms")->is_kafka);
    assert_int_equal(pt_config_warnings(cfg), 0);
    pt_config_free(cfg);
}

static void test_an_msk_cluster_is_a_cluster(void **state)
{
    struct pt_config *cfg = load(NULL, NULL, X("pintop.msk.cluster=pinterest"));
    (void)state;
    assert_false(pt_config_is_embedded(cfg));
    assert_false(pt_config_is_unset(cfg));
    pt_config_free(cfg);
}

/* -- order and origins ---------------------------------------------------------------------- */

static void test_later_wins(void **state)
{
    (void)state;
    write_file(".config/pintop/work.properties", "# work\n"
                                                 "pintop.user.id=context\n"
                                                 "pintop.stream.seed=1\n"
                                                 "pintop.stream.window=16\n"
                                                 "pintop.bucket=context\n"
                                                 "pintop.stop.timeout.ms=1\n");
    write_file("a.properties", "pintop.stream.seed=2\npintop.stream.window=17\n"
                               "pintop.bucket=a\npintop.stop.timeout.ms=2\n");
    write_file("b.properties", "\npintop.stream.window=18\npintop.bucket=b\n"
                               "pintop.stop.timeout.ms=3\n");
    setenv("PINTOP_BUCKET", "environment", 1);
    setenv("PINTOP_STOP_TIMEOUT_MS", "4", 1);
    char origin[256];
    const char *a = scratch_path("a.properties"), *b = scratch_path("b.properties");
    struct pt_config *cfg =
        load("work", X(a, b), X("pintop.stop.timeout.ms=5", "pintop.stop.timeout.ms=6"));
    assert_string_equal(pt_config_context(cfg), "work");
    assert_property(cfg, "pintop.user.id", "context", "context work:2");
    snprintf(origin, sizeof origin, "%s:1", a);
    assert_property(cfg, "pintop.stream.seed", "2", origin);
    snprintf(origin, sizeof origin, "%s:2", b);
    assert_property(cfg, "pintop.stream.window", "18", origin);
    assert_property(cfg, "pintop.bucket", "environment", "environment PINTOP_BUCKET");
    assert_property(cfg, "pintop.stop.timeout.ms", "6", "-X");
    assert_property(cfg, "pintop.stream.key", "index", "default");
    pt_config_free(cfg);
}

static void test_what_was_given_is_no_default(void **state)
{
    (void)state;
    setenv("PINTOP_BUCKET", "environment", 1);
    struct pt_config *cfg = load(NULL, NULL,
                                 X("pintop.stream.key=index", "metadata.broker.list=a:1",
                                   "pintop.user.id=x", "pintop.user.id="));
    assert_string_equal(pt_config_given(cfg, "pintop.bucket"), "environment");
    assert_string_equal(pt_config_given(cfg, "pintop.stream.key"), "index"); /* as the default */
    assert_string_equal(pt_config_given(cfg, "bootstrap.servers"), "a:1");
    assert_null(pt_config_given(cfg, "pintop.record"));
    assert_non_null(pt_config_get(cfg, "pintop.record"));
    assert_null(pt_config_given(cfg, "pintop.user.id")); /* taken back */
    assert_null(pt_config_given(cfg, "acks"));
    pt_config_free(cfg);
}

static void test_origin_is_the_path_as_given(void **state)
{
    char *before = getcwd(NULL, 0);
    (void)state;
    write_file("client.properties", "\n# servers\nbootstrap.servers=\\\n  a:1\n");
    assert_int_equal(chdir(scratch_dir), 0);
    struct pt_config *cfg = load(NULL, X("client.properties"), NULL);
    assert_property(cfg, "bootstrap.servers", "a:1", "client.properties:3");
    pt_config_free(cfg);
    assert_int_equal(chdir(before), 0);
    free(before);
}

/* librdkafka takes what is set last, also under another name. */
static void test_an_alias_replaces_its_property(void **state)
{
    const char *file = write_file("c", "linger.ms=1\nqueue.buffering.max.ms=2\nacks=1\n"
                                       "metadata.broker.list=a:1\n");
    struct pt_config *cfg =
        load(NULL, X(file), X("linger.ms=3", "bootstrap.servers=b:1", "retries=9"));
    (void)state;
    assert_int_equal(pt_config_count(cfg), pt_option_count() + 4);
    assert_null(property(cfg, "queue.buffering.max.ms"));
    assert_null(property(cfg, "metadata.broker.list"));
    assert_get(cfg, "queue.buffering.max.ms", "3");
    assert_get(cfg, "metadata.broker.list", "b:1");
    assert_get(cfg, "request.required.acks", "1");
    assert_property(cfg, "linger.ms", "3", "-X");
    pt_config_free(cfg);
}

static void test_default_context_only_if_it_exists(void **state)
{
    (void)state;
    write_file("xdg/pintop/default.properties", "pintop.user.id=x\nbootstrap.servers=h:1\n");
    struct pt_config *cfg = load(NULL, NULL, NULL);
    assert_null(pt_config_context(cfg));
    pt_config_free(cfg);
    setenv("XDG_CONFIG_HOME", scratch_path("xdg"), 1);
    cfg = load(NULL, NULL, NULL);
    assert_string_equal(pt_config_context(cfg), "default");
    assert_property(cfg, "pintop.user.id", "x", "context default:1");
    assert_false(pt_config_is_unset(cfg));
    assert_false(pt_config_is_embedded(cfg));
    pt_config_free(cfg);
    struct pt_error err = refused("work", NULL, NULL, PT_ECONFIG);
    char what[PT_WHAT_MAX];
    snprintf(what, sizeof what, "context work: the file does not exist: %s",
             scratch_path("xdg/pintop/work.properties"));
    assert_string_equal(err.what, what);
}

static void test_context_names(void **state)
{
    static const char *const names[] = {"",    "../x", "a/b", ".hidden",
                                        "a b", "\x1b", "..",  "x\xc3\xa9"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(refused(names[i], NULL, NULL, PT_ECONFIG).what, "not a valid name"));
}

static void test_a_context_or_file_is_not_unset(void **state)
{
    const char *file = write_file("f", "pintop.stream.seed=3\n");
    struct pt_config *cfg = load(NULL, X(file), NULL);
    (void)state;
    assert_false(pt_config_is_unset(cfg));
    assert_true(pt_config_is_embedded(cfg));
    pt_config_free(cfg);
    cfg = load(NULL, NULL, X("pintop.stream.seed=3"));
    assert_true(pt_config_is_unset(cfg));
    pt_config_free(cfg);
}

static void test_empty_puts_the_default_back(void **state)
{
    const char *file =
        write_file("f", "pintop.user.id=x\npintop.stream.seed=3\nbootstrap.servers=embedded\n");
    struct pt_config *cfg =
        load(NULL, X(file), X("pintop.user.id=", "pintop.stream.seed= ", "pintop.topics.prefix="));
    (void)state;
    assert_property(cfg, "pintop.user.id", "demo", "default");
    assert_property(cfg, "pintop.stream.seed", "100", "default");
    assert_property(cfg, "pintop.topics.prefix", "", "-X");
    pt_config_free(cfg);
}

/* A variable of the shell that was not set must not lead to another cluster. */
static void test_which_cluster_is_never_empty(void **state)
{
    const char *file = write_file("f", "bootstrap.servers=\n");
    (void)state;
    refused(NULL, NULL, X("bootstrap.servers="), PT_ECONFIG);
    refused(NULL, NULL, X("bootstrap.servers=,"), PT_ECONFIG);
    refused(NULL, NULL, X("bootstrap.servers= "), PT_ECONFIG);
    refused(NULL, NULL, X("pintop.msk.cluster="), PT_ECONFIG);
    refused(NULL, X(file), NULL, PT_ECONFIG);
}

static void test_readonly(void **state)
{
    struct pt_config_args args = {.is_readonly = true};
    struct pt_config *cfg;
    (void)state;
    assert_int_equal(pt_config_load(&args, &cfg, NULL), PT_OK);
    assert_true(pt_config_is_readonly(cfg));
    pt_config_free(cfg);
}

/* -- environment ---------------------------------------------------------------------------- */

static void test_every_property_has_its_own_twin(void **state)
{
    (void)state;
    for (size_t i = 0; i < pt_option_count(); i++) {
        struct pt_option option;
        pt_option_at(i, &option);
        assert_int_equal(option_find_environment(option.environment), i);
        assert_int_equal(option_find(option.name), i);
    }
    assert_int_equal(option_find_environment("PINTOP_USER_ID"), option_find("pintop.user.id"));
}

/* -- help ----------------------------------------------------------------------------------- */

static void test_the_table_can_be_listed(void **state)
{
    (void)state;
    for (size_t i = 0; i < pt_option_count(); i++) {
        struct pt_option option;
        pt_option_at(i, &option);
        assert_true(strncmp(option.name, "pintop.", 7) == 0);
        assert_true(strlen(option.help) > 10 && strlen(option.help) < 90);
        assert_true(option.help[strlen(option.help) - 1] == '.');
        assert_true(option.values[0] != 0);
    }
    struct pt_option window;
    pt_option_at((size_t)option_find("pintop.stream.window"), &window);
    assert_string_equal(window.values, "an integer from 16 to 1048576");
    assert_string_equal(window.fallback, "32768");
    assert_string_equal(window.environment, "PINTOP_STREAM_WINDOW");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_given_is_embedded),
        TEST(built_in_defaults),
        TEST(every_default_is_a_good_value),
        TEST(defaults_on_a_real_cluster),
        TEST(defaults_follow_the_user_id),
        TEST(a_stream_has_its_own_or_the_general),
        TEST(directories),
        TEST(shard),
        TEST(embedded_by_its_word),
        TEST(an_msk_cluster_is_a_cluster),
        TEST(later_wins),
        TEST(what_was_given_is_no_default),
        TEST(origin_is_the_path_as_given),
        TEST(an_alias_replaces_its_property),
        TEST(default_context_only_if_it_exists),
        TEST(context_names),
        TEST(a_context_or_file_is_not_unset),
        TEST(empty_puts_the_default_back),
        TEST(which_cluster_is_never_empty),
        TEST(readonly),
        TEST(every_property_has_its_own_twin),
        TEST(every_property_says_who_must_agree),
        TEST(the_table_can_be_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
