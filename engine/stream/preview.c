#include "pintop/preview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stream/source.h"

static struct shard preview_shard(const struct pt_config *cfg)
{
    struct shard shard;
    pt_config_shard(cfg, &shard.i, &shard.n);
    return shard;
}

static pt_code open_source(const struct pt_config *cfg, enum pt_stream_id id, struct source **src,
                           struct pt_error *err)
{
    char name[64];
    snprintf(name, sizeof name, "pintop.stream.%s.source", pt_stream_name(id));
    const char *at_end = pt_config_get(cfg, "pintop.stream.replay.at.end");
    const char *dirty = pt_config_get(cfg, "pintop.stream.dirty.pct");
    struct source_opts opts = {
        .id = id,
        .source = pt_config_get(cfg, name),
        .seed = (uint64_t)pt_config_int(cfg, "pintop.stream.seed"),
        .dirty_pct = dirty ? strtod(dirty, NULL) : 0,
        .is_looping = at_end && !strcmp(at_end, "loop"),
    };
    pt_code code = source_open(&opts, src, err);
    if (code == PT_OK)
        source_set_shard(*src, preview_shard(cfg));
    return code;
}

/* The caller's callbacks, and the stream. */
struct viewer {
    const struct pt_preview *to;
    enum pt_stream_id id;
};

static void tell_skip(void *arg, const struct source_skip *skip)
{
    const struct viewer *viewer = arg;
    if (viewer->to->skipped)
        viewer->to->skipped(viewer->to->arg, viewer->id, skip->file, (int64_t)skip->line,
                            skip->why);
}

/* Shows one record; *is_wanted becomes false when the caller has seen enough, *is_over when the
 * file ended. */
static pt_code preview_show(struct source *src, enum pt_stream_id id, int64_t index,
                            const struct pt_preview *to, bool *is_over, bool *is_wanted,
                            struct pt_error *err)
{
    struct source_record rec;
    switch (source_next_own(src, (uint64_t)index, &rec, err)) {
    case SOURCE_RECORD:
        *is_wanted = to->record(to->arg, id, rec.value, rec.len);
        return PT_OK;
    case SOURCE_END:
        *is_over = true;
        return PT_OK;
    default:
        return err && err->code != PT_OK ? err->code : PT_EIO;
    }
}

/* Shows one record of each stream that has any left. *n_open: how many have. */
static pt_code show_turn(struct source *sources[PT_STREAMS], int64_t index,
                         const struct pt_preview *to, size_t *n_open, struct pt_error *err)
{
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        if (!sources[id]) {
            continue;
        }
        bool is_over = false, is_wanted = true;
        pt_code code =
            preview_show(sources[id], (enum pt_stream_id)id, index, to, &is_over, &is_wanted, err);
        if (code != PT_OK) {
            return code;
        }
        if (is_over) {
            source_free(sources[id]);
            sources[id] = NULL;
            (*n_open)--;
        }
        if (!is_wanted) {
            *n_open = 0;
            return PT_OK;
        }
    }
    return PT_OK;
}

pt_code pt_preview(const struct pt_config *cfg, unsigned streams, int64_t first_index,
                   int64_t count, const struct pt_preview *to, struct pt_error *err)
{
    struct source *sources[PT_STREAMS] = {NULL};
    struct viewer viewers[PT_STREAMS];
    struct shard shard = preview_shard(cfg);
    int64_t first = (int64_t)shard_first(shard, (uint64_t)first_index);
    pt_code code = PT_OK;
    size_t n_open = 0;
    for (unsigned id = 0; id < PT_STREAMS && code == PT_OK; id++) {
        if (streams & PT_STREAM_BIT(id)) {
            code = open_source(cfg, (enum pt_stream_id)id, &sources[id], err);
            n_open += code == PT_OK;
            viewers[id] = (struct viewer){to, (enum pt_stream_id)id};
            if (code == PT_OK) {
                sources[id]->on_skip = tell_skip;
                sources[id]->on_skip_arg = &viewers[id];
            }
        }
    }
    for (int64_t n = 0; n < count && n_open > 0 && code == PT_OK; n++) {
        code = show_turn(sources, first + n * shard.n, to, &n_open, err);
    }
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        if (sources[id]) {
            source_free(sources[id]);
        }
    }
    return code;
}

unsigned pt_preview_sources(const struct pt_config *cfg, unsigned streams,
                            struct pt_error missing[PT_STREAMS], struct pt_error *err)
{
    unsigned found = 0;
    const struct pt_error *first = NULL;
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        struct source *src;
        struct pt_error why;
        missing[id].code = PT_OK;
        if (!(streams & PT_STREAM_BIT(id))) {
            continue;
        }
        pt_code code = open_source(cfg, (enum pt_stream_id)id, &src, &why);
        if (code == PT_OK) {
            source_free(src);
            found |= PT_STREAM_BIT(id);
        } else if (code == PT_ENOTFOUND) {
            missing[id] = why;
            first = first ? first : &missing[id];
        } else {
            if (err) {
                *err = why;
            }
            return 0;
        }
    }
    if (!found && first && err) {
        *err = *first;
        err->code = PT_ECONFIG;
    }
    return found;
}
