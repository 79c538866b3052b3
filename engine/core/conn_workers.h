/* The other workers that carry tasks of a connector, as witnesses: whether each answers, and
 * whether its tasks are in the consumer group. Owned by the reactor, but for conn_workers_do. */
#ifndef CORE_CONN_WORKERS_H
#define CORE_CONN_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connector/worker.h"
#include "pintop/snapshot.h"

enum { WORKERS_MAX = 8 };

/* Times are Unix ms, PT_UNKNOWN where nothing is known. */
struct conn_far_worker {
    char id[64];     /* "host:port" */
    char tasks[48];  /* "1, 2" */
    int32_t n_tasks; /* 0: it had some, and is only remembered */
    enum worker_answer answer;
    bool has_answered;           /* once, from here: its address is one that can be reached */
    int64_t since_ms, absent_ms; /* it answers so; none of its tasks is in the group */
};
struct conn_workers {
    size_t n;
    struct conn_far_worker items[WORKERS_MAX];
    int64_t asked_ms;
};

struct conn;
struct conn_job;
struct conn_model;
struct conn_news;
struct conn_worker;
struct pt_engine;
struct witnesses;

void conn_workers_init(struct conn_workers *workers);
/* Which there are, by its tasks. url: of the worker that is asked; that one needs no question. */
void conn_workers_follow(struct conn_workers *workers, const struct conn *conn, const char *url);
/* Of them, those that have tasks now. */
size_t conn_workers_count(const struct conn_workers *workers);
/* One of these was never asked. */
bool conn_workers_has_new(const struct conn_workers *workers);
/* The worker thread's side; the workers are the job's. */
void conn_workers_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
void conn_workers_take(struct conn_model *cm, const struct conn_news *news);
/* The group has just told its members: see cm->members. */
void conn_workers_note_group(struct conn_model *cm, int64_t now_ms);
void conn_workers_clock(struct conn_workers *workers, int64_t by_ms);
/* The one that is away, if one surely is. */
void conn_workers_witness(const struct conn_model *cm, struct witnesses *w);
/* The witness's words; false: there is no other worker. */
bool conn_workers_say(const struct conn_model *cm, int64_t now_ms, char *out, size_t cap,
                      bool *is_bad);

#endif
