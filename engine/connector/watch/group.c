#include "connector/watch/group.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "connector/watch/internal.h"
#include "connector/watch/worker.h"
#include "connector/watch/workers.h"

enum {
    ASK_MS = 1500,
    FIRST_MS = 3000,
    PERIOD_MS = 10000,
    SLOW_MS = 60000,
    HOUR_MS = 3600000,
    MEANT_MS = 60000, /* for the one or two rebalances that somebody's change causes */
    OFTEN = 6         /* changes an hour: more than a restart or a deployment causes */
};

void conn_group_init(struct conn_group *group)
{
    memset(group, 0, sizeof *group);
    group->asked_ms = group->state_since_ms = group->members_since_ms = PT_UNKNOWN;
    group->meant_ms = PT_UNKNOWN;
    group->empty_since_ms = group->unowned_since_ms = PT_UNKNOWN;
    group->n_members = group->twice_task = -1;
}

bool conn_group_is_asked(const struct conn_models *cs, const struct conn_model *cm)
{
    return !conn_row_of(cs)->info.is_in_process && conn_is_sink(&cm->conn) && cm->group[0] != '\0';
}

int64_t conn_group_period_ms(const struct conn_model *cm, bool is_looked_at)
{
    /* Which partitions should have an owner is unknown before the first poll of the offsets. */
    return cm->n_rows == 0 ? FIRST_MS : is_looked_at ? PERIOD_MS : SLOW_MS;
}

void conn_group_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news)
{
    rd_kafka_t *rk = conn_kafka_handle(worker, job->group, &news->error);
    if (rk != NULL)
        group_ask(rk, job->group, conn_worker_patience_ms(worker, ASK_MS), &news->group,
                  &news->error);
}

/* ------------------------------------------------------------------ the answer */

/* The same for members in any order. One that left and joined again has another ID. */
static uint64_t hash_members(const struct group_look *look)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < look->n_listed; i++) {
        uint64_t hash = hash64_text(HASH64_EMPTY, look->members[i].client_id);
        hash = hash64_text(hash * 31, look->members[i].host);
        sum += hash64_text(hash * 31, look->members[i].id);
    }
    return sum;
}

static void list_hosts(const struct group_look *look, char *out, size_t cap)
{
    out[0] = '\0';
    for (size_t i = 0; i < look->n_listed; i++) {
        size_t used = strlen(out);
        if (look->members[i].host[0] == '\0' || strstr(out, look->members[i].host) != NULL)
            continue;
        if (used + strlen(look->members[i].host) + 8 > cap) {
            snprintf(out + used, cap - used, " …");
            return;
        }
        snprintf(out + used, cap - used, "%s%s", used > 0 ? ", " : "", look->members[i].host);
    }
}

/* Connect names the consumers of a sink's tasks connector-consumer-NAME-TASK. */
static bool is_own(const struct conn_model *cm, const struct group_member *member)
{
    char own[CONN_NAME_MAX + 32];
    snprintf(own, sizeof own, "connector-consumer-%s-", cm->conn.name);
    return strncmp(member->client_id, own, strlen(own)) == 0;
}

/* The member that owns one of the connector's partitions, NULL none. */
static const struct group_member *owner_of(const struct group_look *look, const struct lag_row *row)
{
    for (size_t i = 0; i < look->n_owned; i++)
        if (look->owned[i].partition == row->partition &&
            strcmp(look->owned[i].topic, row->topic) == 0)
            return &look->members[look->owned[i].member];
    return NULL;
}

/* When some of the members have the sink's name, the others are foreign: the sink never gets
 * what they read. */
static void find_foreign(const struct conn_model *cm, const struct group_look *look,
                         struct conn_group *next)
{
    const struct group_member *foreign = NULL;
    bool has_own = false;
    next->foreign[0] = '\0';
    next->n_foreign = 0;
    for (size_t i = 0; i < look->n_listed; i++) {
        if (is_own(cm, &look->members[i]))
            has_own = true;
        else
            foreign = &look->members[i];
    }
    if (!has_own || foreign == NULL)
        return;
    for (size_t i = 0; i < cm->n_rows; i++) {
        const struct group_member *owner = owner_of(look, &cm->rows[i]);
        if (owner == NULL || is_own(cm, owner))
            continue;
        foreign = owner;
        next->n_foreign++;
    }
    snprintf(next->foreign, sizeof next->foreign, "%.50s at %.40s", foreign->client_id,
             foreign->host);
}

static void count_owned(const struct conn_model *cm, const struct group_look *look,
                        struct conn_group *next)
{
    bool is_told = strcmp(look->state, "Stable") == 0 && !look->is_truncated &&
                   strcmp(look->protocol_type, "consumer") == 0;
    for (size_t i = 0; is_told && i < cm->n_rows; i++) {
        if (owner_of(look, &cm->rows[i]) != NULL) {
            next->n_owned++;
            continue;
        }
        if (next->n_unowned++ > 0)
            continue;
        text_copy(next->unowned_topic, sizeof next->unowned_topic, cm->rows[i].topic);
        next->unowned_partition = cm->rows[i].partition;
    }
}

/* -1: its name contains no task ID. */
static int32_t group_task_of(const struct group_member *member)
{
    const char *dash = strrchr(member->client_id, '-');
    long task = dash != NULL ? strtol(dash + 1, NULL, 10) : -1;
    return task >= 0 && task < GROUP_TASKS_MAX ? (int32_t)task : -1;
}

/* Two members have the name of one task. One may be left over from a task that ran before: the one
 * that is not on the host of the task's worker. Where the worker is a host name and the members are
 * addresses, that is unknown. */
static void note_twice(const struct conn_model *cm, const struct group_look *look, int32_t task,
                       struct conn_group *next)
{
    const char *worker = "", *other = NULL;
    size_t n = 0, n_there = 0;
    for (size_t i = 0; i < cm->conn.n_tasks; i++)
        if (cm->conn.tasks[i].id == task)
            worker = cm->conn.tasks[i].worker;
    size_t len = strcspn(worker, ":");
    for (size_t i = 0; i < look->n_listed; i++) {
        const struct group_member *member = &look->members[i];
        if (!is_own(cm, member) || group_task_of(member) != task)
            continue;
        bool is_there = strlen(member->host) == len && strncmp(member->host, worker, len) == 0;
        n++;
        n_there += is_there;
        if (other == NULL || !is_there)
            other = member->host;
    }
    next->twice_task = task;
    text_copy(next->twice_host, sizeof next->twice_host,
              other != NULL && n_there + 1 >= n ? other : "");
}

/* Which tasks are in the group. When no member has the name of a task, the operator named the
 * clients, and that is unknown. */
static void note_tasks(const struct conn_model *cm, const struct group_look *look,
                       struct conn_group *next)
{
    memset(next->tasks, 0, sizeof next->tasks);
    next->are_tasks_known = look->n_members == 0;
    next->twice_task = -1;
    for (size_t i = 0; i < look->n_listed; i++) {
        int32_t task = is_own(cm, &look->members[i]) ? group_task_of(&look->members[i]) : -1;
        if (task < 0)
            continue;
        next->are_tasks_known = !look->is_truncated;
        if (conn_group_has_task(next, task))
            note_twice(cm, look, task, next);
        next->tasks[task / 64] |= UINT64_C(1) << (task % 64);
    }
}

void conn_group_take(struct conn_model *cm, const struct conn_news *news)
{
    struct conn_group *own = &cm->members, next = *own;
    const struct group_look *look = &news->group;
    int64_t now_ms = news->asked_ms;
    own->error = news->error;
    if (news->error.code != PT_OK)
        return;
    bool is_first = own->asked_ms == PT_UNKNOWN;
    next.error.code = PT_OK;
    next.asked_ms = now_ms;
    next.is_there = look->is_there;
    next.n_members = (int32_t)look->n_members;
    next.members_hash = hash_members(look);
    next.n_owned = next.n_unowned = 0;
    text_copy(next.state, sizeof next.state, look->state);
    list_hosts(look, next.hosts, sizeof next.hosts);
    find_foreign(cm, look, &next);
    count_owned(cm, look, &next);
    note_tasks(cm, look, &next);
    if (is_first || strcmp(next.state, own->state) != 0)
        next.state_since_ms = now_ms;
    if (is_first || next.n_members != own->n_members)
        next.members_since_ms = now_ms;
    if (next.n_members > 0)
        next.empty_since_ms = PT_UNKNOWN;
    else if (next.empty_since_ms == PT_UNKNOWN)
        next.empty_since_ms = now_ms;
    if (next.n_unowned == 0)
        next.unowned_since_ms = PT_UNKNOWN;
    else if (next.unowned_since_ms == PT_UNKNOWN)
        next.unowned_since_ms = now_ms;
    bool is_meant = next.meant_ms != PT_UNKNOWN && now_ms <= next.meant_ms + MEANT_MS;
    if (!is_first && !is_meant && next.members_hash != own->members_hash)
        next.changes_ms[next.n_changes++ % GROUP_CHANGES] = now_ms;
    *own = next;
    conn_workers_note_group(cm, now_ms);
}

int conn_group_changes_since(const struct conn_group *group, int64_t since_ms)
{
    int n = 0, known = group->n_changes < GROUP_CHANGES ? group->n_changes : GROUP_CHANGES;
    for (int i = 0; i < known; i++)
        n += group->changes_ms[i] != 0 && group->changes_ms[i] > since_ms;
    return n;
}

/* The change of members may be seen before the change of settings or state that caused it. */
void conn_group_meant(struct conn_group *group, int64_t now_ms)
{
    group->meant_ms = now_ms;
    for (int i = 0; i < GROUP_CHANGES; i++)
        if (group->changes_ms[i] > now_ms - MEANT_MS)
            group->changes_ms[i] = 0;
}

int conn_group_changes_per_h(const struct conn_group *group, int64_t now_ms)
{
    return conn_group_changes_since(group, now_ms - HOUR_MS);
}

void conn_group_clock(struct conn_group *group, int64_t by_ms)
{
    int64_t *const times[] = {&group->asked_ms,         &group->state_since_ms,
                              &group->members_since_ms, &group->empty_since_ms,
                              &group->unowned_since_ms, &group->meant_ms};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        clock_shift(times[i], by_ms);
    for (int i = 0; i < GROUP_CHANGES; i++)
        clock_shift(&group->changes_ms[i], by_ms);
}

/* ------------------------------------------------------------------ in words */

static void group_add(char *out, size_t cap, const char *text)
{
    size_t used = strlen(out);
    snprintf(out + used, cap - used, "%s", text);
}

static void say_members(const struct conn_model *cm, int64_t now_ms, char *out, size_t cap,
                        int64_t *since_ms, bool *is_bad)
{
    const struct conn_group *g = &cm->members;
    int32_t tasks = cm->conn.has_tasks ? (int32_t)cm->conn.n_tasks : 0;
    char more[PT_TOPIC_MAX + 80];
    *since_ms = g->members_since_ms;
    if (tasks > 0 && g->n_members < tasks)
        snprintf(out, cap, "%d member%s for %d task%s", (int)g->n_members, text_s(g->n_members),
                 (int)tasks, text_s(tasks));
    else
        snprintf(out, cap, "%d member%s", (int)g->n_members, text_s(g->n_members));
    *is_bad = tasks > 0 && g->n_members < tasks;
    if (strstr(g->state, "Rebalance") != NULL) {
        snprintf(more, sizeof more, ", in a rebalance for %" PRId64 " s",
                 (now_ms - g->state_since_ms) / 1000);
        group_add(out, cap, more);
        *since_ms = g->state_since_ms;
    } else if (g->n_unowned > 0) {
        snprintf(more, sizeof more, "; partition %d of %.80s has no owner",
                 (int)g->unowned_partition, g->unowned_topic);
        group_add(out, cap, more);
        if (g->n_unowned > 1) {
            snprintf(more, sizeof more, ", and %d more", (int)g->n_unowned - 1);
            group_add(out, cap, more);
        }
        *since_ms = g->unowned_since_ms;
        *is_bad = true;
    } else if (g->n_owned > 0) {
        snprintf(more, sizeof more, ", %d partition%s owned", (int)g->n_owned, text_s(g->n_owned));
        group_add(out, cap, more);
    }
    if (g->foreign[0] != '\0') {
        snprintf(more, sizeof more, "; one isn't this connector's: %s", g->foreign);
        group_add(out, cap, more);
        *is_bad = true;
    }
    int changes = conn_group_changes_per_h(g, now_ms);
    if (changes >= OFTEN) {
        snprintf(more, sizeof more, "; members came or went %d times in an hour", changes);
        group_add(out, cap, more);
        *is_bad = true;
    }
    if (g->hosts[0] != '\0' && g->foreign[0] == '\0') {
        snprintf(more, sizeof more, ", at %s", g->hosts);
        group_add(out, cap, more);
    }
}

void conn_group_say(const struct conn_model *cm, int64_t now_ms, char *out, size_t cap,
                    int64_t *since_ms, bool *is_bad)
{
    const struct conn_group *g = &cm->members;
    *since_ms = PT_UNKNOWN;
    *is_bad = false;
    if (g->error.code == PT_EUNSUPPORTED)
        snprintf(out, cap, "not known: this cluster does not tell the members of groups");
    else if (g->asked_ms == PT_UNKNOWN && g->error.code != PT_OK)
        snprintf(out, cap, "unknown: %s", g->error.what);
    else if (g->asked_ms == PT_UNKNOWN)
        snprintf(out, cap, "not asked yet");
    else if (!g->is_there)
        snprintf(out, cap,
                 "the cluster has no group %.120s, or hides it from this principal "
                 "(DescribeGroup)",
                 cm->group);
    else if (g->n_members == 0) {
        snprintf(out, cap, "no member: no task of the connector is in its group");
        *since_ms = g->empty_since_ms;
        *is_bad = true;
    } else
        say_members(cm, now_ms, out, cap, since_ms, is_bad);
}
