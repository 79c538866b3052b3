/* What a back end says of its connectors, at one moment: facts, not opinions. Owned lists; texts
 * are printable but for traces, which are made printable where they are shown. Thread: any, one at
 * a time. */
#ifndef CONNECTOR_CONN_H
#define CONNECTOR_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connector/rules.h"
#include "pintop/error.h"
#include "pintop/stream.h"

enum {
    CONN_NAME_MAX = 136,
    CONN_ID_MAX = 256,
    CONN_TEXT_MAX = 16 * 1024, /* why it is in a state, in the back end's words */
    CONN_TRACE_MAX = 64 * 1024 /* of a trace: its first and its last half of this */
};

/* Byte for byte as the back end told it: what is sent back must be what came. Whoever shows it
 * makes it printable and masks it (base/shown.h). Wiped when freed. */
struct conn_setting {
    char *name, *value;
    char
        *json; /* NULL: a string; else the JSON that it was: null, a number; value is then for us */
};

struct conn_task {
    int32_t id;
    char state[24], worker[64];
    char *trace; /* NULL none */
};

/* The last change that was asked for. */
struct conn_operation {
    char type[48], state[32]; /* "" none */
    char code[96], message[CONN_TEXT_MAX];
    int64_t created_ms, ended_ms; /* Unix; PT_UNKNOWN */
};

struct conn {
    char id[CONN_ID_MAX]; /* what the back end's calls take: the name, or the ARN */
    char name[CONN_NAME_MAX];
    char kind[8]; /* "sink", "source", "" not said */
    char class_name[160];
    char state[32]; /* the back end's own word; "" not said */
    char worker[64];
    char code[96], message[CONN_TEXT_MAX]; /* why it is in that state; "" not said */
    char *trace;                           /* the connector's own; NULL none */
    bool has_tasks;                        /* the back end tells them apart */
    size_t n_tasks;
    struct conn_task *tasks;
    bool has_settings;
    size_t n_settings;
    struct conn_setting *settings;
    struct conn_operation operation;
    /* MSK Connect's; "" and -1 elsewhere. */
    char version[64], connect_version[16], role_arn[CONN_ID_MAX], bootstrap[1024];
    char auth[16], encryption[16], log_group[256], plugin_arn[CONN_ID_MAX];
    int32_t mcu, workers, workers_max;
    bool has_log_delivery; /* log_group and the like were told */
    int64_t created_ms;    /* PT_UNKNOWN not said */
    /* What conn_read_rules makes of code, message and traces. */
    const struct rule *state_rule, *task_rule; /* NULL none */
    struct rule_words state_words, task_words; /* what they say of it */
    char task_said[RULE_SAID_MAX];             /* its last cause, one printable line */
    int32_t task_cause;                        /* index of that task, -1 none */
    /* Another task that failed of something else: its index, -1 none; owned. */
    int32_t task_other;
    struct rule_words *other_words;
};

void conn_init(struct conn *conn);
void conn_done(struct conn *conn);
/* "", when it has none. Valid as long as conn. */
const char *conn_get(const struct conn *conn, const char *name);
/* A whole number, or otherwise. */
int64_t conn_get_int(const struct conn *conn, const char *name, int64_t otherwise);
/* Copied. False without memory. */
bool conn_set(struct conn *conn, const char *name, const char *value);
/* The same for what is no string in JSON: json is its text, value what it means ("" for null). */
bool conn_set_json(struct conn *conn, const char *name, const char *value, const char *json);
/* Value and json are equal. */
bool conn_setting_is_same(const struct conn_setting *a, const struct conn_setting *b);
/* A trace, cut in the middle when it is long. NULL without memory, or when text is. */
char *conn_trace(const char *text);
/* A deep copy; false without memory. */
bool conn_copy(struct conn *to, const struct conn *from);

struct conn_list {
    size_t n;
    struct conn *items;
    int64_t asked_ms; /* Unix, when the answer came */
    bool is_truncated;
    int n_calls; /* that it took; 0 not told */
};
/* One more, initialised; NULL without memory. Those before move. */
struct conn *conn_list_add(struct conn_list *list);
void conn_list_done(struct conn_list *list);

/* What a brief list doesn't tell of `next`, as it was known of `old`, which loses it: settings, its
 * last change, and, as long as its state is the same, why it is in it. */
void conn_keep(struct conn *next, struct conn *old);

/* It takes records out of topics. (Of a kind that isn't known nothing is expected to be taken.) */
bool conn_is_sink(const struct conn *conn);
/* The consumer group of a sink: its consumer.override.group.id, else connect-<name>. */
void conn_group(const struct conn *conn, char *out, size_t cap);
/* Look the rules up; costs time with long traces, so not on a thread that must not block. */
void conn_read_rules(struct conn *conn);
/* What the rules may name of it. Valid as long as conn. */
void conn_place(const struct conn *conn, struct rule_place *place);
/* The last "Caused by" of a trace or a log block, else the exception in it, else its first line; as
 * one printable line that ends with "…" when it had to be cut. */
void conn_cause_of(const char *trace, char *out, size_t cap);
/* Failed, and running, of the tasks that are told apart. */
void conn_count_tasks(const struct conn *conn, int32_t *running, int32_t *failed);

#endif
