/* pt_config_load: the sources in their order. The meaning of a single property is in apply.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/wipe.h"
#include "config/apply.h"
#include "config/edit.h"
#include "config/iam.h"
#include "config/login.h"
#include "config/oidc.h"
#include "config/paths.h"
#include "config/properties.h"
#include "config/redact.h"
#include "config/resolve.h"
#include "config/servers.h"
#include "config/store.h"

enum { PATH_CAP = 4200, WHERE_CAP = 4300 };

/* One file being read. */
struct file {
    struct apply *apply;
    const char *path, *label; /* the label appears in origins: the path, or "context NAME" */
};

static pt_code file_property(void *arg, const char *key, const char *value, int line,
                             struct pt_error *err)
{
    struct file *file = arg;
    char error[WHERE_CAP], origin[WHERE_CAP];
    snprintf(error, sizeof error, "%s:%d", file->path, line);
    snprintf(origin, sizeof origin, "%s:%d", file->label, line);
    struct apply_where where = {.error = error, .origin = origin};
    return apply_property(file->apply, key, value, &where, err);
}

/* name: NULL none. */
static pt_code name_context(struct pt_config *cfg, const char *name, struct pt_error *err)
{
    cfg->context = name != NULL ? strdup(name) : NULL;
    if (name != NULL && cfg->context == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory");
    return PT_OK;
}

static pt_code load_context(struct apply *apply, const char *name, struct pt_error *err)
{
    char path[PATH_CAP], label[128];
    const char *wanted = name ? name : "default";
    if (!paths_context_name_ok(wanted))
        return pt_error_set(err, PT_ECONFIG, "Use letters, digits, . _ -",
                            "context %.80s: this is not a valid name", wanted);
    if (!paths_context(wanted, path, sizeof path)) {
        if (name == NULL)
            return PT_OK;
        return pt_error_set(err, PT_ECONFIG, "Set HOME, or give the file with -F",
                            "context %s: this user has no home directory", wanted);
    }
    snprintf(label, sizeof label, "context %s", wanted);
    struct file file = {.apply = apply, .path = path, .label = label};
    pt_code code = properties_read(path, file_property, &file, err);
    if (code == PT_ENOTFOUND && name == NULL)
        return PT_OK;
    if (code == PT_ENOTFOUND)
        return pt_error_set(err, PT_ECONFIG, "Create that file, or omit -c",
                            "context %s: the file does not exist: %.200s", wanted, path);
    if (code != PT_OK)
        return code;
    return name_context(apply->cfg, wanted, err);
}

static pt_code load_file(struct apply *apply, const char *path, struct pt_error *err)
{
    struct file file = {.apply = apply, .path = path, .label = path};
    pt_code code = properties_read(path, file_property, &file, err);
    if (code == PT_ENOTFOUND)
        return pt_error_set(err, PT_ECONFIG, "Give -F the path of a properties file",
                            "%.200s: the file does not exist", path);
    /* A directory, or a file of another user: the path is wrong. */
    if (code == PT_EIO && err != NULL)
        err->code = PT_ECONFIG;
    return code == PT_EIO ? PT_ECONFIG : code;
}

/* Variables of the build and the tests share the prefix, and are not properties; nor are those that
 * a command of `status --on-change` gets, which may be a pintop, too. */
static bool is_foreign_variable(const char *name)
{
    static const char *const told[] = {PT_CHANGE_VARIABLES};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (strcmp(name, told[i]) == 0)
            return true;
    return strcmp(name, "PINTOP_BUILD") == 0 || strcmp(name, "PINTOP_AWS_VECTORS") == 0 ||
           strncmp(name, "PINTOP_TEST_", 12) == 0;
}

static pt_code warn_variable(struct apply *apply, const char *name, struct pt_error *err)
{
    struct nearest nearest;
    char names[OPTION_COUNT][64], text[320];
    nearest_init(&nearest, name);
    for (int i = 0; i < OPTION_COUNT; i++) {
        option_environment_name(&option_table[i], names[i], sizeof names[i]);
        nearest_offer(&nearest, names[i]);
    }
    snprintf(text, sizeof text, "environment: %.80s is not a property of pintop%s%s%s", name,
             nearest.best ? "; did you mean " : "", nearest.best ? nearest.best : "",
             nearest.best ? "?" : "");
    return store_warn(apply->cfg, text, err);
}

static pt_code load_variable(struct apply *apply, const char *variable, struct pt_error *err)
{
    char name[128], origin[160];
    const char *equals = strchr(variable, '=');
    if (equals == NULL || strncmp(variable, "PINTOP_", 7) != 0)
        return PT_OK;
    snprintf(name, sizeof name, "%.*s", (int)(equals - variable), variable);
    if (is_foreign_variable(name))
        return PT_OK;
    int option = option_find_environment(name);
    if (option < 0)
        return warn_variable(apply, name, err);
    snprintf(origin, sizeof origin, "environment %s", name);
    struct apply_where where = {.error = origin, .origin = origin};
    return apply_property(apply, option_table[option].name, equals + 1, &where, err);
}

static pt_code load_setting(struct apply *apply, const char *setting, const char *origin,
                            struct pt_error *err)
{
    const struct apply_where where = {.error = origin, .origin = origin};
    char shown[96];
    const char *equals = strchr(setting, '=');
    if (equals == NULL || equals == setting) {
        redact_name(setting, option_find(setting) >= 0, false, shown, sizeof shown);
        return pt_error_set(err, PT_ECONFIG, "Write -X KEY=VALUE", "-X %s: this is not KEY=VALUE",
                            equals == setting ? "(no name)" : shown);
    }
    char *name = strndup(setting, (size_t)(equals - setting));
    if (name == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory");
    pt_code code = apply_property(apply, name, equals + 1, &where, err);
    wipe_text(name);
    return code;
}

static pt_code load_sources(struct apply *apply, const struct pt_config_args *args,
                            struct pt_error *err)
{
    pt_code code = args->is_whole ? name_context(apply->cfg, args->context, err)
                                  : load_context(apply, args->context, err);
    for (size_t i = 0; i < args->n_files && code == PT_OK; i++)
        code = load_file(apply, args->files[i], err);
    for (char **variable = environ; variable && *variable && code == PT_OK; variable++)
        code = load_variable(apply, *variable, err);
    for (size_t i = 0; i < args->n_settings && code == PT_OK; i++)
        code = load_setting(apply, args->settings[i], args->origins ? args->origins[i] : "-X", err);
    if (code == PT_OK)
        code = apply_warn(apply, err);
    return code;
}

static bool is_connection(const struct store_entry *entry)
{
    return strcmp(entry->name, "security.protocol") == 0 || strncmp(entry->name, "sasl.", 5) == 0 ||
           strncmp(entry->name, "ssl.", 4) == 0;
}

/* A back end for connectors is configured: that is enough to watch connectors, and to change
 * them. */
static bool names_connectors(const struct pt_config *cfg)
{
    static const char *const none[] = {"auto", "embedded", "none"};
    const char *word = store_option(cfg, "pintop.connector.backend");
    bool is_named = word != NULL;
    for (size_t i = 0; is_named && i < sizeof none / sizeof *none; i++)
        is_named = strcmp(word, none[i]) != 0;
    return is_named || store_option(cfg, "pintop.connector.url") != NULL;
}

/* What the properties together say about the cluster. */
static pt_code settle_cluster(struct pt_config *cfg, const struct pt_config_args *args,
                              struct pt_error *err)
{
    const struct store_entry *servers = store_find_extra(cfg, "bootstrap.servers");
    bool is_named = servers || store_option(cfg, "pintop.msk.cluster");
    bool has_connection = false;
    cfg->has_no_cluster = !is_named && names_connectors(cfg);
    is_named = is_named || cfg->has_no_cluster;
    cfg->is_embedded = servers ? strcmp(servers->value, "embedded") == 0 : !is_named;
    cfg->is_unset = !is_named && cfg->context == NULL && args->n_files == 0;
    for (size_t i = 0; i < cfg->n_extra; i++) {
        if (!is_connection(&cfg->extra[i]))
            continue;
        has_connection = true;
        /* The embedded cluster speaks plaintext, whatever the file says for another one. */
        if (cfg->is_embedded)
            cfg->extra[i].is_kafka = false;
    }
    if (has_connection && !is_named)
        return store_warn(
            cfg,
            "no servers are configured: pintop uses the embedded cluster and ignores the security "
            "settings of the connection; set -b HOST:PORT to use another cluster",
            err);
    return PT_OK;
}

pt_code pt_config_load(const struct pt_config_args *args, struct pt_config **out,
                       struct pt_error *err)
{
    struct apply apply;
    struct pt_config *cfg = store_new();
    *out = NULL;
    if (cfg == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory");
    cfg->is_readonly = cfg->is_readonly_asked = args->is_readonly;
    pt_code code = apply_init(&apply, cfg, err);
    if (code == PT_OK)
        code = load_sources(&apply, args, err);
    apply_done(&apply);
    if (code == PT_OK)
        code = login_settle(cfg, err);
    if (code == PT_OK)
        code = settle_cluster(cfg, args, err);
    if (code == PT_OK)
        code = iam_check(cfg, err);
    if (code == PT_OK)
        code = oidc_check(cfg, err);
    if (code == PT_OK)
        code = servers_check(cfg, err);
    if (code == PT_OK)
        code = resolve_defaults(cfg, err);
    if (code == PT_OK)
        code = resolve_check(cfg, err);
    if (code == PT_OK && strcmp(pt_config_get(cfg, "pintop.readonly"), "on") == 0)
        cfg->is_readonly = true;
    if (code != PT_OK) {
        pt_config_free(cfg);
        return code;
    }
    *out = cfg;
    return PT_OK;
}
