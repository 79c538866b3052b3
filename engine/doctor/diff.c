#include "doctor/diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"

enum { DIFF_LINES = 2000, DIFF_AROUND = 2, DIFF_BYTES = 4 * 1024 * 1024 };

struct diff_text {
    const char **lines;
    size_t n;
};

struct diff {
    struct diff_text old, now;
    uint16_t *common; /* the longest common rest from (i, j) on; (n + 1) times (m + 1) */
};

static size_t diff_len(const char *line)
{
    return strcspn(line, "\n");
}

static size_t diff_count(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; n++) {
        text += diff_len(text);
        text += *text == '\n';
    }
    return n;
}

static bool diff_split(const char *text, struct diff_text *out)
{
    out->n = 0;
    out->lines = calloc(diff_count(text) + 1, sizeof *out->lines);
    while (out->lines != NULL && *text != '\0') {
        out->lines[out->n++] = text;
        text += diff_len(text);
        text += *text == '\n';
    }
    return out->lines != NULL;
}

static bool diff_is_same(const char *a, const char *b)
{
    a += strspn(a, " \t");
    b += strspn(b, " \t");
    size_t len = diff_len(a);
    return len == diff_len(b) && memcmp(a, b, len) == 0;
}

static uint16_t *diff_at(const struct diff *diff, size_t i, size_t j)
{
    return &diff->common[i * (diff->now.n + 1) + j];
}

static void diff_fill(const struct diff *diff)
{
    for (size_t i = diff->old.n; i-- > 0;)
        for (size_t j = diff->now.n; j-- > 0;) {
            uint16_t skip_old = *diff_at(diff, i + 1, j), skip_now = *diff_at(diff, i, j + 1);
            uint16_t best = skip_old > skip_now ? skip_old : skip_now;
            if (diff_is_same(diff->old.lines[i], diff->now.lines[j]))
                best = (uint16_t)(*diff_at(diff, i + 1, j + 1) + 1);
            *diff_at(diff, i, j) = best;
        }
}

static void diff_put(struct buf *out, const char *sign, const char *line)
{
    buf_puts(out, sign);
    buf_append(out, line, diff_len(line));
    buf_puts(out, "\n");
}

/* Lines that stay: the first ones after a change, the last ones before one. */
static void diff_put_same(struct buf *out, const char *const *lines, size_t n, bool is_first,
                          bool is_last)
{
    size_t head = is_first ? 0 : DIFF_AROUND, tail = is_last ? 0 : DIFF_AROUND;
    for (size_t i = 0; i < n; i++) {
        if (i < head || n - i <= tail || n <= head + tail + 1)
            diff_put(out, "  ", lines[i]);
        else if (i == head)
            buf_puts(out, "  …\n");
    }
}

static void diff_walk(const struct diff *diff, struct buf *out)
{
    size_t i = 0, j = 0, n = diff->old.n, m = diff->now.n;
    bool is_first = true;
    while (i < n || j < m) {
        size_t same = 0;
        while (i + same < n && j + same < m &&
               diff_is_same(diff->old.lines[i + same], diff->now.lines[j + same]))
            same++;
        if (same > 0) {
            diff_put_same(out, diff->now.lines + j, same, is_first, i + same == n && j + same == m);
            i += same;
            j += same;
        } else if (i < n && (j == m || *diff_at(diff, i + 1, j) >= *diff_at(diff, i, j + 1))) {
            diff_put(out, "- ", diff->old.lines[i++]);
        } else {
            diff_put(out, "+ ", diff->now.lines[j++]);
        }
        is_first = false;
    }
}

static void diff_put_all(const struct diff_text *text, const char *sign, struct buf *out)
{
    for (size_t i = 0; i < text->n; i++)
        diff_put(out, sign, text->lines[i]);
}

bool diff_lines(const char *old, const char *now, struct buf *out)
{
    struct diff diff = {.common = NULL};
    if (strcmp(old, now) == 0)
        return true;
    bool is_whole = diff_split(old, &diff.old) & diff_split(now, &diff.now);
    if (is_whole && diff.old.n <= DIFF_LINES && diff.now.n <= DIFF_LINES)
        diff.common = calloc((diff.old.n + 1) * (diff.now.n + 1), sizeof *diff.common);
    if (diff.common != NULL) {
        diff_fill(&diff);
        if (diff.old.n != diff.now.n || *diff.common != diff.old.n)
            diff_walk(&diff, out);
    } else if (is_whole) {
        diff_put_all(&diff.old, "- ", out);
        diff_put_all(&diff.now, "+ ", out);
    }
    free(diff.old.lines);
    free(diff.now.lines);
    free(diff.common);
    return is_whole;
}

pt_code diff_tell(const char *old, const char *now, struct buf *plan, struct pt_error *err)
{
    enum { LONGEST = 6 }; /* what a byte is shown as: \u202e */
    struct buf diff;
    char *shown = NULL;
    buf_init_secret(&diff, DIFF_BYTES);
    bool is_told = diff_lines(old, now, &diff);
    size_t cap = LONGEST * diff.len + 1;
    if (is_told && diff.len > 0 && !diff.is_over) {
        shown = malloc(cap);
        is_told = shown != NULL && shown_lines(shown, cap, diff.data) > 0;
        buf_puts(plan, is_told ? shown : "");
    }
    bool is_over = diff.is_over || plan->is_over;
    free(shown);
    buf_done(&diff);
    if (is_over)
        return pt_error_set(err, PT_EFULL, "Make the change by hand",
                            "what changes is too long to be shown");
    return is_told
               ? PT_OK
               : pt_error_set(err, PT_ENOMEM, NULL, "what changes cannot be shown: out of memory");
}
