#include "doctor/fixing.h"

#include "base/clock.h"
#include "doctor/progress.h"

enum { FIXING_TEXT_MAX = 64 * 1024 };

int64_t doctor_deadline_in(int32_t limit_ms, int32_t usual_ms)
{
    return clock_mono_us() + (int64_t)(limit_ms > 0 ? limit_ms : usual_ms) * 1000;
}

static void fixing_limit(struct check *check, struct doctor_worker *worker)
{
    check->deadline_us = worker->deadline_us =
        doctor_deadline_in(check->row->fix->limit_ms, FIX_LIMIT_MS);
}

static pt_code fixing_plan(struct check *check, struct buf *plan, struct pt_error *err)
{
    pt_code code = check->row->fix->plan(check, plan, err);
    return code == PT_OK && plan->is_over
               ? pt_error_set(err, PT_EFULL, "Make the change by hand",
                              "what would change is too long to be shown")
               : code;
}

static pt_code fixing_run(struct check *check, struct check_progress *progress, struct buf *said,
                          struct pt_error *err)
{
    check->progress = progress;
    progress_step(check, PT_UNKNOWN, "fixing: %s", check->row->fix->does);
    pt_code code = check->row->fix->run(check, said, err);
    check->progress = NULL;
    progress->now = (struct pt_progress){PT_PROGRESS_NONE};
    if (progress->tell != NULL)
        progress->tell(progress->arg, &progress->now);
    return code;
}

bool fixing_offer(struct check *check, struct doctor_worker *worker, const struct pt_doctor *doctor,
                  struct fixing_flags *flags)
{
    const struct check_fix *fix = check->row->fix;
    struct buf plan, said;
    struct pt_error err = {.code = PT_OK};
    struct aws_keys keys = {0};
    struct check_progress progress = {.clock = &clock_machine,
                                      .tell = doctor->progress,
                                      .arg = doctor->arg,
                                      .is_leaving = &flags->is_leaving};
    buf_init(&plan, FIXING_TEXT_MAX);
    buf_init(&said, FIXING_TEXT_MAX);
    fixing_limit(check, worker);
    pt_code code =
        check->row->is_signed ? keyring_take(check->keyring, check->setup, &keys, &err) : PT_OK;
    check->keys = check->row->is_signed ? &keys : NULL;
    if (code == PT_OK)
        code = fixing_plan(check, &plan, &err);
    struct pt_fix shown = {.id = check->row->id,
                           .does = fix->does,
                           .plan = plan.data != NULL ? plan.data : "",
                           .is_costly = fix->kind == FIX_COSTS,
                           .goes_on = ""};
    bool is_done = code == PT_OK && doctor->agree(doctor->arg, &shown);
    if (is_done) {
        fixing_limit(check, worker); /* what the operator took to answer is not the fix's */
        atomic_store(&flags->is_running, true);
        code = fixing_run(check, &progress, &said, &err);
        atomic_store(&flags->is_running, false);
    }
    shown.goes_on = progress.goes_on;
    if ((is_done || code != PT_OK) && doctor->fixed != NULL)
        doctor->fixed(doctor->arg, &shown, said.data != NULL ? said.data : "", &err);
    aws_keys_done(&keys);
    buf_done(&plan);
    buf_done(&said);
    return is_done;
}
