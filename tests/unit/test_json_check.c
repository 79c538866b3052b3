/* The JSON checker: its depth is bounded, it agrees with cJSON, and stays inside of what it is
 * given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "replay_files.h"
#include "stream/json_check.h"

static bool is_accepted(const char *text, size_t len)
{
    size_t at;
    return json_check_object(text, len, &at) == NULL;
}

/* cJSON, which must accept whatever we do. */
static bool is_object_to_cjson(const char *text, size_t len)
{
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(text, len, &end, false);
    bool is_object = json && cJSON_IsObject(json);
    while (end && end < text + len && strchr(" \t\r\n", *end))
        end++;
    is_object = is_object && end == text + len;
    cJSON_Delete(json);
    return is_object;
}

static void check_depth(size_t depth, bool is_good)
{
    char *text = malloc(depth * 8 + 16);
    assert_non_null(text);
    size_t n = 0;
    for (size_t i = 1; i < depth; i++)
        n += (size_t)snprintf(text + n, 8, i % 2 ? "{\"a\":" : "[");
    n += (size_t)snprintf(text + n, 8, "{}");
    for (size_t i = depth - 1; i > 0; i--)
        text[n++] = i % 2 ? '}' : ']';
    assert_int_equal(is_accepted(text, n), is_good);
    if (is_good)
        assert_true(is_object_to_cjson(text, n));
    free(text);
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    check_depth(1, true);
    check_depth(9, true);
    check_depth(JSON_CHECK_DEPTH_MAX - 1, true);
    check_depth(JSON_CHECK_DEPTH_MAX, true);
    check_depth(JSON_CHECK_DEPTH_MAX + 1, false);
    check_depth(100 * JSON_CHECK_DEPTH_MAX + 1, false);
}

/* A random value as text, without blanks in known places only. */
static void random_value(uint64_t *random, int depth, char *out, size_t cap)
{
    static const char *const plain[] = {
        "null", "true", "false",          "0",        "-1.5e3", "\"\"",      "[]",
        "{}",   "12",   "\"\\u00e9\\n\"", "\"a,}]\"", "1E-2",   "\" \\\"\"", "\"\xc3\xa9\""};
    uint32_t choice = test_random(random) % (depth > 0 ? 24 : 14);
    if (choice < 14) {
        snprintf(out, cap, "%s", plain[choice]);
        return;
    }
    char one[300], two[300];
    random_value(random, depth - 1, one, sizeof one);
    random_value(random, depth - 1, two, sizeof two);
    const char *blank = test_random(random) % 2 ? " " : "";
    int len;
    if (choice < 19)
        len = snprintf(out, cap, "[%s%s,%s%s]", blank, one, two, blank);
    else
        len = snprintf(out, cap, "{%s\"k\"%s:%s,\"\":%s}", blank, blank, one, two);
    if (len < 0 || (size_t)len >= cap)
        snprintf(out, cap, "7");
}

/* Made as valid: accepted. With a byte changed, lost or doubled: what we accept cJSON accepts. */
static void test_checker_against_cjson(void **state)
{
    (void)state;
    uint64_t random = 4711;
    size_t n_accepted = 0, n_refused = 0;
    for (int round = 0; round < 20000; round++) {
        static const char bytes[] = "{}[]:,\"\\ue0-.1tn \t/x\x01";
        char value[300], text[340];
        random_value(&random, 4, value, sizeof value);
        size_t len = (size_t)snprintf(text, sizeof text, "{\"a\":%s}", value);
        assert_true(is_accepted(text, len));
        assert_true(is_object_to_cjson(text, len));
        size_t at = test_random(&random) % len;
        switch (test_random(&random) % 3) {
        case 0:
            text[at] = bytes[test_random(&random) % (sizeof bytes - 1)];
            break;
        case 1:
            memmove(text + at, text + at + 1, len - at);
            len--;
            break;
        default:
            memmove(text + at + 1, text + at, len - at);
            len++;
            break;
        }
        if (!is_accepted(text, len)) {
            n_refused++;
            continue;
        }
        n_accepted++;
        if (!is_object_to_cjson(text, len))
            fail_msg("accepted here, refused by cJSON: %.*s", (int)len, text);
    }
    assert_true(n_accepted > 1000 && n_refused > 1000);
}

/* A text of exactly len bytes with nothing readable behind it (ASan watches). */
static void test_checker_stays_inside(void **state)
{
    (void)state;
    static const char whole[] = "{\"a\":[true,null,-1.5e+3,\"\\ud83d\\ude00\\n\"],\"b\":{}}";
    for (size_t len = 0; len < sizeof whole; len++) {
        char *text = malloc(len ? len : 1);
        assert_non_null(text);
        memcpy(text, whole, len);
        assert_int_equal(is_accepted(text, len), len == sizeof whole - 1);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_checker_against_cjson),
        cmocka_unit_test(test_checker_stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
