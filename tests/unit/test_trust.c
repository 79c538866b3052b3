/* Trust policies of roles: who is let, what is doubted, and how one is extended without touching
 * anything else in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "doctor/diff.h"
#include "doctor/trust.h"

#define ROLE "arn:aws:iam::123456789012:role/0a1b-ec2-access-role"
#define ALLOW(principal)                                                                           \
    "{\"Effect\":\"Allow\",\"Principal\":" principal ",\"Action\":\"sts:AssumeRole\"}"
#define DENY(principal)                                                                            \
    "{\"Effect\":\"Deny\",\"Principal\":" principal ",\"Action\":\"sts:AssumeRole\"}"
#define IF(principal, condition)                                                                   \
    "{\"Effect\":\"Allow\",\"Principal\":" principal                                               \
    ",\"Action\":\"sts:AssumeRole\",\"Condition\":" condition "}"
#define POLICY(statements) "{\"Version\":\"2012-10-17\",\"Statement\":" statements "}"
#define SELF "{\"AWS\":\"" ROLE "\"}"
#define EC2 "{\"Service\":\"ec2.amazonaws.com\"}"

enum { WHO = 3 };
static const struct trust_who who[WHO] = {
    {.name = ROLE,                         .id = "AROAOWNOWNOWNOWNOWN"},
    {.name = "ec2.amazonaws.com",          .is_service = true         },
    {.name = "kafkaconnect.amazonaws.com", .is_service = true         },
};

/* One letter for each state of the three. */
static const char letters[] = {[TRUST_MISSING] = '-',        [TRUST_ALLOWED] = 'A',
                               [TRUST_CONDITIONED] = 'c',    [TRUST_DELEGATED] = 'r',
                               [TRUST_EVERYONE] = '*',       [TRUST_DENIED] = 'D',
                               [TRUST_PERHAPS_DENIED] = 'd', [TRUST_PERHAPS_DENIED + 1] = '\0'};

/* clang-format off */
static const struct {
    const char *says, *document;
} DOCUMENTS[] = {
    {"---", POLICY("[]")},
    {"A--", POLICY("[" ALLOW(SELF) "]")},
    {"A--", POLICY(ALLOW(SELF))}, /* one statement, no list */
    {"AAA", POLICY("[" ALLOW("{\"AWS\":[\"x\",\"" ROLE "\"],\"Service\":[\"ec2.amazonaws.com\","
                             "\"kafkaconnect.amazonaws.com\"]}") "]")},
    {"-A-", POLICY("[" ALLOW(EC2) "]")},
    {"---", POLICY("[" ALLOW("{\"Service\":\"ec2.amazonaws.com.evil\"}") "]")},
    {"---", POLICY("[" ALLOW("{\"AWS\":\"ec2.amazonaws.com\"}") "]")},
    {"---", POLICY("[" ALLOW("{\"Federated\":\"ec2.amazonaws.com\"}") "]")},
    {"---", POLICY("[" ALLOW("{\"Service\":\"" ROLE "\"}") "]")},
    {"A--", POLICY("[" ALLOW("{\"AWS\":\"AROAOWNOWNOWNOWNOWN\"}") "]")},
    {"---", POLICY("[" ALLOW("{\"AWS\":\"AROAOLDOLDOLDOLDOLD\"}") "]")},
    {"---", POLICY("[" ALLOW("{\"AWS\":\"arn:aws:sts::123456789012:assumed-role/"
                             "0a1b-ec2-access-role/i-1\"}") "]")},
    {"r--", POLICY("[" ALLOW("{\"AWS\":\"arn:aws:iam::123456789012:root\"}") "]")},
    {"r--", POLICY("[" ALLOW("{\"AWS\":\"123456789012\"}") "]")},
    {"---", POLICY("[" ALLOW("{\"AWS\":\"arn:aws:iam::999999999999:root\"}") "]")},
    {"***", POLICY("[" ALLOW("\"*\"") "]")},
    {"***", POLICY("[" ALLOW("{\"AWS\":\"*\"}") "]")},
    {"A**", POLICY("[" ALLOW("\"*\"") "," ALLOW(SELF) "]")},
    {"-c-", POLICY("[" IF(EC2, "{\"StringEquals\":{\"aws:SourceAccount\":\"1\"}}") "]")},
    {"-A-", POLICY("[" IF(EC2, "{\"Bool\":{\"k\":true}}") "," ALLOW(EC2) "]")},
    {"-A-", POLICY("[" IF(EC2, "{}") "]")}, /* no condition */
    {"-D-", POLICY("[" ALLOW(EC2) "," DENY(EC2) "]")},
    {"DDD", POLICY("[" ALLOW(EC2) "," DENY("\"*\"") "]")},
    {"D--", POLICY("[" ALLOW(SELF) "," DENY("{\"AWS\":\"123456789012\"}") "]")},
    {"-A-", POLICY("[" ALLOW(EC2) "," DENY("{\"AWS\":\"arn:aws:iam::1:user/x\"}") "]")},
    {"-d-", POLICY("[" ALLOW(EC2) ",{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sts:*\","
                   "\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}]")},
    {"DAD", POLICY("[" ALLOW(EC2) ",{\"Effect\":\"Deny\",\"NotPrincipal\":" EC2
                   ",\"Action\":\"sts:AssumeRole\"}]")},
    {"dDD", POLICY("[" ALLOW(SELF) ",{\"Effect\":\"Deny\",\"NotPrincipal\":" SELF
                   ",\"Action\":\"sts:AssumeRole\"}]")},
    {"*-*", POLICY("[{\"Effect\":\"Allow\",\"NotPrincipal\":" EC2
                   ",\"Action\":\"sts:AssumeRole\"}]")},
    /* actions */
    {"-A-", POLICY("[{\"Effect\":\"Allow\",\"Principal\":" EC2
                   ",\"Action\":[\"sts:TagSession\",\"STS:assumerole\"]}]")},
    {"-A-", POLICY("[{\"Effect\":\"Allow\",\"Principal\":" EC2 ",\"Action\":\"sts:Assume*\"}]")},
    {"-A-", POLICY("[{\"Effect\":\"Allow\",\"Principal\":" EC2 ",\"Action\":\"*\"}]")},
    {"---", POLICY("[{\"Effect\":\"Allow\",\"Principal\":" EC2
                   ",\"Action\":\"sts:AssumeRoleWithSAML\"}]")},
    {"---", POLICY("[{\"Effect\":\"Allow\",\"Principal\":" EC2 ",\"Action\":\"sts:Assume?ole?\"}]")},
    {"---", POLICY("[{\"Effect\":\"Allow\",\"Principal\":" EC2
                   ",\"NotAction\":\"sts:AssumeRole\"}]")},
    {"-A-", POLICY("[{\"Effect\":\"Allow\",\"Principal\":" EC2
                   ",\"NotAction\":\"sts:TagSession\"}]")},
    /* what a pintop of today does not know, or what is broken: nothing is concluded */
    {NULL, ""},
    {NULL, "[]"},
    {NULL, "\"{}\""},
    {NULL, "{\"Version\":\"2012-10-17\"}"},
    {NULL, POLICY("[" ALLOW(EC2))},
    {NULL, POLICY("\"Allow\"")},
    {NULL, POLICY("[" ALLOW(EC2) ",7]")},
    {NULL, POLICY("[{\"Effect\":\"allow\",\"Principal\":" EC2 ",\"Action\":\"sts:*\"}]")},
    {NULL, POLICY("[{\"Principal\":" EC2 ",\"Action\":\"sts:*\"}]")},
    {NULL, POLICY("[{\"Effect\":\"Allow\",\"Principal\":" EC2 "}]")},
    {NULL, POLICY("[{\"Effect\":\"Allow\",\"Action\":\"sts:*\"}]")},
    {NULL, POLICY("[{\"Effect\":\"Allow\",\"Principal\":" EC2 ",\"Action\":{\"a\":1}}]")},
    {NULL, POLICY("[{\"Effect\":\"Allow\",\"Principal\":" EC2 ",\"Action\":[1]}]")},
    {NULL, POLICY("[{\"Effect\":\"Allow\",\"Principal\":\"ec2.amazonaws.com\",\"Action\":\"*\"}]")},
    {NULL, POLICY("[{\"Effect\":\"Allow\",\"Principal\":{\"Moon\":\"x\"},\"Action\":\"*\"}]")},
    {NULL, POLICY("[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":{}},\"Action\":\"*\"}]")},
    {NULL, POLICY("[" IF(EC2, "\"x\"") "]")},
    {NULL, POLICY("[{\"Effect\":\"Allow\",\"Principal\":" EC2 ",\"Action\":\"sts:*\",\"condition\":"
                  "{}}]")},
};
/* clang-format on */

static void each_document_is_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DOCUMENTS / sizeof *DOCUMENTS; i++) {
        struct trust_finding findings[WHO];
        struct trust_whole whole;
        struct pt_error err = {0};
        char says[WHO + 1] = "";
        pt_code code = trust_judge(DOCUMENTS[i].document, who, WHO, findings, &whole, &err);
        for (size_t k = 0; k < WHO && code == PT_OK; k++)
            says[k] = letters[findings[k].state];
        if (DOCUMENTS[i].says == NULL ? code != PT_EDATA
                                      : code != PT_OK || strcmp(says, DOCUMENTS[i].says) != 0)
            fail_msg("%s\nis %s (%s), not %s", DOCUMENTS[i].document, says, err.what,
                     DOCUMENTS[i].says != NULL ? DOCUMENTS[i].says : "unreadable");
    }
}

static void conditions_and_what_is_left_of_the_deleted_are_named(void **state)
{
    (void)state;
    struct trust_finding findings[WHO];
    struct trust_whole whole;
    struct pt_error err;
    static const char text[] = POLICY("[" IF(
        EC2,
        "{\"StringEquals\":{\"aws:SourceAccount\":[\"1\",\"2\"]},\"ArnLike\":"
        "{\"aws:SourceArn\":\"arn:x\"},\"Bool\":{\"b\":true}}") "," ALLOW("{\"AWS\":["
                                                                          "\"AROAOLDOLDOLDOLDOLD\","
                                                                          "\"AIDAOLDOLDOLDOLDOLD\","
                                                                          "\"AROAOWNOWNOWNOWNOWN\"]"
                                                                          "}") "]");
    assert_int_equal(trust_judge(text, who, WHO, findings, &whole, &err), PT_OK);
    assert_string_equal(findings[1].words, "StringEquals aws:SourceAccount 1 2; ArnLike "
                                           "aws:SourceArn arn:x; Bool b true");
    assert_string_equal(whole.gone, "AROAOLDOLDOLDOLDOLD, AIDAOLDOLDOLDOLDOLD");
    assert_false(whole.is_open);
    assert_int_equal(trust_judge(POLICY("[" ALLOW("\"*\"") "]"), who, WHO, findings, &whole, &err),
                     PT_OK);
    assert_true(whole.is_open);
    /* Whoever is named beside it does not hide it. */
    assert_int_equal(trust_judge(POLICY("[" ALLOW("{\"AWS\":[\"" ROLE "\",\"*\"],\"Service\":"
                                                  "[\"ec2.amazonaws.com\","
                                                  "\"kafkaconnect.amazonaws.com\"]}") "]"),
                                 who, WHO, findings, &whole, &err),
                     PT_OK);
    assert_int_equal(findings[0].state, TRUST_ALLOWED);
    assert_true(whole.is_open);
    assert_int_equal(trust_judge(POLICY("[" IF("\"*\"", "{\"a\":{\"b\":\"c\"}}") "]"), who, WHO,
                                 findings, &whole, &err),
                     PT_OK);
    assert_false(whole.is_open);
}

/* ---- adding ---- */

static char *added(const char *document, struct pt_error *err)
{
    struct buf out;
    buf_init(&out, TRUST_TEXT_MAX);
    pt_code code = trust_add(document, who, WHO, &out, err);
    char *text = code == PT_OK ? buf_take(&out, NULL) : NULL;
    buf_done(&out);
    return text;
}

static void one_statement_is_added_and_nothing_else_changes(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct {
        const char *before, *after;
    } rows[] = {
        {POLICY("[]"), POLICY("[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" ROLE
                              "\",\"Service\":[\"ec2.amazonaws.com\",\"kafkaconnect.amazonaws.com\"]},"
                              "\"Action\":\"sts:AssumeRole\"}]")},
        {POLICY("[ ]"), POLICY("[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" ROLE
                               "\",\"Service\":[\"ec2.amazonaws.com\",\"kafkaconnect.amazonaws.com\"]},"
                               "\"Action\":\"sts:AssumeRole\"} ]")},
        {POLICY("[" ALLOW(EC2) "," ALLOW(SELF) "]"),
         POLICY("[" ALLOW(EC2) "," ALLOW(SELF) ","
                ALLOW("{\"Service\":\"kafkaconnect.amazonaws.com\"}") "]")},
        /* numbers that no double holds, escapes, members of its own, a single statement, layout */
        {"{ \"Id\" : \"a\\u00e4\\/b\", \"Big\":12345678901234567890,\n\t\"Statement\" : "
         IF(EC2, "{\"NumericLessThan\":{\"x\":0.10000000000000000000000001}}") " ,\n\"Version\":\"2012-10-17\" }",
         "{ \"Id\" : \"a\\u00e4\\/b\", \"Big\":12345678901234567890,\n\t\"Statement\" : ["
         IF(EC2, "{\"NumericLessThan\":{\"x\":0.10000000000000000000000001}}") ","
         ALLOW("{\"AWS\":\"" ROLE "\",\"Service\":\"kafkaconnect.amazonaws.com\"}")
         "] ,\n\"Version\":\"2012-10-17\" }"},
        {"{\n  \"Statement\": [\n    " ALLOW(EC2) "\n  ]\n}",
         "{\n  \"Statement\": [\n    " ALLOW(EC2) ",\n    "
         ALLOW("{\"AWS\":\"" ROLE "\",\"Service\":\"kafkaconnect.amazonaws.com\"}") "\n  ]\n}"},
        /* a text that looks like the list stays a text */
        {"{\"Id\":\"\\\"Statement\\\":[]\",\"Statement\":[" ALLOW(EC2) "," ALLOW(SELF) "]}",
         "{\"Id\":\"\\\"Statement\\\":[]\",\"Statement\":[" ALLOW(EC2) "," ALLOW(SELF) ","
         ALLOW("{\"Service\":\"kafkaconnect.amazonaws.com\"}") "]}"},
        /* a condition is not gone around */
        {POLICY("[" ALLOW(EC2) "," ALLOW(SELF) ","
                IF("{\"Service\":\"kafkaconnect.amazonaws.com\"}", "{\"a\":{\"b\":\"c\"}}") "]"),
         NULL},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pt_error err = {0};
        const char *wanted = rows[i].after != NULL ? rows[i].after : rows[i].before;
        char *once = added(rows[i].before, &err);
        if (once == NULL || strcmp(once, wanted) != 0)
            fail_msg("%s\nbecomes %s (%s), not\n%s", rows[i].before, once, err.what, wanted);
        char *twice = added(once, &err);
        assert_string_equal(twice, once);
        free(once);
        free(twice);
    }
}

static void what_is_too_large_or_strange_is_not_written(void **state)
{
    (void)state;
    struct pt_error err = {0};
    char *large = malloc(6000);
    snprintf(large, 6000, "{\"Id\":\"%4000s\",\"Statement\":[" ALLOW(EC2) "]}", "");
    assert_null(added(large, &err));
    assert_int_equal(err.code, PT_EFULL);
    assert_non_null(strstr(err.what, "at most 2048"));
    /* Blanks between elements do not count. */
    snprintf(large, 6000, "{%4000s\"Statement\":[" ALLOW(EC2) "]}", "");
    char *text = added(large, &err);
    assert_non_null(text);
    assert_in_range(trust_chars(text), 200, 400);
    free(text);
    free(large);
    assert_null(added("{\"State\\u006dent\":[" ALLOW(EC2) "]}", &err));
    assert_non_null(strstr(err.what, "does not extend"));
    assert_null(added("{", &err));
    assert_int_equal(err.code, PT_EDATA);
}

/* ---- what changes ---- */

static char *changes(const char *old, const char *now)
{
    struct buf before, after, out;
    buf_init(&before, TRUST_TEXT_MAX);
    buf_init(&after, TRUST_TEXT_MAX);
    buf_init(&out, TRUST_TEXT_MAX);
    trust_layout(old, &before);
    trust_layout(now, &after);
    assert_true(diff_lines(before.data, after.data, &out));
    buf_done(&before);
    buf_done(&after);
    char *text = out.len > 0 ? buf_take(&out, NULL) : strdup("");
    buf_done(&out);
    return text;
}

static void the_difference_has_the_new_lines_only(void **state)
{
    (void)state;
    char *text = changes("{\"A\":[],\"B\":{},\"Statement\":{\"x\":\"a, b: {\"}}",
                         "{\"A\":[],\"B\":{},\"Statement\":[{\"x\":\"a, b: {\"},{\"y\":1.0}]}");
    assert_string_equal(text, "  {\n"
                              "    \"A\": [],\n"
                              "    \"B\": {},\n"
                              "-   \"Statement\": {\n"
                              "+   \"Statement\": [\n"
                              "+     {\n"
                              "        \"x\": \"a, b: {\"\n"
                              "+     },\n"
                              "+     {\n"
                              "+       \"y\": 1.0\n"
                              "      }\n"
                              "+   ]\n"
                              "  }\n");
    free(text);
    text = changes("{\"a\":1}", " { \"a\" : 1 } ");
    assert_string_equal(text, "");
    free(text);
}

static void differences_of_lines_are_the_shortest(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct {
        const char *old, *now, *says;
    } rows[] = {
        {"",              "a\n",             "+ a\n"                             },
        {"a\n",           "",                "- a\n"                             },
        {"a\nb\nc\n",     "a\nc\n",          "  a\n- b\n  c\n"                   },
        {"a\nb\nc",       "a\nx\nc",         "  a\n- b\n+ x\n  c\n"              },
        {"  a\n",         "a\n",             ""                                  },
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n",
         "+ 0\n  1\n  2\n  …\n  7\n  8\n- 9\n"                                   },
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out;
        buf_init(&out, 1000);
        assert_true(diff_lines(rows[i].old, rows[i].now, &out));
        assert_string_equal(out.len > 0 ? out.data : "", rows[i].says);
        buf_done(&out);
    }
    char *long_text = malloc(2 * 3000 + 1);
    for (size_t i = 0; i < 3000; i++)
        memcpy(long_text + 2 * i, "x\n", 3);
    struct buf out;
    buf_init(&out, 100000);
    assert_true(diff_lines(long_text, "x\n", &out));
    assert_int_equal(out.len, 4 * 3001);
    buf_done(&out);
    free(long_text);
}

/* Nobody agrees to a part of it. */
static void a_difference_is_told_whole_and_masked_or_not_at_all(void **state)
{
    (void)state;
    struct buf plan;
    struct pt_error err;
    buf_init(&plan, 200);
    assert_int_equal(diff_tell("a\nssl.key.password=hush\n", "a\nb\033\n", &plan, &err), PT_OK);
    assert_string_equal(plan.data, "  a\n- ssl.key.password=***\n+ b\\x1b\n");
    buf_reset(&plan);
    assert_int_equal(diff_tell("a\n", "a\n", &plan, &err), PT_OK);
    assert_int_equal(plan.len, 0);
    buf_done(&plan);
    buf_init(&plan, 20);
    assert_int_equal(diff_tell("a\nb\nc\nd\ne\nf\n", "b\nc\nd\ne\nf\ng\n", &plan, &err), PT_EFULL);
    buf_done(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_document_is_judged),
        cmocka_unit_test(conditions_and_what_is_left_of_the_deleted_are_named),
        cmocka_unit_test(one_statement_is_added_and_nothing_else_changes),
        cmocka_unit_test(what_is_too_large_or_strange_is_not_written),
        cmocka_unit_test(the_difference_has_the_new_lines_only),
        cmocka_unit_test(a_difference_is_told_whole_and_masked_or_not_at_all),
        cmocka_unit_test(differences_of_lines_are_the_shortest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
