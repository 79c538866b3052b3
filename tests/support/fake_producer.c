#include "fake_producer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the source ---- */

static struct fake_source *source_of(struct source *src)
{
    return (struct fake_source *)src;
}

static enum source_status give(struct fake_source *self, uint64_t row, struct source_record *rec,
                               struct pt_error *err)
{
    if (self->is_broken) {
        pt_error_set(err, PT_EIO, "Repair it.", "fake source: broken");
        return SOURCE_ERROR;
    }
    int len = snprintf(self->value, sizeof self->value, "row %llu", (unsigned long long)row);
    *rec = (struct source_record){
        self->value, (size_t)len, {row * 100,       row    },
          {(row + 1) * 100, row + 1}
    };
    return SOURCE_RECORD;
}

static enum source_status source_next(struct source *src, uint64_t index, struct source_record *rec,
                                      struct pt_error *err)
{
    struct fake_source *self = source_of(src);
    (void)index;
    self->n_next++;
    if (!self->is_broken && self->row >= self->end_row)
        return SOURCE_END;
    enum source_status status = give(self, self->row, rec, err);
    self->row += status == SOURCE_RECORD;
    return status;
}

static enum source_status source_again(struct source *src, uint64_t index,
                                       const struct source_pos *pos, struct source_record *rec,
                                       struct pt_error *err)
{
    (void)index;
    source_of(src)->n_again++;
    return give(source_of(src), pos->row, rec, err);
}

static pt_code source_seek(struct source *src, const struct source_pos *pos, struct pt_error *err)
{
    struct fake_source *self = source_of(src);
    self->n_seek++;
    self->row = self->is_broken ? 0 : pos->row;
    return self->is_broken ? pt_error_set(err, PT_EIO, "Repair it.", "fake source: broken") : PT_OK;
}

static void source_end(struct source *src)
{
    source_of(src)->is_freed = true;
}

static const struct source_ops ops = {"fake", source_next, source_again, source_seek, source_end};

void fake_source_init(struct fake_source *src)
{
    *src = (struct fake_source){.base = {.ops = &ops}, .end_row = UINT64_MAX};
}

/* ---- the producer ---- */

static void *grown(void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return array;
    *cap = *cap ? *cap * 2 : 1024;
    array = realloc(array, *cap * size);
    if (array == NULL)
        abort();
    return array;
}

static enum produce_status produce(void *arg, enum pt_stream_id id, uint64_t index,
                                   const char *value, size_t len, struct pt_error *err)
{
    struct fake_producer *fp = arg;
    (void)id;
    if (index == fp->refuse) {
        pt_error_set(err, PT_EAUTH, "Ask for the permission.", "fake producer: record %llu refused",
                     (unsigned long long)index);
        return PRODUCE_REFUSED;
    }
    if (fp->n_held >= fp->room) {
        fp->n_full++;
        return PRODUCE_FULL;
    }
    fp->sent = grown(fp->sent, fp->n_sent, &fp->cap, sizeof *fp->sent);
    size_t gone = (size_t)(fp->held - fp->held_all);
    fp->held_all = grown(fp->held_all, gone + fp->n_held, &fp->held_cap, sizeof *fp->held_all);
    fp->held = fp->held_all + gone;
    struct fake_sent *sent = &fp->sent[fp->n_sent];
    *sent = (struct fake_sent){.index = index, .at_us = fp->now_us};
    snprintf(sent->value, sizeof sent->value, "%.*s", (int)len, value);
    fp->held[fp->n_held++] = fp->n_sent++;
    return PRODUCE_OK;
}

static bool is_held(void *arg, enum pt_stream_id id)
{
    (void)id;
    return ((const struct fake_producer *)arg)->is_held;
}

static void changed(void *arg, enum pt_stream_id id)
{
    (void)id;
    ((struct fake_producer *)arg)->n_changed++;
}

void fake_producer_init(struct fake_producer *fp, const struct fake_opts *opts)
{
    memset(fp, 0, sizeof *fp);
    fp->now_us = 1000000;
    fp->ack_after_us = -1;
    fp->room = SIZE_MAX;
    fp->refuse = UINT64_MAX;
    fake_source_init(&fp->src);
    fp->src.row = opts->first_index; /* so that the row is the index */
    struct streamer_opts streamer = {
        .source = &fp->src.base,
        .window = opts->window,
        .first_index = opts->first_index,
        .count = opts->count,
        .stride = opts->stride,
        .rate_per_s = opts->rate_per_s,
        .seed = opts->seed,
        .has_positions = true,
        .hooks = {fp, produce, is_held, changed},
    };
    if (streamer_init(&fp->st, &streamer, NULL) != PT_OK)
        abort();
}

void fake_producer_done(struct fake_producer *fp)
{
    streamer_done(&fp->st);
    free(fp->sent);
    free(fp->held_all);
}

static void drop_held(struct fake_producer *fp, size_t at)
{
    memmove(&fp->held[at], &fp->held[at + 1], (--fp->n_held - at) * sizeof *fp->held);
}

static void deliver_at(struct fake_producer *fp, size_t at)
{
    const struct fake_sent *sent = &fp->sent[fp->held[at]];
    window_delivered(&fp->st.win, sent->index, strlen(sent->value), fp->now_us, true);
}

size_t fake_deliver(struct fake_producer *fp, size_t n)
{
    if (n > fp->n_held)
        n = fp->n_held;
    for (size_t i = 0; i < n; i++)
        deliver_at(fp, i);
    fp->held += n;
    fp->n_held -= n;
    return n;
}

static size_t find_held(const struct fake_producer *fp, uint64_t index)
{
    for (size_t i = 0; i < fp->n_held; i++)
        if (fp->sent[fp->held[i]].index == index)
            return i;
    abort(); /* a bug in the test: the record is not held */
}

void fake_deliver_one(struct fake_producer *fp, uint64_t index)
{
    size_t at = find_held(fp, index);
    deliver_at(fp, at);
    drop_held(fp, at);
}

void fake_fail_one(struct fake_producer *fp, uint64_t index)
{
    struct pt_error why;
    pt_error_set(&why, PT_EAUTH, "Ask for the permission.", "fake broker: record %llu refused",
                 (unsigned long long)index);
    drop_held(fp, find_held(fp, index));
    if (window_failed(&fp->st.win, index))
        streamer_fail(&fp->st, &why);
}

void fake_replace(struct fake_producer *fp)
{
    fp->n_held = 0;
    streamer_park(&fp->st);
    streamer_unpark(&fp->st, true);
}

static void acknowledge_due(struct fake_producer *fp)
{
    size_t n = 0;
    while (fp->ack_after_us >= 0 && n < fp->n_held &&
           fp->sent[fp->held[n]].at_us + fp->ack_after_us <= fp->now_us)
        n++;
    fake_deliver(fp, n);
}

int64_t fake_step(struct fake_producer *fp)
{
    acknowledge_due(fp);
    return streamer_step(&fp->st, fp->now_us);
}

uint64_t fake_run(struct fake_producer *fp, int64_t for_us)
{
    enum { STEP_US = 50 };
    int64_t until_us = fp->now_us + for_us;
    uint64_t steps = 0;
    while (fp->now_us < until_us) {
        int64_t wait_us = fake_step(fp);
        steps++;
        /* An acknowledgement wakes a streamer that waits for room. */
        if (fp->ack_after_us >= 0 && fp->n_held > 0 &&
            streamer_state_of(&fp->st) == STREAMER_WAITING)
            wait_us = fp->sent[fp->held[0]].at_us + fp->ack_after_us - fp->now_us;
        if (wait_us < STEP_US)
            wait_us = STEP_US;
        fp->now_us = wait_us < until_us - fp->now_us ? fp->now_us + wait_us : until_us;
    }
    acknowledge_due(fp);
    return steps;
}

size_t fake_times_sent(const struct fake_producer *fp, uint64_t index, size_t from)
{
    size_t n = 0;
    for (size_t i = from; i < fp->n_sent; i++)
        n += fp->sent[i].index == index;
    return n;
}

bool fake_sent_run(const struct fake_producer *fp, size_t from, uint64_t first, uint64_t last)
{
    uint64_t want = first;
    for (size_t i = from; i < fp->n_sent; i++, want++) {
        char value[24];
        snprintf(value, sizeof value, "row %llu", (unsigned long long)want);
        if (fp->sent[i].index != want || strcmp(fp->sent[i].value, value) != 0) {
            fprintf(stderr, "sent[%zu] is %llu (%s), not %llu\n", i,
                    (unsigned long long)fp->sent[i].index, fp->sent[i].value,
                    (unsigned long long)want);
            return false;
        }
    }
    if (want != last + 1)
        fprintf(stderr, "sent up to %llu, not %llu\n", (unsigned long long)want - 1,
                (unsigned long long)last);
    return want == last + 1;
}
