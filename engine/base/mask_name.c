/* Secrets by name: NAME=VALUE, "NAME": "VALUE", <NAME>VALUE</NAME>, --NAME VALUE, NAME => VALUE,
 * "name": "NAME", "value": "VALUE". */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mask_private.h"
#include "base/secret.h"

enum { NAME_BYTES = 96, PAIR_BYTES = 80, ELEMENT_BYTES = 256 };

/* ------------------------------------------------------------------ quotes */

/* Returns the length of a quote, escaped or not, and its level of escaping: " ' \" \\\" */
static size_t quote_at(const char *p)
{
    size_t n = strspn(p, "\\");
    return p[n] == '"' || p[n] == '\'' ? n + 1 : 0;
}

/* Returns the end of a quoted text that begins after its opening quote of n bytes. */
static const char *quoted_end(const char *p, const char *quote, size_t n)
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

/* ------------------------------------------------------------------ values */

static bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcasecmp(name + n - m, end) == 0;
}

/* JAAS configurations and headers hold more than one word. The file of the former ("x_jaas.conf:
 * not found") and an exception ("TopicAuthorizationException: ...") are not secrets. */
static bool is_whole_line(const char *name)
{
    return (strcasestr(name, "jaas") != NULL && !ends_in(name, ".conf")) ||
           ends_in(name, "authorization") || ends_in(name, "cookie");
}

/* "expired", "Missing": a word of a sentence, not a secret. */
static bool is_plain_word(const char *p, size_t n)
{
    size_t i = n > 0 && isupper((unsigned char)p[0]);
    while (i < n && islower((unsigned char)p[i]))
        i++;
    return i == n || (i + 1 == n && strchr(".!,", p[i]) != NULL);
}

/* "X-Vault-Token: s.ab12" at the end of a line is not a sentence. */
static bool is_lone_word(const char *p)
{
    size_t n = strcspn(p, " \t\r\n");
    const char *behind = p + n + strspn(p + n, " \t\r");
    return n >= 4 && !is_plain_word(p, n) && (*behind == '\0' || *behind == '\n');
}

/* Returns the length of `=`, `:`, `=>`, `->`, or of `=` as it is written in URLs and JSON; 0
 * when there is no separator. */
static size_t separator_at(const char *p)
{
    static const char *const written[] = {"=>", "->", "%3D", "%3d", "\\u003d", "=", ":"};
    for (size_t i = 0; *p != '\0' && i < sizeof written / sizeof *written; i++)
        if (*p == *written[i] && strncmp(p, written[i], strlen(written[i])) == 0)
            return strlen(written[i]);
    return 0;
}

/* Without quotes, the value ends where the next thing begins. */
static const char *bare_end(const char *p, const char *name, bool is_percent)
{
    if (strncmp(p, "***", 3) == 0 && !isalnum((unsigned char)p[3])) /* it was masked before */
        return p + 3;
    if (is_whole_line(name))
        return p + strcspn(p, "\r\n");
    return p + strcspn(p, is_percent ? " \t\r\n%&\"'<>" : " \t\r\n,;&\"'<>)}]\\");
}

/* Finds the value after `name=`, `"name": "` or `name: "`. Returns false when there is none. */
static bool value_behind(const char *p, const char *name, bool is_quoted, struct mask_span *span)
{
    size_t quote = quote_at(p);
    if (is_quoted && quote > 0)
        p += quote;
    p += strspn(p, " \t");
    bool is_colon = *p == ':', is_percent = *p == '%';
    size_t sign = separator_at(p);
    if (sign == 0)
        return false;
    p += sign;
    size_t blanks = strspn(p, " \t");
    /* "token: it has expired" is a sentence, `"token": …` and `token:x` are not. */
    if (is_colon && !is_quoted && blanks > 0 && quote_at(p + blanks) == 0 && !is_whole_line(name) &&
        !is_lone_word(p + blanks))
        return false;
    p += blanks;
    if (*p == '{') /* its contents are examined on their own */
        return false;
    bool is_list = *p == '[' && quote_at(p + 1 + strspn(p + 1, " ")) > 0;
    if (is_list) {
        span->from = p + 1;
        span->to = span->from + strcspn(span->from, "]\r\n");
        return true;
    }
    quote = quote_at(p);
    span->from = p + quote;
    span->to =
        quote > 0 ? quoted_end(span->from, p, quote) : bare_end(span->from, name, is_percent);
    return span->to > span->from;
}

/* ------------------------------------------------------------------ names */

/* AWS's services and its ARNs: an action, or the rest of the ARN, follows. */
static bool is_of_aws(const char *text, const char *p, const char *name, size_t n)
{
    bool is_arn = p - text > 1 && p[-1] == ':' && isdigit((unsigned char)p[-2]);
    return p[n] == ':' &&
           (strcasecmp(name, "secretsmanager") == 0 || (is_arn && strcmp(name, "secret") == 0));
}

/* ~/.aws/credentials:4: the name belongs to a file. */
static bool is_line_of_file(const char *text, const char *p, size_t n)
{
    return p > text && p[-1] == '/' && p[n] == ':' && isdigit((unsigned char)p[n + 1]);
}

/* Returns the length of the name at p. */
static size_t name_bytes(const char *p)
{
    size_t n = 0;
    while (mask_is_name_char(p[n]))
        n++;
    return n;
}

/* The end of a long name decides, so the end is kept. */
static void copy_name(char out[NAME_BYTES], const char *p, size_t n)
{
    size_t kept = n < NAME_BYTES ? n : NAME_BYTES - 1;
    memcpy(out, p + n - kept, kept);
    out[kept] = '\0';
}

/* <SecretAccessKey>…</ and <ns:password>…</ */
static bool by_element(const char *p, size_t n, struct mask_span *span)
{
    char name[NAME_BYTES];
    const char *close = p + n;
    while (close - p < ELEMENT_BYTES && *close != '\0' && strchr("<>", *close) == NULL)
        close++; /* after its attributes */
    if (*close != '>' || close[-1] == '/')
        return false;
    copy_name(name, p, n);
    span->from = close + 1;
    span->to = span->from + strcspn(span->from, "<");
    return span->to > span->from && secret_is_name(name);
}

/* PASSWORD 'X', IDENTIFIED BY 'X': SQL. */
static bool by_sql(const struct mask_scan *scan, const char *p, size_t n, struct mask_span *span)
{
    static const char identified[] = "identified ";
    enum { LEN = sizeof identified - 1 };
    size_t blanks = strspn(p + n, " ");
    size_t quote = blanks > 0 ? quote_at(p + n + blanks) : 0;
    bool is_word = (n == 8 && strncasecmp(p, "password", n) == 0) ||
                   (n == 2 && strncasecmp(p, "by", n) == 0 && p - scan->text >= LEN &&
                    strncasecmp(p - LEN, identified, LEN) == 0);
    if (quote == 0 || !is_word)
        return false;
    span->from = p + n + blanks + quote;
    span->to = quoted_end(span->from, span->from - quote, quote);
    return span->to > span->from;
}

/* --password X */
static bool by_option(const char *p, size_t n, struct mask_span *span)
{
    char name[NAME_BYTES];
    size_t blanks = strspn(p + n, " ");
    const char *value = p + n + blanks;
    if (strncmp(p, "--", 2) != 0 || isalnum((unsigned char)p[2]) == 0 || blanks == 0 ||
        *value == '-')
        return false;
    copy_name(name, p, n);
    size_t quote = quote_at(value);
    span->from = value + quote;
    span->to = quote > 0 ? quoted_end(span->from, value, quote)
                         : span->from + strcspn(span->from, " \t\r\n,;\"'");
    return span->to > span->from && secret_is_name(name);
}

/* `"name": "db.password"`: notes that the value follows. */
static void note_pair(struct mask_scan *scan, const char *p, size_t n, bool is_quoted)
{
    char name[NAME_BYTES];
    p += n;
    size_t quote = is_quoted ? quote_at(p) : 0, sign;
    p += quote;
    p += strspn(p, " ");
    sign = separator_at(p);
    p += sign;
    p += strspn(p, " ");
    p += quote_at(p);
    n = name_bytes(p);
    copy_name(name, p, n);
    if (sign > 0 && n > 0 && secret_is_name(name))
        scan->pair = p + n;
}

static bool mask_name_is_word(const char *p, size_t n, const char *word)
{
    return n == strlen(word) && strncasecmp(p, word, n) == 0;
}

static bool is_element(const struct mask_scan *scan, const char *p, size_t n)
{
    bool is_open = p > scan->text && (p[-1] == '<' || (p[-1] == ':' && p[n] == '>'));
    return is_open && (p[n] == '>' || p[n] == ' ');
}

/* The "value" of a pair whose "name" is a secret's. Returns false when it is another word. */
static bool is_value_of_pair(const struct mask_scan *scan, const char *p, size_t n)
{
    return mask_name_is_word(p, n, "value") && scan->pair != NULL && p - scan->pair < PAIR_BYTES;
}

/* ?key=X of a URL */
static bool is_key_of_url(const struct mask_scan *scan, const char *p, size_t n)
{
    return mask_name_is_word(p, n, "key") && p > scan->text && strchr("?&", p[-1]) != NULL;
}

/* A name of n bytes that a separator follows. */
static bool by_assignment(struct mask_scan *scan, const char *p, size_t n, struct mask_span *span)
{
    char name[NAME_BYTES];
    bool is_quoted = p > scan->text && (p[-1] == '"' || p[-1] == '\'');
    if (mask_name_is_word(p, n, "name") || mask_name_is_word(p, n, "key"))
        note_pair(scan, p, n, is_quoted);
    if (is_value_of_pair(scan, p, n)) {
        scan->pair = NULL;
        return value_behind(p + n, "value", is_quoted, span);
    }
    copy_name(name, p, n);
    if (is_key_of_url(scan, p, n))
        return value_behind(p + n, name, false, span);
    return secret_is_name(name) && !is_line_of_file(scan->text, p, n) &&
           !is_of_aws(scan->text, p, name, n) && value_behind(p + n, name, is_quoted, span);
}

bool mask_by_name(struct mask_scan *scan, const char *p, struct mask_span *span)
{
    size_t n = name_bytes(p);
    if (n == 0)
        return false;
    if (is_element(scan, p, n))
        return by_element(p, n, span);
    if (by_option(p, n, span) || by_sql(scan, p, n, span))
        return true;
    if (p[n] == '>' && p[n - 1] == '-') /* the name before the arrow of NAME->VALUE */
        n--;
    size_t behind = n + quote_at(p + n);
    behind += strspn(p + behind, " \t");
    /* Most words have no value, so that is checked first. */
    return separator_at(p + behind) > 0 && by_assignment(scan, p, n, span);
}

bool mask_by_refusal(struct mask_scan *scan, const char *p, struct mask_span *span)
{
    static const char begin[] = "Invalid value ", behind[] = " for configuration ";
    char name[NAME_BYTES];
    if (*p != 'I' || strncmp(p, begin, sizeof begin - 1) != 0)
        return false;
    span->from = p + sizeof begin - 1;
    if (!scan->has_refusal || (scan->refusal != NULL && scan->refusal < span->from))
        scan->refusal = strstr(span->from, behind);
    scan->has_refusal = true;
    if (scan->refusal == NULL)
        return false;
    span->to = scan->refusal;
    const char *at = span->to + sizeof behind - 1;
    copy_name(name, at, name_bytes(at));
    return span->to > span->from && secret_is_name(name);
}

bool mask_is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '.' || c == '_' || c == '-';
}
