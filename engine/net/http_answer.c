/* An answer in memory: filled by a transport, asked for its headers, wiped. */
#include "net/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/wipe.h"

/* realloc would leave a copy of the old bytes, which may be a secret. */
static bool http_answer_grow(char **data, size_t len, size_t *cap, size_t more)
{
    size_t need = len + more + 1;
    if (need <= *cap)
        return true;
    size_t size = *cap > 0 ? *cap : 4096;
    while (size < need)
        size *= 2;
    char *grown = wipe_grow(*data, len, *cap, size);
    if (grown == NULL)
        return false;
    *data = grown;
    *cap = size;
    return true;
}

bool http_answer_add(struct http_answer *answer, const void *bytes, size_t len)
{
    if (!http_answer_grow(&answer->body, answer->len, &answer->cap, len))
        return false;
    if (len > 0)
        memcpy(answer->body + answer->len, bytes, len);
    answer->len += len;
    answer->body[answer->len] = '\0';
    return true;
}

bool http_answer_add_header(struct http_answer *answer, const char *line, size_t len)
{
    if (!http_answer_grow(&answer->headers, answer->headers_len, &answer->headers_cap, len + 1))
        return false;
    memcpy(answer->headers + answer->headers_len, line, len);
    answer->headers_len += len;
    answer->headers[answer->headers_len++] = '\n';
    answer->headers[answer->headers_len] = '\0';
    return true;
}

void http_answer_done(struct http_answer *answer)
{
    wipe_bytes(answer->body, answer->cap);
    wipe_bytes(answer->headers, answer->headers_cap);
    memset(answer, 0, sizeof *answer);
}

bool http_answer_header(const struct http_answer *answer, const char *name, char *out, size_t cap)
{
    size_t len = strlen(name);
    for (const char *line = answer->headers; line != NULL && *line != '\0';) {
        size_t line_len = strcspn(line, "\n");
        if (line_len > len && line[len] == ':' && strncasecmp(line, name, len) == 0) {
            const char *value = line + len + 1;
            value += strspn(value, " \t");
            snprintf(out, cap, "%.*s", (int)(line + line_len - value), value);
            return true;
        }
        line += line_len + (line[line_len] == '\n');
    }
    return false;
}
