/* What a plan to change a topic has to know of its records: how many of them the sink has not read,
 * how old the oldest of these is, and whether records have keys. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/admin_private.h"
#include "kafka/record_times.h"

enum { ALTER_ROWS_MAX = 128, ALTER_TIMES_MS = 5000, ALTER_PEEK = 20 };

/* The first record of a partition that the group has not committed. */
static int64_t alter_next(const struct pt_described_partition *part)
{
    return part->committed > part->low ? part->committed : part->low;
}

/* Adds up the lag; PT_UNKNOWN as soon as a watermark is unknown. */
static int64_t alter_lag(const struct pt_result *told)
{
    int64_t lag = 0;
    for (size_t i = 0; i < told->n_partitions; i++) {
        const struct pt_described_partition *part = &told->partitions[i];
        if (part->high == PT_UNKNOWN || part->low == PT_UNKNOWN)
            return PT_UNKNOWN;
        if (part->high > alter_next(part))
            lag += part->high - alter_next(part);
    }
    return lag;
}

static size_t alter_time_rows(const struct pt_result *told, const char *topic,
                              struct record_time *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < told->n_partitions && n < ALTER_ROWS_MAX; i++) {
        const struct pt_described_partition *part = &told->partitions[i];
        if (part->high <= alter_next(part))
            continue;
        rows[n] = (struct record_time){.partition = part->partition, .offset = alter_next(part)};
        snprintf(rows[n++].topic, sizeof rows->topic, "%s", topic);
    }
    return n;
}

/* Returns when the oldest record that is not committed was written; PT_UNKNOWN. */
static int64_t alter_oldest(struct admin *admin, const struct pt_result *told, const char *topic)
{
    atomic_bool is_cancelled = false;
    struct record_time *rows = calloc(ALTER_ROWS_MAX, sizeof *rows);
    const struct record_times_opts opts = {.cfg = admin->opts.cfg,
                                           .bootstrap = admin->opts.bootstrap,
                                           .timeout_ms = ALTER_TIMES_MS,
                                           .is_cancelled = &is_cancelled};
    int64_t oldest_ms = PT_UNKNOWN;
    if (rows == NULL)
        return PT_UNKNOWN;
    size_t n = alter_time_rows(told, topic, rows);
    if (record_times(&opts, rows, n, NULL) == PT_OK)
        for (size_t i = 0; i < n; i++)
            if (rows[i].time_ms != PT_UNKNOWN &&
                (oldest_ms == PT_UNKNOWN || rows[i].time_ms < oldest_ms))
                oldest_ms = rows[i].time_ms;
    free(rows);
    return oldest_ms;
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
            facts->oldest_ms = alter_oldest(admin, told, topic);
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

void admin_alter_facts(struct admin *admin, const struct alter_plan *plan, enum alter_writer writer,
                       struct alter_facts *facts)
{
    *facts = (struct alter_facts){.group = admin->opts.group,
                                  .lag = PT_UNKNOWN,
                                  .oldest_ms = PT_UNKNOWN,
                                  .has_keyless = writer == ALTER_WRITER_KEYLESS,
                                  .are_keys_seen = writer == ALTER_WRITER_KEYED,
                                  .now_ms = clock_real_ms()};
    if (alter_wants_lag(plan) && admin->opts.group != NULL && admin->opts.group[0] != '\0')
        alter_look_at_lag(admin, plan->now->topic, facts);
    if (alter_wants_keys(plan) && writer != ALTER_WRITER_KEYLESS)
        alter_look_at_keys(admin, plan->now->topic, facts);
}
