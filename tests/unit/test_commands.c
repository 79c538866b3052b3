/* A command is one row: a program that adds one has its guards, its runner, its place on the
 * command line, its help and its JSON with it. Nothing else in the engine or the front end knows of
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/connector.h"
#include "cli/help.h"
#include "core/command_runs.h"
#include "core/engine_state.h"

/* ---- the row ---- */

static int n_polished;
static int64_t polished_us;

static void run_polish(struct pt_engine *eng, const struct command_row *row, struct fact *fact,
                       int64_t now_us)
{
    (void)eng;
    assert_string_equal(row->info.name, "connector polish");
    assert_string_equal(((const struct pt_command *)fact->payload)->connector, "sink");
    n_polished++;
    polished_us = now_us;
}

static const struct command_row polish[] = {
    {.info = {.name = "connector polish",
              .does = "polish a connector",
              .flags =
                  PT_COMMAND_CONNECTOR | PT_COMMAND_CHANGES | PT_COMMAND_PLAN | PT_COMMAND_CONFIGS,
              .answer = PT_ANSWER_LINES,
              .options = "minutes",
              .asks = "polish it"},
     .run = run_polish},
};
enum { POLISH = 0 };
static const struct command_table table = {polish, 1};

static const struct pt_command *good(void)
{
    static const struct pt_command cmd = {.kind = (enum pt_command_kind)POLISH,
                                          .connector = "sink"};
    return &cmd;
}

/* ---- the engine ---- */

static void the_engine_guards_it(void **state)
{
    (void)state;
    const struct pt_command_info *info = &command_row(&table, POLISH)->info;
    struct pt_command cmd = *good();
    struct pt_error err;
    assert_null(command_row(&table, 1));
    assert_int_equal(command_check(info, &cmd, false, "", &err), PT_OK);
    assert_int_equal(command_check(info, &cmd, true, "", &err), PT_EREADONLY);
    assert_string_equal(err.what, "polish a connector: refused, this pintop is read-only");
    cmd.is_plan = true;
    assert_int_equal(command_check(info, &cmd, true, "", &err), PT_OK);
    cmd = *good();
    cmd.connector = "";
    assert_int_equal(command_check(info, &cmd, false, "", &err), PT_EUSAGE);
    assert_string_equal(err.what, "connector polish: a connector's name is missing");
    const char *const wrong[] = {"=x"};
    cmd = *good();
    cmd.configs = wrong;
    cmd.n_configs = 1;
    assert_int_equal(command_check(info, &cmd, false, "", &err), PT_EUSAGE);
}

static void the_engine_runs_it(void **state)
{
    (void)state;
    struct pt_engine *eng = calloc(1, sizeof *eng);
    struct fact *fact = fact_with(FACT_COMMAND, command_copy(good()), free);
    assert_non_null(eng);
    assert_non_null(fact);
    assert_non_null(fact->payload);
    fact->number = 5000;
    command_run(eng, &table, fact, 12, 5000 + 10000);
    assert_int_equal(n_polished, 1);
    assert_int_equal(polished_us, 12);
    fact_free(fact);
    free(eng);
}

static const char *no_area(void *arg, int kind, enum pt_severity *severity)
{
    (void)arg, (void)kind, (void)severity;
    return NULL;
}

/* Its engine hung, or was stopped: it does not surprise anybody minutes later. */
static void one_that_is_old_is_not_run(void **state)
{
    (void)state;
    struct pt_error err;
    struct pt_engine *eng = calloc(1, sizeof *eng);
    struct fact *fact = fact_with(FACT_COMMAND, command_copy(good()), free);
    int before = n_polished;
    const struct results_hooks hooks = {.area = no_area};
    results_part_init(&eng->parts.results, &eng->desk, &hooks);
    fact->number = 5000;
    fact->id = 9;
    command_run(eng, &table, fact, 12, 5000 + 95000);
    assert_int_equal(n_polished, before);
    const struct results_part *done = &eng->parts.results;
    assert_int_equal(done->n, 1);
    assert_int_equal(done->results[0]->state, PT_RESULT_FAILED);
    assert_int_equal(done->results[0]->id, 9);
    assert_string_equal(done->results[0]->error.what,
                        "polish a connector: not done, because it was asked for 95 s ago, when the "
                        "engine did not answer");
    assert_int_equal(command_is_in_time("", 5000, 15000, &err), PT_OK);
    assert_int_equal(command_is_in_time("", 5000, 15001, &err), PT_ETIMEOUT);
    assert_int_equal(command_is_in_time("", 7000, 5000, &err), PT_OK);
    fact_free(fact);
    results_part_done(&eng->parts.results);
    free(eng);
}

/* ---- the command line ---- */

static struct cli_action action(void)
{
    struct cli_action out;
    cli_action_of(&connector_group, POLISH, &polish[0].info, &out);
    return out;
}

static void the_command_line_has_it(void **state)
{
    (void)state;
    struct cli_action row = action();
    char args[80];
    assert_string_equal(row.name, "polish");
    cli_action_args(&row, args, sizeof args);
    assert_string_equal(args, "NAME KEY=VALUE...");
    assert_true(cli_action_does_change(&row));
    static const char *const taken[] = {"json", "minutes", "dry-run", "yes"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        assert_true(cli_action_takes(&row, taken[i]));
    assert_false(cli_action_takes(&row, "failed-only"));
    assert_false(cli_action_takes(&row, "min"));
}

static void the_command_line_guards_it(void **state)
{
    (void)state;
    struct cli_action row = action();
    char polish_word[] = "polish", name[] = "sink", *words[] = {polish_word, name};
    struct cli cli = {.words = words, .n_words = 2, .is_readonly = true};
    struct pt_error err;
    assert_int_equal(cli_action_check(&cli, &connector_group, &row, 1, &err), PT_EREADONLY);
    assert_string_equal(err.what, "connector polish: refused: --readonly forbids changes");
    cli.given.is_yes = true; /* no option disarms it … */
    assert_int_equal(cli_action_check(&cli, &connector_group, &row, 1, &err), PT_EREADONLY);
    cli.given.is_plan = true; /* … but the one that changes nothing */
    assert_int_equal(cli_action_check(&cli, &connector_group, &row, 1, &err), PT_OK);
    assert_false(cli_action_must_ask(&cli, &row));
    cli.given = (struct cli_given){.options = {"failed-only"}, .n_options = 1};
    assert_int_equal(cli_action_check(&cli, &connector_group, &row, 1, &err), PT_EUSAGE);
    assert_string_equal(err.fix, "It takes: --json, --minutes, --dry-run, --yes.");
    cli = (struct cli){.words = words, .n_words = 1};
    assert_true(cli_action_must_ask(&cli, &row));
    assert_int_equal(cli_action_check(&cli, &connector_group, &row, 0, &err), PT_EUSAGE);
    assert_string_equal(err.what, "connector polish: the name is missing");
}

static void its_answer_is_json(void **state)
{
    (void)state;
    const struct pt_line line = {
        .time_ms = PT_UNKNOWN, .level = "+", .text = "polish sink", .count = 1};
    struct pt_result result = {.topic = "sink",
                               .text = "connector sink: shines",
                               .state = PT_RESULT_DONE,
                               .n_lines = 1,
                               .lines = &line};
    cJSON *json = answer_json(&polish[0].info, &result);
    char *text = cJSON_PrintUnformatted(json);
    assert_non_null(text);
    assert_string_equal(text, "{\"name\":\"sink\",\"text\":\"connector sink: shines\",\"lines\":["
                              "{\"time\":null,\"level\":\"+\",\"rule\":null,\"count\":1,"
                              "\"text\":\"polish sink\"}],\"truncated\":false}");
    free(text);
    cJSON_Delete(json);
}

/* ---- all rows ---- */

/* What is missing in a row is found here, not by who asks for it. */
static void each_row_is_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_all.n; i++) {
        const struct command_row *row = &command_all.rows[i];
        const struct pt_command_info *info = &row->info;
        if (info->name == NULL || info->does == NULL || row->run == NULL)
            fail_msg("row %zu: it has no name, no words or no runner", i);
        assert_int_equal(pt_command_find(info->name), i);
        bool is_topics = pt_command_is(info, PT_COMMAND_TOPIC);
        bool is_connectors = pt_command_is(info, PT_COMMAND_CONNECTOR);
        bool is_plan = pt_command_is(info, PT_COMMAND_PLAN);
        bool is_setup = pt_command_is(info, PT_COMMAND_SETUP);
        if ((is_topics || is_setup) != (row->work != NULL) || is_connectors != (row->deed != NULL))
            fail_msg("%s: it goes to no worker, or to another's", info->name);
        if ((is_topics || is_setup) && is_plan != (row->plan != NULL))
            fail_msg("%s: its dry run", info->name);
        if (pt_command_is(info, PT_COMMAND_SHOWN) &&
            (info->asks == NULL || info->means == NULL || !is_plan))
            fail_msg("%s: what is to be shown before the question", info->name);
        if (pt_command_is(info, PT_COMMAND_CHANGES) && row->area == NULL)
            fail_msg("%s: nobody hears of its end", info->name);
    }
}

/* The command line that shows what one has done is one that there is. */
static void what_shows_the_outcome_exists(void **state)
{
    (void)state;
    assert_true(pt_command_matters(pt_command_info(PT_CMD_STOP)));
    assert_true(pt_command_matters(pt_command_info(PT_CMD_TOPIC_DELETE)));
    assert_false(pt_command_matters(pt_command_info(PT_CMD_TOPIC_PEEK)));
    for (int kind = 0; kind < (int)pt_command_count(); kind++) {
        char words[40], *rest = words;
        const struct cli_command *command = NULL;
        snprintf(words, sizeof words, "%s", pt_command_shown_by(pt_command_info(kind)));
        assert_string_equal(strsep(&rest, " "), "pintop");
        const char *name = strsep(&rest, " ");
        for (size_t i = 0; i < cli_command_count() && command == NULL; i++)
            if (strcmp(cli_command_at(i)->name, name) == 0)
                command = cli_command_at(i);
        assert_non_null(command);
        bool is_there = rest == NULL;
        struct cli_action action;
        for (size_t i = 0; !is_there && command->group && cli_action_at(command->group, i, &action);
             i++)
            is_there = strcmp(action.name, rest) == 0;
        for (const struct cli_option *option = command->options;
             !is_there && option != NULL && option->name != NULL; option++)
            is_there = strncmp(rest, "--", 2) == 0 && strcmp(option->name, rest + 2) == 0;
        if (!is_there)
            fail_msg("there is no `pintop %s %s`", name, rest);
    }
}

/* Each option of a row is one of its command's, and so is in the help. */
static void each_option_has_help(void **state)
{
    (void)state;
    for (size_t c = 0; c < cli_command_count(); c++) {
        const struct cli_command *command = cli_command_at(c);
        struct cli_action row;
        for (size_t i = 0; command->group && cli_action_at(command->group, i, &row); i++) {
            char options[sizeof row.options], *rest = options;
            memcpy(options, row.options, sizeof options);
            for (char *word; (word = strsep(&rest, " ")) != NULL;) {
                const struct cli_option *option = command->options;
                while (option->name != NULL && strcmp(option->name, word) != 0)
                    option++;
                if (option->name == NULL || option->help == NULL)
                    fail_msg("%s %s: --%s", command->name, row.name, word);
            }
        }
    }
}

static void the_help_names_the_actions_of_an_option(void **state)
{
    (void)state;
    static const struct {
        const char *command, *option, *help;
    } rows[] = {
        {"topics",    "yes",     "delete, alter, produce: do not ask"                                },
        {"topics",    "set",     "alter: change a setting of the topic; may be repeated"             },
        {"topics",    "json",    "as JSON"                                                           },
        {"topics",    "config",  "create: set a property of the topic; may be repeated"              },
        {"connector", "yes",     "diagnose --probe, create, acknowledge, delete: do not ask"         },
        {"connector", "wait",    "list, status, diagnose, acknowledge: seconds to wait for the facts"},
        {"connector", "dry-run", "of a change: print what would be done, and do nothing"             },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct cli_command *command = cli_command_find(rows[i].command);
        const struct cli_option *option = command->options;
        char text[300];
        while (strcmp(option->name, rows[i].option) != 0)
            option++;
        help_option(command, option, text, sizeof text);
        assert_string_equal(text, rows[i].help);
    }
    char text[600];
    help_synopsis(cli_command_find("topics"), text, sizeof text);
    assert_string_equal(
        text,
        "list | create [NAME...] | delete NAME... | alter [NAME...] | describe NAME | peek NAME | "
        "groups NAME | produce NAME  [options]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_engine_guards_it),
        cmocka_unit_test(the_engine_runs_it),
        cmocka_unit_test(one_that_is_old_is_not_run),
        cmocka_unit_test(the_command_line_has_it),
        cmocka_unit_test(the_command_line_guards_it),
        cmocka_unit_test(its_answer_is_json),
        cmocka_unit_test(each_row_is_complete),
        cmocka_unit_test(what_shows_the_outcome_exists),
        cmocka_unit_test(each_option_has_help),
        cmocka_unit_test(the_help_names_the_actions_of_an_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
