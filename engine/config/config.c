/* The queries that a loaded configuration answers. */
#include "pintop/config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/shard.h"
#include "config/decimal.h"
#include "config/kafkaprops.h"
#include "config/store.h"

const char *pt_config_get(const struct pt_config *cfg, const char *name)
{
    if (strncmp(name, "pintop.", 7) == 0)
        return store_option(cfg, name);
    const struct store_entry *entry = store_find_extra(cfg, name);
    return entry ? entry->value : NULL;
}

const char *pt_config_given(const struct pt_config *cfg, const char *name)
{
    if (strncmp(name, "pintop.", 7) != 0)
        return pt_config_get(cfg, name); /* the others have no default here */
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        struct pt_property property = pt_config_at(cfg, i);
        if (strcmp(property.name, name) == 0)
            return pt_property_is_given(&property) ? property.value : NULL;
    }
    assert(!"a property of the table");
    return NULL;
}

int64_t pt_config_int(const struct pt_config *cfg, const char *name)
{
    int64_t value = 0;
    const char *text = pt_config_get(cfg, name);
    return text && decimal_int(text, &value) ? value : 0;
}

double pt_config_number(const struct pt_config *cfg, const char *name)
{
    double value = 0;
    const char *text = pt_config_get(cfg, name);
    return text && decimal_parse(text, &value) ? value : 0;
}

double pt_config_rate(const struct pt_config *cfg, const char *name)
{
    double per_s = 0;
    const char *text = pt_config_get(cfg, name);
    /* Every rate of the table has a default. */
    pt_code code = pt_rate_parse(text ? text : "", &per_s, NULL);
    assert(code == PT_OK);
    (void)code;
    return per_s;
}

bool pt_config_is_readonly(const struct pt_config *cfg)
{
    return cfg->is_readonly;
}

bool pt_config_has_cluster(const struct pt_config *cfg)
{
    return !cfg->has_no_cluster;
}

void pt_config_shard(const struct pt_config *cfg, uint32_t *i, uint32_t *n)
{
    struct shard shard = SHARD_WHOLE;
    const char *text = pt_config_get(cfg, "pintop.stream.shard");
    if (text != NULL)
        shard_parse(text, &shard);
    *i = shard.i;
    *n = shard.n;
}

bool pt_config_is_embedded(const struct pt_config *cfg)
{
    return cfg->is_embedded;
}

bool pt_config_is_unset(const struct pt_config *cfg)
{
    return cfg->is_unset;
}

const char *pt_config_context(const struct pt_config *cfg)
{
    return cfg->context;
}

size_t pt_config_count(const struct pt_config *cfg)
{
    return OPTION_COUNT + cfg->n_extra;
}

static enum pt_property_same config_same(size_t i, const char *name)
{
    if (i < OPTION_COUNT)
        return option_table[i].same;
    return strcmp(kafkaprops_canonical(name), "metadata.broker.list") == 0 ? PT_SAME_ALWAYS
                                                                           : PT_SAME_NOT;
}

struct pt_property pt_config_at(const struct pt_config *cfg, size_t i)
{
    assert(i < pt_config_count(cfg));
    const struct store_entry *entry =
        i < OPTION_COUNT ? &cfg->options[i] : &cfg->extra[i - OPTION_COUNT];
    return (struct pt_property){.name = entry->name,
                                .value = store_value(entry),
                                .origin = entry->origin ? entry->origin : "default",
                                .is_secret = entry->is_secret,
                                .is_kafka = entry->is_kafka,
                                .is_producers =
                                    entry->is_kafka && kafkaprops_is_producers(entry->name),
                                .same = config_same(i, entry->name)};
}

bool pt_property_is_given(const struct pt_property *property)
{
    return strcmp(property->origin, "default") != 0;
}

size_t pt_config_login_count(const struct pt_config *cfg)
{
    return cfg->n_login;
}

struct pt_property pt_config_login_at(const struct pt_config *cfg, size_t i)
{
    assert(i < cfg->n_login);
    const struct store_entry *entry = &cfg->login[i];
    return (struct pt_property){.name = entry->name,
                                .value = entry->value,
                                .origin = entry->origin,
                                .is_secret = entry->is_secret};
}

char *pt_property_shown(const struct pt_property *property)
{
    if (property->value == NULL)
        return NULL;
    if (property->is_secret)
        return strdup("***");
    return mask_copy(property->value);
}

size_t pt_config_warnings(const struct pt_config *cfg)
{
    return cfg->n_warnings;
}

const char *pt_config_warning(const struct pt_config *cfg, size_t i)
{
    assert(i < cfg->n_warnings);
    return cfg->warnings[i];
}

size_t pt_option_count(void)
{
    return OPTION_COUNT;
}

void pt_option_at(size_t i, struct pt_option *option)
{
    assert(i < OPTION_COUNT);
    const char *fallback =
        option_table[i].fallback ? option_table[i].fallback : option_table[i].says;
    option->name = option_table[i].name;
    option->fallback = fallback ? fallback : "";
    option->help = option_table[i].help;
    option_values(&option_table[i], option->values, sizeof option->values);
    option_environment_name(&option_table[i], option->environment, sizeof option->environment);
}
