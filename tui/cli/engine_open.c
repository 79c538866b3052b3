/* The one file of the front end that knows where an engine runs: in this process, or in another one
 * to which this one attaches. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "pintop/attach.h"
#include "pintop/record.h"

/* How long the first snapshot of another pintop's engine may take. It takes milliseconds, unless
 * that process was stopped or hangs. */
enum { ATTACH_WAIT_MS = 1000 };

/* The streams of --start, at an engine that runs already. */
static pt_code start_there(const struct pt_run *run, const struct pt_link *link,
                           struct pt_error *err)
{
    const struct pt_command cmd = {
        .kind = PT_CMD_START, .streams = run->start, .partitions = -1, .replication = -1};
    return run->start != 0 ? pt_link_submit(link, &cmd, NULL, err) : PT_OK;
}

/* The configuration of the engine in this process. */
static const struct pt_config *engine_cfg;

static pt_code engine_record(void *arg, bool is_on, struct pt_error *err)
{
    return pt_record_decide(engine_cfg, is_on, arg, err);
}

static pt_code open_here(const struct pt_config *cfg, const struct pt_run *run,
                         struct pt_link *link, struct pt_error *err)
{
    struct pt_engine *eng = NULL;
    pt_code code = pt_engine_start(cfg, run, &eng, err);
    if (code == PT_OK && pt_record_start(cfg, run, eng, err) != PT_OK) {
        pt_engine_tell(eng, PT_WARN, err->what); /* it is of use without a recording, too */
    }
    *link = code == PT_OK ? pt_engine_link(eng) : (struct pt_link){0};
    engine_cfg = cfg;
    if (code == PT_OK && !run->is_oneshot && pt_record_is_undecided(cfg)) {
        link->record = engine_record;
    }
    return code;
}

pt_code engine_open(const struct pt_config *cfg, const struct pt_run *run, struct pt_link *link,
                    struct pt_error *err)
{
    static char note[PT_WHAT_MAX + PT_FIX_MAX + 80]; /* the engine reads it at its start */
    struct pt_error why;
    struct pt_run own = *run;
    own.serving = &pt_serving_socket;
    pt_code code =
        run->may_attach ? pt_attach_open(cfg, run, ATTACH_WAIT_MS, link, &why) : PT_ENOTFOUND;
    if (code != PT_OK && run->must_attach) {
        *err = why;
        return code;
    }
    if (code == PT_OK) {
        code = start_there(run, link, err);
        if (code != PT_OK) {
            pt_link_free(link);
        }
        return code;
    }
    if (code != PT_ENOTFOUND) {
        snprintf(note, sizeof note, "not attached: %s. %s", why.what, why.fix);
        own.note = note;
    }
    return open_here(cfg, &own, link, err);
}
