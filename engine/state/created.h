/* What pintop has created, kept between runs in DIR/created: one JSON object a line. Lines
 * are added; once the file is long and most of it is of what is settled, it is replaced by one
 * without that. A thing is noted before it is made and again when it is there, so that after a
 * kill -9 in between it is known as one that perhaps was made. A last line that is cut off counts
 * as not written.
 * Thread: any that may block; several processes at once, too. */
#ifndef STATE_CREATED_H
#define STATE_CREATED_H

#include "state/created_text.h"

/* Notes that it is about to be made; thing->id and begun_ms are set. Errors PT_EIO, PT_EFULL:
 * nothing is noted. */
pt_code created_begin(const char *dir, struct created *thing, struct pt_error *err);
/* Notes that it is there, with what is known of it by now. Of one kind and name only the last one
 * made counts, except for what keeps its old version: those are put back one after the other. */
pt_code created_made(const char *dir, const struct created *thing, struct pt_error *err);
/* Notes how the making of it has ended. code PT_OK: it is there (created_made). An error by which
 * it was not made for certain strikes the note. After any other one, such as no answer, it stays
 * noted as perhaps made. Errors those of the two. */
pt_code created_end(const char *dir, const struct created *thing, pt_code code,
                    struct pt_error *err);
/* Strikes the note: it was not made, or is deleted. */
pt_code created_strike(const char *dir, const char *id, struct pt_error *err);

/* Strikes all notes of a kind and name, of a topic those whose cluster's ID or ARN is the same: it
 * was deleted by another command. Errors also those of created_read. */
pt_code created_strike_named(const char *dir, const struct created *thing, struct pt_error *err);

/* Reads what is noted and not struck. A missing file is an empty list. created_list_done, also
 * after an error. Errors PT_EIO, PT_EDATA (the file is too long), PT_ENOMEM. */
pt_code created_read(const char *dir, struct created_list *list, struct pt_error *err);

#endif
