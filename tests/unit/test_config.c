/* Every property and where it came from: order of the sources, defaults that depend, bad input with
 * file and line, secrets that no text shows, contexts saved and loaded again. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "config/options.h"
#include "pintop/config.h"

#define FIXTURES "tests/data/config/"
#define SECRET "hunter2"
#define X(...) ((const char *const[]){__VA_ARGS__, NULL})

static char home[] = "/tmp/pintop-config-XXXXXX";

/* -- helpers -------------------------------------------------------------------------------- */

static void forget_variables(void)
{
    for (char **variable = environ; *variable;) {
        char name[128];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*variable, "="), *variable);
        if (strncmp(name, "PINTOP_", 7) == 0) {
            unsetenv(name);
            variable = environ;
        } else {
            variable++;
        }
    }
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static int setup(void **state)
{
    (void)state;
    memcpy(home + strlen(home) - 6, "XXXXXX", 6);
    assert_non_null(mkdtemp(home));
    setenv("HOME", home, 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    forget_variables();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* A path below the home directory; valid until the next four calls. */
static const char *at(const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", home, name);
    return path;
}

static const char *write_file(const char *name, const char *text)
{
    const char *path = at(name);
    char dir[256];
    snprintf(dir, sizeof dir, "%s", path);
    for (char *p = dir + strlen(home) + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = 0;
        assert_true(mkdir(dir, 0700) == 0 || errno == EEXIST);
        *p = '/';
    }
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    return path;
}

static size_t count(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

static pt_code load_all(const char *context, const char *const *files, const char *const *settings,
                        struct pt_config **cfg, struct pt_error *err)
{
    struct pt_config_args args = {.context = context,
                                  .files = files,
                                  .n_files = count(files),
                                  .settings = settings,
                                  .n_settings = count(settings)};
    memset(err, 0, sizeof *err);
    return pt_config_load(&args, cfg, err);
}

static struct pt_config *load(const char *context, const char *const *files,
                              const char *const *settings)
{
    struct pt_config *cfg;
    struct pt_error err;
    if (load_all(context, files, settings, &cfg, &err) != PT_OK)
        fail_msg("%s. %s", err.what, err.fix);
    return cfg;
}

/* The load fails; nothing of the secret is in the error. */
static struct pt_error refused(const char *context, const char *const *files,
                               const char *const *settings, pt_code code)
{
    struct pt_config *cfg;
    struct pt_error err;
    assert_int_equal(load_all(context, files, settings, &cfg, &err), code);
    assert_null(cfg);
    assert_int_equal(err.code, code);
    assert_null(strstr(err.what, SECRET));
    assert_null(strstr(err.fix, SECRET));
    return err;
}

static const struct pt_property *property(const struct pt_config *cfg, const char *name)
{
    static struct pt_property found;
    for (size_t i = 0; i < pt_config_count(cfg); i++) {
        found = pt_config_at(cfg, i);
        if (strcmp(found.name, name) == 0)
            return &found;
    }
    return NULL;
}

static void assert_property(const struct pt_config *cfg, const char *name, const char *value,
                            const char *origin)
{
    const struct pt_property *found = property(cfg, name);
    assert_non_null(found);
    if (value == NULL)
        assert_null(found->value);
    else
        assert_string_equal(found->value, value);
    assert_string_equal(found->origin, origin);
}

static void assert_get(const struct pt_config *cfg, const char *name, const char *value)
{
    const char *found = pt_config_get(cfg, name);
    if (value == NULL) {
        assert_null(found);
    } else {
        assert_non_null(found);
        assert_string_equal(found, value);
    }
}

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
    assert_get(cfg, "pintop.state.dir", at(".local/state/pintop"));
    assert_get(cfg, "pintop.sink.dir", at(".local/state/pintop/sink"));
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
    assert_get(cfg, "pintop.state.dir", at(".local/state/pintop"));
    pt_config_free(cfg);
    cfg = load(NULL, NULL, X("pintop.state.dir=~/s"));
    assert_property(cfg, "pintop.state.dir", at("s"), "-X");
    assert_get(cfg, "pintop.sink.dir", at("s/sink"));
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
    const char *a = at("a.properties"), *b = at("b.properties");
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

static void test_origin_is_the_path_as_given(void **state)
{
    char *before = getcwd(NULL, 0);
    (void)state;
    write_file("client.properties", "\n# servers\nbootstrap.servers=\\\n  a:1\n");
    assert_int_equal(chdir(home), 0);
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
    setenv("XDG_CONFIG_HOME", at("xdg"), 1);
    cfg = load(NULL, NULL, NULL);
    assert_string_equal(pt_config_context(cfg), "default");
    assert_property(cfg, "pintop.user.id", "x", "context default:1");
    assert_false(pt_config_is_unset(cfg));
    assert_false(pt_config_is_embedded(cfg));
    pt_config_free(cfg);
    struct pt_error err = refused("work", NULL, NULL, PT_ECONFIG);
    char what[PT_WHAT_MAX];
    snprintf(what, sizeof what, "context work: no such file: %s", at("xdg/pintop/work.properties"));
    assert_string_equal(err.what, what);
}

static void test_context_names(void **state)
{
    static const char *const names[] = {"",    "../x", "a/b", ".hidden",
                                        "a b", "\x1b", "..",  "x\xc3\xa9"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(refused(names[i], NULL, NULL, PT_ECONFIG).what, "not a name"));
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

static void test_unknown_variables_are_warnings(void **state)
{
    (void)state;
    setenv("PINTOP_USERID", SECRET, 1);
    setenv("PINTOP_BUILD", "x", 1);
    setenv("PINTOP_AWS_VECTORS", "x", 1);
    setenv("PINTOP_TEST_ANYTHING", "x", 1);
    setenv("XPINTOP_USER_ID", "x", 1);
    struct pt_config *cfg = load(NULL, NULL, NULL);
    assert_int_equal(pt_config_warnings(cfg), 1);
    assert_string_equal(
        pt_config_warning(cfg, 0),
        "environment: PINTOP_USERID is no property of pintop; did you mean PINTOP_USER_ID?");
    pt_config_free(cfg);
    unsetenv("XPINTOP_USER_ID");
}

static void test_a_bad_variable_is_an_error(void **state)
{
    (void)state;
    setenv("PINTOP_STREAM_WINDOW", "15", 1);
    assert_string_equal(refused(NULL, NULL, NULL, PT_ECONFIG).what,
                        "environment PINTOP_STREAM_WINDOW: pintop.stream.window=15: it must be an "
                        "integer from 16 to 1048576");
}

/* -- bad input ------------------------------------------------------------------------------ */

static void test_bad_values(void **state)
{
    /* Aligned columns would be wider than the page. */
    /* clang-format off */
    static const struct {
        const char *setting, *says, *fix;
    } rows[] = {
        {"pintop.stream.window=15", "an integer from 16 to 1048576", "an integer from 16"},
        {"pintop.stream.window=1048577", "from 16 to 1048576", "default: 32768"},
        {"pintop.stream.window=1e3", "an integer", "an integer"},
        {"pintop.stream.window=99999999999999999999", "an integer", "an integer"},
        {"pintop.stream.seed=-1", "an integer from 0", "an integer"},
        {"pintop.stream.seed=1 2", "an integer from 0", "an integer"},
        {"pintop.stream.dirty.pct=100.1", "a number from 0 to 100", "a number"},
        {"pintop.stream.dirty.pct=-1", "a number from 0 to 100", "a number"},
        {"pintop.stream.dirty.pct=nan", "a number from 0 to 100", "a number"},
        {"pintop.stream.rate=0.09", "0.1 and up, max, or original", "0.1 and up"},
        {"pintop.stream.pin.rate=fast", "0.1 and up, max, or original", "0.1 and up"},
        {"pintop.stream.key=value", "index or none", "index or none"},
        {"pintop.stream.stop.after=0", "or off", "default: off"},
        {"pintop.stream.replay.at.end=off", "stop or loop", "stop or loop"},
        {"pintop.connector.backend=Connect", "auto, mskconnect, connect, embedded or none", "auto"},
        {"pintop.connector.mcu=3", "1, 2, 4 or 8", "1, 2, 4 or 8"},
        {"pintop.topics=a(b", "pintop.topics=a(b: ", "regular expression"},
        {"pintop.topics=[", "pintop.topics=[: ", "regular expression"},
        {"pintop.user.id=a b", "letters, digits, . _ -", "letters"},
        {"pintop.user.id=\x1b[2J", "pintop.user.id=\\x1b[2J", "letters"},
        {"pintop.stream.pin.topic=..", "letters, digits", "letters"},
        {"pintop.stream.pin.topic=caf\xc3\xa9", "letters, digits", "letters"},
        {"pintop.stream.pin.topic=demo.geo", "streams pin and geo would share", "of its own"},
        {"pintop.sink.limit.bytes=1XB", "an integer from 1048576", "1073741824"},
        {"pintop.sink.limit.bytes=1h", "an integer from 1048576", "1073741824"},
        {"pintop.stop.timeout.ms=1k", "an integer from 0", "5000"},
        {"pintop.stop.timeout.ms=5s3", "an integer from 0", "5000"},
        {"pintop.stream.window=10k5", "an integer from 16", "32768"},
        {"pintop.stop.timeout.ms=99999999999999999d", "an integer from 0", "5000"},
        {"linger.ms=1s", "librdkafka would read the digits alone", "Write linger.ms=1000"},
        {"message.max.bytes=1MB", "the digits alone", "Write message.max.bytes=1000000"},
        {"retries=5 times", "the digits alone", "Give a plain number"},
        {"bootstrap.servers=http://a:9092", "not a list of servers", "HOST:PORT"},
        {"bootstrap.servers=Embedded", "not a list of servers", "or embedded"},
        {"linger.ms=soon", "linger.ms: Invalid value", "Allowed: 0 .. 900000"},
        {"linger.ms=9999999", "outside allowed range 0..900000", "Allowed: 0 .. 900000"},
        {"compression.type=brotli", "compression.type: Invalid value", "Allowed: none, gzip"},
        {"request.required.acks=some", "Invalid value", "Allowed"},
        {"security.protocol=TLS", "security.protocol: ", "Allowed: plaintext, ssl"},
        {"dr_cb=x", "dr_cb: ", "Correct"},
        {"bootstrap.servers=a:65536", "not a list of servers", "HOST:PORT"},
        {"bootstrap.servers=localhost:9092localhost:1", "not a list of servers", "HOST:PORT"},
        {"bootstrap.servers=a:0", "not a list of servers", "HOST:PORT"},
        {"bootstrap.servers=a:9092,", "not a list of servers", "HOST:PORT"},
        {"bootstrap.servers=a:port", "not a list of servers", "HOST:PORT"},
        {"bootstrap.servers=a:1,embedded", "not a list of servers", "embedded"},
        {"bootstrap.servers=:9092", "not a list of servers", "HOST:PORT"},
    };
    /* clang-format on */
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pt_error err = refused(NULL, NULL, X(rows[i].setting), PT_ECONFIG);
        if (strncmp(err.what, "-X: ", 4) != 0 || !strstr(err.what, rows[i].says) ||
            !strstr(err.fix, rows[i].fix))
            fail_msg("%s: %s. %s", rows[i].setting, err.what, err.fix);
    }
}

static void test_values_with_units(void **state)
{
    struct pt_config *cfg =
        load(NULL, NULL,
             X("pintop.stop.timeout.ms=5s", "pintop.connector.poll.ms=1m30s",
               "pintop.sink.limit.bytes=2GiB", "pintop.stream.window=10k",
               "pintop.stream.stop.after=1h", "linger.ms=0x10", "socket.timeout.ms=60000"));
    (void)state;
    assert_int_equal(pt_config_int(cfg, "pintop.stop.timeout.ms"), 5000);
    assert_int_equal(pt_config_int(cfg, "pintop.connector.poll.ms"), 90000);
    assert_int_equal(pt_config_int(cfg, "pintop.sink.limit.bytes"), INT64_C(2) << 30);
    assert_int_equal(pt_config_int(cfg, "pintop.stream.window"), 10000);
    assert_int_equal(pt_config_int(cfg, "pintop.stream.stop.after"), 3600);
    assert_string_equal(pt_config_get(cfg, "pintop.sink.limit.bytes"), "2147483648");
    pt_config_free(cfg);
}

static void test_good_values(void **state)
{
    struct pt_config *cfg = load(
        NULL, NULL,
        X("pintop.stream.window=16", "pintop.stream.dirty.pct=0.25", "pintop.stream.rate=0.1",
          "pintop.stream.stop.after=60", "pintop.topics=(a|b)\\.[a-z]+", "compression.type=zstd",
          "bootstrap.servers=SASL_SSL://[::1]:9098, b-1.x.kafka.eu-west-1.amazonaws.com:9098,c",
          "acks=all", "partitioner=murmur2_random", "plugin.library.paths=nowhere",
          "pintop.sink.rotate.ms=250  "));
    (void)state;
    assert_int_equal(pt_config_int(cfg, "pintop.stream.window"), 16);
    assert_int_equal(pt_config_int(cfg, "pintop.stream.stop.after"), 60);
    assert_int_equal(pt_config_int(cfg, "pintop.sink.rotate.ms"), 250);
    assert_true(pt_config_number(cfg, "pintop.stream.dirty.pct") == 0.25);
    assert_true(pt_config_rate(cfg, "pintop.stream.rate") == 0.1);
    assert_true(property(cfg, "partitioner")->is_kafka);
    pt_config_free(cfg);
}

static void test_a_bad_line_is_named(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"\npintop.stream.window=5\n", ":2: pintop.stream.window=5: it must be an integer"},
        {"a=1 \\\n 2\n",               ":1: unknown property a"                           },
        {"acks=1\n# x\nlinger.msec=5", ":3: unknown property linger.msec"                 },
        {"acks=\\u12\n",               ":1: malformed \\u escape"                         },
        {"acks=1\n=2\n",               ":2: a value without a name"                       },
        {"x\xff=1\n",                  ":1: not UTF-8 text"                               },
        {"acks=1\n\n\x1b]0;x=1\n",     ":3: unknown property (not shown"                  },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char start[256];
        const char *path = write_file("bad.properties", rows[i].text);
        struct pt_error err = refused(NULL, X(path), NULL, PT_ECONFIG);
        snprintf(start, sizeof start, "%s%s", path, rows[i].says);
        if (strncmp(err.what, start, strlen(start)) != 0)
            fail_msg("%s", err.what);
    }
    /* In a context the path is named, not only the context. */
    write_file(".config/pintop/default.properties", "pintop.stream.key=x\n");
    assert_non_null(strstr(refused(NULL, NULL, NULL, PT_ECONFIG).what,
                           ".config/pintop/default.properties:1: pintop.stream.key=x"));
}

static void test_unknown_names_get_the_nearest(void **state)
{
    static const char *const rows[][2] = {
        {"pintop.stream.rat=1",       "Did you mean pintop.stream.rate?"         },
        {"pintop.userid=1",           "Did you mean pintop.user.id?"             },
        {"pintop.user_id=1",          "Did you mean pintop.user.id?"             },
        {"pintop.dirty.pct=1",        "Did you mean pintop.stream.dirty.pct?"    },
        {"pintop.stream.pni.topic=1", "Did you mean pintop.stream.pin.topic?"    },
        {"Pintop.User.Id=x",          "Did you mean pintop.user.id?"             },
        {"pintop.colour.scheme=dark", "`pintop config` lists pintop's properties"},
        {"boostrap.servers=a:1",      "Did you mean bootstrap.servers?"          },
        {"bootstrap.server=a:1",      "Did you mean bootstrap.servers?"          },
        {"linger=5",                  "Did you mean linger.ms?"                  },
        {"sasl.mechansim=PLAIN",      "Did you mean sasl.mechanism?"             },
        {"sasl.user=x",               "Did you mean sasl.username?"              },
        {"message.timout.ms=1",       "Did you mean message.timeout.ms?"         },
        {"key.serialiser=x",          "Did you mean key.serializer?"             },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pt_error err = refused(NULL, NULL, X(rows[i][0]), PT_ECONFIG);
        char what[PT_WHAT_MAX];
        snprintf(what, sizeof what, "-X: unknown property %.*s", (int)strcspn(rows[i][0], "="),
                 rows[i][0]);
        assert_string_equal(err.what, what);
        if (strcmp(err.fix, rows[i][1]) != 0)
            fail_msg("%s: %s", rows[i][0], err.fix);
    }
    assert_non_null(strstr(refused(NULL, NULL, X("frobnicate.all.things=1"), PT_ECONFIG).fix,
                           "a property of librdkafka"));
}

static void test_settings_are_key_value(void **state)
{
    (void)state;
    struct pt_error err = refused(NULL, NULL, X("bootstrap.servers"), PT_ECONFIG);
    assert_string_equal(err.what, "-X bootstrap.servers: not KEY=VALUE");
    assert_string_equal(err.fix, "Write -X KEY=VALUE");
    assert_non_null(strstr(refused(NULL, NULL, X("=x"), PT_ECONFIG).what, "not KEY=VALUE"));
    assert_non_null(strstr(refused(NULL, NULL, X(""), PT_ECONFIG).what, "not KEY=VALUE"));
}

static void test_files_that_cannot_be_read(void **state)
{
    char what[PT_WHAT_MAX];
    (void)state;
    const char *missing = at("missing.properties");
    struct pt_error err = refused(NULL, X(missing), NULL, PT_ECONFIG);
    snprintf(what, sizeof what, "%s: no such file", missing);
    assert_string_equal(err.what, what);
    err = refused(NULL, X(home), NULL, PT_ECONFIG);
    assert_non_null(strstr(err.what, "cannot read"));
    assert_true(err.fix[0] != 0);
}

/* -- secrets -------------------------------------------------------------------------------- */

static void test_secrets_are_marked(void **state)
{
    static const char *const secret[] = {
        "sasl.password=" SECRET, "ssl.key.password=" SECRET, "ssl.keystore.password=" SECRET,
        "ssl.key.pem=" SECRET,   "sasl.jaas.config=" SECRET, "sasl.oauthbearer.config=" SECRET};
    static const char *const open[] = {"sasl.username=u", "ssl.key.location=k.pem",
                                       "ssl.ca.location=ca.pem", "client.id=x"};
    (void)state;
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
        struct pt_config *cfg = load(NULL, NULL, X("bootstrap.servers=a:1", secret[i]));
        struct pt_property last = pt_config_at(cfg, pt_config_count(cfg) - 1);
        assert_true(last.is_secret);
        assert_string_equal(last.value, SECRET);
        pt_config_free(cfg);
    }
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        struct pt_config *cfg = load(NULL, NULL, X("bootstrap.servers=a:1", open[i]));
        assert_false(pt_config_at(cfg, pt_config_count(cfg) - 1).is_secret);
        pt_config_free(cfg);
    }
    /* One of pintop's own, too. */
    struct pt_config *own = load(NULL, NULL, X("pintop.connector.password=" SECRET));
    size_t n_secret = 0;
    for (size_t i = 0; i < pt_config_count(own); i++) {
        struct pt_property property = pt_config_at(own, i);
        char *text = pt_property_shown(&property);
        assert_true(text == NULL || strstr(text, SECRET) == NULL);
        n_secret += property.is_secret;
        free(text);
    }
    assert_int_equal(n_secret, 1);
    pt_config_free(own);
    struct pt_config *cfg =
        load(NULL, NULL, X("bootstrap.servers=a:1", "client.rack=http://u:" SECRET "@h/t"));
    struct pt_property url = pt_config_at(cfg, pt_config_count(cfg) - 1);
    char *shown = pt_property_shown(&url);
    assert_string_equal(shown, "http://u:***@h/t");
    free(shown);
    assert_non_null(strstr(url.value, SECRET));
    url.is_secret = true;
    shown = pt_property_shown(&url);
    assert_string_equal(shown, "***");
    free(shown);
    url.value = NULL;
    assert_null(pt_property_shown(&url));
    pt_config_free(cfg);
    cfg = load(NULL, NULL, X("sasl.password=two blanks  "));
    assert_get(cfg, "sasl.password", "two blanks  ");
    pt_config_free(cfg);
}

/* text with the secret in place of its %s. */
static const char *with_secret(const char *text, char *out, size_t cap)
{
    const char *mark = strstr(text, "%s");
    snprintf(out, cap, "%.*s%s%s", (int)(mark - text), text, SECRET, mark + 2);
    return out;
}

/* `refused` looks for the secret in every text. */
static void test_no_error_holds_a_secret(void **state)
{
    static const char *const settings[] = {
        "sasl.password%s",
        "sasl.password:%s",
        "sasl.password %s",
        "%s",
        "SASL.PASSWORD=%s",
        "sasl.pasword=%s",
        "sasl.passwd=%s",
        "pintop.password=%s",
        "sasl.password%s=",
        "ssl.key.pem:%s",
        "sasl.password.is=%s",
        "my.secret%s=x",
        "sasl.jaas.config%s",
        "ssl_key=%s",
        "sasl.oauthbearer.client.secretz=%s",
    };
    static const char *const lines[] = {
        "sasl.password\\=%s\n",
        "sasl.password=x\n  password=\"%s\";\n",
        "ssl.key.pem=-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN%s\n",
        "ssl.key.pem=-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN%s==\n",
        "%s\n",
        "sasl.password=%s\\u00",
    };
    char text[128];
    (void)state;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        refused(NULL, NULL, X(with_secret(settings[i], text, sizeof text)), PT_ECONFIG);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        refused(NULL, X(write_file("f", with_secret(lines[i], text, sizeof text))), NULL,
                PT_ECONFIG);
    /* Builds of librdkafka without OIDC refuse this one, in words of their own. */
    struct pt_config *cfg;
    struct pt_error err = {0};
    if (load_all(NULL, NULL, X("sasl.oauthbearer.client.secret=" SECRET), &cfg, &err) != PT_OK)
        assert_non_null(strstr(err.what, "-X: this login by OpenID Connect (OAUTHBEARER) needs"));
    assert_null(strstr(err.what, SECRET));
    pt_config_free(cfg);
    assert_string_equal(refused(NULL, NULL, X("sasl.password:" SECRET), PT_ECONFIG).what,
                        "-X sasl.password***: not KEY=VALUE");
    assert_non_null(
        strstr(refused(NULL, NULL, X("sasl.pasword=" SECRET), PT_ECONFIG).fix, "sasl.password"));
}

/* -- Java's files --------------------------------------------------------------------------- */

static void test_a_file_for_msk_iam_works_as_it_is(void **state)
{
    struct pt_config *cfg =
        load(NULL, X(FIXTURES "msk-iam.properties"), X("bootstrap.servers=b-1:9098"));
    (void)state;
    assert_int_equal(pt_config_warnings(cfg), 0);
    assert_property(cfg, "sasl.mechanism", "AWS_MSK_IAM", FIXTURES "msk-iam.properties:3");
    assert_false(property(cfg, "sasl.mechanism")->is_kafka);
    assert_true(property(cfg, "security.protocol")->is_kafka);
    assert_false(property(cfg, "sasl.jaas.config")->is_kafka);
    assert_true(property(cfg, "sasl.jaas.config")->is_secret);
    assert_get(cfg, "sasl.jaas.config",
               "software.amazon.msk.auth.iam.IAMLoginModule required "
               "awsRoleArn=\"arn:aws:iam::123456789012:role/0a1b2c3d4e5f-ec2-access-role\";");
    assert_false(property(cfg, "sasl.client.callback.handler.class")->is_kafka);
    pt_config_free(cfg);
    cfg = load(NULL, X(FIXTURES "msk-iam.properties"),
               X("bootstrap.servers=b:1", "sasl.mechanisms=SCRAM-SHA-512"));
    assert_null(property(cfg, "sasl.mechanism"));
    assert_true(property(cfg, "sasl.mechanisms")->is_kafka);
    pt_config_free(cfg);
}

static void test_java_only_properties_are_one_warning(void **state)
{
    static const char *const named[] = {
        "key.serializer (" FIXTURES "java-client.properties:3)",
        "value.serializer",
        "max.block.ms",
        "buffer.memory",
        "ssl.truststore.password",
        "partition.assignment.strategy",
    };
    struct pt_config *cfg = load(NULL, X(FIXTURES "java-client.properties"), NULL);
    (void)state;
    assert_int_equal(pt_config_warnings(cfg), 2);
    const char *warning = pt_config_warning(cfg, 0);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        assert_non_null(strstr(warning, named[i]));
    /* Its own, as a TLS connection would fail without a visible reason. */
    assert_null(strstr(warning, "ssl.truststore.location"));
    assert_non_null(strstr(pt_config_warning(cfg, 1),
                           "ssl.truststore.location (" FIXTURES "java-client.properties:11) is a "
                           "Java key store"));
    assert_non_null(strstr(pt_config_warning(cfg, 1), "-keystore /etc/kafka/truststore.jks"));
    assert_non_null(strstr(pt_config_warning(cfg, 1), "ssl.ca.location=ca.pem"));
    assert_null(strstr(warning, SECRET));
    assert_null(strstr(warning, "acks"));
    assert_null(property(cfg, "key.serializer"));
    assert_get(cfg, "bootstrap.servers", "broker-1:9092,broker-2:9092");
    assert_get(cfg, "compression.type", "gzip");
    assert_get(cfg, "ssl.endpoint.identification.algorithm", "none");
    pt_config_free(cfg);
}

static void test_another_callback_handler_is_named(void **state)
{
    struct pt_config *cfg =
        load(NULL, NULL, X("bootstrap.servers=a:1", "sasl.client.callback.handler.class=my.Own"));
    (void)state;
    assert_int_equal(pt_config_warnings(cfg), 1);
    assert_non_null(strstr(pt_config_warning(cfg, 0), "sasl.client.callback.handler.class (-X)"));
    pt_config_free(cfg);
}

static void test_settings_that_would_do_nothing_are_said(void **state)
{
    struct pt_config *cfg = load(NULL, X(FIXTURES "msk-iam.properties"), NULL);
    (void)state;
    assert_true(pt_config_is_embedded(cfg));
    assert_int_equal(pt_config_warnings(cfg), 1);
    assert_non_null(strstr(pt_config_warning(cfg, 0), "no servers given"));
    pt_config_free(cfg);
    refused(
        NULL, NULL,
        X("bootstrap.servers=a:1", "sasl.mechanism=PLAIN", "sasl.jaas.config=p password=" SECRET),
        PT_ECONFIG);
}

/* -- rates ---------------------------------------------------------------------------------- */

static void test_rates_as_text(void **state)
{
    static const struct {
        const char *text, *back;
        double per_s;
    } rows[] = {
        {"10",       "10",       10              },
        {"0.5",      "0.5",      0.5             },
        {"0.1",      "0.1",      0.1             },
        {"1.250",    "1.25",     1.25            },
        {"100000",   "100000",   1e5             },
        {"10k",      "10000",    10000           },
        {"1.5M",     "1500000",  1.5e6           },
        {"max",      "max",      PT_RATE_MAX     },
        {"original", "original", PT_RATE_ORIGINAL},
    };
    static const char *const bad[] = {
        "",   "0",    "0.09", "-1", "1e3", "inf", "nan",   " 1",
        "1 ", "0x1",  ".5",   "5.", "1,5", "MAX", "1.2.3", "9999999999999999999999",
        "k",  "10kk", "10x",  "1 k"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double per_s = 0;
        char text[32];
        assert_int_equal(pt_rate_parse(rows[i].text, &per_s, NULL), PT_OK);
        assert_true(per_s == rows[i].per_s);
        pt_rate_format(per_s, text, sizeof text);
        assert_string_equal(text, rows[i].back);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double per_s;
        struct pt_error err;
        if (pt_rate_parse(bad[i], &per_s, &err) != PT_ECONFIG)
            fail_msg("\"%s\" is taken", bad[i]);
        assert_non_null(strstr(err.what, "not a rate"));
    }
    char small[4];
    pt_rate_format(123456, small, sizeof small);
    assert_string_equal(small, "123");
    char text[32];
    pt_rate_format(12.3456, text, sizeof text);
    assert_string_equal(text, "12.346");
    pt_rate_format(NAN, text, sizeof text);
    assert_string_equal(text, "–");
}

/* -- saving --------------------------------------------------------------------------------- */

static char *read_text(const char *path)
{
    static char text[8192];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    (void)fclose(file);
    return text;
}

static unsigned mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void test_what_is_saved_is_loaded_again(void **state)
{
    char path[256];
    struct pt_error err;
    (void)state;
    setenv("XDG_CONFIG_HOME", at("new/config"), 1);
    setenv("PINTOP_USER_ID", "u1", 1);
    struct pt_config *cfg =
        load(NULL, NULL,
             X("bootstrap.servers=a:1,b:2", "security.protocol=SASL_SSL", "sasl.mechanism=PLAIN",
               "sasl.username= odd \\ name", "sasl.password=" SECRET, "pintop.stream.seed=100",
               "pintop.stream.rate=0.5", "pintop.topics.prefix=", "pintop.topics=u1\\..*|x",
               "pintop.stream.source=/dir with blanks/h\xc3\xa9", "pintop.stream.stop.after=60"));
    unsetenv("PINTOP_USER_ID");
    mode_t mask = umask(0);
    assert_int_equal(pt_config_save(cfg, "work", path, sizeof path, &err), PT_OK);
    umask(mask);
    assert_string_equal(path, at("new/config/pintop/work.properties"));
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(mode_of(at("new/config/pintop")), 0700);
    assert_int_equal(mode_of(at("new")), 0700);
    const char *text = read_text(path);
    assert_null(strstr(text, SECRET));
    assert_non_null(strstr(text, "# secret, not written here: sasl.password\n"));
    assert_null(strstr(text, "pintop.stream.seed")); /* is the default */
    assert_null(strstr(text, "pintop.stream.pin.rate"));
    struct pt_config *again = load("work", NULL, NULL);
    for (size_t i = 0; i < pt_config_count(cfg); i++) {
        struct pt_property was = pt_config_at(cfg, i);
        if (was.is_secret)
            continue;
        const struct pt_property *is = property(again, was.name);
        assert_non_null(is);
        assert_int_equal(is->is_kafka, was.is_kafka);
        if (was.value)
            assert_string_equal(is->value, was.value);
        else
            assert_null(is->value);
    }
    assert_int_equal(pt_config_count(again), pt_config_count(cfg) - 1);
    pt_config_free(again);
    pt_config_free(cfg);
}

static void test_saving_keeps_what_was_there(void **state)
{
    char path[256];
    (void)state;
    write_file(".config/pintop/default.properties", "sasl.password=" SECRET "\n");
    struct pt_config *cfg = load(NULL, NULL, X("pintop.stream.seed=7"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pt_config_save(cfg, "other", path, sizeof path, NULL), PT_OK);
        assert_non_null(strstr(read_text(path), "pintop.stream.seed=7\n"));
    }
    assert_int_equal(pt_config_save(cfg, "default", path, sizeof path, NULL), PT_OK);
    assert_memory_equal(read_text(path), "sasl.password=" SECRET "\n# added by pintop, ",
                        strlen("sasl.password=" SECRET "\n# added by pintop, "));
    assert_non_null(strstr(read_text(path), "Z\npintop.stream.seed=7\n"));
    assert_string_equal(read_text(at(".config/pintop/default.properties.old")),
                        "sasl.password=" SECRET "\n");
    pt_config_free(cfg);
}

/* A file that somebody wrote: only the lines that must change do, whatever they look like. */
static void test_saving_edits_what_people_wrote(void **state)
{
    static const char written[] = "# ours; ask mara before you touch it\r\n"
                                  "\r\n"
                                  "bootstrap.servers : b-1:9096,\\\r\n"
                                  "    b-2:9096\r\n"
                                  "sasl.username=mara\r\n"
                                  "sasl.password=" SECRET "\r\n"
                                  "! what others read\r\n"
                                  "pintop.stream.rate   10\r\n"
                                  "  pintop.stream.seed=3\r\n"
                                  "acks=all";
    char path[256], *plan = NULL;
    struct pt_error err;
    (void)state;
    write_file(".config/pintop/work.properties", written);
    assert_int_equal(chmod(at(".config/pintop/work.properties"), 0640), 0);
    struct pt_config *cfg = load("work", NULL, NULL);
    /* Nothing is otherwise: nothing is written, in no other words either. */
    assert_int_equal(pt_config_save_plan(cfg, "work", &plan, &err), PT_OK);
    assert_string_equal(plan, "");
    free(plan);
    assert_int_equal(pt_config_save(cfg, "work", path, sizeof path, &err), PT_OK);
    assert_string_equal(read_text(path), written);
    assert_int_equal(access(at(".config/pintop/work.properties.old"), F_OK), -1);
    pt_config_free(cfg);

    cfg = load("work", NULL,
               X("pintop.stream.rate=200", "pintop.user.id=u7", "sasl.password=another",
                 "bootstrap.servers=b-1:9096,b-2:9096,b-3:9096"));
    assert_int_equal(pt_config_save_plan(cfg, "work", &plan, &err), PT_OK);
    assert_non_null(strstr(plan, "- pintop.stream.rate=10\n+ pintop.stream.rate=200\n"));
    assert_non_null(strstr(plan, "+ pintop.user.id=u7\n"));
    assert_non_null(strstr(plan, "sasl.password is a secret: it is not written"));
    assert_null(strstr(plan, SECRET));
    assert_null(strstr(plan, "another"));
    free(plan);
    assert_string_equal(read_text(path), written); /* asked, not done */
    assert_int_equal(pt_config_save(cfg, "work", path, sizeof path, &err), PT_OK);
    static const char changed[] = "# ours; ask mara before you touch it\r\n"
                                  "\r\n"
                                  "bootstrap.servers=b-1:9096,b-2:9096,b-3:9096\r\n"
                                  "sasl.username=mara\r\n"
                                  "sasl.password=" SECRET "\r\n"
                                  "! what others read\r\n"
                                  "pintop.stream.rate=200\r\n"
                                  "  pintop.stream.seed=3\r\n"
                                  "acks=all\n"
                                  "# added by pintop, ";
    assert_memory_equal(read_text(path), changed, sizeof changed - 1);
    assert_non_null(strstr(read_text(path), "Z\npintop.user.id=u7\n"));
    assert_int_equal(mode_of(path), 0640);
    assert_string_equal(read_text(at(".config/pintop/work.properties.old")), written);
    pt_config_free(cfg);

    /* Once more: what was there first is still there. */
    cfg = load("work", NULL, X("pintop.stream.rate=300"));
    assert_int_equal(pt_config_save(cfg, "work", path, sizeof path, &err), PT_OK);
    assert_non_null(strstr(read_text(path), "pintop.stream.rate=300\r\n"));
    assert_string_equal(read_text(at(".config/pintop/work.properties.old")), written);
    assert_non_null(
        strstr(read_text(at(".config/pintop/work.properties.old.2")), "pintop.stream.rate=200"));
    assert_int_equal(pt_config_save_plan(cfg, "fresh", &plan, &err), PT_OK);
    assert_null(plan); /* no such file yet */
    pt_config_free(cfg);

    /* What goes back to its default is a change, too. */
    cfg = load("work", NULL, X("pintop.stream.rate=original"));
    assert_int_equal(pt_config_save_plan(cfg, "work", &plan, &err), PT_OK);
    assert_string_equal(plan, "- pintop.stream.rate=300\n+ pintop.stream.rate=original\n");
    free(plan);
    pt_config_free(cfg);
    static const char *const made[] = {"", ".old", ".old.2"};
    for (size_t i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, ".config/pintop/work.properties%s", made[i]);
        assert_int_equal(unlink(at(name)), 0);
    }
}

static void test_saving_that_fails_leaves_the_old_file(void **state)
{
    struct pt_error err;
    struct pt_config *cfg = load(NULL, NULL, X("pintop.stream.seed=7"));
    (void)state;
    assert_int_equal(pt_config_save(cfg, "../x", NULL, 0, &err), PT_ECONFIG);
    assert_int_equal(pt_config_save(cfg, "", NULL, 0, &err), PT_ECONFIG);
    /* A directory stands where the file should go: it can't be replaced, and nothing is left. */
    write_file(".config/pintop/work.properties/x", "");
    assert_int_equal(pt_config_save(cfg, "work", NULL, 0, &err), PT_EIO);
    assert_non_null(strstr(err.what, "work.properties"));
    assert_true(err.fix[0] != 0);
    setenv("XDG_CONFIG_HOME", write_file("a-file", ""), 1);
    assert_int_equal(pt_config_save(cfg, "work", NULL, 0, &err), PT_EIO);
    assert_non_null(strstr(err.what, "cannot make the directory"));
    pt_config_free(cfg);
    unsetenv("XDG_CONFIG_HOME");
    assert_int_equal(remove(at(".config/pintop/work.properties/x")), 0);
    assert_int_equal(rmdir(at(".config/pintop/work.properties")), 0);
    assert_int_equal(rmdir(at(".config/pintop")), 0); /* no temporary file in it */
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

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

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
        TEST(embedded_by_its_word),
        TEST(an_msk_cluster_is_a_cluster),
        TEST(later_wins),
        TEST(origin_is_the_path_as_given),
        TEST(an_alias_replaces_its_property),
        TEST(default_context_only_if_it_exists),
        TEST(context_names),
        TEST(a_context_or_file_is_not_unset),
        TEST(empty_puts_the_default_back),
        TEST(which_cluster_is_never_empty),
        TEST(readonly),
        TEST(every_property_has_its_own_twin),
        TEST(unknown_variables_are_warnings),
        TEST(a_bad_variable_is_an_error),
        TEST(bad_values),
        TEST(values_with_units),
        TEST(good_values),
        TEST(a_bad_line_is_named),
        TEST(unknown_names_get_the_nearest),
        TEST(settings_are_key_value),
        TEST(files_that_cannot_be_read),
        TEST(secrets_are_marked),
        TEST(no_error_holds_a_secret),
        TEST(a_file_for_msk_iam_works_as_it_is),
        TEST(java_only_properties_are_one_warning),
        TEST(another_callback_handler_is_named),
        TEST(settings_that_would_do_nothing_are_said),
        TEST(rates_as_text),
        TEST(what_is_saved_is_loaded_again),
        TEST(saving_keeps_what_was_there),
        TEST(saving_edits_what_people_wrote),
        TEST(saving_that_fails_leaves_the_old_file),
        TEST(the_table_can_be_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
