/* What a plan to change a topic has to know of its records: how many of them the sink has not read,
 * how old the oldest of these is, and whether records have keys. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/admin_private.h"
#include "kafka/record_times.h"

enum { ALTER_ROWS_MAX = 128, ALTER_TIMES_MS = 5000, ALTER_PEEK = 20 };

/* Adds up the lag; PT_UNKNOWN as soon as that of one partition is. */
static int64_t alter_lag(const struct pt_result *told)
{
    int64_t lag = 0;
    for (size_t i = 0; i < told->n_partitions; i++) {
        if (told->partitions[i].lag == PT_UNKNOWN)
            return PT_UNKNOWN;
        lag += told->partitions[i].lag;
    }
    return lag;
}

/* The first record of each partition that the group has not committed. *is_in_part: there was not
 * room for all. */
static size_t alter_time_rows(const struct pt_result *told, const char *topic,
                              struct record_time *rows, bool *is_in_part)
{
    size_t n = 0;
    for (size_t i = 0; i < told->n_partitions; i++) {
        const struct pt_described_partition *part = &told->partitions[i];
        if (part->lag <= 0)
            continue;
        if (n == ALTER_ROWS_MAX) {
            *is_in_part = true;
            break;
        }
        rows[n] =
            (struct record_time){.partition = part->partition, .offset = part->high - part->lag};
        snprintf(rows[n++].topic, sizeof rows->topic, "%s", topic);
    }
    return n;
}

/* Looks when the oldest record that is not committed was written, as far as partitions answer. */
static void alter_look_at_oldest(struct admin *admin, const struct pt_result *told,
                                 const char *topic, struct alter_facts *facts)
{
    atomic_bool is_cancelled = false;
    struct record_time *rows = calloc(ALTER_ROWS_MAX, sizeof *rows);
    const struct record_times_opts opts = {.cfg = admin->opts.cfg,
                                           .bootstrap = admin->opts.bootstrap,
                                           .timeout_ms = ALTER_TIMES_MS,
                                           .is_cancelled = &is_cancelled};
    if (rows == NULL)
        return;
    size_t n = alter_time_rows(told, topic, rows, &facts->is_in_part);
    (void)record_times(&opts, rows, n, NULL); /* rows without an answer stay unknown */
    for (size_t i = 0; i < n; i++) {
        int64_t time_ms = rows[i].time_ms;
        if (time_ms == PT_UNKNOWN)
            facts->is_in_part = facts->is_in_part || !rows[i].is_empty;
        else if (facts->oldest_ms == PT_UNKNOWN || time_ms < facts->oldest_ms)
            facts->oldest_ms = time_ms;
    }
    free(rows);
}

static void alter_look_at_lag(struct admin *admin, const char *topic, struct alter_facts *facts)
{
    struct pt_result *told = calloc(1, sizeof *told);
    if (told == NULL)
        return;
    /* A text says that offsets could not be read. */
    if (admin_describe_partitions(admin, topic, told, NULL) == PT_OK && told->text[0] == '\0') {
        facts->lag = alter_lag(told);
        if (facts->lag != PT_UNKNOWN && facts->lag > 0)
            alter_look_at_oldest(admin, told, topic, facts);
    }
    free((void *)(uintptr_t)told->partitions);
    free(told);
}

static void alter_look_at_keys(struct admin *admin, const char *topic, struct alter_facts *facts)
{
    const struct pt_command cmd = {.topic = topic, .count = ALTER_PEEK};
    struct pt_result *told = calloc(1, sizeof *told);
    if (told == NULL)
        return;
    if (admin_peek(admin, &cmd, told, NULL) == PT_OK)
        for (size_t i = 0; i < told->n_records; i++) {
            facts->has_keyless = facts->has_keyless || told->records[i].key == NULL;
            facts->are_keys_seen = true;
        }
    free((void *)(uintptr_t)told->records);
    free(told);
}

void admin_alter_facts(struct admin *admin, const struct alter_plan *plan,
                       struct alter_facts *facts)
{
    if (alter_wants_lag(plan) && facts->group[0] != '\0')
        alter_look_at_lag(admin, plan->now->topic, facts);
    if (alter_wants_keys(plan))
        alter_look_at_keys(admin, plan->now->topic, facts);
}
