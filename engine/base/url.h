/* What is wrong with an address that somebody typed: a URL, a host with its port, a proxy. One look
 * for all places that take one, before anything is asked there. Pure. Thread: any. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

/* Each returns NULL when nothing is wrong, else a literal to be read behind "it": "names no host".
 * No byte of the text is in it: it may hold a password. */

/* http://HOST[:PORT][/PATH] or https://…; with may_have_user also USER[:PASSWORD]@ before HOST. */
const char *url_fault(const char *url, bool may_have_user);
/* HOST, HOST:PORT, [V6] or [V6]:PORT; len bytes. */
const char *url_host_fault(const char *text, size_t len);
/* [SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/], as libcurl takes it from HTTPS_PROXY. */
const char *url_proxy_fault(const char *proxy);

#endif
