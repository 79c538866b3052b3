/* The contents of a pt_config: one entry for each property of the table, then the others as they
 * were given, and the warnings. Filled while loading, constant afterwards. */
#ifndef CONFIG_STORE_H
#define CONFIG_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/options.h"
#include "pintop/config.h"

/* All strings are owned. */
struct store_entry {
    char *name;
    char *value;    /* as set; NULL: not set */
    char *fallback; /* the default, resolved; NULL none. Only in options */
    char *origin;   /* printable */
    bool is_secret, is_kafka;
};

struct pt_config {
    struct store_entry options[OPTION_COUNT]; /* in the table's order */
    size_t n_extra;
    struct store_entry *extra; /* in the order of setting: an alias set later comes later */
    size_t n_login;
    struct store_entry *login; /* the options of sasl.jaas.config, one entry each */
    size_t n_warnings;
    char **warnings;
    char *context; /* NULL none */
    bool is_readonly, is_embedded, is_unset, has_no_cluster;
    bool is_readonly_asked; /* by --readonly */
};

/* Returns an empty store, every entry named and without a value. NULL when out of memory. */
struct pt_config *store_new(void);

/* Sets a property of the table; value NULL unsets it. Errors PT_ENOMEM. */
pt_code store_set_option(struct pt_config *cfg, int option, const char *value, const char *origin,
                         struct pt_error *err);
/* Sets another property, replacing an earlier one with that name or one of its aliases. */
pt_code store_set_extra(struct pt_config *cfg, const char *name, const char *value,
                        const char *origin, bool is_kafka, struct pt_error *err);
/* Removes a property that is not in the table, under any of its aliases. */
void store_unset_extra(struct pt_config *cfg, const char *name);
/* Finds it by any of its aliases; NULL when not set. */
struct store_entry *store_find_extra(const struct pt_config *cfg, const char *name);

/* Fills an entry that is in neither list: its origin is followed by note, "" none. */
pt_code store_make(struct store_entry *entry, const char *name, const char *value,
                   const char *origin, const char *note, bool is_secret, struct pt_error *err);

/* Returns the value in effect of an entry, or NULL. */
const char *store_value(const struct store_entry *entry);
/* The same for a property of the table (assert). */
const char *store_option(const struct pt_config *cfg, const char *name);

/* Adds a warning; text is made printable. Errors PT_ENOMEM. */
pt_code store_warn(struct pt_config *cfg, const char *text, struct pt_error *err);

#endif
