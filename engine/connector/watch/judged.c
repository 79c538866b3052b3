/* The verdict on one connector, and the event that reports a change of it. */
#include <string.h>

#include "connector/watch/connectors.h"
#include "connector/watch/internal.h"
#include "connector/watch/losses.h"

/* The event waits for the verdict's reason while that is being requested. */
static void judged_tell(struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    const struct judgement *now = &cm->verdict;
    enum pt_verdict before = cm->told;
    char since[SINCE_WORDS_MAX];
    if (before == now->verdict || now->is_reason_awaited)
        return;
    cm->told = now->verdict;
    if (!cm->is_ours || (before <= PT_V_TRANSITION && now->verdict <= PT_V_TRANSITION))
        return;
    since_words(cm->since.ms, cm->since.is_found && !cs->desk->set->is_embedded, now_ms, since,
                sizeof since);
    desk_event(cs->desk, now->verdict > PT_V_PAUSED ? PT_ERROR : PT_INFO, "sink",
               "%s %s -> %s%s%s%s", cm->conn.name, pt_verdict_word(before),
               pt_verdict_word(now->verdict), now->cause[0] != '\0' ? ": " : "", now->cause, since);
}

void conn_models_judge(struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    struct witnesses w;
    struct judgement next;
    enum pt_verdict before = cm->has_verdict ? cm->verdict.verdict : PT_V_UNKNOWN;
    conn_losses_say(cs, cm, now_ms);
    conn_witnesses(cs, cm, now_ms, &w);
    conn_judge(&w, &next);
    judge_remember(&cm->verdict, &w, &next);
    bool is_other = !cm->has_verdict || next.verdict != before;
    if (is_other || strcmp(next.cause, cm->verdict.cause) != 0 ||
        strcmp(next.note, cm->verdict.note) != 0 || next.is_awaited != cm->verdict.is_awaited)
        cs->is_dirty = true;
    since_note(&cm->since, before, next.verdict, next.since_ms, now_ms);
    cm->verdict = next;
    cm->has_verdict = true;
    judged_tell(cs, cm, now_ms);
    if (is_other && next.verdict > PT_V_TRANSITION) /* retention matters now */
        cm->next_ms[CONN_ASK_KEEPS] = 0;
}
