/* Records that a sink never gets: what offsets, objects and dead letters tell of them, and what
 * they must not be taken for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector/judge.h"
#include "connector/losses.h"
#include "connector/sink.h"

#define NOW INT64_C(1790000000000)
#define S INT64_C(1000)
#define HOUR (3600 * S)

enum { FLUSH = 100 };

static struct conn conn;
static struct loss_row row;
static struct loss_look now, before;
static struct dead_letters dead;
static struct losses losses;
static struct newest_gaps gaps;

static int begin(void **state)
{
    (void)state;
    conn_init(&conn);
    snprintf(conn.name, sizeof conn.name, "sink");
    snprintf(conn.kind, sizeof conn.kind, "sink");
    conn_set(&conn, "flush.size", "100");
    conn_set(&conn, "s3.bucket.name", "bucket");
    losses_begin(&row);
    dead_letters_init(&dead);
    gaps = (struct newest_gaps){0};
    now = (struct loss_look){.committed = 1000,
                             .low = 0,
                             .high = 1000,
                             .first_ms = PT_UNKNOWN,
                             .newest_offset = 900,
                             .is_newest_sure = true,
                             .newest_committed = 1000,
                             .gaps = &gaps};
    losses_look(&row, NULL, &now, FLUSH, NOW);
    before = now;
    return 0;
}

static int end(void **state)
{
    (void)state;
    conn_done(&conn);
    return 0;
}

static void look(int64_t at_ms)
{
    losses_look(&row, &before, &now, FLUSH, at_ms);
    before = now;
}

static void say(int64_t at_ms)
{
    const struct loss_partition part = {"demo.pin", 0, &row, now.high};
    const struct losses_ask ask = {.conn = &conn,
                                   .group = "connect-sink",
                                   .rows = &part,
                                   .n = 1,
                                   .dead = &dead,
                                   .group_since_ms = PT_UNKNOWN,
                                   .now_ms = at_ms};
    losses_say(&ask, &losses);
}

static const struct loss *found(const char *rule)
{
    for (size_t i = 0; i < losses.n; i++)
        if (strcmp(losses.items[i].rule->id, rule) == 0)
            return &losses.items[i];
    return NULL;
}

static void has(const struct loss *loss, const char *part)
{
    assert_non_null(loss);
    if (strstr(loss->says, part) == NULL)
        fail_msg("\"%s\" is not in: %s", part, loss->says);
}

static void advises(const struct loss *loss, const char *part)
{
    if (strstr(loss->fix, part) == NULL)
        fail_msg("\"%s\" is not in: %s", part, loss->fix);
}

/* ---- nothing is lost ---- */

static void a_sink_that_flows_has_lost_nothing(void **state)
{
    (void)state;
    for (int i = 1; i < 50; i++) {
        now.high = 1000 + i * 70;
        now.committed = now.high / FLUSH * FLUSH;
        now.newest_offset = before.committed - FLUSH; /* objects are looked for now and then */
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
    has(loss, "750 records of demo.pin-0 were deleted by retention before sink took them");
    has(loss, "it stood at 1000, the topic begins at 1750");
    has(loss, "written between 2026-09-21 12:13:20Z and 2026-09-21 13:13:20Z");
    assert_int_equal(loss->lost_records, 750);
    assert_int_equal(loss->since_ms, NOW + 10 * S);
    /* It goes on at what is left: what is gone stays gone. */
    now.committed = 1900;
    now.newest_offset = 1750;
    now.newest_committed = 1850;
    look(NOW + 20 * S);
    say(NOW + 21 * S);
    has(found("lost-to-retention"), "750 records");
    /* A day later it is history. */
    say(NOW + 25 * HOUR);
    assert_int_equal(losses.items[0].rule->weight, RULE_WARNING);
}

/* A sink that holds in memory what it has read writes the object that begins where it stood. */
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

/* Written down by the one that saw it, and read by one that looks for the first time. */
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
    /* It is written down already. */
    struct loss_mark own, less;
    assert_true(losses_to_recall(&row, LOSS_DELETED, &own));
    assert_true(losses_is_written_down(&own, &mark));
    /* Whoever saw it at another moment doesn't write it anew each time, and more of it is. */
    own.written_to_ms = NOW + 7 * S;
    assert_true(losses_is_written_down(&own, &mark));
    less = mark;
    less.to--;
    assert_true(losses_is_written_down(&less, &mark));
    assert_false(losses_is_written_down(&mark, &less));
    /* The topic was made again since. */
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
    has(found("lost-to-reset"), "8000 records of demo.pin-0 were passed over");
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
    /* Who comes later finds it past that place again, and hears that it is right. */
    losses_begin(&row);
    now.committed = 9000;
    losses_recall(&row, &back, &now);
    assert_int_equal(row.skipped, 0);
    /* The same once more is a loss once more. */
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

/* ---- the group was set ---- */

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
    has(loss, "8000 records of demo.pin-0 were passed over: the offset of group connect-sink was "
              "set forward from 1000 to 9000 at 2026-09-21 14:13:25Z");
    advises(loss, "--topic demo.pin:0 --reset-offsets --to-offset 1000");
    assert_int_equal(loss->lost_records, 8000);
    /* Put right: no more a loss. */
    now.committed = 1000;
    look(NOW + 30 * S);
    say(NOW + 31 * S);
    assert_null(found("lost-to-reset"));
    assert_int_equal(found("offset-set-back")->rule->weight, RULE_WARNING);
}

/* A commit while there are consumers is theirs, however large: a backlog is worked off so. */
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

/* ---- objects ---- */

/* So many records were counted in the log between the newest object's begin and the commit. */
static void the_tail_holds(int64_t from, int64_t records)
{
    gaps.tail_from = from;
    gaps.tail_to = now.newest_committed;
    gaps.tail_records = records;
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

/* Markers of transactions are offsets, too: up to one for each record. */
static void transactions_are_no_loss(void **state)
{
    (void)state;
    now.high = now.committed = now.newest_committed = 1100;
    look(NOW);
    say(NOW + S);
    assert_int_equal(losses.n, 0);
}

/* Compaction leaves few records in many offsets, and so do transactions that were aborted. */
static void offsets_that_hold_no_records_are_no_loss(void **state)
{
    (void)state;
    now.high = now.committed = now.newest_committed = 7000;
    the_tail_holds(900, 100);
    look(NOW);
    say(NOW + S);
    assert_int_equal(losses.n, 0);
    /* What nobody counted is a remark. */
    now.high = now.committed = now.newest_committed = 7200;
    look(NOW + S);
    say(NOW + 2 * S);
    assert_int_equal(losses.n, 1);
    assert_int_equal(found("offsets-not-in-objects")->rule->weight, RULE_WARNING);
    has(found("offsets-not-in-objects"), "at least 6200 offsets of demo.pin-0");
    /* Where each offset is a record, as the objects show, it is a loss. */
    gaps.n_full = 5;
    look(NOW + 2 * S);
    say(NOW + 3 * S);
    assert_int_equal(found("not-in-objects")->rule->weight, RULE_ERROR);
    gaps.is_loose = true;
    look(NOW + 3 * S);
    say(NOW + 4 * S);
    assert_null(found("not-in-objects"));
}

/* Some are dropped as the configuration wishes. */
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
    has(loss, "errors.tolerance=all skips what can't be converted");
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
    /* A day after it grew last it is. */
    say(NOW + 54 * HOUR);
    assert_non_null(found("lost-long-ago"));
}

/* Objects of an older topic are overwritten now, however long ago that began. */
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
    has(found("setting-unknown"), "remark 0"); /* the last of the least grave went */
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
    has(loss, "errors.tolerance=all skips what can't be converted");
    advises(loss, "errors.deadletterqueue.topic.name");
}

/* An object that was not looked for since the commit says nothing. */
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

/* ---- a topic that was made again ---- */

static void a_topic_that_was_made_again(void **state)
{
    (void)state;
    now.high = 40;
    look(NOW);
    say(NOW + S);
    assert_int_equal(losses.n, 0); /* ends and commits are asked one after the other */
    look(NOW + 11 * S);
    say(NOW + 11 * S);
    has(found("offset-beyond-end"), "group connect-sink stands 960 offsets beyond the end of");
    now.committed = 30;
    look(NOW + 20 * S);
    look(NOW + 31 * S);
    say(NOW + 31 * S);
    assert_null(found("offset-beyond-end"));
    has(found("objects-of-another-topic"), "begin at offset 900, beyond the end of the topic");
}

/* A leader that doesn't answer leaves the end as it was, while the group goes on. */
static void an_old_end_is_no_topic_made_again(void **state)
{
    (void)state;
    now.committed = 1400;
    look(NOW);
    look(NOW + 11 * S);
    say(NOW + 11 * S);
    assert_null(found("offset-beyond-end"));
}

/* ---- dead letters ---- */

/* Another connector names the same topic: whose they are isn't known, and nobody is accused. */
static void dead_letters_of_two_accuse_neither(void **state)
{
    (void)state;
    dead_letters_name(&dead, "demo.dlq");
    dead_letters_look(&dead, 0, 0, PT_UNKNOWN, NOW);
    dead_letters_look(&dead, 0, 12, NOW + 9 * S, NOW + 10 * S);
    dead.is_shared = true;
    say(NOW + 10 * S);
    assert_null(found("dead-letters"));
    has(found("old-dead-letters"), "12 records, of this connector or of another that names it");
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
    has(loss, "12 records went to the dead letter topic demo.dlq instead of the bucket");
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
    has(found("old-dead-letters"), "the dead letter topic demo.dlq holds 50 records");
    assert_int_equal(losses.items[0].rule->weight, RULE_WARNING);
    /* One look is enough for those of the last hour. */
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
    /* In two looks: the second goes on from what the first knew. */
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
        /* All at once, or as they come: a gap is counted once. */
        bool has_past = i % 2 == 0;
        if (!has_past && i / 2 == 3) /* the gap was there before the first look */
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
                                 "object (offset 300 to 4999), passed between");
}

/* What lies in a gap decides, and each gap once. */
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
    newest_gap_counted(&gaps, 0, 60, FLUSH); /* compacted */
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
                                 "object (offset 5100 to 8999), passed between");
    assert_int_equal(found("not-in-objects")->lost_records, 3900);
    /* Set forward by hand: the same records, told once. */
    row.skipped = 3900;
    row.skipped_from = 5100;
    row.skipped_to = 9000;
    row.skipped_ms = NOW;
    say(NOW + 10 * S);
    assert_null(found("not-in-objects"));
}

/* After flush.size was lowered the newest object may hold what it held before. */
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

/* Objects of a time when flush.size was larger are large; those that a clock closed are small. */
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
    assert_int_equal(gaps_of(few, 2, 1, true).n, 0); /* nothing shows what a record takes */
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
    /* What was lost long ago is a note on a sink that is well. */
    say(NOW + 25 * HOUR);
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_OK);
    assert_string_equal(j.note, losses.items[0].says);
    /* One that stands still stands still, whatever it lost. */
    say(NOW);
    w.lag = w.stuck = 500;
    w.n_stuck = w.n_partitions = 1;
    w.stuck_since_ms = NOW - 60 * S;
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_STALLED);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
/* flush.size was lowered: an object from before holds as many as it did then. */
static void a_lower_flush_size_makes_no_loss(void **state)
{
    enum { LOWER = 10 };
    (void)state;
    losses_look(&row, &before, &now, LOWER, NOW + 5 * S);
    assert_int_equal(row.uncovered, 0);
    now.newest_offset = 1000; /* found after the change, and maybe written before it */
    now.committed = now.newest_committed = now.high = 1013;
    losses_look(&row, &before, &now, LOWER, NOW + 10 * S);
    assert_int_equal(row.uncovered, 0);
    now.newest_offset = 1013; /* that one was written since */
    now.committed = now.newest_committed = now.high = 1030;
    losses_look(&row, &before, &now, LOWER, NOW + 20 * S);
    assert_int_equal(row.uncovered, 7);
    assert_int_equal(row.uncovered_from, 1023);
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
        T(a_gap_is_counted_in_the_log),
        T(a_lowered_flush_size_is_no_loss),
        T(an_older_look_at_the_objects_says_nothing),
        T(a_topic_that_was_made_again),
        T(an_old_end_is_no_topic_made_again),
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
