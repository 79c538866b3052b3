/* Files that people have for Java's tools, as they are: logins of every kind, judged by what Java's
 * own client makes of them (tests/data/config/jaas_java.json holds its answers), and files that
 * were never meant for -F. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <librdkafka/rdkafka.h>

#include "base/file.h"
#include "config/jaas.h"
#include "config/slips.h"
#include "pintop/config.h"
#include "scratch.h"

#define DATA "tests/data/config/"
#define CASES DATA "cases/"
#define SCRAM "org.apache.kafka.common.security.scram.ScramLoginModule required "
#define MSK "b-1.x.c12.kafka.us-east-1.amazonaws.com"

static pt_code load_with(const char *path, const char *setting, struct pt_config **cfg,
                         struct pt_error *err)
{
    const struct pt_config_args args = {
        .files = &path, .n_files = 1, .settings = &setting, .n_settings = setting != NULL};
    memset(err, 0, sizeof *err);
    return pt_config_load(&args, cfg, err);
}

static struct pt_config *load(const char *path)
{
    struct pt_config *cfg;
    struct pt_error err;
    if (load_with(path, NULL, &cfg, &err) != PT_OK)
        fail_msg("%s: %s. %s", path, err.what, err.fix);
    return cfg;
}

static const char *write(const char *text)
{
    static char path[256];
    scratch_put("client.properties", text);
    snprintf(path, sizeof path, "%s", scratch_path("client.properties"));
    return path;
}

/* Refused by the configuration, with all of these words in its sentence or its fix. */
static void refused(const char *path, const char *says, const char *fix)
{
    struct pt_config *cfg;
    struct pt_error err;
    if (load_with(path, NULL, &cfg, &err) != PT_ECONFIG)
        fail_msg("%s is taken", path);
    if (strstr(err.what, says) == NULL || strstr(err.fix, fix) == NULL)
        fail_msg("%s: %s. %s", path, err.what, err.fix);
    assert_int_equal(pt_code_exit(err.code), 2);
}

static const char *warning_with(const struct pt_config *cfg, const char *word)
{
    for (size_t i = 0; i < pt_config_warnings(cfg); i++)
        if (strstr(pt_config_warning(cfg, i), word) != NULL)
            return pt_config_warning(cfg, i);
    return NULL;
}

static struct pt_property property(const struct pt_config *cfg, const char *name)
{
    for (size_t i = 0; i < pt_config_count(cfg); i++)
        if (strcmp(pt_config_at(cfg, i).name, name) == 0)
            return pt_config_at(cfg, i);
    fail_msg("%s is not set", name);
    return (struct pt_property){0};
}

static struct pt_property login_option(const struct pt_config *cfg, const char *name)
{
    for (size_t i = 0; i < pt_config_login_count(cfg); i++)
        if (strcmp(pt_config_login_at(cfg, i).name + strlen("sasl.jaas.config "), name) == 0)
            return pt_config_login_at(cfg, i);
    fail_msg("the login has no %s", name);
    return (struct pt_property){0};
}

/* ------------------------------------------------------------------ the login's grammar */

/* Java takes it: so do we, with the same values. Java refuses it: we too, or we say that it does.
 */
static void check_row(const cJSON *row)
{
    const char *text = cJSON_GetObjectItem(row, "text")->valuestring;
    const cJSON *options = cJSON_GetObjectItem(row, "options"), *option;
    struct jaas jaas;
    struct pt_error err;
    pt_code code = jaas_parse(text, &jaas, &err);
    if (options == NULL && code == PT_OK && jaas.java_refuses == NULL)
        fail_msg("taken without a word: %s", text);
    if (options != NULL && (code != PT_OK || jaas.java_refuses != NULL))
        fail_msg("%s: %s", text, code != PT_OK ? err.what : jaas.java_refuses);
    cJSON_ArrayForEach(option, options)
    {
        const char *value = jaas_get(&jaas, option->string);
        if (strcmp(value != NULL ? value : "", option->valuestring) != 0)
            fail_msg("%s: %s is %s", text, option->string, value);
    }
    jaas_done(&jaas);
}

static void logins_read_as_java_reads_them(void **state)
{
    char *text;
    const cJSON *row;
    int n = 0;
    (void)state;
    assert_int_equal(file_read(DATA "jaas_java.json", 1 << 20, &text, NULL, NULL), PT_OK);
    cJSON *rows = cJSON_Parse(text);
    cJSON_ArrayForEach(row, rows)
    {
        check_row(row);
        n++;
    }
    assert_true(n > 30);
    cJSON_Delete(rows);
    free(text);
}

/* ------------------------------------------------------------------ SCRAM and PLAIN */

static void a_password_login_works_as_it_is(void **state)
{
    static const struct {
        const char *file, *user, *password, *line;
    } cases[] = {
        {CASES "scram-jaas-single-quotes.properties", "alice", "alice-secret", ":3"},
        {CASES "scram-username-in-jaas.properties",   "admin", "secret1",      ":5"},
        {CASES "plain-username-in-jaas.properties",   "KEY",   "SECRET",       ":4"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pt_config *cfg = load(cases[i].file);
        assert_string_equal(pt_config_get(cfg, "sasl.username"), cases[i].user);
        assert_string_equal(pt_config_get(cfg, "sasl.password"), cases[i].password);
        assert_true(property(cfg, "sasl.username").is_kafka);
        assert_true(property(cfg, "sasl.password").is_secret);
        assert_non_null(strstr(property(cfg, "sasl.username").origin, cases[i].line));
        pt_config_free(cfg);
    }
}

static void a_login_may_go_on_over_lines(void **state)
{
    (void)state;
    struct pt_config *cfg =
        load(write("bootstrap.servers=h:9096\nsecurity.protocol=SASL_SSL\n"
                   "sasl.mechanism=SCRAM-SHA-512\n"
                   "sasl.jaas.config=" SCRAM "\\\n"
                   "   username=\"al\\\\\"ice\" \\\n\tpassword='its' \\\n ;\n"));
    assert_string_equal(pt_config_get(cfg, "sasl.username"), "al\"ice");
    pt_config_free(cfg);
}

static void a_property_of_its_own_goes_before_the_login(void **state)
{
    struct pt_config *cfg;
    struct pt_error err;
    (void)state;
    assert_int_equal(
        load_with(CASES "scram-jaas-single-quotes.properties", "sasl.username=bob", &cfg, &err),
        PT_OK);
    assert_string_equal(pt_config_get(cfg, "sasl.username"), "bob");
    assert_string_equal(pt_config_get(cfg, "sasl.password"), "alice-secret");
    assert_non_null(warning_with(cfg, "sasl.username (-X) is used"));
    assert_null(warning_with(cfg, "alice-secret"));
    pt_config_free(cfg);
}

static void what_java_would_refuse_is_said(void **state)
{
    (void)state;
    struct pt_config *cfg = load(CASES "scram-username-in-jaas.properties");
    assert_non_null(warning_with(cfg, "Java's client refuses it: a ; is missing at the end"));
    assert_non_null(warning_with(cfg, "scram-username-in-jaas.properties:3) is a Java key store"));
    pt_config_free(cfg);
    refused(write("bootstrap.servers=h:9096\nsecurity.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n"
                  "sasl.jaas.config=" SCRAM "username=\"a\";\n"),
            ":4: sasl.jaas.config has no password, which PLAIN needs", "password");
    refused(write("bootstrap.servers=h:9096\nsasl.mechanism=PLAIN\n"
                  "sasl.jaas.config=" SCRAM "username=\"a\" password=\"s\"; # mine\n"),
            ":3: sasl.jaas.config has a comment after its value", "line of its own");
    cfg = load(write("bootstrap.servers=h:9096\nsecurity.protocol=SASL_SSL\n"
                     "sasl.jaas.config=" SCRAM "username=\"a\" password=\"s\";\n"));
    assert_non_null(warning_with(cfg, "sasl.mechanism is not set: set sasl.mechanism=SCRAM"));
    pt_config_free(cfg);
}

/* ------------------------------------------------------------------ slips */

static void slips_are_named_as_what_they_are(void **state)
{
    static const struct {
        const char *line, *says, *fix;
    } cases[] = {
        {"security.protocol=\"SASL_SSL\"",
         ":1: security.protocol=\"SASL_SSL\": the value is in "
         "quotes",                                                                                                 "security.protocol=SASL_SSL"},
        {"bootstrap.servers='b-1:9098,b-2:9098'",                            "is in quotes",                       "=b-1:9098,b-2:9098"        },
        {"pintop.user.id = \"0a1b\"",                                        "is in quotes",                       "pintop.user.id=0a1b"       },
        {"acks=all  # every replica",                                        "the value is followed by a comment", "acks=all"                  },
        {"bootstrap.servers=h:9092 # prod",                                  "is followed by a comment",           "bootstrap.servers=h:9092"  },
        {"bootstrap.servers=<BootstrapServerString>",
         ":1: bootstrap.servers=<BootstrapServerString>"
         ": this is a placeholder",                                                                                "pintop discover"           },
        {"bootstrap.servers=YOUR_BROKERS:9092",                              "this is a placeholder",              "HOST:PORT"                 },
        {"bootstrap.servers=${BROKERS}",                                     "this is a placeholder",              "HOST:PORT"                 },
        {"client.id={{ client }}",                                           "this is a placeholder",              "real value"                },
        {"sasl.username=<user>",                                             "this is a placeholder",              "real value"                },
        {"sasl.password=<password>",                                         "sasl.password",                      "real value"                },
        {"ssl.ca.location=/etc/<your-ca>.pem\nsecurity.protocol=<protocol>", "placeholder",                        "real"                      },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(write(cases[i].line), cases[i].says, cases[i].fix);
    refused(CASES "values-in-quotes.properties",
            "values-in-quotes.properties:1: "
            "security.protocol=\"SASL_SSL\"",
            "Remove the quotes");
    refused(CASES "placeholders-not-filled-in.properties", "properties:4: awsRoleArn of", "real");
}

/* Only values that were never filled in: a field's name, and names that people gave, are none. */
static void names_that_hold_your_are_no_placeholders(void **state)
{
    static const struct {
        const char *value;
        bool is_one;
    } cases[] = {
        {"your-bucket",                      true },
        {"your_role_arn",                    true },
        {"your-cluster-name:9092",           true },
        {"/etc/your-ca.pem",                 false},
        {"arn:aws:iam::1:role/your-role",    true },
        {"YOUR_BROKERS:9092",                true },
        {"a,your_topic",                     true },
        {"{\"user\": \"your_username\"}",    true },
        {"your-energy.readings",             false},
        {"your_tenant=acme",                 false},
        {"{\"your_name\": \"x\"}",           false},
        {"{\"your_name\" :1,\"YOUR_ID\":2}", false},
        {"YOUR_FIELD=1",                     false},
        {"yours",                            false},
        {"not-your-bucket2",                 false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (slips_is_placeholder(cases[i].value, false) != cases[i].is_one)
            fail_msg("%s", cases[i].value);
}

/* librdkafka may have been built without it: then another sentence, and another step. */
static void an_oidc_login_is_told_what_takes_its_place(void **state)
{
    static const char java[] =
        "bootstrap.servers=h:9093\nsecurity.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\n"
        "sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer."
        "OAuthBearerLoginCallbackHandler\n"
        "sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule "
        "required clientId=\"me\" clientSecret=\"s3cr3t\";\n";
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool has_oidc = rd_kafka_conf_set(conf, "sasl.oauthbearer.method", "oidc", why, sizeof why) ==
                    RD_KAFKA_CONF_OK;
    (void)state;
    rd_kafka_conf_destroy(conf);
    refused(write(java),
            has_oidc ? ":3: sasl.mechanism is OAUTHBEARER, but nothing is configured that gets"
                     : ":3: ",
            has_oidc ? "sasl.oauthbearer.method=oidc" : "built with libcurl");
    if (!has_oidc)
        refused(write("sasl.oauthbearer.token.endpoint.url=https://idp.example/token\n"),
                ":1: this login by OpenID Connect", "MSK IAM");
}

static void servers_that_are_overridden_may_be_a_placeholder(void **state)
{
    struct pt_config *cfg;
    struct pt_error err;
    (void)state;
    assert_int_equal(load_with(write("bootstrap.servers=<BootstrapServerString>\n"),
                               "bootstrap.servers=h:9092", &cfg, &err),
                     PT_OK);
    pt_config_free(cfg);
}

/* A password may hold what would be a slip elsewhere. */
static void passwords_are_left_as_they_are(void **state)
{
    static const char *const values[] = {"\"quoted\"", "a # b", "it's", "a<b>c", "$ecret{x}"};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char line[128];
        snprintf(line, sizeof line, "bootstrap.servers=h:1\nsasl.password=%s\n", values[i]);
        struct pt_config *cfg = load(write(line));
        assert_string_equal(pt_config_get(cfg, "sasl.password"), values[i]);
        assert_null(warning_with(cfg, values[i]));
        assert_int_equal(warning_with(cfg, "sasl.password") != NULL, i < 2);
        pt_config_free(cfg);
    }
}

/* ------------------------------------------------------------------ other files */

static void other_files_are_called_by_their_name(void **state)
{
    static const struct {
        const char *text, *says, *fix;
    } cases[] = {
        {"{\"a\": 1}",                                                  "is JSON, and not",            "bootstrap.servers="},
        {"\xef\xbb\xbf{\"config\": {}}",                                "a connector's configuration", "connector create"  },
        {"<?xml version=\"1.0\"?><a/>",                                 "is XML or HTML",              ""                  },
        {"# c\n---\nkafka:\n  servers: h\n",                            "is YAML",                     "nesting"           },
        {"spring:\n  kafka:\n    bootstrap-servers: h\n",               "is YAML",                     "nesting"           },
        {"[default]\nregion = us-east-1\n",                             "an AWS configuration",        "AWS_CONFIG_FILE"   },
        {"export BOOTSTRAP=h:9092\n",                                   "is a shell script",           "export"            },
        {"-----BEGIN CERTIFICATE-----\nMIID\n",                         "PEM",                         "ssl.ca.location"   },
        {"\xfe\xed\xfe\xed\x01",                                        "JKS",                         "keytool"           },
        {"\xff\xfe"
         "a=b",                                                "UTF-16",                      "UTF-8"             },
        {"Access key ID,Secret access key\nAKIA,x\n",                   "CSV",                         "aws configure"     },
        {"// mine\nKafkaClient {\n x.PlainLoginModule required;\n};\n", "is a JAAS login",
         "sasl.jaas.config"                                                                                                },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(write(cases[i].text), cases[i].says, cases[i].fix);
    refused(CASES "c.yaml", "c.yaml is YAML", "bootstrap.servers=");
    refused(CASES "connector.json", "is JSON, a connector's configuration", "update");
    refused(CASES "users_jaas.conf", "is a JAAS login configuration", "sasl.jaas.config");
}

/* A colon is a separator of properties too, and so is nothing at all. */
static void properties_that_look_like_others_are_taken(void **state)
{
    static const char *const texts[] = {
        "bootstrap.servers: h:9092\nclient.id: x\n",
        "# bootstrap: \nclient.id=x\n",
        "client.id:\nbootstrap.servers=h:1\n",
        "! {\nclient.id x\n",
        "",
        "\n\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        pt_config_free(load(write(texts[i])));
}

/* ------------------------------------------------------------------ ports */

#define IAM                                                                                        \
    "security.protocol=SASL_SSL\nsasl.mechanism=AWS_MSK_IAM\n"                                     \
    "sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required;\n"
#define SCRAM_LOGIN                                                                                \
    "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.username=u\nsasl.password=p\n"

static void a_port_of_another_login_is_warned_of(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {IAM "bootstrap.servers=" MSK ":9092\n",
         "port 9092 of " MSK
         " is MSK's for plaintext; the configured login is IAM: write port 9098"                            },
        {IAM "bootstrap.servers=" MSK ":9094\n",                          "9198"                            },
        {IAM "bootstrap.servers=" MSK ":9196\n",                          "is MSK's for SCRAM"              },
        {IAM "bootstrap.servers=" MSK "\n",                               "has no port"                     },
        {IAM "bootstrap.servers=tunnel:9098,other:9094\n",                "port 9094 of other"              },
        {SCRAM_LOGIN "bootstrap.servers=" MSK ":9098\n",                  "write port 9096"                 },
        {"security.protocol=SSL\nbootstrap.servers=" MSK ":9092\n",       "write port 9094"                 },
        {"security.protocol=PLAINTEXT\nbootstrap.servers=" MSK ":9094\n",
         "the configured login is plaintext: write port 9092"                                               },
        {"sasl.mechanism=PLAIN\nbootstrap.servers=h:9092\n",              "needs security.protocol=SASL_SSL"},
    };
    static const char *const good[] = {
        IAM "bootstrap.servers=" MSK ":9098\n",     IAM "bootstrap.servers=" MSK ":9198\n",
        IAM "bootstrap.servers=localhost:19098\n",  SCRAM_LOGIN "bootstrap.servers=" MSK ":9096\n",
        SCRAM_LOGIN "bootstrap.servers=own:9092\n", "bootstrap.servers=own:9094\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pt_config *cfg = load(write(cases[i].text));
        if (warning_with(cfg, cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].text,
                     pt_config_warnings(cfg) > 0 ? pt_config_warning(cfg, 0) : "no warning");
        pt_config_free(cfg);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct pt_config *cfg = load(write(good[i]));
        if (pt_config_warnings(cfg) != 0)
            fail_msg("%s: %s", good[i], pt_config_warning(cfg, 0));
        pt_config_free(cfg);
    }
    struct pt_config *cfg = load(CASES "iam-on-plaintext-port-9092.properties");
    assert_non_null(warning_with(cfg, "9098"));
    pt_config_free(cfg);
}

/* ------------------------------------------------------------------ shown by `config` */

static void the_login_is_shown_option_by_option(void **state)
{
    struct pt_config *cfg;
    struct pt_error err;
    (void)state;
    cfg = load(CASES "role-hidden-by-config.properties");
    struct pt_property role = login_option(cfg, "awsRoleArn");
    assert_string_equal(role.value, "arn:aws:iam::123456789012:role/0a1b-ec2-access-role");
    assert_string_equal(role.origin, CASES "role-hidden-by-config.properties:4");
    assert_false(role.is_secret);
    assert_true(login_option(cfg, "awsRoleSecretAccessKey").is_secret);
    pt_config_free(cfg);
    assert_int_equal(load_with(CASES "role-hidden-by-config.properties",
                               "pintop.aws.role.arn=arn:aws:iam::1:role/mine", &cfg, &err),
                     PT_OK);
    assert_non_null(strstr(login_option(cfg, "awsRoleArn").origin,
                           "; not used: pintop.aws.role.arn=arn:aws:iam::1:role/mine (-X)"));
    pt_config_free(cfg);
    cfg = load(write("bootstrap.servers=" MSK ":9098\nsecurity.protocol=SASL_SSL\n"
                     "sasl.mechanism=AWS_MSK_IAM\nsasl.jaas.config=x.IAMLoginModule required "
                     "awsProfileName=\"dev\" awsRoleArn=\"arn:aws:iam::1:role/x\" "
                     "awsRoleSessionName=\"me\" awsStsRegion=\"eu-west-1\";\n"));
    assert_non_null(
        strstr(login_option(cfg, "awsRoleArn").origin, "awsProfileName takes precedence"));
    assert_string_equal(login_option(cfg, "awsRoleSessionName").value, "me");
    assert_string_equal(login_option(cfg, "awsStsRegion").value, "eu-west-1");
    pt_config_free(cfg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logins_read_as_java_reads_them),
        cmocka_unit_test(a_password_login_works_as_it_is),
        cmocka_unit_test(a_login_may_go_on_over_lines),
        cmocka_unit_test(a_property_of_its_own_goes_before_the_login),
        cmocka_unit_test(what_java_would_refuse_is_said),
        cmocka_unit_test(slips_are_named_as_what_they_are),
        cmocka_unit_test(names_that_hold_your_are_no_placeholders),
        cmocka_unit_test(an_oidc_login_is_told_what_takes_its_place),
        cmocka_unit_test(servers_that_are_overridden_may_be_a_placeholder),
        cmocka_unit_test(passwords_are_left_as_they_are),
        cmocka_unit_test(other_files_are_called_by_their_name),
        cmocka_unit_test(properties_that_look_like_others_are_taken),
        cmocka_unit_test(a_port_of_another_login_is_warned_of),
        cmocka_unit_test(the_login_is_shown_option_by_option),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
