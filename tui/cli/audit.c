/* `pintop audit`: read the records back and count them. */
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
    GRACE_MS = 1500 /* from the signal until the process ends whatever the read does */
};

struct audit_args {
    bool is_json;
    int from;
    bool has_first, has_until, has_streams;
    int64_t from_index, until;
    unsigned streams;
};

static const struct cli_option options[] = {
    {"json",       0, NULL,    "as JSON"                                       },
    {"from",       0, "WHERE", "topic or sink (sink on embedded, else topic)"  },
    {"from-index", 0, "N",     "first index to look for (the account's first)" },
    {"until",      0, "N",     "last index to look for (the highest delivered)"},
    {"streams",    0, "LIST",  "which: pin,geo,user (all)"                     },
    {NULL,         0, NULL,    NULL                                            },
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

static pt_code take(struct cli *cli, void *args, const char *option, const char *value,
                    struct pt_error *err)
{
    (void)cli;
    struct audit_args *a = args;
    if (!strcmp(option, "json")) {
        a->is_json = true;
    } else if (!strcmp(option, "from")) {
        return take_from(a, value, err);
    } else if (!strcmp(option, "from-index")) {
        a->has_first = true;
        return cli_parse_int(value, "--from-index", 0, CLI_INDEX_MAX, &a->from_index, err);
    } else if (!strcmp(option, "until")) {
        a->has_until = true;
        return cli_parse_int(value, "--until", 0, CLI_INDEX_MAX, &a->until, err);
    } else if (!strcmp(option, "streams")) {
        a->has_streams = true;
        return cli_parse_streams(value, "--streams", &a->streams, err);
    }
    return PT_OK;
}

static pt_code ready(struct cli *cli, void *args, struct pt_error *err)
{
    struct audit_args *a = args;
    if (!a->has_streams) {
        a->streams = PT_STREAM_ALL;
    }
    if (a->has_first && a->has_until && a->until < a->from_index) {
        return pt_error_set(err, PT_EUSAGE, "Give --until at least --from-index.",
                            "audit: --until %lld is before --from-index %lld", (long long)a->until,
                            (long long)a->from_index);
    }
    return cli_check_words(cli, 0, "audit", err);
}

/* Nothing is known of a stream without an account; an empty range has no ends. */
static int64_t known(const struct pt_audit_stream *st, int64_t figure)
{
    return st->has_account ? figure : PT_UNKNOWN;
}

static int64_t range_end(const struct pt_audit_stream *st, int64_t index)
{
    return st->last_index >= st->first_index ? known(st, index) : PT_UNKNOWN;
}

static cJSON *stream_json(const struct pt_audit_stream *st)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "name", st->name);
    json_count(json, "present", known(st, st->present));
    json_count(json, "missing", known(st, st->missing));
    json_count(json, "doubled", known(st, st->doubled));
    json_count(json, "foreign", known(st, st->foreign));
    json_count(json, "expired", known(st, st->expired));
    json_count(json, "beyond", known(st, st->beyond));
    json_count(json, "damaged_objects", known(st, st->damaged_objects));
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
            cJSON_AddItemToArray(list, stream_json(&audit->streams[id]));
        }
    }
    json_text(json, "from", audit->is_from_sink ? "sink" : "topic");
    return json;
}

static void print_ranges(const struct pt_audit_stream *st, const char *beyond)
{
    char first[CELL_MAX], last[CELL_MAX];
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
        printf("missing %s: more ranges: --json lists them\n", st->name);
    }
}

static void audit_table(const struct pt_audit *audit, unsigned streams, bool is_embedded)
{
    static const char *const heads[] = {"<STREAM",  ">PRESENT", ">MISSING", ">DOUBLED",
                                        ">FOREIGN", ">EXPIRED", ">FIRST",   ">LAST"};
    struct table table;
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const struct pt_audit_stream *st = &audit->streams[id];
        if (!(streams & PT_STREAM_BIT(id))) {
            continue;
        }
        const int64_t figures[] = {known(st, st->present),       known(st, st->missing),
                                   known(st, st->doubled),       known(st, st->foreign),
                                   known(st, st->expired),       range_end(st, st->first_index),
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

/* Shows how far it is, on a terminal; a signal cancels. */
static bool on_progress(void *arg, const char *text)
{
    if (*(const bool *)arg) {
        fprintf(stderr, "\r%s\033[K", text);
    }
    return signals_stopped_by() != 0;
}

static int print_audit(const struct audit_args *a, const struct pt_audit *audit, bool is_embedded)
{
    struct pt_error err = {.code = PT_OK};
    if (!a->is_json) {
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

static int run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    (void)cli;
    const struct audit_args *a = args;
    bool is_terminal = isatty(STDERR_FILENO);
    struct pt_audit_opts opts = {
        .from = PT_AUDIT_AUTO,
        .from_index = a->has_first ? a->from_index : -1,
        .until = a->has_until ? a->until : -1,
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
        session_interrupted("audit", &err); /* whatever the request that was cut short says */
    }
    bool is_embedded = pt_config_is_embedded(cfg);
    int status = code == PT_OK ? print_audit(a, &audit, is_embedded) : print_err(&err);
    pt_audit_done(&audit);
    return status;
}

const struct cli_command command_audit = {
    .name = "audit",
    .synopsis = "[options]",
    .does = "read the records back and count them",
    .args_bytes = sizeof(struct audit_args),
    .options = options,
    .take = take,
    .ready = ready,
    .run = run,
};
