/* What changes between two texts, line by line. Pure. Thread: any. */
#ifndef DOCTOR_DIFF_H
#define DOCTOR_DIFF_H

#include "base/buf.h"
#include "pintop/error.h"

/* Appends the lines that go with "- " before them, those that come with "+ ", two lines around them
 * with two blanks, and "  …" for what is left out. Blanks at a line's beginning make no difference.
 * Nothing when all lines are the same. Texts of more than 2000 lines: all of them go and come.
 * Returns false without memory. */
bool diff_lines(const char *old, const char *now, struct buf *out);

/* Appends the same to a plan, masked: nobody is to agree to a part of it.
 * Errors  PT_ENOMEM; PT_EFULL: it is over 4 MiB, or does not fit into the plan. */
pt_code diff_tell(const char *old, const char *now, struct buf *plan, struct pt_error *err);

#endif
