/* The streams: which are wanted, how their accounts are opened, and their figures. The records
 * themselves are handled by the streamers and the kafka thread. Thread: the reactor's, except
 * streams_wait_long. */
#ifndef PARTS_STREAMS_H
#define PARTS_STREAMS_H

#include "base/hist.h"
#include "base/mean.h"
#include "desk/part.h"
#include "kafka/stats.h"
#include "kafka/watch_report.h"
#include "parts/recent.h"
#include "state/account.h"

/* The offsets at which a new account begins, by partition. */
struct stream_starts {
    size_t n;
    int64_t highs[CHECKPOINT_PARTITIONS];
};

/* A job for the opener: accounts to be opened, or checkpoints to be read. The receiver frees it. */
struct open_job {
    enum { OPEN_BOOT, OPEN_LOOK, OPEN_OWNER, OPEN_ACCOUNTS } kind;
    unsigned streams;
    char cluster_id[64];
    struct stream_starts starts[PT_STREAMS];
};

/* What the part requests from others. */
struct streams_hooks {
    void *arg;
    void (*open)(void *arg, struct open_job *job); /* takes job; NULL (out of memory) is fine */
    /* A topic is missing: request the login and the cluster again, because a permission may have
     * been granted, or the cluster may be another one. */
    void (*look_again)(void *arg);
    void (*refresh_topics)(void *arg);
    /* A stream begins to run. was_refused: its topic was refused before, so its metadata must be
     * requested again. */
    void (*running)(void *arg, int stream, bool was_refused);
    /* Prepares a checkpoint to be written; takes text. */
    void (*put)(void *arg, int stream, const char *path, char *text);
    void (*write)(void *arg); /* writes what was put */
};

/* What the reactor knows about one stream. */
struct stream_model {
    bool is_wanted, is_open, is_opening;
    struct pt_error refusal; /* why it could not be opened; PT_OK none */
    double rate_per_s;
    int64_t stop_at_us;  /* pintop.stream.stop.after; INT64_MAX none */
    bool is_out_of_time; /* that passed before the stream was opened */
    struct mean generated, delivered, bytes;
    struct hist_mark ack_marks[2]; /* [0] is 30 to 60 s old, [1] follows it */
    int64_t ack_marked_us;
    /* The usual age of the oldest unacknowledged record, learnt while acknowledgements arrive. */
    double usual_ms;
    uint64_t last_delivered; /* at the last tick, to see progress */
    bool is_stuck;
    int64_t most_generated, most_delivered; /* the highest so far, for the totals */
    int64_t queued;
    uint64_t put_lowest, put_taken; /* as in the last checkpoint */
    enum pt_stream_state shown;
    int64_t since_ms;
    uint64_t missed_list; /* number of the topic list that lacked the topic; 0 none */
    int64_t early_us;     /* monotonic: the first checkpoint with records is due; 0: it was put */
    bool has_look;        /* look holds the checkpoint, read before the account is opened */
    struct checkpoint look;
    int64_t newest_object_ms; /* of its topic in the sink (Unix); PT_UNKNOWN */
};

struct streams_part {
    const struct desk *desk;
    struct account *accounts; /* PT_STREAMS; valid where the stream is open */
    struct streams_hooks hooks;
    struct stream_model streams[PT_STREAMS];
    const struct watch_report *report; /* the last without an error, referenced; NULL none */
    uint64_t n_lists;                  /* topic lists (metadata) received so far */
    struct recent recent[PT_STREAMS];
    struct stats stats;
    bool has_stats;
    bool has_looked;  /* the checkpoints were requested */
    bool is_stopping; /* no stream is opened or started any more */
    char told_end[sizeof((struct checkpoint *)0)->ended_why + 32];
};

extern const struct part streams_part;

/* desk and accounts must outlive it. */
void streams_part_init(struct streams_part *sp, const struct desk *desk, struct account *accounts,
                       const struct streams_hooks *hooks);
void streams_part_done(struct streams_part *sp);

/* wish.c */
/* Starts or stops streams; their accounts are opened first where needed. */
void streams_want(struct streams_part *sp, unsigned streams, bool is_wanted, int64_t now_us);
void streams_set_rate(struct streams_part *sp, unsigned streams, double rate_per_s);
/* Has the checkpoints read, before a stream is started. */
void streams_look(struct streams_part *sp);
/* Opens the accounts that are wanted and can be opened now. */
void streams_open_wanted(struct streams_part *sp);
/* Takes the answer of the opener: these accounts are open, or why not. */
void streams_opened(struct streams_part *sp, unsigned streams, const struct pt_error *err);
/* Stops all streams; none starts any more, because the engine stops. */
void streams_halt(struct streams_part *sp);

/* stream_account.c: fills in the figures of the account; those of this run must be there. */
void streams_account_figures(const struct streams_part *sp, int i, struct pt_stream *s);

/* rest.c: for the end of a run. */
int64_t streams_in_flight(const struct streams_part *sp);
/* Embedded: counts the records that are acknowledged and in no object yet. */
int64_t streams_uncommitted(const struct streams_part *sp);
bool streams_are_at_rest(const struct streams_part *sp);
/* True when a stream is wanted whose account is not open and not being opened. */
bool streams_are_waiting(const struct streams_part *sp);
/* Returns why the streams that were started with the run (bits) have ended: "count", "end of file",
 * "stop.after" or "error"; NULL: they have not. */
const char *streams_ended_by(const struct streams_part *sp, unsigned started);
/* True when a stream that was started with the run can continue: a stream in error does not end the
 * run then. */
bool streams_go_on(const struct streams_part *sp, unsigned started);
/* Ends the windows; returns the number of records whose outcome stays unknown. */
uint64_t streams_end_windows(struct streams_part *sp);
/* Puts the checkpoints of the streams that made progress, or with a reason those of all open ones.
 * why: the reason of the run's end, "" none. */
void streams_put_checkpoints(struct streams_part *sp, const char *why);

/* patience.c: the age of a stream's oldest record from which on its acknowledgement is late. */
int64_t streams_patience_ms(const struct stream_model *sm);
void streams_learn_patience(struct stream_model *sm, const struct window_figures *f,
                            int64_t now_us);

/* delivery.c: sets s->blocked_by to the reason why records of an open stream wait. */
void streams_explain_delivery(const struct streams_part *sp, int i, struct pt_stream *s);
/* Returns whether records of one of these streams (bits: open ones) wait so long that the producer
 * should listen to what the brokers answer. Thread: any. */
bool streams_wait_long(const struct account *accounts, unsigned open);

/* Returns a new section, or NULL when nothing changed. */
const void *streams_part_section(struct streams_part *sp);

#endif
