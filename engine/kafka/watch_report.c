#include "kafka/watch_report.h"

#include <stdlib.h>

void watch_report_free(struct watch_report *report)
{
    if (report) {
        free(report->brokers);
        free(report->topics);
        free(report->partitions);
        free(report);
    }
}
