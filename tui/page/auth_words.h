/* What the Auth page and the Overview's line say about the token and the keys behind it. */
#ifndef PAGE_AUTH_WORDS_H
#define PAGE_AUTH_WORDS_H

#include <stdbool.h>

#include "ui/ui.h"

enum style auth_style(enum pt_auth_state state);
/* "OK: the token is good for 11m02s more"; what is wrong, when something is. */
void auth_headline(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap);
/* "token ok 11m02s, renewed in 8m02s | keys end 04:31Z (1h18m) | clock +0.1s". "" not needed. */
void auth_line(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap);
/* The same in few words for the terminal's title; "" while all is well. */
const char *auth_warning(const struct pt_auth *auth);
/* Is something to be done? */
bool auth_is_bad(const struct pt_auth *auth);

#endif
