/* The consumer groups of a topic: who is listed, and what each has committed.
 *
 * Committed offsets are asked by a handle of the group's own, which never joins it, because
 * rd_kafka_ListConsumerGroupOffsets can abort the process (kafka/offsets.c). Such a handle costs
 * connections, and MSK limits new ones, so the number of groups and the time are bounded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/printable.h"
#include "base/text.h"
#include "kafka/admin_private.h"
#include "kafka/group_sum.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"
#include "pintop/snapshot.h"

enum {
    LIST_MS = 5000,    /* for the list, which cannot be cancelled */
    OFFSETS_MS = 5000, /* for the offsets of all groups together */
    GROUP_MS = 2000,   /* of one group */
    BATCH = 8,         /* handles that connect side by side */
    SHOWN_MAX = 200
};

/* A group that is to be asked; name: as the brokers write it. */
struct groups_asked {
    const char *name;
    const struct rd_kafka_group_info *info; /* NULL: it is not listed */
    bool is_reader;
    bool is_own; /* the sink's: the admin's handle is that of this group */
    pt_code code;
    struct pt_error err;
    struct offsets_item *items;
};

struct groups {
    struct admin *admin;
    const char *topic;
    size_t n; /* partitions */
    struct offsets_item *items;
    int64_t *low, *high;
    const struct rd_kafka_group_list *list;
    bool is_listing; /* this cluster lists groups */
    bool is_partial; /* not all brokers have listed theirs */
    struct groups_asked *wanted;
    size_t n_wanted, n_asked, most; /* most: how many may be asked */
    struct pt_described_group *shown;
    size_t n_shown, n_hidden; /* n_hidden: beyond SHOWN_MAX, the least lagging */
};

/* ---- the topic */

static int groups_compare_items(const void *a, const void *b)
{
    const struct offsets_item *left = a, *right = b;
    return (left->partition > right->partition) - (left->partition < right->partition);
}

static pt_code groups_make_items(struct groups *g, const struct rd_kafka_metadata_topic *found,
                                 struct pt_error *err)
{
    g->n = (size_t)found->partition_cnt;
    g->items = calloc(g->n + 1, sizeof *g->items);
    g->low = calloc(g->n + 1, sizeof *g->low);
    g->high = calloc(g->n + 1, sizeof *g->high);
    if (g->items == NULL || g->low == NULL || g->high == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "groups of %.100s: out of memory", g->topic);
    for (size_t i = 0; i < g->n; i++)
        g->items[i] = (struct offsets_item){.topic = g->topic,
                                            .partition = found->partitions[i].id,
                                            .leader = found->partitions[i].leader};
    qsort(g->items, g->n, sizeof *g->items, groups_compare_items);
    return PT_OK;
}

/* A watermark that cannot be read stays unknown, and so does the lag that needs it. */
static void groups_ask_watermarks(struct groups *g, int64_t which, int64_t *out, const char *what,
                                  struct pt_result *result)
{
    struct offsets_dead dead = {0};
    const struct offsets_ask ask = {.rk = g->admin->rk, .timeout_ms = 2000, .dead = &dead};
    struct pt_error why;
    if (offsets_watermarks(&ask, g->items, g->n, which, what, &why) != PT_OK)
        admin_say(result, "%s", why.what);
    for (size_t i = 0; i < g->n; i++)
        out[i] = g->items[i].offset >= 0 ? g->items[i].offset : PT_UNKNOWN;
}

static pt_code groups_find_topic(struct groups *g, struct pt_result *result, struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const struct rd_kafka_metadata_topic *found = NULL;
    pt_code code = admin_find_topic(g->admin, g->topic, &metadata, &found, err);
    if (code != PT_OK)
        return code;
    code = found != NULL ? groups_make_items(g, found, err) : admin_no_topic(g->topic, err);
    rd_kafka_metadata_destroy(metadata);
    if (code != PT_OK)
        return code;
    groups_ask_watermarks(g, RD_KAFKA_OFFSET_END, g->high, "ask for the high watermarks", result);
    groups_ask_watermarks(g, RD_KAFKA_OFFSET_BEGINNING, g->low, "ask for the low watermarks",
                          result);
    return PT_OK;
}

/* ---- which groups */

static pt_code groups_list(struct groups *g, struct pt_error *err)
{
    rd_kafka_resp_err_t failed = rd_kafka_list_groups(g->admin->rk, NULL, &g->list, LIST_MS);
    g->is_listing = failed != RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE;
    /* A broker that is down costs only the groups that it coordinates. */
    g->is_partial =
        g->list != NULL && g->list->group_cnt > 0 && failed != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!g->is_listing || failed == RD_KAFKA_RESP_ERR_NO_ERROR || g->is_partial)
        return PT_OK;
    return kafka_asked(err, failed, ASK_GROUP, "*", "list the consumer groups",
                       g->admin->broker_error);
}

static int groups_compare_wanted(const void *a, const void *b)
{
    const struct groups_asked *left = a, *right = b;
    if (left->is_reader != right->is_reader)
        return left->is_reader ? -1 : 1;
    return strcmp(left->name, right->name);
}

/* The sink's group is asked also where it is not listed: it may be hidden, and then it is known
 * which permission is missing. */
static void groups_want_own(struct groups *g)
{
    const char *own = g->admin->opts.group;
    int listed = g->list != NULL ? g->list->group_cnt : 0;
    if (own == NULL)
        return;
    for (size_t i = 0; i < g->n_wanted; i++)
        if (g->wanted[i].name != NULL && strcmp(g->wanted[i].name, own) == 0) {
            g->wanted[i].is_reader = g->wanted[i].is_own = true;
            return;
        }
    for (int i = 0; i < listed; i++)
        if (g->list->groups[i].group != NULL && strcmp(g->list->groups[i].group, own) == 0)
            return;
    g->wanted[g->n_wanted++] =
        (struct groups_asked){.name = own, .is_reader = true, .is_own = true};
}

static void groups_show(struct groups *g, struct pt_described_group *group)
{
    group->n_partitions = (int32_t)g->n;
    g->shown[g->n_shown++] = *group;
}

/* A group whose description is refused may have offsets of the topic or not: it is told. */
static pt_code groups_choose(struct groups *g, struct pt_error *err)
{
    size_t listed = g->list != NULL ? (size_t)g->list->group_cnt : 0;
    g->wanted = calloc(listed + 1, sizeof *g->wanted);
    g->shown = calloc(listed + 1, sizeof *g->shown); /* each is shown once at most */
    if (g->wanted == NULL || g->shown == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "groups of %.100s: out of memory", g->topic);
    for (size_t i = 0; i < listed; i++) {
        const struct rd_kafka_group_info *info = &g->list->groups[i];
        struct pt_described_group refused;
        if (info->group == NULL)
            continue;
        if (info->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            group_sum_describe(info, &refused);
            groups_show(g, &refused);
        } else if (group_sum_may_commit(info)) {
            g->wanted[g->n_wanted++] = (struct groups_asked){
                .name = info->group, .info = info, .is_reader = group_sum_reads(info, g->topic)};
        }
    }
    groups_want_own(g);
    qsort(g->wanted, g->n_wanted, sizeof *g->wanted, groups_compare_wanted);
    return PT_OK;
}

/* ---- their offsets */

static rd_kafka_t *groups_open(struct groups *g, struct groups_asked *asked)
{
    const struct handle_opts opts = {.kind = HANDLE_GROUP,
                                     .cfg = g->admin->opts.cfg,
                                     .bootstrap = g->admin->opts.bootstrap,
                                     .group = asked->name};
    rd_kafka_t *rk = NULL;
    if (!asked->is_own)
        asked->code = handle_new(&opts, &rk, &asked->err);
    asked->items = calloc(g->n + 1, sizeof *asked->items);
    if (asked->items == NULL)
        asked->code =
            pt_error_set(&asked->err, PT_ENOMEM, NULL, "group %.100s: out of memory", asked->name);
    return rk;
}

static void groups_ask_one(struct groups *g, struct groups_asked *asked, rd_kafka_t *rk,
                           int64_t deadline_us)
{
    int64_t left_ms = (deadline_us - clock_mono_us()) / 1000;
    const struct offsets_ask ask = {.rk = rk,
                                    .timeout_ms = left_ms < GROUP_MS ? (int)left_ms : GROUP_MS};
    if (asked->code != PT_OK)
        return;
    for (size_t i = 0; i < g->n; i++)
        asked->items[i] = g->items[i];
    asked->code = left_ms > 0
                      ? offsets_committed(&ask, asked->name, asked->items, g->n, &asked->err)
                      : pt_error_set(&asked->err, PT_ETIMEOUT, "Ask again in some seconds",
                                     "ask for the offsets of group %.100s: the time that all "
                                     "groups have together, %d s, is over",
                                     asked->name, OFFSETS_MS / 1000);
}

/* The group belongs to the answer when it has committed offsets of the topic, reads it, or may do
 * so for all that is known. */
static void groups_take(struct groups *g, struct groups_asked *asked)
{
    static const struct rd_kafka_group_info hidden;
    struct rd_kafka_group_info info = asked->info != NULL ? *asked->info : hidden;
    struct pt_described_group out;
    info.group = (char *)(uintptr_t)asked->name;
    group_sum_describe(&info, &out);
    if (asked->info == NULL)
        out.members = PT_UNKNOWN;
    if (asked->code == PT_OK) {
        group_sum_lag(asked->items, g->low, g->high, g->n, &out);
    } else {
        out.is_denied = asked->code == PT_EAUTH;
        text_copy(out.why, sizeof out.why, asked->err.what);
        text_copy(out.fix, sizeof out.fix, asked->err.fix);
    }
    /* Where none are listed, that of the sink is told in any case. */
    if (asked->code != PT_OK || out.n_committed > 0 ||
        (asked->is_reader && (asked->info != NULL || !g->is_listing)))
        groups_show(g, &out);
}

static void groups_ask_batch(struct groups *g, struct groups_asked *asked, size_t n,
                             int64_t deadline_us)
{
    rd_kafka_t *handles[BATCH] = {NULL};
    for (size_t i = 0; i < n; i++)
        handles[i] = groups_open(g, &asked[i]);
    for (size_t i = 0; i < n; i++) {
        groups_ask_one(g, &asked[i], asked[i].is_own ? g->admin->rk : handles[i], deadline_us);
        groups_take(g, &asked[i]);
        free(asked[i].items);
    }
    for (size_t i = 0; i < n; i++)
        handle_free(handles[i]);
}

static void groups_ask_all(struct groups *g)
{
    int64_t deadline_us = clock_mono_us() + OFFSETS_MS * INT64_C(1000);
    while (g->n_asked < g->n_wanted && g->n_asked < g->most && clock_mono_us() < deadline_us) {
        size_t most = g->n_wanted < g->most ? g->n_wanted : g->most;
        size_t n = most - g->n_asked < BATCH ? most - g->n_asked : BATCH;
        groups_ask_batch(g, &g->wanted[g->n_asked], n, deadline_us);
        g->n_asked += n;
    }
}

/* ---- the answer */

static void groups_answer(struct groups *g, struct pt_result *result)
{
    size_t listed = g->list != NULL ? (size_t)g->list->group_cnt : 0;
    qsort(g->shown, g->n_shown, sizeof *g->shown, group_sum_compare);
    g->n_hidden = g->n_shown > SHOWN_MAX ? g->n_shown - SHOWN_MAX : 0;
    g->n_shown -= g->n_hidden;
    struct pt_described_group *smaller = realloc(g->shown, (g->n_shown + 1) * sizeof *g->shown);
    g->shown = smaller != NULL ? smaller : g->shown;
    result->groups = g->shown;
    result->n_groups = g->n_shown;
    result->bytes += (g->n_shown + 1) * sizeof *g->shown;
    result->groups_listed = g->is_listing ? (int64_t)listed : PT_UNKNOWN;
    result->groups_asked = (int64_t)g->n_asked;
    result->is_truncated = g->n_asked < g->n_wanted || g->n_hidden > 0 || g->is_partial;
    g->shown = NULL;
    /* The screen has one line for these. */
    if (!g->is_listing)
        admin_say(result, "the embedded cluster does not list groups: %s",
                  g->n_wanted > 0 ? "only the sink's own is asked"
                                  : "which of them read the topic is unknown");
    else if (g->is_partial)
        admin_say(result, "a broker did not list the groups that it coordinates: they are missing");
    else if (g->n_asked < g->n_wanted)
        admin_say(result,
                  "%zu of %zu groups were asked for their offsets; of the rest they are unknown",
                  g->n_asked, g->n_wanted);
    else if (g->n_hidden > 0)
        admin_say(result,
                  "%zu more groups are not shown: those with less lag, or whose lag is unknown",
                  g->n_hidden);
    else if (result->text[0] == '\0' && result->n_groups == 0)
        admin_say(result,
                  "no consumer group has committed offsets of it, among the %zu that the brokers "
                  "list: they list only those that this principal may describe",
                  listed);
}

static void groups_done(struct groups *g)
{
    if (g->list != NULL)
        rd_kafka_group_list_destroy(g->list);
    free(g->items);
    free(g->low);
    free(g->high);
    free(g->wanted);
    free(g->shown);
}

pt_code admin_groups(struct admin *admin, const char *topic, struct pt_result *result,
                     struct pt_error *err)
{
    struct groups g = {
        .admin = admin,
        .topic = topic,
        .most = group_sum_most(admin->opts.cfg != NULL && pt_config_is_iam(admin->opts.cfg)),
    };
    pt_code code = admin_begin(admin, err);
    if (code == PT_OK)
        code = groups_find_topic(&g, result, err);
    if (code == PT_OK && admin->opts.mock == NULL && !admin_live_is_mock(admin))
        code = groups_list(&g, err);
    if (code == PT_OK)
        code = groups_choose(&g, err);
    if (code == PT_OK) {
        groups_ask_all(&g);
        groups_answer(&g, result);
    }
    groups_done(&g);
    return code;
}
