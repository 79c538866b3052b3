#include "parts/results.h"

#include <string.h>

enum { RESULTS_BYTES = 4 * 1024 * 1024 };

void results_part_init(struct results_part *rp, const struct desk *desk,
                       const struct results_hooks *hooks)
{
    *rp = (struct results_part){.desk = desk, .hooks = *hooks, .is_dirty = true};
}

void results_part_done(struct results_part *rp)
{
    for (size_t i = 0; i < rp->n; i++)
        result_release(rp->results[i]);
    rp->n = 0;
}

static size_t results_bytes(const struct results_part *rp)
{
    size_t sum = 0;
    for (size_t i = 0; i < rp->n; i++)
        sum += result_bytes(rp->results[i]);
    return sum;
}

static void results_drop_oldest(struct results_part *rp)
{
    result_release(rp->results[0]);
    memmove(rp->results, rp->results + 1, --rp->n * sizeof *rp->results);
}

static void results_tell(const struct results_part *rp, const struct pt_result *pub)
{
    enum pt_severity severity;
    const char *area = rp->hooks.area(rp->hooks.arg, (int)pub->kind, &severity);
    if (area != NULL && pub->state == PT_RESULT_FAILED)
        desk_event(rp->desk, PT_ERROR, area, "%s", pub->error.what);
    else if (area != NULL && pub->state == PT_RESULT_DONE && pub->text[0] != '\0')
        desk_event(rp->desk, severity, area, "%s", pub->text);
    if (pub->state == PT_RESULT_DONE)
        rp->hooks.done(rp->hooks.arg, (int)pub->kind);
}

void results_add(struct results_part *rp, struct result *result)
{
    if (result == NULL)
        return;
    const struct pt_result *pub = &result->pub;
    rp->is_dirty = true;
    for (size_t i = 0; i < rp->n; i++) {
        if (rp->results[i]->id != pub->id)
            continue;
        result_release(rp->results[i]);
        memmove(&rp->results[i], &rp->results[i + 1], (--rp->n - i) * sizeof *rp->results);
        break;
    }
    results_tell(rp, pub);
    if (rp->n == PT_COMPLETED_MAX)
        results_drop_oldest(rp);
    rp->results[rp->n++] = &result->pub;
    while (rp->n > 1 && results_bytes(rp) > RESULTS_BYTES)
        results_drop_oldest(rp);
}

static const void *results_section(void *self)
{
    struct results_part *rp = self;
    if (!rp->is_dirty)
        return NULL;
    struct pt_completed_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    s->section.let_go = section_drop_results;
    s->n_results = rp->n;
    for (size_t i = 0; i < rp->n; i++) {
        s->results[i] = rp->results[i];
        section_acquire(rp->results[i]); /* a result's refs is its first member too */
    }
    rp->is_dirty = false;
    return s;
}

static bool results_take(void *self, struct fact *fact)
{
    if (fact->kind != FACT_RESULT)
        return false;
    results_add(self, fact_claim(fact));
    return true;
}

const struct part results_part = {
    .name = "completed",
    .take = results_take,
    .section = results_section,
};
