/* The command line: one table of commands, what the global options said, and how answers and
 * errors are printed. Commands see the engine through pintop/ only. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/config.h"
#include "pintop/engine.h"
#include "ui/dashboard.h"

/* One option. value: NULL takes none, "N" needs one, "[LIST]" may have one after `=`. */
struct cli_option {
    const char *name;
    int letter; /* 0 none */
    const char *value;
    const char *help; /* NULL: known, and not offered */
};

/* Everything the command line said before a command runs. */
struct cli {
    const char *context;
    const char **files;
    size_t n_files;
    char **settings;      /* "key=value", owned */
    const char **origins; /* of each, what said it: "-X", "-b" */
    size_t n_settings;
    bool is_readonly;
    bool has_start; /* --start: dashboard only */
    unsigned start; /* bits of the streams */
    struct looks looks;
    bool wants_help, wants_version;
    char **words; /* what is left after the options; argv's */
    size_t n_words;
    struct pt_engine *eng; /* started by cli_engine_open; main ends it */
};

struct cli_command {
    const char *name;
    const char *synopsis;             /* of the arguments, "" none */
    const char *does;                 /* one line */
    size_t args_bytes;                /* of the command's own struct, zeroed at first */
    const struct cli_option *options; /* ended by a NULL name; may be NULL */
    /* One of the options above. value is NULL when it has none. Stays argv's. */
    pt_code (*take)(struct cli *cli, void *args, const char *option, const char *value,
                    struct pt_error *err);
    /* After the last option, before the configuration is read: checks words, adds settings. */
    pt_code (*ready)(struct cli *cli, void *args, struct pt_error *err);
    bool has_own_log; /* its engine lives on and writes the log itself */
    /* Do it; returns the exit status. */
    int (*run)(struct cli *cli, void *args, const struct pt_config *cfg);
};

extern const struct cli_command command_stream, command_status, command_topics, command_audit,
    command_config, command_token, command_whoami, command_discover, command_doctor,
    command_connector;

/* Parse options (global ones, and command's when it is not NULL) from argv[1] on. With a command
 * options and words may mix; without, the first word ends it. words and n_words are set.
 * Errors PT_EUSAGE, PT_ENOMEM. */
pt_code options_parse(struct cli *cli, const struct cli_command *command, void *args, int argc,
                      char **argv, struct pt_error *err);
/* The table behind --help: the global options, or another list. */
void options_print(const struct cli_option *options);
extern const struct cli_option cli_global_options[];

/* Add "key=value" to the settings, as -X does. by: what said it, for errors. Errors PT_ENOMEM. */
pt_code cli_set(struct cli *cli, const char *by, const char *key, const char *value,
                struct pt_error *err);
/* -F: one more file. Errors PT_ENOMEM. */
pt_code cli_add_file(struct cli *cli, const char *path, struct pt_error *err);
/* "; did you mean NAME?", or "" when no known one is near. */
void cli_did_you_mean(const char *typed, const char *const *known, size_t n, char *out, size_t cap);
void cli_done(struct cli *cli);

/* The highest index a record may have: 2^53 - 1, what every JSON reader can hold. */
#define CLI_INDEX_MAX ((INT64_C(1) << 53) - 1)

/* "pin,geo" to bits; a whole number in a range (also 10k, 2M); a time in seconds (also 500ms, 30s,
 * 5m, 2h, 1d) to milliseconds. what names the option in the error. Errors PT_EUSAGE. */
pt_code cli_parse_streams(const char *text, const char *what, unsigned *bits, struct pt_error *err);
pt_code cli_parse_int(const char *text, const char *what, int64_t min, int64_t max, int64_t *out,
                      struct pt_error *err);
pt_code cli_parse_seconds(const char *text, const char *what, int64_t *ms, struct pt_error *err);

/* Wrong number of words: PT_EUSAGE naming the command, for ready(). */
pt_code cli_check_words(const struct cli *cli, size_t max, const char *command,
                        struct pt_error *err);

#endif
