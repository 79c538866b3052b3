/* What a back end reports about its connectors at one moment: facts, without a judgement. Lists are
 * owned. Texts are printable, except traces, which are made printable where they are shown. Thread:
 * any, one at a time. */
#ifndef CONNECTOR_CONN_H
#define CONNECTOR_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connector/rules/rules.h"
#include "pintop/error.h"
#include "pintop/stream.h"

enum {
    CONN_NAME_MAX = 136,
    CONN_ID_MAX = 256,
    CONN_TEXT_MAX = 16 * 1024, /* why a connector is in a state, in the back end's words */
    CONN_TRACE_MAX = 64 * 1024 /* of a longer trace the two ends are kept, half of this each */
};

/* Byte for byte as the back end sent it, because an update sends it back. Whoever shows it makes it
 * printable and masks it (base/shown.h). Wiped when freed. */
struct conn_setting {
    char *name, *value;
    /* NULL: the value is a string. Otherwise its JSON, such as null or a number; value is then for
     * display. */
    char *json;
};

struct conn_task {
    int32_t id;
    char state[24], worker[64];
    char *trace; /* NULL none */
};

/* The last change that was requested. */
struct conn_operation {
    char type[48], state[32]; /* "" none */
    char code[96], message[CONN_TEXT_MAX];
    int64_t created_ms, ended_ms; /* Unix; PT_UNKNOWN */
};

struct conn {
    char id[CONN_ID_MAX]; /* what the back end's calls take: the name, or the ARN */
    char name[CONN_NAME_MAX];
    char kind[8]; /* "sink", "source"; "" unknown */
    char class_name[160];
    char state[32]; /* the back end's own word; "" unknown */
    char worker[64];
    char code[96], message[CONN_TEXT_MAX]; /* why it is in that state; "" unknown */
    char *trace;                           /* of the connector itself; NULL none */
    bool has_tasks;                        /* the back end lists the tasks */
    size_t n_tasks;
    struct conn_task *tasks;
    bool has_settings;
    size_t n_settings;
    struct conn_setting *settings;
    struct conn_operation operation;
    /* Of MSK Connect; "" and -1 elsewhere. */
    char version[64], connect_version[16], role_arn[CONN_ID_MAX], bootstrap[1024];
    char auth[16], encryption[16], log_group[256], plugin_arn[CONN_ID_MAX];
    int32_t mcu, workers, workers_max;
    bool has_log_delivery; /* log_group and the other settings of log delivery were reported */
    int64_t created_ms;    /* Unix; PT_UNKNOWN */
    /* What conn_read_rules finds in code, message and traces. */
    const struct rule *state_rule, *task_rule; /* NULL none */
    struct rule_words state_words, task_words; /* their causes and fixes for these texts */
    char task_said[RULE_SAID_MAX]; /* the last cause in that trace, one printable line */
    int32_t task_cause;            /* index of that task; -1 none */
    /* Another task that failed for another reason: its index, -1 none; the words are owned. */
    int32_t task_other;
    struct rule_words *other_words;
};

void conn_init(struct conn *conn);
void conn_done(struct conn *conn);
/* Returns the value of a setting, "" when it has none. Valid as long as conn. */
const char *conn_get(const struct conn *conn, const char *name);
/* Returns the value as a whole number; `otherwise` when it is not one. */
int64_t conn_get_int(const struct conn *conn, const char *name, int64_t otherwise);
/* Adds a setting; name and value are copied. Returns false when out of memory. */
bool conn_set(struct conn *conn, const char *name, const char *value);
/* The same for a value that is not a string in JSON: json is its text, value its meaning ("" for
 * null). */
bool conn_set_json(struct conn *conn, const char *name, const char *value, const char *json);
/* Returns whether value and json are equal. */
bool conn_setting_is_same(const struct conn_setting *a, const struct conn_setting *b);
/* Returns a copy of a trace, cut in the middle when it is long; NULL when text is NULL or empty, or
 * when out of memory. */
char *conn_trace(const char *text);
/* Makes a deep copy; returns false when out of memory. */
bool conn_copy(struct conn *to, const struct conn *from);

struct conn_list {
    size_t n, cap;
    struct conn *items;
    int64_t asked_ms; /* Unix, when the answer came */
    bool is_truncated;
    int n_calls; /* calls that the list took; 0 unknown */
};
/* Adds an item, initialised; NULL when out of memory. The items before it may move. */
struct conn *conn_list_add(struct conn_list *list);
void conn_list_done(struct conn_list *list);

/* Moves from `old` to `next` what a brief list does not contain: the settings, the last change and,
 * while the state is the same, the reason of the state. */
void conn_keep(struct conn *next, struct conn *old);

/* Returns whether it is a sink, so that it is expected to read its topics. Of an unknown kind that
 * is not expected. */
bool conn_is_sink(const struct conn *conn);
/* Writes the consumer group of a sink: its consumer.override.group.id, else connect-<name>. */
void conn_group(const struct conn *conn, char *out, size_t cap);
/* Looks the rules up. With long traces that takes time: do not call it on a thread that must not
 * block. */
void conn_read_rules(struct conn *conn);
/* Fills in what the rules may name. Valid as long as conn. */
void conn_place(const struct conn *conn, struct rule_place *place);
/* Writes the last "Caused by" of a trace or a log block, else its exception, else its first line,
 * as one printable line that ends with "…" when it was cut. */
void conn_cause_of(const char *trace, char *out, size_t cap);
/* Counts the running and the failed tasks among those that the back end lists. */
void conn_count_tasks(const struct conn *conn, int32_t *running, int32_t *failed);

#endif
