/* A check of the setup: its row in the table, what it may use while it runs, and how it says what
 * it found. A group of checks is a file with a table of rows; doctor/doctor.c runs them.
 * Thread: the one that runs the check, unless it says otherwise. */
#ifndef DOCTOR_CHECK_H
#define DOCTOR_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/client.h"
#include "base/buf.h"
#include "doctor/found.h"
#include "pintop/doctor.h"

struct check;
struct check_said;
struct check_progress;
struct keyring;
struct aws_setup;

enum { CHECK_LIMIT_MS = 5000, FIX_LIMIT_MS = 120 * 1000 };

/* When a check is needed. */
enum check_use {
    CHECK_ALWAYS,
    CHECK_KAFKA, /* with any cluster but the embedded one */
    CHECK_AWS    /* with AWS only */
};

/* How pintop itself fixes a fault that a check has found. Done twice it changes nothing; cut
 * off in the middle, doing it again completes it. */
struct check_fix {
    enum fix_kind {
        FIX_FREE, /* free, and local or within <UserID>.* : `--fix` without IDs does it, too */
        FIX_DATA, /* writes records of its own among those of the streams */
        FIX_IAM,  /* changes who may do what */
        FIX_COSTS /* costs money from then on */
    } kind;
    const char *does; /* "create the topics" */
    int32_t limit_ms; /* 0: FIX_LIMIT_MS */
    /* Appends what exactly will change: a diff, a request, the price of an hour. */
    pt_code (*plan)(struct check *check, struct buf *plan, struct pt_error *err);
    /* Does it, and appends what was done. */
    pt_code (*run)(struct check *check, struct buf *said, struct pt_error *err);
};

/* Texts are literals; NULL none. */
struct check_row {
    const char *id, *title;
    const char *step;  /* of the pipeline's steps: "6-7" */
    const char *needs; /* IDs, separated by blanks: this check is `unknown` unless they are good */
    const char *after; /* IDs: only the order; what they found is used if it is there */
    const char
        *instead;       /* a property: where it is set, what is needed may be unknown, not failed */
    const char *manual; /* where it is looked at by hand, when a call is denied */
    enum check_use use;
    bool is_signed;   /* it calls AWS with the operator's keys */
    bool is_off_host; /* not needed on the EC2 host itself; it names `place` under needs or after */
    int32_t limit_ms; /* 0: CHECK_LIMIT_MS */
    void (*run)(struct check *check);
    const struct check_fix *fix; /* NULL: none */
};

/* A running check. */
struct check {
    const struct check_row *row;
    const struct pt_config *cfg;
    struct found *found; /* what earlier checks found, and where this one puts what it finds */
    struct aws_client *client;
    const struct aws_keys *keys; /* where the row is signed; otherwise NULL */
    struct keyring *keyring;     /* for what loads keys itself, with setup */
    struct aws_setup *setup;
    int64_t deadline_us; /* monotonic; calls to AWS are cancelled then */
    struct check_said *said;
    struct check_progress
        *progress; /* of a running fix; NULL: nobody is told (doctor/progress.h) */
};

/* Say how it ended; the last one counts. fix: the next step, a whole sentence; NULL none. Text from
 * outside may be passed as it is. */
void check_ok(struct check *check, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void check_warn(struct check *check, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void check_fail(struct check *check, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void check_unknown(struct check *check, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void check_not_needed(struct check *check, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Says why a call did not answer: a denial names the action and where to look by hand, no answer
 * and a busy service are `unknown`, anything else is a failure in the service's own words. A caller
 * looks for PT_ENOTFOUND first where that means something else. */
void check_error(struct check *check, const struct pt_error *err);
/* Puts the same in a few words, for what is only a part of a check: "needs ACTION", or the
 * service's own words. */
void check_why(const struct pt_error *err, const char *action, char *out, size_t cap);
/* After check_unknown: it is so only because nothing has happened yet that would show it. */
void check_early(struct check *check);
/* What is worth copying; text is copied. Nothing is offered where it could not be shown unchanged:
 * a secret in it, a control character, or more than PT_TEXT_MAX. */
void check_copy(struct check *check, const char *text);
/* What was found, in a few words for a head. */
void check_brief(struct check *check, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Offers a value of a property that makes it good, and what is known of that value. */
void check_choice(struct check *check, const char *property, const char *value, const char *words);
/* The row's fix is the one for what was found. */
void check_fixable(struct check *check);
/* Whose right was tested; "you" is the default once AWS was called with the operator's keys. */
void check_identity(struct check *check, const char *who);
/* Milliseconds left of its limit, at least 0. */
int64_t check_left_ms(const struct check *check);
/* pt_config_get. */
const char *check_set(const struct check *check, const char *property);

/* The groups, in the order of the pipeline's steps. Each table ends with a NULL id. */
extern const struct check_row checks_of_self[], checks_of_keypair[], checks_of_host[],
    checks_of_role[], checks_of_client[], checks_of_cluster[], checks_of_kafka[], checks_of_store[],
    checks_of_connect[];

#endif
