/* A consumer group as a witness: what is read from its members' assignments, and what it
 * reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector/watch/group.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/workers.h"

/* Version 0, two topics: partitions 0 and 2 of demo.pin, partition 1 of demo.geo; no user data. */
static const unsigned char ASSIGNMENT[] = {
    0, 0, 0,   0,   0,    2,                                     /**/
    0, 8, 'd', 'e', 'm',  'o',  '.',  'p', 'i', 'n', 0, 0, 0, 2, /**/
    0, 0, 0,   0,   0,    0,    0,    2,                         /**/
    0, 8, 'd', 'e', 'm',  'o',  '.',  'g', 'e', 'o', 0, 0, 0, 1, /**/
    0, 0, 0,   1,   0xff, 0xff, 0xff, 0xff};

static struct group_look look_of(size_t n_members)
{
    struct group_look look = {.is_there = true, .n_members = n_members, .n_listed = n_members};
    snprintf(look.state, sizeof look.state, "%s", n_members > 0 ? "Stable" : "Empty");
    snprintf(look.protocol_type, sizeof look.protocol_type, "consumer");
    look.members = calloc(GROUP_MEMBERS_MAX, sizeof *look.members);
    look.owned = calloc(GROUP_OWNED_MAX, sizeof *look.owned);
    for (size_t i = 0; i < n_members; i++) {
        snprintf(look.members[i].client_id, 128, "connector-consumer-sink-%zu", i);
        snprintf(look.members[i].host, 64, "10.0.0.%zu", 5 + i);
    }
    return look;
}

static void an_assignment_is_read(void **state)
{
    (void)state;
    struct group_look look = look_of(1);
    assert_true(group_read_assignment(ASSIGNMENT, sizeof ASSIGNMENT, 0, &look));
    assert_int_equal(look.n_owned, 3);
    assert_string_equal(look.owned[1].topic, "demo.pin");
    assert_int_equal(look.owned[1].partition, 2);
    assert_string_equal(look.owned[2].topic, "demo.geo");
    assert_int_equal(look.owned[2].partition, 1);
    assert_int_equal(look.members[0].n_owned, 3);
    group_look_done(&look);
}

/* An assignment that is cut off anywhere, or has impossible numbers, is not read beyond its end. */
static void a_broken_assignment_does_no_harm(void **state)
{
    (void)state;
    struct group_look look = look_of(1);
    for (size_t len = 0; len < sizeof ASSIGNMENT - 4; len++) {
        unsigned char *exact = malloc(len > 0 ? len : 1); /* a sanitizer sees a read beyond it */
        assert_non_null(exact);
        memcpy(exact, ASSIGNMENT, len);
        assert_true(group_read_assignment(exact, len, 0, &look) == (len == 0));
        free(exact);
    }
    unsigned char huge[sizeof ASSIGNMENT];
    memcpy(huge, ASSIGNMENT, sizeof huge);
    memset(huge + 2, 0x7f, 4);
    assert_false(group_read_assignment(huge, sizeof huge, 0, &look));
    memcpy(huge, ASSIGNMENT, sizeof huge);
    memset(huge + 6, 0xff, 2);
    assert_false(group_read_assignment(huge, sizeof huge, 0, &look));
    assert_true(group_read_assignment(NULL, 0, 0, &look));
    group_look_done(&look);
}

/* ---- what it reports ---- */

static struct conn_model cm;
static struct lag_row rows[3];
static struct conn_task tasks[3];
static char says[PT_CAUSE_MAX];
static int64_t since_ms;
static bool is_bad;

static int setup(void **state)
{
    static const int32_t partitions[] = {1, 0, 2};
    (void)state;
    memset(&cm, 0, sizeof cm);
    conn_group_init(&cm.members);
    snprintf(cm.conn.name, sizeof cm.conn.name, "sink");
    snprintf(cm.group, sizeof cm.group, "connect-sink");
    for (int i = 0; i < 3; i++) {
        snprintf(rows[i].topic, sizeof rows[i].topic, i == 0 ? "demo.geo" : "demo.pin");
        rows[i].partition = partitions[i];
    }
    cm.rows = rows;
    cm.n_rows = 3;
    cm.conn.has_tasks = true;
    cm.conn.tasks = tasks;
    cm.conn.n_tasks = 3;
    return 0;
}

static void take(struct group_look look, int64_t now_ms)
{
    struct conn_news news = {.ask = CONN_ASK_GROUP, .asked_ms = now_ms, .group = look};
    conn_group_take(&cm, &news);
    group_look_done(&look);
    conn_group_say(&cm, now_ms, says, sizeof says, &since_ms, &is_bad);
}

static void check(const char *text, bool bad)
{
    if (strstr(says, text) == NULL || is_bad != bad)
        fail_msg("'%s' is not in '%s', or bad is %d", text, says, is_bad);
}

static void all_is_well(void **state)
{
    (void)state;
    struct group_look look = look_of(3);
    group_read_assignment(ASSIGNMENT, sizeof ASSIGNMENT, 0, &look);
    take(look, 1000);
    check("3 members, 3 partitions owned, at 10.0.0.5, 10.0.0.6, 10.0.0.7", false);
    assert_int_equal(cm.members.n_unowned, 0);
    assert_true(cm.members.empty_since_ms == PT_UNKNOWN);
}

static void nobody_is_in_it(void **state)
{
    (void)state;
    take(look_of(0), 1000);
    check("no member", true);
    take(look_of(0), 5000);
    assert_int_equal(since_ms, 1000);
    assert_int_equal(cm.members.empty_since_ms, 1000);
    take(look_of(3), 6000);
    assert_true(cm.members.empty_since_ms == PT_UNKNOWN);
}

static void fewer_than_tasks(void **state)
{
    (void)state;
    struct group_look look = look_of(2);
    group_read_assignment(ASSIGNMENT, sizeof ASSIGNMENT, 0, &look);
    take(look, 1000);
    check("2 members for 3 tasks", true);
}

static void a_partition_has_no_owner(void **state)
{
    (void)state;
    rows[2].partition = 7;
    struct group_look look = look_of(3);
    group_read_assignment(ASSIGNMENT, sizeof ASSIGNMENT, 0, &look);
    take(look, 1000);
    check("partition 7 of demo.pin has no owner", true);
    assert_int_equal(cm.members.n_unowned, 1);
    assert_int_equal(cm.members.unowned_since_ms, 1000);
    /* During a rebalance nobody owns a partition: that says nothing about the partitions. */
    look = look_of(3);
    snprintf(look.state, sizeof look.state, "PreparingRebalance");
    take(look, 2000);
    check("in a rebalance for 0 s", false);
    assert_int_equal(cm.members.n_unowned, 0);
}

static void somebody_else_is_in_it(void **state)
{
    (void)state;
    struct group_look look = look_of(3);
    snprintf(look.members[2].client_id, 128, "console-consumer");
    take(look, 1000);
    check("one isn't this connector's: console-consumer at 10.0.0.7", true);
}

static void members_come_and_go(void **state)
{
    (void)state;
    for (int i = 0; i < 9; i++)
        take(look_of(i % 2 == 0 ? 3 : 2), 1000 + i * 10000);
    assert_int_equal(conn_group_changes_per_h(&cm.members, 100000), 8);
    check("members came or went 8 times in an hour", true);
    assert_int_equal(conn_group_changes_per_h(&cm.members, 3600000 + 31000), 5);
}

/* When an operator changes settings, pauses or resumes, members leave and join. They are not
 * counted, whichever is seen first, the change or the members. */
static void members_move_when_somebody_changes_it(void **state)
{
    (void)state;
    take(look_of(3), 1000);
    take(look_of(2), 200000);
    take(look_of(3), 210000);
    conn_group_meant(&cm.members, 215000);
    take(look_of(2), 220000);
    take(look_of(3), 275000);
    assert_int_equal(conn_group_changes_per_h(&cm.members, 300000), 0);
    take(look_of(2), 276000);
    assert_int_equal(conn_group_changes_per_h(&cm.members, 300000), 1);
    conn_group_meant(&cm.members, 900000);
    assert_int_equal(conn_group_changes_per_h(&cm.members, 900000), 1);
}

/* The names and hosts are the same, but the member IDs show that a member left and joined again. */
static void who_comes_again_is_another_member(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct group_look look = look_of(3);
        snprintf(look.members[1].id, sizeof look.members[1].id, "task-1-%d", i / 2);
        take(look, 1000 + i * 10000);
    }
    assert_int_equal(conn_group_changes_since(&cm.members, 0), 1);
    assert_int_equal(conn_group_changes_since(&cm.members, 21000), 0);
}

static void tasks_are_known_by_their_members(void **state)
{
    (void)state;
    struct group_look look = look_of(2);
    take(look, 1000);
    assert_true(cm.members.are_tasks_known);
    assert_true(conn_group_has_task(&cm.members, 0) && conn_group_has_task(&cm.members, 1));
    assert_false(conn_group_has_task(&cm.members, 2));
    assert_int_equal(cm.members.twice_task, -1);
    /* Connect runs task 1 at 10.0.0.6, which has a member; so the member at 10.0.0.7 is the
     * stale one. */
    snprintf(tasks[1].worker, sizeof tasks[1].worker, "10.0.0.6:8083");
    tasks[1].id = 1;
    look = look_of(3);
    snprintf(look.members[2].client_id, 128, "connector-consumer-sink-1");
    take(look, 1500);
    assert_int_equal(cm.members.twice_task, 1);
    assert_string_equal(cm.members.twice_host, "10.0.0.7");
    snprintf(tasks[1].worker, sizeof tasks[1].worker, "connect-1:8083");
    look = look_of(3);
    snprintf(look.members[2].client_id, 128, "connector-consumer-sink-1");
    take(look, 1600);
    assert_string_equal(cm.members.twice_host, ""); /* a name is no address */
    take(look_of(0), 2000);
    assert_true(cm.members.are_tasks_known);
    assert_false(conn_group_has_task(&cm.members, 0));
    look = look_of(2); /* the operator's names: consumer.override.client.id */
    snprintf(look.members[0].client_id, 128, "mine");
    snprintf(look.members[1].client_id, 128, "mine");
    take(look, 3000);
    assert_false(cm.members.are_tasks_known);
}

static void what_is_not_known_is_said(void **state)
{
    struct conn_news news = {.ask = CONN_ASK_GROUP, .asked_ms = 1000};
    (void)state;
    conn_group_say(&cm, 1000, says, sizeof says, &since_ms, &is_bad);
    check("not asked yet", false);
    pt_error_set(&news.error, PT_EUNSUPPORTED, NULL, "no");
    conn_group_take(&cm, &news);
    conn_group_say(&cm, 1000, says, sizeof says, &since_ms, &is_bad);
    check("not known", false);
    assert_int_equal(cm.members.n_members, -1);
    take((struct group_look){0}, 2000);
    check("has no group connect-sink", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_assignment_is_read),
        cmocka_unit_test(a_broken_assignment_does_no_harm),
        cmocka_unit_test_setup(all_is_well, setup),
        cmocka_unit_test_setup(nobody_is_in_it, setup),
        cmocka_unit_test_setup(fewer_than_tasks, setup),
        cmocka_unit_test_setup(a_partition_has_no_owner, setup),
        cmocka_unit_test_setup(somebody_else_is_in_it, setup),
        cmocka_unit_test_setup(members_come_and_go, setup),
        cmocka_unit_test_setup(members_move_when_somebody_changes_it, setup),
        cmocka_unit_test_setup(who_comes_again_is_another_member, setup),
        cmocka_unit_test_setup(tasks_are_known_by_their_members, setup),
        cmocka_unit_test_setup(what_is_not_known_is_said, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
