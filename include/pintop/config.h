/* Every property in effect and where it came from. Immutable after pt_config_load. */
#ifndef PINTOP_CONFIG_H
#define PINTOP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/error.h"

PT_API_BEGIN

struct pt_config;

/* The command line's settings. Strings stay the caller's. */
struct pt_config_args {
    const char *context;      /* -c NAME, or NULL: "default" if that file exists */
    const char *const *files; /* -F, in order */
    size_t n_files;
    const char *const *settings; /* -X key=value and the options that mean one, in order */
    const char *const *origins;  /* of each, for errors: "-b"; NULL: "-X" for all */
    size_t n_settings;
    /* The settings are all of another configuration: its context gives the name only, and is not
     * read again, nor is the context "default". */
    bool is_whole;
    bool is_readonly; /* --readonly; pintop.readonly=on does the same, and neither can be undone */
};

/* What a command of `status --on-change` finds in its environment: no properties, although their
 * names begin like those of properties. */
#define PT_CHANGE_VARIABLES                                                                        \
    "PINTOP_VERDICT", "PINTOP_VERDICT_BEFORE", "PINTOP_SINCE", "PINTOP_TEXT", "PINTOP_NEXT"

/* Built-in default < context < files in order < environment (PINTOP_*) < settings. An empty value
 * of a pintop property restores its default (except pintop.topics.prefix, where empty is a value).
 *
 * cfg     out; free with pt_config_free. NULL after an error.
 * Errors  PT_ECONFIG (unknown property, bad value, malformed line: file and line are named; no
 *         such file or context), PT_EIO (file not readable), PT_ENOMEM. None contains a secret.
 * Thread  any; reads files, reads the environment. */
pt_code pt_config_load(const struct pt_config_args *args, struct pt_config **cfg,
                       struct pt_error *err);
void pt_config_free(struct pt_config *cfg);

/* Returns the value in effect, or NULL when it has none. Valid as long as cfg. A default that
 * depends on another property (`<user.id>.pin`) is already resolved. name is one of the pintop.*
 * properties of the table (assert), or any other property, which is found under its aliases, too.
 * pintop.topics is meant for the whole of a topic's name: match it as ^(...)$. */
const char *pt_config_get(const struct pt_config *cfg, const char *name);

/* The same for a property that was set; NULL: it has its default, or none. */
const char *pt_config_given(const struct pt_config *cfg, const char *name);

/* The value in effect as a number; the text was checked at load. Properties without a value, or
 * with the word `off`, give 0. */
int64_t pt_config_int(const struct pt_config *cfg, const char *name);
double pt_config_number(const struct pt_config *cfg,
                        const char *name); /* pintop.stream.dirty.pct */

/* One of pintop.stream.rate, pintop.stream.<name>.rate, as pt_rate_parse returns it. */
double pt_config_rate(const struct pt_config *cfg, const char *name);

/* Records per second; PT_RATE_MAX, PT_RATE_ORIGINAL or 0.1 and up. Parses "10", "0.5", "10k",
 * "1.5M", "max", "original". Errors PT_ECONFIG. */
#define PT_RATE_MAX 1e18
#define PT_RATE_ORIGINAL (-1.0)
pt_code pt_rate_parse(const char *text, double *per_s, struct pt_error *err);
/* Writes the rate as the user would type it, at most three decimals; always terminated. */
void pt_rate_format(double per_s, char *out, size_t cap);

bool pt_config_is_readonly(const struct pt_config *cfg);
/* The shard i of n that pintop.stream.shard names: 1 of 1 is the whole. */
void pt_config_shard(const struct pt_config *cfg, uint32_t *i, uint32_t *n);
/* True when bootstrap.servers is the word `embedded`, or when no cluster is configured at all. */
bool pt_config_is_embedded(const struct pt_config *cfg);
/* False when a back end for connectors is configured, but no Kafka cluster. Connectors can be
 * watched and changed; nothing is streamed, and their lag is unknown. */
bool pt_config_has_cluster(const struct pt_config *cfg);
/* True when the cluster uses MSK IAM tokens, which pintop makes: sasl.mechanism AWS_MSK_IAM, or
 * OAUTHBEARER with a callback handler of aws-msk-iam-auth. */
bool pt_config_is_iam(const struct pt_config *cfg);
/* True without servers, MSK cluster, context and file: the dashboard then offers its choices. */
bool pt_config_is_unset(const struct pt_config *cfg);
/* Returns the name of the context in use, or NULL. */
const char *pt_config_context(const struct pt_config *cfg);

/* Whether a pintop that shows the engine of another one must have the same value, unless it was
 * told none: it would take one cluster or account for another, or believe that what it was told is
 * in force. */
enum pt_property_same {
    PT_SAME_ALWAYS = 1, /* which cluster, account and connectors it is, and what a change makes */
    PT_SAME_RUN,        /* how records are made: not for a command that only asks */
    PT_SAME_NOT         /* each has its own, or it is a secret */
};

/* One property for `config`, `--json` and the handle constructor: the pintop.* table in order,
 * then librdkafka's and AWS's as given. */
struct pt_property {
    const char *name;
    const char *value;  /* as set, or the default; NULL: none. Secret values too: see is_secret */
    const char *origin; /* "default", "context default:3", "client.properties:12",
                           "environment PINTOP_USER_ID", "-X" */
    bool is_secret;     /* print as *** */
    bool is_kafka;      /* librdkafka's, to be passed to rd_kafka_conf_set, in this order. Not the
                           word `embedded`, not security settings on the embedded cluster, not
                           sasl.mechanism=AWS_MSK_IAM */
    bool is_producers;  /* librdkafka's, and of producers alone */
    enum pt_property_same same;
};
/* Whether it was set, and is more than a default. */
bool pt_property_is_given(const struct pt_property *property);
size_t pt_config_count(const struct pt_config *cfg);
struct pt_property pt_config_at(const struct pt_config *cfg, size_t i);
/* The options of sasl.jaas.config: name "sasl.jaas.config awsRoleArn"; the origin also says why
 * it is not used, when something else takes precedence. */
size_t pt_config_login_count(const struct pt_config *cfg);
struct pt_property pt_config_login_at(const struct pt_config *cfg, size_t i);
/* Returns its value as it may be shown: *** for a secret, and for a password in a URL. The
 * caller frees it; NULL when it has none, or when out of memory. */
char *pt_property_shown(const struct pt_property *property);
/* Copies the command line's words, ended by NULL, into words; free with pt_arguments_free.
 * argv's own bytes, which every user of the host can read (ps, /proc/PID/cmdline), lose their
 * secrets: *** replaces them. Call it before anything waits. Errors PT_ENOMEM; argv is hidden
 * also then. */
pt_code pt_arguments_take(int argc, char **argv, char ***words, struct pt_error *err);
void pt_arguments_free(char **words);

/* Warnings found at load (Java-only properties, by name; unknown PINTOP_ variables; security
 * settings without servers), one printable sentence each. */
size_t pt_config_warnings(const struct pt_config *cfg);
const char *pt_config_warning(const struct pt_config *cfg, size_t i);

/* Writes the properties that differ from the defaults as a context file (0600, temporary + fsync +
 * rename); secrets are left out, and named in a comment. An existing file is changed where it
 * differs, and extended: its comments, order, mode, secrets and unknown properties stay; the old
 * version is kept beside it, as NAME.properties.old, .old.2 and so on. name: letters, digits, . _ -
 * only, not beginning with a dot. path: out, cap bytes, may be NULL: the file's path.
 * Errors PT_EIO, PT_EFULL, PT_ECONFIG. */
pt_code pt_config_save(const struct pt_config *cfg, const char *name, char *path, size_t cap,
                       struct pt_error *err);
/* Describes what that would change in the file, one line each ("- KEY=OLD", "+ KEY=NEW"); ""
 * nothing, NULL: the file does not exist yet. plan: out, the caller frees it. Errors as there;
 * nothing is written. */
pt_code pt_config_save_plan(const struct pt_config *cfg, const char *name, char **plan,
                            struct pt_error *err);

/* Returns the known word that was meant by an unknown one; NULL when none is near enough. Pure. */
const char *pt_nearest(const char *typed, const char *const *known, size_t n);

/* The table of pintop.* properties, for --help: what may be set, in the order of pt_config_at. */
struct pt_option {
    const char *name, *help;
    const char *fallback; /* the default in words, "" none */
    char values[128];     /* "an integer from 16 to 1048576" */
    char environment[64]; /* PINTOP_USER_ID */
};
size_t pt_option_count(void);
void pt_option_at(size_t i, struct pt_option *option);

PT_API_END

#endif
