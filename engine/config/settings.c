/* The configuration, resolved once into what the engine's threads read. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/settings.h"
#include "kafka/producer.h"

const char *const settings_topics[PT_STREAMS] = {
    [PT_PIN] = "pintop.stream.pin.topic",
    [PT_GEO] = "pintop.stream.geo.topic",
    [PT_USER] = "pintop.stream.user.topic",
};

/* A checkpoint contains the absolute path of its file, so that another working directory does
 * not make it another source. */
static void absolute_source(char *out, size_t cap, const char *source)
{
    char path[PATH_MAX];
    bool is_file = source && strcmp(source, "synthetic") != 0;
    text_copy(out, cap, is_file && realpath(source, path) ? path : source);
}

static void stream_settings(struct settings *set, const struct pt_config *cfg, int i)
{
    char name[64];
    snprintf(name, sizeof name, "pintop.stream.%s.topic", pt_stream_name((enum pt_stream_id)i));
    text_copy(set->topics[i], sizeof set->topics[i], pt_config_get(cfg, name));
    snprintf(name, sizeof name, "pintop.stream.%s.source", pt_stream_name((enum pt_stream_id)i));
    absolute_source(set->sources[i], sizeof set->sources[i], pt_config_get(cfg, name));
    snprintf(name, sizeof name, "pintop.stream.%s.rate", pt_stream_name((enum pt_stream_id)i));
    const char *rate = pt_config_get(cfg, name);
    if (rate == NULL || pt_rate_parse(rate, &set->rates[i], NULL) != PT_OK)
        set->rates[i] = PT_RATE_ORIGINAL;
}

/* Room for one object and for what comes in while it is written: whatever the size of the
 * records, a complete object must fit. Values alone never exceed 3.2 MiB: the embedded cluster
 * keeps the newest 5 MiB of a partition. */
int64_t settings_hold_bytes(int64_t flush_size)
{
    enum { BESIDE = OBJECT_BYTES / 8, OVERHEADS_MAX = 2 * OBJECT_BYTES };
    int64_t overheads = OVERHEADS_MAX;
    if (flush_size < OVERHEADS_MAX / PRODUCER_RECORD_OVERHEAD)
        overheads = flush_size * PRODUCER_RECORD_OVERHEAD;
    return OBJECT_BYTES + overheads + BESIDE;
}

void settings_resolve(struct settings *set, const struct pt_config *cfg)
{
    memset(set, 0, sizeof *set);
    text_copy(set->user_id, sizeof set->user_id, pt_config_get(cfg, "pintop.user.id"));
    text_copy(set->prefix, sizeof set->prefix, pt_config_get(cfg, "pintop.topics.prefix"));
    text_copy(set->state_dir, sizeof set->state_dir, pt_config_get(cfg, "pintop.state.dir"));
    text_copy(set->sink_dir, sizeof set->sink_dir, pt_config_get(cfg, "pintop.sink.dir"));
    set->is_embedded = pt_config_is_embedded(cfg);
    set->is_readonly = pt_config_is_readonly(cfg);
    for (int i = 0; i < PT_STREAMS; i++)
        stream_settings(set, cfg, i);
    if (set->is_embedded)
        snprintf(set->connector, sizeof set->connector, "%s-connector", set->user_id);
    else
        text_copy(set->connector, sizeof set->connector,
                  pt_config_get(cfg, "pintop.connector.name"));
    const char *group = pt_config_get(cfg, "pintop.connector.group");
    if (group)
        text_copy(set->group, sizeof set->group, group);
    else if (set->connector[0])
        snprintf(set->group, sizeof set->group, "connect-%.118s", set->connector);
    /* Only a group is configured: it contains its connector's name, if Connect created it. */
    if (!set->connector[0])
        text_copy(set->connector, sizeof set->connector,
                  strncmp(set->group, "connect-", 8) == 0 ? set->group + 8 : set->group);
    set->seed = strtoull(pt_config_get(cfg, "pintop.stream.seed"), NULL, 10);
    set->window = (uint64_t)pt_config_int(cfg, "pintop.stream.window");
    pt_config_shard(cfg, &set->shard.i, &set->shard.n);
    set->lock_shard = set->is_embedded ? SHARD_WHOLE : set->shard;
    set->dirty_pct = pt_config_number(cfg, "pintop.stream.dirty.pct");
    set->is_looping = strcmp(pt_config_get(cfg, "pintop.stream.replay.at.end"), "loop") == 0;
    set->has_keys = strcmp(pt_config_get(cfg, "pintop.stream.key"), "none") != 0;
    set->flush_size = pt_config_int(cfg, "pintop.sink.flush.size");
    set->hold_bytes = settings_hold_bytes(set->flush_size);
    set->stop_timeout_ms = pt_config_int(cfg, "pintop.stop.timeout.ms");
    set->stop_after_ms = pt_config_int(cfg, "pintop.stream.stop.after") * 1000;
}
