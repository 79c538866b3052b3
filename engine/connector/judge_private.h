/* What the files of the judge share: saying a verdict, and the doubts that keep it from OK. */
#ifndef CONNECTOR_JUDGE_PRIVATE_H
#define CONNECTOR_JUDGE_PRIVATE_H

#include "connector/judge.h"

enum {
    JUDGE_MINUTE_MS = 60 * 1000,
    JUDGE_LATE_MS = 1000,    /* an answer is late */
    JUDGE_SILENT_MS = 10000, /* it does not come */
    JUDGE_STORM_PER_HOUR = 30
};

/* Set verdict, since and cause; the rest stays. */
void judge_say(struct judgement *j, enum pt_verdict verdict, int64_t since_ms, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void judge_fix(struct judgement *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool judge_is_known(const char *text);

/* A rule's cause and fix, by words about one text (NULL: its plain ones), with what was really
 * said. */
void judge_by_words(struct judgement *j, enum pt_verdict verdict, int64_t since_ms,
                    const struct rule *rule, const struct rule_words *words, const char *said);
void judge_by_rule(struct judgement *j, enum pt_verdict verdict, int64_t since_ms,
                   const struct rule *rule, const char *said);

/* judge_change.c, judge_carry.c, judge_group.c, judge_pace.c: a fault, if that is one; true: it was
 * said. */
bool fault_operation(const struct witnesses *w, struct judgement *j);
/* A fault that began right after a setting was changed: the cause says so. */
void judge_add_change(const struct witnesses *w, struct judgement *j);
bool fault_leader(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
bool fault_commits(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
bool fault_worker(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
bool fault_ghost(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
bool fault_poll(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
bool fault_group(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
/* judge_loss.c; note_loss: what was lost is worth a word only. */
bool fault_loss(const struct witnesses *w, struct judgement *j);
bool note_loss(const struct witnesses *w, struct judgement *j);
bool fault_checks(const struct witnesses *w, struct judgement *j);
bool fault_metrics(const struct witnesses *w, struct judgement *j);
bool fault_pace(const struct witnesses *w, struct judgement *j);
bool fault_flush(const struct witnesses *w, struct judgement *j);

/* doubts.c: what is missing for OK, if anything. True: it was said (UNKNOWN, or TRANSITION while
 * that is normal). */
bool doubt_state(const struct witnesses *w, struct judgement *j);
bool doubt_tasks(const struct witnesses *w, struct judgement *j);
bool doubt_offsets(const struct witnesses *w, struct judgement *j);

#endif
