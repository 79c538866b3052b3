/* What a connector's losses say to the judge and on the screen. */
#include "connector/watch/internal.h"
#include "connector/watch/losses.h"

#include <string.h>

enum {
    SHOWN_MAX = 3, /* of one kind */
    LOST_SHOWN_MAX = 5
};

static bool is_grave(const struct loss *loss)
{
    return loss->rule->weight != RULE_WARNING;
}

static const struct loss *losses_says_gravest(const struct conn_losses *losses)
{
    const struct loss *lost = NULL;
    for (size_t i = 0; i < losses->found.n && lost == NULL; i++)
        if (!loss_is_settled(&losses->found.items[i]))
            lost = &losses->found.items[i];
    const struct loss *harm = losses->harm.n > 0 ? &losses->harm.items[0] : NULL;
    /* What another connector does, such as sharing the group, is the cause of what is lost. */
    if (harm != NULL && is_grave(harm))
        return harm;
    return lost != NULL ? lost : harm;
}

/* True until the dead letter queue topic has been asked, which happens as soon as it is among the
 * cluster's topics (conn_losses_is_asked). */
static bool are_letters_awaited(const struct conn_losses *own)
{
    return own->is_dead_there && !own->are_letters_told;
}

static bool losses_says_has_failed(const struct witnesses *w)
{
    return w->failed > 0 || strcmp(w->state, "FAILED") == 0;
}

static bool has_reason(const struct witnesses *w)
{
    return w->check_rule != NULL || w->task_rule != NULL || w->log_rule != NULL ||
           w->s3_error[0] != '\0';
}

void conn_losses_witness(const struct conn_model *cm, struct witnesses *w)
{
    const struct conn_losses *own = &cm->losses;
    if (w->is_embedded || cm->is_gone)
        return;
    w->loss = losses_says_gravest(own);
    w->are_letters_awaited = are_letters_awaited(own);
    /* A finding about settings is only a suspicion: it is no fault while the tasks run, and
     * explains a failed task only when nothing that was observed does. */
    if (own->settings.n == 0 || !losses_says_has_failed(w) || has_reason(w))
        return;
    w->check_rule = own->settings.items[0].rule;
    w->check_says = "";
    w->check_words = &own->words;
}

static void losses_say_one(struct pt_connector *c, const char *who, const char *source,
                           int64_t asked_ms, const struct loss *loss, bool is_proof,
                           const char *none)
{
    struct pt_evidence *e =
        conn_say(c, who, source, asked_ms, "%s", loss != NULL ? loss->says : none);
    e->since_ms = loss != NULL ? loss->since_ms : PT_UNKNOWN;
    e->is_bad = loss != NULL && is_grave(loss) && is_proof;
}

void conn_losses_evidence(const struct conn_model *cm, const struct witnesses *w,
                          struct pt_connector *c)
{
    const struct conn_losses *own = &cm->losses;
    if (w->is_embedded || !w->is_sink || cm->is_gone)
        return;
    for (size_t i = 0; i < own->found.n && i < LOST_SHOWN_MAX; i++)
        losses_say_one(c, "records lost", "Kafka, S3", cm->lag_asked_ms, &own->found.items[i], true,
                       "");
    for (size_t i = 0; i < own->former.n && i < SHOWN_MAX; i++)
        losses_say_one(c, "records lost", "Kafka, S3", own->group_since_ms, &own->former.items[i],
                       true, "");
    if (own->found.n == 0 && cm->n_lag_samples > 0)
        losses_say_one(c, "records lost", "Kafka, S3", cm->lag_asked_ms, NULL, true,
                       are_letters_awaited(own)
                           ? "none was seen; the dead letter topic is not asked yet"
                           : "none was seen");
    for (size_t i = 0; i < own->harm.n && i < SHOWN_MAX; i++)
        losses_say_one(c, "other sinks", "settings", cm->asked_ms, &own->harm.items[i], true, "");
    for (size_t i = 0; i < own->settings.n && i < SHOWN_MAX; i++)
        losses_say_one(c, "settings", "settings", cm->asked_ms, &own->settings.items[i],
                       losses_says_has_failed(w), "");
}
