/* Whether and where an engine is recorded. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "pintop/record.h"
#include "record/answer.h"
#include "record/recorder.h"

static const struct pt_snapshot *record_acquire(void *arg)
{
    return pt_engine_acquire(arg);
}

static void record_tell(void *arg, enum pt_severity severity, const char *text)
{
    pt_engine_tell(arg, severity, text);
}

static void record_recall(void *arg, const struct pt_series_section *minutes)
{
    pt_engine_recall(arg, minutes);
}

static void record_finish(void *arg, int64_t wait_ms)
{
    recorder_finish(arg, clock_mono_us() + wait_ms * 1000);
}

static void record_free(void *arg)
{
    recorder_free(arg);
}

static const char *record_state_dir(const struct pt_config *cfg)
{
    const char *dir = pt_config_get(cfg, "pintop.state.dir");
    return dir != NULL ? dir : ".";
}

/* What pintop.record says, or the answer that was given once: "on", "off" or a file. */
static const char *record_where(const struct pt_config *cfg)
{
    const char *where = pt_config_get(cfg, "pintop.record");
    if (where == NULL || pt_config_given(cfg, "pintop.record") != NULL)
        return where != NULL ? where : "off";
    return answer_read(record_state_dir(cfg)) == ANSWER_YES ? "on" : where;
}

static pt_code record_begin(const struct pt_config *cfg, const char *where, struct pt_engine *eng,
                            struct pt_error *err)
{
    const struct recorder_hooks hooks = {eng, record_acquire, record_tell, record_recall};
    struct recorder *recorder = NULL;
    char path[4096];
    bool is_ring = strcmp(where, "on") == 0;
    pt_record_path(cfg, path, sizeof path);
    const struct recording_opts opts = {
        .path = is_ring ? path : where,
        .is_ring = is_ring,
        .hours = pt_config_int(cfg, "pintop.record.hours"),
        .limit_bytes = (uint64_t)pt_config_int(cfg, "pintop.record.limit.bytes"),
    };
    pt_code code = recorder_start(&opts, &hooks, &recorder, err);
    if (code == PT_OK)
        pt_engine_accompany(eng,
                            &(const struct pt_companion){recorder, record_finish, record_free});
    return code;
}

pt_code pt_record_start(const struct pt_config *cfg, const struct pt_run *run,
                        struct pt_engine *eng, struct pt_error *err)
{
    const char *where = run->is_oneshot ? "off" : record_where(cfg);
    return strcmp(where, "off") == 0 ? PT_OK : record_begin(cfg, where, eng, err);
}

bool pt_record_is_undecided(const struct pt_config *cfg)
{
    return pt_config_given(cfg, "pintop.record") == NULL &&
           answer_read(record_state_dir(cfg)) == ANSWER_NONE;
}

pt_code pt_record_decide(const struct pt_config *cfg, bool is_on, struct pt_engine *eng,
                         struct pt_error *err)
{
    answer_keep(record_state_dir(cfg), is_on);
    return is_on ? record_begin(cfg, "on", eng, err) : PT_OK;
}
