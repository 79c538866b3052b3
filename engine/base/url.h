/* URLs: percent-encoding, and what is wrong with an address that somebody typed (a URL, a host with
 * its port, a proxy): one look for all places that take one, before anything is asked there.
 * Pure. Thread: any. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Append len bytes percent-encoded: all but letters, digits and the signs of `kept`. */
void url_encode(struct buf *out, const char *text, size_t len, const char *kept);
/* The signs that never need it (RFC 3986); a path keeps its '/', too. */
#define URL_UNRESERVED "-._~"
/* Undo %XX (a '+' stays one) into out, of len + 1 bytes, which may be text itself. What is no %XX
 * stays as it is. Returns the length; a NUL follows. */
size_t url_decode(char *out, const char *text, size_t len);
/* The same of a C string into a copy; the caller's, free. NULL without memory. */
char *url_decode_copy(const char *text);

/* The path of one thing: before, its name encoded, and what comes after. False: it doesn't fit, and
 * out is "". */
bool url_path(char *out, size_t cap, const char *before, const char *name, const char *after);

/* What is wrong with an address. Each returns NULL when nothing is wrong, else a literal to be read
 * behind "it": "names no host". No byte of the text is in it: it may hold a password. */

/* http://HOST[:PORT][/PATH] or https://…; with may_have_user also USER[:PASSWORD]@ before HOST. */
const char *url_fault(const char *url, bool may_have_user);
/* HOST, HOST:PORT, [V6] or [V6]:PORT, in len bytes. */
const char *url_host_fault(const char *text, size_t len);
/* [SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/], as libcurl reads it from HTTPS_PROXY. */
const char *url_proxy_fault(const char *proxy);

#endif
