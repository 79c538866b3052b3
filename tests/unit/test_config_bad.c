/* What is wrong in a configuration is named with file and line, and no text shows a secret. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "config.h"
#include "config_asserts.h"
#include "pintop/config.h"
#include "scratch.h"

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
        "environment: PINTOP_USERID is not a property of pintop; did you mean PINTOP_USER_ID?");
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
        {"linger.ms=1s", "librdkafka would read only its digits", "Write linger.ms=1000"},
        {"message.max.bytes=1MB", "only its digits", "Write message.max.bytes=1000000"},
        {"retries=5 times", "only its digits", "Write a plain number"},
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
        {"acks=1\n=2\n",               ":2: a value has no name"                          },
        {"x\xff=1\n",                  ":1: this is not UTF-8 text"                       },
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
        {"pintop.stream.rat=1",       "Did you mean pintop.stream.rate?"             },
        {"pintop.userid=1",           "Did you mean pintop.user.id?"                 },
        {"pintop.user_id=1",          "Did you mean pintop.user.id?"                 },
        {"pintop.dirty.pct=1",        "Did you mean pintop.stream.dirty.pct?"        },
        {"pintop.stream.pni.topic=1", "Did you mean pintop.stream.pin.topic?"        },
        {"Pintop.User.Id=x",          "Did you mean pintop.user.id?"                 },
        {"pintop.colour.scheme=dark", "List pintop's properties with `pintop config`"},
        {"boostrap.servers=a:1",      "Did you mean bootstrap.servers?"              },
        {"bootstrap.server=a:1",      "Did you mean bootstrap.servers?"              },
        {"linger=5",                  "Did you mean linger.ms?"                      },
        {"sasl.mechansim=PLAIN",      "Did you mean sasl.mechanism?"                 },
        {"sasl.user=x",               "Did you mean sasl.username?"                  },
        {"message.timout.ms=1",       "Did you mean message.timeout.ms?"             },
        {"key.serialiser=x",          "Did you mean key.serializer?"                 },
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
    assert_string_equal(err.what, "-X bootstrap.servers: this is not KEY=VALUE");
    assert_string_equal(err.fix, "Write -X KEY=VALUE");
    assert_non_null(strstr(refused(NULL, NULL, X("=x"), PT_ECONFIG).what, "not KEY=VALUE"));
    assert_non_null(strstr(refused(NULL, NULL, X(""), PT_ECONFIG).what, "not KEY=VALUE"));
}

static void test_files_that_cannot_be_read(void **state)
{
    char what[PT_WHAT_MAX];
    (void)state;
    const char *missing = scratch_path("missing.properties");
    struct pt_error err = refused(NULL, X(missing), NULL, PT_ECONFIG);
    snprintf(what, sizeof what, "%s: the file does not exist", missing);
    assert_string_equal(err.what, what);
    err = refused(NULL, X(scratch_dir), NULL, PT_ECONFIG);
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
                        "-X sasl.password***: this is not KEY=VALUE");
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
        ("key.serializer (" FIXTURES "java-client.properties:3)"),
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
    assert_non_null(strstr(pt_config_warning(cfg, 0), "no servers are configured"));
    pt_config_free(cfg);
    refused(
        NULL, NULL,
        X("bootstrap.servers=a:1", "sasl.mechanism=PLAIN", "sasl.jaas.config=p password=" SECRET),
        PT_ECONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
