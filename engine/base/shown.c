#include "base/shown.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/printable.h"
#include "base/secret.h"

enum { STARS = 3, BASE64_MIN = 8, KEY_ID = 20, NAME_MAX_BYTES = 96 };

/* A secret: from … to. */
struct span {
    char *from, *to;
};

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '.' || c == '_' || c == '-';
}

static bool is_base64(char c)
{
    return c != '\0' && (isalnum((unsigned char)c) || strchr("+/=_-.~", c) != NULL);
}

/* Length of a quote as it stands in text, escaped or not, and how often: " ' \" \\\" */
static size_t quote_at(const char *p)
{
    size_t n = strspn(p, "\\");
    return p[n] == '"' || p[n] == '\'' ? n + 1 : 0;
}

/* The end of a quoted text that begins behind its opening quote of n bytes. */
static char *quoted_end(char *p, const char *quote, size_t n)
{
    while (*p != '\0') {
        size_t run = strspn(p, "\\");
        /* Each level of escaping doubles: \" within "...", \\\" within \"...\". */
        if (p[run] == quote[n - 1] && run + 1 >= n && (run + 1 - n) % (2 * n) == 0)
            return p + run + 1 - n;
        p += run + (p[run] != '\0');
    }
    return p;
}

static bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcasecmp(name + n - m, end) == 0;
}

/* Login configurations and headers hold more than one word. Neither the file of the one
 * ("x_jaas.conf: not found") nor an exception ("TopicAuthorizationException: ...") is a secret. */
static bool is_whole_line(const char *name)
{
    return (strcasestr(name, "jaas") != NULL && !ends_in(name, ".conf")) ||
           ends_in(name, "authorization");
}

/* "X-Vault-Token: s.ab12" at the end of a line: no sentence. */
static bool is_lone_word(const char *p)
{
    size_t n = strcspn(p, " \t\r\n");
    const char *behind = p + n + strspn(p + n, " \t\r");
    return n >= 6 && strcspn(p, "0123456789") < n && (*behind == '\0' || *behind == '\n');
}

/* The value behind `name=`, `"name": "` or `name: "`. False: none stands there. */
static bool value_behind(char *p, const char *name, bool is_quoted, struct span *span)
{
    size_t quote = quote_at(p);
    if (is_quoted && quote > 0)
        p += quote;
    while (*p == ' ')
        p++;
    bool is_colon = *p == ':';
    if (*p != '=' && !is_colon)
        return false;
    p++;
    size_t blanks = strspn(p, " ");
    /* "token: it has run out" is a sentence, `"token": …` and `token:x` are not. */
    if (is_colon && !is_quoted && blanks > 0 && quote_at(p + blanks) == 0 && !is_whole_line(name) &&
        !is_lone_word(p + blanks))
        return false;
    p += blanks;
    quote = quote_at(p);
    span->from = p + quote;
    if (strncmp(span->from, "***", STARS) == 0) /* it was masked before */
        span->to = span->from + STARS;
    else if (quote > 0)
        span->to = quoted_end(span->from, p, quote);
    else if (is_whole_line(name))
        span->to = span->from + strcspn(span->from, "\r\n");
    else
        span->to = span->from + strcspn(span->from, " \t\r\n,;&\"'<>)}]\\");
    return span->to > span->from;
}

/* AWS's service and its ARNs: an action, or the rest of the ARN, stands behind. */
static bool is_of_aws(const char *p, const char *start, const char *name, size_t n)
{
    bool is_arn = p - start > 1 && p[-1] == ':' && isdigit((unsigned char)p[-2]);
    return p[n] == ':' &&
           (strcasecmp(name, "secretsmanager") == 0 || (is_arn && strcmp(name, "secret") == 0));
}

/* A name of a secret with its value. p: where a name begins. */
static bool by_name(char *p, const char *start, struct span *span)
{
    char name[NAME_MAX_BYTES];
    size_t n = 0;
    bool is_quoted = p > start && (p[-1] == '"' || p[-1] == '\'');
    while (is_name_char(p[n]))
        n++;
    size_t behind = n + quote_at(p + n);
    behind += strspn(p + behind, " ");
    /* Most words have no value: that is seen first. */
    if (n == 0 || (p[behind] != '=' && p[behind] != ':'))
        return false;
    size_t kept = n < sizeof name ? n : sizeof name - 1; /* of a long one the end decides */
    memcpy(name, p + n - kept, kept);
    name[kept] = '\0';
    return secret_is_name(name) && !is_of_aws(p, start, name, n) &&
           value_behind(p + n, name, is_quoted, span);
}

/* "Invalid value X for configuration NAME": Connect's own words, with the value first. */
static bool by_refusal(char *p, struct span *span)
{
    static const char begin[] = "Invalid value ", behind[] = " for configuration ";
    char name[NAME_MAX_BYTES];
    size_t n = 0;
    if (strncmp(p, begin, sizeof begin - 1) != 0)
        return false;
    span->from = p + sizeof begin - 1;
    span->to = strstr(span->from, behind);
    if (span->to == NULL)
        return false;
    const char *at = span->to + sizeof behind - 1;
    while (n < sizeof name - 1 && is_name_char(at[n])) {
        name[n] = at[n];
        n++;
    }
    name[n] = '\0';
    return span->to > span->from && secret_is_name(name);
}

/* Bearer and Basic with what stands behind. */
static bool by_scheme(char *p, struct span *span)
{
    size_t n = strncasecmp(p, "bearer ", 7) == 0 ? 7 : strncasecmp(p, "basic ", 6) == 0 ? 6 : 0;
    if (n == 0)
        return false;
    span->from = span->to = p + n;
    while (is_base64(*span->to))
        span->to++;
    return span->to - span->from >= BASE64_MIN;
}

/* AKIA… and ASIA…: the ends stay, so that a key can be recognised. */
static bool by_key_id(char *p, struct span *span)
{
    size_t n = 0;
    if (strncmp(p, "AKIA", 4) != 0 && strncmp(p, "ASIA", 4) != 0)
        return false;
    while (isupper((unsigned char)p[n]) || isdigit((unsigned char)p[n]))
        n++;
    span->from = p + 4;
    span->to = p + n - 4;
    return n == KEY_ID;
}

static bool by_pem(char *p, struct span *span)
{
    static const char begin[] = "-----BEGIN ", end[] = "-----END ";
    if (strncmp(p, begin, sizeof begin - 1) != 0)
        return false;
    char *head = strstr(p + sizeof begin - 1, "-----");
    char *key = strstr(p, "PRIVATE KEY");
    if (head == NULL || key == NULL || key > head)
        return false;
    span->from = head + 5;
    span->to = strstr(span->from, end);
    if (span->to == NULL)
        span->to = span->from + strlen(span->from);
    return span->to > span->from;
}

static bool by_webhook(char *p, struct span *span)
{
    static const char *const hooks[] = {"hooks.slack.com/services/", "discord.com/api/webhooks/",
                                        "webhook.office.com/webhookb2/"};
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        if (strncmp(p, hooks[i], strlen(hooks[i])) != 0)
            continue;
        span->from = p + strlen(hooks[i]);
        span->to = span->from + strcspn(span->from, " \t\r\n\"'<>)}]\\");
        return span->to > span->from;
    }
    return false;
}

static bool find(char *p, const char *start, struct span *span)
{
    bool is_word = p == start || !is_name_char(p[-1]);
    switch (*p) {
    case '-':
        if (by_pem(p, span))
            return true;
        break;
    case 'A':
        if (is_word && by_key_id(p, span))
            return true;
        break;
    case 'I':
        if (is_word && by_refusal(p, span))
            return true;
        break;
    case 'h':
    case 'd':
    case 'w':
        if (by_webhook(p, span))
            return true;
        break;
    default:
        break;
    }
    return is_word && (by_scheme(p, span) || by_name(p, start, span));
}

/* Put the stars in; returns where to go on. */
static char *put_stars(char *text, size_t cap, const struct span *span)
{
    size_t at = (size_t)(span->from - text), rest = strlen(span->to);
    if (at + STARS >= cap) {
        *span->from = '\0';
        return span->from;
    }
    if (at + STARS + rest >= cap)
        rest = cap - at - STARS - 1;
    memmove(span->from + STARS, span->to, rest);
    memcpy(span->from, "***", STARS);
    span->from[STARS + rest] = '\0';
    return span->from + STARS;
}

void mask_secrets(char *text, size_t cap)
{
    struct span span;
    secret_mask_urls(text, cap);
    for (char *p = text; *p != '\0';) {
        bool is_masked = find(p, text, &span);
        if (is_masked && strncmp(span.from, "***", STARS) == 0 && span.to == span.from + STARS)
            p = span.to;
        else if (is_masked)
            p = put_stars(text, cap, &span);
        else
            p++;
    }
}

/* Stars may be longer than what they hide. */
static char *masked(const char *text)
{
    size_t cap = strlen(text) * 2 + 16;
    char *copy = malloc(cap);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, strlen(text) + 1);
    mask_secrets(copy, cap);
    return copy;
}

size_t shown_str(char *out, size_t cap, const char *text)
{
    char *copy = text != NULL ? masked(text) : NULL;
    size_t n = printable_str(out, cap, copy); /* without memory nothing is shown */
    free(copy);
    return n;
}

size_t shown_lines(char *out, size_t cap, const char *text)
{
    char *copy = masked(text);
    size_t n = printable_lines(out, cap, copy != NULL ? copy : "");
    free(copy);
    return n;
}

size_t shown_value(char *out, size_t cap, const char *name, const char *value)
{
    if (value != NULL && *value != '\0' && secret_is_name(name))
        return printable_str(out, cap, "***");
    return shown_str(out, cap, value);
}

void show_in_place(char *text, size_t cap)
{
    char *copy = *text != '\0' ? masked(text) : NULL;
    printable_str(text, cap, copy);
    free(copy);
}
