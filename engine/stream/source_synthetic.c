/* The synthetic source: a buffer around record_write. Never ends, never fails. */
#include <stdlib.h>

#include "stream/record.h"
#include "stream/source.h"

struct synthetic {
    struct source base;
    struct record_gen gen;
    enum pt_stream_id id;
    char value[RECORD_MAX_BYTES];
};

static struct synthetic *source_synthetic_of(struct source *src)
{
    return (struct synthetic *)src;
}

static enum source_status synthetic_next(struct source *src, uint64_t index,
                                         struct source_record *rec, struct pt_error *err)
{
    struct synthetic *self = source_synthetic_of(src);
    (void)err;
    rec->value = self->value;
    rec->len = record_write(&self->gen, self->id, index, self->value);
    rec->pos = (struct source_pos){0};
    return SOURCE_RECORD;
}

/* A record is a function of its index, so it can be generated again. */
static enum source_status synthetic_again(struct source *src, uint64_t index,
                                          const struct source_pos *pos, struct source_record *rec,
                                          struct pt_error *err)
{
    (void)pos;
    return synthetic_next(src, index, rec, err);
}

static pt_code synthetic_seek(struct source *src, const struct source_pos *pos,
                              struct pt_error *err)
{
    (void)src;
    (void)pos;
    (void)err;
    return PT_OK;
}

static void synthetic_free(struct source *src)
{
    free(source_synthetic_of(src));
}

static const struct source_ops synthetic_ops = {
    .name = "synthetic",
    .next = synthetic_next,
    .again = synthetic_again,
    .seek = synthetic_seek,
    .free = synthetic_free,
};

struct source *source_synthetic_new(const struct source_opts *opts)
{
    struct synthetic *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    self->base.ops = &synthetic_ops;
    self->id = opts->id;
    record_gen_init(&self->gen, opts->seed, opts->dirty_pct);
    return &self->base;
}
