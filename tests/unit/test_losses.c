/* Records that a sink loses: what offsets and objects show, and what must not be taken for a
 * loss. Gaps between objects and dead letters are in test_loss_gaps.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connector/sink.h"
#include "connector/witness/losses.h"
#include "losses.h"

/* ---- nothing is lost ---- */

static void a_sink_that_flows_has_lost_nothing(void **state)
{
    (void)state;
    for (int i = 1; i < 50; i++) {
        now.high = 1000 + i * 70;
        now.committed = now.high / FLUSH * FLUSH;
        now.newest_offset = before.committed - FLUSH; /* objects are listed less often */
        now.newest_committed = before.committed;
        now.low = now.committed - 500;
        look(NOW + i * S);
    }
    say(NOW + 50 * S);
    assert_int_equal(losses.n, 0);
}

static void what_is_not_known_is_no_loss(void **state)
{
    (void)state;
    losses_begin(&row);
    now = (struct loss_look){.committed = PT_UNKNOWN,
                             .low = 500,
                             .high = 900,
                             .first_ms = PT_UNKNOWN,
                             .newest_offset = -1,
                             .newest_committed = PT_UNKNOWN};
    losses_look(&row, NULL, &now, FLUSH, NOW);
    before = now;
    now.low = PT_UNKNOWN;
    now.high = PT_UNKNOWN;
    now.committed = 40;
    look(NOW + S);
    say(NOW + 2 * S);
    assert_int_equal(losses.n, 0);
}

/* ---- retention ---- */

static void retention_that_is_faster_than_the_sink(void **state)
{
    (void)state;
    before.first_ms = NOW - 2 * HOUR;
    now.high = 5000;
    now.low = 1200;
    look(NOW);
    now.low = 1750;
    now.first_ms = NOW - HOUR;
    look(NOW + 10 * S);
    say(NOW + 11 * S);
    const struct loss *loss = found("lost-to-retention");
    has(loss, "750 records of demo.pin-0 were deleted by retention before sink read them");
    has(loss, "its committed offset was 1000, the topic begins at 1750");
    has(loss, "written between 2026-09-21 12:13:20Z and 2026-09-21 13:13:20Z");
    assert_int_equal(loss->lost_records, 750);
    assert_int_equal(loss->since_ms, NOW + 10 * S);
    /* The sink continues with the records that are left: the loss stays. */
    now.committed = 1900;
    now.newest_offset = 1750;
    now.newest_committed = 1850;
    look(NOW + 20 * S);
    say(NOW + 21 * S);
    has(found("lost-to-retention"), "750 records");
    /* After a day it is history. */
    say(NOW + 25 * HOUR);
    assert_int_equal(losses.items[0].rule->weight, RULE_WARNING);
}

/* A sink that has read the records before they were deleted writes an object that begins at its
 * committed offset. */
static void what_was_read_before_it_was_deleted_is_not_lost(void **state)
{
    (void)state;
    now.high = 5000;
    now.low = 1050;
    look(NOW);
    now.committed = 1100;
    now.newest_offset = 1000;
    now.newest_committed = 1100;
    look(NOW + 10 * S);
    say(NOW + 11 * S);
    assert_int_equal(losses.n, 0);
}

/* ---- what another pintop has seen ---- */

/* Make the mark that a pintop writes down, and begin again as a pintop that polls for the first
 * time. false: there is no such loss. */
static bool hand_over(enum loss_kind kind, struct loss_mark *mark)
{
    bool is_any = losses_to_recall(&row, kind, mark);
    mark->partition = 0;
    mark->end = now.high;
    losses_begin(&row);
    losses_look(&row, NULL, &now, FLUSH, NOW + HOUR);
    before = now;
    return is_any;
}

static void a_loss_that_another_one_saw_is_told_as_it_told_it(void **state)
{
    (void)state;
    struct loss_mark mark;
    before.first_ms = NOW - 2 * HOUR;
    now.low = 1200;
    look(NOW);
    now.committed = 1300;
    now.first_ms = NOW - HOUR;
    look(NOW + S);
    say(NOW + 2 * S);
    struct loss told = *found("lost-to-retention");
    assert_true(hand_over(LOSS_DELETED, &mark));
    say(NOW + HOUR);
    assert_null(found("lost-to-retention"));
    losses_recall(&row, &mark, &now);
    losses_recall(&row, &mark, &now);
    say(NOW + HOUR);
    assert_string_equal(found("lost-to-retention")->says, told.says);
    assert_int_equal(found("lost-to-retention")->since_ms, told.since_ms);
    /* The loss is written down already. */
    struct loss_mark own, less;
    assert_true(losses_to_recall(&row, LOSS_DELETED, &own));
    assert_true(losses_is_written_down(&own, &mark));
    /* A loss that was seen at another time, or a smaller one, is not written down again; a
     * larger one is. */
    own.written_to_ms = NOW + 7 * S;
    assert_true(losses_is_written_down(&own, &mark));
    less = mark;
    less.to--;
    assert_true(losses_is_written_down(&less, &mark));
    assert_false(losses_is_written_down(&mark, &less));
    /* The topic was created again since then. */
    const struct loss_look anew[] = {
        {.committed = 10,   .low = 0,    .high = 20  },
        {.committed = 1300, .low = 0,    .high = 9000},
        {.committed = 1300, .low = 1199, .high = 9000}
    };
    for (size_t i = 0; i < sizeof anew / sizeof *anew; i++) {
        losses_begin(&row);
        losses_recall(&row, &mark, &anew[i]);
        assert_int_equal(row.deleted, 0);
    }
}

static void what_was_put_right_is_not_told_by_others(void **state)
{
    (void)state;
    struct loss_mark mark, back, again;
    now.high = 9000;
    look(NOW);
    now.is_nobody_there = true;
    now.committed = 9000;
    look(NOW + 5 * S);
    assert_true(hand_over(LOSS_SKIPPED, &mark));
    losses_recall(&row, &mark, &now);
    say(NOW + HOUR);
    has(found("lost-to-reset"), "8000 records of demo.pin-0 were skipped");
    now.committed = 1000;
    look(NOW + HOUR + S);
    losses_recall(&row, &mark, &now);
    say(NOW + HOUR + S);
    assert_null(found("lost-to-reset"));
    assert_false(losses_to_recall(&row, LOSS_SKIPPED, &again));
    assert_true(losses_is_put_right(&row, &mark));
    back = mark;
    back.records = 0;
    assert_false(losses_is_put_right(&row, &back));
    /* A pintop that starts later finds the offset beyond these records again, and learns from
     * the mark that this is right. */
    losses_begin(&row);
    now.committed = 9000;
    losses_recall(&row, &back, &now);
    assert_int_equal(row.skipped, 0);
    /* The same loss at a later time is a new loss. */
    again = mark;
    assert_true(losses_is_written_down(&again, &back));
    again.marked_ms = mark.marked_ms + HOUR;
    assert_false(losses_is_written_down(&again, &back));
}

static void what_had_been_read_before_it_went_is_not_told_by_others(void **state)
{
    (void)state;
    struct loss_mark mark;
    now.low = 1050;
    look(NOW);
    assert_true(losses_to_recall(&row, LOSS_DELETED, &mark));
    now.committed = now.newest_committed = 1100;
    now.newest_offset = 1000;
    look(NOW + 10 * S);
    losses_recall(&row, &mark, &now);
    assert_int_equal(row.deleted, 0);
    assert_true(losses_is_put_right(&row, &mark));
}

/* ---- offsets that were set ---- */

static void offsets_set_forward_while_nobody_reads(void **state)
{
    (void)state;
    now.high = 9000;
    look(NOW);
    now.is_nobody_there = true;
    now.committed = 9000;
    look(NOW + 5 * S);
    say(NOW + 6 * S);
    const struct loss *loss = found("lost-to-reset");
    has(loss, "8000 records of demo.pin-0 were skipped: the offset of group connect-sink was "
              "moved forward from 1000 to 9000 at 2026-09-21 14:13:25Z");
    advises(loss, "--topic demo.pin:0 --reset-offsets --to-offset 1000");
    assert_int_equal(loss->lost_records, 8000);
    /* The offset was set back: there is no loss any more. */
    now.committed = 1000;
    look(NOW + 30 * S);
    say(NOW + 31 * S);
    assert_null(found("lost-to-reset"));
    assert_int_equal(found("offset-set-back")->rule->weight, RULE_WARNING);
}

/* A commit while the group has members comes from them, however large it is: this is how a
 * backlog is read. */
static void a_large_commit_of_a_sink_that_reads_is_none(void **state)
{
    (void)state;
    now.high = 900000;
    now.committed = 800000;
    now.newest_offset = 799900;
    now.newest_committed = 800000;
    look(NOW + 5 * S);
    say(NOW + 6 * S);
    assert_int_equal(losses.n, 0);
}

static void committed_beyond_what_the_newest_object_holds(void **state)
{
    (void)state;
    now.high = now.committed = now.newest_committed = 7000;
    the_tail_holds(900, 6100);
    look(NOW);
    say(NOW + S);
    const struct loss *loss = found("not-in-objects");
    has(loss, "at least 6000 records of demo.pin-0 were committed and are in no object (offset "
              "1000 to 6999)");
    assert_int_equal(loss->rule->weight, RULE_ERROR);
    conn_set(&conn, "transforms.drop.type", "org.apache.kafka.connect.transforms.Filter");
    say(NOW + S);
    assert_null(found("not-in-objects"));
    assert_int_equal(found("left-out-by-wish")->rule->weight, RULE_WARNING);
}

/* Transaction markers have offsets, too: up to one for each record. */
static void transactions_are_no_loss(void **state)
{
    (void)state;
    now.high = now.committed = now.newest_committed = 1100;
    look(NOW);
    say(NOW + S);
    assert_int_equal(losses.n, 0);
}

/* Compaction leaves few records in many offsets, and so do aborted transactions. */
static void offsets_that_hold_no_records_are_no_loss(void **state)
{
    (void)state;
    now.high = now.committed = now.newest_committed = 7000;
    the_tail_holds(900, 100);
    look(NOW);
    say(NOW + S);
    assert_int_equal(losses.n, 0);
    /* Records that were not counted are only a warning. */
    now.high = now.committed = now.newest_committed = 7200;
    look(NOW + S);
    say(NOW + 2 * S);
    assert_int_equal(losses.n, 1);
    assert_int_equal(found("offsets-not-in-objects")->rule->weight, RULE_WARNING);
    has(found("offsets-not-in-objects"), "at least 6200 offsets of demo.pin-0");
    /* When the objects show that each offset is a record, it is a loss. */
    gaps.n_full = 5;
    look(NOW + 2 * S);
    say(NOW + 3 * S);
    assert_int_equal(found("not-in-objects")->rule->weight, RULE_ERROR);
    gaps.is_loose = true;
    look(NOW + 3 * S);
    say(NOW + 4 * S);
    assert_null(found("not-in-objects"));
}

/* The configuration allows that some records are dropped. */
static void a_few_that_are_tolerated_away_are_a_remark(void **state)
{
    (void)state;
    conn_set(&conn, "errors.tolerance", "all");
    now.high = now.committed = now.newest_committed = 1030;
    the_tail_holds(900, 130);
    look(NOW);
    say(NOW + S);
    const struct loss *loss = found("left-out-by-wish");
    has(loss, "at least 30 records of demo.pin-0");
    has(loss, "errors.tolerance=all skips records that cannot be converted");
    assert_int_equal(loss->rule->weight, RULE_WARNING);
    assert_int_equal(loss->lost_records, 30);
}

static void a_loss_that_grows_is_no_history(void **state)
{
    (void)state;
    for (int h = 0; h < 30; h++) {
        now.high = now.committed = now.newest_committed = 7000 + 100 * h;
        the_tail_holds(900, 6100 + 100 * h);
        look(NOW + h * HOUR);
    }
    say(NOW + 30 * HOUR);
    assert_int_equal(found("not-in-objects")->rule->weight, RULE_ERROR);
    assert_int_equal(found("not-in-objects")->since_ms, NOW + 29 * HOUR);
    /* A day after it has last grown it is history. */
    say(NOW + 54 * HOUR);
    assert_non_null(found("lost-long-ago"));
}

/* Objects of an older topic are being overwritten, however long ago that began. */
static void what_is_so_now_is_no_history(void **state)
{
    (void)state;
    now.high = 40;
    now.committed = 30;
    look(NOW);
    look(NOW + 30 * HOUR);
    say(NOW + 30 * HOUR);
    assert_int_equal(found("objects-of-another-topic")->rule->weight, RULE_ERROR);
}

static void a_full_list_keeps_the_gravest(void **state)
{
    (void)state;
    losses.n = 0;
    for (int i = 0; i < LOSSES_MAX; i++)
        assert_non_null(losses_add(&losses, "setting-unknown", NOW, 0, "remark %d", i));
    assert_null(losses_add(&losses, "tasks-idle", NOW, 0, "one more remark"));
    assert_non_null(losses_add(&losses, "lost-to-retention", NOW, 7, "grave"));
    assert_int_equal(losses.n, LOSSES_MAX);
    losses_sort(&losses);
    assert_string_equal(losses.items[0].says, "grave");
    assert_non_null(losses_add(&losses, "not-in-objects", NOW, 7, "less grave"));
    assert_non_null(found("lost-to-retention"));
    has(found("setting-unknown"), "remark 0"); /* the last one of the least severe was dropped */
}

static void half_of_the_records_are_skipped(void **state)
{
    (void)state;
    conn_set(&conn, "errors.tolerance", "all");
    now.newest_offset = 1000;
    now.high = now.committed = now.newest_committed = 1200;
    the_tail_holds(1000, 200);
    look(NOW);
    say(NOW + S);
    const struct loss *loss = found("not-in-objects");
    has(loss, "at least 100 records");
    has(loss, "errors.tolerance=all skips records that cannot be converted");
    advises(loss, "errors.deadletterqueue.topic.name");
}

/* A list of objects from before the commit proves nothing. */
static void an_older_look_at_the_objects_says_nothing(void **state)
{
    (void)state;
    now.high = now.committed = 7000;
    now.newest_committed = 1000;
    look(NOW);
    now.is_newest_sure = false;
    now.newest_committed = 7000;
    look(NOW + S);
    say(NOW + S);
    assert_int_equal(losses.n, 0);
}

/* ---- a topic that was created again ---- */

static void a_topic_that_was_made_again(void **state)
{
    (void)state;
    now.high = 40;
    look(NOW);
    say(NOW + S);
    assert_int_equal(losses.n, 0); /* ends and commits come one after the other */
    look(NOW + 11 * S);
    say(NOW + 11 * S);
    has(found("offset-beyond-end"),
        "the committed offset of group connect-sink is 960 beyond the end of");
    now.committed = 30;
    look(NOW + 20 * S);
    look(NOW + 31 * S);
    say(NOW + 31 * S);
    assert_null(found("offset-beyond-end"));
    has(found("objects-of-another-topic"), "begin at offset 900, beyond the end of the topic");
}

/* When a leader does not answer, the end stays at its last known value while the group
 * continues. */
static void an_old_end_is_no_topic_made_again(void **state)
{
    (void)state;
    now.committed = 1400;
    look(NOW);
    look(NOW + 11 * S);
    say(NOW + 11 * S);
    assert_null(found("offset-beyond-end"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_sink_that_flows_has_lost_nothing),
        T(what_is_not_known_is_no_loss),
        T(retention_that_is_faster_than_the_sink),
        T(what_was_read_before_it_was_deleted_is_not_lost),
        T(a_loss_that_another_one_saw_is_told_as_it_told_it),
        T(what_was_put_right_is_not_told_by_others),
        T(what_had_been_read_before_it_went_is_not_told_by_others),
        T(offsets_set_forward_while_nobody_reads),
        T(a_large_commit_of_a_sink_that_reads_is_none),
        T(committed_beyond_what_the_newest_object_holds),
        T(transactions_are_no_loss),
        T(half_of_the_records_are_skipped),
        T(offsets_that_hold_no_records_are_no_loss),
        T(a_few_that_are_tolerated_away_are_a_remark),
        T(a_loss_that_grows_is_no_history),
        T(what_is_so_now_is_no_history),
        T(a_full_list_keeps_the_gravest),
        T(an_older_look_at_the_objects_says_nothing),
        T(a_topic_that_was_made_again),
        T(an_old_end_is_no_topic_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
