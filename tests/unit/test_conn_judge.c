/* The verdict on a connector from its witnesses, over time and in its words. Single situations are
 * in test_conn_states.c and test_conn_offsets.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "connector/judge/judge.h"
#include "witnesses.h"

static void stuck_with_servers_of_its_own(struct witnesses *w)
{
    stuck_and_no_member(w);
    w->own_servers = "10.0.0.7:9092";
    w->own_protocol = "SSL";
}

/* What went wrong before a setting was changed is not that change's. */
static void a_change_accuses_what_came_after_it(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    stuck_long_before_the_change(&w);
    conn_judge(&w, &j);
    assert_null(strstr(j.cause, "tasks.max"));
    w = well();
    failed_by_a_bad_record(&w); /* a cause of its own stays the first */
    w.failed_since_ms = NOW - 5000;
    w.changed = "value.converter a -> b";
    w.changed_ms = NOW - 12000;
    conn_judge(&w, &j);
    assert_string_equal(j.rule, "json-broken");
    assert_non_null(strstr(j.cause, "JsonParseException"));
    assert_non_null(strstr(j.cause, "value.converter a -> b"));
    w.changed_ms = NOW - 20 * MINUTE;
    conn_judge(&w, &j);
    assert_null(strstr(j.cause, "value.converter"));
}

/* A cause that was named stays while its own evidence does. */
static void a_cause_is_not_forgotten(void **state)
{
    struct witnesses w = well();
    struct judgement first, next;
    (void)state;
    stuck(&w);
    w.task_rule = rules_by_id("json-broken");
    conn_judge(&w, &first);
    judge_remember(&(struct judgement){.verdict = PT_V_OK}, &w, &first);
    assert_string_equal(first.rule, "json-broken");
    w.task_rule = NULL;
    w.now_ms += 40000;
    conn_judge(&w, &next);
    assert_string_equal(next.rule, "");
    judge_remember(&first, &w, &next);
    assert_string_equal(next.rule, "json-broken");
    assert_string_equal(next.cause, first.cause);
    /* Another that is as specific takes its place. */
    w.s3_error = "S3 ListObjectsV2: NoSuchBucket";
    w.s3_rule = rules_by_id("s3-no-bucket");
    struct judgement other;
    conn_judge(&w, &other);
    judge_remember(&next, &w, &other);
    assert_string_equal(other.rule, "s3-no-bucket");
    /* The store says that it is well again: what stands still then is of unknown cause. */
    w.s3_error = "";
    w.s3_rule = NULL;
    w.now_ms += 10000;
    w.s3_asked_ms = w.now_ms;
    conn_judge(&w, &next);
    judge_remember(&other, &w, &next);
    assert_string_equal(next.rule, "");
    assert_non_null(strstr(next.cause, "none is read"));
}

/* What a write probe found names the cause of a sink that stands; one that was taken makes nothing
 * OK, and a store that only hung once makes nothing bad that moves. */
static void a_probe_is_a_witness_of_the_store(void **state)
{
    struct witnesses w = well();
    struct judgement refused, j;
    (void)state;
    stuck(&w);
    w.name = "sink";
    w.s3_asked_ms = NOW - MINUTE;
    conn_judge(&w, &j);
    assert_non_null(strstr(j.fix, "`pintop connector diagnose sink --probe`"));
    w.probed_ms = NOW - MINUTE;
    w.probe_cause = "S3 refuses (403) the sink the call s3:PutObject";
    w.probe_fix = "Allow s3:PutObject";
    w.probe_rule = rules_by_id("s3-denied");
    conn_judge(&w, &refused);
    judge_remember(&(struct judgement){.verdict = PT_V_OK}, &w, &refused);
    assert_int_equal(refused.verdict, PT_V_STALLED);
    assert_string_equal(refused.rule, "s3-denied");
    assert_string_equal(refused.fix, "Allow s3:PutObject");
    /* It stays the cause while nothing is taken, until another probe is taken. */
    w.probe_cause = w.probe_fix = "";
    w.probe_rule = NULL;
    w.probed_ms = PT_UNKNOWN;
    conn_judge(&w, &j);
    judge_remember(&refused, &w, &j);
    assert_string_equal(j.rule, "s3-denied");
    w.probed_ms = NOW;
    w.does_probe_take = true;
    w.probe_s = 0.04;
    conn_judge(&w, &j);
    judge_remember(&refused, &w, &j);
    assert_int_equal(j.verdict, PT_V_STALLED);
    assert_string_equal(j.rule, "");
    assert_non_null(
        strstr(j.fix, "the store accepts writes (the slowest write of the probe took 0.04 s)"));
    w = well();
    w.probed_ms = NOW - MINUTE;
    w.probe_cause = "the sink's store does not answer a write within 15 s";
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_OK);
    w.unproven = 12; /* nothing shows yet that they are taken */
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_DEGRADED);
    assert_non_null(strstr(j.cause, "does not answer a write within 15 s"));
    w.unproven = 0;
    w.is_probe_denied = true;
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_DEGRADED);
}

static void since_is_when_it_began(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    stuck(&w);
    conn_judge(&w, &j);
    assert_int_equal(j.since_ms, NOW - 80 * MINUTE); /* before anybody looked */
    w = well();
    running_with_all_failed(&w);
    conn_judge(&w, &j);
    assert_int_equal(j.since_ms, NOW - 5 * MINUTE);
    w = well();
    idle(&w);
    conn_judge(&w, &j);
    assert_int_equal(j.since_ms, NOW - 6 * MINUTE);
}

/* Texts from outside, as long as they come. */
static void long_texts_are_cut(void **state)
{
    static char longest[5000];
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    w.state = "FAILED";
    w.message = w.code = w.log_said = w.task_said = w.check_says = w.operation_message = longest;
    conn_judge(&w, &j);
    assert_true(strlen(j.cause) < sizeof j.cause);
    w.task_rule = rules_by_id("memory");
    conn_judge(&w, &j);
    assert_true(strlen(j.cause) < sizeof j.cause);
    w.state = "RUNNING";
    w.task_rule = NULL;
    update_failed(&w);
    w.operation_message = longest;
    conn_judge(&w, &j);
    assert_true(strlen(j.cause) < sizeof j.cause);
}

/* A stranger in the group shows nowhere else. */
static void the_group_is_awaited(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    w.is_group_awaited = true;
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_OK);
    assert_true(j.is_awaited);
    w.is_group_awaited = false;
    w.are_letters_awaited = true;
    conn_judge(&w, &j);
    assert_true(j.is_awaited);
    w.are_letters_awaited = false;
    conn_judge(&w, &j);
    assert_false(j.is_awaited);
}

/* Records stand, and the group had no member in the only look: a second one names that. */
static void whether_anybody_reads_is_awaited(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    stuck_and_no_member_for_a_moment(&w);
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_STALLED);
    assert_true(j.is_awaited);
    w.no_members_since_ms = w.now_ms - 10000;
    conn_judge(&w, &j);
    assert_non_null(strstr(j.cause, "the topics are not read"));
    assert_false(j.is_awaited);
    w.members = 3;
    conn_judge(&w, &j);
    assert_non_null(strstr(j.cause, "none is read"));
    assert_false(j.is_awaited);
    w.has_group = false;
    w.is_group_awaited = true;
    conn_judge(&w, &j);
    assert_true(j.is_awaited);
}

/* Whether records wait belongs to the sentence: one look stays for it. */
static void what_waits_for_a_paused_one_is_awaited(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    w.state = "STOPPED";
    w.lag = PT_UNKNOWN;
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_PAUSED);
    assert_true(j.is_awaited);
    w.lag = 12;
    conn_judge(&w, &j);
    assert_false(j.is_awaited);
    assert_non_null(strstr(j.cause, "they wait in Kafka"));
}

/* Dead letters are often counted before the offsets are read. A command that waits for what is lost
 * waits for those, too, unless they stay unknown. */
static void the_whole_loss_is_awaited(void **state)
{
    const struct loss loss = {.rule = rules_by_id("dead-letters"),
                              .since_ms = NOW,
                              .lost_records = 3,
                              .says = "3 of them"};
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    w.loss = &loss;
    w.lag = PT_UNKNOWN;
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_DEGRADED);
    assert_string_equal(j.rule, "dead-letters");
    assert_true(j.is_awaited);
    w.lag_error = "the group refuses";
    conn_judge(&w, &j);
    assert_false(j.is_awaited);
    w.is_lag_error_passing = true;
    conn_judge(&w, &j);
    assert_true(j.is_awaited);
    w.does_match_nothing = true; /* there is no partition to read them of */
    conn_judge(&w, &j);
    assert_false(j.is_awaited);
    w.does_match_nothing = w.is_lag_error_passing = false;
    w.lag_error = "";
    w.lag = 0;
    conn_judge(&w, &j);
    assert_false(j.is_awaited);
    w.are_letters_awaited = true;
    conn_judge(&w, &j);
    assert_true(j.is_awaited);
    w.are_letters_awaited = false;
    w.is_store_awaited = true;
    conn_judge(&w, &j);
    assert_true(j.is_awaited);
    w.is_store_awaited = false;
    w.are_others_awaited = true; /* and what it is compared with */
    conn_judge(&w, &j);
    assert_true(j.is_awaited);
}

static void a_consumer_with_servers_of_its_own_is_told_of_them(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    stuck_with_servers_of_its_own(&w);
    conn_judge(&w, &j);
    assert_non_null(strstr(j.cause, "the topics are not read"));
    assert_non_null(strstr(j.fix, "consumer.override.bootstrap.servers is 10.0.0.7:9092"));
    assert_non_null(strstr(j.fix, "security.protocol is SSL"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_accuses_what_came_after_it),
        cmocka_unit_test(a_cause_is_not_forgotten),
        cmocka_unit_test(a_probe_is_a_witness_of_the_store),
        cmocka_unit_test(since_is_when_it_began),
        cmocka_unit_test(the_group_is_awaited),
        cmocka_unit_test(whether_anybody_reads_is_awaited),
        cmocka_unit_test(what_waits_for_a_paused_one_is_awaited),
        cmocka_unit_test(the_whole_loss_is_awaited),
        cmocka_unit_test(a_consumer_with_servers_of_its_own_is_told_of_them),
        cmocka_unit_test(long_texts_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
