/* Shared by the files of the judge: setting a verdict, and the doubts that keep it from OK. */
#ifndef CONNECTOR_JUDGE_JUDGE_PRIVATE_H
#define CONNECTOR_JUDGE_JUDGE_PRIVATE_H

#include "connector/judge/judge.h"

enum {
    JUDGE_MINUTE_MS = 60 * 1000,
    JUDGE_LATE_MS = 1000,    /* an answer is late */
    JUDGE_SILENT_MS = 10000, /* no answer comes */
    JUDGE_STORM_PER_HOUR = 30
};

/* Sets verdict, since and cause; the rest stays. */
void judge_say(struct judgement *j, enum pt_verdict verdict, int64_t since_ms, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void judge_fix(struct judgement *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool judge_is_known(const char *text);

/* Sets a rule's cause and fix, in its words for one text (NULL: the general ones), with the
 * original message. */
void judge_by_words(struct judgement *j, enum pt_verdict verdict, int64_t since_ms,
                    const struct rule *rule, const struct rule_words *words, const char *said);
void judge_by_rule(struct judgement *j, enum pt_verdict verdict, int64_t since_ms,
                   const struct rule *rule, const char *said);

/* In change.c, carry.c, group.c and pace.c: each checks for one kind of fault, and returns true
 * when it has found and set it. */
bool fault_operation(const struct witnesses *w, struct judgement *j);
/* Adds to the cause that the fault began right after a setting was changed. */
void judge_add_change(const struct witnesses *w, struct judgement *j);
bool fault_leader(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
bool fault_commits(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
bool fault_worker(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
bool fault_ghost(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
bool fault_poll(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
bool fault_group(const struct witnesses *w, struct judgement *j, enum pt_verdict verdict);
/* In loss.c. note_loss is for losses that are only worth a note. */
bool fault_loss(const struct witnesses *w, struct judgement *j);
bool note_loss(const struct witnesses *w, struct judgement *j);
bool fault_checks(const struct witnesses *w, struct judgement *j);
bool fault_metrics(const struct witnesses *w, struct judgement *j);
bool fault_pace(const struct witnesses *w, struct judgement *j);
bool fault_flush(const struct witnesses *w, struct judgement *j);

/* In doubts.c: what is missing for OK. Each returns true when it has found and set it (UNKNOWN, or
 * TRANSITION while that is normal). */
bool doubt_state(const struct witnesses *w, struct judgement *j);
bool doubt_tasks(const struct witnesses *w, struct judgement *j);
bool doubt_offsets(const struct witnesses *w, struct judgement *j);

#endif
