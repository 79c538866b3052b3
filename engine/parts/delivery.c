/* Why a stream's records are not acknowledged: what the brokers answered to them, what the cluster
 * reports about the partitions, which broker does not answer or is unreachable. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "kafka/handle.h"
#include "parts/cluster.h"
#include "parts/streams.h"

enum {
    LISTEN_US = 1500000, /* from here on the producer listens to the brokers' answers */
    BLOCKED_MS = 3000,   /* moving a leader takes less */
    FRESH_US = 10000000, /* for a refusal: a refused record is sent again within a second or two */
    SILENT_US = 3000000,
    TROUBLE_MS = 15000 /* an older error may be over */
};

bool streams_wait_long(const struct account *accounts, unsigned open)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        if (!(open & PT_STREAM_BIT(i)))
            continue;
        struct window_figures f = window_read(&accounts[i].streamer.win);
        if (f.oldest_us != INT64_MIN && clock_mono_us() - f.oldest_us >= LISTEN_US)
            return true;
    }
    return false;
}

/* What the search for the reason works on. */
struct delivery_look {
    const struct streams_part *sp;
    const struct stats *stats;
    const struct watch_report *report; /* NULL: none yet */
    const struct pt_topic *topic;      /* in report; NULL: not listed there */
    struct pt_stream *s;
    int i;
    int64_t now_us;
};

static void __attribute__((format(printf, 3, 4)))
delivery_say(const struct delivery_look *l, const char *fix, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    text_put_args(l->s->blocked_by, sizeof l->s->blocked_by, fmt, args);
    va_end(args);
    text_copy(l->s->blocked_fix, sizeof l->s->blocked_fix, fix);
}

static const struct pt_partition *delivery_partition_of(const struct delivery_look *l,
                                                        int32_t partition)
{
    for (int32_t p = 0; l->topic != NULL && p < l->topic->n_partitions; p++) {
        const struct pt_partition *at =
            &l->report->partitions[l->topic->first_partition + (size_t)p];
        if (at->partition == partition)
            return at;
    }
    return NULL;
}

/* "broker 2 (b-2.example:9098)" */
static const char *broker_name(const struct delivery_look *l, int32_t id, char out[180])
{
    for (size_t i = 0; l->report != NULL && i < l->report->n_brokers; i++)
        if (l->report->brokers[i].id == id) {
            snprintf(out, 180, "broker %d (%.120s:%d)", (int)id, l->report->brokers[i].host,
                     (int)l->report->brokers[i].port);
            return out;
        }
    snprintf(out, 180, "broker %d", (int)id);
    return out;
}

/* The last error of the cluster, unless it is old. A missing token is the reason for as long as it
 * is missing, however old its error is. */
static struct trouble trouble_of(const struct delivery_look *l)
{
    const struct desk *desk = l->sp->desk;
    const struct pt_cluster_section *cluster = desk->now->cluster;
    const struct pt_auth_section *login = desk->now->auth;
    if (cluster == NULL)
        return (struct trouble){"", ""};
    bool is_of_login =
        login != NULL && login->auth.last_error[0] != '\0' &&
        (login->auth.state == PT_AUTH_FAILED || login->auth.state == PT_AUTH_EXPIRED);
    if (!is_of_login && desk_real_ms(desk) - cluster->last_error_ms > TROUBLE_MS)
        return (struct trouble){"", ""};
    return (struct trouble){cluster->last_error, cluster->last_fix};
}

/* ---- what the brokers answered ---- */

static void say_too_few(const struct delivery_look *l, const struct delivery_refusal *r, int min)
{
    const struct pt_partition *p = delivery_partition_of(l, r->partition);
    const char *topic = l->s->topic;
    if (p != NULL && min > p->replicas)
        delivery_say(
            l,
            "It cannot take a record until that is changed: lower min.insync.replicas of the "
            "topic, or make the topic with more replicas.",
            "%.70s-%d has %d replica%s and min.insync.replicas asks for %d: the broker refuses "
            "every write (NOT_ENOUGH_REPLICAS)",
            topic, (int)r->partition, (int)p->replicas, text_s(p->replicas), min);
    else if (p != NULL && min > 0 && p->in_sync < min)
        delivery_say(
            l,
            "Bring the missing brokers back (`pintop topics describe` names each partition's "
            "replicas); the records wait, and are sent then.",
            "%.70s-%d has %d of %d replicas in sync and min.insync.replicas asks for %d: a broker "
            "is down or lags (NOT_ENOUGH_REPLICAS)",
            topic, (int)r->partition, (int)p->in_sync, (int)p->replicas, min);
    else
        delivery_say(
            l,
            "Bring the missing brokers back, or look at the topic's min.insync.replicas; the "
            "records wait, and are sent then.",
            "the broker refuses every write to %.80s-%d: too few of its replicas are in sync "
            "(NOT_ENOUGH_REPLICAS)",
            topic, (int)r->partition);
}

static void say_refusal(const struct delivery_look *l, const struct delivery_refusal *r)
{
    struct pt_error err;
    char place[PT_TOPIC_MAX + 16];
    switch (r->code) {
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
        say_too_few(l, r, l->stats->min_isr[l->i]);
        return;
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
        delivery_say(
            l,
            "Look at the broker's log and its disks: a log directory is full or has failed. The "
            "records wait, and are sent when that is repaired.",
            "the broker cannot write %.90s-%d to its disk (KAFKA_STORAGE_ERROR)", r->topic,
            (int)r->partition);
        return;
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
        delivery_say(
            l,
            "Look at the brokers' state and the controller; the records wait, and are sent when "
            "the leader is known.",
            "no broker takes %.90s-%d: the one that the cluster names as its leader says that it "
            "isn't (NOT_LEADER_OR_FOLLOWER)",
            r->topic, (int)r->partition);
        return;
    default:
        snprintf(place, sizeof place, "%.80s-%d", r->topic, (int)r->partition);
        kafka_error(&err, r->code, place, NULL);
        delivery_say(l, err.fix, "the broker refuses every write to %.150s (%s)", err.what,
                     rd_kafka_err2name(r->code));
    }
}

static bool is_refused(const struct delivery_look *l)
{
    const struct delivery_facts *d = &l->stats->delivery;
    const struct delivery_refusal *newest = NULL;
    for (size_t i = 0; i < d->n_refusals; i++)
        if (strcmp(d->refusals[i].topic, l->s->topic) == 0 &&
            l->now_us - d->refusals[i].last_us < FRESH_US &&
            (newest == NULL || d->refusals[i].last_us > newest->last_us))
            newest = &d->refusals[i];
    if (newest == NULL)
        return false;
    /* Of the partitions that are refused with the same code the first is named, so that the text
     * does not change each second. */
    for (size_t i = 0; i < d->n_refusals; i++)
        if (strcmp(d->refusals[i].topic, l->s->topic) == 0 &&
            l->now_us - d->refusals[i].last_us < FRESH_US && d->refusals[i].code == newest->code &&
            d->refusals[i].partition < newest->partition)
            newest = &d->refusals[i];
    say_refusal(l, newest);
    return true;
}

/* ---- what the cluster reports about the topic ---- */

static bool lacks_leader(const struct delivery_look *l)
{
    int n = 0;
    int32_t first = -1;
    for (int32_t p = 0; l->topic != NULL && p < l->topic->n_partitions; p++) {
        const struct pt_partition *at =
            &l->report->partitions[l->topic->first_partition + (size_t)p];
        if (at->leader >= 0)
            continue;
        first = n++ == 0 ? at->partition : first;
    }
    if (l->topic != NULL && l->topic->n_partitions == 0)
        delivery_say(
            l,
            "Look at the controller and the brokers' logs; the records wait, and are sent when the "
            "topic has a leader.",
            "topic %.90s is there, but the cluster names no partition of it with a leader",
            l->s->topic);
    else if (n == 1)
        delivery_say(l,
                     "Bring back the brokers that hold its replicas; its records wait until then.",
                     "partition %d of %.90s has no leader: no broker can take its records",
                     (int)first, l->s->topic);
    else if (n > 1)
        delivery_say(
            l, "Bring back the brokers that hold their replicas; their records wait until then.",
            "%d of %d partitions of %.90s have no leader: no broker can take their records", n,
            (int)l->topic->n_partitions, l->s->topic);
    return n > 0 || (l->topic != NULL && l->topic->n_partitions == 0);
}

/* ---- brokers that do not answer, or are unreachable ---- */

static bool does_lead(const struct delivery_look *l, int32_t broker)
{
    if (l->topic == NULL)
        return true; /* the cluster was not polled yet: it may be any broker */
    for (int32_t p = 0; p < l->topic->n_partitions; p++)
        if (l->report->partitions[l->topic->first_partition + (size_t)p].leader == broker)
            return true;
    return false;
}

static bool is_listed(const struct delivery_look *l, int32_t broker)
{
    for (size_t i = 0; i < l->stats->n_brokers; i++)
        if (l->stats->brokers[i].id == broker)
            return true;
    return false;
}

/* Returns a leader that is not among the brokers any more, -1 none: librdkafka 2.16 drops a broker
 * that the cluster no longer lists, 2.8 did not. */
static int32_t find_unlisted(const struct delivery_look *l)
{
    for (int32_t p = 0; p < l->topic->n_partitions && l->stats->n_brokers > 0; p++) {
        int32_t leader = l->report->partitions[l->topic->first_partition + (size_t)p].leader;
        if (leader >= 0 && !is_listed(l, leader))
            return leader;
    }
    return -1;
}

/* Returns a leader that is unreachable, -1 none. Such a broker does not answer either, so this is
 * looked for first. */
static int32_t find_unreached(const struct delivery_look *l)
{
    if (l->topic == NULL)
        return -1;
    for (size_t i = 0; i < l->stats->n_brokers; i++) {
        const struct pt_broker *b = &l->stats->brokers[i];
        if ((b->state == PT_BROKER_DOWN || b->state == PT_BROKER_CONNECTING) && does_lead(l, b->id))
            return b->id;
    }
    return find_unlisted(l);
}

static bool is_unreached(const struct delivery_look *l)
{
    int32_t broker = find_unreached(l);
    struct trouble trouble = trouble_of(l);
    char name[180];
    if (broker < 0)
        return false;
    broker_name(l, broker, name);
    delivery_say(l,
                 trouble.fix[0]
                     ? trouble.fix
                     : "Look whether that broker runs and can be reached from here; the records "
                       "wait, and are sent when it answers.",
                 "%.90s leads partitions of %.60s and cannot be reached%s%.60s", name, l->s->topic,
                 trouble.what[0] ? ": " : "", trouble.what);
    return true;
}

static bool delivery_is_silent(const struct delivery_look *l)
{
    const struct delivery_facts *d = &l->stats->delivery;
    for (size_t i = 0; i < d->n_silent; i++) {
        int64_t silent_us = l->now_us - d->silent[i].since_us;
        char name[180];
        if (silent_us / 1000 > l->s->oldest_unresolved_ms)
            silent_us = l->s->oldest_unresolved_ms * 1000;
        if (silent_us < SILENT_US || !does_lead(l, d->silent[i].broker))
            continue;
        delivery_say(
            l,
            "It is connected but hangs: look at that broker's log, disks and load; the records "
            "wait, and are sent when it answers.",
            "%.150s has not answered a produce request for %" PRId64 " s",
            broker_name(l, d->silent[i].broker, name), silent_us / 1000000);
        return true;
    }
    return false;
}

/* ---- reasons on this side ---- */

static bool has_no_producer_id(const struct delivery_look *l)
{
    if (l->stats->no_producer_id_ms < BLOCKED_MS)
        return false;
    struct trouble trouble = trouble_of(l);
    delivery_say(
        l,
        trouble.fix[0] ? trouble.fix
                       : "Look at the brokers' logs (the topic __transaction_state must have "
                         "leaders), or opt out: -X enable.idempotence=false.",
        "the cluster has given no producer id for %" PRId64 " s, and without one nothing is "
        "sent%s%.90s",
        l->stats->no_producer_id_ms / 1000, trouble.what[0] ? ": " : "", trouble.what);
    return true;
}

static bool is_throttled(const struct delivery_look *l)
{
    for (size_t i = 0; i < l->stats->n_brokers; i++) {
        const struct pt_broker *b = &l->stats->brokers[i];
        char name[180];
        if (isnan(b->throttle_ms) || b->throttle_ms < 100 || !does_lead(l, b->id))
            continue;
        delivery_say(l, "Lower the streams' rate, or have the quota raised.",
                     "%.150s holds this client back by a quota, %.0f ms each request",
                     broker_name(l, b->id, name), b->throttle_ms);
        return true;
    }
    return false;
}

static bool delivery_has_trouble(const struct delivery_look *l)
{
    struct trouble trouble = trouble_of(l);
    if (trouble.what[0] == '\0')
        return false;
    delivery_say(l, trouble.fix, "%s", trouble.what);
    return true;
}

void streams_explain_delivery(const struct streams_part *sp, int i, struct pt_stream *s)
{
    struct delivery_look l = {.sp = sp,
                              .stats = &sp->stats,
                              .report = sp->report,
                              .s = s,
                              .i = i,
                              .now_us = desk_mono_us(sp->desk)};
    if (!sp->streams[i].is_open || !sp->has_stats || s->in_flight == 0 ||
        s->oldest_unresolved_ms < BLOCKED_MS)
        return;
    for (size_t t = 0; l.report != NULL && t < l.report->n_topics; t++)
        if (strcmp(l.report->topics[t].name, s->topic) == 0)
            l.topic = &l.report->topics[t];
    if (is_refused(&l) || lacks_leader(&l) || is_unreached(&l) || delivery_is_silent(&l) ||
        has_no_producer_id(&l) || is_throttled(&l))
        return;
    delivery_has_trouble(&l);
}
