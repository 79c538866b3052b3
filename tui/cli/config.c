/* `pintop config`: every property in force and where it came from. */
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/print.h"

static const struct cli_option config_options[] = {CLI_JSON, CLI_NO_MORE_OPTIONS};

static cJSON *property_json(const struct pt_property *property)
{
    char *value = pt_property_shown(property);
    cJSON *item = cJSON_CreateObject();
    json_text(item, "name", property->name);
    if (value) {
        cJSON_AddStringToObject(item, "value", value); /* "" is a value */
    } else {
        cJSON_AddNullToObject(item, "value");
    }
    json_text(item, "origin", property->origin);
    cJSON_AddBoolToObject(item, "secret", property->is_secret);
    free(value);
    return item;
}

static cJSON *config_json(const struct pt_config *cfg)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "context", pt_config_context(cfg));
    cJSON *list = cJSON_AddArrayToObject(json, "properties");
    for (size_t i = 0; i < pt_config_count(cfg); i++) {
        struct pt_property property = pt_config_at(cfg, i);
        cJSON_AddItemToArray(list, property_json(&property));
    }
    cJSON *login = cJSON_AddArrayToObject(json, "login");
    for (size_t i = 0; i < pt_config_login_count(cfg); i++) {
        struct pt_property property = pt_config_login_at(cfg, i);
        cJSON_AddItemToArray(login, property_json(&property));
    }
    cJSON *warnings = cJSON_AddArrayToObject(json, "warnings");
    for (size_t i = 0; i < pt_config_warnings(cfg); i++) {
        cJSON_AddItemToArray(warnings, cJSON_CreateString(pt_config_warning(cfg, i)));
    }
    return json;
}

static void table_row(struct text_table *table, const struct pt_property *property)
{
    char *value = pt_property_shown(property);
    table_cell(table, property->name);
    table_cell(table, value && !*value ? "\"\"" : cell_text(value));
    table_cell(table, cell_text(property->origin));
    free(value);
}

static void config_table(const struct pt_config *cfg)
{
    static const char *const heads[] = {"<PROPERTY", "<VALUE", "<ORIGIN"};
    struct text_table table;
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < pt_config_count(cfg); i++) {
        struct pt_property property = pt_config_at(cfg, i);
        table_row(&table, &property);
    }
    for (size_t i = 0; i < pt_config_login_count(cfg); i++) {
        struct pt_property property = pt_config_login_at(cfg, i);
        table_row(&table, &property);
    }
    table_print(&table);
}

static int config_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    (void)args;
    struct pt_error err;
    if (!cli->given.is_json) {
        config_table(cfg);
        return 0;
    }
    return print_json(config_json(cfg), &err) == PT_OK ? 0 : print_err(&err);
}

const struct cli_command command_config = {
    .name = "config",
    .synopsis = "[--json]",
    .does = "every property in force, and where it came from",
    .topic = "properties",
    .options = config_options,
    .run = config_run,
};
