/* Owns what the watcher remembers, and the order in which it asks. Which topics have their turn is
 * in watch_turns.c, the sums of a report in watch_sums.c. */
#include "kafka/watch_look_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/patience.h"
#include "base/printable.h"
#include "kafka/advertised.h"
#include "kafka/broker_list.h"

enum { METADATA_TIMEOUT_MS = 4000, OFFSETS_TIMEOUT_MS = 2000, REGEX_MAX = 1024 };
#define METADATA_PERIOD_US INT64_C(10000000)
#define METADATA_MOVED_US INT64_C(3000000)
#define LOW_PERIOD_US INT64_C(10000000)
enum { LATE_MAX = 2 };
#define GROUP_RETRY_US INT64_C(5000000)

/* ------------------------------------------------------------------ life */

pt_code look_init(struct look *look, const char *topics_regex, const atomic_bool *is_cancelled,
                  struct pt_error *err)
{
    char anchored[REGEX_MAX], why[128];
    memset(look, 0, sizeof(*look));
    look->is_cancelled = is_cancelled;
    look->controller_id = -1;
    look->since_ms = PT_UNKNOWN;
    look->is_all_due = true;
    if (!topics_regex || !topics_regex[0]) {
        return PT_OK;
    }
    if ((size_t)snprintf(anchored, sizeof(anchored), "^(%s)$", topics_regex) >= sizeof(anchored)) {
        return pt_error_set(err, PT_ECONFIG, "Use a shorter expression",
                            "property pintop.topics: it is longer than %d bytes", REGEX_MAX - 5);
    }
    int code = regcomp(&look->regex, anchored, REG_EXTENDED | REG_NOSUB);
    if (code != 0) {
        regerror(code, &look->regex, why, sizeof(why));
        return pt_error_set(err, PT_ECONFIG,
                            "Correct it: it is a POSIX extended regular expression, like demo\\..*",
                            "property pintop.topics: %.100s: %s", topics_regex, why);
    }
    look->has_regex = true;
    look->takes_internal = strstr(topics_regex, "__") != NULL;
    return PT_OK;
}

void look_names_done(struct look_names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        free(names->names[i]);
    }
    free(names->names);
    *names = (struct look_names){NULL, 0};
}

/* Frees the arrays beside the list. */
static void free_beside(struct look *look)
{
    free(look->topics);
    free(look->is_refused);
    free(look->is_stale);
    free(look->items);
    free(look->partition_of);
}

void look_done(struct look *look)
{
    if (look->has_regex) {
        regfree(&look->regex);
    }
    topic_list_done(&look->list);
    free_beside(look);
    for (int i = 0; i < WATCH_WHYS; i++) {
        look_names_done(&look->wanted[i]);
    }
    free(look->brokers);
    memset(look, 0, sizeof(*look));
}

void look_forget_times(struct look *look)
{
    look->metadata_us = look->group_us = 0;
    look->is_all_due = true;
    for (size_t i = 0; i < look->list.n_topics; i++) {
        look->topics[i].low_us = 0;
    }
}

void look_forget_group(struct look *look)
{
    look->group_us = 0;
    look->is_all_due = true;
    for (size_t i = 0; i < look->list.n_partitions; i++) {
        look->list.partitions[i].committed = PT_UNKNOWN;
    }
    for (size_t i = 0; i < look->list.n_topics; i++) {
        look->topics[i].committed = -1;
        look->topics[i].lag = look->topics[i].busy_until_us = 0;
    }
}

/* ------------------------------------------------------------------ metadata */

static bool is_watched(const struct look *look, const struct pt_topic *topic)
{
    if (topic->is_internal && !look->takes_internal) {
        return false;
    }
    return !look->has_regex || regexec(&look->regex, topic->name, 0, NULL, 0) == 0;
}

/* Moves the known offsets, and what is remembered of each topic, to the new list; both are
 * sorted. */
static void keep_offsets(struct topic_list *list, struct look_topic *topics,
                         const struct look *look)
{
    const struct topic_list *old = &look->list;
    size_t at = 0;
    for (size_t i = 0; i < list->n_topics; i++) {
        const struct pt_topic *topic = &list->topics[i];
        while (at < old->n_topics && strcmp(old->topics[at].name, topic->name) < 0) {
            at++;
        }
        if (at == old->n_topics || strcmp(old->topics[at].name, topic->name) != 0) {
            continue;
        }
        topics[i] = look->topics[at];
        list->topics[i].asked_ms = old->topics[at].asked_ms;
        const struct pt_partition *from = old->partitions + old->topics[at].first_partition;
        struct pt_partition *to = list->partitions + topic->first_partition;
        int32_t n = topic->n_partitions < old->topics[at].n_partitions
                        ? topic->n_partitions
                        : old->topics[at].n_partitions;
        for (int32_t p = 0; p < n && from[p].partition == to[p].partition; p++) {
            to[p].low = from[p].low;
            to[p].high = from[p].high;
            to[p].committed = from[p].committed;
        }
    }
}

/* Allocates the arrays beside a list, all zero. */
static bool make_beside(struct look *next, const struct topic_list *list)
{
    next->topics = calloc(list->n_topics + 1, sizeof(*next->topics));
    next->is_refused = calloc(list->n_partitions + 1, sizeof(*next->is_refused));
    next->is_stale = calloc(list->n_partitions + 1, sizeof(*next->is_stale));
    next->items = calloc(list->n_partitions + 1, sizeof(*next->items));
    next->partition_of = calloc(list->n_partitions + 1, sizeof(*next->partition_of));
    return next->topics && next->is_refused && next->is_stale && next->items && next->partition_of;
}

/* The look takes over the list, or frees it on failure. */
static pt_code watch_look_take_list(struct look *look, struct topic_list *list,
                                    struct pt_error *err)
{
    struct look next = {0};
    if (!make_beside(&next, list)) {
        free_beside(&next);
        topic_list_done(list);
        return pt_error_set(err, PT_ENOMEM, NULL, "watch topics: out of memory");
    }
    for (size_t i = 0; i < list->n_topics; i++) {
        next.topics[i].committed = -1;
    }
    keep_offsets(list, next.topics, look);
    topic_list_done(&look->list);
    free_beside(look);
    look->list = *list;
    look->topics = next.topics;
    look->is_refused = next.is_refused;
    look->is_stale = next.is_stale;
    look->items = next.items;
    look->partition_of = next.partition_of;
    look->n_items = look->n_watched = 0;
    for (size_t i = 0; i < list->n_topics; i++) {
        struct pt_topic *topic = &look->list.topics[i];
        topic->is_watched = is_watched(look, topic);
        look->n_watched += topic->is_watched ? (size_t)topic->n_partitions : 0;
    }
    return PT_OK;
}

/* ------------------------------------------------------------------ brokers */

static pt_code take_brokers(struct look *look, const struct rd_kafka_metadata *metadata,
                            struct pt_error *err)
{
    struct pt_broker *brokers;
    size_t n = broker_list_make(metadata, look->brokers, look->n_brokers, &brokers);
    if (!brokers) {
        return pt_error_set(err, PT_ENOMEM, NULL, "watch brokers: out of memory");
    }
    free(look->brokers);
    look->brokers = brokers;
    look->n_brokers = n;
    return PT_OK;
}

static void watch_look_take_cluster(struct look *look)
{
    char *id = rd_kafka_clusterid(look->rk, 0); /* known from the metadata: no request */
    printable_str(look->cluster_id, sizeof(look->cluster_id), id);
    if (id) {
        rd_kafka_mem_free(look->rk, id);
    }
    look->controller_id = rd_kafka_controllerid(look->rk, 0);
}

static pt_code take_metadata(struct look *look, const struct rd_kafka_metadata *metadata,
                             struct pt_error *err)
{
    struct topic_list list;
    pt_code code = topic_list_make(metadata, &list, err);
    if (code == PT_OK) {
        code = take_brokers(look, metadata, err);
        if (code != PT_OK) {
            topic_list_done(&list);
        }
    }
    if (code == PT_OK) {
        code = watch_look_take_list(look, &list, err);
    }
    return code;
}

/* With nothing watched, the metadata request is also how a silent cluster is noticed. */
static int64_t metadata_period(const struct look *look)
{
    return look->n_watched > 0 ? METADATA_PERIOD_US : METADATA_MOVED_US;
}

static int timeout_ms(const struct look *look, int own_ms)
{
    return (int)patience_ms((int64_t)own_ms << look->late, look->wait_ms);
}

static pt_code look_at_metadata(struct look *look, struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata;
    pt_code code = topic_list_ask(look->rk, timeout_ms(look, METADATA_TIMEOUT_MS),
                                  look->broker_error, &metadata, err);
    if (code == PT_OK) {
        code = take_metadata(look, metadata, err);
        printable_str(look->answered, sizeof(look->answered),
                      metadata->orig_broker_name ? metadata->orig_broker_name : "");
        rd_kafka_metadata_destroy(metadata);
    }
    if (code == PT_OK) {
        watch_look_take_cluster(look);
        look->broker_error[0] = 0; /* the problem is gone */
        look->has_metadata = true;
    }
    /* After a failure the metadata is the first request of the next look: no other is worth
     * sending. */
    look->metadata_us = code == PT_OK ? clock_mono_us() + metadata_period(look) : 0;
    return code;
}

/* ------------------------------------------------------------------ offsets */

static bool is_stale_metadata(rd_kafka_resp_err_t err)
{
    return err == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
           err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
           err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
           err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

/* Leaders have moved, or topics are gone: do not wait 10 s for the next metadata. */
static void hurry_metadata(struct look *look)
{
    int64_t soonest_us = look->metadata_us - metadata_period(look) + METADATA_MOVED_US;
    for (size_t i = 0; i < look->n_items && soonest_us < look->metadata_us; i++) {
        if (is_stale_metadata(look->items[i].err) && look->items[i].leader >= 0) {
            look->metadata_us = soonest_us;
            return;
        }
    }
}

static struct offsets_ask make_ask(struct look *look)
{
    return (struct offsets_ask){.rk = look->rk,
                                .timeout_ms = timeout_ms(look, OFFSETS_TIMEOUT_MS),
                                .is_cancelled = look->is_cancelled,
                                .dead = &look->dead};
}

/* Keeps what an answer says beyond its offset. */
static void note_answers(struct look *look)
{
    for (size_t i = 0; i < look->n_items; i++) {
        size_t partition = look->partition_of[i];
        look->is_refused[partition] = look->items[i].is_refused;
        look->is_stale[partition] = look->items[i].offset < 0;
    }
    look->n_stale = 0;
    for (size_t i = 0; i < look->list.n_partitions; i++) {
        look->n_stale += look->is_stale[i];
    }
}

static pt_code look_at_high(struct look *look, struct pt_error *err)
{
    const struct offsets_ask ask = make_ask(look);
    pt_code code = offsets_watermarks(&ask, look->items, look->n_items, RD_KAFKA_OFFSET_END,
                                      "ask for the high watermarks", err);
    for (size_t i = 0; i < look->n_items; i++) {
        if (look->items[i].offset >= 0) {
            look->list.partitions[look->partition_of[i]].high = look->items[i].offset;
        }
    }
    note_answers(look);
    hurry_metadata(look);
    return code;
}

/* Returns the first item of the next topic in this look, or n_items. */
static size_t next_topic(const struct look *look, size_t item)
{
    size_t end = item;
    while (end < look->n_items && look->items[end].topic == look->items[item].topic) {
        end++;
    }
    return end;
}

static size_t watch_look_topic_index(const struct look *look, size_t item)
{
    const struct pt_topic *topic =
        (const struct pt_topic *)(const void *)(look->items[item].topic -
                                                offsetof(struct pt_topic, name));
    return (size_t)(topic - look->list.topics);
}

/* Asks for the low watermarks that are due. Returns false when none was. */
static bool look_at_low(struct look *look, int64_t now_us)
{
    const struct offsets_ask ask = make_ask(look);
    struct offsets_item *items = calloc(look->n_items + 1, sizeof(*items));
    size_t *partition_of = calloc(look->n_items + 1, sizeof(*partition_of)), n = 0;
    for (size_t i = 0; items && partition_of && i < look->n_items; i++) {
        if (now_us >= look->topics[watch_look_topic_index(look, i)].low_us) {
            items[n] = look->items[i];
            partition_of[n++] = look->partition_of[i];
        }
    }
    bool is_good = n > 0 && offsets_watermarks(&ask, items, n, RD_KAFKA_OFFSET_BEGINNING,
                                               "ask for the low watermarks", NULL) == PT_OK;
    for (size_t i = 0; is_good && i < n; i++) {
        if (items[i].offset >= 0) {
            look->list.partitions[partition_of[i]].low = items[i].offset;
        }
    }
    free(items);
    free(partition_of);
    for (size_t i = 0; is_good && i < look->n_items; i = next_topic(look, i)) {
        struct look_topic *known = &look->topics[watch_look_topic_index(look, i)];
        known->low_us = now_us >= known->low_us ? now_us + LOW_PERIOD_US : known->low_us;
    }
    return is_good;
}

static void look_at_group(struct look *look, const char *group, struct pt_error *err)
{
    const struct offsets_ask ask = make_ask(look);
    if (offsets_committed(&ask, group, look->items, look->n_items, err) != PT_OK) {
        look->group_us =
            clock_mono_us() + GROUP_RETRY_US; /* the request may have taken its whole timeout */
        return;
    }
    for (size_t i = 0; i < look->n_items; i++) {
        if (look->items[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            look->list.partitions[look->partition_of[i]].committed =
                look->items[i].offset >= 0 ? look->items[i].offset : COMMITTED_NONE;
        }
    }
}

/* ------------------------------------------------------------------ the report */

/* All topics of this look have been asked for now. */
static void note_asked(struct look *look, int64_t answered_us, int64_t time_ms)
{
    for (size_t i = 0; i < look->n_items; i = next_topic(look, i)) {
        size_t k = watch_look_topic_index(look, i);
        struct pt_topic *topic = &look->list.topics[k];
        look_note_work(&look->topics[k], topic, look->list.partitions + topic->first_partition,
                       answered_us);
        look->topics[k].asked_us = answered_us;
        topic->asked_ms = time_ms;
    }
}

/* The network is fine as far as known: no connection was refused or closed, except by librdkafka
 * itself, which closes one on which a request timed out. */
static bool is_way_good(const struct look *look)
{
    rd_kafka_poll(look->rk, 0); /* runs the error callback, which records connection errors */
    return look->broker_error[0] == 0 || strstr(look->broker_error, "timed out") != NULL;
}

static void note_late(struct look *look, const struct pt_error *err, struct watch_report *report)
{
    bool is_late = err->code == PT_ETIMEOUT && is_way_good(look);
    look->late += is_late && look->late < LATE_MAX;
    if (report) {
        report->is_late = is_late;
    }
}

/* Answers come within a request's normal time again. */
static void note_answered(struct look *look, int64_t begun_us)
{
    if (clock_mono_us() - begun_us < OFFSETS_TIMEOUT_MS * INT64_C(1000)) {
        look->late = 0;
    }
}

struct watch_report *look_failed(struct look *look, const struct pt_error *why)
{
    struct watch_report *report = look_report_new(clock_mono_us());
    if (report) {
        look->since_ms = look->since_ms == PT_UNKNOWN ? report->time_ms : look->since_ms;
        report->since_ms = look->since_ms;
        report->error = *why;
    }
    return report;
}

/* The bootstrap server answers, but none of the addresses that it advertises ever did. */
static void explain_unreached(struct look *look, struct pt_error *err)
{
    if (look->has_metadata && !look->has_reached && !*look->is_cancelled) {
        rd_kafka_poll(look->rk, 0); /* runs the error callback, which records connection errors */
        advertised_explain(look->answered, look->brokers, look->n_brokers, look->broker_error, err);
    }
}

struct watch_report *look_once(struct look *look, const char *group)
{
    struct pt_error err = {0}, group_error = {0};
    int64_t begun_us = clock_mono_us();
    bool has_metadata = begun_us >= look->metadata_us, has_low = false;
    pt_code code = has_metadata ? look_at_metadata(look, &err) : PT_OK;
    if (code == PT_OK) {
        code = look_choose_items(look, clock_mono_us(), &err);
    }
    if (code == PT_OK) {
        code = look_at_high(look, &err);
    }
    int64_t answered_us = clock_mono_us();
    if (code == PT_OK) {
        has_low = look_at_low(look, answered_us);
    }
    if (code == PT_OK && group[0] && answered_us >= look->group_us) {
        look_at_group(look, group, &group_error);
    }
    if (*look->is_cancelled) {
        return NULL;
    }
    if (code != PT_OK) {
        explain_unreached(look, &err);
        struct watch_report *failed = look_failed(look, &err);
        note_late(look, &err, failed);
        return failed;
    }
    note_answered(look, begun_us);
    look->has_reached = look->has_reached || look->n_items > 0;
    look->since_ms = PT_UNKNOWN;
    look->is_all_due = false;
    struct watch_report *report = look_report_new(answered_us);
    if (report) {
        note_asked(look, answered_us, report->time_ms);
    }
    if (report && !look_report_fill(look, report)) {
        watch_report_free(report);
        return NULL;
    }
    if (report) {
        report->has_answer = has_metadata || look->n_items > 0;
        report->has_metadata = has_metadata;
        report->has_low = has_low;
        report->group_error = group_error;
        snprintf(report->group, sizeof(report->group), "%s", group);
    }
    return report;
}
