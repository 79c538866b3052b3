/* A worker's log is cut into blocks, separated by worker, and equal blocks are folded. Within a
 * block a generic rule gives way to a specific one, and only the two ends of a long block are
 * searched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "connector/rules/rules.h"
#include "connector/witness/log_block.h"
#include "recorded_rules.h"

/* ---- blocks ---- */

static const char killed[] = "ERROR [x|task-0] WorkerSinkTask{id=x-0} Task threw an uncaught and "
                             "unrecoverable exception. Task "
                             "is being killed and will not recover until manually restarted";

static void a_generic_rule_gives_way_within_its_block(void **state)
{
    char text[1024];
    (void)state;
    assert_string_equal(rules_match(killed, RULE_LOG)->id, "task-killed");
    snprintf(text, sizeof text,
             "%s\norg.apache.kafka.connect.errors.ConnectException: Tolerance "
             "exceeded in error handler\n\tat x.y(Z.java:1)",
             killed);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "tolerance");
    snprintf(text, sizeof text,
             "%s\nException: Tolerance exceeded in error handler\nCaused by: DataException: "
             "JsonConverter "
             "with schemas.enable requires \"schema\" and \"payload\" fields",
             killed);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "json-envelope");
}

static void a_dot_does_not_reach_over_a_line(void **state)
{
    (void)state;
    assert_null(rules_match("Access Denied to the page\n(Service: Amazon DynamoDB)", RULE_LOG));
    assert_null(rules_match("cleanup.policy is delete\nlogs are compact", RULE_LOG));
}

static void a_long_trace_is_looked_at_by_its_ends(void **state)
{
    enum { LEN = 10 * 1024 * 1024 };
    static const char end[] = "\nCaused by: java.lang.OutOfMemoryError: Java heap space";
    char *text = malloc(LEN + 1);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', LEN);
    for (size_t i = 100; i < LEN; i += 100)
        text[i] = '\n';
    memcpy(text, killed, sizeof killed - 1);
    text[LEN] = '\0';
    assert_string_equal(rules_match(text, RULE_LOG)->id, "task-killed");
    memcpy(text + LEN - (sizeof end - 1), end, sizeof end - 1);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "memory");
    free(text);
}

/* A long record within one line: what precedes and follows it is found. */
static void a_long_line_is_looked_at_by_its_ends(void **state)
{
    enum { LEN = 200 * 1000 };
    static const char before[] =
        "DataException: Only Struct objects supported for [x], found: a.B ";
    static const char behind[] = " java.lang.OutOfMemoryError: Java heap space";
    char *text = malloc(LEN + 1);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', LEN);
    text[LEN] = '\0';
    assert_null(rules_match(text, RULE_LOG));
    memcpy(text + LEN - (sizeof behind - 1), behind, sizeof behind - 1);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "memory");
    memset(text + LEN - 100, 'x', 100);
    memcpy(text, before, sizeof before - 1);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "smt-schemaless");
    free(text);
}

/* An expression, or a part of one, that begins with a repetition is tried from every character
 * of a line up to the end of the line, which takes too long. */
static void no_expression_begins_with_a_repetition(void **state)
{
    (void)state;
    for (size_t i = 0; i < rules_count(); i++) {
        bool is_begin = true;
        int depth = 0;
        for (const char *at = rules_at(i)->ere; *at != '\0'; at++) {
            const char *end = at[0] == '[' ? strchr(at + 2, ']') : at[0] == '.' ? at : NULL;
            if (is_begin && end != NULL && (end[1] == '*' || end[1] == '+'))
                fail_msg("%s: %s", rules_at(i)->id, at);
            depth += at[0] == '(' ? 1 : at[0] == ')' ? -1 : 0;
            is_begin = (at[0] == '|' && depth == 0) || (at[0] == '(' && is_begin);
            if (at[0] == '\\')
                at++;
            else if (end != NULL)
                at = end;
        }
    }
}

static void cut(const char *const *lines, size_t n, struct log_blocks *out)
{
    struct log_cutter cutter;
    log_cutter_init(&cutter);
    for (size_t i = 0; i < n; i++)
        log_cutter_add(&cutter, "stream", 1000 + (int64_t)i, lines[i]);
    log_cutter_end(&cutter, out);
}
#define CUT(lines, out) cut(lines, sizeof(lines) / sizeof *(lines), out)

static void blocks_of_two_workers_are_told_apart(void **state)
{
    static const char *const lines[] = {
        "[Worker-0aa] [2021-09-06 16:02:54,151] ERROR [x|task-0] it broke (a.B:1)",
        "[Worker-0bb] [2021-09-06 16:02:54,200] INFO [y|task-1] all is well (a.B:2)",
        "[Worker-0aa] java.lang.IllegalStateException: no",
        ("[Worker-0bb] [2021-09-06 16:02:55,000] WARN [Producer clientId=p] Too many connects "
         "(n.C:7)"),
        "[Worker-0aa] \tat a.B.c(B.java:12)",
        "[Worker-0aa] Caused by: S3Exception: Access Denied (Service: S3, Status Code: 403)",
        "[Worker-0aa] [2021-09-06 16:02:59,000] INFO [x|task-0] stopping",
    };
    struct log_blocks blocks;
    (void)state;
    CUT(lines, &blocks);
    assert_int_equal(blocks.n, 4);
    const struct log_block *broke = NULL;
    for (size_t i = 0; i < blocks.n; i++)
        if (strcmp(blocks.items[i].level, "ERROR") == 0)
            broke = &blocks.items[i];
    assert_non_null(broke);
    assert_string_equal(broke->worker, "0aa");
    assert_string_equal(broke->connector, "x");
    assert_int_equal(broke->task, 0);
    assert_int_equal(broke->time_ms, 1000);
    assert_string_equal(broke->rule->id, "s3-denied");
    assert_non_null(strstr(broke->text, "\n\tat a.B.c"));
    assert_null(strstr(broke->text, "Worker-"));
    assert_null(strstr(broke->text, "all is well"));
    assert_ptr_equal(log_blocks_guilty(&blocks), broke);
    assert_true(log_block_is_of(broke, "x"));
    assert_false(log_block_is_of(broke, "y"));
    log_blocks_done(&blocks);
}

static void alike_blocks_are_folded_with_a_count(void **state)
{
    static const char *const lines[] = {
        "[2026-11-26 10:00:01,151] ERROR [x|task-0] key pin+0+0000000041 was not written",
        "[2026-11-26 10:00:02,151] ERROR [x|task-0] key pin+0+0000000042 was not written",
        "[2026-11-26 10:00:02,300] ERROR [x|task-0] key pin+0+0000000042 was lost",
        "[2026-11-26 10:00:03,151] ERROR [x|task-0] key pin+0+0000000043 was not written",
    };
    struct log_blocks blocks;
    (void)state;
    CUT(lines, &blocks);
    assert_int_equal(blocks.n, 2);
    assert_int_equal(blocks.items[1].count, 3);
    assert_int_equal(blocks.items[1].first_ms, 1000);
    assert_int_equal(blocks.items[1].time_ms, 1003);
    assert_non_null(strstr(blocks.items[1].text, "0000000043"));
    /* No specific rule matches it, but it is shown. */
    assert_ptr_equal(log_blocks_guilty(&blocks), &blocks.items[1]);
    assert_string_equal(blocks.items[1].rule->id, "error-unknown");
    log_blocks_done(&blocks);
}

static void lines_before_any_head_and_odd_ones_are_kept(void **state)
{
    static const char *const lines[] = {"\tat the end of a block that began before",
                                        "",
                                        "[",
                                        "[Worker-",
                                        "[2021-09-06",
                                        "[x|task-",
                                        "[Worker-a]",
                                        "[2021-13-77 99:99:99,999] ERROR no time at all"};
    struct log_blocks blocks;
    (void)state;
    CUT(lines, &blocks);
    assert_true(blocks.n >= 1);
    assert_non_null(strstr(blocks.items[0].text, "began before"));
    log_blocks_done(&blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_generic_rule_gives_way_within_its_block),
        cmocka_unit_test(a_dot_does_not_reach_over_a_line),
        cmocka_unit_test(a_long_trace_is_looked_at_by_its_ends),
        cmocka_unit_test(a_long_line_is_looked_at_by_its_ends),
        cmocka_unit_test(no_expression_begins_with_a_repetition),
        cmocka_unit_test(blocks_of_two_workers_are_told_apart),
        cmocka_unit_test(alike_blocks_are_folded_with_a_count),
        cmocka_unit_test(lines_before_any_head_and_odd_ones_are_kept),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
