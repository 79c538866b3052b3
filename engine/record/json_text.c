#include "record/json_text.h"

#include <string.h>

bool piece_is(const struct piece *a, const struct piece *b)
{
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

bool piece_begins(const struct piece *piece, char c)
{
    return piece->len > 0 && piece->text[0] == c;
}

/* at: behind the opening quote. */
static const char *past_string(const char *at, const char *end)
{
    while (at < end && *at != '"') {
        if (*at == '\\')
            at++;
        at++;
    }
    return at < end ? at + 1 : NULL;
}

static const char *past_brackets(const char *at, const char *end)
{
    int depth = 0;
    while (at != NULL && at < end) {
        char c = *at++;
        if (c == '"')
            at = past_string(at, end);
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return at;
    }
    return NULL;
}

const char *json_text_past(const char *at, const char *end)
{
    if (at >= end)
        return NULL;
    if (*at == '"')
        return past_string(at + 1, end);
    if (*at == '{' || *at == '[')
        return past_brackets(at, end);
    const char *from = at;
    while (at < end && *at != ',' && *at != '}' && *at != ']' && *at != ':' && *at != '"')
        at++;
    return at > from ? at : NULL;
}

struct text_walk text_walk_begin(const struct piece *value, char bracket)
{
    struct text_walk walk = {.is_first = true, .is_bad = true};
    if (value->len < 2 || value->text[0] != bracket)
        return walk;
    walk.at = value->text + 1;
    walk.end = value->text + value->len - 1; /* without the closing bracket */
    walk.is_bad = false;
    return walk;
}

/* Passes the comma. False: it was the last one. */
static bool walk_is_on(struct text_walk *walk)
{
    if (walk->is_bad || walk->at >= walk->end)
        return false;
    bool has_comma = *walk->at == ',';
    walk->is_bad = has_comma == walk->is_first;
    walk->at += has_comma ? 1 : 0;
    walk->is_first = false;
    return !walk->is_bad;
}

static bool walk_value(struct text_walk *walk, struct piece *value)
{
    const char *past = json_text_past(walk->at, walk->end);
    walk->is_bad = past == NULL;
    if (walk->is_bad)
        return false;
    *value = (struct piece){walk->at, (size_t)(past - walk->at)};
    walk->at = past;
    return true;
}

bool text_walk_element(struct text_walk *walk, struct piece *value)
{
    return walk_is_on(walk) && walk_value(walk, value);
}

bool text_walk_member(struct text_walk *walk, struct piece *key, struct piece *value)
{
    if (!walk_is_on(walk) || !walk_value(walk, key))
        return false;
    walk->is_bad = key->text[0] != '"' || walk->at >= walk->end || *walk->at != ':';
    if (walk->is_bad)
        return false;
    key->text++;
    key->len -= 2;
    walk->at++;
    return walk_value(walk, value);
}
