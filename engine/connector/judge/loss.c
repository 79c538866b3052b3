#include "base/text.h"
#include "connector/judge/judge_private.h"

/* True until the offsets are known, or the reason why they will not be. */
static bool are_offsets_awaited(const struct witnesses *w)
{
    bool is_refused = judge_is_known(w->lag_error) && !w->is_lag_error_passing;
    bool has_partitions = !judge_is_known(w->missing_topic) && !w->does_match_nothing;
    return w->lag == PT_UNKNOWN && !is_refused && has_partitions;
}

/* Records that the store will never have. Even when everything flows again, the operator has to
 * act. */
bool fault_loss(const struct witnesses *w, struct judgement *j)
{
    const struct loss *loss = w->loss;
    if (loss == NULL || loss->rule->weight == RULE_WARNING)
        return false;
    judge_say(j, PT_V_DEGRADED, loss->since_ms, "%s", loss->says);
    if (loss->lost_records <= 0) /* nothing to acknowledge */
        judge_fix(j, "%s", loss->fix);
    else
        judge_fix(
            j,
            "%s. Once that is dealt with, acknowledge the loss (`pintop connector acknowledge "
            "%s`, a on page 3): it stays on record, but no longer raises an alarm",
            loss->fix, w->name);
    text_copy(j->rule, sizeof j->rule, loss->rule->id);
    j->is_specific = true;
    /* A caller that can wait gets all that is lost: the offsets, the dead letter queue, the
     * objects and the other connectors are read one after the other, and each may show a loss. */
    j->is_awaited = are_offsets_awaited(w) || w->are_letters_awaited || w->is_store_awaited ||
                    w->are_others_awaited;
    return true;
}

bool note_loss(const struct witnesses *w, struct judgement *j)
{
    if (w->loss == NULL)
        return false;
    text_copy(j->note, sizeof j->note, w->loss->says);
    text_copy(j->rule, sizeof j->rule, w->loss->rule->id);
    return true;
}
