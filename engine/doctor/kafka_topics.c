/* The check of what is on the brokers: the three topics. */
#include "doctor/kafka.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/settings.h"
#include "doctor/noted.h"
#include "doctor/wait.h"
#include "kafka/ask.h"

/* ------------------------------------------------------------------ topics */

enum { LISTED_MS = 1000 };

/* What is to be known about one of the three. */
struct topic_seen {
    const char *name;
    bool is_there;
    int partitions, replicas, leaderless;
    int32_t min_isr;
};

static void see_topic(const struct rd_kafka_metadata *metadata, struct topic_seen *seen)
{
    const struct rd_kafka_metadata_topic *topic = topic_list_find(metadata, seen->name);
    seen->min_isr = -1;
    seen->is_there = topic != NULL;
    for (int i = 0; topic != NULL && i < topic->partition_cnt; i++) {
        seen->partitions++;
        seen->leaderless += topic->partitions[i].leader < 0;
        if (topic->partitions[i].replica_cnt > seen->replicas)
            seen->replicas = topic->partitions[i].replica_cnt;
    }
}

static size_t name_topics(const struct topic_seen *seen, bool is_there, char *out, size_t cap)
{
    size_t n = 0, used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < PT_STREAMS; i++)
        if (seen[i].is_there == is_there && used < cap) {
            used +=
                (size_t)snprintf(out + used, cap - used, "%s%s", n > 0 ? ", " : "", seen[i].name);
            n++;
        }
    return n;
}

/* Of those that are there. Returns false when something about one of them is to be said. */
static bool is_topic_sound(struct check *check, const struct topic_seen *seen)
{
    char fix[400];
    if (seen->leaderless > 0) {
        check_fail(check, "Look at the brokers: a partition without a leader accepts no records.",
                   "%s has %d of %d partitions without a leader", seen->name, seen->leaderless,
                   seen->partitions);
        return false;
    }
    if (seen->min_isr > seen->replicas) {
        snprintf(fix, sizeof fix,
                 "Lower min.insync.replicas of %s to %d or less, or create the topic again with %d "
                 "replicas.",
                 seen->name, seen->replicas, (int)seen->min_isr);
        check_fail(check, fix,
                   "%s has %d replica%s, and min.insync.replicas %d: no write can succeed",
                   seen->name, seen->replicas, text_s(seen->replicas), (int)seen->min_isr);
        return false;
    }
    if (seen->min_isr == seen->replicas && seen->replicas > 1) {
        check_warn(check, "Give the topic one more replica, or lower its min.insync.replicas.",
                   "%s has %d replicas, and min.insync.replicas %d: writes stop as soon as one "
                   "broker is down",
                   seen->name, seen->replicas, (int)seen->min_isr);
        return false;
    }
    return true;
}

/* Without a name it creates all three, and fails for those that are there already. */
static void topics_create_command(const struct topic_seen *seen, size_t n, char *out, size_t cap)
{
    size_t used = (size_t)snprintf(out, cap, "pintop topics create");
    for (size_t i = 0; i < PT_STREAMS && n < PT_STREAMS; i++)
        if (!seen[i].is_there && used < cap)
            used += (size_t)snprintf(out + used, cap - used, " %s", seen[i].name);
}

static void say_topics(struct check *check, const struct topic_seen *seen)
{
    char missing[800], command[900], fix[1000];
    size_t n = name_topics(seen, false, missing, sizeof missing);
    if (n > 0) {
        topics_create_command(seen, n, command, sizeof command);
        snprintf(fix, sizeof fix,
                 "%s creates %s, with the brokers' own numbers of partitions and replicas.",
                 command, n == 1 ? "it" : "them");
        check_fail(check, fix, "%s %s not exist%s", missing, n == 1 ? "does" : "do",
                   pt_config_is_iam(check->cfg) ? ", or may not be described" : "");
        check_copy(check, command);
        check_fixable(check);
        return;
    }
    for (size_t i = 0; i < PT_STREAMS; i++)
        if (!is_topic_sound(check, &seen[i]))
            return;
    check_ok(check, "%s, %s and %s: %d partition%s each, %d replica%s", seen[0].name, seen[1].name,
             seen[2].name, seen[0].partitions, text_s(seen[0].partitions), seen[0].replicas,
             text_s(seen[0].replicas));
}

static void see_min_isr(struct check *check, struct topic_seen *seen)
{
    const char *names[PT_STREAMS];
    int32_t values[PT_STREAMS];
    size_t n = 0;
    struct pt_error err;
    for (size_t i = 0; i < PT_STREAMS; i++)
        if (seen[i].is_there)
            names[n++] = seen[i].name;
    if (n == 0 ||
        ask_min_isr(check->found->ask, names, n, (int)check_left_ms(check), values, &err) != PT_OK)
        return;
    for (size_t i = 0, k = 0; i < PT_STREAMS; i++)
        if (seen[i].is_there)
            seen[i].min_isr = values[k++];
}

/* Looks at the three, whose names are known. */
static pt_code see_topics(struct check *check, struct topic_seen *seen, struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata;
    pt_code code = ask_metadata(check->found->ask, (int)check_left_ms(check), &metadata, err);
    if (code != PT_OK)
        return code;
    for (size_t i = 0; i < PT_STREAMS; i++) {
        seen[i] = (struct topic_seen){.name = check_set(check, settings_topics[i])};
        see_topic(metadata, &seen[i]);
    }
    rd_kafka_metadata_destroy(metadata);
    return PT_OK;
}

void kafka_check_topics(struct check *check)
{
    struct topic_seen seen[PT_STREAMS];
    struct pt_error err;
    for (size_t i = 0; i < PT_STREAMS; i++)
        if (check_set(check, settings_topics[i]) == NULL) {
            check_unknown(check, "Set pintop.user.id, or the topics of the streams.",
                          "needs %s: the topic's name is not known", settings_topics[i]);
            return;
        }
    if (see_topics(check, seen, &err) != PT_OK) {
        check_error(check, &err);
        return;
    }
    see_min_isr(check, seen);
    say_topics(check, seen);
}

static pt_code topics_plan(struct check *check, struct buf *plan, struct pt_error *err)
{
    struct topic_seen seen[PT_STREAMS];
    pt_code code = see_topics(check, seen, err);
    for (size_t i = 0; code == PT_OK && i < PT_STREAMS; i++)
        if (!seen[i].is_there)
            buf_printf(plan, "+ topic %s, with the brokers' own partitions and replicas\n",
                       seen[i].name);
    return code;
}

static size_t topics_count_missing(const struct topic_seen *seen)
{
    size_t n = 0;
    for (size_t i = 0; i < PT_STREAMS; i++)
        n += !seen[i].is_there;
    return n;
}

/* A topic is listed a moment after it was created. */
static pt_code topics_listed(struct check *check, void *arg, bool *is_over, struct pt_error *err)
{
    struct topic_seen seen[PT_STREAMS];
    pt_code code = see_topics(check, seen, err);
    (void)arg;
    *is_over = code == PT_OK && topics_count_missing(seen) == 0;
    return code;
}

static pt_code topics_create_one(struct check *check, const char *topic, struct pt_error *err)
{
    struct created note = {.kind = CREATED_TOPIC};
    struct ask *ask = check->found->ask;
    text_copy(note.name, sizeof note.name, topic);
    text_copy(note.ref, sizeof note.ref, check->found->brokers);
    ask_cluster_id(ask, (int)check_left_ms(check), note.cluster, sizeof note.cluster);
    pt_code code = noted_begin(check, &note, err);
    if (code != PT_OK)
        return code;
    code = ask_create(ask, topic, false, (int)check_left_ms(check), err);
    noted_end(check, &note, code);
    return code;
}

static pt_code topics_create(struct check *check, struct buf *said, struct pt_error *err)
{
    struct topic_seen seen[PT_STREAMS];
    pt_code code = see_topics(check, seen, err);
    for (size_t i = 0; code == PT_OK && i < PT_STREAMS; i++) {
        if (seen[i].is_there)
            continue;
        code = topics_create_one(check, seen[i].name, err);
        if (code == PT_OK)
            buf_printf(said, "Created topic %s.\n", seen[i].name);
        if (code == PT_EEXISTS) /* somebody else was faster */
            code = PT_OK;
    }
    bool is_over;
    return code == PT_OK ? fix_wait(check, topics_listed, NULL, LISTED_MS, &is_over, err) : code;
}

const struct check_fix kafka_topics_fix = {
    .kind = FIX_FREE,
    .does = "create the topics",
    .limit_ms = 30000,
    .plan = topics_plan,
    .run = topics_create,
};
