/* Situations: what each changes in the witnesses of a sink that is well, and the verdict on it. */
#ifndef UNIT_SITUATIONS_H
#define UNIT_SITUATIONS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "connector/judge/judge.h"
#include "witnesses.h"

static void silent(struct witnesses *w)
{
    w->state_error = "Kafka Connect does not answer";
    w->state_fix = "Start it";
    w->state_error_since_ms = NOW - 8000;
}
static void nothing_seen_to_be_taken(struct witnesses *w)
{
    w->lag = w->unproven = 8871;
    w->looked_ms = 2000;
}
static void restart_for_hours(struct witnesses *w)
{
    w->operation = "RESTART_CONNECTOR";
    w->operation_state = "RESTART_IN_PROGRESS";
    w->operation_ms = NOW - 120 * MINUTE;
}

/* One situation: what it changes in witnesses of a sink that is well, and what is then concluded.
 */
struct situation {
    const char *name;
    void (*change)(struct witnesses *w);
    enum pt_verdict verdict;
    const char *rule, *says; /* part of the cause, or of the note */
};

#define ROW(change, verdict, rule, says)                                                           \
    {                                                                                              \
#change, change, verdict, rule, says                                                       \
    }

static void judge_all(const struct situation *rows, size_t n)
{
    int bad = 0;
    for (size_t i = 0; i < n; i++) {
        struct witnesses w = well();
        struct judgement j;
        rows[i].change(&w);
        conn_judge(&w, &j);
        const char *text = j.cause[0] != '\0' ? j.cause : j.note;
        bool is_good = j.verdict == rows[i].verdict && strcmp(j.rule, rows[i].rule) == 0 &&
                       strstr(text, rows[i].says) != NULL;
        /* Whatever is wrong has a next step, and whatever is well has no cause. */
        bool is_wrong = j.verdict > PT_V_PAUSED;
        is_good = is_good && (!is_wrong || (j.cause[0] != '\0' && j.fix[0] != '\0'));
        is_good =
            is_good && (j.verdict > PT_V_IDLE || j.verdict == PT_V_UNKNOWN || j.cause[0] == '\0');
        if (!is_good) {
            print_error("%s: %s, rule '%s', '%s', fix '%s'\n", rows[i].name,
                        pt_verdict_word(j.verdict), j.rule, text, j.fix);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

#endif
