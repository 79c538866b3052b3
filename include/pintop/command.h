/* What a front end may ask of the engine, and what comes back in pt_snapshot.completed. */
#ifndef PINTOP_COMMAND_H
#define PINTOP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/connector.h"
#include "pintop/error.h"
#include "pintop/stream.h"

enum pt_command_kind {
    PT_CMD_START,          /* streams */
    PT_CMD_STOP,           /* streams: no new records, in flight ones come home */
    PT_CMD_RATE,           /* streams, rate_per_s */
    PT_CMD_REFRESH,        /* ask everything again now */
    PT_CMD_TOPIC_CREATE,   /* topic, partitions, replication, configs */
    PT_CMD_TOPIC_DELETE,   /* topic */
    PT_CMD_TOPIC_DESCRIBE, /* topic */
    PT_CMD_TOPIC_PEEK, /* topic, count; with is_at the first records from partition, offset on */
    /* connector: its name, or its id where two have one name. */
    PT_CMD_CONNECTOR_DESCRIBE, /* configs: the settings; lines: the changes */
    PT_CMD_CONNECTOR_LOGS,     /* count: minutes back; lines */
    PT_CMD_CONNECTOR_RESTART,  /* is_failed_only */
    PT_CMD_CONNECTOR_PAUSE,
    PT_CMD_CONNECTOR_RESUME,
    PT_CMD_CONNECTOR_UPDATE, /* configs: "key=value"; "key=" takes the key out */
    PT_CMD_CONNECTOR_CREATE, /* connector "": its default; configs over the template's */
    PT_CMD_CONNECTOR_DELETE,
    PT_CMD_CONNECTOR_ACKNOWLEDGE, /* its losses, as they are now; written into the state directory
                                   */
    PT_CMD_CONNECTOR_PROBE,       /* its store: an object is written, read and deleted; lines */
};

/* What is to be known of a kind of command before it may be carried out. One row each: readonly,
 * plans, and what must be named follow from it, in the engine as on the command line. */
enum {
    PT_ROW_CHANGES = 1,     /* refused by a pintop that is read-only */
    PT_ROW_PLAN = 2,        /* is_plan says what would be done, and nothing is */
    PT_ROW_STREAMS = 4,     /* names at least one stream */
    PT_ROW_TOPIC = 8,       /* names a topic */
    PT_ROW_NAME = 16,       /* names a connector */
    PT_ROW_CONNECTORS = 32, /* for the connectors' back end */
    PT_ROW_CONFIGS = 64     /* takes "key=value" */
};
struct pt_command_row {
    enum pt_command_kind kind;
    const char *name; /* "connector restart": for scripts and texts */
    const char *does; /* "restart a connector" */
    unsigned flags;
};
/* row NULL: false. */
bool pt_row_is(const struct pt_command_row *row, unsigned flag);
/* NULL: there is no such command. */
const struct pt_command_row *pt_command_row(int kind);
/* The table: at(0) … at(count - 1). */
size_t pt_command_rows(void);
const struct pt_command_row *pt_command_row_at(size_t i);

struct pt_command {
    enum pt_command_kind kind;
    unsigned streams; /* bits */
    double rate_per_s;
    const char *topic;
    int32_t partitions, replication; /* -1: the broker's own */
    const char *const *configs;      /* "key=value" */
    size_t n_configs;
    int64_t count;
    bool is_at;
    int32_t partition;
    int64_t offset;
    const char *connector;
    bool is_failed_only;
    bool is_plan; /* where the row has a plan: only say what would be sent, as lines */
    const char *
        seen; /* of an update, an acknowledgement and a probe: `seen` of the plan that was shown; it
                 is refused when the configuration is another one by now. NULL: none was shown */
};

enum pt_result_state { PT_RESULT_RUNNING, PT_RESULT_DONE, PT_RESULT_FAILED };

/* One record read back. key, value and headers are printable text (control bytes shown as escapes),
 * cut at a size with `is_cut`. */
struct pt_peeked {
    int32_t partition;
    int64_t offset;
    int64_t time_ms;     /* the broker's; PT_UNKNOWN none */
    const char *key;     /* NULL: none */
    const char *value;   /* NULL: a tombstone, which has no value and deletes its key */
    const char *headers; /* "name=value" lines; "" none */
    int64_t value_bytes; /* as stored */
    bool is_cut;
};

struct pt_config_entry {
    const char *name, *value;
    bool is_default, is_readonly;
    const char *note; /* what it means here; NULL nothing */
};

struct pt_described_partition {
    int32_t partition, leader;
    int32_t n_replicas, n_in_sync;
    int32_t replicas[8];
    int64_t low, high, committed;
};

/* Immutable once published, except by replacement; counted with its snapshot. */
struct pt_result {
    int refs; /* the engine's, atomic */
    uint64_t id;
    enum pt_command_kind kind;
    enum pt_result_state state;
    unsigned streams;
    char topic[250];         /* or the connector's name */
    char text[PT_CAUSE_MAX]; /* "Created topic demo.pin.", or the progress */
    struct pt_error error;
    char seen[20]; /* which configuration a plan of an update or a probe was made against */
    bool is_truncated;
    size_t bytes; /* of everything below, for the limit of 1 MiB */
    size_t n_records;
    const struct pt_peeked *records; /* newest last */
    size_t n_partitions;
    const struct pt_described_partition *partitions;
    size_t n_configs;
    const struct pt_config_entry *configs;
    bool has_configs; /* false: this cluster cannot tell (embedded) */
    size_t n_lines;
    const struct pt_line *lines;
};

#endif
