#include "config/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/printable.h"
#include "base/secret.h"
#include "base/wipe.h"
#include "config/kafkaprops.h"

enum { ORIGIN_MAX = 320, WARNING_MAX = 1024 };

static pt_code store_no_memory(struct pt_error *err)
{
    return pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory");
}

static void entry_done(struct store_entry *entry)
{
    free(entry->name);
    wipe_text(entry->value);
    free(entry->fallback);
    free(entry->origin);
    *entry = (struct store_entry){0};
}

static char *printable_dup(const char *text, size_t max)
{
    char *out = malloc(max);
    if (out)
        printable_str(out, max, text);
    return out;
}

struct pt_config *store_new(void)
{
    struct pt_config *cfg = calloc(1, sizeof *cfg);
    if (cfg == NULL)
        return NULL;
    for (int i = 0; i < OPTION_COUNT; i++) {
        cfg->options[i].name = strdup(option_table[i].name);
        cfg->options[i].is_secret = option_table[i].is_secret;
        if (cfg->options[i].name == NULL) {
            pt_config_free(cfg);
            return NULL;
        }
    }
    return cfg;
}

void pt_config_free(struct pt_config *cfg)
{
    if (cfg == NULL)
        return;
    for (int i = 0; i < OPTION_COUNT; i++)
        entry_done(&cfg->options[i]);
    for (size_t i = 0; i < cfg->n_extra; i++)
        entry_done(&cfg->extra[i]);
    for (size_t i = 0; i < cfg->n_login; i++)
        entry_done(&cfg->login[i]);
    for (size_t i = 0; i < cfg->n_warnings; i++)
        free(cfg->warnings[i]);
    free(cfg->login);
    free(cfg->extra);
    free(cfg->warnings);
    free(cfg->context);
    free(cfg);
}

pt_code store_set_option(struct pt_config *cfg, int option, const char *value, const char *origin,
                         struct pt_error *err)
{
    struct store_entry *entry = &cfg->options[option];
    char *new_value = NULL, *new_origin = NULL;
    if (value) {
        new_value = strdup(value);
        new_origin = printable_dup(origin, ORIGIN_MAX);
        if (new_value == NULL || new_origin == NULL) {
            free(new_value);
            free(new_origin);
            return store_no_memory(err);
        }
    }
    free(entry->value);
    free(entry->origin);
    entry->value = new_value;
    entry->origin = new_origin;
    return PT_OK;
}

struct store_entry *store_find_extra(const struct pt_config *cfg, const char *name)
{
    const char *canonical = kafkaprops_canonical(name);
    for (size_t i = 0; i < cfg->n_extra; i++) {
        if (strcmp(kafkaprops_canonical(cfg->extra[i].name), canonical) == 0)
            return &cfg->extra[i];
    }
    return NULL;
}

void store_unset_extra(struct pt_config *cfg, const char *name)
{
    struct store_entry *entry = store_find_extra(cfg, name);
    if (entry == NULL)
        return;
    entry_done(entry);
    size_t index = (size_t)(entry - cfg->extra);
    memmove(entry, entry + 1, (cfg->n_extra - index - 1) * sizeof *entry);
    cfg->n_extra--;
}

pt_code store_set_extra(struct pt_config *cfg, const char *name, const char *value,
                        const char *origin, bool is_kafka, struct pt_error *err)
{
    store_unset_extra(cfg, name);
    struct store_entry *extra = realloc(cfg->extra, (cfg->n_extra + 1) * sizeof *extra);
    if (extra == NULL)
        return store_no_memory(err);
    cfg->extra = extra;
    struct store_entry *entry = &extra[cfg->n_extra];
    *entry = (struct store_entry){.name = strdup(name),
                                  .value = strdup(value),
                                  .origin = printable_dup(origin, ORIGIN_MAX),
                                  .is_secret = secret_is_name(name),
                                  .is_kafka = is_kafka};
    if (entry->name == NULL || entry->value == NULL || entry->origin == NULL) {
        entry_done(entry);
        return store_no_memory(err);
    }
    cfg->n_extra++;
    mask_learn(name, value);
    return PT_OK;
}

pt_code store_make(struct store_entry *entry, const char *name, const char *value,
                   const char *origin, const char *note, bool is_secret, struct pt_error *err)
{
    char text[ORIGIN_MAX + 340];
    snprintf(text, sizeof text, "%s%s%s", origin, *note != '\0' ? "; " : "", note);
    *entry = (struct store_entry){.name = strdup(name),
                                  .value = strdup(value),
                                  .origin = printable_dup(text, sizeof text),
                                  .is_secret = is_secret};
    if (entry->name != NULL && entry->value != NULL && entry->origin != NULL) {
        mask_learn(name, value);
        return PT_OK;
    }
    entry_done(entry);
    return store_no_memory(err);
}

const char *store_value(const struct store_entry *entry)
{
    return entry->value ? entry->value : entry->fallback;
}

const char *store_option(const struct pt_config *cfg, const char *name)
{
    int option = option_find(name);
    assert(option >= 0);
    return store_value(&cfg->options[option]);
}

pt_code store_warn(struct pt_config *cfg, const char *text, struct pt_error *err)
{
    char **warnings = realloc(cfg->warnings, (cfg->n_warnings + 1) * sizeof *warnings);
    if (warnings == NULL)
        return store_no_memory(err);
    cfg->warnings = warnings;
    warnings[cfg->n_warnings] = printable_dup(text, WARNING_MAX);
    if (warnings[cfg->n_warnings] == NULL)
        return store_no_memory(err);
    cfg->n_warnings++;
    return PT_OK;
}
