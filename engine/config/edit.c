#include "config/edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mask.h"
#include "base/secret.h"
#include "base/wipe.h"
#include "config/properties.h"

bool edit_differs(const struct store_entry *entry)
{
    return entry->value && (entry->fallback == NULL || strcmp(entry->value, entry->fallback) != 0);
}

bool edit_is_secret(const char *name, const char *value, bool is_marked)
{
    char *copy = mask_copy(value);
    bool is = is_marked || secret_is_name(name) || copy == NULL || strcmp(copy, value) != 0;
    free(copy);
    return is;
}

/* ------------------------------------------------------------------ what the file says */

/* Where a property is set: the last place counts, as when the file is read. */
struct place {
    const struct store_entry *entry;
    int line; /* the first line of it; counted from 1 */
    char *key, *value;
};

struct places {
    const struct pt_config *cfg;
    struct place *at;
    size_t n;
};

static const struct store_entry *entry_of(const struct pt_config *cfg, const char *key)
{
    int option = option_find(key);
    return option >= 0 ? &cfg->options[option] : store_find_extra(cfg, key);
}

static pt_code edit_add_place(void *arg, const char *key, const char *value, int line,
                              struct pt_error *err)
{
    struct places *places = arg;
    struct place *more = realloc(places->at, (places->n + 1) * sizeof *more);
    if (more == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "context: out of memory");
    places->at = more;
    places->at[places->n++] =
        (struct place){entry_of(places->cfg, key), line, strdup(key), strdup(value)};
    struct place *last = &places->at[places->n - 1];
    if (last->key == NULL || last->value == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "context: out of memory");
    return PT_OK;
}

static void places_done(struct places *places)
{
    for (size_t i = 0; i < places->n; i++) {
        free(places->at[i].key);
        wipe_text(places->at[i].value);
    }
    free(places->at);
}

static struct place *edit_find_place(const struct places *places, const struct store_entry *entry)
{
    for (size_t i = places->n; i > 0; i--)
        if (places->at[i - 1].entry == entry)
            return &places->at[i - 1];
    return NULL;
}

/* ------------------------------------------------------------------ what changes */

struct change {
    const struct store_entry *entry;
    const struct place *place; /* NULL: it is added */
};

/* A value that came from the file itself, not overridden, is already there, in whatever form. */
static bool is_from_file(const struct store_entry *entry, const char *name)
{
    char label[160];
    int len = snprintf(label, sizeof label, "context %.100s:", name);
    return entry->origin && strncmp(entry->origin, label, (size_t)len) == 0;
}

static void edit_decide(const struct store_entry *entry, const char *name,
                        const struct places *places, struct change *changes, size_t *n,
                        struct buf *plan)
{
    if (entry->value == NULL || is_from_file(entry, name))
        return;
    const struct place *place = edit_find_place(places, entry);
    /* A property with its default value needs no line, unless the file says otherwise. */
    if (place ? strcmp(place->value, entry->value) == 0 : !edit_differs(entry))
        return;
    bool was_secret = place && edit_is_secret(place->key, place->value, false);
    if (was_secret || edit_is_secret(entry->name, entry->value, entry->is_secret)) {
        buf_printf(plan, "  %s is a secret: it is not written%s\n", entry->name,
                   place ? ", and the one in the file stays" : "");
        return;
    }
    changes[(*n)++] = (struct change){entry, place};
    if (place)
        buf_printf(plan, "- %s=%s\n+ %s=%s\n", place->key, place->value, place->key, entry->value);
    else
        buf_printf(plan, "+ %s=%s\n", entry->name, entry->value);
}

/* ------------------------------------------------------------------ the new text */

/* Returns the length of the natural line at p, including its end. */
static size_t line_at(const char *p, const char *end)
{
    const char *start = p;
    while (p < end && *p != '\n' && *p != '\r')
        p++;
    if (p < end)
        p += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
    return (size_t)(p - start);
}

/* The length without the line end. */
static size_t edit_bare(const char *p, size_t len)
{
    while (len > 0 && (p[len - 1] == '\n' || p[len - 1] == '\r'))
        len--;
    return len;
}

static bool edit_is_continued(const char *p, size_t len)
{
    size_t n = 0;
    for (len = edit_bare(p, len); n < len && p[len - 1 - n] == '\\';)
        n++;
    return n % 2 == 1;
}

static const struct change *change_at(const struct change *changes, size_t n, int line)
{
    for (size_t i = 0; i < n; i++)
        if (changes[i].place && changes[i].place->line == line)
            return &changes[i];
    return NULL;
}

static void edit_write_lines(const char *old, size_t len, const struct change *changes, size_t n,
                             struct buf *text)
{
    const char *p = old, *end = old + len;
    for (int line = 1; p < end; line++) {
        size_t more = line_at(p, end);
        const struct change *change = change_at(changes, n, line);
        if (change == NULL) {
            buf_append(text, p, more);
            p += more;
            continue;
        }
        properties_write(text, change->place->key, change->entry->value);
        for (; edit_is_continued(p, more) && p + more < end; line++) {
            p += more;
            more = line_at(p, end);
        }
        if (more > edit_bare(p, more) && p[more - 1] == '\n' && more - edit_bare(p, more) == 2) {
            text->len--; /* the file's own kind of line end */
            buf_append(text, "\r\n", 2);
        }
        p += more;
    }
    if (text->len > 0 && text->data[text->len - 1] != '\n')
        buf_puts(text, "\n");
}

static void write_added(const struct change *changes, size_t n, struct buf *text)
{
    bool has_head = false;
    char now[40];
    for (size_t i = 0; i < n; i++) {
        if (changes[i].place)
            continue;
        clock_format_ms(clock_real_ms(), now, sizeof now);
        if (!has_head)
            buf_printf(text, "# added by pintop, %s\n", now);
        has_head = true;
        properties_write(text, changes[i].entry->name, changes[i].entry->value);
    }
}

pt_code edit_context(const struct pt_config *cfg, const char *name, const char *path,
                     const char *old, size_t len, struct buf *text, struct buf *plan,
                     struct pt_error *err)
{
    struct places places = {.cfg = cfg};
    size_t n = 0;
    pt_code code = properties_parse(old, len, path, edit_add_place, &places, err);
    struct change *changes = calloc(cfg->n_extra + OPTION_COUNT, sizeof *changes);
    if (code == PT_OK && changes == NULL)
        code = pt_error_set(err, PT_ENOMEM, NULL, "context %s: out of memory", name);
    for (size_t i = 0; changes && code == PT_OK && i < cfg->n_extra; i++)
        edit_decide(&cfg->extra[i], name, &places, changes, &n, plan);
    for (int i = 0; changes && code == PT_OK && i < OPTION_COUNT; i++)
        edit_decide(&cfg->options[i], name, &places, changes, &n, plan);
    if (code == PT_OK) {
        edit_write_lines(old, len, changes, n, text);
        write_added(changes, n, text);
    }
    free(changes);
    places_done(&places);
    return code;
}
