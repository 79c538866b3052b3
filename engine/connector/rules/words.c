/* Turns templates into sentences. */
#include <string.h>

#include "base/text.h"
#include "connector/rules/rules_private.h"

struct writer {
    char *out;
    size_t cap, len;
};

static void words_put(struct writer *w, const char *text, size_t n)
{
    if (w->len + 1 >= w->cap)
        return;
    if (n > w->cap - w->len - 1)
        n = w->cap - w->len - 1;
    memcpy(w->out + w->len, text, n);
    w->len += n;
    w->out[w->len] = '\0';
}

/* Writes "{name}" or "{name|other}"; returns what follows it. *is_known is false when there is
 * no word for it. */
static const char *put_fact(const struct rule_look *look, const char *at, struct writer *w,
                            bool *is_known)
{
    char name[48], word[LOOK_WORD_MAX];
    const char *end = strchr(at, '}');
    if (end == NULL)
        return at + strlen(at);
    const char *bar = memchr(at, '|', (size_t)(end - at));
    size_t n = (size_t)((bar != NULL ? bar : end) - at) - 1;
    if (n >= sizeof name)
        n = sizeof name - 1;
    memcpy(name, at + 1, n);
    name[n] = '\0';
    if (fact_of(look, name, word, sizeof word))
        words_put(w, word, strlen(word));
    else if (bar != NULL)
        words_put(w, bar + 1, (size_t)(end - bar) - 1);
    else
        *is_known = false;
    return end + 1;
}

void words_expand(const struct rule_look *look, const char *template, char *out, size_t cap)
{
    struct writer w = {.out = out, .cap = cap};
    size_t mark = 0;
    bool is_known = true;
    out[0] = '\0';
    for (const char *at = template; *at != '\0';) {
        size_t n = strcspn(at, "{[]");
        words_put(&w, at, n);
        at += n;
        if (*at == '{') {
            at = put_fact(look, at, &w, &is_known);
        } else if (*at == '[') {
            mark = w.len;
            is_known = true;
            at++;
        } else if (*at == ']') {
            if (!is_known) {
                w.len = mark;
                out[mark] = '\0';
            }
            is_known = true;
            at++;
        }
    }
}

void words_set(const struct rule_look *look, struct rule_words *out, const char *cause,
               const char *fix)
{
    words_expand(look, cause, out->cause, sizeof out->cause);
    words_expand(look, fix, out->fix, sizeof out->fix);
}
