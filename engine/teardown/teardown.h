/* One thing that pintop has created, while `pintop teardown` looks at it and deletes it; and the
 * kinds of things, each with its two functions. Thread: the one that runs it. */
#ifndef TEARDOWN_TEARDOWN_H
#define TEARDOWN_TEARDOWN_H

#include "doctor/check.h"
#include "doctor/said.h"
#include "doctor/worker.h"
#include "pintop/teardown.h"
#include "state/created.h"

struct teardown_item {
    struct created note;
    char arn[AWS_ARN_MAX];  /* of what was found */
    char etag[100];         /* the same of an object */
    bool is_back;           /* the old trust policy is in force again */
    bool is_other;          /* one of its name was found that was created at another time */
    int64_t other_ms;       /* when that was; PT_UNKNOWN: AWS does not tell */
    struct check_said said; /* of the last look */
    struct buf loss;
    char *name, *error; /* as they are shown */
    enum pt_made_end end;
};

struct teardown {
    const struct pt_config *cfg;
    const struct pt_teardown *how;
    struct keyring ring;
    struct aws_pace pace;
    atomic_size_t n_calls;
    struct doctor_worker worker;
    struct found found;
    struct check check; /* by it a look says what it saw, as a check of the setup does */
    struct check_row row;
    struct created_list *notes; /* those that are left */
    bool is_listing;            /* nothing has been deleted yet */
    /* What logging in to AWS, and to Kafka, came to; each is tried once. */
    bool is_aws_tried, is_kafka_tried;
    struct pt_error aws_err, kafka_err;
    char cluster_id[160];
};

/* A look says what it saw: check_ok: it is there as pintop created it; check_warn: it is another by
 * now, and is left; check_not_needed: it is gone; check_unknown, check_error: it could not be
 * seen. */
struct teardown_kind {
    const char *does; /* "delete the topic" */
    bool is_typed;
    bool is_aws;
    const char *manual; /* where it is looked at by hand, when a call is denied */
    int32_t limit_ms;   /* of its removal */
    void (*look)(struct teardown *t, struct teardown_item *item);
    /* After a look that found it, right before. Errors in full sentences. */
    pt_code (*remove)(struct teardown *t, struct teardown_item *item, struct pt_error *err);
    /* Cleans up behind a note that is struck, once nothing is left to be recognised. May be NULL.
     */
    void (*struck)(const struct teardown_item *item);
};

extern const struct teardown_kind teardown_connector, teardown_plugin, teardown_zip, teardown_trust,
    teardown_topic, teardown_java_file, teardown_key_file, teardown_ignore_line;

/* Whether a thing with this time of creation may be the one of a note without its ARN: the clocks
 * may differ by some minutes. */
bool teardown_is_time_of(const struct created *note, int64_t created_ms, int64_t limit_ms);
/* "2026-11-30T06:10:00Z"; "at an unknown time" */
const char *teardown_time(int64_t ms, char *out, size_t cap);

#endif
