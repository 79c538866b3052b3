/* The progress of a fix on the command line: one line on the terminal that is drawn again and
 * again, and the new lines of a log above it. Thread: the fix's. */
#ifndef CLI_FIX_PROGRESS_H
#define CLI_FIX_PROGRESS_H

#include <stdbool.h>

#include "pintop/doctor.h"

/* All zero: nothing is shown. */
struct fix_progress {
    bool is_on;   /* standard error is a terminal */
    bool is_line; /* its last line is the progress */
    char does[sizeof((struct pt_progress *)0)->does];
    char log[PT_PROGRESS_LOG_MAX]; /* that was printed */
};

/* progress without an ID: the fix has ended, and the line is erased. */
void fix_progress_show(struct fix_progress *shown, const struct pt_progress *progress);

#endif
