/* The table of pintop.* properties: the one place that says which exist, what they may hold and
 * what they default to. Values in force are the store's (store.h). Thread: any, constant. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

enum option_kind {
    OPTION_TEXT,
    OPTION_PATH,    /* a leading ~/ stands for the home directory */
    OPTION_NAME,    /* letters, digits, . _ -, as Kafka's topic names; at most max characters */
    OPTION_INT,     /* min to max */
    OPTION_DECIMAL, /* min to max, with a point */
    OPTION_RATE,    /* records a second, as pt_rate_parse */
    OPTION_CHOICE,  /* one of words */
    OPTION_REGEX,   /* POSIX extended */
    OPTION_URL      /* http or https */
};

struct option {
    const char *name;
    enum option_kind kind;
    int64_t min, max;
    const char *words;    /* "stop loop": the choices, or words accepted beside the kind's values */
    bool is_secret;       /* never shown, never saved */
    bool may_have_user;   /* a URL: USER:PASSWORD@ before the host */
    bool is_empty_ok;     /* "" is a value; elsewhere "" puts the default back */
    const char *fallback; /* the default, <user.id> and <state.dir> to be filled in; NULL: none, or
                             worked out in config_defaults.c */
    const char *says;     /* the default in words where fallback cannot tell; NULL else */
    const char *help;
};

extern const struct option option_table[];
enum { OPTION_COUNT = 57 };

/* Index of a property's exact name, or -1. */
int option_find(const char *name);
/* Index of the property whose environment twin this is (PINTOP_USER_ID), or -1. */
int option_find_environment(const char *variable);
/* The environment twin's name; always terminated. */
void option_environment_name(const struct option *option, char *out, size_t cap);
/* What a value may be, in words: "an integer from 16 to 1048576". */
void option_values(const struct option *option, char *out, size_t cap);

/* Check one value, already trimmed and not empty (unless is_empty_ok).
 *
 * where   starts the error: "client.properties:12".
 * Errors  PT_ECONFIG: where, the property, what it may be. */
pt_code option_check(const struct option *option, const char *value, const char *where,
                     struct pt_error *err);

#endif
