/* Everything that an engine reports or is sent, as JSON and back: for scripts, for the other end of
 * a connection, for a recording.
 *
 * Each text is one line, begins with {"api":1, and is written from tables that name each field
 * once. Integers have all their digits; figures are rounded to three decimals; times are RFC 3339
 * UTC with milliseconds; what is unknown is null. Within one api keys are only added: a reader
 * ignores the keys that it does not know, and what is missing is unknown.
 *
 * What is read may come from anybody: a text that is cut off, nested too deeply, too large (256
 * MiB) or simply wrong is an error that names the place, and nothing is read. All texts that come
 * out are printable, all arrays as long as their counts say, all enumerations within their range.
 * Thread: any; the calls are independent, and do no I/O. */
#ifndef PINTOP_REPORT_H
#define PINTOP_REPORT_H

#include <stddef.h>

#include "pintop/api.h"
#include "pintop/command.h"
#include "pintop/error.h"
#include "pintop/snapshot.h"
#include "pintop/teardown.h"

PT_API_BEGIN

enum { PT_JSON_API = 1 };

/* Return it as JSON without a newline at the end. Free with free(). NULL when out of memory.
 * pt_snapshot_json and pt_connector_json are in pintop/snapshot.h. */
char *pt_command_json(const struct pt_command *cmd);
char *pt_result_json(const struct pt_result *result);
char *pt_error_json(const struct pt_error *error);
/* The checks as in `doctor --json`: with a summary of their states. */
char *pt_checks_json(const struct pt_checks *checks);
/* What pintop has created, as in `teardown --json`. */
char *pt_made_json(const struct pt_made_list *list);

/* Reads a snapshot, which is like the engine's own: the caller has one reference, for
 * pt_snapshot_release. Fields that are made from others ("age_s", "version") are ignored.
 *
 * json    len bytes; no NUL is needed.
 * snap    out; NULL with an error.
 * Errors  PT_EDATA the text is not a snapshot; PT_EUNSUPPORTED its api is another one; PT_EFULL it
 *         is too large; PT_ENOMEM. */
pt_code pt_snapshot_read(const char *json, size_t len, const struct pt_snapshot **snap,
                         struct pt_error *err);

/* Returns what a snapshot has that `before` had not, as one line: the root's own fields, and the
 * sections that are not those of `before`; of events, log lines, samples and results only the new
 * ones. A line that needs no snapshot before it is a keyframe; it says so right at its beginning:
 * {"api":1,"keyframe":true. Free with free(). NULL when out of memory.
 *
 * before  NULL: everything, as a keyframe. */
char *pt_snapshot_delta_json(const struct pt_snapshot *snap, const struct pt_snapshot *before);

/* Makes the snapshot that such a line tells, for pt_snapshot_release. The sections that the line
 * leaves out are the very ones of `before`, so who compares pointers draws only what changed.
 *
 * before  the snapshot that the line before it made; NULL none yet. The caller's, as it was.
 * snap    out; NULL with an error.
 * Errors  as pt_snapshot_read; PT_EDATA, too, when the line needs another snapshot before it. */
pt_code pt_snapshot_apply(const char *json, size_t len, const struct pt_snapshot *before,
                          const struct pt_snapshot **snap, struct pt_error *err);

/* Reads a command, in the same way. It is not checked: pt_engine_check tells whether it may be
 * carried out. Free it with pt_command_free; NULL is fine. */
pt_code pt_command_read(const char *json, size_t len, struct pt_command **cmd,
                        struct pt_error *err);
void pt_command_free(struct pt_command *cmd);

/* Reads a result, in the same way. Release it with pt_result_release; NULL is fine. */
pt_code pt_result_read(const char *json, size_t len, const struct pt_result **result,
                       struct pt_error *err);
void pt_result_release(const struct pt_result *result);

/* Reads an error, in the same way. error is what was read, err why it could not be; they may not be
 * the same. */
pt_code pt_error_read(const char *json, size_t len, struct pt_error *error, struct pt_error *err);

PT_API_END

#endif
