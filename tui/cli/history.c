/* `pintop history`: what happened, from a recording. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "cli/session.h"
#include "pintop/record.h"
#include "ui/when.h"

struct history_args {
    int64_t from_ms, to_ms;
    bool has_from, has_to;
};

static const struct cli_option history_options[] = {
    CLI_JSON,
    {"from", 0, "TIME", "not before: 03:10 or 2026-11-30T03:10:00Z in UTC, or -2h"},
    {"to",   0, "TIME", "not after"                                               },
    CLI_NO_MORE_OPTIONS,
};

static pt_code history_take(struct cli *cli, void *args, const char *option, const char *value,
                            struct pt_error *err)
{
    struct history_args *a = args;
    int64_t now_ms = session_real_ms();
    (void)cli;
    if (!strcmp(option, "from")) {
        a->has_from = true;
        return when_parse(value, now_ms, "--from", &a->from_ms, err);
    }
    a->has_to = true;
    return when_parse(value, now_ms, "--to", &a->to_ms, err);
}

static pt_code history_ready(struct cli *cli, void *args, struct pt_error *err)
{
    struct history_args *a = args;
    a->from_ms = a->has_from ? a->from_ms : PT_UNKNOWN;
    a->to_ms = a->has_to ? a->to_ms : PT_UNKNOWN;
    if (cli->n_words > 1) {
        return pt_error_set(err, PT_EUSAGE, "Name one recording.",
                            "history: unexpected argument '%s'", cli->words[1]);
    }
    if (a->has_from && a->has_to && a->to_ms < a->from_ms) {
        return pt_error_set(err, PT_EUSAGE, "Give --to a later time than --from.",
                            "history: --to is before --from");
    }
    return PT_OK;
}

static cJSON *history_json(const struct pt_history *history)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "api", 1);
    json_time(json, "recorded_from", history->first_ms);
    json_time(json, "recorded_to", history->last_ms);
    cJSON_AddBoolToObject(json, "is_cut", history->is_cut);
    cJSON_AddBoolToObject(json, "is_going_on", history->is_going_on);
    cJSON *list = cJSON_AddArrayToObject(json, "history");
    for (size_t i = 0; i < history->n_marks; i++) {
        const struct pt_mark *mark = &history->marks[i];
        cJSON *row = cJSON_CreateObject();
        json_time(row, "time", mark->time_ms);
        json_text(row, "kind", pt_mark_word(mark->kind));
        json_text(row, "severity", pt_severity_word(mark->severity));
        json_text(row, "subject", mark->subject);
        json_text(row, "text", mark->text);
        cJSON_AddItemToArray(list, row);
    }
    return json;
}

static void history_print(const struct pt_history *history)
{
    char from[CELL_MAX], to[CELL_MAX];
    if (history->first_ms == PT_UNKNOWN) {
        puts("nothing was recorded in that time");
    } else {
        printf("recorded from %s to %s\n", cell_time(from, history->first_ms),
               cell_time(to, history->last_ms));
    }
    for (size_t i = 0; i < history->n_marks; i++) {
        const struct pt_mark *mark = &history->marks[i];
        printf("%s  %-7s  %-9s  %s%s%s\n", cell_time(from, mark->time_ms),
               pt_severity_word(mark->severity), pt_mark_word(mark->kind),
               mark->kind == PT_MARK_EVENT ? mark->subject : "",
               mark->kind == PT_MARK_EVENT ? ": " : "", mark->text);
    }
    if (history->first_ms != PT_UNKNOWN && history->n_marks == 0) {
        puts("nothing happened in that time");
    }
    if (history->is_going_on) {
        puts("it is still being recorded");
    }
    if (history->is_cut) {
        puts("a file of the recording was cut off, or is damaged: something may be missing");
    }
}

static int history_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    const struct history_args *a = args;
    struct pt_history history = {0};
    struct pt_error err;
    char path[4096];
    pt_code code = PT_OK;
    if (cli->n_words > 0) {
        snprintf(path, sizeof path, "%s", cli->words[0]);
    } else {
        code = pt_record_find(cfg, path, sizeof path, &err);
    }
    if (code == PT_OK) {
        code = pt_history_read(path, a->from_ms, a->to_ms, &history, &err);
    }
    if (code == PT_OK && cli->given.is_json) {
        code = print_json(history_json(&history), &err);
    } else if (code == PT_OK) {
        history_print(&history);
    }
    if (code == PT_OK) {
        pt_history_done(&history);
    }
    return code == PT_OK ? 0 : print_err(&err);
}

const struct cli_command command_history = {
    .name = "history",
    .synopsis = "[FILE] [--from TIME] [--to TIME] [--json]",
    .does = "what happened: changes of the verdict, restarts, failures of the login, lag, events",
    .topic = "verdicts",
    .takes_words = true,
    .args_bytes = sizeof(struct history_args),
    .options = history_options,
    .take = history_take,
    .ready = history_ready,
    .run = history_run,
};
