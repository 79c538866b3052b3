#include "parts/setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "desk/section.h"

void setup_part_init(struct setup_part *sp, const struct desk *desk)
{
    *sp = (struct setup_part){
        .desk = desk, .is_dirty = true, .begun_ms = PT_UNKNOWN, .ended_ms = PT_UNKNOWN};
    sp->fix = (struct pt_progress){PT_PROGRESS_NONE};
}

static void setup_forget(struct setup_part *sp)
{
    for (size_t i = 0; i < PT_CHECKS_MAX; i++) {
        free(sp->checks[i]);
        sp->checks[i] = NULL;
    }
}

void setup_part_done(struct setup_part *sp)
{
    setup_forget(sp);
}

/* ---- texts in one allocation ---- */

struct pt_check *setup_check_copy(const struct pt_check *check)
{
    struct pt_check packed = *check;
    struct pt_check *copy = malloc(sizeof *copy + pt_check_pack(&packed, NULL));
    if (copy == NULL)
        return NULL;
    *copy = *check;
    pt_check_pack(copy, (char *)(copy + 1));
    return copy;
}

/* ---- the part ---- */

static void setup_begin(struct setup_part *sp)
{
    setup_forget(sp);
    sp->is_running = true;
    sp->begun_ms = desk_real_ms(sp->desk);
    sp->ended_ms = PT_UNKNOWN;
    sp->error[0] = '\0';
}

static void setup_end(struct setup_part *sp, const struct pt_error *err)
{
    sp->is_running = false;
    sp->ended_ms = desk_real_ms(sp->desk);
    sp->n_rounds++;
    if (err->code != PT_OK)
        text_put(sp->error, sizeof sp->error, "%s. %s", err->what, err->fix);
}

/* The same is told again when it is made a second time. */
static void setup_goes_on(struct setup_part *sp, const char *text)
{
    size_t len = strlen(sp->goes_on);
    if (text[0] == '\0' || strstr(sp->goes_on, text) != NULL)
        return;
    text_put(sp->goes_on + len, sizeof sp->goes_on - len, "%s%s", len > 0 ? " " : "", text);
}

static bool setup_take(void *self, struct fact *fact)
{
    struct setup_part *sp = self;
    if (fact->kind == FACT_ROUND && fact->number == 1) {
        setup_begin(sp);
    } else if (fact->kind == FACT_ROUND) {
        setup_end(sp, fact->error);
    } else if (fact->kind == FACT_CHECK && fact->payload != NULL && fact->number >= 0 &&
               fact->number < PT_CHECKS_MAX) {
        free(sp->checks[fact->number]);
        sp->checks[fact->number] = fact_claim(fact);
    } else if (fact->kind == FACT_PROGRESS && fact->payload != NULL) {
        memcpy(&sp->fix, fact->payload, sizeof sp->fix);
    } else if (fact->kind == FACT_GOES_ON) {
        setup_goes_on(sp, fact->text);
    } else {
        return false;
    }
    sp->is_dirty = true;
    return true;
}

static void setup_clock_set(void *self, int64_t by_ms)
{
    struct setup_part *sp = self;
    clock_shift(&sp->begun_ms, by_ms);
    clock_shift(&sp->ended_ms, by_ms);
    clock_shift(&sp->fix.begun_ms, by_ms);
    for (size_t i = 0; i < PT_CHECKS_MAX; i++)
        if (sp->checks[i] != NULL)
            clock_shift(&sp->checks[i]->begun_ms, by_ms);
    sp->is_dirty = true;
}

/* A check that was not made is there, too, with nothing but its name. */
static struct pt_check setup_row(const struct setup_part *sp, size_t i)
{
    const char *id = pt_check_id(i);
    if (sp->checks[i] != NULL)
        return *sp->checks[i];
    return (struct pt_check){.id = id,
                             .title = pt_check_title(id),
                             .step = pt_check_step(id),
                             .state = PT_CHECK_WAITING,
                             .evidence = "",
                             .fix = "",
                             .copy = "",
                             .identity = "",
                             .brief = "",
                             .choices = "",
                             .begun_ms = PT_UNKNOWN,
                             .took_ms = PT_UNKNOWN};
}

static const void *setup_section(void *self)
{
    struct setup_part *sp = self;
    size_t n = 0, size = sizeof(struct pt_setup_section);
    if (!sp->is_dirty && sp->desk->now->setup != NULL)
        return NULL;
    for (; n < PT_CHECKS_MAX && pt_check_id(n) != NULL; n++) {
        struct pt_check check = setup_row(sp, n);
        size += sizeof check + pt_check_pack(&check, NULL);
    }
    struct pt_setup_section *s = section_new(size);
    if (s == NULL)
        return NULL;
    struct pt_check *checks = (struct pt_check *)(s + 1);
    char *at = (char *)(checks + n);
    for (size_t i = 0; i < n; i++) {
        checks[i] = setup_row(sp, i);
        at += pt_check_pack(&checks[i], at);
    }
    s->n_checks = n;
    s->checks = checks;
    s->is_running = sp->is_running;
    s->begun_ms = sp->begun_ms;
    s->ended_ms = sp->ended_ms;
    text_copy(s->error, sizeof s->error, sp->error);
    s->n_rounds = sp->n_rounds;
    s->fix = sp->fix;
    text_copy(s->goes_on, sizeof s->goes_on, sp->goes_on);
    sp->is_dirty = false;
    return s;
}

const struct part setup_part = {
    .name = "setup",
    .take = setup_take,
    .clock_set = setup_clock_set,
    .section = setup_section,
};
