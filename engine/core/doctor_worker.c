/* The doctor's worker makes the checks of the setup when they are asked for, and their fixes. It
 * has connections of its own, so that what hangs in it delays nobody else. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "core/command_runs.h"
#include "core/engine_state.h"
#include "desk/result_lines.h"
#include "pintop/doctor.h"

static bool doctor_is_ended(void *arg)
{
    struct pt_engine *eng = arg;
    return atomic_load(&eng->is_stopping);
}

/* ---- checking ---- */

static void doctor_tell(void *arg, size_t i, const struct pt_check *check)
{
    struct pt_engine *eng = arg;
    struct fact *fact = fact_with(FACT_CHECK, setup_check_copy(check), free);
    if (fact != NULL)
        fact->number = (int64_t)i;
    inbox_post(&eng->inbox, fact);
}

static void doctor_tell_round(struct pt_engine *eng, bool is_begun, const struct pt_error *err)
{
    struct fact *fact = fact_new(FACT_ROUND);
    if (fact != NULL)
        fact->number = is_begun;
    fact_fail(fact, err);
    inbox_post(&eng->inbox, fact);
}

static pt_code doctor_round(struct pt_engine *eng, struct pt_result *result, struct pt_error *err)
{
    const struct pt_doctor doctor = {
        .said = doctor_tell, .arg = eng, .is_cancelled = doctor_is_ended};
    struct pt_checks checks;
    const struct pt_error nothing = {.code = PT_OK};
    doctor_tell_round(eng, true, &nothing);
    pt_code code = pt_doctor_check(eng->given_cfg, &doctor, &checks, err);
    doctor_tell_round(eng, false, code == PT_OK ? &nothing : err);
    if (code == PT_OK && result != NULL)
        snprintf(result->text, sizeof result->text, "checked: %zu ok, %zu failed, %zu unknown",
                 pt_checks_count(&checks, PT_CHECK_OK), pt_checks_count(&checks, PT_CHECK_FAIL),
                 pt_checks_count(&checks, PT_CHECK_UNKNOWN));
    pt_checks_done(&checks);
    return code;
}

pt_code command_setup_check(struct pt_engine *eng, const struct pt_command *cmd,
                            struct pt_result *result, struct pt_error *err)
{
    (void)cmd;
    return doctor_round(eng, result, err);
}

/* ---- fixes ---- */

struct fixing {
    struct pt_engine *eng;
    const struct pt_command *cmd;
    struct pt_result *result;
    bool is_offered, is_other; /* a fix was planned; it is not the one that was shown */
    struct pt_error error;     /* of the fix */
};

/* Lines of a plan, or of what was done. */
static void fixing_lines(struct fixing *m, const char *text)
{
    struct result_lines lines;
    result_lines_init(&lines);
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        char *line = strndup(text, len);
        if (line != NULL)
            result_lines_add(&lines, &(struct pt_line){.time_ms = PT_UNKNOWN, .level = "fact"},
                             line);
        free(line);
        text += len + (text[len] == '\n');
    }
    result_lines_done(&lines, m->result);
}

/* The plan that the operator has seen is the one that is carried out, or none is. */
static bool fixing_agree(void *arg, const struct pt_fix *fix)
{
    struct fixing *m = arg;
    char seen[sizeof m->result->seen];
    snprintf(seen, sizeof seen, "%016" PRIx64, hash64_text(HASH64_EMPTY, fix->plan));
    m->is_offered = true;
    if (m->cmd->is_plan) {
        fixing_lines(m, fix->plan);
        memcpy(m->result->seen, seen, sizeof seen);
        return false;
    }
    m->is_other =
        m->cmd->seen != NULL && m->cmd->seen[0] != '\0' && strcmp(m->cmd->seen, seen) != 0;
    return !m->is_other;
}

static bool fixing_is_ended(void *arg)
{
    const struct fixing *m = arg;
    return doctor_is_ended(m->eng) || atomic_load(&m->eng->is_fix_cancelled);
}

static void fixing_ended(void *arg, const struct pt_fix *fix, const char *said,
                         const struct pt_error *err)
{
    struct fixing *m = arg;
    struct fact *fact = fix->goes_on[0] != '\0' ? fact_new(FACT_GOES_ON) : NULL;
    m->error = *err;
    fixing_lines(m, said);
    if (fact != NULL) {
        text_copy(fact->text, sizeof fact->text, fix->goes_on);
        inbox_post(&m->eng->inbox, fact);
    }
}

static void fixing_progress(void *arg, const struct pt_progress *progress)
{
    struct fixing *m = arg;
    inbox_post(&m->eng->inbox, fact_copy(FACT_PROGRESS, progress, sizeof *progress));
}

static pt_code fixing_outcome(const struct fixing *m, const struct pt_checks *checks,
                              struct pt_error *err)
{
    const struct pt_check *check = &checks->rows[0];
    if (m->error.code != PT_OK) {
        *err = m->error;
        return err->code;
    }
    if (m->is_other)
        return pt_error_set(err, PT_EMISMATCH, "Look at the new plan, and decide again.",
                            "%s: something has changed since the plan was shown", check->id);
    if (!m->is_offered)
        return pt_error_set(err, PT_EUNSUPPORTED, check->fix, "%s is %s: %s", check->id,
                            pt_check_state_word(check->state), check->evidence);
    if (!m->cmd->is_plan)
        snprintf(m->result->text, sizeof m->result->text, "%s is %s: %s", check->id,
                 pt_check_state_word(check->state), check->evidence);
    return PT_OK;
}

pt_code command_setup_fix(struct pt_engine *eng, const struct pt_command *cmd,
                          struct pt_result *result, struct pt_error *err)
{
    struct fixing fixing = {.eng = eng, .cmd = cmd, .result = result};
    const struct pt_doctor doctor = {.only = &cmd->check,
                                     .n_only = 1,
                                     .arg = &fixing,
                                     .is_cancelled = fixing_is_ended,
                                     .fix = &cmd->check,
                                     .n_fix = 1,
                                     .agree = fixing_agree,
                                     .fixed = fixing_ended,
                                     .progress = fixing_progress};
    struct pt_checks checks;
    atomic_store(&eng->is_fix_cancelled, false);
    pt_code code = pt_doctor_check(eng->given_cfg, &doctor, &checks, err);
    if (code == PT_OK)
        code = fixing_outcome(&fixing, &checks, err);
    else if (fixing.error.code != PT_OK) /* cancelled: the fix says what goes on */
        *err = fixing.error;
    pt_checks_done(&checks);
    return code;
}

void *doctor_run(void *arg)
{
    struct pt_engine *eng = arg;
    struct admin_job *job;
    struct pt_error ignored; /* the round tells it itself */
    pthread_setname_np(pthread_self(), "doctor");
    while ((job = queue_take(eng->doctor_jobs, INT64_MAX)) != NULL) {
        bool is_fix = job->command->kind == PT_CMD_SETUP_FIX && !job->command->is_plan;
        if (!atomic_load(&eng->is_stopping))
            admin_job_serve(eng, job);
        /* The answer is out; what else the fix has changed is seen by all checks. */
        if (is_fix && !atomic_load(&eng->is_stopping))
            doctor_round(eng, NULL, &ignored);
        admin_job_free(job);
    }
    return NULL;
}
