/* `pintop incident`: the incident file, without a screen. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "cli/session.h"
#include "cli/status.h"
#include "pintop/incident.h"
#include "pintop/record.h"
#include "ui/as_text.h"

static const struct cli_option incident_options[] = {
    {"wait", 0, "S", "seconds to wait for the facts that the verdict needs (5)"},
    CLI_NO_MORE_OPTIONS,
};

static pt_code incident_ready(struct cli *cli, void *args, struct pt_error *err)
{
    (void)args;
    if (cli->n_words > 1) {
        return pt_error_set(err, PT_EUSAGE, "Name one file.", "incident: unexpected argument '%s'",
                            cli->words[1]);
    }
    return PT_OK;
}

static pt_code incident_file(const struct cli *cli, const struct pt_config *cfg,
                             const struct pt_snapshot *snap, struct pt_error *err)
{
    char name[80], recording[4096], *bytes = NULL;
    size_t len = 0;
    char *screen = as_text_pages(snap, snap->time_ms, &cli->looks);
    char *config = pt_incident_config(cfg);
    const struct pt_incident incident = {.snap = snap,
                                         .config = config,
                                         .screen = screen,
                                         .recording = recording,
                                         .now_ms = snap->time_ms};
    pt_record_path(cfg, recording, sizeof recording);
    pt_incident_name(snap->time_ms, name, sizeof name);
    const char *path = cli->n_words > 0 ? cli->words[0] : name;
    pt_code code = pt_incident_make(&incident, &bytes, &len, err);
    if (code == PT_OK) {
        code = pt_incident_write(path, bytes, len, err);
    }
    if (code == PT_OK) {
        printf("%s\n", path);
    }
    free(bytes);
    free(screen);
    free(config);
    return code;
}

static int incident_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    struct pt_run run = {.first_index = -1,
                         .wait_ms = cli->given.wait_ms,
                         .is_oneshot = true,
                         .may_attach = true,
                         .has_connectors = true};
    struct pt_error err;
    const struct pt_snapshot *snap = NULL;
    (void)args;
    pt_code code = session_open(cli, cfg, &run, &err);
    if (code == PT_OK) {
        code = status_wait(cli, cli->given.wait_ms, &snap, &err);
    }
    if (code == PT_OK) {
        code = incident_file(cli, cfg, snap, &err);
        pt_snapshot_release(snap);
    }
    return code == PT_OK ? 0 : print_err(&err);
}

const struct cli_command command_incident = {
    .name = "incident",
    .synopsis = "[FILE] [--wait S]",
    .does = "the incident file: what is wrong, as a .tar for a colleague",
    .topic = "verdicts",
    .takes_words = true,
    .options = incident_options,
    .ready = incident_ready,
    .run = incident_run,
};
