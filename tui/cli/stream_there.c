#include "cli/stream_there.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/engine_words.h"
#include "cli/print.h"
#include "cli/session.h"
#include "cli/status.h"

enum { THERE_ANSWER_MS = 10000, THERE_SPARE_MS = 2000 };

/* --status, --stop [LIST], --rate N LIST; and --rate N alone, if an engine runs. */
pt_code there_ready(struct cli *cli, struct there *there, bool is_run, unsigned *streams,
                    struct pt_error *err)
{
    int n = there->is_status + there->is_stop + there->is_rate;
    is_run = is_run || cli->given.is_plan;
    there->is_sure = there->is_status || there->is_stop || (there->is_rate && cli->n_words > 0);
    there->is_likely = there->is_rate && cli->given.n_options == 1 && !is_run;
    cli->given.is_look = there->is_status;
    if (!there->is_sure && cli->n_words > 0) {
        return pt_error_set(err, PT_EUSAGE, "`pintop stream --help` lists its arguments.",
                            "stream: unexpected argument '%s'", cli->words[0]);
    }
    size_t most = there->is_status ? 0 : 1;
    if (there->is_sure && (n > 1 || is_run || cli->n_words > most)) {
        return pt_error_set(err, PT_EUSAGE, "Give --status, --stop [LIST] or --rate N [LIST].",
                            "stream: these options do not go together");
    }
    pt_code code =
        cli->n_words > 0 ? cli_parse_streams(cli->words[0], "stream", streams, err) : PT_OK;
    there->streams = *streams;
    return code;
}

/* The streams of `status --json`, and whose they are. */
static pt_code there_print_json(const struct pt_snapshot *snap, struct pt_error *err)
{
    cJSON *json = engine_said(snap);
    json_text(json, "link", pt_link_state_word(snap->session->link));
    return engine_said_print(json, snap, err);
}

static pt_code there_print(const struct cli *cli, const struct pt_snapshot *snap,
                           struct pt_error *err)
{
    if (cli->given.is_json) {
        return there_print_json(snap, err);
    }
    printf("engine: pid %" PRId64 " %s\n", snap->session->engine_pid, snap->session->engine_user);
    status_print_streams(snap);
    return PT_OK;
}

/* The engine must still be there: what it said last is not what is. Whether its process has ended
 * is not seen from here. */
static pt_code there_check(const struct pt_snapshot *snap, struct pt_error *err)
{
    const struct pt_session_section *session = snap->session;
    const char *why = session->link_why;
    if (session->link == PT_LINK_OLD) {
        return pt_error_set(err, PT_ECLOSED, "Run `pintop stream --status` again.",
                            "stream: pintop %" PRId64 " does not answer any more",
                            session->engine_pid);
    }
    if (session->link != PT_LINK_GONE) {
        return PT_OK;
    }
    return pt_error_set(err, PT_ECLOSED, "Run `pintop stream --status` again.",
                        "stream: the connection to pintop %" PRId64
                        " was lost before it answered%s%s",
                        session->engine_pid, why[0] ? ": " : "", why);
}

static bool there_is_over(const struct pt_snapshot *snap, unsigned streams)
{
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const struct pt_stream *st = &snap->streams->streams[id];
        if (streams & PT_STREAM_BIT(id) && (pt_stream_is_going(st->state) || st->in_flight > 0)) {
            return false;
        }
    }
    return true;
}

/* Until what was in flight is acknowledged, at most the stop timeout. The caller releases *snap. */
static pt_code there_wait_stopped(struct cli *cli, const struct there *there,
                                  const struct pt_config *cfg, const struct pt_snapshot **snap,
                                  struct pt_error *err)
{
    int64_t until_ms =
        session_now_ms() + pt_config_int(cfg, "pintop.stop.timeout.ms") + THERE_SPARE_MS;
    pt_code code = PT_OK;
    while (code == PT_OK && !there_is_over(*snap, there->streams)) {
        pt_snapshot_release(*snap);
        *snap = session_next(cli, until_ms);
        code = there_check(*snap, err);
        if (code == PT_OK) {
            code = session_interrupted("stream", err);
        }
        if (code == PT_OK && session_now_ms() >= until_ms) {
            code = pt_error_set(err, PT_ETIMEOUT, "`pintop stream --status` shows when they are.",
                                "stream --stop: records in flight are not acknowledged yet");
        }
    }
    return code;
}

static pt_code there_ask(struct cli *cli, const struct there *there, const struct pt_config *cfg,
                         const struct pt_snapshot **snap, struct pt_error *err)
{
    const struct pt_result *result;
    struct pt_command cmd = {.kind = there->is_stop ? PT_CMD_STOP : PT_CMD_RATE,
                             .streams = there->streams,
                             .rate_per_s = there->rate_per_s};
    pt_code code = session_ask(cli, &cmd, THERE_ANSWER_MS, "stream",
                               there->is_stop ? "--stop" : "--rate", snap, &result, err);
    if (code == PT_OK && there->is_stop) {
        code = there_wait_stopped(cli, there, cfg, snap, err);
    }
    return code;
}

static void there_say(const struct there *there)
{
    char names[80], rate[32];
    engine_names(there->streams, names, sizeof names);
    pt_rate_format(there->rate_per_s, rate, sizeof rate);
    if (there->is_stop) {
        printf("Stopped %s.\n", names);
    } else {
        printf("Set the rate of %s to %s.\n", names, rate);
    }
}

static pt_code there_do(struct cli *cli, const struct there *there, const struct pt_config *cfg,
                        struct pt_error *err)
{
    const struct pt_snapshot *snap = NULL;
    pt_code code = PT_OK;
    if (there->is_status) {
        snap = pt_link_acquire(&cli->link);
        code = there_check(snap, err);
    } else {
        code = there_ask(cli, there, cfg, &snap, err);
    }
    if (code == PT_OK && !there->is_status && !cli->given.is_json) {
        there_say(there);
    } else if (code == PT_OK) {
        code = there_print(cli, snap, err);
    }
    pt_snapshot_release(snap);
    return code;
}

int there_run(struct cli *cli, const struct there *there, const struct pt_config *cfg)
{
    const struct pt_run run = {.first_index = -1,
                               .is_oneshot = true,
                               .is_stop_alone = there->is_stop,
                               .may_attach = true,
                               .must_attach = true};
    struct pt_error err;
    if (!there->is_sure && !there->is_likely) {
        return THERE_NOBODY;
    }
    pt_code code = session_open(cli, cfg, &run, &err);
    if (code == PT_ENOTFOUND && !there->is_sure) {
        return THERE_NOBODY;
    }
    if (code == PT_OK) {
        code = there_do(cli, there, cfg, &err);
    }
    print_flush();
    return code == PT_OK ? 0 : print_err(&err);
}
