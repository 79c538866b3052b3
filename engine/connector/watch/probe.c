#include "connector/watch/probe.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/text.h"
#include "connector/sink.h"
#include "connector/watch/internal.h"
#include "connector/watch/watchers.h"
#include "connector/watch/worker.h"
#include "desk/result_lines.h"

enum {
    FRESH_MS = 10 * 60000, /* how long the result counts */
    ID_HALF = PROBE_ID_LEN / 2
};

void conn_probe_init(struct conn_probe *probe)
{
    memset(probe, 0, sizeof *probe);
    probe->shown.asked_ms = PT_UNKNOWN;
    probe->shown.slowest_write_s = NAN;
}

static void probe_add_topic(struct conn_rows *rows, const char *topic, size_t len)
{
    for (size_t i = 0; i < rows->n; i++)
        if (strncmp(rows->rows[i].topic, topic, len) == 0 && rows->rows[i].topic[len] == '\0')
            return;
    struct conn_row *grown = realloc(rows->rows, (rows->n + 1) * sizeof *grown);
    if (grown == NULL || len == 0 || len >= sizeof grown->topic) {
        rows->rows = grown != NULL ? grown : rows->rows;
        return;
    }
    rows->rows = grown;
    memset(&grown[rows->n], 0, sizeof *grown);
    snprintf(grown[rows->n++].topic, sizeof grown->topic, "%.*s", (int)len, topic);
}

pt_code conn_probe_fill(const struct conn_models *cs, const struct conn_model *cm,
                        struct conn_job *job, struct pt_error *err)
{
    (void)cs, (void)err;
    for (size_t i = 0; i < cm->n_rows; i++)
        probe_add_topic(&job->rows, cm->rows[i].topic, strlen(cm->rows[i].topic));
    return PT_OK;
}

/* When the offsets were not polled yet: the topics that the configuration names. */
static void topics_of_settings(const struct sink *sink, struct conn_rows *rows)
{
    const char *at = rows->n == 0 ? sink->topics : "";
    while (*at != '\0') {
        size_t len = strcspn(at, ", ");
        if (len > 0)
            probe_add_topic(rows, at, len);
        at += len + strspn(at + len, ", ");
    }
}

/* ------------------------------------------------------------------ clients and credentials */

/* Two clients with connections of their own: one is cancelled when the user interrupts the probe,
 * the other deletes what was written, also then. */
struct hands {
    struct http *http, *cleaner_http;
    struct objects_own own;
    struct aws_client client, cleaner; /* copies: not to be freed */
    struct aws_keys keys;              /* pintop's */
    bool has_keys;
};

static bool is_ended(void *arg)
{
    const struct conn_worker *worker = arg;
    return atomic_load(&worker->connectors->is_probe_ended);
}

static void probe_begin(struct connectors *all, struct http *http)
{
    pthread_mutex_lock(&all->probe_lock);
    all->probe_http = http;
    if (atomic_load(&all->is_probe_ended))
        http_cancel(http);
    pthread_mutex_unlock(&all->probe_lock);
}

static void probe_end(struct connectors *all)
{
    pthread_mutex_lock(&all->probe_lock);
    all->probe_http = NULL;
    pthread_cond_broadcast(&all->probe_done);
    pthread_mutex_unlock(&all->probe_lock);
}

void connectors_end_probe(struct connectors *all)
{
    pthread_mutex_lock(&all->probe_lock);
    atomic_store(&all->is_probe_ended, true);
    if (all->probe_http != NULL)
        http_cancel(all->probe_http);
    pthread_mutex_unlock(&all->probe_lock);
}

void connectors_await_probe(struct connectors *all, int64_t wait_ms)
{
    int64_t until_us = clock_mono_us() + wait_ms * 1000;
    connectors_end_probe(all);
    pthread_mutex_lock(&all->probe_lock);
    while (all->probe_http != NULL)
        if (cond_wait_until(&all->probe_done, &all->probe_lock, until_us) != 0)
            break;
    pthread_mutex_unlock(&all->probe_lock);
}

static pt_code make_hands(struct conn_worker *worker, const struct sink *sink, struct hands *hands,
                          struct pt_error *err)
{
    bool is_own = sink->key_id[0] != '\0' || sink->store_url[0] != '\0';
    pt_code code = conn_worker_keys(worker, &hands->keys, err);
    hands->has_keys = code == PT_OK;
    if (code == PT_ECANCELLED || (code != PT_OK && sink->key_id[0] == '\0'))
        return code;
    if ((code = conn_worker_setup(worker, err)) != PT_OK)
        return code;
    hands->http = aws_setup_new_http();
    hands->cleaner_http = aws_setup_new_http();
    if (hands->http == NULL || hands->cleaner_http == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "probe: out of memory");
    const struct http_transport net = http_transport(hands->http);
    if (is_own &&
        (code = objects_own_make(&worker->setup.client, &net, sink, &hands->own, err)) != PT_OK)
        return code;
    hands->client = is_own ? hands->own.client : worker->setup.client;
    hands->client.net = net;
    hands->cleaner = hands->client;
    hands->cleaner.net = http_transport(hands->cleaner_http);
    return hands->own.has_keys || hands->has_keys
               ? PT_OK
               : pt_error_set(
                     err, PT_ELOGIN,
                     "Give pintop AWS credentials: the connector's own cannot be read here.",
                     "probe: there are no keys to write with");
}

static void done_hands(struct hands *hands)
{
    objects_own_done(&hands->own);
    aws_keys_done(&hands->keys);
    http_free(hands->http);
    http_free(hands->cleaner_http);
}

/* The ID of an access key is no secret, but its end is enough to recognise it. */
static void say_who(const struct conn *conn, const struct sink *sink, const struct hands *hands,
                    struct probe *probe)
{
    size_t n = strlen(sink->key_id);
    probe->is_as_connector = hands->own.has_keys;
    if (hands->own.has_keys)
        snprintf(probe->who, sizeof probe->who,
                 "with the connector's own access key (…%s): the store answers as it answers the "
                 "sink",
                 n > 4 ? sink->key_id + n - 4 : "");
    else if (sink->key_id[0] != '\0')
        snprintf(probe->who, sizeof probe->who,
                 "with pintop's own keys, because the connector's secret is kept where only its "
                 "worker can read it: that proves that the store takes writes and how fast, and "
                 "nothing of the connector's rights");
    else
        snprintf(probe->who, sizeof probe->who,
                 "with pintop's own keys, because %s can only be used by its workers: that proves "
                 "that the store takes writes and how fast, and nothing of the connector's rights",
                 conn->role_arn[0] != '\0' ? "the connector's role"
                                           : "the keys that the connector finds on its worker");
}

/* ------------------------------------------------------------------ the command */

/* What was shown is what is done: the ID in a plan's keys contains a checksum of what the plan
 * said. */
static uint32_t sum_of(const struct conn *conn, const struct sink *sink,
                       const struct conn_rows *rows)
{
    uint32_t sum = 2166136261U;
    const char *const texts[] = {conn->id,        sink->bucket, sink->topics_dir,
                                 sink->store_url, sink->key_id, sink->delim};
    for (size_t i = 0; i < sizeof texts / sizeof *texts + rows->n; i++) {
        size_t n = sizeof texts / sizeof *texts;
        const char *text = i < n ? texts[i] : rows->rows[i - n].topic;
        for (; *text != '\0'; text++)
            sum = (sum ^ (unsigned char)*text) * 16777619U;
        sum = (sum ^ 0xff) * 16777619U;
    }
    return sum;
}

static pt_code make_id(const struct conn_job *job, const struct conn *conn, const struct sink *sink,
                       const struct conn_rows *rows, char id[PROBE_ID_LEN + 1],
                       struct pt_error *err)
{
    unsigned char bytes[ID_HALF / 2] = {0};
    const char *seen = job->command->seen;
    char sum[ID_HALF + 1];
    snprintf(sum, sizeof sum, "%08" PRIx32, sum_of(conn, sink, rows));
    if (seen != NULL && seen[0] != '\0' &&
        (strlen(seen) != PROBE_ID_LEN || strcmp(seen + ID_HALF, sum) != 0))
        return pt_error_set(
            err, PT_EBUSY, "Look at what would be written again, and decide then.",
            "connector %s: nothing was written, because where it writes has changed "
            "after that was shown",
            conn->name);
    RAND_bytes(bytes, sizeof bytes);
    snprintf(id, PROBE_ID_LEN + 1, "%02x%02x%02x%02x%s", bytes[0], bytes[1], bytes[2], bytes[3],
             sum);
    if (seen != NULL && seen[0] != '\0')
        text_copy(id, PROBE_ID_LEN + 1, seen);
    return PT_OK;
}

static void probe_add(struct result_lines *lines, const char *level, const char *text)
{
    struct pt_line head = {.time_ms = PT_UNKNOWN, .count = 1};
    text_copy(head.level, sizeof head.level, level);
    result_lines_add(lines, &head, text);
}

static void add_who(struct result_lines *lines, const struct probe *probe)
{
    char text[900];
    snprintf(text, sizeof text, "%s%s%s", probe->who, probe->store_url[0] != '\0' ? "; at " : "",
             probe->store_url);
    probe_add(lines, "who", text);
    if (probe->n_left_out == 0)
        return;
    snprintf(text, sizeof text, "%zu more of its topics are not tried", probe->n_left_out);
    probe_add(lines, "who", text);
}

static void put_plan(const struct probe *probe, struct pt_result *result)
{
    struct result_lines lines;
    char text[900];
    result_lines_init(&lines);
    for (size_t i = 0; i < probe->n_places; i++) {
        snprintf(text, sizeof text, "write s3://%s/%s%s, read it, delete it", probe->bucket,
                 probe->places[i].key,
                 probe->places[i].is_parts ? " in parts, as the sink writes" : "");
        probe_add(&lines, "+", text);
    }
    add_who(&lines, probe);
    result_lines_done(&lines, result);
}

static void put_steps(const struct probe *probe, struct pt_result *result)
{
    static const char *const words[] = {"OK", "NOTE", "FAIL"};
    struct result_lines lines;
    char text[RULE_WORDS_MAX + 8];
    result_lines_init(&lines);
    add_who(&lines, probe);
    for (size_t i = 0; i < probe->n_steps; i++)
        probe_add(&lines, words[probe->steps[i].level], probe->steps[i].says);
    if (probe->cause[0] != '\0') {
        snprintf(text, sizeof text, "means %s", probe->cause);
        probe_add(&lines, "FAIL", text);
        snprintf(text, sizeof text, "next  %s", probe->fix);
        probe_add(&lines, "FAIL", text);
    }
    result_lines_done(&lines, result);
    probe_sum(probe, result->text, sizeof result->text);
}

static void probe_keep(const struct probe *probe, struct conn_probe *found)
{
    struct pt_probe *shown = &found->shown;
    conn_probe_init(found);
    shown->asked_ms = clock_real_ms();
    shown->does_take = !probe->is_refused && probe->n_taken > 0;
    shown->is_slow = shown->does_take && probe->slowest_s >= PROBE_SLOW_S;
    shown->is_as_connector = probe->is_as_connector;
    shown->slowest_write_s = probe->slowest_s;
    shown->n_left = (int32_t)probe->n_left;
    text_copy(shown->with, sizeof shown->with, probe->who);
    text_copy(shown->code, sizeof shown->code, probe->error.service_code);
    probe_sum(probe, shown->says, sizeof shown->says);
    found->is_telling = probe->is_telling;
    found->is_denied = probe->is_refused && probe->error.service_code[0] != '\0' &&
                       probe->error.code != PT_ESERVER && probe->error.code != PT_ETHROTTLED;
    found->rule = probe->rule;
    text_copy(found->cause, sizeof found->cause, probe->cause);
    text_copy(found->fix, sizeof found->fix, probe->fix);
    text_copy(found->fix_failed, sizeof found->fix_failed, probe->fix_failed);
}

static void probe_tell(struct conn_worker *worker, const struct conn_job *job,
                       const struct probe *probe)
{
    const struct connectors_opts *opts = &worker->connectors->opts;
    struct conn_news *news = calloc(1, sizeof *news);
    struct conn_probe *found = calloc(1, sizeof *found);
    if (news == NULL || found == NULL || probe->is_cancelled) {
        free(news);
        free(found);
        return;
    }
    probe_keep(probe, found);
    news->ask = CONN_ASK_COMMAND;
    news->key = job->key;
    news->asked_ms = found->shown.asked_ms;
    news->probe = found;
    opts->news(opts->arg, news);
}

static void probe_run_with(struct conn_worker *worker, const struct conn *conn, struct hands *hands,
                           struct probe *probe)
{
    const struct probe_access access = {
        .client = &hands->client,
        .cleaner = &hands->cleaner,
        .keys = hands->own.has_keys ? &hands->own.keys : &hands->keys,
        .other_keys = hands->own.has_keys && hands->has_keys ? &hands->keys : NULL,
        .is_cancelled = is_ended,
        .arg = worker};
    probe_begin(worker->connectors, hands->http);
    probe_run(conn, &access, probe);
    probe_end(worker->connectors);
}

static pt_code plan_or_run(struct conn_worker *worker, const struct conn_job *job,
                           const struct conn *conn, struct conn_rows *rows, struct probe *probe,
                           struct pt_result *result, struct pt_error *err)
{
    struct sink sink;
    struct hands hands;
    char id[PROBE_ID_LEN + 1], topics[PROBE_TOPICS + 1][PT_TOPIC_MAX];
    memset(&hands, 0, sizeof hands);
    sink_read(conn, &sink);
    topics_of_settings(&sink, rows);
    for (size_t i = 0; i < rows->n && i <= PROBE_TOPICS; i++)
        text_copy(topics[i], sizeof topics[i], rows->rows[i].topic);
    pt_code code = make_id(job, conn, &sink, rows, id, err);
    if (code == PT_OK)
        code = probe_plan(conn, id, (const char(*)[PT_TOPIC_MAX])topics, rows->n, probe, err);
    if (code == PT_OK)
        code = make_hands(worker, &sink, &hands, err);
    if (code == PT_OK) {
        say_who(conn, &sink, &hands, probe);
        text_copy(result->seen, sizeof result->seen, id);
    }
    if (code == PT_OK && job->command->is_plan) {
        put_plan(probe, result);
    } else if (code == PT_OK) {
        probe_run_with(worker, conn, &hands, probe);
        put_steps(probe, result);
        probe_tell(worker, job, probe);
    }
    done_hands(&hands);
    return code;
}

pt_code conn_probe_command(struct conn_worker *worker, const struct conn_job *job,
                           struct pt_result *result, char *said, struct pt_error *err)
{
    const struct conn_backend_ops *ops = worker->connectors->opts.ops;
    struct conn fresh;
    struct conn_rows rows = {0};
    (void)said;
    if (ops->read == NULL)
        return pt_error_set(err, PT_EUNSUPPORTED, NULL,
                            "connector %s: it writes to no S3 store, so there is nothing to probe",
                            job->conn.name);
    /* Read again: credentials and bucket may have been changed a moment ago. */
    pt_code code = ops->read(&worker->backend, &job->conn, &fresh, err);
    if (code != PT_OK)
        return code;
    struct probe *probe = malloc(sizeof *probe);
    for (size_t i = 0; i < job->rows.n; i++)
        probe_add_topic(&rows, job->rows.rows[i].topic, strlen(job->rows.rows[i].topic));
    code = probe != NULL ? plan_or_run(worker, job, &fresh, &rows, probe, result, err)
                         : pt_error_set(err, PT_ENOMEM, NULL, "probe: out of memory");
    free(probe);
    free(rows.rows);
    conn_done(&fresh);
    return code;
}

/* ------------------------------------------------------------------ the witness */

void conn_probe_take(struct conn_model *cm, const struct conn_news *news)
{
    if (news->probe != NULL)
        cm->probe = *news->probe;
}

void conn_probe_clock(struct conn_model *cm, int64_t by_ms)
{
    clock_shift(&cm->probe.shown.asked_ms, by_ms);
}

void conn_probe_witness(const struct conn_model *cm, struct witnesses *w)
{
    const struct conn_probe *probe = &cm->probe;
    int64_t asked_ms = probe->shown.asked_ms;
    /* A commit after the probe shows that the store works now. */
    bool is_mended = cm->out_ms != PT_UNKNOWN && cm->out_ms > asked_ms && w->stuck == 0;
    if (asked_ms == PT_UNKNOWN || w->now_ms - asked_ms > FRESH_MS || !probe->is_telling ||
        is_mended)
        return;
    w->probed_ms = asked_ms;
    w->does_probe_take = probe->shown.does_take;
    w->probe_s = probe->shown.slowest_write_s;
    w->is_probe_denied = probe->is_denied;
    w->probe_rule = probe->rule;
    w->probe_cause = probe->cause;
    w->probe_fix =
        cm->failed > 0 || strcmp(w->state, "FAILED") == 0 ? probe->fix_failed : probe->fix;
}

void conn_probe_evidence(const struct conn_model *cm, struct pt_connector *c)
{
    const struct pt_probe *probe = &cm->probe.shown;
    c->probe = *probe;
    if (probe->asked_ms == PT_UNKNOWN)
        return;
    struct pt_evidence *e =
        conn_say(c, "write probe", "S3 write", probe->asked_ms, "%s", probe->says);
    e->since_ms = probe->asked_ms;
    e->is_bad = !probe->does_take || probe->is_slow;
}
