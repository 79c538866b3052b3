/* A fleet of MSK Connect connectors in virtual time: the reactor's model and the workers' calls run
 * in one thread against an AWS of the test's own, which notes each call and when it came. Nothing
 * sleeps: a wait moves the clock. A test that uses it defines clock_gettime, which tells
 * fleet_clock_ms for every clock. */
#ifndef SUPPORT_FAKE_FLEET_H
#define SUPPORT_FAKE_FLEET_H

#include "connector/watch/connectors.h"
#include "connector/watch/internal.h"
#include "test_desk.h"

enum { FLEET_MAX = 160, FLEET_CALLS_MAX = 20000 };

enum fleet_call {
    FLEET_LIST,
    FLEET_DESCRIBE,
    FLEET_OPERATIONS,
    FLEET_PLUGIN,
    FLEET_METRICS,
    FLEET_ROLE,
    FLEET_OBJECTS,
    FLEET_LOG,
    FLEET_CALL_KINDS
};

struct fleet_one {
    char name[32], state[24];
    int version;
    double running, errored, read_per_s;
    bool has_no_metrics, is_describe_denied, is_stuck;
    const char *metrics_status; /* NULL: Complete */
};

struct fleet {
    struct test_desk desk;
    struct conn_models connectors;
    size_t n;
    struct fleet_one ones[FLEET_MAX];
    size_t page;                 /* connectors of a page, at most what was asked for */
    size_t metrics_page;         /* results of a page; 0 all */
    int fails[FLEET_CALL_KINDS]; /* an HTTP status; 0 none */
    const char *fault;           /* its error code */
    int64_t begun_ms;
    struct fleet_note {
        int64_t at_ms; /* since the beginning, when it came */
        const char *service;
        enum fleet_call kind;
        int who;          /* -1 no one of them */
        int n_connectors; /* of GetMetricData: that it asks about */
        int n_queries;
    } calls[FLEET_CALLS_MAX];
    size_t n_calls;
};

/* n healthy connectors "c-000" …; the first reads the topics of the streams. named: on the command
 * line, NULL none; is_oneshot: as by a command. One static fleet; fleet_close. */
struct fleet *fleet_open(size_t n, bool is_oneshot, const char *named);
void fleet_close(struct fleet *fleet);
/* Let so much time go by. */
void fleet_run(struct fleet *fleet, int64_t ms);
int64_t fleet_clock_ms(void);
/* Since the beginning. */
int64_t fleet_now_ms(const struct fleet *fleet);
struct conn_model *fleet_model(struct fleet *fleet, int who);

/* Most calls in any window of so long; service NULL: of all. */
int fleet_most(const struct fleet *fleet, const char *service, int64_t window_ms, int64_t from_ms);
/* Calls of a kind (about who; -1 anybody) from then on. */
int fleet_count(const struct fleet *fleet, enum fleet_call kind, int who, int64_t from_ms);
/* The place of the first such call among all of its kind; -1 there was none. */
int fleet_place(const struct fleet *fleet, enum fleet_call kind, int who);

#endif
