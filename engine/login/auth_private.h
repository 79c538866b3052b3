/* Shared by the files of the credentials worker. Thread: the worker's. */
#ifndef LOGIN_AUTH_PRIVATE_H
#define LOGIN_AUTH_PRIVATE_H

#include "login/auth.h"

enum {
    AUTH_SOON_MS = 15 * 60 * 1000 /* before the expiry of credentials that cannot be renewed here */
};

/* Adds a line to the history of renewals, and to the log; the oldest line makes room. */
void auth_view_note(struct pt_auth *view, bool is_ok, const char *text);
/* Takes over the error of a renewal that failed. Returns whether it is news, and so in the history:
 * the last renewal succeeded, or failed for another reason. */
bool auth_view_fail(struct pt_auth *view, const struct pt_error *err, int64_t now_ms);
/* Clears that error. Returns whether there was one. */
bool auth_view_succeed(struct pt_auth *view);
/* Returns when something expires that pintop cannot renew, Unix ms: fixed credentials, a login in a
 * browser. PT_UNKNOWN: nothing does, or it is unknown. */
int64_t auth_view_end_ms(const struct pt_auth *view);

#endif
