/* Records that a sink loses, as its objects and the dead letter queue show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector/judge/judge.h"
#include "connector/sink.h"
#include "connector/witness/losses.h"
#include "losses.h"

/* ---- dead letters ---- */

/* Another connector names the same topic: it is unknown whose records they are, so neither
 * connector gets an alarm. */
static void dead_letters_of_two_accuse_neither(void **state)
{
    (void)state;
    dead_letters_name(&dead, "demo.dlq");
    dead_letters_look(&dead, 0, 0, PT_UNKNOWN, NOW);
    dead_letters_look(&dead, 0, 12, NOW + 9 * S, NOW + 10 * S);
    dead.is_shared = true;
    say(NOW + 10 * S);
    assert_null(found("dead-letters"));
    has(found("old-dead-letters"), "12 records, of this connector or of another one that uses it");
}

static void dead_letters_are_counted(void **state)
{
    (void)state;
    dead_letters_name(&dead, "demo.dlq");
    dead_letters_look(&dead, 0, 0, PT_UNKNOWN, NOW);
    say(NOW);
    assert_int_equal(losses.n, 0);
    dead_letters_look(&dead, 0, 12, NOW + 9 * S, NOW + 10 * S);
    say(NOW + 10 * S);
    const struct loss *loss = found("dead-letters");
    has(loss, "12 records went to the dead letter queue topic demo.dlq instead of the bucket");
    assert_int_equal(loss->lost_records, 12);
    advises(loss, "__connect.errors.exception.message");
}

static void old_dead_letters_are_only_told(void **state)
{
    (void)state;
    dead_letters_name(&dead, "demo.dlq");
    dead_letters_look(&dead, 100, 150, NOW - 5 * HOUR, NOW);
    say(NOW);
    assert_int_equal(losses.n, 1);
    has(found("old-dead-letters"), "the dead letter queue topic demo.dlq holds 50 records");
    assert_int_equal(losses.items[0].rule->weight, RULE_WARNING);
    /* Dead letters of the last hour count at the first poll. */
    dead_letters_look(&dead, 100, 150, NOW - 60 * S, NOW);
    say(NOW);
    assert_int_equal(found("dead-letters")->rule->weight, RULE_ERROR);
    dead_letters_name(&dead, "demo.other");
    say(NOW);
    assert_int_equal(losses.n, 0);
}

/* ---- the keys of objects ---- */

struct object {
    int64_t offset, bytes;
};
static const struct object *objects;
static size_t n_objects;

static pt_code list(void *arg, const char *prefix, const char *delimiter, const char *start_after,
                    size_t max, struct s3_listing *out, struct pt_error *err)
{
    (void)arg, (void)delimiter, (void)err;
    memset(out, 0, sizeof *out);
    out->objects = calloc(n_objects + 1, sizeof *out->objects);
    for (size_t i = 0; i < n_objects && out->n < max; i++) {
        char key[200];
        snprintf(key, sizeof key, "%sdemo.pin+0+%010" PRId64 ".json", prefix, objects[i].offset);
        if (start_after != NULL && strcmp(key, start_after) <= 0)
            continue;
        out->objects[out->n].key = strdup(key);
        out->objects[out->n].bytes = objects[i].bytes;
        out->objects[out->n++].modified_ms = NOW + (int64_t)i * S;
    }
    return PT_OK;
}

static struct newest_gaps gaps_of(const struct object *all, size_t n, size_t first, bool has_past)
{
    struct sink sink;
    struct newest newest = NEWEST_NOTHING;
    struct newest_lister lister = {.list = list, .calls = 4};
    sink_read(&conn, &sink);
    objects = all;
    losses_gap_min(&conn, &sink, &newest.gaps);
    /* In two polls: the second one continues from what the first one found. */
    n_objects = first;
    assert_int_equal(newest_in_folder(&lister, &sink, "topics/demo.pin/partition=0/", "demo.pin", 0,
                                      all[first - 1].offset + 1, &newest, NULL),
                     PT_OK);
    lister.calls = 4;
    n_objects = n;
    assert_int_equal(newest_in_folder(&lister, &sink, "topics/demo.pin/partition=0/", "demo.pin", 0,
                                      all[n - 1].offset + 1, &newest, NULL),
                     PT_OK);
    if (has_past)
        assert_int_equal(newest_gaps_before(&lister, &sink, "topics/demo.pin/partition=0/",
                                            "demo.pin", 0, &newest, NULL),
                         PT_OK);
    assert_int_equal(newest.offset, all[n - 1].offset);
    assert_true(newest.is_sure);
    return newest.gaps;
}

static void a_gap_between_two_objects(void **state)
{
    static const struct object all[] = {
        {0,    5000},
        {100,  5100},
        {200,  5050},
        {5000, 4900},
        {5100, 5000}
    };
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        /* A gap is counted once, whether the objects are found at once or one by one. */
        bool has_past = i % 2 == 0;
        if (!has_past && i / 2 == 3) /* the gap was there before the first poll */
            continue;
        gaps = gaps_of(all, 5, 1 + i / 2, has_past);
        assert_int_equal(gaps.n, 1);
        assert_int_equal(gaps.offsets, 4700);
        assert_int_equal(gaps.from, 300);
        assert_int_equal(gaps.to, 5000);
        assert_int_equal(gaps.before_ms, NOW + 2 * S);
        assert_int_equal(gaps.after_ms, NOW + 3 * S);
    }
    before.gaps = now.gaps = &gaps;
    look(NOW + 10 * S);
    say(NOW + 10 * S);
    has(found("not-in-objects"), "at least 4700 offsets of demo.pin-0 were committed and are in no "
                                 "object (offset 300 to 4999), committed between");
}

/* The records in a gap decide whether it is a loss, and each gap is counted once. */
static void a_gap_is_counted_in_the_log(void **state)
{
    static const struct object all[] = {
        {0,    5000},
        {100,  5100},
        {200,  5050},
        {5000, 4900},
        {9000, 5000},
        {9100, 5000}
    };
    (void)state;
    gaps = gaps_of(all, 6, 1, true);
    assert_int_equal(gaps.n, 2);
    assert_int_equal(gaps.n_open, 2);
    assert_int_equal(gaps.open[0].begin, 200);
    assert_int_equal(gaps.open[0].to, 5000);
    newest_gap_counted(&gaps, 0, 60, FLUSH); /* 60 records are left: the log is compacted */
    assert_int_equal(gaps.n, 1);
    assert_int_equal(gaps.n_open, 1);
    assert_int_equal(gaps.offsets, 3900);
    assert_int_equal(gaps.open[0].begin, 5000);
    struct newest_gaps unanswered = gaps, found_lost = gaps;
    newest_gap_counted(&unanswered, 0, PT_UNKNOWN, FLUSH);
    assert_int_equal(unanswered.n_open, 0);
    assert_int_equal(unanswered.offsets, 3900);
    assert_int_equal(unanswered.lost, 0);
    newest_gap_counted(&found_lost, 0, 4000, FLUSH);
    assert_int_equal(found_lost.offsets, 0);
    gaps = found_lost;
    before.gaps = now.gaps = &gaps;
    look(NOW + 10 * S);
    say(NOW + 10 * S);
    has(found("not-in-objects"), "at least 3900 records of demo.pin-0 were committed and are in no "
                                 "object (offset 5100 to 8999), committed between");
    assert_int_equal(found("not-in-objects")->lost_records, 3900);
    /* An offset that was set forward skipped the same records: they are reported once. */
    row.skipped = 3900;
    row.skipped_from = 5100;
    row.skipped_to = 9000;
    row.skipped_ms = NOW;
    say(NOW + 10 * S);
    assert_null(found("not-in-objects"));
}

/* After flush.size was lowered, the newest object may still hold as many records as before. */
static void a_lowered_flush_size_is_no_loss(void **state)
{
    static const struct object larger[] = {
        {0,    50000},
        {1000, 50000},
        {2000, 50000}
    };
    (void)state;
    for (int i = 0; i < 2; i++) {
        conn_done(&conn);
        begin(NULL);
        if (i == 1)
            conn_set(&conn, "errors.tolerance", "all");
        gaps = gaps_of(larger, 3, 1, true);
        now.gaps = &gaps;
        now.newest_offset = 2000;
        now.high = now.committed = now.newest_committed = 3000;
        the_tail_holds(2000, 1000);
        look(NOW);
        say(NOW);
        for (size_t k = 0; k < losses.n; k++)
            assert_int_equal(losses.items[k].rule->weight, RULE_WARNING);
    }
}

/* Objects from before flush.size was lowered are large; objects that were closed by a timeout
 * are small. */
static void objects_of_another_size_are_no_gap(void **state)
{
    static const struct object larger[] = {
        {0,    50000},
        {1000, 50000},
        {2000, 5000 },
        {2100, 5000 },
        {2200, 5000 }
    };
    static const struct object mixed[] = {
        {0,    5000 },
        {100,  5000 },
        {200,  50000},
        {1200, 2500 },
        {1250, 5000 }
    };
    static const struct object few[] = {
        {0,    5000},
        {3000, 5000}
    };
    (void)state;
    assert_int_equal(gaps_of(larger, 5, 1, true).n, 0);
    assert_int_equal(gaps_of(mixed, 5, 2, true).n, 0);
    assert_int_equal(gaps_of(few, 2, 1, true).n, 0); /* nothing shows the size of a record */
}

static void skipped_records_within_objects(void **state)
{
    static const struct object all[] = {
        {0,   5000},
        {200, 5000},
        {400, 5000},
        {600, 5000}
    };
    (void)state;
    assert_int_equal(gaps_of(all, 4, 2, true).n, 0);
    conn_set(&conn, "errors.tolerance", "all");
    struct newest_gaps skipped = gaps_of(all, 4, 2, true);
    assert_int_equal(skipped.n, 3);
    assert_int_equal(skipped.offsets, 300);
}

/* ---- the verdict ---- */

static void a_loss_is_no_ok(void **state)
{
    struct witnesses w;
    struct judgement j;
    (void)state;
    witnesses_init(&w);
    w.now_ms = NOW;
    w.is_sink = w.is_s3 = true;
    w.backend = "Kafka Connect";
    w.state = "RUNNING";
    w.state_asked_ms = NOW - S;
    w.has_tasks = true;
    w.n_tasks = w.running = 1;
    w.n_lag_samples = 10;
    w.lag = 0;
    w.in_ms = w.out_ms = NOW - S;
    w.patience_ms = 30 * S;
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_OK);
    now.high = 5000;
    now.low = 1200;
    look(NOW);
    say(NOW);
    w.loss = &losses.items[0];
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_DEGRADED);
    assert_int_equal(j.since_ms, NOW);
    assert_string_equal(j.rule, "lost-to-retention");
    assert_string_equal(j.cause, losses.items[0].says);
    /* A loss of long ago is a note on a sink that is OK. */
    say(NOW + 25 * HOUR);
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_OK);
    assert_string_equal(j.note, losses.items[0].says);
    /* A sink without progress is STALLED, whatever it lost. */
    say(NOW);
    w.lag = w.stuck = 500;
    w.n_stuck = w.n_partitions = 1;
    w.stuck_since_ms = NOW - 60 * S;
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_STALLED);
}

/* flush.size was lowered: an object from before holds as many records as it did then. */
static void a_lower_flush_size_makes_no_loss(void **state)
{
    enum { LOWER = 10 };
    (void)state;
    losses_look(&row, &before, &now, LOWER, NOW + 5 * S);
    assert_int_equal(row.uncovered, 0);
    now.newest_offset = 1000; /* found after the change, but maybe written before it */
    now.committed = now.newest_committed = now.high = 1013;
    losses_look(&row, &before, &now, LOWER, NOW + 10 * S);
    assert_int_equal(row.uncovered, 0);
    now.newest_offset = 1013; /* written after the change */
    now.committed = now.newest_committed = now.high = 1030;
    losses_look(&row, &before, &now, LOWER, NOW + 20 * S);
    assert_int_equal(row.uncovered, 7);
    assert_int_equal(row.uncovered_from, 1023);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_gap_is_counted_in_the_log),
        T(a_lowered_flush_size_is_no_loss),
        T(dead_letters_of_two_accuse_neither),
        T(dead_letters_are_counted),
        T(old_dead_letters_are_only_told),
        T(a_gap_between_two_objects),
        T(objects_of_another_size_are_no_gap),
        T(skipped_records_within_objects),
        T(a_loss_is_no_ok),
        T(a_lower_flush_size_makes_no_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
