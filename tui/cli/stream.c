/* `pintop stream`: runs the streams without a screen. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "cli/session.h"
#include "cli/stream_progress.h"
#include "cli/stream_rows.h"
#include "cli/stream_there.h"
#include "term/signals.h"

enum {
    TICK_MS = 200,
    WAITS_MS = 5000, /* between two lines that say what the end of the run waits for */
    /* When the stop timeout after a signal has passed, the summary is printed from what is known
       then. 200 ms later the signal thread would end the process without one. */
    LATE_MS = 500
};

struct stream_args {
    bool has_streams;
    unsigned streams;
    const char *rate, *source;
    struct there there; /* the options that speak to an engine that runs */
    int64_t count, duration_ms;
    bool has_first;
    int64_t first_index;
};

static const struct cli_option stream_options[] = {
    {"streams",     0, "LIST",   "the streams to run: pin,geo,user (all)"                    },
    {"rate",        0, "N",      "records a second for each stream, max or original"         },
    {"count",       0, "N",      "end after N records of each stream"                        },
    {"duration",    0, "S",      "end after S seconds"                                       },
    {"seed",        0, "N",      "seed of the synthetic records"                             },
    {"first-index", 0, "N",      "start a new account at index N"                            },
    {"source",      0, "SOURCE", "where records come from: synthetic, a file, or a directory"},
    {"shard",       0, "i/n",    "the part i/n of the records, for n processes at once"      },
    {"json",        0, NULL,     "the summary as JSON"                                       },
    {"dry-run",     0, NULL,     "print records and skipped rows, and send nothing"          },
    {"status",      0, NULL,     "show the streams of the engine that runs"                  },
    {"stop",        0, NULL,     "stop its streams, or those of LIST"                        },
    CLI_NO_MORE_OPTIONS,
};

/* --seed is a property. */
static pt_code take_seed(struct cli *cli, const char *value, struct pt_error *err)
{
    int64_t seed;
    char text[32];
    pt_code code = cli_parse_int(value, "--seed", 0, INT64_MAX, &seed, err);
    snprintf(text, sizeof text, "%lld", code == PT_OK ? (long long)seed : 0);
    return code == PT_OK ? cli_set(cli, "--seed", "pintop.stream.seed", text, err) : code;
}

static pt_code stream_take(struct cli *cli, void *args, const char *option, const char *value,
                           struct pt_error *err)
{
    struct stream_args *a = args;
    if (!strcmp(option, "streams")) {
        a->has_streams = true;
        return cli_parse_streams(value, "--streams", &a->streams, err);
    } else if (!strcmp(option, "rate")) {
        a->rate = value;
    } else if (!strcmp(option, "count")) {
        return cli_parse_int(value, "--count", 1, INT64_MAX, &a->count, err);
    } else if (!strcmp(option, "duration")) {
        return cli_parse_seconds(value, "--duration", &a->duration_ms, err);
    } else if (!strcmp(option, "seed")) {
        return take_seed(cli, value, err);
    } else if (!strcmp(option, "first-index")) {
        a->has_first = true;
        return cli_parse_int(value, "--first-index", 0, CLI_INDEX_MAX, &a->first_index, err);
    } else if (!strcmp(option, "source")) {
        a->source = value;
    } else if (!strcmp(option, "status")) {
        a->there.is_status = true;
    } else if (!strcmp(option, "stop")) {
        a->there.is_stop = true;
    } else if (!strcmp(option, "shard")) {
        return cli_set(cli, "--shard", "pintop.stream.shard", value, err);
    }
    return PT_OK;
}

/* Sets the rate of each chosen stream, so that the option overrides pintop.stream.NAME.rate of a
 * file too. */
static pt_code set_each(struct cli *cli, unsigned streams, const char *by, const char *what,
                        const char *value, struct pt_error *err)
{
    pt_code code = PT_OK;
    for (unsigned id = 0; value && id < PT_STREAMS && code == PT_OK; id++) {
        if (streams & PT_STREAM_BIT(id)) {
            char key[64];
            snprintf(key, sizeof key, "pintop.stream.%s.%s", pt_stream_name((enum pt_stream_id)id),
                     what);
            code = cli_set(cli, by, key, value, err);
        }
    }
    return code;
}

static pt_code stream_ready(struct cli *cli, void *args, struct pt_error *err)
{
    struct stream_args *a = args;
    if (!a->has_streams) {
        a->streams = PT_STREAM_ALL;
    }
    pt_code code = PT_OK;
    a->there.is_rate = a->rate != NULL;
    if (a->rate && pt_rate_parse(a->rate, &a->there.rate_per_s, err) != PT_OK) {
        code = pt_error_set(err, PT_EUSAGE,
                            "Give records a second from 0.1 up (10k is 10,000), max or original.",
                            "--rate '%s': not a rate", a->rate);
    }
    if (code == PT_OK) {
        bool is_run = a->count || a->duration_ms || a->has_first || a->source;
        code = there_ready(cli, &a->there, is_run, &a->streams, err);
    }
    if (code == PT_OK && !a->there.is_sure) {
        code = set_each(cli, a->streams, "--rate", "rate", a->rate, err);
    }
    return code == PT_OK ? set_each(cli, a->streams, "--source", "source", a->source, err) : code;
}

/* ---- the summary ---- */

struct summary {
    const struct pt_snapshot *snap;
    const struct pt_config *cfg;
    const char *ended_by;
    unsigned streams;
    double elapsed_s;
    bool is_late; /* the engine did not stop within the stop timeout */
    struct pt_error missing[PT_STREAMS];
};

static double records_per_s(const struct summary *sum, const struct pt_stream *st)
{
    return sum->elapsed_s > 0 ? (double)st->delivered / sum->elapsed_s : NAN;
}

static cJSON *stream_stream_json(const struct summary *sum, const struct pt_stream *st)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "name", st->name);
    json_text(json, "topic", st->topic);
    json_count(json, "generated", st->generated);
    json_count(json, "delivered", st->delivered);
    json_count(json, "failed", st->failed);
    json_count(json, "in_flight", st->in_flight);
    json_count(json, "unresolved", st->unresolved);
    json_count(json, "bytes", st->bytes);
    json_figure(json, "records_per_s", records_per_s(sum, st), 1);
    cJSON *ack = cJSON_AddObjectToObject(json, "ack_ms");
    json_figure(ack, "p50", st->ack_p50_ms, 1);
    json_figure(ack, "p99", st->ack_p99_ms, 1);
    json_figure(ack, "max", st->ack_max_ms, 1);
    json_count(json, "first_index", st->first_index);
    json_count(json, "next_index", st->next_index);
    rows_skipped_json(json, st);
    json_count(json, "doubles_possible", st->doubles_possible);
    return json;
}

static cJSON *summary_json(const struct summary *sum)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "ended_by", sum->ended_by);
    json_figure(json, "elapsed_s", sum->elapsed_s, 2);
    json_text(json, "shard", sum->snap->session->shard);
    cJSON *cluster = cJSON_AddObjectToObject(json, "cluster");
    json_text(cluster, "kind", pt_config_is_embedded(sum->cfg) ? "embedded" : "kafka");
    json_text(cluster, "bootstrap_servers", sum->snap->cluster->bootstrap_servers);
    cJSON *streams = cJSON_AddArrayToObject(json, "streams");
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        if (sum->streams & PT_STREAM_BIT(id)) {
            cJSON_AddItemToArray(streams,
                                 stream_stream_json(sum, &sum->snap->streams->streams[id]));
        }
    }
    rows_left_out_json(json, sum->missing);
    return json;
}

static void summary_table(const struct summary *sum)
{
    static const char *const heads[] = {"<STREAM", "<TOPIC",      ">GENERATED", ">DELIVERED",
                                        ">FAILED", ">UNRESOLVED", ">RECORDS/S", ">ACK P50 MS",
                                        ">P99 MS", ">NEXT INDEX"};
    enum { COLUMNS = sizeof heads / sizeof heads[0] };
    char cell[CELL_MAX];
    const char *shard = sum->snap->session->shard;
    bool is_whole = rows_is_whole(shard);
    printf("ended by %s after %.2f s, cluster %s (%s)%s%s\n", sum->ended_by, sum->elapsed_s,
           pt_config_is_embedded(sum->cfg) ? "embedded" : "kafka",
           cell_text(sum->snap->cluster->bootstrap_servers), is_whole ? "" : ", shard ",
           is_whole ? "" : shard);
    struct text_table table;
    table_init(&table, heads, COLUMNS);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const struct pt_stream *st = &sum->snap->streams->streams[id];
        if (!(sum->streams & PT_STREAM_BIT(id))) {
            continue;
        }
        table_cell(&table, st->name);
        table_cell(&table, cell_text(st->topic));
        table_cell(&table, cell_count(cell, st->generated));
        table_cell(&table, cell_count(cell, st->delivered));
        table_cell(&table, cell_count(cell, st->failed));
        table_cell(&table, cell_count(cell, st->unresolved));
        table_cell(&table, cell_figure(cell, records_per_s(sum, st), 1));
        table_cell(&table, cell_figure(cell, st->ack_p50_ms, 1));
        table_cell(&table, cell_figure(cell, st->ack_p99_ms, 1));
        table_cell(&table, cell_count(cell, st->next_index));
    }
    table_print(&table);
}

static void print_skipped(const struct summary *sum)
{
    print_flush();
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        if (sum->streams & PT_STREAM_BIT(id)) {
            rows_print_skipped(&sum->snap->streams->streams[id]);
        }
    }
}

/* Whether the run generated records; if so it has a summary, whatever ended it. */
static bool has_begun(const struct summary *sum)
{
    int64_t generated = 0;
    for (unsigned id = 0; sum->snap && id < PT_STREAMS; id++) {
        if (sum->streams & PT_STREAM_BIT(id)) {
            generated += sum->snap->streams->streams[id].generated;
        }
    }
    return generated > 0;
}

/* A run in which no broker ever answered has failed, whatever ended it. */
static pt_code check_reached(const struct summary *sum, struct pt_error *err)
{
    const struct pt_cluster_section *cluster = sum->snap->cluster;
    if (has_begun(sum) || sum->snap->session->is_embedded ||
        (sum->snap->topics->source == PT_TOPICS_OF_KAFKA &&
         sum->snap->topics->asked_ms != PT_UNKNOWN)) {
        return PT_OK;
    }
    const char *why = cluster->last_error[0] ? cluster->last_error : sum->snap->topics->error;
    return pt_error_set(
        err, PT_ETIMEOUT,
        cluster->last_fix[0]
            ? cluster->last_fix
            : "Check the bootstrap servers (-b HOST:PORT) and that this host can reach them.",
        "stream: nothing was sent: no broker had answered when %s ended the run%s%s", sum->ended_by,
        why[0] ? ": " : "", why);
}

/* The error that the command ends with when records failed or are unresolved; PT_OK when all were
 * acknowledged. */
static pt_code summary_verdict(const struct summary *sum, struct pt_error *err)
{
    int64_t unresolved = 0;
    if (check_reached(sum, err) != PT_OK) {
        return err->code;
    }
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const struct pt_stream *st = &sum->snap->streams->streams[id];
        if (!(sum->streams & PT_STREAM_BIT(id))) {
            continue;
        }
        if (st->state == PT_STREAM_ERROR) {
            return pt_error_set(err, PT_EKAFKA, st->fix, "stream %s: %s (%lld failed)", st->name,
                                st->reason, (long long)st->failed);
        }
        pt_code code = rows_check_made(st, sum->snap->session->shard, sum->ended_by, err);
        if (code != PT_OK) {
            return code;
        }
        unresolved += st->unresolved + st->in_flight;
    }
    if (unresolved > 0) {
        char count[CELL_MAX];
        return pt_error_set(
            err, PT_EUNRESOLVED, "The next run sends them again.",
            "stream: %s records unresolved: the run ended before they were acknowledged",
            cell_count(count, unresolved));
    }
    if (sum->is_late) {
        return pt_error_set(err, PT_ETIMEOUT, "The next run continues from the last checkpoint.",
                            "stream: the engine did not stop in time");
    }
    return PT_OK;
}

/* ---- the run ---- */

/* On the embedded cluster a record is safe only when the sink has written it, so a full disk makes
 * the end of the run wait for all of them. */
static void say_unwritten(const struct progress *progress, const struct summary *sum)
{
    const struct pt_snapshot *snap = sum->snap;
    int64_t n = 0;
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const struct pt_stream *st = &snap->streams->streams[id];
        if (sum->streams & PT_STREAM_BIT(id) && st->in_flight == 0 && st->uncommitted > 0) {
            n += st->uncommitted;
        }
    }
    if (n == 0) {
        return;
    }
    char count[CELL_MAX];
    bool is_bad = snap->session->verdict != PT_V_OK && snap->session->verdict != PT_V_IDLE;
    progress_clear(progress);
    fprintf(stderr, "pintop: stream: %s records wait for the sink to write them%s%s%s%s\n",
            cell_count(count, n), is_bad ? ": " : "", is_bad ? snap->session->verdict_text : "",
            is_bad && snap->session->verdict_detail[0] ? ". " : "",
            is_bad ? snap->session->verdict_detail : "");
}

/* The drain waits for the brokers, which may take forever, so a line every 5 s says what it waits
 * for. */
static void say_waits(int64_t *next_ms, const struct progress *progress, const struct summary *sum)
{
    if (!sum->ended_by || session_now_ms() < *next_ms) {
        return;
    }
    bool is_first = *next_ms == 0;
    *next_ms = session_now_ms() + WAITS_MS;
    if (!is_first) {
        say_unwritten(progress, sum);
    }
    for (unsigned id = 0; id < PT_STREAMS && !is_first; id++) {
        const struct pt_stream *st = &sum->snap->streams->streams[id];
        char count[CELL_MAX];
        if (!(sum->streams & PT_STREAM_BIT(id)) || st->in_flight == 0) {
            continue;
        }
        progress_clear(progress);
        fprintf(stderr,
                "pintop: stream %s: %s records wait for an acknowledgement, the oldest for %.0f "
                "s%s%s%s%s\n",
                st->name, cell_count(count, st->in_flight), (double)st->oldest_unresolved_ms / 1000,
                st->blocked_by[0] ? ": " : "; no broker has given a reason", st->blocked_by,
                st->blocked_fix[0] ? ". " : "", st->blocked_fix);
    }
}

/* Stops the streams that already run, so that their records are acknowledged and in the checkpoint
 * before the error is printed. */
static void stop_after_failure(struct cli *cli, struct summary *sum)
{
    int64_t until_ms =
        session_now_ms() + pt_config_int(sum->cfg, "pintop.stop.timeout.ms") + LATE_MS;
    pt_link_stop(&cli->link, "error", PT_STOP_CONFIGURED);
    while (!pt_link_is_stopped(&cli->link) && session_now_ms() < until_ms) {
        pt_snapshot_release(sum->snap);
        sum->snap = session_next(cli, session_now_ms() + TICK_MS);
    }
}

/* Follows the run until every record is acknowledged or the stop timeout after a signal has passed.
 * sum->snap is then the last snapshot, which the caller releases. Errors: why the engine could not
 * finish. */
static pt_code stream_follow(struct cli *cli, struct summary *sum, struct pt_error *err)
{
    struct progress progress = {.is_on = isatty(STDERR_FILENO)};
    int64_t begin_ms = session_now_ms(), late_ms = INT64_MAX, waits_ms = 0;
    pt_code code = PT_OK;
    while (code == PT_OK && !pt_link_is_stopped(&cli->link) && session_now_ms() < late_ms) {
        pt_snapshot_release(sum->snap);
        sum->snap = session_next(cli, session_now_ms() + TICK_MS);
        progress_show(&progress, sum->snap, sum->streams);
        say_waits(&waits_ms, &progress, sum);
        code = pt_link_failure(&cli->link, err);
        if (code != PT_OK)
            stop_after_failure(cli, sum);
        if (!sum->ended_by && signals_stopped_by()) {
            sum->ended_by = session_signal_name(signals_stopped_by());
        }
        if (!sum->ended_by && (sum->ended_by = pt_link_ended_by(&cli->link))) {
            pt_link_stop(&cli->link, sum->ended_by, PT_STOP_UNLIMITED);
        }
        if (late_ms == INT64_MAX && signals_stopped_by()) {
            late_ms =
                session_now_ms() + pt_config_int(sum->cfg, "pintop.stop.timeout.ms") + LATE_MS;
        }
    }
    sum->is_late = !pt_link_is_stopped(&cli->link);
    sum->elapsed_s = (double)(session_now_ms() - begin_ms) / 1000;
    progress_clear(&progress);
    /* Writing the checkpoint, the last step, may fail too. */
    if (code == PT_OK)
        code = pt_link_failure(&cli->link, err);
    pt_snapshot_release(sum->snap);
    sum->snap = pt_link_acquire(&cli->link);
    if (!sum->ended_by) {
        const char *why = sum->snap->session->stopping_why;
        sum->ended_by = why[0] ? why : "stop";
    }
    return code;
}

static pt_code print_summary(const struct summary *sum, bool is_json, struct pt_error *err)
{
    pt_code code = PT_OK;
    if (is_json) {
        code = print_json(summary_json(sum), err);
    } else {
        summary_table(sum);
    }
    print_skipped(sum);
    return code == PT_OK ? summary_verdict(sum, err) : code;
}

static int stream_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    const struct stream_args *a = args;
    struct summary sum = {.cfg = cfg, .streams = a->streams};
    struct pt_error err;
    int status = there_run(cli, &a->there, cfg);
    if (status != THERE_NOBODY) {
        return status;
    }
    if (rows_choose(cfg, a->has_streams, &sum.streams, sum.missing, &err) != PT_OK) {
        return print_err(&err);
    }
    if (cli->given.is_plan) {
        return rows_dry_run(cfg, sum.streams, a->first_index, a->count);
    }
    struct pt_run run = {.start = sum.streams,
                         .count = a->count,
                         .duration_ms = a->duration_ms,
                         .first_index = a->has_first ? a->first_index : -1,
                         .has_sink_drain = true};
    pt_code code = session_open(cli, cfg, &run, &err);
    if (code == PT_OK) {
        code = stream_follow(cli, &sum, &err);
    }
    if (code == PT_OK || has_begun(&sum)) {
        struct pt_error printed;
        pt_code other = print_summary(&sum, cli->given.is_json, &printed);
        /* The first error is the reason, so a later one does not replace it. */
        if (code == PT_OK && (code = other) != PT_OK) {
            err = printed;
        }
    }
    pt_snapshot_release(sum.snap);
    print_flush();
    return code == PT_OK ? 0 : print_err(&err);
}

const struct cli_command command_stream = {
    .name = "stream",
    .synopsis = "[options] | --status | --stop [LIST] | --rate N [LIST]",
    .does = "run the streams without a screen",
    .args_bytes = sizeof(struct stream_args),
    .options = stream_options,
    .take = stream_take,
    .ready = stream_ready,
    .takes_words = true,
    .does_change = true,
    .has_own_log = true,
    .run = stream_run,
};
