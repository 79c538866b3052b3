#include "record/patch.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATCH_DEPTH = 64 };

static const struct piece made_from_times = {"age_s", 5};

static void put(struct buf *out, const struct piece *piece)
{
    buf_append(out, piece->text, piece->len);
}

static void put_key(struct buf *out, const struct piece *key)
{
    buf_puts(out, "\"");
    put(out, key);
    buf_puts(out, "\":");
}

static bool is_sign(const struct piece *key)
{
    return key->len == 1 && strchr("=~+", key->text[0]) != NULL;
}

/* Forgets what was appended since. */
static void take_back(struct buf *out, size_t len)
{
    if (!out->is_over)
        out->len = len;
}

/* ---- making ---- */

static void patch_value(const struct piece *from, const struct piece *to, struct buf *out,
                        int depth);

static void make_whole(const struct piece *to, struct buf *out)
{
    bool is_plain = !piece_begins(to, '{') && !piece_begins(to, '[');
    buf_puts(out, is_plain ? "" : "{\"=\":");
    put(out, to);
    buf_puts(out, is_plain ? "" : "}");
}

/* False: the objects have not the same members, and out is as it was. */
static bool make_object(const struct piece *from, const struct piece *to, struct buf *out,
                        int depth)
{
    struct text_walk a = text_walk_begin(from, '{'), b = text_walk_begin(to, '{');
    struct piece a_key, a_value, b_key, b_value;
    size_t begun = out->len;
    bool has_some = false, is_same = true;
    buf_puts(out, "{");
    while (is_same && text_walk_member(&b, &b_key, &b_value)) {
        is_same =
            text_walk_member(&a, &a_key, &a_value) && piece_is(&a_key, &b_key) && !is_sign(&b_key);
        if (!is_same || piece_is(&a_value, &b_value) || piece_is(&b_key, &made_from_times))
            continue;
        buf_puts(out, has_some ? "," : "");
        put_key(out, &b_key);
        patch_value(&a_value, &b_value, out, depth + 1);
        has_some = true;
    }
    is_same = is_same && !text_walk_member(&a, &a_key, &a_value) && !a.is_bad && !b.is_bad;
    if (!is_same)
        take_back(out, begun);
    else
        buf_puts(out, "}");
    return is_same;
}

static size_t count_elements(const struct piece *array)
{
    struct text_walk walk = text_walk_begin(array, '[');
    struct piece value;
    size_t n = 0;
    while (text_walk_element(&walk, &value))
        n++;
    return n;
}

/* Elements left at the front and came at the end: at least half of what is there now was there
 * before, in its order. */
static bool make_shift(const struct piece *from, const struct piece *to, struct buf *out)
{
    struct text_walk walk = text_walk_begin(from, '[');
    const char *inner = to->text + 1;
    size_t inner_len = to->len - 2, gone = 0;
    struct piece value;
    while (text_walk_element(&walk, &value)) {
        size_t kept = (size_t)(walk.end - value.text);
        bool is_end = kept <= inner_len && (kept == inner_len || inner[kept] == ',');
        if (is_end && memcmp(value.text, inner, kept) == 0) {
            if (kept < inner_len / 2)
                return false;
            buf_printf(out, "{\"+\":[%zu", gone);
            buf_append(out, inner + kept, inner_len - kept);
            buf_puts(out, "]}");
            return true;
        }
        gone++;
    }
    return false;
}

static bool make_places(const struct piece *from, const struct piece *to, struct buf *out,
                        int depth)
{
    struct text_walk a = text_walk_begin(from, '['), b = text_walk_begin(to, '[');
    struct piece a_value, b_value;
    bool has_some = false;
    if (count_elements(from) != count_elements(to))
        return false;
    buf_puts(out, "{\"~\":{");
    for (size_t i = 0; text_walk_element(&a, &a_value) && text_walk_element(&b, &b_value); i++) {
        if (piece_is(&a_value, &b_value))
            continue;
        buf_printf(out, "%s\"%zu\":", has_some ? "," : "", i);
        patch_value(&a_value, &b_value, out, depth + 1);
        has_some = true;
    }
    buf_puts(out, "}}");
    return true;
}

static void patch_value(const struct piece *from, const struct piece *to, struct buf *out,
                        int depth)
{
    bool is_made = false;
    if (depth < PATCH_DEPTH && piece_begins(from, '{') && piece_begins(to, '{'))
        is_made = make_object(from, to, out, depth);
    else if (depth < PATCH_DEPTH && piece_begins(from, '[') && piece_begins(to, '['))
        is_made = make_shift(from, to, out) || make_places(from, to, out, depth);
    if (!is_made)
        make_whole(to, out);
}

void patch_make(const struct piece *from, const struct piece *to, struct buf *out)
{
    patch_value(from, to, out, 0);
}

/* ---- applying ---- */

static bool apply_value(const struct piece *from, const struct piece *patch, struct buf *out,
                        int depth);

static bool read_number(const struct piece *text, size_t *number)
{
    size_t value = 0;
    if (text->len == 0 || text->len > 9)
        return false;
    for (size_t i = 0; i < text->len; i++) {
        if (text->text[i] < '0' || text->text[i] > '9')
            return false;
        value = value * 10 + (size_t)(text->text[i] - '0');
    }
    *number = value;
    return true;
}

static bool apply_object(const struct piece *from, const struct piece *patch, struct buf *out,
                         int depth)
{
    struct text_walk a = text_walk_begin(from, '{'), p = text_walk_begin(patch, '{');
    struct piece key, value, p_key = {0}, p_value = {0};
    bool has_patch = text_walk_member(&p, &p_key, &p_value), has_some = false;
    buf_puts(out, "{");
    while (text_walk_member(&a, &key, &value)) {
        buf_puts(out, has_some ? "," : "");
        put_key(out, &key);
        has_some = true;
        if (!has_patch || !piece_is(&key, &p_key)) {
            put(out, &value);
            continue;
        }
        if (!apply_value(&value, &p_value, out, depth + 1))
            return false;
        has_patch = text_walk_member(&p, &p_key, &p_value);
    }
    buf_puts(out, "}");
    return !has_patch && !a.is_bad && !p.is_bad;
}

static bool apply_places(const struct piece *from, const struct piece *places, struct buf *out,
                         int depth)
{
    struct text_walk a = text_walk_begin(from, '['), p = text_walk_begin(places, '{');
    struct piece value, key = {0}, patch = {0};
    bool has_patch = text_walk_member(&p, &key, &patch);
    buf_puts(out, "[");
    for (size_t i = 0, at = 0; text_walk_element(&a, &value); i++) {
        buf_puts(out, i > 0 ? "," : "");
        if (has_patch && !read_number(&key, &at))
            return false;
        if (!has_patch || at != i) {
            put(out, &value);
            continue;
        }
        if (!apply_value(&value, &patch, out, depth + 1))
            return false;
        has_patch = text_walk_member(&p, &key, &patch);
    }
    buf_puts(out, "]");
    return !has_patch && !a.is_bad && !p.is_bad;
}

static bool apply_shift(const struct piece *from, const struct piece *shift, struct buf *out)
{
    struct text_walk a = text_walk_begin(from, '['), s = text_walk_begin(shift, '[');
    struct piece value;
    size_t gone = 0;
    if (a.is_bad || !text_walk_element(&s, &value) || !read_number(&value, &gone))
        return false;
    while (gone > 0 && text_walk_element(&a, &value))
        gone--;
    if (gone > 0 || a.is_bad)
        return false;
    bool is_cut = !a.is_first && a.at < a.end; /* the comma before what stays */
    buf_puts(out, "[");
    size_t begun = out->len;
    buf_append(out, a.at + (is_cut ? 1 : 0), (size_t)(a.end - a.at) - (is_cut ? 1 : 0));
    while (text_walk_element(&s, &value)) {
        buf_puts(out, out->len > begun ? "," : "");
        put(out, &value);
    }
    buf_puts(out, "]");
    return !s.is_bad;
}

static bool apply_value(const struct piece *from, const struct piece *patch, struct buf *out,
                        int depth)
{
    struct text_walk walk = text_walk_begin(patch, '{');
    struct piece key, value;
    if (depth >= PATCH_DEPTH || patch->len == 0)
        return false;
    if (!piece_begins(patch, '{')) {
        put(out, patch);
        return !piece_begins(patch, '[');
    }
    if (!text_walk_member(&walk, &key, &value)) { /* {} */
        put(out, from);
        return !walk.is_bad;
    }
    if (!is_sign(&key))
        return apply_object(from, patch, out, depth);
    if (key.text[0] == '=')
        put(out, &value);
    return key.text[0] == '=' || (key.text[0] == '+' ? apply_shift(from, &value, out)
                                                     : apply_places(from, &value, out, depth));
}

bool patch_apply(const struct piece *from, const struct piece *patch, struct buf *out)
{
    return apply_value(from, patch, out, 0) && !out->is_over;
}
