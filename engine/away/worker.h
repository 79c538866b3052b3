/* The worker that asks AWS about a cluster of MSK: while the AWS-only view is wanted it looks once
 * a minute, and it asks CloudWatch for the time before when it is told to. It also changes and
 * describes topics through AWS, on the caller's thread. */
#ifndef AWAY_WORKER_H
#define AWAY_WORKER_H

#include "away/past.h"
#include "away/view.h"
#include "pintop/command.h"

struct away;

struct away_opts {
    const struct pt_config *cfg; /* with the cluster's servers; must outlive the worker */
    void *arg;
    /* Both are called on the worker's thread, and the receiver owns what it gets (free, for the
     * second). */
    void (*looked)(void *arg, struct away_view *view);
    void (*told_past)(void *arg, struct away_past_told *told); /* NULL: out of memory */
};

/* Starts the thread. *out is NULL, without an error, when the configuration names no MSK cluster:
 * the other functions do nothing with NULL. Errors PT_ENOMEM, PT_EIO. */
pt_code away_start(const struct away_opts *opts, struct away **out, struct pt_error *err);
/* Ends what is running, and frees the worker; no call comes after it has returned. No other thread
 * may be in one of the functions below. */
void away_stop(struct away *away);
/* Ends the current call to AWS and all later ones. Thread: any. */
void away_cancel(struct away *away);

/* Whether the view is wanted from now on; group: the sink's, "" unknown. The first look begins at
 * once. Thread: any. */
void away_want(struct away *away, bool is_wanted, const char *group);
/* Asks for the time before, once. Each question has one answer, unless the worker ends before it;
 * none may be open yet. Thread: any. */
void away_ask_past(struct away *away, const struct away_past_wish *wish);
/* Looks again now if the view is wanted. Thread: any. */
void away_refresh(struct away *away);
/* Whether commands go through AWS, since what is shown comes from there. Thread: any. */
void away_show(struct away *away, bool is_shown);
bool away_is_shown(struct away *away);
/* Puts the cluster's ARN, "" while it is not known yet. Thread: any. */
void away_cluster_arn(struct away *away, char *out, size_t cap);
/* Puts the sink's group, "" unknown. Thread: any. */
void away_group(struct away *away, char *out, size_t cap);

/* For calls of the caller's own thread: credentials, and which cluster it is. */
struct away_call {
    struct away *away;
    struct aws_setup setup;
    struct aws_keys keys;
    char arn[AWS_ARN_MAX];
    struct http_transport net; /* without deadlines */
    int64_t until_us;          /* monotonic: no read goes on after that */
};
const struct pt_config *away_config(const struct away *away);
/* A read has 10 s, a change 20 s. limit_ms: of all reads together, 0 none. The call must stay where
 * it is. Errors as for credentials, away_find. away_call_done also after an error. */
pt_code away_call_begin(struct away *away, struct away_call *call, int64_t limit_ms,
                        struct pt_error *err);
void away_call_done(struct away_call *call);

#endif
