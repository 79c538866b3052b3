/* The consumer groups of a topic: who reads it, what their descriptions tell, and their lag. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "kafka/group_sum.h"
#include "pintop/stream.h"

/* Version 0, two topics: partitions 0 and 2 of demo.pin, partition 1 of demo.geo; no user data. */
static unsigned char assignment[] = {
    0, 0, 0,   0,   0,    2,                                     /**/
    0, 8, 'd', 'e', 'm',  'o',  '.',  'p', 'i', 'n', 0, 0, 0, 2, /**/
    0, 0, 0,   0,   0,    0,    0,    2,                         /**/
    0, 8, 'd', 'e', 'm',  'o',  '.',  'g', 'e', 'o', 0, 0, 0, 1, /**/
    0, 0, 0,   1,   0xff, 0xff, 0xff, 0xff};
/* Version 1, two topics; no user data. */
static unsigned char subscription[] = {0,    1,    0,   0,   0,   2,                            /**/
                                       0,    9,    'd', 'e', 'm', 'o', '.', 'u', 's', 'e', 'r', /**/
                                       0,    8,    'd', 'e', 'm', 'o', '.', 'g', 'e', 'o', 0xff,
                                       0xff, 0xff, 0xff};

static char name[] = "readers", consumer[] = "consumer", workers[] = "connect", none[] = "";
static char stable[] = "Stable", dead[] = "Dead";
static struct rd_kafka_group_member_info member;
static struct rd_kafka_group_info info;

static int setup(void **state)
{
    (void)state;
    member = (struct rd_kafka_group_member_info){0};
    info = (struct rd_kafka_group_info){.group = name,
                                        .state = stable,
                                        .protocol_type = consumer,
                                        .members = &member,
                                        .member_cnt = 1};
    return 0;
}

static void it_reads_what_it_is_assigned_or_subscribed_to(void **state)
{
    (void)state;
    assert_false(group_sum_reads(&info, "demo.pin"));
    member.member_assignment = assignment;
    member.member_assignment_size = sizeof assignment;
    assert_true(group_sum_reads(&info, "demo.pin"));
    assert_true(group_sum_reads(&info, "demo.geo"));
    assert_false(group_sum_reads(&info, "demo.user"));
    assert_false(group_sum_reads(&info, "demo.pi"));
    member.member_metadata = subscription;
    member.member_metadata_size = sizeof subscription;
    assert_true(group_sum_reads(&info, "demo.user"));
    info.protocol_type = workers; /* the bytes of another protocol mean something else */
    assert_false(group_sum_reads(&info, "demo.pin"));
}

/* What is cut off anywhere, or has impossible numbers, is not read beyond its end. */
static void broken_bytes_do_no_harm(void **state)
{
    (void)state;
    for (size_t len = 0; len <= sizeof assignment; len++) {
        unsigned char *exact = malloc(len > 0 ? len : 1); /* a sanitizer sees a read beyond it */
        assert_non_null(exact);
        memcpy(exact, assignment, len);
        member.member_assignment = exact;
        member.member_assignment_size = (int)len;
        assert_int_equal(group_sum_reads(&info, "demo.geo"), len >= 38);
        free(exact);
    }
    unsigned char huge[sizeof assignment];
    memcpy(huge, assignment, sizeof huge);
    memset(huge + 16, 0x7f, 4);
    member.member_assignment = huge;
    member.member_assignment_size = sizeof huge;
    assert_false(group_sum_reads(&info, "demo.geo"));
    memset(huge + 2, 0xff, 6);
    assert_false(group_sum_reads(&info, "demo.pin"));
}

static void only_who_may_have_offsets_is_asked(void **state)
{
    (void)state;
    assert_true(group_sum_may_commit(&info));
    info.protocol_type = none; /* offsets were set by a tool: it never had members */
    assert_true(group_sum_may_commit(&info));
    info.protocol_type = workers;
    assert_false(group_sum_may_commit(&info));
    info.protocol_type = consumer;
    info.err = RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
    assert_false(group_sum_may_commit(&info));
}

static void a_description_is_taken_as_it_is(void **state)
{
    struct pt_described_group group;
    (void)state;
    group_sum_describe(&info, &group);
    assert_string_equal(group.group, "readers");
    assert_string_equal(group.state, "Stable");
    assert_int_equal(group.members, 1);
    assert_int_equal(group.lag, PT_UNKNOWN);
    assert_int_equal(group.n_committed, -1);
    assert_string_equal(group.why, "");
    info.state = dead; /* the coordinator does not have it, and does not know its members */
    info.member_cnt = 0;
    group_sum_describe(&info, &group);
    assert_string_equal(group.state, "Dead");
    assert_int_equal(group.members, PT_UNKNOWN);
}

static void a_refused_description_names_the_permission(void **state)
{
    struct pt_described_group group;
    (void)state;
    info.err = RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
    info.member_cnt = 0;
    group_sum_describe(&info, &group);
    assert_true(group.is_denied);
    assert_int_equal(group.members, PT_UNKNOWN);
    assert_string_equal(group.state, "");
    assert_non_null(strstr(group.why, "describe group readers: permission denied"));
    assert_non_null(strstr(group.fix, "kafka-cluster:DescribeGroup on group readers"));
    assert_non_null(strstr(group.fix, "Describe)"));
    info.err = RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS; /* unknown, but nothing is denied */
    group_sum_describe(&info, &group);
    assert_false(group.is_denied);
    assert_int_equal(group.members, PT_UNKNOWN);
    assert_string_not_equal(group.why, "");
}

static void a_lag_is_known_only_when_all_of_it_is(void **state)
{
    struct pt_described_group group;
    struct offsets_item items[3] = {{.offset = 4}, {.offset = -1}, {.offset = 2}};
    int64_t low[3] = {0, 5, 7}, high[3] = {10, 20, 30};
    (void)state;
    group_sum_describe(&info, &group);
    group_sum_lag(items, low, high, 3, &group);
    /* 6, all 15 of what it has never committed, and from the first one that is still there. */
    assert_int_equal(group.lag, 6 + 15 + 23);
    assert_int_equal(group.known_lag, group.lag);
    assert_int_equal(group.n_committed, 2);
    assert_int_equal(group.n_unknown, 0);
    high[1] = PT_UNKNOWN;
    items[2].err = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    group_sum_lag(items, low, high, 3, &group);
    assert_int_equal(group.lag, PT_UNKNOWN);
    assert_int_equal(group.known_lag, 6);
    assert_int_equal(group.n_committed, 1);
    assert_int_equal(group.n_unknown, 2);
    high[0] = PT_UNKNOWN; /* nothing is known: that is no lag of 0 */
    group_sum_lag(items, low, high, 3, &group);
    assert_int_equal(group.known_lag, PT_UNKNOWN);
    assert_int_equal(group.n_unknown, 3);
}

static void the_most_lagging_group_stands_first(void **state)
{
    struct pt_described_group groups[4] = {
        {.group = "d", .known_lag = PT_UNKNOWN},
        {.group = "c", .known_lag = 5         },
        {.group = "b", .known_lag = 7         },
        {.group = "a", .known_lag = 5         }
    };
    (void)state;
    qsort(groups, 4, sizeof *groups, group_sum_compare);
    assert_string_equal(groups[0].group, "b");
    assert_string_equal(groups[1].group, "a");
    assert_string_equal(groups[2].group, "c");
    assert_string_equal(groups[3].group, "d");
}

static void few_are_asked_where_connections_are_dear(void **state)
{
    (void)state;
    assert_true(group_sum_most(true) <= 32);
    assert_true(group_sum_most(false) >= 300);
    assert_true(group_sum_most(false) < 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_reads_what_it_is_assigned_or_subscribed_to, setup),
        cmocka_unit_test_setup(broken_bytes_do_no_harm, setup),
        cmocka_unit_test_setup(only_who_may_have_offsets_is_asked, setup),
        cmocka_unit_test_setup(a_description_is_taken_as_it_is, setup),
        cmocka_unit_test_setup(a_refused_description_names_the_permission, setup),
        cmocka_unit_test_setup(a_lag_is_known_only_when_all_of_it_is, setup),
        cmocka_unit_test_setup(the_most_lagging_group_stands_first, setup),
        cmocka_unit_test_setup(few_are_asked_where_connections_are_dear, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
