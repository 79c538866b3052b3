#include "cli/cli.h"
#include "cli/detach.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 48, LONG_BASE = 256, NAME_WIDTH = 32 };

const struct cli_option cli_global_options[] = {
    {"context",          'c', "NAME",      "use the context NAME (default: `default`, if it exists)"           },
    {"config",           'F', "FILE",      "read a properties file, such as client.properties; may be repeated"},
    {"set",              'X', "KEY=VALUE", "set one property; may be repeated"                                 },
    {"bootstrap-server", 'b', "LIST",      "bootstrap servers, comma separated; or the word `embedded`"        },
    {"profile",          0,   "NAME",      "AWS profile, before AWS_PROFILE and credentials in the environment"},
    {"region",           0,   "R",         "AWS region"                                                        },
    {"endpoint-url",     0,   "URL",       "send the requests for every AWS service to this endpoint"          },
    {"readonly",         0,   NULL,        "refuse everything that changes something"                          },
    {"start",            0,   "[LIST]",    "dashboard, engine: start these streams at once (pin,geo,user)"     },
    {"detach",           0,   "[yes|no]",  "dashboard: run the engine apart, so that it outlives this terminal"},
    {"no-color",         0,   NULL,        "no colours (also: NO_COLOR)"                                       },
    {"ascii",            0,   NULL,        "only ASCII on the screen"                                          },
    {"verbose",          'v', NULL,        "log more (with --log-file)"                                        },
    {"log-file",         0,   "FILE",      "write the log to this file"                                        },
    {"record",           0,   "FILE",      "record a dashboard or `stream` to this file, for `pintop replay`"  },
    {"help",             'h', NULL,        "print this help, or that of a command"                             },
    {"version",          'V', NULL,        "print the version"                                                 },
    {NULL,               0,   NULL,        NULL                                                                },
};

/* The tables that getopt_long needs, made from the global options and those of the command. An
 * option of the command hides the long name of a global one (`topics create --config`), but not its
 * letter. */
struct parser {
    const struct cli_option *rows[OPTIONS_MAX];
    size_t n_rows, n_own;
    struct option longs[OPTIONS_MAX + 1];
    size_t n_longs;
    char letters[2 * OPTIONS_MAX + 3];
};

static bool is_optional(const struct cli_option *row)
{
    return row->value && row->value[0] == '[';
}

static bool is_hidden(const struct parser *parser, const char *name)
{
    for (size_t i = 0; i < parser->n_longs; i++) {
        if (!strcmp(parser->longs[i].name, name)) {
            return true;
        }
    }
    return false;
}

static void parser_add_row(struct parser *parser, const struct cli_option *row)
{
    int kind = no_argument;
    if (row->value) {
        kind = is_optional(row) ? optional_argument : required_argument;
    }
    if (!is_hidden(parser, row->name)) {
        parser->longs[parser->n_longs++] =
            (struct option){row->name, kind, NULL, LONG_BASE + (int)parser->n_rows};
    }
    if (row->letter) {
        size_t len = strlen(parser->letters);
        parser->letters[len] = (char)row->letter;
        parser->letters[len + 1] = kind == required_argument ? ':' : 0;
    }
    parser->rows[parser->n_rows++] = row;
}

static void parser_add(struct parser *parser, const struct cli_option *rows)
{
    for (; rows && rows->name; rows++) {
        assert(parser->n_rows < OPTIONS_MAX);
        parser_add_row(parser, rows);
    }
}

static void parser_init(struct parser *parser, const struct cli_command *command)
{
    memset(parser, 0, sizeof *parser);
    /* "+" stops at the first word; ":" tells a missing value from an unknown option. */
    snprintf(parser->letters, sizeof parser->letters, "%s", command ? ":" : "+:");
    parser_add(parser, command ? command->options : NULL);
    parser->n_own = parser->n_rows;
    parser_add(parser, cli_global_options);
}

static size_t parser_find(const struct parser *parser, int c)
{
    if (c >= LONG_BASE) {
        return (size_t)(c - LONG_BASE);
    }
    for (size_t i = 0; i < parser->n_rows; i++) {
        if (c != 0 && parser->rows[i]->letter == c) {
            return i;
        }
    }
    return parser->n_rows;
}

pt_code cli_set(struct cli *cli, const char *by, const char *key, const char *value,
                struct pt_error *err)
{
    size_t size = strlen(key) + strlen(value) + 2;
    char **settings = realloc(cli->settings, (cli->n_settings + 1) * sizeof *settings);
    if (settings) {
        cli->settings = settings;
    }
    const char **origins = realloc(cli->origins, (cli->n_settings + 1) * sizeof *origins);
    if (origins) {
        cli->origins = origins;
    }
    char *text = malloc(size);
    if (!settings || !origins || !text) {
        free(text);
        return pt_error_set(err, PT_ENOMEM, NULL, "options: out of memory");
    }
    snprintf(text, size, "%s=%s", key, value);
    origins[cli->n_settings] = by;
    settings[cli->n_settings++] = text;
    return PT_OK;
}

static pt_code take_setting(struct cli *cli, const char *value, struct pt_error *err)
{
    const char *eq = strchr(value, '=');
    if (!eq || eq == value) {
        return pt_error_set(err, PT_EUSAGE, "Write -X KEY=VALUE.", "-X '%s': not KEY=VALUE", value);
    }
    char *key = strndup(value, (size_t)(eq - value));
    if (!key) {
        return pt_error_set(err, PT_ENOMEM, NULL, "options: out of memory");
    }
    pt_code code = cli_set(cli, "-X", key, eq + 1, err);
    free(key);
    return code;
}

pt_code cli_add_file(struct cli *cli, const char *path, struct pt_error *err)
{
    const char **files = realloc(cli->files, (cli->n_files + 1) * sizeof *files);
    if (!files) {
        return pt_error_set(err, PT_ENOMEM, NULL, "options: out of memory");
    }
    cli->files = files;
    files[cli->n_files++] = path;
    return PT_OK;
}

static pt_code take_start(struct cli *cli, const char *value, struct pt_error *err)
{
    cli->has_start = true;
    cli->start = PT_STREAM_ALL;
    return value ? cli_parse_streams(value, "--start", &cli->start, err) : PT_OK;
}

/* Options that stand for a property set that property. */
static const struct {
    const char *option, *by, *key;
} meanings[] = {
    {"bootstrap-server", "-b",             "bootstrap.servers"      },
    {"profile",          "--profile",      "pintop.aws.profile"     },
    {"region",           "--region",       "pintop.aws.region"      },
    {"endpoint-url",     "--endpoint-url", "pintop.aws.endpoint.url"},
    {"log-file",         "--log-file",     "pintop.log.file"        },
    {"record",           "--record",       "pintop.record"          },
};

static pt_code take_global(struct cli *cli, const char *option, const char *value,
                           struct pt_error *err)
{
    /* An unset shell variable must not select another profile, file or endpoint. An empty list of
     * servers has an error message of its own. */
    bool may_be_empty = !strcmp(option, "bootstrap-server") || !strcmp(option, "start");
    if (value && !*value && !may_be_empty) {
        return pt_error_set(err, PT_EUSAGE, "Give it a value, or leave it out.",
                            "option --%s: its value is empty", option);
    }
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (value && !strcmp(option, meanings[i].option)) {
            return cli_set(cli, meanings[i].by, meanings[i].key, value, err);
        }
    }
    if (!strcmp(option, "context")) {
        cli->context = value;
    } else if (!strcmp(option, "config")) {
        return cli_add_file(cli, value, err);
    } else if (!strcmp(option, "set")) {
        return take_setting(cli, value, err);
    } else if (!strcmp(option, "start")) {
        return take_start(cli, value, err);
    } else if (!strcmp(option, "detach")) {
        return detach_take(cli, value, err);
    } else if (!strcmp(option, "verbose")) {
        return cli_set(cli, "-v", "pintop.log.level", "debug", err);
    } else if (!strcmp(option, "readonly")) {
        cli->is_readonly = true;
    } else if (!strcmp(option, "no-color")) {
        cli->looks.is_mono = true;
    } else if (!strcmp(option, "ascii")) {
        cli->looks.is_ascii = true;
    } else if (!strcmp(option, "help")) {
        cli->wants_help = true;
    } else if (!strcmp(option, "version")) {
        cli->wants_version = true;
    }
    return PT_OK;
}

void cli_did_you_mean(const char *typed, const char *const *known, size_t n, char *out, size_t cap)
{
    const char *best = pt_nearest(typed, known, n);
    snprintf(out, cap, "%s%s%s", best ? "; did you mean " : "", best ? best : "", best ? "?" : "");
}

/* The long option is unknown, or several begin with what was typed. */
static pt_code refuse_long(const struct parser *parser, const char *typed, const char *fix,
                           struct pt_error *err)
{
    const char *known[OPTIONS_MAX];
    char name[64], meant[96], begins[160] = "";
    size_t n = 0, len = 0, n_begin = 0;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(typed + 2, "="), typed + 2);
    for (size_t i = 0; i < parser->n_longs; i++) {
        const struct cli_option *row = parser->rows[parser->longs[i].val - LONG_BASE];
        if (row->help) {
            known[n++] = row->name;
        }
        if (row->help && !strncmp(row->name, name, strlen(name)) && len < sizeof begins) {
            len += (size_t)snprintf(begins + len, sizeof begins - len, "%s--%s",
                                    n_begin++ > 0 ? ", " : "", row->name);
        }
    }
    if (n_begin > 1) {
        return pt_error_set(err, PT_EUSAGE, fix, "option --%s: ambiguous, it could be %s", name,
                            begins);
    }
    const char *best = pt_nearest(name, known, n);
    snprintf(meant, sizeof meant, best ? "; did you mean --%s?" : "%s", best ? best : "");
    return pt_error_set(err, PT_EUSAGE, fix, "option --%s: unknown%s", name, meant);
}

/* Fills in the error after getopt returned '?' or ':'; it names the option as it was typed. */
static pt_code refuse_option(const struct parser *parser, const struct cli_command *command, int c,
                             char **argv, struct pt_error *err)
{
    char fix[120];
    snprintf(fix, sizeof fix, "`pintop %s%s--help` lists the options%s.",
             command ? command->name : "", command ? " " : "",
             command ? "" : "; options of a command come after its name");
    size_t i = parser_find(parser, optopt);
    if (i < parser->n_rows) {
        const char *name = parser->rows[i]->name;
        return pt_error_set(err, PT_EUSAGE, fix, "option --%s: %s", name,
                            c == ':' ? "needs a value" : "takes no value");
    }
    if (optopt) {
        return pt_error_set(err, PT_EUSAGE, fix, "option -%c: unknown", optopt);
    }
    return refuse_long(parser, argv[optind - 1], fix, err);
}

static void given_add(struct cli_given *given, const char *option)
{
    for (size_t i = 0; i < given->n_options; i++) {
        if (!strcmp(given->options[i], option)) {
            return;
        }
    }
    if (given->n_options < sizeof given->options / sizeof *given->options) {
        given->options[given->n_options++] = option;
    }
}

static pt_code take_own(struct cli *cli, const struct cli_command *command, void *args,
                        const struct cli_option *option, const char *value, struct pt_error *err)
{
    struct cli_given *given = &cli->given;
    if (option->help) {
        given_add(given, option->name);
    }
    if (!strcmp(option->name, "json")) {
        given->is_json = true;
    } else if (!strcmp(option->name, "yes")) {
        given->is_yes = true;
    } else if (!strcmp(option->name, "dry-run")) {
        given->is_plan = true;
    } else if (!strcmp(option->name, "wait")) {
        return cli_parse_seconds(value, "--wait", &given->wait_ms, err);
    } else if (command->take) {
        return command->take(cli, args, option->name, value, err);
    }
    return PT_OK;
}

pt_code options_parse(struct cli *cli, const struct cli_command *command, void *args, int argc,
                      char **argv, struct pt_error *err)
{
    struct parser parser;
    parser_init(&parser, command);
    opterr = 0;
    optind = 0; /* tells glibc to start over */
    int c;
    while ((c = getopt_long(argc, argv, parser.letters, parser.longs, NULL)) != -1) {
        if (c == '?' || c == ':') {
            return refuse_option(&parser, command, c, argv, err);
        }
        size_t i = parser_find(&parser, c);
        const struct cli_option *row = parser.rows[i];
        pt_code code = command && i < parser.n_own ? take_own(cli, command, args, row, optarg, err)
                                                   : take_global(cli, row->name, optarg, err);
        if (code != PT_OK) {
            return code;
        }
    }
    cli->words = argv + optind;
    cli->n_words = (size_t)(argc - optind);
    return PT_OK;
}

void option_print(const struct cli_option *option, const char *text)
{
    char name[64], value[32] = "", letter[8] = "    ";
    if (option->value) {
        bool opt = is_optional(option);
        snprintf(value, sizeof value, opt ? "[=%s" : " %s", option->value + (opt ? 1 : 0));
    }
    if (option->letter) {
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    }
    snprintf(name, sizeof name, "%s--%s%s", letter, option->name, value);
    printf("  %-*s %s\n", NAME_WIDTH, name, text);
}

void cli_done(struct cli *cli)
{
    for (size_t i = 0; i < cli->n_settings; i++) {
        free(cli->settings[i]);
    }
    free(cli->settings);
    free(cli->origins);
    free(cli->files);
    memset(cli, 0, sizeof *cli);
}

pt_code cli_parse_streams(const char *text, const char *what, unsigned *bits, struct pt_error *err)
{
    unsigned found = 0;
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, ",");
        unsigned bit = 0;
        for (unsigned id = 0; id < PT_STREAMS; id++) {
            const char *name = pt_stream_name((enum pt_stream_id)id);
            if (len == strlen(name) && !memcmp(p, name, len)) {
                bit = PT_STREAM_BIT(id);
            }
        }
        if (!bit) {
            return pt_error_set(err, PT_EUSAGE, "Name pin, geo or user, separated by commas.",
                                "%s: no stream is called '%.*s'", what, (int)len, p);
        }
        found |= bit;
        p += len + (p[len] == ',');
    }
    if (!found) {
        return pt_error_set(err, PT_EUSAGE, "Name pin, geo or user, separated by commas.",
                            "%s: no stream is named", what);
    }
    *bits = found;
    return PT_OK;
}
