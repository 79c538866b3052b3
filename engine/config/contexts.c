#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"
#include "base/text.h"
#include "config/paths.h"
#include "config/store.h"
#include "pintop/context.h"

/* ---- the list ---- */

/* The name of a context's file without its end. False: this is not the file of a context. */
static bool context_of_file(const char *file, char name[64])
{
    static const char end[] = ".properties";
    size_t len = strlen(file), end_len = sizeof end - 1;
    if (len <= end_len || len - end_len >= 64 || strcmp(file + len - end_len, end) != 0)
        return false;
    snprintf(name, 64, "%.*s", (int)(len - end_len), file);
    return paths_context_name_ok(name);
}

static int contexts_by_name(const void *a, const void *b)
{
    return strcmp(((const struct pt_context *)a)->name, ((const struct pt_context *)b)->name);
}

static void context_cluster(const struct pt_config *cfg, char *out, size_t cap)
{
    const char *servers = pt_config_get(cfg, "bootstrap.servers");
    const char *msk = pt_config_get(cfg, "pintop.msk.cluster");
    struct pt_property url = pt_config_at(cfg, (size_t)option_find("pintop.connector.url"));
    char *shown = pt_property_shown(&url); /* it may have a password */
    char text[2 * 200];
    if (servers != NULL)
        snprintf(text, sizeof text, "%s", servers);
    else if (msk != NULL)
        snprintf(text, sizeof text, "MSK cluster %s", msk);
    else if (pt_config_has_cluster(cfg))
        snprintf(text, sizeof text, "embedded");
    else
        snprintf(text, sizeof text, "connectors of %s",
                 shown != NULL ? shown : pt_config_get(cfg, "pintop.connector.backend"));
    free(shown);
    shown_str(out, cap, text);
}

/* What is wrong, without the directory that all of them are in. */
static void context_why(const char *dir, const char *what, char *out, size_t cap)
{
    size_t len = strlen(dir);
    bool is_there = strncmp(what, dir, len) == 0 && what[len] == '/';
    shown_str(out, cap, is_there ? what + len + 1 : what);
}

static void context_read(const char *dir, struct pt_context *context)
{
    struct pt_config_args args = {.context = context->name};
    struct pt_config *cfg = NULL;
    struct pt_error err = {0};
    if (pt_config_load(&args, &cfg, &err) != PT_OK) {
        context_why(dir, err.what, context->why, sizeof context->why);
        return;
    }
    context_cluster(cfg, context->cluster, sizeof context->cluster);
    const char *band = pt_config_get(cfg, "pintop.band");
    text_copy(context->band, sizeof context->band, strcmp(band, "none") != 0 ? band : "");
    context->is_readonly = pt_config_is_readonly(cfg);
    pt_config_free(cfg);
}

/* Keeps those that come first by their names. */
static size_t contexts_find(DIR *dir, struct pt_context *list)
{
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char name[64];
        if (!context_of_file(entry->d_name, name))
            continue;
        if (n == PT_CONTEXTS_MAX && strcmp(name, list[n - 1].name) >= 0)
            continue;
        n -= n == PT_CONTEXTS_MAX;
        memset(&list[n], 0, sizeof list[n]);
        memcpy(list[n++].name, name, sizeof name);
        qsort(list, n, sizeof *list, contexts_by_name);
    }
    return n;
}

pt_code pt_contexts_read(struct pt_context **list, size_t *n, struct pt_error *err)
{
    char path[4096];
    *list = NULL;
    *n = 0;
    if (!paths_config_dir(path, sizeof path))
        return pt_error_set(err, PT_ECONFIG, "Set HOME, or XDG_CONFIG_HOME",
                            "contexts: this user has no home directory");
    DIR *dir = opendir(path);
    if (dir == NULL && errno == ENOENT)
        return PT_OK;
    if (dir == NULL)
        return pt_error_set(err, PT_EIO, "Make the directory readable for this user",
                            "contexts: %.300s cannot be read: %s", path, strerror(errno));
    struct pt_context *found = calloc(PT_CONTEXTS_MAX, sizeof *found);
    if (found != NULL)
        *n = contexts_find(dir, found);
    closedir(dir);
    if (found == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "contexts: out of memory");
    for (size_t i = 0; i < *n; i++)
        context_read(path, &found[i]);
    *list = found;
    return PT_OK;
}

/* ---- another one ---- */

static const char *const carried_names[PT_CARRIED] = {
    "pintop.theme", "pintop.bell", "pintop.title", "pintop.log.file", "pintop.log.level",
};

static bool is_of_option(const struct pt_property *property)
{
    return property->value != NULL && property->origin != NULL && property->origin[0] == '-';
}

static bool context_carries(const struct pt_property *property)
{
    for (size_t i = 0; i < PT_CARRIED; i++)
        if (strcmp(carried_names[i], property->name) == 0)
            return is_of_option(property);
    return false;
}

/* Whether more than the context's own file asked for it. */
static bool is_readonly_kept(const struct pt_config *cfg)
{
    static const char file[] = "context ";
    if (cfg->is_readonly_asked)
        return true;
    const struct store_entry *entry = &cfg->options[option_find("pintop.readonly")];
    bool is_of_context =
        entry->origin != NULL && strncmp(entry->origin, file, sizeof file - 1) == 0;
    return cfg->is_readonly && !is_of_context;
}

void pt_context_carry(const struct pt_config *from, struct pt_context_carry *carry)
{
    memset(carry, 0, sizeof *carry);
    carry->is_readonly = is_readonly_kept(from);
    for (size_t i = 0; i < pt_config_count(from) && carry->n < PT_CARRIED; i++) {
        struct pt_property property = pt_config_at(from, i);
        if (!context_carries(&property))
            continue;
        snprintf(carry->settings[carry->n], sizeof carry->settings[0], "%s=%s", property.name,
                 property.value);
        text_copy(carry->origins[carry->n], sizeof carry->origins[0], property.origin);
        carry->n++;
    }
}

pt_code pt_context_load(const char *name, const struct pt_context_carry *carry,
                        struct pt_config **out, struct pt_error *err)
{
    const char *settings[PT_CARRIED], *origins[PT_CARRIED];
    for (size_t i = 0; i < carry->n; i++) {
        settings[i] = carry->settings[i];
        origins[i] = carry->origins[i];
    }
    struct pt_config_args args = {.context = name,
                                  .settings = settings,
                                  .origins = origins,
                                  .n_settings = carry->n,
                                  .is_readonly = carry->is_readonly};
    return pt_config_load(&args, out, err);
}

/* Adds the option that set a property, once. */
static void left_add(const struct pt_property *property, char *out, size_t cap)
{
    static const char *const elsewhere[] = {"default", "context ", "environment "};
    char option[40];
    if (property->value == NULL || property->origin == NULL || context_carries(property) ||
        strcmp(property->name, "pintop.readonly") == 0)
        return;
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (strncmp(elsewhere[i], property->origin, strlen(elsewhere[i])) == 0)
            return;
    bool is_option = property->origin[0] == '-';
    snprintf(option, sizeof option, "%.*s", (int)strcspn(property->origin, " "),
             is_option ? property->origin : "-F");
    size_t len = strlen(out);
    if (strstr(out, option) == NULL && len + strlen(option) + 3 < cap)
        snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "", option);
}

void pt_context_left(const struct pt_config *from, char *out, size_t cap)
{
    out[0] = '\0';
    for (size_t i = 0; i < pt_config_count(from); i++) {
        struct pt_property property = pt_config_at(from, i);
        left_add(&property, out, cap);
    }
    for (size_t i = 0; i < pt_config_login_count(from); i++) {
        struct pt_property property = pt_config_login_at(from, i);
        left_add(&property, out, cap);
    }
}
