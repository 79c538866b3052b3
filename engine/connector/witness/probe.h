/* Does the store accept what the sink writes? One small object is put where the sink's objects
 * are, read back and deleted, each call once, with its answer and its duration. It writes, so it
 * runs only when the user asks for it. Thread: the clients'. */
#ifndef CONNECTOR_WITNESS_PROBE_H
#define CONNECTOR_WITNESS_PROBE_H

#include "aws/client.h"
#include "connector/conn.h"
#include "connector/rules/rules.h"
#include "pintop/snapshot.h"

enum {
    PROBE_TOPICS = 8,
    PROBE_PLACES = PROBE_TOPICS + 1,
    PROBE_ID_LEN = 16,
    PROBE_SAYS_MAX = 3000
};

/* A sink is crippled when writing one small object takes this long. */
#define PROBE_SLOW_S 2.0

enum probe_level { PROBE_OK, PROBE_NOTE, PROBE_FAIL };

/* One call with its outcome. */
struct probe_step {
    enum probe_level level;
    bool is_refusal; /* the store answered with a refusal */
    char says[PROBE_SAYS_MAX];
};

/* What will be, or was, done. */
struct probe {
    char who[400];        /* with whose credentials, and what that proves: the end of a sentence */
    bool is_as_connector; /* with the connector's own credentials */
    char bucket[128], store_url[256];
    size_t n_places, n_left_out; /* topics that are not tried because there are too many */
    struct probe_place {
        char key[512];
        bool is_parts;   /* written in parts, as the sink does */
        bool is_sinks;   /* below a topic: where the sink itself writes */
        bool is_written; /* the object may exist */
    } places[PROBE_PLACES];

    /* Of a probe that was run. */
    size_t n_steps;
    struct probe_step steps[PROBE_PLACES * 7 + 2];
    size_t n_taken;          /* objects that were written */
    double slowest_s;        /* of those writes; NAN when none succeeded */
    bool is_refused;         /* a write failed where the sink writes */
    bool is_telling;         /* the finding holds for the connector, too */
    bool is_cancelled;       /* the user ended it */
    size_t n_left;           /* objects or uploads that could not be removed; steps name them */
    struct pt_error error;   /* of the first write that failed */
    const struct rule *rule; /* its meaning; NULL: no rule matches */
    /* The finding about the sink, and the fix: "" when it accepts writes, and quickly. fix never
     * mentions a restart; fix_failed does when tasks have failed because of it. */
    char cause[RULE_WORDS_MAX], fix[RULE_WORDS_MAX], fix_failed[RULE_WORDS_MAX];
};

/* The clients that make the calls. */
struct probe_access {
    struct aws_client *client;         /* may be interrupted by the user */
    struct aws_client *cleaner;        /* removes what was written, also after an interruption */
    const struct aws_keys *keys;       /* for writing */
    const struct aws_keys *other_keys; /* for deleting what those may not delete; NULL none */
    bool (*is_cancelled)(void *arg);   /* NULL: cannot be interrupted */
    void *arg;
    int64_t call_ms; /* for each call; 0: 15 s */
};

/* Plans where to write. id: PROBE_ID_LEN letters and digits. topics: those that the sink reads.
 * Errors PT_EUNSUPPORTED: it is not an S3 sink, or its configuration is unknown; PT_EUSAGE: the
 * id. */
pt_code probe_plan(const struct conn *conn, const char *id, const char (*topics)[PT_TOPIC_MAX],
                   size_t n_topics, struct probe *probe, struct pt_error *err);
/* Runs the probe. What was written is removed in any case; anything that could not be removed is
 * reported by its key. */
void probe_run(const struct conn *conn, const struct probe_access *access, struct probe *probe);
/* "3 objects were written, read and deleted; the slowest write took 0.04 s" */
void probe_sum(const struct probe *probe, char *out, size_t cap);

#endif
