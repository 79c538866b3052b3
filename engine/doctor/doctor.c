/* A round of checks: which are wanted, in which order they can be made, and four threads that make
 * them side by side. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/text.h"
#include "doctor/fixing.h"
#include "doctor/said.h"
#include "doctor/table.h"
#include "doctor/worker.h"

enum { WORKERS = 4, CANCEL_US = 250 * 1000, LEAVE_US = 3 * 1000 * 1000 };

/* One check of the round. */
struct doctor_slot {
    const struct check_row *row;
    bool is_asked;  /* by the caller; false: only another check needs it */
    bool is_wanted; /* asked, or needed */
    bool has_fix;   /* its fix is wanted */
    enum { SLOT_WAITING, SLOT_RUNNING, SLOT_ENDED } phase;
    struct check_said said;
    int64_t begun_ms, took_ms;
};

/* lock guards the slots, and found between the end of one check and the start of another. */
struct check_round {
    const struct pt_config *cfg;
    const struct pt_doctor *doctor;
    struct found found;
    struct keyring ring;
    struct aws_pace pace;
    atomic_size_t n_calls;
    struct doctor_worker workers[WORKERS];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t n;
    struct doctor_slot slots[PT_CHECKS_MAX];
    bool is_cancelled;
    struct fixing_flags flags;
};

/* ------------------------------------------------------------------ what depends on what */

static struct doctor_slot *slot_of(struct check_round *round, const char *id, size_t len)
{
    for (size_t i = 0; i < round->n; i++)
        if (strncmp(round->slots[i].row->id, id, len) == 0 && round->slots[i].row->id[len] == '\0')
            return &round->slots[i];
    return NULL;
}

/* The next of the IDs in a list; NULL at its end. A row that names an unknown ID is a bug, which
 * a unit test finds. */
static struct doctor_slot *doctor_next_of(struct check_round *round, const char **list)
{
    if (*list == NULL)
        return NULL;
    *list += strspn(*list, " ");
    size_t len = strcspn(*list, " ");
    struct doctor_slot *slot = len > 0 ? slot_of(round, *list, len) : NULL;
    *list += len;
    return slot;
}

static void want(struct check_round *round, struct doctor_slot *slot)
{
    const char *list = slot->row->needs;
    struct doctor_slot *other;
    if (slot->is_wanted)
        return;
    slot->is_wanted = true;
    while ((other = doctor_next_of(round, &list)) != NULL)
        want(round, other);
    for (list = slot->row->after; (other = doctor_next_of(round, &list)) != NULL;)
        want(round, other);
}

static bool are_ended(struct check_round *round, const char *list)
{
    struct doctor_slot *slot;
    while ((slot = doctor_next_of(round, &list)) != NULL)
        if (slot->phase != SLOT_ENDED)
            return false;
    return true;
}

static struct doctor_slot *missing_of(struct check_round *round, const struct check_row *row)
{
    const char *list = row->needs;
    bool is_set = row->instead != NULL && pt_config_given(round->cfg, row->instead) != NULL;
    struct doctor_slot *slot;
    while ((slot = doctor_next_of(round, &list)) != NULL)
        if (slot->said.state == PT_CHECK_FAIL || (slot->said.state == PT_CHECK_UNKNOWN && !is_set))
            return slot;
    return NULL;
}

/* ------------------------------------------------------------------ one check */

static void slot_check(const struct doctor_slot *slot, struct pt_check *out)
{
    const struct check_said *said = &slot->said;
    *out = (struct pt_check){.id = slot->row->id,
                             .title = slot->row->title,
                             .step = slot->row->step != NULL ? slot->row->step : "",
                             .state = slot->phase == SLOT_RUNNING ? PT_CHECK_RUNNING : said->state,
                             .evidence = said->evidence != NULL ? said->evidence : "",
                             .fix = said->fix != NULL ? said->fix : "",
                             .copy = said->copy != NULL ? said->copy : "",
                             .identity = said->identity,
                             .brief = said->brief,
                             .choices = said->choices != NULL ? said->choices : "",
                             .is_denied = said->is_denied,
                             .is_early = said->is_early,
                             .is_fixable = said->is_fixable,
                             .begun_ms = slot->begun_ms,
                             .took_ms = slot->took_ms};
}

static void round_tell(struct check_round *round, const struct doctor_slot *slot)
{
    struct pt_check check;
    if (round->doctor->said == NULL || !slot->is_asked)
        return;
    slot_check(slot, &check);
    round->doctor->said(round->doctor->arg, (size_t)(slot - round->slots), &check);
}

/* Says what can be said without looking. Returns false when the check has to run. */
static bool doctor_is_settled(struct check_round *round, const struct doctor_slot *slot,
                              struct check *check)
{
    const struct check_row *row = slot->row;
    const struct found *found = &round->found;
    bool is_embedded = !found->is_aws && pt_config_is_embedded(round->cfg);
    const struct doctor_slot *missing = missing_of(round, row);
    if ((row->use == CHECK_AWS && !found->is_aws) || (row->use == CHECK_KAFKA && is_embedded)) {
        check_not_needed(check, "%s does not need it", found->cluster_words);
        return true;
    }
    if (row->is_off_host && found->place == PLACE_EC2) {
        check_not_needed(check, "this pintop runs on the host itself (EC2 %s)", found->instance_id);
        return true;
    }
    if (missing != NULL) {
        check_unknown(check, NULL, "needs %s, which %s", missing->row->id,
                      missing->said.state == PT_CHECK_FAIL ? "fails" : "is not known");
        check->said->is_denied = missing->said.is_denied;
        return true;
    }
    return false;
}

static void run_row(struct check_round *round, struct doctor_worker *worker, struct check *check)
{
    struct aws_keys keys = {0};
    struct pt_error err;
    bool is_signed = check->row->is_signed;
    worker->deadline_us = check->deadline_us;
    if (is_signed && keyring_take(&round->ring, &worker->setup, &keys, &err) != PT_OK) {
        check_error(check, &err);
        return;
    }
    check->keys = is_signed ? &keys : NULL;
    if (is_signed)
        check_identity(check, "you");
    check->row->run(check);
    aws_keys_done(&keys);
}

static void run_check(struct check_round *round, struct doctor_worker *worker,
                      const struct doctor_slot *slot, struct check *check)
{
    check->keyring = &round->ring;
    check->setup = &worker->setup;
    check->client = &worker->setup.client;
    run_row(round, worker, check);
    if (!slot->has_fix || !check->said->is_fixable)
        return;
    bool is_done = fixing_offer(check, worker, round->doctor, &round->flags);
    if (is_done && atomic_load(&round->flags.is_leaving))
        check_unknown(check, "Check again.",
                      "its fix was stopped, and the check has not been made again since then");
    if (!is_done || atomic_load(&round->flags.is_leaving))
        return;
    check->said->is_fixable = false;
    check->deadline_us = doctor_deadline_in(slot->row->limit_ms, CHECK_LIMIT_MS);
    run_row(round, worker, check);
}

/* Runs without the lock, between two moments with it. */
static void run_slot(struct check_round *round, struct doctor_worker *worker,
                     struct doctor_slot *slot)
{
    struct check_said said = {.state = PT_CHECK_UNKNOWN};
    int64_t start_us = clock_mono_us();
    struct check check = {.row = slot->row,
                          .cfg = round->cfg,
                          .found = &round->found,
                          .deadline_us = doctor_deadline_in(slot->row->limit_ms, CHECK_LIMIT_MS),
                          .said = &said};
    bool is_run = !doctor_is_settled(round, slot, &check);
    if (is_run) {
        slot->phase = SLOT_RUNNING;
        slot->begun_ms = clock_real_ms();
        round_tell(round, slot);
        pthread_mutex_unlock(&round->lock);
        run_check(round, worker, slot, &check);
        pthread_mutex_lock(&round->lock);
    }
    slot->said = said;
    slot->took_ms = is_run ? (clock_mono_us() - start_us) / 1000 : PT_UNKNOWN;
    slot->phase = SLOT_ENDED;
    round_tell(round, slot);
    pthread_cond_broadcast(&round->changed);
}

/* ------------------------------------------------------------------ the threads */

struct round_thread {
    struct check_round *round;
    struct doctor_worker *worker;
    pthread_t thread;
};

/* Returns the next check that can be made. NULL: there is none now; is_over: nor will there be. */
static struct doctor_slot *next_slot(struct check_round *round, bool *is_over)
{
    *is_over = true;
    for (size_t i = 0; i < round->n; i++) {
        struct doctor_slot *slot = &round->slots[i];
        if (!slot->is_wanted || slot->phase != SLOT_WAITING)
            continue;
        *is_over = false;
        if (are_ended(round, slot->row->needs) && are_ended(round, slot->row->after))
            return slot;
    }
    return NULL;
}

static void *thread_run(void *arg)
{
    struct round_thread *self = arg;
    struct check_round *round = self->round;
    bool is_over = false;
    pthread_mutex_lock(&round->lock);
    while (!round->is_cancelled && !atomic_load(&round->flags.is_leaving)) {
        struct doctor_slot *slot = next_slot(round, &is_over);
        if (is_over)
            break;
        if (slot != NULL)
            run_slot(round, self->worker, slot);
        else
            pthread_cond_wait(&round->changed, &round->lock);
    }
    pthread_cond_broadcast(&round->changed);
    pthread_mutex_unlock(&round->lock);
    return NULL;
}

static bool are_all_ended(const struct check_round *round)
{
    for (size_t i = 0; i < round->n; i++)
        if (round->slots[i].is_wanted && round->slots[i].phase != SLOT_ENDED)
            return false;
    return true;
}

/* Ends the round, once a running fix has had its time to clean up. leave_us: since when it is to
 * end; 0: only from now on. */
static void round_leave(struct check_round *round, int64_t *leave_us)
{
    atomic_store(&round->flags.is_leaving, true);
    if (*leave_us == 0)
        *leave_us = clock_mono_us();
    if (atomic_load(&round->flags.is_running) && clock_mono_us() - *leave_us < LEAVE_US)
        return;
    round->is_cancelled = true;
    for (int i = 0; i < WORKERS; i++)
        doctor_worker_cancel(&round->workers[i]);
}

/* Waits for the end; asks now and then whether the caller still wants it. */
static void round_watch(struct check_round *round)
{
    const struct pt_doctor *doctor = round->doctor;
    int64_t leave_us = 0;
    pthread_mutex_lock(&round->lock);
    while (!are_all_ended(round) && !round->is_cancelled) {
        cond_wait_until(&round->changed, &round->lock, clock_mono_us() + CANCEL_US);
        if (leave_us != 0 || (doctor->is_cancelled != NULL && doctor->is_cancelled(doctor->arg)))
            round_leave(round, &leave_us);
    }
    pthread_cond_broadcast(&round->changed);
    pthread_mutex_unlock(&round->lock);
}

static bool has_fixes(const struct pt_doctor *doctor)
{
    return doctor->agree != NULL && (doctor->n_fix > 0 || doctor->fixes_free);
}

static pt_code round_run(struct check_round *round, struct pt_error *err)
{
    struct round_thread threads[WORKERS];
    int n = 0;
    int wanted = has_fixes(round->doctor) ? 1 : WORKERS;
    for (; n < wanted; n++) {
        threads[n] = (struct round_thread){.round = round, .worker = &round->workers[n]};
        if (pthread_create(&threads[n].thread, NULL, thread_run, &threads[n]) != 0)
            break;
    }
    if (n > 0)
        round_watch(round);
    for (int i = 0; i < n; i++)
        pthread_join(threads[i].thread, NULL);
    if (n == 0)
        return pt_error_set(err, PT_ENOMEM, NULL, "doctor: no thread can be started");
    return round->is_cancelled ? pt_error_set(err, PT_ECANCELLED, NULL, "doctor: interrupted")
                               : PT_OK;
}

/* ------------------------------------------------------------------ a round */

/* A fix that lists the checks there are, or those that pintop can fix itself. */
static void fix_of_ids(const char *words, bool is_fixable, char *fix, size_t cap)
{
    const struct check_row *row;
    const char *comma = "";
    size_t used = (size_t)snprintf(fix, cap, "%s", words);
    for (size_t i = 0; (row = check_table_at(i)) != NULL && used < cap; i++) {
        if (is_fixable && row->fix == NULL)
            continue;
        used += (size_t)snprintf(fix + used, cap - used, "%s%s", comma, row->id);
        comma = ", ";
    }
}

static pt_code no_such_check(const char *id, struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    const char *known[PT_CHECKS_MAX];
    size_t n = 0;
    while (n < PT_CHECKS_MAX && (known[n] = pt_check_id(n)) != NULL)
        n++;
    const char *near = pt_nearest(id, known, n);
    fix_of_ids("Use one of these: ", false, fix, sizeof fix);
    return pt_error_set(err, PT_EUSAGE, fix, "check %s: there is no such check%s%s", id,
                        near != NULL ? "; did you mean " : "", near != NULL ? near : "");
}

static pt_code no_fix(const char *id, struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    fix_of_ids("These have one: ", true, fix, sizeof fix);
    return pt_error_set(err, PT_EUSAGE, fix, "check %s: pintop cannot fix it itself", id);
}

static pt_code round_choose_fixes(struct check_round *round, struct pt_error *err)
{
    const struct pt_doctor *doctor = round->doctor;
    if (has_fixes(doctor) && pt_config_is_readonly(round->cfg))
        return pt_error_set(err, PT_EREADONLY, "Leave out --readonly (or pintop.readonly)",
                            "doctor: a fix changes something, and this pintop is read-only");
    for (size_t i = 0; i < doctor->n_fix; i++) {
        struct doctor_slot *slot = slot_of(round, doctor->fix[i], strlen(doctor->fix[i]));
        if (slot == NULL)
            return no_such_check(doctor->fix[i], err);
        if (slot->row->fix == NULL)
            return no_fix(doctor->fix[i], err);
        slot->has_fix = true;
    }
    for (size_t i = 0; i < round->n && doctor->fixes_free; i++) {
        const struct check_fix *fix = round->slots[i].row->fix;
        round->slots[i].has_fix |= fix != NULL && fix->kind == FIX_FREE;
    }
    return PT_OK;
}

static pt_code round_choose(struct check_round *round, struct pt_error *err)
{
    const struct pt_doctor *doctor = round->doctor;
    const struct check_row *row;
    while (round->n < PT_CHECKS_MAX && (row = check_table_at(round->n)) != NULL)
        round->slots[round->n++] =
            (struct doctor_slot){.row = row, .begun_ms = PT_UNKNOWN, .took_ms = PT_UNKNOWN};
    for (size_t i = 0; i < doctor->n_only; i++) {
        struct doctor_slot *slot = slot_of(round, doctor->only[i], strlen(doctor->only[i]));
        if (slot == NULL)
            return no_such_check(doctor->only[i], err);
        slot->is_asked = true;
    }
    for (size_t i = 0; i < round->n; i++) {
        round->slots[i].is_asked |= doctor->n_only == 0;
        if (round->slots[i].is_asked)
            want(round, &round->slots[i]);
    }
    return round_choose_fixes(round, err);
}

/* Gives the caller what was asked for, in one allocation of texts. */
static pt_code round_take(const struct check_round *round, struct pt_checks *checks,
                          struct pt_error *err)
{
    size_t size = 0, n = 0;
    for (size_t i = 0; i < round->n; i++)
        if (round->slots[i].is_asked) {
            slot_check(&round->slots[i], &checks->rows[n]);
            size += pt_check_pack(&checks->rows[n++], NULL);
        }
    char *at = checks->memory = malloc(size > 0 ? size : 1);
    if (at == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "doctor: out of memory");
    for (size_t i = 0; i < n; i++)
        at += pt_check_pack(&checks->rows[i], at);
    checks->n = n;
    checks->n_calls = atomic_load(&round->n_calls);
    return PT_OK;
}

pt_code pt_doctor_check(const struct pt_config *cfg, const struct pt_doctor *doctor,
                        struct pt_checks *checks, struct pt_error *err)
{
    struct check_round *round = calloc(1, sizeof *round);
    memset(checks, 0, sizeof *checks);
    if (round == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "doctor: out of memory");
    round->cfg = cfg;
    round->doctor = doctor;
    pthread_mutex_init(&round->lock, NULL);
    cond_init(&round->changed);
    keyring_init(&round->ring);
    aws_pace_init(&round->pace, clock_even_ms);
    found_init(&round->found, cfg);
    pt_code code = round_choose(round, err);
    for (int i = 0; i < WORKERS && code == PT_OK; i++)
        code = doctor_worker_init(&round->workers[i], cfg, &round->pace, &round->n_calls, err);
    if (code == PT_OK)
        code = round_run(round, err);
    if (code == PT_OK)
        code = round_take(round, checks, err);
    for (size_t i = 0; i < round->n; i++)
        check_said_done(&round->slots[i].said);
    for (int i = 0; i < WORKERS; i++)
        doctor_worker_done(&round->workers[i]);
    found_done(&round->found);
    aws_pace_done(&round->pace);
    keyring_done(&round->ring);
    pthread_cond_destroy(&round->changed);
    pthread_mutex_destroy(&round->lock);
    free(round);
    return code;
}
