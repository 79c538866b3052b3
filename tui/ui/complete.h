/* Completes what is typed: to what all candidates have in common, with the candidates beside it
 * when there are several. Pure. Thread: any. */
#ifndef UI_COMPLETE_H
#define UI_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

enum { COMPLETE_MAX = 256 };

struct complete {
    const char *typed;         /* what the candidates have to begin with; the caller's */
    char common[COMPLETE_MAX]; /* what all of them begin with */
    char list[320];            /* their names, one after the other; "…" at its end: and more */
    int n;
};

/* Begins without a candidate. */
void complete_begin(struct complete *complete, const char *typed);
/* Takes a candidate, if it begins with what was typed and is not there yet. */
void complete_offer(struct complete *complete, const char *word);

#endif
