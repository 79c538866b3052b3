/* Amazon CloudWatch Logs (2014-03-28): events of a log group. Thread: the client's. */
#ifndef AWS_LOGS_H
#define AWS_LOGS_H

#include "aws/client.h"

struct logs_event {
    int64_t time_ms;
    char id[64]; /* eventId: known ones are dropped when a tail asks again */
    char stream[128];
    char *text; /* owned; as it came: make it printable before it is shown */
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
    bool is_newest; /* where there are more than limit: the newest ones, not the oldest */
};
/* FilterLogEvents. A page may be empty and still have a next one: it goes on until there is none.
 * Errors PT_ENOTFOUND: no such group. */
pt_code logs_filter_events(struct aws_client *client, const struct aws_keys *keys,
                           const struct logs_filter *filter, struct logs_events *out,
                           struct pt_error *err);
void logs_events_done(struct logs_events *events);

/* CreateLogGroup. Errors PT_EEXISTS. */
pt_code logs_create_group(struct aws_client *client, const struct aws_keys *keys, const char *group,
                          struct pt_error *err);

#endif
