#include "kafka/watch_report.h"

#include <stdlib.h>

/* Counted in memory that is const to everybody else. One that was never acquired has a count of
 * zero: its owner's own reference is not counted. */
static int watch_report_count(const struct watch_report *report, int by)
{
    return __atomic_fetch_add((int *)(uintptr_t)&report->refs, by, __ATOMIC_ACQ_REL);
}

void watch_report_free(struct watch_report *report)
{
    if (report == NULL || watch_report_count(report, -1) > 0)
        return;
    free(report->brokers);
    free(report->topics);
    free(report->partitions);
    free(report);
}

void watch_report_acquire(const struct watch_report *report)
{
    watch_report_count(report, 1);
}

void watch_report_release(const struct watch_report *report)
{
    watch_report_free((struct watch_report *)(uintptr_t)report);
}
