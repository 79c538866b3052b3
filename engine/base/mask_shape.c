/* Secrets by shape: text that looks like a secret, whatever precedes it. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/mask_private.h"

enum {
    BASE64_MIN = 8,
    TOKEN_MIN = 10,
    USER_MIN = 20,
    KEY_ID = 20,
    SECRET_KEY = 40,
    NEAR = 32,
    PAIR_MIN = 9
};
enum { REACH = 256 }; /* how far a finder searches for the end of a possible secret */

#define COUNT(list) (sizeof(list) / sizeof *(list))

static bool is_base64(char c)
{
    return c != '\0' && (isalnum((unsigned char)c) || strchr("+/=_-.~", c) != NULL);
}

/* Returns how many bytes follow without one of `ends`, at most REACH. */
static size_t within_reach(const char *p, const char *ends)
{
    size_t n = 0;
    while (n < REACH && p[n] != '\0' && strchr(ends, p[n]) == NULL)
        n++;
    return n;
}

static bool has_digit_or_capital(const char *p, const char *end)
{
    for (const char *c = p; c < end; c++)
        if (isdigit((unsigned char)*c) || *c == '=' || (c > p && isupper((unsigned char)*c)))
            return true;
    return false;
}

/* Bearer and Basic with the credential that follows; "Basic authentication" is not one. */
static bool by_scheme(const char *p, struct mask_span *span)
{
    size_t n = strncasecmp(p, "bearer ", 7) == 0 ? 7 : strncasecmp(p, "basic ", 6) == 0 ? 6 : 0;
    if (n == 0)
        return false;
    span->from = span->to = p + n;
    while (is_base64(*span->to))
        span->to++;
    return span->to - span->from >= BASE64_MIN && has_digit_or_capital(span->from, span->to);
}

/* AKIA… and ASIA…: both ends stay, so that a key can be recognised. */
static bool by_key_id(struct mask_scan *scan, const char *p, struct mask_span *span)
{
    size_t n = 0;
    if (strncmp(p, "AKIA", 4) != 0 && strncmp(p, "ASIA", 4) != 0)
        return false;
    while (isupper((unsigned char)p[n]) || isdigit((unsigned char)p[n]))
        n++;
    span->from = p + 4;
    span->to = p + n - 4;
    bool is_masked = strncmp(p + 4, "***", 3) == 0; /* it was masked before */
    if (n == KEY_ID || is_masked)
        scan->key_end = is_masked ? p + 11 : p + n;
    return n == KEY_ID;
}

/* The secret access key that follows an access key ID: forty characters. */
static bool by_secret_key(const struct mask_scan *scan, const char *p, struct mask_span *span)
{
    if (scan->key_end == NULL || p - scan->key_end > NEAR)
        return false;
    size_t n = 0;
    while (n <= SECRET_KEY && (isalnum((unsigned char)p[n]) || p[n] == '+' || p[n] == '/'))
        n++;
    span->from = p;
    span->to = p + n;
    return n == SECRET_KEY;
}

/* Tokens whose beginning identifies their issuer. */
static bool by_token(const char *p, struct mask_span *span)
{
    static const char *const begins[] = {
        "ghp_",      "gho_",         "ghu_",
        "ghs_",      "ghr_",         "github_pat_",
        "glpat-",    "xoxb-",        "xoxp-",
        "xoxa",      "xoxs-",        "xapp-",
        "sk_live_",  "rk_live_",     "AIza",
        "npm_",      "hvs.",         "ya29.",
        "SG.",       "aHR0cHM6Ly9",  "FwoG",
        "FQoG",      "IQoJb3JpZ2lu", "sk_test_",
        "rk_test_",  "hf_",          "dapi",
        "dckr_pat_", "pypi-AgE",     "glrt-",
        "whsec_",    "shpat_",       "dop_v1_",
        "lin_api_",  "ATATT3x",      "sk-proj-",
        "sk-ant-",   "sq0csp-",      "AGE-SECRET-KEY-1",
    };
    for (size_t i = 0; i < COUNT(begins); i++) {
        if (*p != begins[i][0] || strncmp(p, begins[i], strlen(begins[i])) != 0)
            continue;
        span->from = span->to = p + strlen(begins[i]);
        while (is_base64(*span->to))
            span->to++;
        return span->to - span->from >= TOKEN_MIN && has_digit_or_capital(span->from, span->to);
    }
    return false;
}

/* "sk-" and characters without a separator; a name like sk-cluster-01 has separators. */
static bool by_sk(const char *p, struct mask_span *span)
{
    if (strncmp(p, "sk-", 3) != 0)
        return false;
    span->from = span->to = p + 3;
    while (isalnum((unsigned char)*span->to))
        span->to++;
    return span->to - span->from >= USER_MIN && has_digit_or_capital(span->from, span->to);
}

/* "user:password" in base64, as in "Basic …" but without that word: printable, with one colon. */
static bool by_pair(const char *p, struct mask_span *span)
{
    unsigned bits = 0;
    int n_bits = 0, n_bytes = 0, colon = -1;
    span->from = span->to = p;
    for (int value; (value = base64_bits(*span->to)) >= 0; span->to++) {
        bits = (bits << 6 | (unsigned)value) & 0xffff;
        n_bits += 6;
        if (n_bits < 8)
            continue;
        n_bits -= 8;
        unsigned char byte = (unsigned char)(bits >> n_bits);
        if (n_bytes > REACH || byte < 0x21 || byte > 0x7e || (byte == ':' && colon >= 0))
            return false;
        if (byte == ':')
            colon = n_bytes;
        n_bytes++;
    }
    span->to += strspn(span->to, "=");
    return (span->to - p) % 4 == 0 && colon > 0 && n_bytes - colon > 4 && n_bytes >= PAIR_MIN;
}

/* curl -u NAME:PASSWORD */
static bool by_user_option(const char *p, struct mask_span *span)
{
    size_t head = strncmp(p, "-u ", 3) == 0 ? 3 : strncmp(p, "--user ", 7) == 0 ? 7 : 0;
    if (head == 0)
        return false;
    const char *colon = p + head + within_reach(p + head, ": \t\r\n\"'/");
    if (*colon != ':')
        return false;
    span->from = colon + 1;
    span->to = span->from + within_reach(span->from, " \t\r\n\"'");
    return span->to > span->from;
}

/* A JSON web token: three parts in base64; the first two begin with {". */
static bool by_jwt(const char *p, struct mask_span *span)
{
    if (strncmp(p, "eyJ", 3) != 0)
        return false;
    span->from = span->to = p + 3;
    while (mask_is_name_char(*span->to))
        span->to++;
    const char *dot = memchr(p, '.', (size_t)(span->to - p));
    return dot != NULL && strncmp(dot, ".eyJ", 4) == 0;
}

/* jdbc:oracle:thin:USER/PASSWORD@ */
static bool by_oracle(const char *p, struct mask_span *span)
{
    size_t head = strncasecmp(p, "thin:", 5) == 0 ? 5 : strncasecmp(p, "oci:", 4) == 0 ? 4 : 0;
    if (head == 0)
        return false;
    const char *slash = p + head + within_reach(p + head, "/@ \t\r\n\"'");
    if (*slash != '/' || slash[1] == '/')
        return false;
    span->from = slash + 1;
    span->to = span->from + within_reach(span->from, "@ \t\r\n\"'");
    return *span->to == '@' && span->to > span->from;
}

bool mask_by_word(struct mask_scan *scan, const char *p, struct mask_span *span)
{
    /* Most words have another beginning. */
    if (*p == 'A' && by_key_id(scan, p, span))
        return true;
    if (strchr("bB", *p) != NULL && by_scheme(p, span))
        return true;
    if (strchr("tTo", *p) != NULL && by_oracle(p, span))
        return true;
    if (strchr("AFISadeghlnprswxy", *p) != NULL &&
        (by_jwt(p, span) || by_token(p, span) || by_sk(p, span)))
        return true;
    if (*p == '-' && by_user_option(p, span))
        return true;
    if (by_pair(p, span))
        return true;
    return by_secret_key(scan, p, span);
}

/* ------------------------------------------------------------------ at any place */

/* p is where the text was cut. */
static bool is_cut(const char *p)
{
    return *p == '\0' || strncmp(p, "…", 3) == 0 || strncmp(p, "...", 3) == 0;
}

/* user:pa/ss@host, whose password is not encoded as URLs require; and a URL whose host was cut
 * off. A port has digits only. */
static bool by_odd_password(const char *colon, const char *end, struct mask_span *span)
{
    const char *from = colon + 1;
    size_t n = (size_t)(end - from), digits = strspn(from, "0123456789");
    if (n == 0 || digits >= n || (digits > 0 && !isalnum((unsigned char)from[digits])))
        return false;
    const char *at = memrchr(from, '@', within_reach(from, " \t\r\n\"'<>,"));
    span->from = from;
    span->to = at != NULL ? at : end;
    return at != NULL || is_cut(end);
}

/* scheme://user:password@host, scheme://token@host */
static bool by_url(const char *p, struct mask_span *span)
{
    if (strncmp(p, "://", 3) != 0)
        return false;
    const char *from = p + 3, *end = from + strcspn(from, "/?#\"'<> \t\r\n");
    const char *at = memrchr(from, '@', (size_t)(end - from));
    const char *colon = memchr(from, ':', (size_t)((at != NULL ? at : end) - from));
    if (at == NULL)
        return colon != NULL && *from != '[' && by_odd_password(colon, end, span);
    span->from = colon != NULL ? colon + 1 : from;
    span->to = at;
    bool is_token = at - from >= USER_MIN && has_digit_or_capital(from, at);
    return span->to > span->from && (colon != NULL || is_token);
}

static bool by_pem(const char *p, struct mask_span *span)
{
    static const char begin[] = "-----BEGIN ", end[] = "-----END ", key[] = "PRIVATE KEY";
    if (strncmp(p, begin, sizeof begin - 1) != 0)
        return false;
    const char *name = p + sizeof begin - 1;
    const char *head = strstr(name, "-----");
    if (head == NULL || memmem(name, (size_t)(head - name), key, sizeof key - 1) == NULL)
        return false;
    span->from = head + 5;
    span->to = strstr(span->from, end);
    if (span->to == NULL)
        span->to = span->from + strlen(span->from);
    return span->to > span->from;
}

/* A private key whose beginning was cut off: the lines before its end. */
static bool by_pem_end(const struct mask_scan *scan, const char *p, struct mask_span *span)
{
    static const char end[] = "-----END ", key[] = "PRIVATE KEY-----";
    if (strncmp(p, end, sizeof end - 1) != 0)
        return false;
    const char *name = p + sizeof end - 1;
    if (memmem(name, within_reach(name, "\r\n"), key, sizeof key - 1) == NULL)
        return false;
    span->from = span->to = p;
    while (span->from > scan->done &&
           (is_base64(span->from[-1]) || strchr("\r\n\\", span->from[-1])))
        span->from--;
    return span->from < p;
}

static bool by_webhook(const char *p, struct mask_span *span)
{
    static const char *const hooks[] = {
        "hooks.slack.com/services/",         "hooks.slack.com/workflows/",
        "hooks.slack.com/triggers/",         "discord.com/api/webhooks/",
        "discordapp.com/api/webhooks/",      "webhook.office.com/webhookb2/",
        "outlook.office.com/webhook/",       "api.telegram.org/bot",
        "events.pagerduty.com/integration/", "hooks.zapier.com/hooks/catch/",
    };
    for (size_t i = 0; i < COUNT(hooks); i++) {
        if (strncmp(p, hooks[i], strlen(hooks[i])) != 0)
            continue;
        span->from = p + strlen(hooks[i]);
        span->to = span->from + strcspn(span->from, " \t\r\n\"'<>)}]\\");
        return span->to > span->from;
    }
    return false;
}

bool mask_by_shape(const struct mask_scan *scan, const char *p, struct mask_span *span)
{
    switch (*p) {
    case ':':
        return by_url(p, span);
    case '-':
        return by_pem(p, span) || by_pem_end(scan, p, span);
    case 'a':
    case 'd':
    case 'e':
    case 'h':
    case 'o':
    case 'w':
        return by_webhook(p, span);
    default:
        return false;
    }
}
