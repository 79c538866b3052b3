#include "desk/result_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/shown.h"

void result_lines_init(struct result_lines *lines)
{
    memset(lines, 0, sizeof *lines);
    buf_init(&lines->text, RESULT_BYTES_MAX);
}

static bool result_lines_grow(struct result_lines *lines)
{
    if (lines->n < lines->cap)
        return true;
    size_t cap = lines->cap > 0 ? lines->cap * 2 : 64;
    struct pt_line *heads = realloc(lines->lines, cap * sizeof *heads);
    if (heads != NULL)
        lines->lines = heads;
    size_t *texts = realloc(lines->texts, cap * sizeof *texts);
    if (texts != NULL)
        lines->texts = texts;
    size_t *wholes = realloc(lines->wholes, cap * sizeof *wholes);
    if (wholes != NULL)
        lines->wholes = wholes;
    if (heads == NULL || texts == NULL || wholes == NULL)
        return false;
    lines->cap = cap;
    return true;
}

/* Returns the place of the text; SIZE_MAX: it did not fit. */
static size_t result_lines_put(struct result_lines *lines, const char *text, size_t len,
                               bool has_lines)
{
    size_t cap = len * 6 + 32, at = lines->text.len;
    char *copy = malloc(cap), *cut = strndup(text, len);
    size_t n = 0;
    if (copy != NULL && cut != NULL)
        n = has_lines ? shown_lines(copy, cap, cut) : shown_str(copy, cap, cut);
    if (copy != NULL && cut != NULL)
        buf_append(&lines->text, copy, n + 1); /* with its NUL */
    free(copy);
    free(cut);
    return lines->text.len > at ? at : SIZE_MAX;
}

void result_lines_add(struct result_lines *lines, const struct pt_line *head, const char *text)
{
    size_t first = strcspn(text, "\n");
    if (lines->n == RESULT_LINES_MAX || lines->text.is_over || !result_lines_grow(lines)) {
        lines->is_cut = true;
        return;
    }
    size_t at = result_lines_put(lines, text, first, false);
    if (at == SIZE_MAX) {
        lines->is_cut = true;
        return;
    }
    lines->lines[lines->n] = *head;
    lines->texts[lines->n] = at;
    lines->wholes[lines->n] =
        text[first] == '\0' ? SIZE_MAX : result_lines_put(lines, text, strlen(text), true);
    lines->n++;
}

void result_lines_done(struct result_lines *lines, struct pt_result *result)
{
    size_t heads = lines->n * sizeof *lines->lines;
    struct pt_line *block = lines->n > 0 ? malloc(heads + lines->text.len + 1) : NULL;
    if (block != NULL) {
        char *text = (char *)(block + lines->n);
        memcpy(block, lines->lines, heads);
        memcpy(text, lines->text.data, lines->text.len);
        for (size_t i = 0; i < lines->n; i++) {
            block[i].text = text + lines->texts[i];
            block[i].whole = lines->wholes[i] != SIZE_MAX ? text + lines->wholes[i] : NULL;
        }
        result->lines = block;
        result->n_lines = lines->n;
        result->bytes += heads + lines->text.len;
    }
    result->is_truncated = result->is_truncated || lines->is_cut;
    free(lines->lines);
    free(lines->texts);
    free(lines->wholes);
    buf_done(&lines->text);
}

static size_t result_lines_room(const char *text)
{
    return text != NULL ? 6 * strlen(text) + 32 : 0;
}

static const char *result_lines_place(char **at, const char *end, const char *text)
{
    char *start = *at;
    if (text == NULL)
        return NULL;
    *at += shown_str(start, (size_t)(end - start), text) + 1;
    return start;
}

bool result_settings(struct pt_result *result, const struct result_setting *settings, size_t n)
{
    size_t size = (n + 1) * sizeof(struct pt_config_entry);
    for (size_t i = 0; i < n; i++)
        size += result_lines_room(settings[i].name) + result_lines_room(settings[i].value) +
                result_lines_room(settings[i].note);
    struct pt_config_entry *entries = malloc(size);
    if (entries == NULL)
        return false;
    char *at = (char *)(entries + n);
    const char *end = (const char *)entries + size;
    for (size_t i = 0; i < n; i++) {
        entries[i] = (struct pt_config_entry){.is_default = settings[i].is_default};
        entries[i].name = result_lines_place(&at, end, settings[i].name);
        entries[i].value = result_lines_place(&at, end, settings[i].value);
        entries[i].note = result_lines_place(&at, end, settings[i].note);
    }
    result->configs = entries;
    result->n_configs = n;
    result->has_configs = true;
    result->bytes += size;
    return true;
}
