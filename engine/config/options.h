/* The table of pintop.* properties: the only place that lists them, their valid values and their
 * defaults. The values in effect are in the store (store.h). Thread: any, constant. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/config.h"
#include "pintop/error.h"

enum option_kind {
    OPTION_TEXT,
    OPTION_PATH,    /* a leading ~/ stands for the home directory */
    OPTION_NAME,    /* letters, digits, . _ -, like Kafka's topic names; at most max characters */
    OPTION_INT,     /* min to max */
    OPTION_DECIMAL, /* min to max, with a decimal point */
    OPTION_RATE,    /* records per second, as pt_rate_parse */
    OPTION_CHOICE,  /* one of words */
    OPTION_REGEX,   /* POSIX extended */
    OPTION_URL,     /* http or https */
    OPTION_SHARD    /* i/n */
};

struct option {
    const char *name;
    enum option_kind kind;
    enum pt_property_same same; /* 0 is none of them: each row says what it is */
    int64_t min, max;
    const char *words;    /* "stop loop": the choices, or words accepted besides the kind's
                           * values */
    bool is_secret;       /* never shown, never saved */
    bool may_have_user;   /* a URL that may have USER:PASSWORD@ before the host */
    bool is_empty_ok;     /* "" is a value; for other options "" restores the default */
    const char *fallback; /* the default, <user.id> and <state.dir> to be filled in; NULL: none, or
                             worked out in resolve.c */
    const char *says;     /* the default in words when fallback cannot say it; otherwise NULL */
    const char *help;
};

extern const struct option option_table[];
enum { OPTION_COUNT = 64 };

/* Returns the index of a property's exact name, or -1. */
int option_find(const char *name);
/* Returns the index of the property that this environment variable sets (PINTOP_USER_ID), or -1. */
int option_find_environment(const char *variable);
/* Makes the name of the environment variable; always terminated. */
void option_environment_name(const struct option *option, char *out, size_t cap);
/* Describes the valid values: "an integer from 16 to 1048576". */
void option_values(const struct option *option, char *out, size_t cap);

/* Checks one value, already trimmed and not empty (unless is_empty_ok).
 *
 * where   begins the error: "client.properties:12".
 * Errors  PT_ECONFIG: where, the property, its valid values. */
pt_code option_check(const struct option *option, const char *value, const char *where,
                     struct pt_error *err);

#endif
