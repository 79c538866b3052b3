#include "config/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "config/paths.h"
#include "pintop/stream.h"

enum { TEXT_MAX = 8192 };

/* Topics whose names begin with _ belong to Kafka and Connect. */
#define ALL_BUT_INTERNAL "^[^_].*"

static void append_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\.[]{}()*+?^$|", *text))
            buf_puts(out, "\\");
        buf_append(out, text, 1);
    }
}

/* Copies the default's text with <user.id> and <state.dir> filled in; returns false when one has
 * no value. */
static bool fill_in(const struct pt_config *cfg, const char *text, struct buf *out)
{
    while (*text) {
        size_t plain = strcspn(text, "<");
        buf_append(out, text, plain);
        text += plain;
        if (*text == 0)
            break;
        size_t len = strcspn(text, ">");
        char name[48];
        snprintf(name, sizeof name, "pintop.%.*s", (int)(len - 1), text + 1);
        const char *value = store_option(cfg, name);
        if (value == NULL)
            return false;
        buf_puts(out, value);
        text += len + 1;
    }
    return true;
}

static bool state_dir(struct buf *out)
{
    char dir[4096];
    if (!paths_state_dir(dir, sizeof dir))
        return false;
    buf_puts(out, dir);
    return true;
}

/* pintop.stream.pin.rate falls back to pintop.stream.rate; NULL for other properties. */
static const char *general_of(const struct pt_config *cfg, const char *name)
{
    for (enum pt_stream_id id = 0; id < PT_STREAMS; id++) {
        char own[64];
        snprintf(own, sizeof own, "pintop.stream.%s.rate", pt_stream_name(id));
        if (strcmp(own, name) == 0)
            return store_option(cfg, "pintop.stream.rate");
        snprintf(own, sizeof own, "pintop.stream.%s.source", pt_stream_name(id));
        if (strcmp(own, name) == 0)
            return store_option(cfg, "pintop.stream.source");
    }
    return NULL;
}

/* The defaults that are more than a text with names in it. Returns false when there is none. */
static bool resolve_special(const struct pt_config *cfg, const char *name, struct buf *out)
{
    const char *id = store_option(cfg, "pintop.user.id"), *general = general_of(cfg, name);
    if (general) {
        buf_puts(out, general);
    } else if (strcmp(name, "pintop.state.dir") == 0) {
        return state_dir(out);
    } else if (strcmp(name, "pintop.user.id") == 0 && cfg->is_embedded) {
        buf_puts(out, "demo");
    } else if (strcmp(name, "pintop.topics") == 0 && id) {
        append_escaped(out, id);
        buf_puts(out, "\\..*");
    } else if (strcmp(name, "pintop.topics") == 0) {
        buf_puts(out, ALL_BUT_INTERNAL);
    } else if (strcmp(name, "pintop.topics.prefix") == 0) {
        buf_printf(out, "%s%s", id ? id : "", id ? "." : "");
    } else if (strcmp(name, "pintop.stream.rate") == 0) {
        buf_puts(out, cfg->is_embedded ? "10" : "original");
    } else if (strcmp(name, "pintop.connector.group") == 0 && cfg->is_embedded && id) {
        buf_printf(out, "connect-%s-connector", id);
    } else {
        return false;
    }
    return true;
}

static pt_code resolve_one(struct pt_config *cfg, int option, struct pt_error *err)
{
    const struct option *what = &option_table[option];
    struct buf text;
    bool has_default;
    pt_code code = PT_OK;
    buf_init(&text, TEXT_MAX);
    if (what->fallback)
        has_default = fill_in(cfg, what->fallback, &text);
    else
        has_default = resolve_special(cfg, what->name, &text);
    if (has_default) {
        free(cfg->options[option].fallback);
        cfg->options[option].fallback = buf_take(&text, NULL);
        if (cfg->options[option].fallback == NULL)
            code = pt_error_set(err, PT_ENOMEM, NULL, "%s: no room for its default", what->name);
    }
    buf_done(&text);
    return code;
}

pt_code resolve_defaults(struct pt_config *cfg, struct pt_error *err)
{
    pt_code code = resolve_one(cfg, option_find("pintop.user.id"), err);
    if (code == PT_OK)
        code = resolve_one(cfg, option_find("pintop.state.dir"), err);
    if (code == PT_OK && store_option(cfg, "pintop.state.dir") == NULL)
        return pt_error_set(err, PT_ECONFIG, "Set HOME, or use -X pintop.state.dir=DIR",
                            "no state directory: this user has no home directory");
    for (int i = 0; i < OPTION_COUNT && code == PT_OK; i++)
        code = resolve_one(cfg, i, err);
    return code;
}

static const struct store_entry *topic_entry(const struct pt_config *cfg, enum pt_stream_id id)
{
    char name[64];
    snprintf(name, sizeof name, "pintop.stream.%s.topic", pt_stream_name(id));
    return &cfg->options[option_find(name)];
}

pt_code resolve_check(const struct pt_config *cfg, struct pt_error *err)
{
    for (enum pt_stream_id a = 0; a < PT_STREAMS; a++) {
        for (enum pt_stream_id b = a + 1; b < PT_STREAMS; b++) {
            const struct store_entry *first = topic_entry(cfg, a), *second = topic_entry(cfg, b);
            const char *topic = store_value(first);
            if (topic == NULL || store_value(second) == NULL ||
                strcmp(topic, store_value(second)) != 0)
                continue;
            const struct store_entry *set = second->value ? second : first;
            return pt_error_set(err, PT_ECONFIG, "Give each stream a topic of its own",
                                "%s: %s=%.80s: streams %s and %s would share that topic",
                                set->origin, set->name, topic, pt_stream_name(a),
                                pt_stream_name(b));
        }
    }
    return PT_OK;
}
