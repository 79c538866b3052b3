#include "away/worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/text.h"

/* CloudWatch and the topic operations are renewed about once a minute. */
enum { AWAY_PERIOD_MS = 60000, AWAY_AGAIN_MS = 5000, AWAY_CALLS_MAX = 4 };
enum { AWAY_READ_MS = 10000, AWAY_CHANGE_MS = 20000 };

struct away {
    struct away_opts opts;
    pthread_t thread;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t changed;
    bool is_ended, is_wanted, is_shown, is_asked;
    bool is_past_asked;
    struct away_past_wish past_wish;
    char group[PT_NAME_MAX];
    char arn[AWS_ARN_MAX];                /* "" not found yet */
    struct http *running[AWAY_CALLS_MAX]; /* what away_cancel has to end */
};

/* ------------------------------------------------------------------ calls */

/* Notes a client as running (is_begun), or no longer. */
static void away_note_http(struct away *away, struct http *http, bool is_begun)
{
    pthread_mutex_lock(&away->lock);
    for (size_t i = 0; i < AWAY_CALLS_MAX; i++)
        if (away->running[i] == (is_begun ? NULL : http)) {
            away->running[i] = is_begun ? http : NULL;
            break;
        }
    if (is_begun && away->is_ended)
        http_cancel(http);
    pthread_mutex_unlock(&away->lock);
}

const struct pt_config *away_config(const struct away *away)
{
    return away->opts.cfg;
}

/* A change is not cut short by what the reads before it took. */
static pt_code away_net_call(void *arg, const struct http_request *req, struct http_answer *answer,
                             struct pt_error *err)
{
    const struct away_call *call = arg;
    struct http_request timed = *req;
    int64_t limit_ms = AWAY_CHANGE_MS, read_ms = (call->until_us - clock_mono_us()) / 1000;
    if (!req->is_change && read_ms <= 0)
        return pt_error_set(err, PT_ETIMEOUT, "Try again",
                            "the calls before it took all the time that was allowed");
    if (!req->is_change)
        limit_ms = read_ms < AWAY_READ_MS ? read_ms : AWAY_READ_MS;
    if (req->call_ms == 0 || req->call_ms > limit_ms)
        timed.call_ms = limit_ms;
    return call->net.call(call->net.arg, &timed, answer, err);
}

static pt_code away_net_wait(void *arg, int64_t ms)
{
    const struct away_call *call = arg;
    if (ms >= (call->until_us - clock_mono_us()) / 1000)
        return PT_ETIMEOUT;
    return call->net.wait(call->net.arg, ms);
}

pt_code away_call_begin(struct away *away, struct away_call *call, int64_t limit_ms,
                        struct pt_error *err)
{
    memset(call, 0, sizeof *call);
    call->away = away;
    call->until_us = limit_ms > 0 ? clock_mono_us() + limit_ms * 1000 : INT64_MAX;
    pt_code code = aws_setup_init(&call->setup, away->opts.cfg, err);
    if (code != PT_OK)
        return code;
    call->net = call->setup.client.net;
    call->setup.client.net =
        (struct http_transport){.arg = call, .call = away_net_call, .wait = away_net_wait};
    away_note_http(away, call->setup.http, true);
    code = aws_setup_load(&call->setup, &call->keys, err);
    pthread_mutex_lock(&away->lock);
    text_copy(call->arn, sizeof call->arn, away->arn);
    pthread_mutex_unlock(&away->lock);
    if (code == PT_OK && call->arn[0] == '\0')
        code =
            away_find(&call->setup, &call->keys, away->opts.cfg, call->arn, sizeof call->arn, err);
    if (code != PT_OK)
        return code;
    pthread_mutex_lock(&away->lock);
    text_copy(away->arn, sizeof away->arn, call->arn);
    pthread_mutex_unlock(&away->lock);
    return PT_OK;
}

void away_call_done(struct away_call *call)
{
    if (call->setup.http != NULL)
        away_note_http(call->away, call->setup.http, false);
    aws_keys_done(&call->keys);
    aws_setup_done(&call->setup);
}

void away_cancel(struct away *away)
{
    if (away == NULL)
        return;
    pthread_mutex_lock(&away->lock);
    away->is_ended = true;
    for (size_t i = 0; i < AWAY_CALLS_MAX; i++)
        if (away->running[i] != NULL)
            http_cancel(away->running[i]);
    pthread_cond_broadcast(&away->changed);
    pthread_mutex_unlock(&away->lock);
}

/* ------------------------------------------------------------------ the thread */

/* The cluster may have been deleted, and made again with another ARN. */
static void away_forget_cluster(struct away *away)
{
    pthread_mutex_lock(&away->lock);
    away->arn[0] = '\0';
    pthread_mutex_unlock(&away->lock);
}

static struct away_view *away_look_once(struct away *away, const char *group)
{
    struct away_call call;
    struct away_view *view;
    struct pt_error *err = calloc(1, sizeof *err);
    if (err == NULL)
        return NULL;
    if (away_call_begin(away, &call, 0, err) == PT_OK)
        view = away_look(&call.setup, &call.keys, away->opts.cfg, call.arn, group);
    else
        view = away_failed(err);
    if (view != NULL && view->error.code == PT_ENOTFOUND)
        away_forget_cluster(away);
    away_call_done(&call);
    free(err);
    return view;
}

static struct away_past_told *away_ask_past_once(struct away *away,
                                                 const struct away_past_wish *wish)
{
    struct away_call call;
    struct away_past_told *told = calloc(1, sizeof *told);
    if (told == NULL)
        return NULL;
    if (away_call_begin(away, &call, 0, &told->error) == PT_OK)
        away_past_ask(&call.setup, &call.keys, call.arn, wish, told);
    if (told->error.code == PT_ENOTFOUND)
        away_forget_cluster(away);
    away_call_done(&call);
    return told;
}

enum away_due { AWAY_END, AWAY_LOOK, AWAY_PAST };

/* Waits until something is due; a look comes first, since without a broker it is all that a page
 * can show. The lock is held. */
static enum away_due away_wait(struct away *away, int64_t last_us)
{
    while (!away->is_ended) {
        int64_t period_ms = away->is_asked ? AWAY_AGAIN_MS : AWAY_PERIOD_MS;
        int64_t due_us = last_us == INT64_MIN ? last_us : last_us + period_ms * 1000;
        if (away->is_wanted && clock_mono_us() >= due_us)
            return AWAY_LOOK;
        if (away->is_past_asked)
            return AWAY_PAST;
        cond_wait_until(&away->changed, &away->lock, away->is_wanted ? due_us : INT64_MAX);
    }
    return AWAY_END;
}

/* The lock is held, except while AWS is asked. */
static void away_run_look(struct away *away)
{
    char group[PT_NAME_MAX];
    away->is_asked = false;
    text_copy(group, sizeof group, away->group);
    pthread_mutex_unlock(&away->lock);
    struct away_view *view = away_look_once(away, group);
    pthread_mutex_lock(&away->lock);
    bool is_wanted = away->is_wanted && !away->is_ended;
    pthread_mutex_unlock(&away->lock);
    if (view != NULL && is_wanted)
        away->opts.looked(away->opts.arg, view);
    else
        away_view_free(view);
    pthread_mutex_lock(&away->lock);
}

static void away_run_past(struct away *away)
{
    struct away_past_wish wish = away->past_wish;
    away->is_past_asked = false;
    pthread_mutex_unlock(&away->lock);
    struct away_past_told *told = away_ask_past_once(away, &wish);
    pthread_mutex_lock(&away->lock);
    bool is_ended = away->is_ended;
    pthread_mutex_unlock(&away->lock);
    if (!is_ended)
        away->opts.told_past(away->opts.arg, told);
    else
        free(told);
    pthread_mutex_lock(&away->lock);
}

static void *away_run(void *arg)
{
    struct away *away = arg;
    int64_t last_us = INT64_MIN;
    enum away_due due;
    pthread_setname_np(pthread_self(), "away");
    pthread_mutex_lock(&away->lock);
    while ((due = away_wait(away, last_us)) != AWAY_END) {
        if (due == AWAY_LOOK)
            last_us = clock_mono_us();
        if (due == AWAY_LOOK)
            away_run_look(away);
        else
            away_run_past(away);
    }
    pthread_mutex_unlock(&away->lock);
    return NULL;
}

pt_code away_start(const struct away_opts *opts, struct away **out, struct pt_error *err)
{
    *out = NULL;
    if (!away_is_msk(opts->cfg))
        return PT_OK;
    struct away *away = calloc(1, sizeof *away);
    if (away == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "AWS-only view: out of memory");
    away->opts = *opts;
    pthread_mutex_init(&away->lock, NULL);
    cond_init(&away->changed);
    if (pthread_create(&away->thread, NULL, away_run, away) != 0) {
        pthread_mutex_destroy(&away->lock);
        pthread_cond_destroy(&away->changed);
        free(away);
        return pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u)",
                            "AWS-only view: a thread cannot be started");
    }
    *out = away;
    return PT_OK;
}

void away_stop(struct away *away)
{
    if (away == NULL)
        return;
    away_cancel(away);
    pthread_join(away->thread, NULL);
    pthread_mutex_destroy(&away->lock);
    pthread_cond_destroy(&away->changed);
    free(away);
}

/* ------------------------------------------------------------------ what is wanted */

void away_want(struct away *away, bool is_wanted, const char *group)
{
    if (away == NULL)
        return;
    pthread_mutex_lock(&away->lock);
    bool is_new = strcmp(away->group, group) != 0;
    text_copy(away->group, sizeof away->group, group);
    is_new |= is_wanted && !away->is_wanted;
    if (away->is_wanted != is_wanted || is_new)
        pthread_cond_broadcast(&away->changed);
    away->is_asked |= is_new; /* the answer before it is not waited out */
    away->is_wanted = is_wanted;
    pthread_mutex_unlock(&away->lock);
}

void away_ask_past(struct away *away, const struct away_past_wish *wish)
{
    if (away == NULL)
        return;
    pthread_mutex_lock(&away->lock);
    away->past_wish = *wish;
    away->is_past_asked = true;
    pthread_cond_broadcast(&away->changed);
    pthread_mutex_unlock(&away->lock);
}

void away_refresh(struct away *away)
{
    if (away == NULL)
        return;
    pthread_mutex_lock(&away->lock);
    away->is_asked = true;
    pthread_cond_broadcast(&away->changed);
    pthread_mutex_unlock(&away->lock);
}

void away_cluster_arn(struct away *away, char *out, size_t cap)
{
    out[0] = '\0';
    if (away == NULL)
        return;
    pthread_mutex_lock(&away->lock);
    text_copy(out, cap, away->arn);
    pthread_mutex_unlock(&away->lock);
}

void away_group(struct away *away, char *out, size_t cap)
{
    pthread_mutex_lock(&away->lock);
    text_copy(out, cap, away->group);
    pthread_mutex_unlock(&away->lock);
}

void away_show(struct away *away, bool is_shown)
{
    if (away == NULL)
        return;
    pthread_mutex_lock(&away->lock);
    away->is_shown = is_shown;
    pthread_mutex_unlock(&away->lock);
}

bool away_is_shown(struct away *away)
{
    if (away == NULL)
        return false;
    pthread_mutex_lock(&away->lock);
    bool is_shown = away->is_shown;
    pthread_mutex_unlock(&away->lock);
    return is_shown;
}
