/* What a partition's lag is, and that records which retention deletes are not taken for records
 * that the sink has committed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "kafka/offsets.h"
#include "kafka/watch_look_private.h"
#include "parts/session.h"
#include "pintop/snapshot.h"

static void a_lag_is_what_waits_and_can_be_read(void **state)
{
    static const struct {
        int64_t low, high, committed, lag;
    } cases[] = {
        {5,          20,         10,             10        },
        {0,          20,         20,             0         },
        {0,          20,         25,             0         }, /* the high watermark is older */
        {5,          20,         1,              15        }, /* four were deleted before */
        {5,          20,         COMMITTED_NONE, 15        },
        {PT_UNKNOWN, 20,         COMMITTED_NONE, 20        },
        {PT_UNKNOWN, 20,         7,              13        },
        {20,         20,         COMMITTED_NONE, 0         },
        {5,          20,         PT_UNKNOWN,     PT_UNKNOWN},
        {5,          PT_UNKNOWN, 7,              PT_UNKNOWN},
        {5,          PT_UNKNOWN, COMMITTED_NONE, PT_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(offsets_lag(cases[i].low, cases[i].high, cases[i].committed),
                         cases[i].lag);
}

/* ---- a topic, as a look reports it ---- */

static struct pt_partition partitions[2];
static struct pt_topic topic;

static struct watch_report *report_at(int64_t time_ms)
{
    struct look look = {0};
    look.list.topics = &topic;
    look.list.partitions = partitions;
    look.list.n_topics = 1;
    look.list.n_partitions = topic.n_partitions = 2;
    topic.is_watched = true;
    struct watch_report *report = look_report_new(0);
    assert_non_null(report);
    assert_true(look_report_fill(&look, report));
    report->time_ms = time_ms;
    return report;
}

static void a_topic_has_the_sums_of_its_partitions(void **state)
{
    (void)state;
    partitions[0] = (struct pt_partition){.low = 5, .high = 20, .committed = 1};
    partitions[1] =
        (struct pt_partition){.partition = 1, .low = 2, .high = 9, .committed = COMMITTED_NONE};
    struct watch_report *report = report_at(1000);
    assert_int_equal(report->partitions[0].lag, 15);
    assert_int_equal(report->partitions[1].lag, 7);
    assert_int_equal(report->partitions[1].committed, PT_UNKNOWN);
    assert_int_equal(report->topics[0].lag, 22);
    assert_int_equal(report->topics[0].committed, 1 + 2);
    watch_report_free(report);
    partitions[1].committed = PT_UNKNOWN;
    report = report_at(1000);
    assert_int_equal(report->partitions[0].lag, 15);
    assert_int_equal(report->topics[0].lag, PT_UNKNOWN);
    assert_int_equal(report->topics[0].committed, PT_UNKNOWN);
    watch_report_free(report);
}

/* The sink stands, and retention deletes what waits for it: the lag shrinks, and nothing was
 * committed by that. */
static void deleted_records_are_not_committed(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        partitions[i] =
            (struct pt_partition){.partition = i, .low = 0, .high = 100, .committed = 10};
    struct watch_report *report = report_at(1000);
    assert_int_equal(report->topics[0].committed, 20);
    assert_int_equal(report->topics[0].lag, 180);
    watch_report_free(report);
    partitions[0].low = 60;
    report = report_at(2000);
    assert_int_equal(report->topics[0].committed, 20);
    assert_int_equal(report->topics[0].lag, 130);
    watch_report_free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lag_is_what_waits_and_can_be_read),
        cmocka_unit_test(a_topic_has_the_sums_of_its_partitions),
        cmocka_unit_test(deleted_records_are_not_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
