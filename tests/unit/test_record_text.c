/* A record as text: JSON gets a line for each value, and nothing else is changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "page/record_text.h"
#include "pintop/snapshot.h"

/* What follows the head of a record with this value. */
static char *value_shown(const char *value, bool is_cut)
{
    const struct pt_peeked record = {.time_ms = PT_UNKNOWN,
                                     .value = value,
                                     .headers = "",
                                     .value_bytes = (int64_t)strlen(value),
                                     .is_cut = is_cut};
    char *text = record_text(&record);
    assert_non_null(text);
    const char *from = strstr(text, "no headers\n\n");
    assert_non_null(from);
    char *shown = strdup(from + strlen("no headers\n\n"));
    free(text);
    return shown;
}

static void is_shown_as(const char *value, const char *expected)
{
    char *shown = value_shown(value, false);
    assert_string_equal(shown, expected);
    free(shown);
}

static void json_has_a_line_for_each_value(void **state)
{
    (void)state;
    is_shown_as("{\"a\":1,\"b\":[true,null],\"c\":{}}",
                "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null\n  ],\n  \"c\": {}\n}");
    is_shown_as("[ ]", "[]");
    is_shown_as("[[],{ }]", "[\n  [],\n  {}\n]");
    is_shown_as("{\"k\": \"a, b: {c} \\\"d\\\\\"}", "{\n  \"k\": \"a, b: {c} \\\"d\\\\\"\n}");
    is_shown_as("[12345678901234567890.10, -1e5]", "[\n  12345678901234567890.10,\n  -1e5\n]");
}

static void what_is_no_json_stays_as_it_is(void **state)
{
    static const char *const others[] = {"plain, text: {x}",
                                         "{\"a\":1",
                                         "{\"a\":1]",
                                         "[1}",
                                         "{\"a",
                                         "{\"a\\",
                                         "}",
                                         "[1 2]",
                                         "{} {}",
                                         "\"text\"",
                                         "17",
                                         "{}x",
                                         "[1],2",
                                         "{]",
                                         "{\"a\":\"b\\\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        is_shown_as(others[i], others[i]);
    char *shown = value_shown("{\"a\":[1,2]}", true); /* it was cut somewhere */
    assert_string_equal(shown, "{\"a\":[1,2]}");
    free(shown);
}

static void what_is_too_deep_stays_as_it_is(void **state)
{
    char deep[300];
    (void)state;
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    deep[200] = '\0';
    is_shown_as(deep, deep);
    is_shown_as(deep + 99, "[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
                           "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_has_a_line_for_each_value),
        cmocka_unit_test(what_is_no_json_stays_as_it_is),
        cmocka_unit_test(what_is_too_deep_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
