/* Whether a state directory's engines are recorded, when the configuration does not say so: the
 * answer that was given once, which the file record.asked in that directory keeps. Thread: any. */
#ifndef RECORD_ANSWER_H
#define RECORD_ANSWER_H

#include <stdbool.h>

enum answer { ANSWER_NONE, ANSWER_NO, ANSWER_YES };

/* Reads it; what is in the file and is neither counts as none. */
enum answer answer_read(const char *state_dir);
/* Keeps it, on a thread of its own, since a disk may hang. Without it the question comes again,
 * which is no error. */
void answer_keep(const char *state_dir, bool is_yes);

#endif
