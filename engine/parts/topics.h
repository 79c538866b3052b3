/* The topics: the watcher's last report, and the rates; or, while no broker can be reached, what
 * AWS told in their place. */
#ifndef PARTS_TOPICS_H
#define PARTS_TOPICS_H

#include "away/view.h"
#include "base/mean.h"
#include "desk/part.h"
#include "kafka/watch_report.h"

struct topic_means {
    char name[PT_TOPIC_MAX];
    int64_t asked_ms; /* of the last sample */
    struct mean in, out;
};

struct topics_hooks {
    void *arg;
    /* Whether AWS is to be asked from now on, since no broker can be reached. Returns whether it
     * can be. */
    bool (*away)(void *arg, bool is_wanted);
    /* Whether what is shown is what AWS told. */
    void (*shown)(void *arg, bool is_of_aws);
};

struct topics_part {
    const struct desk *desk;
    struct topics_hooks hooks;
    const struct watch_report *report; /* the last without an error, referenced; NULL none */
    struct pt_error error;             /* why the last poll failed; PT_OK: it did not */
    bool has_heard;                    /* the watcher has reported more than a delay */
    int64_t booted_us;                 /* monotonic; 0: not booted yet */
    bool is_out, is_asked;             /* no broker can be reached; AWS is asked in their place */
    struct away_view *view;            /* the last one that told topics, while is_out; NULL none */
    char away_error[PT_REASON_MAX];    /* why AWS told nothing the last time; "" */
    bool has_away_answer, is_shown;    /* AWS has answered; what is shown is its answer */
    bool is_dirty;
    size_t n_means;
    struct topic_means *means;
};

extern const struct part topics_part;

/* desk must outlive it. */
void topics_part_init(struct topics_part *tp, const struct desk *desk,
                      const struct topics_hooks *hooks);
void topics_part_done(struct topics_part *tp);
/* The group whose lag AWS is asked for: that of the first connector by name that carries the
 * streams' topics, "" while none is known. chosen: in and out, its name; it stays the choice while
 * it exists, whatever happens to it. all: NULL none. */
const char *topics_sink_group(const struct pt_connectors_section *all, char *chosen, size_t cap);
/* Returns a new section, or NULL when nothing changed. */
const void *topics_part_section(struct topics_part *tp);

#endif
