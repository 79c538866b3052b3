/* main: parses the command line, runs one command and returns its exit status. */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/detach.h"
#include "cli/help.h"
#include "cli/print.h"
#include "cli/session.h"
#include "term/locale.h"
#include "term/signals.h"
#include "ui/dashboard.h"

enum { COMMANDS_MAX = 32 };

/* Answers --help and --version; true when one of them was given. */
static bool answer_help(const struct cli *cli, const struct cli_command *command)
{
    if (cli->wants_version) {
        puts("pintop " PINTOP_VERSION);
        printf("librdkafka %s, which %s\n", pt_kafka_library(),
               pt_kafka_library_reauthenticates()
                   ? "re-authenticates on open connections (KIP-368)"
                   : "cannot re-authenticate on open connections (KIP-368): that needs 2.2.0 or "
                     "newer. A broker that limits sessions closes a connection when its login "
                     "expires, and pintop connects again");
    } else if (cli->wants_help && command) {
        help_command(command);
    } else if (cli->wants_help) {
        help_all();
    }
    return cli->wants_help || cli->wants_version;
}

/* If a standard descriptor is closed, the next file opened would get its number and receive our
 * output. A descriptor that refuses takes its place: reading finds the end of file, writing fails.
 * It is not O_CLOEXEC, because a child needs the three as well. */
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
    locale_take();
    looks->is_ascii = looks->is_ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    const char *no_color = getenv("NO_COLOR");
    looks->is_mono = looks->is_mono || (no_color && *no_color);
}

static pt_code load_config(const struct cli *cli, struct pt_config **cfg, struct pt_error *err)
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
        pt_error_set(&err, PT_EUSAGE, "Without a terminal, use `pintop status` or `pintop stream`.",
                     "dashboard: standard input and output are not a terminal");
        return print_err(&err);
    }
    if (load_config(cli, &cfg, &err) != PT_OK) {
        return print_err(&err);
    }
    if (detach_start(cli, cfg, &err) != PT_OK) {
        pt_config_free(cfg);
        return print_err(&err);
    }
    signals_block();
    struct pt_run run = {
        .start = cli->start, .first_index = -1, .has_connectors = true, .may_attach = true};
    /* The process ends by _exit and cfg is not freed, because threads that the engine gave up on
     * may still read it. */
    _exit(print_finish(dashboard_run(cfg, &run, cli->open, &cli->looks)));
}

static pt_code unknown_command(const char *name, struct pt_error *err)
{
    const char *known[COMMANDS_MAX];
    char meant[96];
    size_t n = cli_command_count() < COMMANDS_MAX ? cli_command_count() : COMMANDS_MAX;
    for (size_t i = 0; i < n; i++) {
        known[i] = cli_command_at(i)->name;
    }
    cli_did_you_mean(name, known, n, meant, sizeof meant);
    return pt_error_set(err, PT_EUSAGE, "`pintop --help` lists the commands.",
                        "command '%s': unknown%s", name, meant);
}

/* Finds the command, and refuses --start where no streams can be started. */
static pt_code check_command(const struct cli *cli, const struct cli_command *command,
                             const char *name, struct pt_error *err)
{
    if (!command) {
        return unknown_command(name, err);
    }
    if (cli->has_start && !command->takes_start) {
        return pt_error_set(err, PT_EUSAGE, "Use `pintop stream`, or --start without a command.",
                            "%s: --start is an option of the dashboard and of `pintop engine`",
                            name);
    }
    if (cli->detach != DETACH_UNSAID) {
        return pt_error_set(err, PT_EUSAGE, "Leave it out, or use `pintop engine`.",
                            "%s: --detach is an option of the dashboard alone", name);
    }
    return PT_OK;
}

/* Checks that need no configuration: the words, the checks of the command, and --readonly. */
static pt_code check_before(struct cli *cli, const struct cli_command *command, void *args,
                            struct pt_error *err)
{
    if (!command->group && !command->takes_words && cli->n_words > 0) {
        char fix[80];
        snprintf(fix, sizeof fix, "`pintop %s --help` lists its arguments.", command->name);
        return pt_error_set(err, PT_EUSAGE, fix, "%s: unexpected argument '%s'", command->name,
                            cli->words[0]);
    }
    pt_code code = command->ready ? command->ready(cli, args, err) : PT_OK;
    return code == PT_OK ? cli_command_check(cli, command, NULL, err) : code;
}

/* Parses the arguments of a command, reads the configuration and runs the command. cfg stays the
 * caller's, because the engine may still read it. A signal ends the process at once until the
 * command starts threads and blocks signals for them (session_open, audit). It also does so during
 * a dry run, and while a -F that is a pipe is read. */
static int run_with_args(struct cli *cli, const struct cli_command *command, void *args,
                         struct pt_config **cfg)
{
    struct pt_error err;
    if (check_before(cli, command, args, &err) != PT_OK || load_config(cli, cfg, &err) != PT_OK ||
        (command->settle && command->settle(cli, args, cfg, &err) != PT_OK) ||
        cli_command_check(cli, command, *cfg, &err) != PT_OK ||
        start_log(cli, command, *cfg, &err) != PT_OK) {
        return print_err(&err);
    }
    print_warnings(*cfg);
    int status = command->run(cli, args, *cfg);
    if (pt_link_is_open(&cli->link)) {
        status = print_finish(status); /* otherwise main prints the error */
        session_end(cli);
        _exit(status);
    }
    return status;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
    const struct cli_command *command = cli_command_find(argv[0]);
    struct pt_error err;
    struct pt_config *cfg = NULL;
    if (check_command(cli, command, argv[0], &err) != PT_OK) {
        return print_err(&err);
    }
    void *args = calloc(1, command->args_bytes + 1);
    int status = 0;
    if (!args) {
        pt_error_set(&err, PT_ENOMEM, NULL, "%s: out of memory", command->name);
        status = print_err(&err);
    } else if (options_parse(cli, command, args, argc, argv, &err) != PT_OK) {
        status = print_err(&err);
    } else if (!answer_help(cli, command)) {
        status = check_command(cli, command, argv[0], &err) == PT_OK
                     ? run_with_args(cli, command, args, &cfg)
                     : print_err(&err);
    }
    pt_config_free(cfg);
    if (args != NULL && command->done != NULL) {
        command->done(args);
    }
    free(args);
    return status;
}

/* Credentials and passwords are in memory. They must not get into a core file, nor to a program
 * that the kernel pipes core dumps to. */
static void leave_no_core(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

/* librdkafka has a thread for each broker, and malloc would give each an arena of its own. Memory
 * that was used while a broker was unreachable stays in that arena, free but of no use to the other
 * threads: 4 MB of 24 after each of three brokers had been unreachable twice. Two arenas are as
 * fast. */
static void share_arenas(void)
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 2);
#endif
}

int main(int argc, char **argv)
{
    struct cli cli = {.open = engine_open};
    struct pt_error err;
    char **words = NULL;
    int status = 0;
    fill_standard_descriptors();
    leave_no_core();
    share_arenas();
    signal(
        SIGPIPE,
        SIG_IGN); /* a reader that closed the pipe is a write error, which print_finish reports */
    signal(SIGCHLD, SIG_DFL); /* ignored, it would take the exit status of the programs we run */
    signal(SIGXFSZ, SIG_IGN); /* so is a limit on the size of files */
    if (pt_arguments_take(argc, argv, &words, &err) != PT_OK ||
        options_parse(&cli, NULL, NULL, argc, words, &err) != PT_OK) {
        status = print_err(&err);
    } else {
        find_looks(&cli.looks);
        print_init(cli.looks.is_ascii);
        if (answer_help(&cli, cli.n_words ? cli_command_find(cli.words[0]) : NULL)) {
            status = 0;
        } else if (cli.n_words == 0) {
            status = run_dashboard(&cli);
        } else if (!strcmp(cli.words[0], "help")) {
            status = help_run(&cli);
        } else {
            status = run_command(&cli, (int)cli.n_words, cli.words);
        }
    }
    status = print_finish(status);
    cli_done(&cli);
    pt_arguments_free(words);
    return status;
}
