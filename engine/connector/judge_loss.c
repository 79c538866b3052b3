#include "base/text.h"
#include "connector/judge_private.h"

/* Records that it will never have: all may flow by now, and still something has to be done. */
bool fault_loss(const struct witnesses *w, struct judgement *j)
{
    const struct loss *loss = w->loss;
    if (loss == NULL || loss->rule->weight == RULE_WARNING)
        return false;
    judge_say(j, PT_V_DEGRADED, loss->since_ms, "%s", loss->says);
    judge_fix(
        j,
        "%s. Once that is dealt with, acknowledge it (`pintop connector acknowledge %s`, a on "
        "page 3): it stays on record, and is no alarm any more",
        loss->fix, w->name);
    text_copy(j->rule, sizeof j->rule, loss->rule->id);
    j->is_specific = true;
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
