/* `pintop audit`: reads the records back and counts them. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "cli/session.h"
#include "pintop/audit.h"
#include "term/signals.h"

enum {
    RANGES_SHOWN = 5,
    GRACE_MS = 1500 /* from the signal until the process ends, even in the middle of a read */
};

struct audit_args {
    int from;
    bool has_first, has_until, has_streams;
    int64_t from_index, until, shards;
    unsigned streams;
};

static const struct cli_option audit_options[] = {
    CLI_JSON,
    {"from",       0, "WHERE", "topic or sink (sink on embedded, else topic)"  },
    {"from-index", 0, "N",     "first index to look for (the account's first)" },
    {"until",      0, "N",     "last index to look for (the highest delivered)"},
    {"shards",     0, "N",     "how many shards there are (as checkpoints say)"},
    {"streams",    0, "LIST",  "the streams to check: pin,geo,user (all)"      },
    CLI_NO_MORE_OPTIONS,
};

static pt_code take_from(struct audit_args *a, const char *value, struct pt_error *err)
{
    if (!strcmp(value, "topic")) {
        a->from = PT_AUDIT_TOPIC;
    } else if (!strcmp(value, "sink")) {
        a->from = PT_AUDIT_SINK;
    } else {
        return pt_error_set(err, PT_EUSAGE, "Write --from topic or --from sink.",
                            "--from '%s': neither topic nor sink", value);
    }
    return PT_OK;
}

static pt_code audit_take(struct cli *cli, void *args, const char *option, const char *value,
                          struct pt_error *err)
{
    (void)cli;
    struct audit_args *a = args;
    if (!strcmp(option, "from")) {
        return take_from(a, value, err);
    } else if (!strcmp(option, "from-index")) {
        a->has_first = true;
        return cli_parse_int(value, "--from-index", 0, CLI_INDEX_MAX, &a->from_index, err);
    } else if (!strcmp(option, "until")) {
        a->has_until = true;
        return cli_parse_int(value, "--until", 0, CLI_INDEX_MAX, &a->until, err);
    } else if (!strcmp(option, "shards")) {
        return cli_parse_int(value, "--shards", 1, PT_SHARDS_MAX, &a->shards, err);
    } else if (!strcmp(option, "streams")) {
        a->has_streams = true;
        return cli_parse_streams(value, "--streams", &a->streams, err);
    }
    return PT_OK;
}

static pt_code audit_ready(struct cli *cli, void *args, struct pt_error *err)
{
    struct audit_args *a = args;
    (void)cli;
    if (!a->has_streams) {
        a->streams = PT_STREAM_ALL;
    }
    if (a->has_first && a->has_until && a->until < a->from_index) {
        return pt_error_set(err, PT_EUSAGE, "Give --until at least --from-index.",
                            "audit: --until %lld is before --from-index %lld", (long long)a->until,
                            (long long)a->from_index);
    }
    return PT_OK;
}

/* A stream without an account has no figures, and an empty range has neither a first nor a last
 * index. */
static int64_t audit_known(const struct pt_audit_stream *st, int64_t figure)
{
    return st->has_account ? figure : PT_UNKNOWN;
}

static int64_t range_end(const struct pt_audit_stream *st, int64_t index)
{
    return st->last_index >= st->first_index ? audit_known(st, index) : PT_UNKNOWN;
}

static cJSON *audit_stream_json(const struct pt_audit_stream *st)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "name", st->name);
    json_count(json, "present", audit_known(st, st->present));
    json_count(json, "missing", audit_known(st, st->missing));
    json_count(json, "doubled", audit_known(st, st->doubled));
    json_count(json, "foreign", audit_known(st, st->foreign));
    json_count(json, "expired", audit_known(st, st->expired));
    json_count(json, "beyond", audit_known(st, st->beyond));
    json_count(json, "elsewhere", audit_known(st, st->elsewhere));
    json_count(json, "shards", audit_known(st, st->shards));
    json_count(json, "shards_found", audit_known(st, st->shards_found));
    json_count(json, "shards_assumed", audit_known(st, st->shards_assumed));
    json_text(json, "shards_note", st->shards_note);
    json_count(json, "damaged_objects", audit_known(st, st->damaged_objects));
    json_count(json, "first_index", range_end(st, st->first_index));
    json_count(json, "last_index", range_end(st, st->last_index));
    cJSON *ranges = cJSON_AddArrayToObject(json, "missing_ranges");
    for (size_t i = 0; i < st->n_ranges; i++) {
        char text[CELL_MAX];
        snprintf(text, sizeof text, "[%lld,%lld]", (long long)st->ranges[i][0],
                 (long long)st->ranges[i][1]);
        cJSON_AddItemToArray(ranges, cJSON_CreateRaw(text));
    }
    cJSON_AddBoolToObject(json, "ranges_truncated", st->is_truncated);
    return json;
}

static cJSON *audit_json(const struct pt_audit *audit, unsigned streams)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(json, "streams");
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        if (streams & PT_STREAM_BIT(id)) {
            cJSON_AddItemToArray(list, audit_stream_json(&audit->streams[id]));
        }
    }
    json_text(json, "from", audit->is_from_sink ? "sink" : "topic");
    return json;
}

static void print_ranges(const struct pt_audit_stream *st, const char *beyond)
{
    char first[CELL_MAX], last[CELL_MAX];
    if (st->shards_note[0]) {
        printf("shards of %s: %s\n", st->name, st->shards_note);
    }
    if (st->elsewhere > 0) {
        printf("not checked of %s: %lld records of other shards\n", st->name,
               (long long)st->elsewhere);
    }
    if (st->damaged_objects > 0) {
        printf("damaged objects of %s: %lld; first: %s\n", st->name, (long long)st->damaged_objects,
               st->damage);
    }
    if (st->beyond > 0) {
        printf("beyond the range of %s: %lld records %s\n", st->name, (long long)st->beyond,
               beyond);
    }
    for (size_t i = 0; i < st->n_ranges && i < RANGES_SHOWN; i++) {
        printf("missing %s %s to %s\n", st->name, cell_count(first, st->ranges[i][0]),
               cell_count(last, st->ranges[i][1]));
    }
    if (st->n_ranges > RANGES_SHOWN || st->is_truncated) {
        printf("missing %s: there are more ranges; --json lists them\n", st->name);
    }
}

static void audit_table(const struct pt_audit *audit, unsigned streams, bool is_embedded)
{
    static const char *const heads[] = {"<STREAM",  ">PRESENT", ">MISSING", ">DOUBLED",
                                        ">FOREIGN", ">EXPIRED", ">FIRST",   ">LAST"};
    struct text_table table;
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const struct pt_audit_stream *st = &audit->streams[id];
        if (!(streams & PT_STREAM_BIT(id))) {
            continue;
        }
        const int64_t figures[] = {audit_known(st, st->present), audit_known(st, st->missing),
                                   audit_known(st, st->doubled), audit_known(st, st->foreign),
                                   audit_known(st, st->expired), range_end(st, st->first_index),
                                   range_end(st, st->last_index)};
        table_cell(&table, st->name);
        for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
            char cell[CELL_MAX];
            table_cell(&table, cell_count(cell, figures[i]));
        }
    }
    const char *beyond = !is_embedded          ? "that no run has acknowledged yet"
                         : audit->is_from_sink ? "that no checkpoint covers yet"
                                               : "not yet in a committed object";
    printf("read back from the %s\n", audit->is_from_sink ? "sink" : "topic");
    table_print(&table);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        if (streams & PT_STREAM_BIT(id)) {
            print_ranges(&audit->streams[id], beyond);
        }
    }
}

/* Shows the progress on a terminal; a signal cancels the audit. */
static bool on_progress(void *arg, const char *text)
{
    if (*(const bool *)arg) {
        fprintf(stderr, "\r%s\033[K", text);
    }
    return signals_stopped_by() != 0;
}

static int print_audit(const struct cli *cli, const struct audit_args *a,
                       const struct pt_audit *audit, bool is_embedded)
{
    struct pt_error err = {.code = PT_OK};
    if (!cli->given.is_json) {
        audit_table(audit, a->streams, is_embedded);
    } else if (print_json(audit_json(audit, a->streams), &err) != PT_OK) {
        return print_err(&err);
    }
    int64_t missing = 0;
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        missing += a->streams & PT_STREAM_BIT(id) ? audit->streams[id].missing : 0;
    }
    return missing > 0 ? pt_code_exit(PT_EUNHEALTHY) : 0;
}

static int audit_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    const struct audit_args *a = args;
    bool is_terminal = isatty(STDERR_FILENO);
    struct pt_audit_opts opts = {
        .from = PT_AUDIT_AUTO,
        .from_index = a->has_first ? a->from_index : -1,
        .until = a->has_until ? a->until : -1,
        .shards = a->shards,
        .streams = a->streams,
        .progress = on_progress,
        .arg = &is_terminal,
    };
    if (a->from == PT_AUDIT_TOPIC || a->from == PT_AUDIT_SINK) {
        opts.from = a->from == PT_AUDIT_TOPIC ? PT_AUDIT_TOPIC : PT_AUDIT_SINK;
    }
    struct pt_error err;
    struct pt_audit audit = {0};
    signals_block();
    pt_code code = signals_start(NULL, GRACE_MS, false, &err);
    if (code == PT_OK) {
        code = pt_audit_run(cfg, &opts, &audit, &err);
    }
    if (is_terminal) {
        fputs("\r\033[K", stderr);
    }
    if (code != PT_OK) {
        session_interrupted("audit",
                            &err); /* a request that the signal cut short reports another error */
    }
    bool is_embedded = pt_config_is_embedded(cfg);
    int status = code == PT_OK ? print_audit(cli, a, &audit, is_embedded) : print_err(&err);
    pt_audit_done(&audit);
    return status;
}

const struct cli_command command_audit = {
    .name = "audit",
    .synopsis = "[options]",
    .does = "read the records back and count them",
    .args_bytes = sizeof(struct audit_args),
    .options = audit_options,
    .take = audit_take,
    .ready = audit_ready,
    .run = audit_run,
};
