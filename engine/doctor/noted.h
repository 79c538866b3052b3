/* How a fix notes in the state directory what it makes, for `pintop teardown`. Thread: the fix's.
 */
#ifndef DOCTOR_NOTED_H
#define DOCTOR_NOTED_H

#include "doctor/check.h"
#include "state/created.h"

/* Notes what is about to be made, with the account, the region (unless thing has one) and the
 * UserID of the check. Errors as created_begin: then nothing is to be made. */
pt_code noted_begin(const struct check *check, struct created *thing, struct pt_error *err);
/* Notes how that ended: made, or refused for certain, or nobody knows. A note that cannot be
 * written stays as it was: perhaps made. */
void noted_end(const struct check *check, const struct created *thing, pt_code code);

/* A file's SHA-256 as text, to know it by. out: 2 * 32 + 1 bytes. */
enum { NOTED_SUM_MAX = 65 };
void noted_sum(const void *data, size_t len, char *out);
/* The same of a policy, without the white space between its words. */
void noted_policy_sum(const char *document, char *out);

#endif
