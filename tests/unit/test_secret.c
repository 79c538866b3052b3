/* What must never be shown: names, and passwords in URLs, also through errors and the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mask.h"
#include "base/secret.h"
#include "connector/conn.h"
#include "connector/rules/rules.h"
#include "connector/witness/log_block.h"
#include "pintop/config.h"
#include "pintop/error.h"

static void test_names(void **state)
{
    static const char *const secret[] = {
        "sasl.password",
        "ssl.key.password",
        "ssl.key.pem",
        "ssl.certificate.pem",
        "sasl.jaas.config",
        "SASL.Password",
        "aws.secret.key",
        "sasl.oauthbearer.config",
        "aws.session.token",
        "basic.user.info",
        "key.passphrase",
        "sasl.oauthbearer.client.secret",
        "dbPassword",
        "userPass",
        "db_pwd",
        "AWS_SESSION_TOKEN",
        "http.cookie",
        "token",
        "secret.id",
        "SecretAccessKey",

        "slack.webhook.url",
    };
    static const char *const open[] = {
        "sasl.username",
        "ssl.key.location",
        "sasl.oauthbearer.token.endpoint.url",
        "linger.ms",
        "",
        "sasl.oauthbearer.method",
        "ssl.ca.location",
        "pintop.user.id",
        "token.expiry.hours",
        "passwordMaxLength",
        "password_file",
        "max.tokens",
        "topic.keys",
        "primary.key.fields",
        "AccessKeyId",
        "aws_access_key_id",
        "s3.credentials.provider.class",
    };
    (void)state;
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
        if (!secret_is_name(secret[i]))
            fail_msg("%s is shown", secret[i]);
    }
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        if (secret_is_name(open[i]))
            fail_msg("%s is hidden", open[i]);
    }
    assert_string_equal(secret_word_end("sasl.passwordhunter2"), "hunter2");
    assert_string_equal(secret_word_end("sasl.jaas.confighunter2"), "hunter2");
    assert_null(secret_word_end("linger.ms"));
}

static void masks(const char *text, const char *expected)
{
    char out[256];
    snprintf(out, sizeof out, "%s", text);
    bool has_any = mask_secrets(out, sizeof out);
    assert_string_equal(out, expected);
    assert_int_equal(has_any, strcmp(text, expected) != 0);
}

static void test_urls(void **state)
{
    (void)state;
    masks("http://u:hunter2@h:8083/x", "http://u:***@h:8083/x");
    masks("http://u:x@h", "http://u:***@h"); /* longer than it was */
    masks("http://:x@h", "http://:***@h");
    masks("a http://u:p:q@r@h, then https://v:w@i/", "a http://u:***@h, then https://v:***@i/");
    masks("SASL_SSL://u:p@h1:9092,h2:9092", "SASL_SSL://u:***@h1:9092,h2:9092");
    masks("PLAINTEXT://a:1,SSL://u:p@b:2", "PLAINTEXT://a:1,SSL://u:***@b:2");
    masks("http://h:8083/a@b", "http://h:8083/a@b");
    masks("http://u@h", "http://u@h");
    masks("http://u:@h", "http://u:@h");
    masks("mail a:b@c, ://", "mail a:b@c, ://");
    masks("", "");
}

/* Names and shapes that were found to come through. */
static void test_more_shapes(void **state)
{
    (void)state;
    masks("{\"password\":[\"a1\",\"b2\"],\"x\":1}", "{\"password\":[***],\"x\":1}");
    masks("{\"credentials\":{\"user\":\"u\",\"secret\":\"a1\"}}",
          "{\"credentials\":{\"user\":\"u\",\"secret\":\"***\"}}");
    masks("PASSWORD\t=\ta1", "PASSWORD\t=\t***");
    masks("<password type=\"x\">a1</password>", "<password type=\"x\">***</password>");
    masks("<password/>a1", "<password/>a1");
    masks("CREATE USER u IDENTIFIED BY 'a1'; x", "CREATE USER u IDENTIFIED BY '***'; x");
    masks("ALTER ROLE u WITH PASSWORD 'a1'", "ALTER ROLE u WITH PASSWORD '***'");
    masks("Unexpected token '<' by 'x'", "Unexpected token '<' by 'x'");
    masks("curl -u me:a1 https://h", "curl -u me:*** https://h");
    masks("ls -u x: y", "ls -u x: y");
    masks("https://maps/x?key=a1&v=2", "https://maps/x?key=***&v=2");
    masks("key=a1", "key=a1");
    masks("gcp.credentials=a1 license=b2", "gcp.credentials=*** license=***");
    masks("/h/.aws/credentials:4: twice", "/h/.aws/credentials:4: twice");
    masks("basic.auth.credentials.source=URL", "basic.auth.credentials.source=URL");
    masks("x YWRtaW46czNjcmV0 y", "x *** y"); /* admin:s3cret */
    masks("YWRtaW4gczNjcmV0 aaaaaaaaaaaaaaaa", "YWRtaW4gczNjcmV0 aaaaaaaaaaaaaaaa");
    masks("dckr_pat_abcdefgh1J hf_abcdefgh1J", "dckr_pat_*** hf_***");
    masks("sk-abcdefghijklmnopqrs1", "sk-***");
    masks("sk-cluster-01.example.com:9092", "sk-cluster-01.example.com:9092");
}

static void test_no_room_for_stars(void **state)
{
    (void)state;
    for (size_t cap = sizeof "http://u:x@host"; cap < 20; cap++) {
        char text[32] = "http://u:x@host";
        memset(text + cap, '#', sizeof text - cap);
        assert_true(mask_secrets(text, cap));
        assert_true(strlen(text) < cap);
        assert_null(strchr(text, 'x'));
        for (size_t i = cap; i < sizeof text; i++)
            assert_int_equal(text[i], '#');
    }
}

/* In an array of its own, as the kernel lays them: what stands behind a word stays. */
static void hides(const char *word, const char *expected)
{
    char memory[256] = "", *argv[] = {memory, NULL}, **words;
    size_t len = strlen(word);
    memset(memory, '#', sizeof memory);
    memcpy(memory, word, len + 1);
    assert_int_equal(pt_arguments_take(1, argv, &words, NULL), PT_OK);
    assert_string_equal(words[0], word);
    assert_null(words[1]);
    pt_arguments_free(words);
    assert_string_equal(memory, expected);
    for (size_t i = strlen(expected); i <= len; i++)
        assert_int_equal(memory[i], '\0');
    for (size_t i = len + 1; i < sizeof memory; i++)
        assert_int_equal(memory[i], '#');
}

static void test_words_of_the_command_line(void **state)
{
    (void)state;
    hides("sasl.password=two words, and more", "sasl.password=***");
    hides("-Xsasl.password=hunter2", "-Xsasl.password=***");
    hides("--set=sasl.password=a b", "--set=sasl.password=***");
    hides("sasl.password = a b", "sasl.password =***");
    hides("--se=pintop.connector.password=a;b", "--se=pintop.connector.password=***");
    hides("ssl.key.pem=-----BEGIN PRIVATE KEY-----\nMIIE vQ\n-----END PRIVATE KEY-----",
          "ssl.key.pem=***");
    hides("sasl.jaas.config=a.B required username=\"u\" password=\"p\";", "sasl.jaas.config=***");
    hides("sasl.oauthbearer.config=principal=a scope=b", "sasl.oauthbearer.config=***");
    hides("pintop.connector.url=http://u:pass@h:1/", "pintop.connector.url=http://u:***@h:1/");
    hides("SASL_SSL://u:pass@h:1,h:2", "SASL_SSL://u:***@h:1,h:2");
    hides("hook=https://h/?token=abcd&x=1", "hook=https://h/?token=***");
    hides("u:x=password=y", "u:x=password=*"); /* no room for more */
    hides("sasl.password=", "sasl.password=");
    hides("sasl.username=bob", "sasl.username=bob");
    hides("ssl.key.location=/etc/x y", "ssl.key.location=/etc/x y");
    hides("connector", "connector");
    hides("", "");
}

static char logged[256];
static void on_line(void *arg, const struct pt_event *line)
{
    (void)arg;
    snprintf(logged, sizeof logged, "%s", line->text);
}

static void test_errors_and_log_lines(void **state)
{
    struct pt_error err;
    (void)state;
    pt_error_set(&err, PT_ECONFIG, "Not http://u:hunter2@h", "connect http://u:%s@h:1: no",
                 "hunter2");
    assert_string_equal(err.what, "connect http://u:***@h:1: no");
    assert_string_equal(err.fix, "Not http://u:***@h");
    log_set_receiver(on_line, NULL);
    log_line(PT_ERROR, "test", "asked http://u:%s@h", "hunter2");
    log_set_receiver(NULL, NULL);
    assert_string_equal(logged, "asked http://u:***@h");
}

/* A secret of 100 KB: what is kept of the text's end begins within it. */
static char *text_with_a_long_secret(void)
{
    enum { BEFORE = 20 * 1024, SECRET = 100 * 1024 };
    struct buf text;
    buf_init(&text, 4 * SECRET);
    while (text.len < BEFORE)
        buf_puts(&text, "before ");
    buf_puts(&text, "password=\"");
    while (text.len < BEFORE + SECRET)
        buf_puts(&text, "hunter2 ");
    buf_puts(&text, "\" after");
    return buf_take(&text, NULL);
}

static void test_cut_texts(void **state)
{
    char *text = text_with_a_long_secret();
    struct log_cutter cutter;
    struct log_blocks blocks;
    (void)state;
    assert_non_null(text);
    char *trace = conn_trace(text);
    log_cutter_init(&cutter);
    log_cutter_add(&cutter, "stream", 1, "ERROR first");
    log_cutter_add(&cutter, "stream", 2, text);
    log_cutter_end(&cutter, &blocks);
    assert_int_equal(blocks.n, 1);
    const char *const kept[] = {trace, blocks.items[0].text};
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(strstr(kept[i], "before password=\"***\" after"));
        assert_null(strstr(kept[i], "hunter2"));
    }
    log_blocks_done(&blocks);
    free(trace);
    free(text);
}

/* What a rule takes out of a text for its sentence has no "password=" beside it any more. */
static void test_sentences_of_rules(void **state)
{
    struct rule_words words;
    (void)state;
    const char *text =
        "ERROR x\nCaused by: java.net.UnknownHostException: http://bob:hunter2@h.example: "
        "Name or service not known";
    rules_find(text, RULE_STATE | RULE_LOG | RULE_API, NULL, &words);
    assert_null(strstr(words.cause, "hunter2"));
    assert_null(strstr(words.fix, "hunter2"));
    assert_null(strstr(words.said, "hunter2"));
}

/* What was read as a secret once is one in any text, where others quote it without a name. */
static void test_what_was_learnt(void **state)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"login failed for Zx9kQ2plainT4",          "login failed for ***"                   },
        {"'Zx9kQ2plainT4' isn't right",             "'***' isn't right"                      },
        {"https://h/Zx9kQ2plainT4?x",               "https://h/***?x"                        },
        {"two: Zx9kQ2plainT4 Inner7pass!",          "two: *** ***"                           },
        {"Zx9kQ2plainT4b is another word",          "Zx9kQ2plainT4b is another word"         },
        {"aZx9kQ2plainT4 is, too",                  "aZx9kQ2plainT4 is, too"                 },
        {"changeit is a word, as kafka-connect is", "changeit is a word, as kafka-connect is"},
        {"a path /opt/keys.jks",                    "a path /opt/keys.jks"                   },
        {"42 and true",                             "42 and true"                            },
    };
    (void)state;
    struct conn conn;
    conn_init(&conn);
    assert_true(conn_set(&conn, "aws.secret.access.key", "Zx9kQ2plainT4"));
    assert_true(conn_set(&conn, "ssl.keystore.password", "changeit"));
    assert_true(conn_set(&conn, "ssl.truststore.password", "kafka-connect"));
    assert_true(conn_set(&conn, "ssl.keystore.location", "/opt/keys.jks"));
    assert_true(conn_set(&conn, "consumer.override.sasl.jaas.config",
                         "x.ScramLoginModule required username=\"bob\" password=\"Inner7pass!\";"));
    assert_true(conn_set(&conn, "some.password", "42"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *shown = mask_copy(cases[i].text);
        assert_string_equal(shown, cases[i].shown);
        free(shown);
    }
    conn_done(&conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_more_shapes),
        cmocka_unit_test(test_no_room_for_stars),
        cmocka_unit_test(test_words_of_the_command_line),
        cmocka_unit_test(test_errors_and_log_lines),
        cmocka_unit_test(test_what_was_learnt),
        cmocka_unit_test(test_cut_texts),
        cmocka_unit_test(test_sentences_of_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
