/* Whether records become objects: the newest object of the operator's topics, and its age; or what
 * became of those that the row's action has just sent (sink_send.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/s3.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "config/settings.h"
#include "connector/sink.h"
#include "connector/witness/ask.h"
#include "doctor/connect.h"
#include "doctor/flow_kept.h"

enum {
    FLOW_FOLDERS = 100,
    FLOW_PARTITIONS = 30,
    FLOW_CALLS = 120,
    FLOW_FRESH_MS = 15 * 60 * 1000,
    FLOW_SECOND_MS = 1000, /* S3 tells an object's time in whole seconds */
    FLOW_SAYS_MAX = 4000
};

#define START_STREAMS                                                                              \
    "Start the streams (s on the Overview page), and check again; or have one record of each "     \
    "sent: "                                                                                       \
    "pintop doctor --fix sink.flow"
#define FLOW_UNTESTED "The group's lag is on the Connector page"
#define START_ONLY_STREAMS "Start the streams (s on the Overview page), and check again."

struct flow {
    struct check *check;
    struct sink sink;
    struct s3_bucket bucket;
    struct conn_rows rows;
    char topics[PT_STREAMS][PT_TOPIC_MAX]; /* "" none is set */
    bool is_cut;                           /* there are more partitions than are looked at */
    struct flow_kept kept;                 /* of records that were sent before */
};

static pt_code flow_add(struct flow *flow, const char *topic, int32_t partition,
                        struct pt_error *err)
{
    size_t n = flow->rows.n;
    struct conn_row *grown = realloc(flow->rows.rows, (n + 1) * sizeof *grown);
    if (grown == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "sink.flow: out of memory");
    flow->rows.rows = grown;
    flow->rows.n++;
    grown[n] = (struct conn_row){.partition = partition,
                                 .leader = -1,
                                 .committed = PT_UNKNOWN,
                                 .high = PT_UNKNOWN,
                                 .low = PT_UNKNOWN,
                                 .newest_offset = -1,
                                 .newest_ms = PT_UNKNOWN,
                                 .newest_bytes = PT_UNKNOWN,
                                 .first_committed = PT_UNKNOWN};
    text_copy(grown[n].topic, sizeof grown[n].topic, topic);
    return PT_OK;
}

/* Finds the partitions of a topic by their folders: "topics/0a1b.pin/partition=0/". */
static pt_code flow_folders(struct flow *flow, const char *topic, struct pt_error *err)
{
    struct s3_listing list;
    char prefix[700];
    const struct check *check = flow->check;
    snprintf(prefix, sizeof prefix, "%s%s%s%s", flow->sink.topics_dir, flow->sink.delim, topic,
             flow->sink.delim);
    pt_code code = s3_list(check->client, check->keys, &flow->bucket, prefix, flow->sink.delim,
                           NULL, FLOW_FOLDERS, &list, err);
    if (code != PT_OK)
        return code;
    for (size_t i = 0; i < list.n_prefixes && code == PT_OK; i++) {
        char *end;
        const char *number = strstr(list.prefixes[i], "partition=");
        long partition = number != NULL ? strtol(number + strlen("partition="), &end, 10) : -1;
        if (partition < 0 || partition > INT32_MAX)
            continue;
        flow->is_cut |= flow->rows.n >= FLOW_PARTITIONS;
        if (flow->rows.n < FLOW_PARTITIONS)
            code = flow_add(flow, topic, (int32_t)partition, err);
    }
    flow->is_cut |= list.is_truncated;
    s3_listing_done(&list);
    return code;
}

/* ------------------------------------------------------------------ saying it */

static void flow_age(int64_t age_ms, char *out, size_t cap)
{
    long long s = age_ms > 0 ? age_ms / 1000 : 0;
    if (s < 120)
        snprintf(out, cap, "%lld s", s);
    else if (s < 2 * 3600)
        snprintf(out, cap, "%lld min", s / 60);
    else if (s < 2 * 86400)
        snprintf(out, cap, "%lld h", s / 3600);
    else
        snprintf(out, cap, "%lld days", s / 86400);
}

/* Names the topics that have no fresh object: "no object of a; the newest of b is 3 h old". Returns
 * how many have one. */
static int flow_late_topics(const struct flow *flow, const struct conn_objects *objects,
                            int64_t fresh_ms, struct buf *late)
{
    int64_t now_ms = aws_now_s(flow->check->client) * 1000;
    int n_fresh = 0;
    for (int i = 0; i < PT_STREAMS; i++) {
        const char *topic = flow->topics[i], *between = late->len > 0 ? "; " : "";
        char age[40];
        if (topic[0] == '\0')
            continue;
        if (objects->topic_ms[i] == PT_UNKNOWN) {
            buf_printf(late, "%sno object of %s%s", between, topic,
                       flow->is_cut ? " was found" : " is there");
        } else if (now_ms - objects->topic_ms[i] > fresh_ms) {
            flow_age(now_ms - objects->topic_ms[i], age, sizeof age);
            buf_printf(late, "%sthe newest of %s is %s old", between, topic, age);
        } else {
            n_fresh++;
        }
    }
    return n_fresh;
}

/* What is not known yet becomes known by records: the streams', or one of each that the row's
 * action sends. */
static void flow_unknown(const struct flow *flow, const char *words)
{
    struct check *check = flow->check;
    char why[200];
    int64_t limit_ms;
    if (connect_is_alone_written(check, &flow->sink, &limit_ms, why, sizeof why)) {
        check_unknown(check, START_STREAMS, "%s", words);
        check_fixable(check);
    } else {
        check_unknown(check, START_ONLY_STREAMS, "%s. %s", words, why);
    }
}

static void flow_say_none(const struct flow *flow)
{
    char words[900];
    text_put(words, sizeof words,
             "no object of the three topics is in s3://%s/%s%s. It is not known here whether any "
             "record was sent",
             flow->sink.bucket, flow->sink.topics_dir,
             flow->is_cut ? ", as far as was looked" : " yet");
    flow_unknown(flow, words);
    check_early(flow->check);
}

/* What became of the records that were sent. when: "just now", "3 min ago". */
static void flow_say_sent(struct check *check, enum flow_end end, const char *when,
                          const char *says, const char *fix)
{
    if (end == FLOW_ARRIVED)
        check_ok(check, "one record of each stream was sent %s, and is in the bucket. %s", when,
                 says);
    else if (end == FLOW_SENT)
        check_unknown(check, fix,
                      "records were sent %s, and whether all are in the bucket is not known for "
                      "certain. %s",
                      when, says);
    else
        check_fail(check, fix, "one record of each stream was sent %s. %s", when, says);
}

/* What was measured before stands; it may be measured again. */
static void flow_say_kept(const struct flow *flow)
{
    const struct flow_kept *kept = &flow->kept;
    char age[40], when[60], why[200], fix[sizeof kept->fix + 120];
    int64_t limit_ms;
    bool is_again = connect_is_alone_written(flow->check, &flow->sink, &limit_ms, why, sizeof why);
    flow_age(kept->age_ms, age, sizeof age);
    snprintf(when, sizeof when, "%s ago", age);
    snprintf(fix, sizeof fix, "%s%s", kept->fix,
             is_again
                 ? ". Once that is right, send one of each again: pintop doctor --fix sink.flow"
                 : "");
    flow_say_sent(flow->check, kept->flow, when, kept->says, fix);
    if (is_again)
        check_fixable(flow->check);
}

static void flow_say_good(const struct flow *flow, const struct conn_objects *objects,
                          const char *age)
{
    char sent_age[40];
    flow_age(flow->kept.age_ms, sent_age, sizeof sent_age);
    if (flow->kept.flow == FLOW_ARRIVED)
        check_ok(flow->check,
                 "the newest object is %s old: %s. One record of each stream was sent %s ago, and "
                 "arrived. %s",
                 age, objects->newest, sent_age, flow->kept.says);
    else
        check_ok(flow->check, "the newest object is %s old: %s. " FLOW_UNTESTED, age,
                 objects->newest);
}

/* Within what time objects tell that records arrive: where some were sent and were not seen to
 * arrive, only those that came since. */
static int64_t flow_fresh_ms(const struct flow *flow)
{
    int64_t turn_ms = sink_turn_ms(&flow->sink);
    if (flow->kept.flow == FLOW_SENT || flow->kept.flow == FLOW_HANGS)
        return flow->kept.age_ms - FLOW_SECOND_MS;
    return 2 * turn_ms > FLOW_FRESH_MS ? 2 * turn_ms : FLOW_FRESH_MS;
}

static void flow_say(const struct flow *flow, const struct conn_objects *objects)
{
    struct check *check = flow->check;
    bool is_missed = flow->kept.flow == FLOW_SENT || flow->kept.flow == FLOW_HANGS;
    struct buf late;
    char age[40] = "", words[FLOW_SAYS_MAX];
    buf_init(&late, 2000);
    int n_fresh = flow_late_topics(flow, objects, flow_fresh_ms(flow), &late);
    if (objects->newest_ms != PT_UNKNOWN) {
        flow_age(aws_now_s(check->client) * 1000 - objects->newest_ms, age, sizeof age);
        check_copy(check, objects->newest);
    }
    if (n_fresh > 0 && late.len == 0) {
        flow_say_good(flow, objects, age);
    } else if (is_missed) {
        flow_say_kept(flow);
    } else if (objects->newest_ms == PT_UNKNOWN) {
        flow_say_none(flow);
    } else if (n_fresh > 0) {
        text_put(words, sizeof words,
                 "the newest object is %s old: %s. But %s, and whether records were sent there is "
                 "not known. " FLOW_UNTESTED,
                 age, objects->newest, late.data);
        flow_unknown(flow, words);
    } else {
        text_put(words, sizeof words,
                 "the newest object%s is %s old: %s. Records arrived then; whether they do now is "
                 "not known. " FLOW_UNTESTED,
                 flow->is_cut ? " that was found" : "", age, objects->newest);
        flow_unknown(flow, words);
    }
    buf_done(&late);
}

/* ------------------------------------------------------------------ sink.flow */

static pt_code flow_look(struct flow *flow, struct conn_objects *objects, struct pt_error *err)
{
    struct check *check = flow->check;
    pt_code code = PT_OK;
    size_t turn = 0;
    for (size_t i = 0; i < PT_STREAMS && code == PT_OK; i++) {
        text_copy(flow->topics[i], sizeof flow->topics[i], check_set(check, settings_topics[i]));
        if (flow->topics[i][0] != '\0')
            code = flow_folders(flow, flow->topics[i], err);
    }
    objects->newest_ms = PT_UNKNOWN;
    objects->topics = flow->topics;
    if (code != PT_OK || flow->rows.n == 0)
        return code;
    code = ask_objects(check->client, check->keys, &check->found->connector, &flow->rows,
                       FLOW_CALLS, &turn, objects, err);
    for (size_t i = 0; i < flow->rows.n; i++)
        flow->is_cut |= !flow->rows.rows[i].is_newest_sure;
    flow->is_cut |= objects->is_unsure;
    return code;
}

void connect_check_flow(struct check *check)
{
    const struct found *found = check->found;
    struct flow flow = {.check = check};
    struct conn_objects objects = {0};
    struct pt_error err;
    char fix[CONN_NAME_MAX + 80];
    if (found->flow != FLOW_NOT_SENT) {
        flow_say_sent(check, found->flow, "just now", found->flow_says, found->flow_fix);
        return;
    }
    sink_read(&found->connector, &flow.sink);
    bool is_own = flow.sink.store_url[0] != '\0' || flow.sink.key_id[0] != '\0';
    if (!flow.sink.is_s3 || is_own || flow.sink.partitioner != SINK_BY_PARTITION) {
        snprintf(fix, sizeof fix, "Look at the Connector page: pintop connector status %s.",
                 found->connector.name);
        check_unknown(check, fix, "%s %s, so that its newest object is not looked for here",
                      found->connector.name,
                      !flow.sink.is_s3 ? "is not a sink to S3"
                      : is_own         ? "writes to a store, or with keys, of its own"
                                       : "does not lay its objects out by partition");
        return;
    }
    flow.bucket.name = flow.sink.bucket;
    flow_recall(check, &flow.kept);
    if (flow_look(&flow, &objects, &err) == PT_OK)
        flow_say(&flow, &objects);
    else
        check_error(check, &err);
    free(flow.rows.rows);
}
