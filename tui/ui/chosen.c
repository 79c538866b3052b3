#include "ui/chosen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether one of these settings is for the property. */
static bool is_among(const char *const *settings, size_t n, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < n; i++)
        if (strncmp(settings[i], name, len) == 0 && settings[i][len] == '=')
            return true;
    return false;
}

pt_code chosen_config(const struct pt_config *cfg, const char *const *chosen, size_t n_chosen,
                      struct pt_config **out, struct pt_error *err)
{
    size_t n = pt_config_count(cfg), used = 0;
    char **settings = calloc(n + n_chosen, sizeof *settings);
    if (settings == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "settings: out of memory");
    for (size_t i = 0; i < n; i++) {
        struct pt_property property = pt_config_at(cfg, i);
        if (property.value == NULL || !pt_property_is_given(&property) ||
            is_among(chosen, n_chosen, property.name))
            continue;
        if (asprintf(&settings[used], "%s=%s", property.name, property.value) >= 0)
            used++;
    }
    for (size_t i = 0; i < n_chosen; i++)
        if ((settings[used] = strdup(chosen[i])) != NULL)
            used++;
    struct pt_config_args args = {.context = pt_config_context(cfg),
                                  .is_whole = true,
                                  .settings = (const char *const *)settings,
                                  .n_settings = used,
                                  .is_readonly = pt_config_is_readonly(cfg)};
    pt_code code = pt_config_load(&args, out, err);
    for (size_t i = 0; i < used; i++)
        free(settings[i]);
    free(settings);
    return code;
}
