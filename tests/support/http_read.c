#include "http_read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void http_read_request(int fd, char *out, size_t cap)
{
    size_t used = 0, want = cap;
    out[0] = '\0';
    while (used + 1 < cap && used < want) {
        ssize_t n = read(fd, out + used, cap - used - 1);
        if (n <= 0)
            break;
        used += (size_t)n;
        out[used] = '\0';
        const char *end = strstr(out, "\r\n\r\n"), *length = strcasestr(out, "content-length: ");
        if (end != NULL)
            want = (size_t)(end - out) + 4 +
                   (length != NULL && length < end ? strtoul(length + 16, NULL, 10) : 0);
    }
}
