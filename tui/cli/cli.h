/* The command line: the table of commands, the options, and the values that they set. Commands see
 * the engine through pintop/ only. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/config.h"
#include "pintop/engine.h"
#include "pintop/link.h"
#include "term/looks.h"

/* One option. value: NULL: the option takes no value; "N": it needs one; "[LIST]": it may have one
 * after `=`. */
struct cli_option {
    const char *name;
    int letter; /* 0: none */
    const char *value;
    const char *help; /* NULL: accepted, but not listed in the help */
};

/* Options that several commands have, with one meaning. */
#define CLI_JSON                                                                                   \
    {                                                                                              \
        "json", 0, NULL, "as JSON"                                                                 \
    }
#define CLI_NO_MORE_OPTIONS                                                                        \
    {                                                                                              \
        NULL, 0, NULL, NULL                                                                        \
    }

/* The options that several commands share, and the names of all options of its own that a command
 * was given. */
struct cli_given {
    const char *options[16];
    size_t n_options;
    bool is_json, is_yes, is_plan; /* --json, --yes, --dry-run */
    bool is_look;                  /* its options only make it look: it changes nothing */
    int64_t wait_ms;               /* --wait; 0: not given */
};

/* Everything that the command line sets before a command runs. */
struct cli {
    const char *context;
    const char **files;
    size_t n_files;
    char **settings;      /* "key=value", owned */
    const char **origins; /* the option that set each of them: "-X", "-b" */
    size_t n_settings;
    bool is_readonly;
    bool has_start; /* --start: of the dashboard and `engine` */
    unsigned start; /* bits of the streams */
    enum detach_wish { DETACH_UNSAID, DETACH_YES, DETACH_NO } detach; /* --detach */
    int told_fd; /* of an engine that was started apart: who started it waits; 0 none */
    struct looks looks;
    bool wants_help, wants_version;
    char **words; /* what is left after the options; argv's */
    size_t n_words;
    struct cli_given given;
    pt_link_open_fn open; /* how a command reaches an engine */
    struct pt_link link;  /* opened by session_open; main ends it */
};

struct cli_group;

/* A command: one row in its own file, and its name in CLI_COMMANDS. */
struct cli_command {
    const char *name;
    const char *synopsis;          /* the arguments, "" for none; a group's come from its actions */
    const char *does;              /* one line */
    const char *topic;             /* the topic of `pintop help` that belongs to it; NULL: none */
    const struct cli_group *group; /* its first word is one of these actions; NULL: no words */
    bool takes_words;              /* it reads cli->words itself, in `ready` */
    bool does_change;  /* it changes something: with --readonly only its --dry-run runs */
    bool takes_start;  /* --start is for it, too */
    bool has_own_log;  /* its engine writes the log itself */
    size_t args_bytes; /* size of the command's own struct, which is zeroed first */
    const struct cli_option *options; /* ended by a NULL name; may be NULL */
    /* Takes one of the options above that is not in cli->given. value is argv's, NULL when it has
     * no value. May be NULL when cli->given holds all of them. */
    pt_code (*take)(struct cli *cli, void *args, const char *option, const char *value,
                    struct pt_error *err);
    /* Checks the words and adds settings, after the last option and before the configuration is
     * read. May be NULL. */
    pt_code (*ready)(struct cli *cli, void *args, struct pt_error *err);
    /* Replaces the configuration, before anything is said of it. May be NULL. */
    pt_code (*settle)(struct cli *cli, void *args, struct pt_config **cfg, struct pt_error *err);
    /* Runs the command; returns the exit status. */
    int (*run)(struct cli *cli, void *args, const struct pt_config *cfg);
    /* Frees what its struct holds, also when nothing of the above came to its end. May be NULL. */
    void (*done)(void *args);
};

/* All commands, in the order of the help. */
#define CLI_COMMANDS(X)                                                                            \
    X(stream)                                                                                      \
    X(engine)                                                                                      \
    X(status)                                                                                      \
    X(topics)                                                                                      \
    X(connector)                                                                                   \
    X(audit)                                                                                       \
    X(config)                                                                                      \
    X(token) X(whoami) X(discover) X(doctor) X(replay) X(history) X(incident) X(init) X(teardown)
#define CLI_DECLARE(name) extern const struct cli_command command_##name;
CLI_COMMANDS(CLI_DECLARE)
#undef CLI_DECLARE

size_t cli_command_count(void);
const struct cli_command *cli_command_at(size_t i);
/* NULL: there is no such command. */
const struct cli_command *cli_command_find(const char *name);
/* Errors PT_EREADONLY when the command would change something, and --readonly or pintop.readonly of
 * cfg forbids that. cfg is NULL while it has not been read. */
pt_code cli_command_check(const struct cli *cli, const struct cli_command *command,
                          const struct pt_config *cfg, struct pt_error *err);

/* Parses the global options, and those of command when it is not NULL, from argv[1] on. With a
 * command, options and words may be mixed; without one, the first word ends the parsing. Sets words
 * and n_words. Errors PT_EUSAGE, PT_ENOMEM. */
pt_code options_parse(struct cli *cli, const struct cli_command *command, void *args, int argc,
                      char **argv, struct pt_error *err);
/* A line of --help: "  -n, --count N    text". */
void option_print(const struct cli_option *option, const char *text);
extern const struct cli_option cli_global_options[];

/* Add "key=value" to the settings, as -X does. by: the option that set it, for errors. Errors
 * PT_ENOMEM. */
pt_code cli_set(struct cli *cli, const char *by, const char *key, const char *value,
                struct pt_error *err);
/* -F: one more file. Errors PT_ENOMEM. */
pt_code cli_add_file(struct cli *cli, const char *path, struct pt_error *err);
/* "; did you mean NAME?", or "" when no known name is similar. */
void cli_did_you_mean(const char *typed, const char *const *known, size_t n, char *out, size_t cap);
void cli_done(struct cli *cli);

/* The highest index a record may have: 2^53 - 1, what every JSON reader can hold. */
#define CLI_INDEX_MAX ((INT64_C(1) << 53) - 1)

/* Parse "pin,geo" into bits; a whole number in a range (also 10k, 2M); a time in seconds (also
 * 500ms, 30s, 5m, 2h, 1d) into milliseconds. what: the option, as the error names it. Errors
 * PT_EUSAGE. */
pt_code cli_parse_streams(const char *text, const char *what, unsigned *bits, struct pt_error *err);
pt_code cli_parse_int(const char *text, const char *what, int64_t min, int64_t max, int64_t *out,
                      struct pt_error *err);
pt_code cli_parse_seconds(const char *text, const char *what, int64_t *ms, struct pt_error *err);

/* Starts an engine in this process and links to it: a pt_link_open_fn. No other file of the front
 * end knows where an engine runs. Errors PT_EREADONLY (streams to start), PT_ENOMEM, PT_EIO. */
pt_code engine_open(const struct pt_config *cfg, const struct pt_run *run, struct pt_link *link,
                    struct pt_error *err);

#endif
