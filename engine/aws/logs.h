/* Amazon CloudWatch Logs (2014-03-28): events of a log group. Thread: the client's. */
#ifndef AWS_LOGS_H
#define AWS_LOGS_H

#include "aws/client.h"

struct logs_event {
    int64_t time_ms;
    char id[64]; /* eventId: lets a repeated request skip known events */
    char stream[128];
    char *text; /* owned; unchanged: make it printable before it is shown */
};
struct logs_events {
    size_t n;
    struct logs_event *items; /* by time, oldest first */
    bool is_truncated;
};
struct logs_filter {
    const char *group;
    const char *stream_prefix; /* NULL all */
    int64_t start_ms, end_ms;  /* Unix; PT_UNKNOWN: open */
    const char *pattern;       /* "?ERROR ?FATAL"; NULL all */
    size_t limit;
    bool is_newest; /* beyond limit keep the newest ones, not the oldest */
};
/* FilterLogEvents. A page may be empty and still have a successor: reading continues to the last
 * page.
 * Errors PT_ENOTFOUND: no such log group. */
pt_code logs_filter_events(struct aws_client *client, const struct aws_keys *keys,
                           const struct logs_filter *filter, struct logs_events *out,
                           struct pt_error *err);
void logs_events_done(struct logs_events *events);

/* Sees to it that there is a log group of this name: CreateLogGroup, and where that is denied, a
 * look whether it is there already.
 *
 * is_created  out: it was not there before. NULL: that does not matter.
 * Errors      PT_EAUTH: it may not be created, and is not known to be there. */
pt_code logs_need_group(struct aws_client *client, const struct aws_keys *keys, const char *group,
                        bool *is_created, struct pt_error *err);

#endif
