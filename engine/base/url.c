#include "base/url.h"

#include <string.h>
#include <strings.h>

enum { PORT_MAX = 65535 };

static const char *port_fault(const char *text, size_t len)
{
    long port = 0;
    for (size_t i = 0; i < len && port <= PORT_MAX; i++) {
        if (text[i] < '0' || text[i] > '9')
            return "has a port that is no number";
        port = port * 10 + (text[i] - '0');
    }
    if (len == 0)
        return "ends in a colon, and no port stands behind";
    return port < 1 || port > PORT_MAX ? "has a port that isn't between 1 and 65535" : NULL;
}

/* What no host's name has. Other languages' letters are let through. */
static bool is_foreign(char c)
{
    return (unsigned char)c <= ' ' || strchr("\"'\\/?#@,;<>|^`{}\x7f", c) != NULL;
}

const char *url_host_fault(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_foreign(text[i]))
            return text[i] == '@'   ? "has a user name in it"
                   : text[i] == ' ' ? "has a blank in it"
                                    : "has signs in it that no host's name has";
    const char *bracket = len > 0 && *text == '[' ? memchr(text, ']', len) : NULL;
    size_t host = bracket != NULL ? (size_t)(bracket + 1 - text) : 0;
    while (bracket == NULL && host < len && text[host] != ':')
        host++;
    if (host == 0 || (bracket != NULL && host == 2))
        return "names no host";
    if (host == len)
        return NULL;
    if (text[host] != ':')
        return "has more behind its ] than a port";
    const char *port = text + host + 1;
    size_t n = len - host - 1;
    return memchr(port, ':', n) != NULL ? "has more than one colon, and IPv6 stands in [ ]"
                                        : port_fault(port, n);
}

/* A blank or a control byte in the path or the query. */
static bool has_foreign(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '\\')
            return true;
    return false;
}

/* The host of USER:PASSWORD@HOST:PORT. */
static const char *host_of(const char *authority, size_t len)
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
        return "begins with neither http:// nor https://";
    if (has_foreign(url))
        return "has a blank in it, or another sign that no URL has";
    const char *authority = url + scheme;
    size_t len = strcspn(authority, "/?#");
    const char *host = may_have_user ? host_of(authority, len) : authority;
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
        return "begins with a scheme that is no proxy's (http, https, socks4, socks5)";
    size_t len = strcspn(authority, "/?#");
    const char *host = host_of(authority, len);
    return url_host_fault(host, len - (size_t)(host - authority));
}
