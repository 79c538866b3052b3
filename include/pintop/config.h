/* Every property in force and where it came from. Immutable after pt_config_load. */
#ifndef PINTOP_CONFIG_H
#define PINTOP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

struct pt_config;

/* What the command line said. Strings stay the caller's. */
struct pt_config_args {
    const char *context;      /* -c NAME, or NULL: "default" if that file exists */
    const char *const *files; /* -F, in order */
    size_t n_files;
    const char *const *settings; /* -X key=value and the options that mean one, in order */
    const char *const *origins;  /* of each, for errors: "-b"; NULL: "-X" for all */
    size_t n_settings;
    bool is_readonly; /* --readonly; pintop.readonly=on does the same, and none takes it back */
};

/* Built-in default < context < files in order < environment (PINTOP_*) < settings. An empty value
 * of a pintop property puts its default back (but pintop.topics.prefix, where empty is a value).
 *
 * cfg     out; free with pt_config_free. NULL after an error.
 * Errors  PT_ECONFIG (unknown property, bad value, malformed line: file and line are named; no
 *         such file or context), PT_EIO (file not readable), PT_ENOMEM. No secret is in them.
 * Thread  any; reads files, reads the environment. */
pt_code pt_config_load(const struct pt_config_args *args, struct pt_config **cfg,
                       struct pt_error *err);
void pt_config_free(struct pt_config *cfg);

/* The value in force, or NULL when it has none. Valid as long as cfg. A default that depends on
 * another property (`<user.id>.pin`) is already resolved. name is one of the pintop.* properties
 * of the table (assert), or any other property, which is found under its aliases too. pintop.topics
 * is meant for the whole of a topic's name: match it as ^(...)$. */
const char *pt_config_get(const struct pt_config *cfg, const char *name);

/* The same as a number; the text was checked at load. Properties without a value, or with the word
 * `off`, give 0. */
int64_t pt_config_int(const struct pt_config *cfg, const char *name);
double pt_config_number(const struct pt_config *cfg,
                        const char *name); /* pintop.stream.dirty.pct */

/* One of pintop.stream.rate, pintop.stream.<name>.rate, as pt_rate_parse gives it. */
double pt_config_rate(const struct pt_config *cfg, const char *name);

/* Records a second; PT_RATE_MAX, PT_RATE_ORIGINAL or 0.1 and up. Parses "10", "0.5", "10k", "1.5M",
 * "max", "original". Errors PT_ECONFIG. */
#define PT_RATE_MAX 1e18
#define PT_RATE_ORIGINAL (-1.0)
pt_code pt_rate_parse(const char *text, double *per_s, struct pt_error *err);
/* The rate as the user would type it, at most three decimals; always terminated. */
void pt_rate_format(double per_s, char *out, size_t cap);

bool pt_config_is_readonly(const struct pt_config *cfg);
/* bootstrap.servers is the word `embedded`, or nothing names a cluster at all. */
bool pt_config_is_embedded(const struct pt_config *cfg);
/* False: a back end of connectors is named, and no Kafka cluster. Connectors can be looked at and
 * changed; nothing is streamed, and their lag is not known. */
bool pt_config_has_cluster(const struct pt_config *cfg);
/* The cluster takes MSK IAM tokens, which pintop makes: sasl.mechanism AWS_MSK_IAM, or OAUTHBEARER
 * with a callback handler of aws-msk-iam-auth's. */
bool pt_config_is_iam(const struct pt_config *cfg);
/* No servers, no MSK cluster, no context, no file: the dashboard offers its choices. */
bool pt_config_is_unset(const struct pt_config *cfg);
/* The name of the context in force, or NULL. */
const char *pt_config_context(const struct pt_config *cfg);

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
};
size_t pt_config_count(const struct pt_config *cfg);
struct pt_property pt_config_at(const struct pt_config *cfg, size_t i);
/* What sasl.jaas.config says, option by option: name "sasl.jaas.config awsRoleArn"; the origin says
 * also why it is not used, where something else goes before it. */
size_t pt_config_login_count(const struct pt_config *cfg);
struct pt_property pt_config_login_at(const struct pt_config *cfg, size_t i);
/* Its value as it may be shown: *** for a secret, and for a password in a URL. The caller's, free;
 * NULL when it has none, or without memory. */
char *pt_property_shown(const struct pt_property *property);
/* A copy of the command line's words, ended by NULL, in words; free with pt_arguments_free. argv's
 * own bytes, which every user of the machine can read (ps, /proc/PID/cmdline), lose their secrets:
 * *** stands there. To be called before anything waits. Errors PT_ENOMEM; argv is hidden also then.
 */
pt_code pt_arguments_take(int argc, char **argv, char ***words, struct pt_error *err);
void pt_arguments_free(char **words);

/* Warnings found at load (Java-only properties, by name; unknown PINTOP_ variables; security
 * settings without servers), one printable sentence each. */
size_t pt_config_warnings(const struct pt_config *cfg);
const char *pt_config_warning(const struct pt_config *cfg, size_t i);

/* Write the properties that differ from the defaults as a context file (0600, temporary + fsync +
 * rename); secrets are left out, and named in a comment. A file that is there is changed where it
 * says otherwise, and added to: its comments, order, mode, secrets and what pintop doesn't know
 * stay; as it was it stays beside it, as NAME.properties.old, .old.2 and so on. name: letters,
 * digits, . _ - only, not beginning with a point. path: out, cap bytes, may be NULL: where it went.
 * Errors PT_EIO, PT_EFULL, PT_ECONFIG. */
pt_code pt_config_save(const struct pt_config *cfg, const char *name, char *path, size_t cap,
                       struct pt_error *err);
/* What that would change in the file, a line each ("- KEY=OLD", "+ KEY=NEW"); "" nothing, NULL:
 * there is no such file yet. plan: out, the caller's, free. Errors as there; nothing is written. */
pt_code pt_config_save_plan(const struct pt_config *cfg, const char *name, char **plan,
                            struct pt_error *err);

/* Which of the known words was meant by one that is not known; NULL: none is near enough. Pure. */
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

#endif
