/* A loss that was acknowledged is reported without an alarm; a later one is an alarm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "connector/watch/loss_file.h"
#include "connector/witness/losses.h"
#include "scratch.h"

#define NOW INT64_C(1790000000000)
#define S INT64_C(1000)

enum { FLUSH = 100 };

static struct conn conn;
static struct loss_row row;
static struct loss_look before, now;
static struct newest_gaps gaps;
static struct dead_letters dead;
static struct loss_marks marks, open_losses;
static struct losses losses;
static int64_t group_since_ms;

static int begin(void **state)
{
    (void)state;
    conn_init(&conn);
    snprintf(conn.name, sizeof conn.name, "sink");
    conn_set(&conn, "flush.size", "100");
    losses_begin(&row);
    dead_letters_init(&dead);
    gaps = (struct newest_gaps){0};
    group_since_ms = PT_UNKNOWN;
    now = (struct loss_look){.committed = 1000,
                             .low = 0,
                             .high = 5000,
                             .first_ms = PT_UNKNOWN,
                             .newest_offset = -1,
                             .newest_committed = PT_UNKNOWN,
                             .gaps = &gaps};
    return 0;
}

static int end(void **state)
{
    (void)state;
    conn_done(&conn);
    loss_marks_done(&marks);
    loss_marks_done(&open_losses);
    return 0;
}

static void first_look(int64_t at_ms)
{
    losses_look(&row, NULL, &now, FLUSH, at_ms);
    before = now;
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
                                   .marks = &marks,
                                   .group_since_ms = group_since_ms,
                                   .now_ms = at_ms,
                                   .open = &open_losses};
    loss_marks_done(&open_losses);
    losses_say(&ask, &losses);
}

/* Acknowledge all open losses, as the command does. */
static void acknowledge(int64_t at_ms)
{
    say(at_ms);
    assert_true(open_losses.n > 0);
    for (size_t i = 0; i < open_losses.n; i++) {
        struct loss_mark mark = open_losses.items[i];
        mark.marked_ms = at_ms;
        snprintf(mark.by, sizeof mark.by, "ann@host");
        assert_true(loss_marks_put(&marks, &mark, 100));
    }
    say(at_ms);
}

static const struct loss *found(const char *rule)
{
    for (size_t i = 0; i < losses.n; i++)
        if (strcmp(losses.items[i].rule->id, rule) == 0)
            return &losses.items[i];
    return NULL;
}

static void has(const char *rule, const char *part)
{
    const struct loss *loss = found(rule);
    if (loss == NULL)
        fail_msg("no %s", rule);
    else if (strstr(loss->says, part) == NULL)
        fail_msg("\"%s\" is not in: %s", part, loss->says);
}

/* Check that no loss is an alarm. */
static void is_quiet(void)
{
    for (size_t i = 0; i < losses.n; i++)
        if (losses.items[i].rule->weight != RULE_WARNING)
            fail_msg("an alarm: %s", losses.items[i].says);
    assert_int_equal(open_losses.n, 0);
}

static void deleted_ones(void **state)
{
    (void)state;
    first_look(NOW);
    now.low = 1750;
    look(NOW + 10 * S);
    acknowledge(NOW + 20 * S);
    is_quiet();
    has("loss-acknowledged", "750 records of demo.pin-0 were deleted by retention before they were "
                             "read (offset 1000 to 1749): acknowledged 2026-09-21 14:13:40Z by "
                             "ann@host");
    /* Retention continues: what was lost since then is reported separately. */
    now.low = 1800;
    look(NOW + 30 * S);
    say(NOW + 31 * S);
    has("lost-to-retention", "50 records of demo.pin-0 were deleted");
    has("loss-acknowledged", "750 records of demo.pin-0");
    assert_int_equal(open_losses.n, 1);
    assert_int_equal(open_losses.items[0].from, 1000); /* one mark replaces the other */
    acknowledge(NOW + 40 * S);
    is_quiet();
    assert_int_equal(marks.n, 1);
    has("loss-acknowledged", "800 records");
}

/* Another run finds the same loss, because the committed offset is still the same. */
static void the_next_run_knows_it(void **state)
{
    (void)state;
    now.low = 1750;
    first_look(NOW);
    acknowledge(NOW + S);
    losses_begin(&row);
    first_look(NOW + 100 * S);
    say(NOW + 101 * S);
    is_quiet();
    /* In this run the log was complete at first, and the same offsets were lost a second time:
     * the topic was created again. */
    losses_begin(&row);
    now.low = 0;
    first_look(NOW + 200 * S);
    now.low = 1750;
    look(NOW + 210 * S);
    say(NOW + 211 * S);
    has("lost-to-retention", "750 records");
    /* The same holds when the log ends earlier than it did. */
    losses_begin(&row);
    now.high = 1800;
    first_look(NOW + 300 * S);
    say(NOW + 301 * S);
    has("lost-to-retention", "750 records");
}

static void other_places_are_told(void **state)
{
    (void)state;
    now.low = 1750;
    first_look(NOW);
    acknowledge(NOW + S);
    struct loss_mark mark = marks.items[0];
    static const struct {
        int64_t from, to;
        int32_t partition;
        enum loss_kind kind;
        bool is_told;
    } cases[] = {
        {1000, 1750, 0, LOSS_DELETED, false},
        {900,  2000, 0, LOSS_DELETED, false},
        {1001, 1750, 0, LOSS_DELETED, true },
        {1000, 1750, 1, LOSS_DELETED, true },
        {1000, 1750, 0, LOSS_SKIPPED, true },
        {0,    1000, 0, LOSS_DELETED, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        marks.items[0] = mark;
        marks.items[0].from = cases[i].from;
        marks.items[0].to = cases[i].to;
        marks.items[0].partition = cases[i].partition;
        marks.items[0].kind = cases[i].kind;
        say(NOW + 2 * S);
        if ((found("lost-to-retention") != NULL) != cases[i].is_told)
            fail_msg("case %zu", i);
    }
}

/* The offset is set back and forward again over the same records: a second loss of the same
 * offsets. */
static void passed_over_twice(void **state)
{
    (void)state;
    first_look(NOW);
    now.is_nobody_there = true;
    now.committed = 3000;
    look(NOW + 10 * S);
    acknowledge(NOW + 20 * S);
    is_quiet();
    has("loss-acknowledged", "2000 records of demo.pin-0 were skipped because an offset was "
                             "moved forward (offset 1000 to 2999)");
    now.committed = 1000;
    look(NOW + 30 * S);
    now.committed = 3000;
    look(NOW + 40 * S);
    say(NOW + 41 * S);
    has("lost-to-reset", "2000 records of demo.pin-0 were skipped");
}

static void a_gap_between_objects(void **state)
{
    (void)state;
    now.newest_offset = 900;
    now.newest_committed = 1000;
    now.is_newest_sure = true;
    first_look(NOW);
    gaps = (struct newest_gaps){.lost = 300,
                                .lost_from = 500,
                                .lost_to = 800,
                                .lost_before_ms = NOW - 60 * S,
                                .lost_after_ms = NOW - 30 * S,
                                .n_full = 3};
    look(NOW + S);
    acknowledge(NOW + 2 * S);
    is_quiet();
    has("loss-acknowledged", "300 records of demo.pin-0 were committed and are in no object");
    /* There is another gap behind it: both are reported, because only their sum is known. */
    gaps.lost = 350;
    gaps.lost_from = 850;
    gaps.lost_to = 900;
    gaps.lost_after_ms = NOW + 10 * S;
    look(NOW + 11 * S);
    say(NOW + 12 * S);
    has("not-in-objects", "at least 350 records");
    /* A gap of the same offsets next to an object that was written later: the topic was created
     * again. */
    gaps.lost = 300;
    gaps.lost_from = 500;
    gaps.lost_to = 800;
    look(NOW + 13 * S);
    say(NOW + 14 * S);
    has("not-in-objects", "at least 300 records");
}

static void letters(void **state)
{
    (void)state;
    dead_letters_name(&dead, "dlq");
    dead_letters_look(&dead, 0, 3, NOW - S, NOW);
    acknowledge(NOW + S);
    is_quiet();
    has("loss-acknowledged",
        "there are 3 records in the dead letter queue topic dlq: acknowledged 2026-09-21 "
        "14:13:21Z by ann@host");
    dead_letters_look(&dead, 0, 5, NOW + 10 * S, NOW + 10 * S);
    say(NOW + 11 * S);
    has("dead-letters",
        "2 records went to the dead letter queue topic dlq instead of the bucket since "
        "the last acknowledgement, 2026-09-21 14:13:21Z; it holds 5");
    acknowledge(NOW + 20 * S);
    is_quiet();
    /* Another run finds five, all of them acknowledged. A topic that was created again has
     * another end. */
    dead_letters_init(&dead);
    dead_letters_name(&dead, "dlq");
    dead_letters_look(&dead, 2, 5, NOW + 10 * S, NOW + 30 * S);
    say(NOW + 31 * S);
    is_quiet();
    dead_letters_look(&dead, 0, 1, NOW + 40 * S, NOW + 40 * S);
    say(NOW + 41 * S);
    assert_non_null(found("dead-letters"));
}

/* The loss of a former group is history and names that group. Gaps between objects of that time
 * are not reported. */
static void another_group_begins_anew(void **state)
{
    struct losses former = {0};
    (void)state;
    first_look(NOW);
    now.low = 1750;
    look(NOW + 10 * S);
    say(NOW + 11 * S);
    losses_of_former(&losses, "connect-sink", NOW + 20 * S, &former);
    assert_int_equal(former.n, 1);
    assert_string_equal(former.items[0].rule->id, "lost-under-old-group");
    assert_int_equal(former.items[0].rule->weight, RULE_WARNING);
    assert_non_null(strstr(former.items[0].says, "under the former group connect-sink, which the "
                                                 "connector had until 2026-09-21 14:13:40Z: 750 "
                                                 "records of demo.pin-0 were deleted"));
    losses_begin(&row);
    group_since_ms = NOW + 20 * S;
    now.committed = 5000;
    gaps = (struct newest_gaps){
        .lost = 300, .lost_from = 500, .lost_to = 800, .lost_after_ms = NOW - S, .n_full = 3};
    first_look(NOW + 21 * S);
    say(NOW + 22 * S);
    is_quiet();
    assert_int_equal(losses.n, 0);
    gaps.lost_after_ms = NOW + 30 * S;
    look(NOW + 31 * S);
    say(NOW + 32 * S);
    assert_non_null(found("not-in-objects"));
}

/* ---- the file ---- */

static struct loss_mark mark_of(const char *connector, int64_t to)
{
    struct loss_mark mark = {.kind = LOSS_SKIPPED,
                             .partition = 3,
                             .from = 10,
                             .to = to,
                             .records = 9,
                             .end = PT_UNKNOWN,
                             .marked_ms = NOW,
                             .written_from_ms = PT_UNKNOWN,
                             .written_to_ms = PT_UNKNOWN};
    snprintf(mark.cluster, sizeof mark.cluster, "abc");
    snprintf(mark.connector, sizeof mark.connector, "%s", connector);
    snprintf(mark.group, sizeof mark.group, "g \"quoted\"\n");
    snprintf(mark.topic, sizeof mark.topic, "demo.pin");
    snprintf(mark.by, sizeof mark.by, "ann@host");
    return mark;
}

/* Losses that were seen have a file of their own, and are dropped after a day. */
static void what_was_seen_is_kept_for_a_day(void **state)
{
    (void)state;
    struct loss_mark old = mark_of("old", 20), fresh = mark_of("fresh", 20);
    struct loss_marks add = {1, &old}, all;
    char dir[300];
    snprintf(dir, sizeof dir, "%s", scratch_path("seen"));
    old.marked_ms = clock_real_ms() - INT64_C(25) * 3600 * 1000;
    fresh.marked_ms = clock_real_ms() - INT64_C(23) * 3600 * 1000;
    fresh.written_from_ms = 7;
    memset(fresh.by, 0, sizeof fresh.by);
    assert_int_equal(loss_file_add(dir, LOSS_FILE_SEEN, &add, &all, NULL), PT_OK);
    loss_marks_done(&all);
    add.items = &fresh;
    assert_int_equal(loss_file_add(dir, LOSS_FILE_SEEN, &add, &all, NULL), PT_OK);
    loss_marks_done(&all);
    assert_int_equal(loss_file_read(dir, LOSS_FILE_SEEN, &all, NULL), PT_OK);
    assert_int_equal(all.n, 1);
    assert_memory_equal(&all.items[0], &fresh, sizeof fresh);
    loss_marks_done(&all);
    assert_int_equal(loss_file_read(dir, LOSS_FILE_ACKNOWLEDGED, &all, NULL), PT_OK);
    assert_int_equal(all.n, 0);
    loss_marks_done(&all);
}

static void it_is_kept_in_a_file(void **state)
{
    (void)state;
    struct loss_mark one = mark_of("sink", (INT64_C(1) << 53) - 1), more = mark_of("other", 20);
    struct loss_marks add = {1, &one}, all, again;
    struct stat known = {0}, file;
    char dir[300], path[400];
    snprintf(dir, sizeof dir, "%s", scratch_path("state"));
    assert_int_equal(loss_file_read(dir, LOSS_FILE_ACKNOWLEDGED, &all, NULL), PT_OK);
    assert_int_equal(all.n, 0);
    assert_false(loss_file_changed(dir, LOSS_FILE_ACKNOWLEDGED, &known));
    assert_int_equal(loss_file_add(dir, LOSS_FILE_ACKNOWLEDGED, &add, &all, NULL), PT_OK);
    loss_marks_done(&all);
    assert_true(loss_file_changed(dir, LOSS_FILE_ACKNOWLEDGED, &known));
    assert_false(loss_file_changed(dir, LOSS_FILE_ACKNOWLEDGED, &known));
    add.items = &more;
    assert_int_equal(loss_file_add(dir, LOSS_FILE_ACKNOWLEDGED, &add, &all, NULL), PT_OK);
    assert_int_equal(all.n, 2);
    assert_int_equal(loss_file_read(dir, LOSS_FILE_ACKNOWLEDGED, &again, NULL), PT_OK);
    assert_int_equal(again.n, 2);
    assert_memory_equal(&again.items[0], &one, sizeof one);
    assert_memory_equal(&again.items[1], &more, sizeof more);
    loss_marks_done(&all);
    loss_marks_done(&again);
    snprintf(path, sizeof path, "%s/losses.json", dir);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
}

/* A broken file hides no loss and is not overwritten. */
static void a_broken_file_is_left_alone(void **state)
{
    (void)state;
    struct loss_mark one = mark_of("sink", 20);
    struct loss_marks add = {1, &one}, all;
    struct pt_error err;
    scratch_put("losses.json", "{\"losses\": 7");
    assert_int_equal(loss_file_read(scratch_path("."), LOSS_FILE_ACKNOWLEDGED, &all, &err),
                     PT_EDATA);
    assert_int_equal(all.n, 0);
    assert_int_equal(loss_file_add(scratch_path("."), LOSS_FILE_ACKNOWLEDGED, &add, &all, &err),
                     PT_EDATA);
    char *text = scratch_get("losses.json");
    assert_non_null(text);
    assert_string_equal(text, "{\"losses\": 7");
    free(text);
}

/* Several pintops write at once: none overwrites what another one has written. */
static void writers_do_not_lose_each_others(void **state)
{
    (void)state;
    enum { WRITERS = 4, EACH = 5 };
    struct loss_marks all;
    char dir[300];
    snprintf(dir, sizeof dir, "%s", scratch_path("state"));
    pid_t pids[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        pids[w] = fork();
        for (int i = 0; pids[w] == 0 && i < EACH; i++) {
            char name[16];
            snprintf(name, sizeof name, "%d-%d", w, i);
            struct loss_mark mark = mark_of(name, 20);
            struct loss_marks add = {1, &mark}, mine;
            if (loss_file_add(dir, LOSS_FILE_ACKNOWLEDGED, &add, &mine, NULL) != PT_OK)
                _exit(1);
        }
        if (pids[w] == 0)
            _exit(0);
    }
    for (int w = 0; w < WRITERS; w++) {
        int status;
        assert_int_equal(waitpid(pids[w], &status, 0), pids[w]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(loss_file_read(dir, LOSS_FILE_ACKNOWLEDGED, &all, NULL), PT_OK);
    assert_int_equal(all.n, WRITERS * EACH);
    loss_marks_done(&all);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
#define F(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(deleted_ones),
        T(the_next_run_knows_it),
        T(other_places_are_told),
        T(passed_over_twice),
        T(a_gap_between_objects),
        T(letters),
        T(another_group_begins_anew),
        F(what_was_seen_is_kept_for_a_day),
        F(it_is_kept_in_a_file),
        F(a_broken_file_is_left_alone),
        F(writers_do_not_lose_each_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
