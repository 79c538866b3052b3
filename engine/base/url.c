#include "base/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"

/* ------------------------------------------------------------------ percent-encoding */

static bool is_kept(char c, const char *kept)
{
    bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    return is_plain || (c != '\0' && strchr(kept, c) != NULL);
}

void url_encode(struct buf *out, const char *text, size_t len, const char *kept)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t begin = 0; /* of what stays as it is */
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (is_kept(text[i], kept))
            continue;
        const char coded[3] = {'%', digits[c >> 4], digits[c & 15]};
        buf_append(out, text + begin, i - begin);
        buf_append(out, coded, sizeof coded);
        begin = i + 1;
    }
    buf_append(out, text + begin, len - begin);
}

size_t url_decode(char *out, const char *text, size_t len)
{
    char *to = out;
    for (size_t i = 0; i < len; i++) {
        bool is_coded = text[i] == '%' && i + 2 < len && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
        *to++ = is_coded ? (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i];
        i += is_coded ? 2 : 0;
    }
    *to = '\0';
    return (size_t)(to - out);
}

char *url_decode_copy(const char *text)
{
    size_t len = strlen(text);
    char *copy = malloc(len + 1);
    if (copy != NULL)
        url_decode(copy, text, len);
    return copy;
}

bool url_path(char *out, size_t cap, const char *before, const char *name, const char *after)
{
    struct buf path;
    buf_init(&path, cap - 1);
    buf_puts(&path, before);
    url_encode(&path, name, strlen(name), URL_UNRESERVED);
    buf_puts(&path, after);
    bool is_ok = !path.is_over;
    snprintf(out, cap, "%s", is_ok ? path.data : "");
    buf_done(&path);
    return is_ok;
}

/* ------------------------------------------------------------------ what is wrong with one */

enum { PORT_MAX = 65535 };

static const char *port_fault(const char *text, size_t len)
{
    long port = 0;
    for (size_t i = 0; i < len && port <= PORT_MAX; i++) {
        if (text[i] < '0' || text[i] > '9')
            return "has a port that is not a number";
        port = port * 10 + (text[i] - '0');
    }
    if (len == 0)
        return "ends in a colon without a port";
    return port < 1 || port > PORT_MAX ? "has a port that is not between 1 and 65535" : NULL;
}

/* True for a character that no host name contains. Letters of other languages are accepted. */
static bool is_foreign(char c)
{
    return (unsigned char)c <= ' ' || strchr("\"'\\/?#@,;<>|^`{}\x7f", c) != NULL;
}

const char *url_host_fault(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_foreign(text[i]))
            return text[i] == '@'   ? "contains a user name"
                   : text[i] == ' ' ? "contains a blank"
                                    : "contains characters that a host name cannot have";
    const char *bracket = len > 0 && *text == '[' ? memchr(text, ']', len) : NULL;
    size_t host = bracket != NULL ? (size_t)(bracket + 1 - text) : 0;
    while (bracket == NULL && host < len && text[host] != ':')
        host++;
    if (host == 0 || (bracket != NULL && host == 2))
        return "has no host name";
    if (host == len)
        return NULL;
    if (text[host] != ':')
        return "has something other than a port after its ]";
    const char *port = text + host + 1;
    size_t n = len - host - 1;
    return memchr(port, ':', n) != NULL ? "has more than one colon; write an IPv6 address in [ ]"
                                        : port_fault(port, n);
}

/* True for a blank or a control byte in the path or the query. */
static bool has_foreign(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '\\')
            return true;
    return false;
}

/* Returns the host of USER:PASSWORD@HOST:PORT. */
static const char *url_host_of(const char *authority, size_t len)
{
    const char *at = memrchr(authority, '@', len);
    return at != NULL ? at + 1 : authority;
}

const char *url_fault(const char *url, bool may_have_user)
{
    size_t scheme = strncasecmp(url, "http://", 7) == 0    ? 7
                    : strncasecmp(url, "https://", 8) == 0 ? 8
                                                           : 0;
    if (scheme == 0)
        return "does not begin with http:// or https://";
    if (has_foreign(url))
        return "contains a blank or another character that a URL cannot have";
    const char *authority = url + scheme;
    size_t len = strcspn(authority, "/?#");
    const char *host = may_have_user ? url_host_of(authority, len) : authority;
    return url_host_fault(host, len - (size_t)(host - authority));
}

const char *url_proxy_fault(const char *proxy)
{
    static const char *const schemes[] = {"http",   "https",   "socks4",
                                          "socks5", "socks4a", "socks5h"};
    const char *mark = strstr(proxy, "://"), *authority = mark != NULL ? mark + 3 : proxy;
    bool is_known = mark == NULL;
    for (size_t i = 0; mark != NULL && i < sizeof schemes / sizeof *schemes; i++)
        is_known = is_known || (strlen(schemes[i]) == (size_t)(mark - proxy) &&
                                strncasecmp(schemes[i], proxy, strlen(schemes[i])) == 0);
    if (!is_known)
        return "begins with a scheme that is not a proxy's (http, https, socks4, socks5)";
    size_t len = strcspn(authority, "/?#");
    const char *host = url_host_of(authority, len);
    return url_host_fault(host, len - (size_t)(host - authority));
}
