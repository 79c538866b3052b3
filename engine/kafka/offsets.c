/* Batches offset requests. */
#include "kafka/offsets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/asked.h"
#include "kafka/handle.h"
#include "pintop/stream.h"

/* The cost of one librdkafka call grows with the square of its partitions. */
enum { CHUNK = 500, SPLIT_TIMEOUT_MS = 500, SPARE_MS = 2000, PROBES = 2, WAIT_STEP_MS = 100 };

/* The timeout of one of several requests that a common one is split into. */
static int split_ms(const struct offsets_ask *ask)
{
    return ask->timeout_ms / 4 > SPLIT_TIMEOUT_MS ? ask->timeout_ms / 4 : SPLIT_TIMEOUT_MS;
}

static int spare_ms(const struct offsets_ask *ask)
{
    return ask->timeout_ms > SPARE_MS ? ask->timeout_ms : SPARE_MS;
}

/* One round: the items that it still asks for, in a scratch array of indexes. */
struct round {
    const struct offsets_ask *ask;
    struct offsets_item *items;
    int64_t which;
    int64_t deadline_us;
    size_t n_answered;
    rd_kafka_resp_err_t first_err;
};

static bool offsets_is_cancelled(const atomic_bool *flag)
{
    return flag && atomic_load(flag);
}

static bool is_dead(const struct offsets_dead *dead, int32_t id)
{
    for (size_t i = 0; dead && i < dead->n; i++) {
        if (dead->ids[i] == id) {
            return true;
        }
    }
    return false;
}

static void add_dead(struct offsets_dead *dead, int32_t id)
{
    if (dead && !is_dead(dead, id) && dead->n < OFFSETS_DEAD_MAX) {
        dead->ids[dead->n++] = id;
    }
}

static void remove_dead(struct offsets_dead *dead, int32_t id)
{
    for (size_t i = 0; i < dead->n; i++) {
        if (dead->ids[i] == id) {
            dead->ids[i] = dead->ids[--dead->n];
            return;
        }
    }
}

/* The broker (or the metadata) answered and refused one of the partitions. */
static bool is_about_one(rd_kafka_resp_err_t err)
{
    return err > 0 || err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
           err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

static void set_error(struct round *round, const size_t *index, size_t n, rd_kafka_resp_err_t err)
{
    for (size_t i = 0; i < n; i++) {
        round->items[index[i]].err = err;
    }
    if (!round->first_err) {
        round->first_err = err;
    }
}

static rd_kafka_topic_partition_list_t *make_list(const struct round *round, const size_t *index,
                                                  size_t n)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)n);
    for (size_t i = 0; i < n; i++) {
        const struct offsets_item *item = &round->items[index[i]];
        rd_kafka_topic_partition_list_add(list, item->topic, item->partition)->offset =
            round->which;
    }
    return list;
}

static void take_answers(struct round *round, const size_t *index, size_t n,
                         const rd_kafka_topic_partition_list_t *list)
{
    for (size_t i = 0; i < n; i++) {
        struct offsets_item *item = &round->items[index[i]];
        const rd_kafka_topic_partition_t *answer = &list->elems[i];
        bool is_none = round->which >= 0 && answer->offset == RD_KAFKA_OFFSET_END;
        if (!answer->err && (answer->offset >= 0 || is_none)) {
            item->offset = answer->offset;
            item->err = RD_KAFKA_RESP_ERR_NO_ERROR;
            round->n_answered++;
        } else {
            set_error(round, &index[i], 1,
                      answer->err ? answer->err : RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE);
        }
    }
}

static void ask_some(struct round *round, size_t *index, size_t n, int timeout_ms);

/* Asks each leader separately, so that one that is down does not hide the answers of the others.
 * index is reordered. */
static void ask_each_leader(struct round *round, size_t *index, size_t n)
{
    while (n > 0) {
        int32_t leader = round->items[index[0]].leader;
        size_t end = 0;
        for (size_t i = 0; i < n; i++) {
            if (round->items[index[i]].leader == leader) {
                size_t swap = index[end];
                index[end++] = index[i];
                index[i] = swap;
            }
        }
        ask_some(round, index, end, split_ms(round->ask));
        index += end;
        n -= end;
    }
}

static bool has_one_leader(const struct round *round, const size_t *index, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (round->items[index[i]].leader != round->items[index[0]].leader) {
            return false;
        }
    }
    return true;
}

/* The whole request failed for one reason: split it to find which brokers answer. */
static void offsets_narrow(struct round *round, size_t *index, size_t n, int timeout_ms,
                           rd_kafka_resp_err_t err)
{
    if (is_about_one(err)) {
        if (n > 1) {
            ask_some(round, index, n / 2, timeout_ms);
            ask_some(round, index + n / 2, n - n / 2, timeout_ms);
        } else {
            round->items[index[0]].is_refused = true;
            set_error(round, index, n, err);
        }
    } else if (has_one_leader(round, index, n)) {
        add_dead(round->ask->dead, round->items[index[0]].leader);
        set_error(round, index, n, err);
    } else {
        ask_each_leader(round, index, n);
    }
}

/* One request for each leader. */
static void ask_some(struct round *round, size_t *index, size_t n, int timeout_ms)
{
    if (clock_mono_us() > round->deadline_us || offsets_is_cancelled(round->ask->is_cancelled)) {
        set_error(round, index, n, RD_KAFKA_RESP_ERR__TIMED_OUT);
        return;
    }
    rd_kafka_topic_partition_list_t *list = make_list(round, index, n);
    rd_kafka_resp_err_t err = rd_kafka_offsets_for_times(round->ask->rk, list, timeout_ms);
    if (!err) {
        take_answers(round, index, n, list);
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (err) {
        offsets_narrow(round, index, n, timeout_ms, err);
    }
}

static void ask_in_chunks(struct round *round, size_t *index, size_t n, int timeout_ms)
{
    for (size_t from = 0; from < n; from += CHUNK) {
        ask_some(round, index + from, n - from < CHUNK ? n - from : CHUNK, timeout_ms);
    }
}

/* Sorts by leader, so that a chunk is one request to one leader. (A counting sort by the leaders
 * in order of appearance: there are few.) */
static bool sort_by_leader(const struct round *round, size_t *index, size_t n)
{
    size_t *sorted = malloc((n + 1) * sizeof(*sorted)), n_sorted = 0;
    if (!sorted) {
        return false;
    }
    while (n > 0) {
        int32_t leader = round->items[index[0]].leader;
        size_t n_others = 0;
        for (size_t i = 0; i < n; i++) {
            if (round->items[index[i]].leader == leader) {
                sorted[n_sorted++] = index[i];
            } else {
                index[n_others++] = index[i];
            }
        }
        n = n_others;
    }
    memcpy(index, sorted, n_sorted * sizeof(*sorted));
    free(sorted);
    return true;
}

/* Chooses the silent brokers that are to be tried next. */
static size_t choose_probes(struct offsets_dead *dead, int32_t ids[PROBES])
{
    size_t n = 0;
    for (; dead && n < PROBES && n < dead->n; n++) {
        ids[n] = dead->ids[dead->turn++ % dead->n];
    }
    return n;
}

/* Checks whether a broker that did not answer answers now. */
static void offsets_probe(struct round *round, int32_t id, size_t *index, size_t n_items,
                          int timeout_ms)
{
    size_t n = 0, before = round->n_answered;
    for (size_t i = 0; i < n_items; i++) {
        if (round->items[i].leader == id && !round->items[i].is_refused) {
            index[n++] = i;
        }
    }
    if (n > 0) {
        ask_some(round, index, n < CHUNK ? n : CHUNK, timeout_ms);
    }
    /* When none of a broker's partitions is asked for, its state stays unknown. */
    if (round->n_answered > before) {
        remove_dead(round->ask->dead, id);
    }
}

pt_code offsets_watermarks(const struct offsets_ask *ask, struct offsets_item *items, size_t n,
                           int64_t which, const char *what, struct pt_error *err)
{
    struct round round = {ask, items, which, 0, 0, RD_KAFKA_RESP_ERR_NO_ERROR};
    size_t *index = malloc((n + 1) * sizeof(*index));
    size_t n_index = 0, n_ids;
    int32_t ids[PROBES];
    if (!index) {
        return pt_error_set(err, PT_ENOMEM, NULL, "%s: out of memory", what);
    }
    round.deadline_us = clock_mono_us() + (ask->timeout_ms + spare_ms(ask)) * INT64_C(1000);
    for (size_t i = 0; i < n; i++) {
        items[i].offset = -1;
        items[i].err = RD_KAFKA_RESP_ERR__TIMED_OUT;
        if (items[i].leader < 0) {
            items[i].err = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
        } else if (!items[i].is_refused && !is_dead(ask->dead, items[i].leader)) {
            index[n_index++] = i;
        }
    }
    /* Chosen before the round: a broker that fails in this round is not tried again in it. */
    n_ids = choose_probes(ask->dead, ids);
    sort_by_leader(&round, index, n_index);
    ask_in_chunks(&round, index, n_index, ask->timeout_ms);
    /* When no other broker is asked, no other has to wait. */
    int probe_ms = n_index == 0 ? ask->timeout_ms : split_ms(ask);
    for (size_t i = 0; i < n_ids; i++) {
        offsets_probe(&round, ids[i], index, n, probe_ms);
    }
    free(index);
    if (offsets_is_cancelled(ask->is_cancelled)) {
        return pt_error_set(err, PT_ECANCELLED, NULL, "%s: cancelled", what);
    }
    if (round.n_answered == 0 && round.first_err) {
        return kafka_error(err, round.first_err, what, NULL);
    }
    return PT_OK;
}

/* ------------------------------------------------------------------ committed offsets */

int64_t offsets_lag(int64_t low, int64_t high, int64_t committed)
{
    if (high == PT_UNKNOWN || committed == PT_UNKNOWN) {
        return PT_UNKNOWN;
    }
    int64_t first = low != PT_UNKNOWN ? low : 0;
    int64_t from = committed > first ? committed : first;
    return high > from ? high - from : 0;
}

rd_kafka_event_t *offsets_wait_event(rd_kafka_t *rk, rd_kafka_queue_t *queue, int timeout_ms,
                                     const atomic_bool *cancelled)
{
    int64_t deadline_us = clock_mono_us() + timeout_ms * INT64_C(1000);
    while (!offsets_is_cancelled(cancelled)) {
        int64_t left_ms = (deadline_us - clock_mono_us()) / 1000;
        int step_ms = left_ms < WAIT_STEP_MS ? (int)left_ms : WAIT_STEP_MS;
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, step_ms > 0 ? step_ms : 0);
        rd_kafka_poll(rk, 0); /* the error callback runs now */
        if (event || left_ms <= 0) {
            return event;
        }
    }
    return NULL;
}

/* Both lists have the same order. */
static void take_committed(struct offsets_item *items, size_t n,
                           const rd_kafka_topic_partition_list_t *answers)
{
    int at = 0;
    for (size_t i = 0; i < n; i++) {
        items[i].offset = -1;
        items[i].err = RD_KAFKA_RESP_ERR_NO_ERROR;
        for (; at < answers->cnt; at++) {
            const rd_kafka_topic_partition_t *answer = &answers->elems[at];
            int order = strcmp(answer->topic, items[i].topic);
            order = order ? order
                          : (answer->partition > items[i].partition) -
                                (answer->partition < items[i].partition);
            if (order > 0) {
                break;
            }
            if (order == 0) {
                items[i].err = answer->err;
                items[i].offset = !answer->err && answer->offset >= 0 ? answer->offset : -1;
            }
        }
    }
}

/* librdkafka reports a refusal by the group's coordinator as a message: without reading it the
 * call would just time out. */
static rd_kafka_resp_err_t take_refusal(rd_kafka_t *rk)
{
    rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (rd_kafka_message_t *said; !err && (said = rd_kafka_consumer_poll(rk, 0)) != NULL;) {
        err = said->err;
        rd_kafka_message_destroy(said);
    }
    return err;
}

/* rd_kafka_ListConsumerGroupOffsets is avoided: when the coordinator's connection drops
 * meanwhile, it aborts the process by an assertion (librdkafka 2.0.2 and later: issue 3663, pull
 * request 5397). */
static pt_code ask_committed(const struct offsets_ask *ask, const char *group,
                             struct offsets_item *items, size_t n, struct pt_error *err)
{
    char what[200];
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)n);
    for (size_t i = 0; i < n; i++) {
        rd_kafka_topic_partition_list_add(list, items[i].topic, items[i].partition);
    }
    rd_kafka_resp_err_t failed = rd_kafka_committed(ask->rk, list, ask->timeout_ms);
    rd_kafka_resp_err_t refusal = take_refusal(ask->rk);
    if (!failed) {
        rd_kafka_topic_partition_list_sort(list, NULL, NULL);
        take_committed(items, n, list);
    }
    rd_kafka_topic_partition_list_destroy(list);
    snprintf(what, sizeof(what), "ask for the offsets of group %s", group);
    return failed ? kafka_asked(err, refusal ? refusal : failed, ASK_GROUP, group, what, NULL)
                  : PT_OK;
}

pt_code offsets_committed(const struct offsets_ask *ask, const char *group,
                          struct offsets_item *items, size_t n, struct pt_error *err)
{
    pt_code code = PT_OK;
    for (size_t from = 0; from < n && code == PT_OK; from += CHUNK) {
        if (offsets_is_cancelled(ask->is_cancelled)) {
            return pt_error_set(err, PT_ECANCELLED, NULL, "offsets of group %s: cancelled", group);
        }
        code = ask_committed(ask, group, items + from, n - from < CHUNK ? n - from : CHUNK, err);
    }
    return code;
}
