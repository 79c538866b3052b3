/* main: the table of commands, and the way from argv to one of them and out again. */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "cli/session.h"
#include "term/signals.h"

static const struct cli_command *const commands[] = {
    &command_stream, &command_status, &command_topics, &command_connector, &command_audit,
    &command_config, &command_token,  &command_whoami, &command_discover,  &command_doctor,
};
enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

/* Words that later versions will have: refused as such, and not offered. */
static const char *const later[] = {"replay", "engine", "history", "incident", "init", "teardown"};

static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (!strcmp(commands[i]->name, name)) {
            return commands[i];
        }
    }
    return NULL;
}

static void print_help(void)
{
    puts("pintop [options] [command [arguments]]\n\n"
         "A dashboard over a Kafka pipeline, with a streaming engine inside. Without a command it\n"
         "opens on this terminal.\n\nCommands:");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        printf("  %-10s %s\n", commands[i]->name, commands[i]->does);
    }
    puts("\nOptions:");
    options_print(cli_global_options);
    puts("\n`pintop COMMAND --help` says more. Exit status: 0 done, 1 failed or records left\n"
         "unresolved, 2 wrong usage or configuration, 3 missing or unhealthy.");
}

static void print_command_help(const struct cli_command *command)
{
    printf("pintop [options] %s%s%s\n\n%s\n", command->name, command->synopsis[0] ? " " : "",
           command->synopsis, command->does);
    if (command->options) {
        puts("\nOptions:");
        options_print(command->options);
    }
    puts("\n`pintop --help` lists the options that every command takes.");
}

/* True when --help or --version was the question. */
static bool answer(const struct cli *cli, const struct cli_command *command)
{
    if (cli->wants_version) {
        puts("pintop " PINTOP_VERSION);
    } else if (cli->wants_help && command) {
        print_command_help(command);
    } else if (cli->wants_help) {
        print_help();
    }
    return cli->wants_help || cli->wants_version;
}

/* A closed standard descriptor would be the number of the next file opened, and our output would
 * go into it. In its place comes one that refuses: reading finds the end, writing fails. Not
 * O_CLOEXEC: a child should find the three as well. */
static void fill_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            (void)open("/dev/null", O_RDONLY); /* NOLINT(android-cloexec-open) */
        }
    }
}

static void find_looks(struct looks *looks)
{
    /* Not LC_ALL: a decimal comma would spoil JSON and properties. */
    setlocale(LC_CTYPE, "");
    looks->is_ascii = looks->is_ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    const char *no_color = getenv("NO_COLOR");
    looks->is_mono = looks->is_mono || (no_color && *no_color);
}

static pt_code load(const struct cli *cli, struct pt_config **cfg, struct pt_error *err)
{
    struct pt_config_args args = {
        .context = cli->context,
        .files = cli->files,
        .n_files = cli->n_files,
        .settings = (const char *const *)cli->settings,
        .origins = cli->origins,
        .n_settings = cli->n_settings,
        .is_readonly = cli->is_readonly,
    };
    return pt_config_load(&args, cfg, err);
}

static pt_code start_log(const struct cli *cli, const struct cli_command *command,
                         const struct pt_config *cfg, struct pt_error *err)
{
    char what[120];
    snprintf(what, sizeof what, "%s%s%s", command->name, cli->n_words > 0 ? " " : "",
             cli->n_words > 0 ? cli->words[0] : "");
    return command->has_own_log ? PT_OK : pt_log_start(cfg, what, err);
}

static void print_warnings(const struct pt_config *cfg)
{
    for (size_t i = 0; i < pt_config_warnings(cfg); i++) {
        fprintf(stderr, "pintop: warning: %s\n", pt_config_warning(cfg, i));
    }
}

static int run_dashboard(struct cli *cli)
{
    struct pt_error err;
    struct pt_config *cfg = NULL;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        pt_error_set(&err, PT_EUSAGE, "Without one use `pintop status` or `pintop stream`.",
                     "dashboard: not on a terminal");
        return print_err(&err);
    }
    if (load(cli, &cfg, &err) != PT_OK) {
        return print_err(&err);
    }
    signals_block();
    struct pt_run run = {.start = cli->start, .first_index = -1, .has_connectors = true};
    /* By _exit, with cfg left alone: threads that the engine gave up may still look into it. */
    _exit(print_finish(dashboard_run(cfg, &run, &cli->looks)));
}

static pt_code unknown_command(const char *name, struct pt_error *err)
{
    const char *known[N_COMMANDS];
    char meant[96];
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        if (!strcmp(name, later[i])) {
            return pt_error_set(err, PT_EUSAGE, "`pintop --help` lists what there is.",
                                "%s: not in this version yet", name);
        }
    }
    for (size_t i = 0; i < N_COMMANDS; i++) {
        known[i] = commands[i]->name;
    }
    cli_did_you_mean(name, known, N_COMMANDS, meant, sizeof meant);
    return pt_error_set(err, PT_EUSAGE, "`pintop --help` lists the commands.",
                        "command '%s': unknown%s", name, meant);
}

/* Is it one, and does --start (maybe given behind it) go with it? */
static pt_code check_command(const struct cli *cli, const struct cli_command *command,
                             const char *name, struct pt_error *err)
{
    if (!command) {
        return unknown_command(name, err);
    }
    if (cli->has_start) {
        return pt_error_set(err, PT_EUSAGE, "Use `pintop stream`, or --start without a command.",
                            "%s: --start is the dashboard's", name);
    }
    return PT_OK;
}

/* With its own struct of arguments: parse, read the configuration, do it. cfg stays the caller's:
 * the engine may still look at it. A signal simply ends us until the command starts threads, and
 * blocks signals for them (session_open, audit): reading a -F that is a pipe, or a dry run. */
static int run_with_args(struct cli *cli, const struct cli_command *command, void *args,
                         struct pt_config **cfg)
{
    struct pt_error err;
    if ((command->ready && command->ready(cli, args, &err) != PT_OK) ||
        load(cli, cfg, &err) != PT_OK || start_log(cli, command, *cfg, &err) != PT_OK) {
        return print_err(&err);
    }
    print_warnings(*cfg);
    int status = command->run(cli, args, *cfg);
    if (cli->eng) {
        status = print_finish(status); /* else main says it */
        session_end(cli);
        _exit(status);
    }
    return status;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
    const struct cli_command *command = find_command(argv[0]);
    struct pt_error err;
    struct pt_config *cfg = NULL;
    if (check_command(cli, command, argv[0], &err) != PT_OK) {
        return print_err(&err);
    }
    void *args = calloc(1, command->args_bytes + 1);
    int status = 0;
    if (!args) {
        pt_error_set(&err, PT_ENOMEM, NULL, "%s: no memory", command->name);
        status = print_err(&err);
    } else if (options_parse(cli, command, args, argc, argv, &err) != PT_OK) {
        status = print_err(&err);
    } else if (!answer(cli, command)) {
        status = check_command(cli, command, argv[0], &err) == PT_OK
                     ? run_with_args(cli, command, args, &cfg)
                     : print_err(&err);
    }
    pt_config_free(cfg);
    free(args);
    return status;
}

/* Keys and passwords are in memory: none of it goes into a core file, by way of the limit or of a
 * program that the kernel hands cores to. */
static void leave_no_core(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

/* librdkafka has a thread for each broker, and malloc would give each an arena of its own. What
 * waited while a broker was away stays in such an arena, free and of no use to the others: after
 * each of three brokers was away twice that were 4 MB of 24. Two are as fast. */
static void share_arenas(void)
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 2);
#endif
}

int main(int argc, char **argv)
{
    struct cli cli = {0};
    struct pt_error err;
    char **words = NULL;
    int status = 0;
    fill_standard_descriptors();
    leave_no_core();
    share_arenas();
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is a write error: print_finish */
    signal(SIGXFSZ, SIG_IGN); /* so is a limit on the size of files, as a full disk */
    if (pt_arguments_take(argc, argv, &words, &err) != PT_OK ||
        options_parse(&cli, NULL, NULL, argc, words, &err) != PT_OK) {
        status = print_err(&err);
    } else {
        find_looks(&cli.looks);
        print_init(cli.looks.is_ascii);
        if (answer(&cli, cli.n_words ? find_command(cli.words[0]) : NULL)) {
            status = 0;
        } else if (cli.n_words == 0) {
            status = run_dashboard(&cli);
        } else {
            status = run_command(&cli, (int)cli.n_words, cli.words);
        }
    }
    status = print_finish(status);
    cli_done(&cli);
    pt_arguments_free(words);
    return status;
}
