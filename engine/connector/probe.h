/* Does the store take what the sink writes? One small object is put where the sink's objects are,
 * read back and deleted, each call once, with its answer and its time. It writes, so it is done
 * only when somebody asked for it. Thread: the clients'. */
#ifndef CONNECTOR_PROBE_H
#define CONNECTOR_PROBE_H

#include "aws/client.h"
#include "connector/conn.h"
#include "connector/rules.h"
#include "pintop/snapshot.h"

enum {
    PROBE_TOPICS = 8,
    PROBE_PLACES = PROBE_TOPICS + 1,
    PROBE_ID_LEN = 16,
    PROBE_SAYS_MAX = 3000
};

/* A write of one small object that takes so long makes a sink crawl. */
#define PROBE_SLOW_S 2.0

enum probe_level { PROBE_OK, PROBE_NOTE, PROBE_FAIL };

/* One call, told. */
struct probe_step {
    enum probe_level level;
    bool is_refusal; /* the store answered, and would not */
    char says[PROBE_SAYS_MAX];
};

/* What will be, or was, done. */
struct probe {
    char who[400];        /* with whose keys, and what that proves: a sentence's end */
    bool is_as_connector; /* with the connector's own keys */
    char bucket[128], store_url[256];
    size_t n_places, n_left_out; /* topics that are not tried, as there are too many */
    struct probe_place {
        char key[512];
        bool is_parts;   /* written as the sink does it: in parts */
        bool is_sinks;   /* below a topic: where the sink itself writes */
        bool is_written; /* it may be there */
    } places[PROBE_PLACES];

    /* Of one that was made. */
    size_t n_steps;
    struct probe_step steps[PROBE_PLACES * 7 + 2];
    size_t n_taken;          /* objects that were written */
    double slowest_s;        /* of those writes; NAN: none was taken */
    bool is_refused;         /* a write failed where the sink writes */
    bool is_telling;         /* what that found holds for the connector, too */
    bool is_cancelled;       /* somebody ended it */
    size_t n_left;           /* objects or uploads that could not be taken away; steps name them */
    struct pt_error error;   /* of the first write that failed */
    const struct rule *rule; /* what it means; NULL: no rule knows it */
    /* What that makes of the sink, and what to do: "" when it takes writes, and quickly. fix never
     * speaks of a restart; fix_failed does where tasks have failed of it. */
    char cause[RULE_WORDS_MAX], fix[RULE_WORDS_MAX], fix_failed[RULE_WORDS_MAX];
};

/* Who makes the calls. */
struct probe_access {
    struct aws_client *client;         /* that somebody may interrupt */
    struct aws_client *cleaner;        /* takes away what was written, also then */
    const struct aws_keys *keys;       /* that write */
    const struct aws_keys *other_keys; /* that may delete what those may not; NULL none */
    bool (*is_cancelled)(void *arg);   /* NULL: nobody can */
    void *arg;
    int64_t call_ms; /* for each call; 0: 15 s */
};

/* Where it would write. id: PROBE_ID_LEN letters and digits. topics: those that the sink reads.
 * Errors PT_EUNSUPPORTED: it is no S3 sink, or its configuration isn't known; PT_EUSAGE: the id. */
pt_code probe_plan(const struct conn *conn, const char *id, const char (*topics)[PT_TOPIC_MAX],
                   size_t n_topics, struct probe *probe, struct pt_error *err);
/* Do it. What was written is taken away, whatever happens; what could not be is told by its key. */
void probe_run(const struct conn *conn, const struct probe_access *access, struct probe *probe);
/* "3 objects were written, read and deleted; the slowest write took 0.04 s" */
void probe_sum(const struct probe *probe, char *out, size_t cap);

#endif
