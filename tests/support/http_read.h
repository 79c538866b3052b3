/* For servers in tests: one HTTP request off a connection. */
#ifndef SUPPORT_HTTP_READ_H
#define SUPPORT_HTTP_READ_H

#include <stddef.h>

/* Head and body, as far as Content-Length says, as one string; "" when the other side has closed.
 */
void http_read_request(int fd, char *out, size_t cap);

#endif
