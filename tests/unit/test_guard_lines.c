/* Nothing is changed that was not requested. The program itself runs against a server that
 * counts writes: guards, dry runs, wrong names, names that exist, wrong usage. Lost answers are
 * in test_guard_answers.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "cli/connector.h"
#include "cli/topics.h"
#include "core/command.h"
#include "fake_worker.h"
#include "guard_rows.h"
#include "guards.h"

static struct line action_line(const char *option, const struct cli_action *row, bool has_name)
{
    struct line line = begin(option);
    static char with[32];
    add(&line, "connector");
    add(&line, row->name);
    snprintf(with, sizeof with, "--%s", row->with != NULL ? row->with : "");
    if (row->with != NULL)
        add(&line, with);
    if (has_name)
        add(&line, "sink");
    if (row->takes_settings)
        add(&line, "flush.size=7");
    return line;
}

/* Check that the command was refused with this status and these words, before anything was
 * written. */
static void refused(const struct cli_action *row, struct line *line, int status, const char *words)
{
    int before = fake_worker_writes(&worker);
    struct said said = run(line->words, false, NULL);
    if (said.status != status || strstr(said.text, words) == NULL ||
        fake_worker_writes(&worker) != before)
        fail_msg("connector %s: status %d (not %d), %d writes: %s", row->name, said.status, status,
                 fake_worker_writes(&worker) - before, said.text);
}

static void each_change_is_guarded_on_the_command_line(void **state)
{
    (void)state;
    int n = 0;
    struct cli_action action;
    const struct cli_action *row = &action;
    for (size_t k = 0; cli_action_at(&connector_group, k, &action); k++) {
        if (!cli_action_does_change(row))
            continue;
        const struct pt_command_info *of = pt_command_info(row->kind);
        n++;
        struct line line = action_line("--readonly", row, true);
        refused(row, &line, 2, "readonly");
        add(&line, "--yes"); /* --yes does not disable --readonly */
        refused(row, &line, 2, row->info->asks != NULL ? "readonly" : "has no option --yes");
        if (needs_connector(of)) {
            line = action_line(NULL, row, false);
            refused(row, &line, 2, "the name is missing");
            if (row->info->asks != NULL) { /* --yes does not replace the name */
                add(&line, "--yes");
                refused(row, &line, 2, "the name is missing");
            }
            line = (struct line){.n = 0}; /* the same without a cluster */
            add(&line, program());
            add(&line, "connector");
            add(&line, row->name);
            if (row->takes_settings)
                add(&line, "flush.size=7");
            if (row->with == NULL)
                refused(row, &line, 2, "the name is missing");
        }
        if (row->info->asks != NULL) {
            line = action_line(NULL, row, true);
            refused(row, &line, 2, "there is no terminal");
        }
    }
    assert_int_equal(n, 8);
}

/* What a dry run of the action shows. */
static const char *shown_of(const struct cli_action *row)
{
    if (row->kind == PT_CMD_CONNECTOR_PROBE)
        return "+ write s3://objects/topics/demo.pin/.pintop-probe-";
    return row->takes_settings ? "flush.size=7" : row->name;
}

/* Without a cluster the losses are unknown: the command says so before it asks, and writes
 * nothing. */
static bool needs_cluster(const struct cli_action *row)
{
    return row->kind == PT_CMD_CONNECTOR_ACKNOWLEDGE;
}

static void a_dry_run_writes_nothing(void **state)
{
    (void)state;
    struct cli_action action;
    const struct cli_action *row = &action;
    for (size_t k = 0; cli_action_at(&connector_group, k, &action); k++) {
        if (!pt_command_is(pt_command_info(row->kind), PT_COMMAND_PLAN))
            continue;
        for (int turn = 0; turn < 2; turn++) {
            struct line line = action_line(turn == 0 ? NULL : "--readonly", row, true);
            int before = fake_worker_writes(&worker);
            add(&line, "--dry-run");
            struct said said = run(line.words, false, NULL);
            bool has_text =
                strstr(said.text, "Nothing was sent") != NULL && strstr(said.text, shown_of(row));
            if (needs_cluster(row))
                has_text = strstr(said.text, "its committed offsets are not known yet") != NULL;
            if (said.status != (needs_cluster(row) ? 3 : 0) || !has_text)
                fail_msg("connector %s --dry-run: %d, %s", row->name, said.status, said.text);
            assert_int_equal(fake_worker_writes(&worker), before);
        }
    }
}

static const char *asked_of(const struct cli_action *row)
{
    return row->kind == PT_CMD_CONNECTOR_PROBE    ? "to have that written"
           : row->kind == PT_CMD_CONNECTOR_CREATE ? "to create it"
                                                  : "to delete it";
}

static void a_wrong_name_or_an_interrupt_ends_it(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *says;
    } answers[] = {
        {"sinc\n", "another name was typed"},
        {"\n",     "another name was typed"},
        {"\x04",   "no name was typed"     },
        {"\x03",   "interrupted"           },
    };
    struct cli_action action;
    const struct cli_action *row = &action;
    for (size_t k = 0; cli_action_at(&connector_group, k, &action); k++) {
        if (row->info == NULL || row->info->asks == NULL || needs_cluster(row))
            continue;
        for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
            bool is_create = row->kind == PT_CMD_CONNECTOR_CREATE; /* under its default name */
            struct line line = action_line(NULL, row, !is_create);
            int before = fake_worker_writes(&worker);
            struct said said = run(line.words, true, answers[i].typed);
            if (said.status == 0 || strstr(said.text, answers[i].says) == NULL ||
                strstr(said.text, asked_of(row)) == NULL || said.took_ms > 1500)
                fail_msg("connector %s: %d, %s", row->name, said.status, said.text);
            assert_int_equal(fake_worker_writes(&worker), before);
        }
    }
}

/* A connector that exists is not created again, even if its name is typed. */
static void create_leaves_what_is_there(void **state)
{
    (void)state;
    struct cli_action row;
    for (size_t i = 0; cli_action_at(&connector_group, i, &row); i++)
        if (row.kind == PT_CMD_CONNECTOR_CREATE)
            break;
    struct line line = action_line(NULL, &row, true);
    int before = fake_worker_writes(&worker);
    struct said said = run(line.words, true, "sink\n");
    assert_int_equal(said.status, 1);
    assert_non_null(strstr(said.text, "a connector of this name exists already"));
    assert_int_equal(fake_worker_writes(&worker), before);
}

/* The guards let a requested change pass. */
static void what_was_asked_is_done_once(void **state)
{
    (void)state;
    struct line line = begin(NULL);
    int before = fake_worker_writes(&worker);
    add(&line, "connector");
    add(&line, "pause");
    add(&line, "sink");
    struct said said = run(line.words, false, NULL);
    if (said.status != 0)
        fail_msg("%s", said.text);
    assert_int_equal(fake_worker_writes(&worker), before + 1);
    line = begin(NULL);
    add(&line, "connector");
    add(&line, "delete");
    add(&line, "sink");
    said = run(line.words, true, "sink\n");
    if (said.status != 0)
        fail_msg("%s", said.text);
    assert_int_equal(fake_worker_writes(&worker), before + 2);
    char written[sizeof worker.written];
    fake_worker_written(&worker, written, sizeof written);
    assert_non_null(
        strstr(written, is_msk ? "DELETE /v1/connectors/arn" : "DELETE /connectors/sink"));
    FAKE_WORKER_SET(&worker, is_there, true);
}

/* With a worker's URL, no command needs a cluster: neither to look nor to change. */
static void connectors_need_no_cluster(void **state)
{
    (void)state;
    static const char *const actions[][3] = {
        {"list" },
        { "describe", "sink"},
        { "resume", "sink"},
        { "pause", "sink"}
    };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        struct line line = {.n = 0};
        add(&line, program());
        add(&line, "-X");
        add(&line, url);
        add(&line, "connector");
        for (size_t k = 0; actions[i][k] != NULL; k++)
            add(&line, actions[i][k]);
        struct said said = run(line.words, false, NULL);
        if (said.status != 0 || strstr(said.text, "sink") == NULL)
            fail_msg("connector %s: %d, %s", actions[i][0], said.status, said.text);
    }
}

static void options_of_other_actions_are_refused(void **state)
{
    (void)state;
    static const char *const options[] = {"--yes", "--dry-run", "--failed-only", "--minutes=5"};
    struct cli_action action;
    const struct cli_action *row = &action;
    for (size_t k = 0; cli_action_at(&connector_group, k, &action); k++)
        for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
            char name[32];
            snprintf(name, sizeof name, "%.*s", (int)strcspn(options[i] + 2, "="), options[i] + 2);
            if (strstr(row->options, name) != NULL)
                continue;
            struct line line = action_line(NULL, row, row->max_names > 0);
            add(&line, options[i]);
            refused(row, &line, 2, "this action has no option");
        }
}

static void topics_are_guarded_too(void **state)
{
    (void)state;
    struct cli_action action;
    const struct cli_action *row = &action;
    for (size_t k = 0; cli_action_at(&topics_group, k, &action); k++) {
        if (!cli_action_does_change(row))
            continue;
        struct line line = begin("--readonly");
        add(&line, "topics");
        add(&line, row->name);
        add(&line, "demo.pin");
        if (row->info->asks != NULL)
            add(&line, "--yes");
        struct said said = run(line.words, false, NULL);
        assert_int_equal(said.status, 2);
        assert_non_null(strstr(said.text, "readonly"));
        line = begin(NULL);
        add(&line, "topics");
        add(&line, row->name);
        add(&line, "demo.pin");
        add(&line, "-n3");
        said = run(line.words, false, NULL);
        assert_int_equal(said.status, 2);
        assert_non_null(strstr(said.text, "has no option --count"));
    }
}

/* --start is refused like any other change. */
static void readonly_starts_no_streams(void **state)
{
    (void)state;
    static const char *const options[][2] = {
        {"--readonly", NULL                },
        {"-X",         "pintop.readonly=on"}
    };
    for (size_t i = 0; i < 2; i++) {
        struct line line = {.n = 0};
        add(&line, program());
        add(&line, "-b");
        add(&line, "embedded");
        add(&line, "--start=pin");
        for (size_t k = 0; k < 2 && options[i][k] != NULL; k++)
            add(&line, options[i][k]);
        struct said said = run(line.words, true, NULL);
        if (said.status != 2 || strstr(said.text, "not started, because this pintop is") == NULL)
            fail_msg("%s --start: %d, %s", options[i][0], said.status, said.text);
    }
}

/* A context for production sets this once, and it applies to every command. */
static void a_readonly_property_is_as_the_option(void **state)
{
    (void)state;
    static const char *const words[][6] = {
        {"connector",     "delete",    "sink",      "--yes"},
        {"connector",               "pause",                "sink"     },
        {"connector",               "update",                "sink","flush.size=7"},
        {"connector", "create",            "new",              "--yes"},
        {"connector",          "diagnose",   "sink", "--probe", "--yes"},
        {"stream","--count","1"},
    };
    setenv("PINTOP_READONLY", "on", 1);
    int before = fake_worker_writes(&worker);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct line line = begin(NULL);
        for (size_t k = 0; k < 6 && words[i][k] != NULL; k++)
            add(&line, words[i][k]);
        struct said said = run(line.words, false, NULL);
        if (said.status != 2 || strstr(said.text, "pintop.readonly") == NULL)
            fail_msg("%s %s: %d, %s", words[i][0], words[i][1], said.status, said.text);
    }
    struct line line = begin("--readonly");
    add(&line, "-X");
    add(&line, "pintop.readonly=off"); /* this does not undo the option */
    add(&line, "connector");
    add(&line, "pause");
    add(&line, "sink");
    assert_int_equal(run(line.words, false, NULL).status, 2);
    setenv("PINTOP_READONLY", "1", 1); /* an invalid value does not let it through */
    line = begin(NULL);
    add(&line, "connector");
    add(&line, "pause");
    add(&line, "sink");
    assert_int_equal(run(line.words, false, NULL).status, 2);
    unsetenv("PINTOP_READONLY");
    assert_int_equal(fake_worker_writes(&worker), before);
}

/* An empty name must not stand for another connector or topic: `create ""` once created the one
 * with the default name. */
static void an_empty_name_is_wrong_usage(void **state)
{
    (void)state;
    const struct cli_group *const groups[] = {&connector_group, &topics_group};
    struct cli_action action;
    const struct cli_action *row = &action;
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; cli_action_at(groups[i], k, &action); k++) {
            int before = fake_worker_writes(&worker);
            if (row->with != NULL || row->max_names == 0)
                continue;
            struct line line = begin(NULL);
            add(&line, groups[i]->name);
            add(&line, row->name);
            add(&line, "");
            if (row->takes_settings)
                add(&line, "flush.size=7");
            if (row->info != NULL && row->info->asks != NULL)
                add(&line, "--yes");
            struct said said = run(line.words, false, NULL);
            if (said.status != 2 || strstr(said.text, "is empty") == NULL)
                fail_msg("%s %s '': %d, %s", groups[i]->name, row->name, said.status, said.text);
            assert_int_equal(fake_worker_writes(&worker), before);
        }
}

/* An empty list, as from an unset variable of the shell, does not mean another cluster. */
static void an_empty_list_of_servers_is_wrong_usage(void **state)
{
    (void)state;
    static const char *const empty[] = {"", " ", ","};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        struct line line = {.n = 0};
        add(&line, program());
        add(&line, "-b");
        add(&line, empty[i]);
        add(&line, "stream");
        add(&line, "--count");
        add(&line, "1");
        struct said said = run(line.words, false, NULL);
        if (said.status != 2)
            fail_msg("-b '%s': %d, %s", empty[i], said.status, said.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_change_is_guarded_on_the_command_line),
        MSK_TEST(each_change_is_guarded_on_the_command_line),
        cmocka_unit_test(options_of_other_actions_are_refused),
        cmocka_unit_test(a_dry_run_writes_nothing),
        MSK_TEST(a_dry_run_writes_nothing),
        cmocka_unit_test(a_wrong_name_or_an_interrupt_ends_it),
        MSK_TEST(a_wrong_name_or_an_interrupt_ends_it),
        cmocka_unit_test(create_leaves_what_is_there),
        MSK_TEST(create_leaves_what_is_there),
        cmocka_unit_test(what_was_asked_is_done_once),
        MSK_TEST(what_was_asked_is_done_once),
        cmocka_unit_test(connectors_need_no_cluster),
        cmocka_unit_test(topics_are_guarded_too),
        cmocka_unit_test(readonly_starts_no_streams),
        cmocka_unit_test(a_readonly_property_is_as_the_option),
        cmocka_unit_test(an_empty_name_is_wrong_usage),
        cmocka_unit_test(an_empty_list_of_servers_is_wrong_usage),
    };
    return cmocka_run_group_tests(tests, start_worker, stop_worker);
}
