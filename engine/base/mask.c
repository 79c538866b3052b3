#include "base/mask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mask_private.h"
#include "base/secret.h"
#include "base/secret_values.h"

static const char stars[] = "***";
enum { STARS = sizeof stars - 1 };

/* p stands directly after \n, \u0026 or %26, that is, after a character written as an escape. */
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

/* Finds a learnt secret, which other programs quote without a name. */
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

static bool mask_find(struct mask_scan *scan, const char *p, struct mask_span *span)
{
    return mask_by_value(scan, p, span) || find_by_looks(scan, p, span);
}

/* The masked text as it is written. */
struct out {
    char *text;
    size_t len, cap;
};

static void mask_put(struct out *out, const char *from, size_t n)
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
        if (!mask_find(&scan, p, &span)) {
            p++;
            continue;
        }
        mask_put(out, scan.done, (size_t)(span.from - scan.done));
        mask_put(out, stars, STARS);
        has_any = has_any || span.to != span.from + STARS || memcmp(span.from, stars, STARS) != 0;
        scan.done = p = span.to;
    }
    mask_put(out, scan.done, strlen(scan.done));
    return has_any;
}

static void mask_wipe(char *text)
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
            mask_wipe(inner);
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
    mask_wipe(copy);
    return has_any;
}

char *mask_copy(const char *text)
{
    /* The stars may be up to two bytes longer than what they hide, and each secret follows a
     * name or a mark. */
    struct out out = {.cap = strlen(text) * 2 + 16};
    out.text = malloc(out.cap);
    if (out.text != NULL)
        mask_into(&out, text);
    return out.text;
}

/* Returns where the value of a secret setting begins: after KEY=, -XKEY= or --set=KEY=; NULL
 * when there is none. */
static const char *secret_value_of(const char *word)
{
    for (const char *key = word, *sign; (sign = strchr(key, '=')) != NULL; key = sign + 1) {
        const char *end = sign;
        while (end > key && isspace((unsigned char)end[-1]))
            end--;
        char *name = strndup(key, (size_t)(end - key));
        bool is_secret = name == NULL || secret_is_name(name); /* out of memory: hide it to be
                                                                * safe */
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
