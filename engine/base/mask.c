#include "base/mask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mask_private.h"
#include "base/secret.h"
#include "base/secret_values.h"

static const char stars[] = "***";
enum { STARS = sizeof stars - 1 };

/* Behind \n, \u0026 or %26: signs that were written so. */
static bool is_behind_escape(const char *text, const char *p)
{
    size_t n = (size_t)(p - text);
    if (n >= 2 && p[-2] == '\\' && strchr("nrt", p[-1]) != NULL)
        return true;
    if (n >= 3 && p[-3] == '%' && isxdigit((unsigned char)p[-2]) && isxdigit((unsigned char)p[-1]))
        return true;
    return n >= 6 && p[-6] == '\\' && p[-5] == 'u' && strspn(p - 4, "0123456789abcdefABCDEF") >= 4;
}

static bool is_word_start(const char *text, const char *p)
{
    return p == text || !mask_is_name_char(p[-1]) || is_behind_escape(text, p);
}

/* What another program quotes without a name. */
static bool mask_by_value(const struct mask_scan *scan, const char *p, struct mask_span *span)
{
    *span = (struct mask_span){p, p + secret_learnt_bytes(scan->text, p)};
    return span->to > p;
}

static bool find_by_looks(struct mask_scan *scan, const char *p, struct mask_span *span)
{
    if (mask_by_shape(scan, p, span))
        return true;
    return is_word_start(scan->text, p) &&
           (mask_by_refusal(scan, p, span) || mask_by_word(scan, p, span) ||
            mask_by_name(scan, p, span));
}

static bool find(struct mask_scan *scan, const char *p, struct mask_span *span)
{
    return mask_by_value(scan, p, span) || find_by_looks(scan, p, span);
}

/* Text on its way out. */
struct out {
    char *text;
    size_t len, cap;
};

static void put(struct out *out, const char *from, size_t n)
{
    size_t room = out->cap - out->len - 1;
    if (n > room)
        n = room;
    memcpy(out->text + out->len, from, n);
    out->len += n;
    out->text[out->len] = '\0';
}

static bool mask_into(struct out *out, const char *text)
{
    struct mask_scan scan = {.text = text, .done = text};
    struct mask_span span;
    bool has_any = false;
    out->text[0] = '\0';
    for (const char *p = text; *p != '\0';) {
        if (!find(&scan, p, &span)) {
            p++;
            continue;
        }
        put(out, scan.done, (size_t)(span.from - scan.done));
        put(out, stars, STARS);
        has_any = has_any || span.to != span.from + STARS || memcmp(span.from, stars, STARS) != 0;
        scan.done = p = span.to;
    }
    put(out, scan.done, strlen(scan.done));
    return has_any;
}

static void wipe(char *text)
{
    explicit_bzero(text, strlen(text));
    free(text);
}

void mask_learn(const char *name, const char *value)
{
    struct mask_scan scan = {.text = value, .done = value};
    struct mask_span span;
    if (secret_is_name(name))
        secret_learn(value);
    for (const char *p = value; *p != '\0';) {
        if (!find_by_looks(&scan, p, &span)) {
            p++;
            continue;
        }
        char *inner = strndup(span.from, (size_t)(span.to - span.from));
        secret_learn(inner);
        if (inner != NULL)
            wipe(inner);
        scan.done = p = span.to;
    }
}

bool mask_secrets(char *text, size_t cap)
{
    char *copy = strdup(text);
    if (cap == 0 || copy == NULL) {
        if (cap > 0)
            text[0] = '\0';
        free(copy);
        return false;
    }
    struct out out = {text, 0, cap};
    bool has_any = mask_into(&out, copy);
    wipe(copy);
    return has_any;
}

char *mask_copy(const char *text)
{
    /* Stars may be longer than what they hide, by two bytes; each has a name or a mark before it.
     */
    struct out out = {.cap = strlen(text) * 2 + 16};
    out.text = malloc(out.cap);
    if (out.text != NULL)
        mask_into(&out, text);
    return out.text;
}

/* Where the value of a secret setting begins: behind KEY=, -XKEY= or --set=KEY=; NULL: none. */
static const char *secret_value_of(const char *word)
{
    for (const char *key = word, *sign; (sign = strchr(key, '=')) != NULL; key = sign + 1) {
        const char *end = sign;
        while (end > key && isspace((unsigned char)end[-1]))
            end--;
        char *name = strndup(key, (size_t)(end - key));
        bool is_secret = name == NULL || secret_is_name(name); /* without memory: rather hidden */
        free(name);
        if (is_secret)
            return sign + 1;
    }
    return NULL;
}

char *mask_word_copy(const char *word)
{
    const char *value = secret_value_of(word);
    if (value == NULL || *value == '\0')
        return mask_copy(word);
    size_t n = (size_t)(value - word);
    char *shown = malloc(n + sizeof stars);
    if (shown != NULL) {
        memcpy(shown, word, n);
        memcpy(shown + n, stars, sizeof stars);
        mask_secrets(shown, n + sizeof stars);
    }
    return shown;
}
