/* The kafka thread serves the producer's delivery reports and statistics, and replaces a producer
 * that died. This file also connects the streamers with the producer, which do not know each
 * other. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/engine_state.h"

enum {
    POLL_MS = 1000, /* producer_wake ends the wait */
    COLLECT_MS = 2000,
    PURGE_MS = 1000,
    ASK_MS = 500,
    RENEW_US = 60000000 /* a producer that dies is replaced at most once in this time */
};

/* ---- the streamers' side ---- */

static enum produce_status kafka_thread_produce(void *arg, enum pt_stream_id id, uint64_t index,
                                                const char *value, size_t len, struct pt_error *err)
{
    struct pt_engine *eng = arg;
    if (atomic_load_explicit(&eng->stale_topics, memory_order_relaxed) & PT_STREAM_BIT(id))
        return PRODUCE_FULL;
    switch (producer_send(&eng->producer, id, index, value, len, err)) {
    case PRODUCER_OK:
        return PRODUCE_OK;
    case PRODUCER_REFUSED:
        return PRODUCE_REFUSED;
    case PRODUCER_FULL:
    case PRODUCER_DEAD: /* the kafka thread is about to replace it */
        break;
    }
    return PRODUCE_FULL;
}

/* The embedded cluster keeps only the newest 5 MiB of a partition: a stream is held before records
 * that the sink has not committed yet are dropped. */
static bool kafka_thread_is_held(void *arg, enum pt_stream_id id)
{
    const struct pt_engine *eng = arg;
    for (int p = 0; p < EMBEDDED_PARTITIONS; p++)
        if (atomic_load_explicit(&eng->producer.unsettled[id][p], memory_order_relaxed) >
            eng->set.hold_bytes)
            return true;
    return false;
}

/* Without a token the brokers close each connection, and records would only fill the window. */
static bool has_no_token(void *arg, enum pt_stream_id id)
{
    const struct pt_engine *eng = arg;
    (void)id;
    return atomic_load_explicit(&eng->has_no_token, memory_order_relaxed);
}

static void on_streamer_changed(void *arg, enum pt_stream_id id)
{
    struct pt_engine *eng = arg;
    struct fact *fact = fact_new(FACT_STREAM);
    if (fact)
        fact->streams = PT_STREAM_BIT(id);
    inbox_post(&eng->inbox, fact);
}

struct streamer_hooks kafka_streamer_hooks(struct pt_engine *eng)
{
    return (struct streamer_hooks){.arg = eng,
                                   .produce = kafka_thread_produce,
                                   .is_held = eng->set.is_embedded ? kafka_thread_is_held
                                              : eng->auth          ? has_no_token
                                                                   : NULL,
                                   .changed = on_streamer_changed};
}

/* ---- the sink's side ---- */

void engine_tell_object(struct pt_engine *eng, int stream, int64_t made_ms)
{
    struct fact *fact = fact_new(FACT_OBJECT);
    if (fact) {
        fact->streams = PT_STREAM_BIT(stream);
        fact->number = made_ms;
    }
    inbox_post(&eng->inbox, fact);
}

void kafka_sink_committed(void *arg, const char *topic, int32_t partition, int64_t next_offset)
{
    struct pt_engine *eng = arg;
    for (int i = 0; i < PT_STREAMS; i++) {
        if (strcmp(eng->set.topics[i], topic) != 0)
            continue;
        engine_tell_object(eng, i, clock_real_ms());
        if (!(atomic_load(&eng->open_streams) & PT_STREAM_BIT(i)))
            continue;
        size_t settled = account_committed(&eng->accounts[i], partition, next_offset);
        atomic_fetch_sub(&eng->producer.unsettled[i][partition % PRODUCER_PARTITIONS],
                         (int64_t)settled);
        streamer_kick(&eng->accounts[i].streamer);
    }
}

/* ---- the producer's side ---- */

/* The time of a delivery report: the clock is read for the first report of a poll and then once in
 * REPORTS_A_TIME. */
static int64_t report_time(struct pt_engine *eng)
{
    enum { REPORTS_A_TIME = 64 };
    if (eng->n_reports++ % REPORTS_A_TIME == 0)
        eng->report_us = clock_mono_us();
    return eng->report_us;
}

static int poll_reports(struct pt_engine *eng)
{
    eng->n_reports = 0;
    return producer_poll(&eng->producer, POLL_MS);
}

static int purge_reports(struct pt_engine *eng, int limit_ms)
{
    eng->n_reports = 0;
    return producer_purge(&eng->producer, limit_ms);
}

static void kafka_thread_on_delivered(void *arg, enum pt_stream_id id, uint64_t index,
                                      int32_t partition, int64_t offset, size_t len)
{
    struct pt_engine *eng = arg;
    size_t settled;
    if (account_delivered(&eng->accounts[id], index, partition, offset, len, report_time(eng),
                          &settled) != PT_OK)
        log_line(PT_ERROR, pt_stream_name(id),
                 "out of memory: record %" PRIu64 " is sent again by the next run", index);
    if (settled > 0)
        atomic_fetch_sub(&eng->producer.unsettled[id][partition % PRODUCER_PARTITIONS],
                         (int64_t)settled);
}

static void on_failed(void *arg, enum pt_stream_id id, uint64_t index, const struct pt_error *why)
{
    struct pt_engine *eng = arg;
    if (window_failed(&eng->accounts[id].streamer.win, index))
        streamer_fail(&eng->accounts[id].streamer, why);
}

static void kafka_thread_on_stats(void *arg, const struct stats *stats)
{
    struct pt_engine *eng = arg;
    struct fact *fact = fact_copy(FACT_STATS, stats, sizeof *stats);
    inbox_post(&eng->inbox, fact);
    producer_listen(&eng->producer,
                    streams_wait_long(eng->accounts, atomic_load(&eng->open_streams)));
}

static void kafka_thread_on_error(void *arg, rd_kafka_resp_err_t code, const char *reason)
{
    struct pt_engine *eng = arg;
    struct fact *fact = fact_new(FACT_KAFKA_ERROR);
    if (fact) {
        fact->number = code;
        snprintf(fact->text, sizeof fact->text, "%s", reason);
    }
    inbox_post(&eng->inbox, fact);
}

const struct producer_hooks *kafka_producer_hooks(struct pt_engine *eng, struct producer_hooks *out)
{
    *out = (struct producer_hooks){eng, kafka_thread_on_delivered, on_failed, kafka_thread_on_stats,
                                   kafka_thread_on_error};
    return out;
}

/* ---- the thread ---- */

static struct streamer *kafka_thread_open_streamer(struct pt_engine *eng, int i)
{
    return atomic_load(&eng->open_streams) & PT_STREAM_BIT(i) ? &eng->accounts[i].streamer : NULL;
}

static void kick_all(struct pt_engine *eng)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (kafka_thread_open_streamer(eng, i)) {
            streamer_set_flight(kafka_thread_open_streamer(eng, i),
                                producer_flight_bytes(&eng->producer, (enum pt_stream_id)i));
            streamer_kick(kafka_thread_open_streamer(eng, i));
        }
}

/* Stops the streams with the dead producer's error. What was in flight counts as failed, so that
 * the next start sends it again with a new producer. */
static void kafka_thread_give_up(struct pt_engine *eng, const struct pt_error *why)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct streamer *st = kafka_thread_open_streamer(eng, i);
        if (st == NULL)
            continue;
        struct window *win = &st->win;
        for (uint64_t at = window_find(win, 0, 1u << SLOT_FLIGHT); at < atomic_load(&win->next);
             at = window_find(win, at + 1, 1u << SLOT_FLIGHT))
            window_failed(win, at);
        streamer_fail(st, why);
    }
    inbox_event(&eng->inbox, PT_ERROR, "kafka", "%s. %s", why->what, why->fix);
}

static uint64_t count_in_flight(struct pt_engine *eng)
{
    uint64_t n = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        if (kafka_thread_open_streamer(eng, i))
            n += window_read(&kafka_thread_open_streamer(eng, i)->win).in_flight;
    return n;
}

/* Until unpark_all no stream runs and none starts, so that none hands a record to the producer. */
static void park_all(struct pt_engine *eng)
{
    pthread_mutex_lock(&eng->start_lock);
    for (int i = 0; i < PT_STREAMS; i++)
        if (kafka_thread_open_streamer(eng, i))
            streamer_park(kafka_thread_open_streamer(eng, i));
}

static void unpark_all(struct pt_engine *eng, bool is_redo)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (kafka_thread_open_streamer(eng, i))
            streamer_unpark(kafka_thread_open_streamer(eng, i), is_redo);
    pthread_mutex_unlock(&eng->start_lock);
}

static bool kafka_thread_renew(struct pt_engine *eng, struct pt_error *err)
{
    return producer_renew(&eng->producer, err) == PT_OK;
}

/* The idempotent producer died. Collects all delivery reports, replaces the handle, and sends again
 * exactly the records that were not delivered. It gives up instead when a permission is missing or
 * the last replacement was less than RENEW_US ago: a new producer would die as well. */
static void replace_dead(struct pt_engine *eng, const struct pt_error *why, int64_t *renewed_us)
{
    int64_t now_us = clock_mono_us();
    struct pt_error err = *why;
    bool is_hopeless = why->code == PT_EAUTH || (*renewed_us && now_us - *renewed_us < RENEW_US);
    park_all(eng);
    purge_reports(eng, COLLECT_MS);
    uint64_t again = count_in_flight(eng);
    if (!is_hopeless && kafka_thread_renew(eng, &err)) {
        *renewed_us = now_us;
        inbox_event(&eng->inbox, PT_WARN, "kafka",
                    "producer died (%.120s) and was replaced; may double %" PRIu64, why->what,
                    again);
    } else {
        is_hopeless = true;
        kafka_thread_give_up(eng, &err);
    }
    unpark_all(eng, !is_hopeless);
}

/* Replaces a producer that was given up, because a stream was started since. */
static void kafka_thread_revive(struct pt_engine *eng, int64_t *renewed_us)
{
    struct pt_error err = {0};
    if (producer_fatal(&eng->producer, NULL) == PT_OK)
        return;
    park_all(eng);
    if (!kafka_thread_renew(eng, &err))
        kafka_thread_give_up(eng, &err);
    *renewed_us = clock_mono_us();
    unpark_all(eng, false);
}

/* A stream that was refused and is started again waits until its topic's metadata came again: until
 * then librdkafka would refuse its records by what it remembers. */
static void ask_stale_topics(struct pt_engine *eng)
{
    unsigned stale = atomic_load(&eng->stale_topics), answered = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        if ((stale & PT_STREAM_BIT(i)) &&
            producer_ask_topic(&eng->producer, (enum pt_stream_id)i, ASK_MS))
            answered |= PT_STREAM_BIT(i);
    if (answered)
        atomic_fetch_and(&eng->stale_topics, ~answered);
}

static void kafka_thread_purge(struct pt_engine *eng)
{
    struct fact *fact = fact_new(FACT_PURGED);
    int left = purge_reports(eng, PURGE_MS);
    if (fact)
        fact->number = left;
    inbox_post(&eng->inbox, fact);
}

void *kafka_thread_run(void *arg)
{
    struct pt_engine *eng = arg;
    int64_t renewed_us = 0;
    bool is_given_up = false;
    pthread_setname_np(pthread_self(), "kafka");
    while (!atomic_load(&eng->is_ending)) {
        struct pt_error why = {0};
        poll_reports(eng);
        kick_all(eng);
        if (atomic_exchange(&eng->is_purge_asked, false))
            kafka_thread_purge(eng);
        if (atomic_exchange(&eng->is_renew_asked, false) && is_given_up) {
            kafka_thread_revive(eng, &renewed_us);
            is_given_up = false;
        }
        ask_stale_topics(eng);
        if (is_given_up || producer_fatal(&eng->producer, &why) == PT_OK)
            continue;
        replace_dead(eng, &why, &renewed_us);
        is_given_up = producer_fatal(&eng->producer, NULL) != PT_OK;
    }
    return NULL;
}
