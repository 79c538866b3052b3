/* What a front end may request from the engine, and what comes back in pt_snapshot.completed. */
#ifndef PINTOP_COMMAND_H
#define PINTOP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/connector.h"
#include "pintop/error.h"
#include "pintop/stream.h"

PT_API_BEGIN

/* The commands that code names. A command's number is its place in the engine's table
 * (engine/core/commands.c); one that is only requested by its name needs no constant here. */
enum pt_command_kind {
    PT_CMD_START,          /* streams */
    PT_CMD_STOP,           /* streams: no new records; those in flight are still acknowledged */
    PT_CMD_RATE,           /* streams, rate_per_s */
    PT_CMD_REFRESH,        /* poll everything again now */
    PT_CMD_TOPIC_CREATE,   /* topic, partitions, replication, configs */
    PT_CMD_TOPIC_DELETE,   /* topic */
    PT_CMD_TOPIC_ALTER,    /* topic, partitions, configs: "key=value"; "key=" removes the key */
    PT_CMD_TOPIC_DESCRIBE, /* topic */
    /* topic, count: the newest records. With is_at the first ones from partition, offset on; with
     * is_from the first ones over all partitions that are not older than from_ms. */
    PT_CMD_TOPIC_PEEK,
    PT_CMD_TOPIC_GROUPS,  /* topic: the consumer groups that have committed offsets of it */
    PT_CMD_TOPIC_PRODUCE, /* topic, record: one record by hand; lines, and the record's place */
    /* connector: its name, or its id where two have one name. */
    PT_CMD_CONNECTOR_PROBE,    /* its store: an object is written, read and deleted; lines */
    PT_CMD_CONNECTOR_DESCRIBE, /* configs: the settings; lines: the changes */
    PT_CMD_CONNECTOR_LOGS,     /* count: minutes back; lines */
    PT_CMD_CONNECTOR_RESTART,  /* is_failed_only */
    PT_CMD_CONNECTOR_PAUSE,
    PT_CMD_CONNECTOR_RESUME,
    PT_CMD_CONNECTOR_UPDATE,      /* configs: "key=value"; "key=" removes the key */
    PT_CMD_CONNECTOR_CREATE,      /* connector "": its default; configs over the template's */
    PT_CMD_CONNECTOR_ACKNOWLEDGE, /* its losses, as they are now; stored in the state directory */
    PT_CMD_CONNECTOR_DELETE,
    PT_CMD_SETUP_CHECK,  /* check: that one, NULL all; what they say is in the snapshot */
    PT_CMD_SETUP_FIX,    /* check: the one whose fix is to be done; lines */
    PT_CMD_SETUP_CANCEL, /* the fix that runs: it cleans up, and its result says what goes on */
};

/* What a command needs and what it does. The guards of the engine, and the words, options and
 * guards of the command line and of the screen follow from these. */
enum {
    PT_COMMAND_CHANGES = 1 << 0,   /* refused by a pintop that is read-only */
    PT_COMMAND_PLAN = 1 << 1,      /* with is_plan it only says what would be done */
    PT_COMMAND_STREAMS = 1 << 2,   /* needs at least one stream */
    PT_COMMAND_RATE = 1 << 3,      /* needs a rate */
    PT_COMMAND_TOPIC = 1 << 4,     /* needs a topic's name */
    PT_COMMAND_CONNECTOR = 1 << 5, /* goes to the connectors' back end; needs a connector's name */
    PT_COMMAND_CONFIGS = 1 << 6,   /* takes settings, "key=value" */
    PT_COMMAND_MAKES = 1 << 7,     /* the name is that of something new */
    PT_COMMAND_DELETES = 1 << 8,   /* what is named does not exist afterwards */
    PT_COMMAND_MANY = 1 << 9,      /* may be requested once for each of several names */
    PT_COMMAND_BESIDE = 1 << 10,   /* what it changes is not the connector itself */
    PT_COMMAND_SHOWN = 1 << 11,    /* its plan is shown before the question whether to do it */
    PT_COMMAND_LOSSES = 1 << 12,   /* needs to know what the connector has lost */
    PT_COMMAND_TOPICS = 1 << 13,   /* needs to know which topics the connector reads */
    PT_COMMAND_SETUP = 1 << 15,    /* goes to the doctor */
    PT_COMMAND_CHECK = 1 << 16,    /* needs the ID of one of the setup's checks */
    PT_COMMAND_OWN = 1 << 17,      /* without a name it is for the topics of the streams */
    PT_COMMAND_RECORD = 1 << 18,   /* needs a record by hand */
    PT_COMMAND_TIDIES = 1 << 14    /* interrupted, it first removes what it wrote */
};

/* What a result holds besides its text. */
enum pt_answer {
    PT_ANSWER_TEXT,     /* nothing */
    PT_ANSWER_LINES,    /* lines: what was, or would be, done */
    PT_ANSWER_LOG,      /* lines of a log, and the whole text of those that were cut */
    PT_ANSWER_STEPS,    /* lines: each step with its answer; the connector's verdict counts them */
    PT_ANSWER_SETTINGS, /* configs of a connector, and lines */
    PT_ANSWER_TOPIC,    /* partitions, and configs */
    PT_ANSWER_RECORDS,  /* records */
    PT_ANSWER_GROUPS    /* groups */
};

/* A command as front ends see it; static. A text is NULL when the command has no use for it. */
struct pt_command_info {
    const char *name; /* "connector restart": as on the command line */
    const char *does; /* "restart a connector": for help and refusals */
    unsigned flags;
    enum pt_answer answer;
    const char *options; /* members of pt_command besides the names, as the command line calls them,
                            with blanks between: "failed-only" */
    const char *asks;    /* the command line asks to type the name "to …": "delete it" */
    const char *title;   /* of the question on the screen, before the name: "Restart" */
    const char *means;   /* its consequences: sentences below that title */
    const char *doing;   /* while it runs: "restarting" */
    const char *planned; /* "looking up what would be …": "sent" */
};
/* The table: pt_command_info(0) … pt_command_info(count - 1). NULL when there is no such
 * command. */
size_t pt_command_count(void);
const struct pt_command_info *pt_command_info(int kind);
/* Returns the kind of that name; -1 when there is none. */
int pt_command_find(const char *name);
/* Returns whether it has all of these flags. info NULL: false. */
bool pt_command_is(const struct pt_command_info *info, unsigned flags);
/* Returns whether its outcome matters to whoever was not told it: it changes something, or stops
 * streams, which needs no right to change. info NULL: false. */
bool pt_command_matters(const struct pt_command_info *info);
/* Returns the command line that shows what it has done, "pintop topics list"; static. info NULL:
 * "pintop status". */
const char *pt_command_shown_by(const struct pt_command_info *info);

struct pt_command {
    enum pt_command_kind kind;
    unsigned streams; /* bits */
    double rate_per_s;
    const char *topic;
    int32_t partitions, replication; /* -1: the broker's default */
    const char *const *configs;      /* "key=value" */
    size_t n_configs;
    int64_t count;
    bool is_at;
    int32_t partition;
    int64_t offset;
    bool is_from;
    int64_t from_ms;    /* Unix; 0: from the oldest record on */
    bool is_whole;      /* peek: the records also as they are, as pintop/draft.h writes them */
    const char *record; /* to be produced: as pintop/draft.h reads it */
    const char *connector;
    const char *check; /* of the setup: its ID */
    bool is_failed_only;
    bool is_plan; /* with PT_COMMAND_PLAN: only say what would be sent, as lines */
    /* Of an update, an acknowledgement, a probe, a fix and a record to be produced: `seen` of the
     * plan that was shown. The command is refused when the plan would be another one by now. NULL:
     * none was shown. */
    const char *seen;
};

enum pt_result_state { PT_RESULT_RUNNING, PT_RESULT_DONE, PT_RESULT_FAILED };

/* One record that was read back. key, value and headers are printable text (control bytes shown
 * as escapes), cut at a size with `is_cut`. */
struct pt_peeked {
    int32_t partition;
    int64_t offset;
    int64_t time_ms;     /* the broker's; PT_UNKNOWN none */
    const char *key;     /* NULL: none */
    const char *value;   /* NULL: a tombstone, which has no value and deletes its key */
    const char *headers; /* "name=value" lines; "" none */
    int64_t value_bytes; /* as stored */
    bool is_cut;
    const char *whole; /* NULL: it was not asked for, or the record is too large for that */
};

struct pt_config_entry {
    const char *name, *value;
    bool is_default, is_readonly;
    const char *note; /* its meaning here; NULL nothing */
};

struct pt_described_partition {
    int32_t partition, leader;
    int32_t n_replicas, n_in_sync;
    int32_t replicas[8];
    int64_t low, high, committed, lag; /* as in struct pt_partition */
};

/* A consumer group, and its offsets of one topic. */
struct pt_described_group {
    char group[256];        /* printable */
    char state[24];         /* as the brokers say it: "Stable", "Empty" …; "" unknown */
    char protocol_type[16]; /* "consumer"; "" none, or unknown */
    bool is_denied;         /* a permission is missing: why and fix name it */
    char why[400];          /* why something of it is unknown; "" all is known */
    char fix[300];
    int64_t members; /* PT_UNKNOWN */
    /* Records of the topic that it has not committed and can still read, over all partitions: all
     * records of a partition where it has never committed. PT_UNKNOWN: that of a partition is;
     * known_lag is the sum over the others then, PT_UNKNOWN when none is known. */
    int64_t lag, known_lag;
    int32_t n_partitions; /* of the topic */
    int32_t n_committed;  /* of them: with a committed offset; -1 unknown */
    int32_t n_unknown;    /* of them: whose lag is unknown; -1: its offsets are unknown */
};

/* Returns what every engine would refuse at once, whoever asks. prefix: how the names of new topics
 * must begin; "" no rule. Errors PT_EUSAGE, PT_EREADONLY, PT_ENAME. Pure. */
pt_code pt_command_check(const struct pt_command *cmd, bool is_readonly, const char *prefix,
                         struct pt_error *err);

/* Immutable once published, except by replacement; counted with its snapshot. */
struct pt_result {
    int refs; /* the engine's, atomic */
    uint64_t id;
    enum pt_command_kind kind;
    enum pt_result_state state;
    unsigned streams;
    char topic[250];         /* or the connector's name, or the check's ID */
    char text[PT_CAUSE_MAX]; /* "Created topic demo.pin.", or the progress */
    struct pt_error error;
    char seen[20]; /* identifies what a plan was made from; for pt_command.seen */
    bool is_truncated;
    bool
        is_unsure; /* the answer was lost: the change may be another's, or may not have been made */
    size_t bytes;  /* of everything below, for the limit of 1 MiB */
    size_t n_records;
    const struct pt_peeked *records; /* newest last */
    size_t n_partitions;
    const struct pt_described_partition *partitions;
    size_t n_configs;
    const struct pt_config_entry *configs;
    bool has_configs; /* false: this cluster cannot tell (embedded) */
    size_t n_lines;
    const struct pt_line *lines;
    size_t n_groups;
    const struct pt_described_group *groups; /* the most lagging first */
    /* Of the topic's groups: how many the brokers list for this principal, PT_UNKNOWN when they
     * list none; and how many of them were asked for their offsets. */
    int64_t groups_listed, groups_asked;
};

PT_API_END

#endif
