/* The checks of a setup: from credentials to objects in the bucket, one by one and in order. They
 * need no engine. Nothing in them is secret. */
#ifndef PINTOP_DOCTOR_H
#define PINTOP_DOCTOR_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/stream.h"

PT_API_BEGIN

enum pt_check_state {
    PT_CHECK_WAITING, /* it has not begun yet */
    PT_CHECK_RUNNING,
    PT_CHECK_OK,
    PT_CHECK_WARN,      /* it works; something about it should be known */
    PT_CHECK_FAIL,      /* it was seen to be wrong */
    PT_CHECK_UNKNOWN,   /* it could not be seen: denied, no answer, or what it needs is missing */
    PT_CHECK_NOT_NEEDED /* for the reason that the evidence gives */
};
/* "ok", "not needed" … */
const char *pt_check_state_word(enum pt_check_state state);

enum { PT_CHECKS_MAX = 32, PT_PROGRESS_LOG_MAX = 1600 };

/* One check. All texts are printable, "" when there is none, and belong to the pt_checks. */
struct pt_check {
    const char *id;    /* static: "msk.cluster" */
    const char *title; /* static: "the MSK cluster is active" */
    const char *step;  /* static: of the pipeline's steps, "6-7"; "" none */
    enum pt_check_state state;
    const char *evidence; /* what was seen, or why nothing was */
    const char *fix;      /* the next step for the operator */
    const char *copy;     /* what is worth copying: a command, the brokers, a policy */
    const char *identity; /* whose right was tested: "you", or "role NAME" */
    const char *brief;    /* what was found, in a few words for a head: "pins, 1 of 2 found" */
    /* Settings of which one makes it good, one a line: "KEY=VALUE", a tab, and what is known of
     * that value. */
    const char *choices;
    bool is_early;    /* unknown because nothing has happened yet that would show it */
    bool is_denied;   /* unknown because of a right that is missing, here or in a check it needs */
    bool is_fixable;  /* pintop can do the fix itself */
    int64_t begun_ms; /* Unix; PT_UNKNOWN: it did not run */
    int64_t took_ms;  /* PT_UNKNOWN: it did not run, or runs now */
};

struct pt_checks {
    size_t n;
    struct pt_check rows[PT_CHECKS_MAX]; /* in the order of the pipeline's steps */
    size_t n_calls;                      /* HTTP calls that all of it took */
    char *memory;                        /* of the texts */
};
void pt_checks_done(struct pt_checks *checks);
/* Returns how many bytes the texts of a check take. With room for them they are copied there, and
 * the check points to the copies. Thread: any. */
size_t pt_check_pack(struct pt_check *check, char *room);
/* Returns how many checks have that state. */
size_t pt_checks_count(const struct pt_checks *checks, enum pt_check_state state);
/* Whether nothing is wrong: no check has failed, and what is unknown is so only because the caller
 * may not look, or because nothing has happened yet. */
bool pt_checks_are_good(const struct pt_checks *checks);

/* The table of checks. NULL: there are no more, or there is none of that name. */
const char *pt_check_id(size_t i);
const char *pt_check_title(const char *id);
const char *pt_check_step(const char *id);
/* Returns whether its fix costs money from then on, so that its ID is to be typed. */
bool pt_check_is_costly(const char *id);

/* What a fix would do. Texts are valid during the call. */
struct pt_fix {
    const char *id;   /* static: of the check */
    const char *does; /* static: "create the topics" */
    const char *plan; /* what exactly will change, several lines: a diff, a request, a price */
    bool is_costly;   /* it costs money from then on: the ID is to be typed */
    /* Once it was done: what goes on without pintop and costs money, as a sentence; "" nothing. */
    const char *goes_on;
};

/* How far a fix is that takes long. All texts are printable. */
struct pt_progress {
    char id[40];                     /* of the check; "" no fix runs */
    char does[240];                  /* "uploading plugin.zip", "waiting for 0a1b-connector" */
    char state[40];                  /* AWS's word for what is waited for: "CREATING"; "" none */
    int64_t begun_ms, limit_ms;      /* Unix, of this step; how long it may take. PT_UNKNOWN */
    int64_t done_bytes, total_bytes; /* of a transfer; PT_UNKNOWN: nothing is sent */
    double bytes_per_s;              /* of the transfer so far; NAN unknown */
    char log[PT_PROGRESS_LOG_MAX];   /* the last lines of its log, or why they are not read; "" */
};
/* The initial members of a pt_progress: no fix runs. */
#define PT_PROGRESS_NONE                                                                           \
    .begun_ms = PT_UNKNOWN, .limit_ms = PT_UNKNOWN, .done_bytes = PT_UNKNOWN,                      \
    .total_bytes = PT_UNKNOWN, .bytes_per_s = NAN

struct pt_doctor {
    const char *const *only; /* the checks wanted; those that they need are made, too */
    size_t n_only;           /* 0: all */
    /* Called when a check begins and when it has ended, on one of the doctor's threads, one call
     * at a time. check and its texts are valid during the call. May be NULL. */
    void (*said)(void *arg, size_t i, const struct pt_check *check);
    void *arg;
    /* Asked about four times a second: true ends all checks. A fix then has about three seconds to
     * clean up, and its error says what goes on without pintop. May be NULL. */
    bool (*is_cancelled)(void *arg);

    /* Fixes: what has failed and can be fixed here is fixed before what depends on it is checked,
     * and is then checked again. With fixes the checks are made one after the other. */
    const char *const *fix; /* the checks whose fix is wanted */
    size_t n_fix;
    /* Also all fixes that are free, local or within the operator's own names, and leave the
     * streams' records as they are. */
    bool fixes_free;
    /* Asks whether a fix is to be done; on one of the doctor's threads. May be NULL: no fix is. */
    bool (*agree)(void *arg, const struct pt_fix *fix);
    /* Tells how a fix ended. said: what was done, several lines; err->code PT_OK: it was. */
    void (*fixed)(void *arg, const struct pt_fix *fix, const char *said,
                  const struct pt_error *err);
    /* Tells how far a running fix is, at most four times a second and at each of its steps; on the
     * fix's thread, valid during the call. May be NULL. */
    void (*progress)(void *arg, const struct pt_progress *progress);
};

/* Makes the checks, several side by side, each with a limit of its own (5 s, unless its row says
 * otherwise), and waits for their end. Nothing is changed anywhere, unless a fix is agreed to.
 *
 * checks  out, pt_checks_done; with `only` just those.
 * Errors  PT_EUSAGE: no such check, or no fix for it; the error's fix names those that there are.
 *         PT_EREADONLY: a fix, and --readonly. PT_ENOMEM, PT_ECANCELLED, PT_ECONFIG (the login's
 *         configuration). Thread: any. */
pt_code pt_doctor_check(const struct pt_config *cfg, const struct pt_doctor *doctor,
                        struct pt_checks *checks, struct pt_error *err);

PT_API_END

#endif
