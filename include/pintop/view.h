/* What a dashboard remembers of its looks, for each context: a small text file in the state
 * directory, whose lines are the front end's. Thread: any that may wait; one at a time. */
#ifndef PINTOP_VIEW_H
#define PINTOP_VIEW_H

#include "pintop/api.h"
#include "pintop/error.h"

PT_API_BEGIN

enum { PT_VIEW_MAX = 16384 };

/* Reads the file, DIR/view.CONTEXT, or DIR/view without a context ("").
 *
 * text    out, free(); NULL after an error.
 * Errors  PT_ENOTFOUND there is none yet, PT_EIO, PT_EDATA longer than PT_VIEW_MAX, PT_ENOMEM. */
pt_code pt_view_read(const char *dir, const char *context, char **text, struct pt_error *err);
/* Replaces it. Other processes may do so at the same time: one of them wins, and the file is always
 * that of one of them, whole. The directory is made when it is missing. Errors PT_EIO, PT_EFULL. */
pt_code pt_view_write(const char *dir, const char *context, const char *text, struct pt_error *err);

PT_API_END

#endif
