/* What the Auth page and the Overview say about the token and the credentials behind it. */
#ifndef PAGE_AUTH_WORDS_H
#define PAGE_AUTH_WORDS_H

#include <stdbool.h>

#include "pintop/snapshot.h"
#include "term/canvas.h"

enum style auth_style(enum pt_auth_state state);
/* "OK: the token is valid for 11m02s more", or what is wrong. */
void auth_headline(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap);
/* The Overview's line: the token and its renewal, the expiry of the credentials, the clock skew. ""
 * when the cluster needs no token. */
void auth_line(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap);
/* The same in few words for the terminal's title; "" when there is nothing to do. */
const char *auth_warning(const struct pt_auth *auth);
/* Whether the operator has to do something. */
bool auth_is_bad(const struct pt_auth *auth);

#endif
