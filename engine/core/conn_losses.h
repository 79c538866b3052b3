/* What a connector will never have, as the reactor remembers it: what its offsets, objects and dead
 * letters told, and when to ask for the latter. */
#ifndef CORE_CONN_LOSSES_H
#define CORE_CONN_LOSSES_H

#include "connector/compare.h"
#include "connector/losses.h"

struct conn_losses {
    struct dead_letters dead;
    struct loss_marks marks; /* what of it was acknowledged */
    struct loss_marks seen;  /* what of it some pintop has seen within a day */
    uint64_t marks_version;  /* of all marks, when these were taken; 0 not yet */
    struct losses former;    /* as of the group it had before */
    int64_t group_since_ms;  /* it was given the one it has; PT_UNKNOWN found with it */
    bool is_dead_there;      /* the dead letter topic is among the topics */
    bool are_letters_told;   /* that topic answered, or said why not */
    struct losses found;     /* records that are lost */
    struct losses settings;  /* its configuration against itself and the cluster */
    struct losses harm;      /* what it and others do to each other */
    struct rule_words words; /* of the gravest of the settings */
    int64_t hurried_ms;      /* the list was asked at once for what was seen; 0 never */
    int64_t said_ms;         /* when these were made; 0 not yet */
    int64_t compared_ms;     /* settings and harm; 0 not yet */
    uint64_t compared_turn;  /* of what they were made of */
};

struct conn_job;
struct conn_model;
struct conn_news;
struct conn_row;
struct conn_worker;
struct lag_row;
struct pt_connector;
struct pt_engine;
struct sink;
struct witnesses;

void conn_losses_init(struct conn_losses *losses);
void conn_losses_done(struct conn_losses *losses);
/* Its group is another one: what was lost is the old one's, and isn't looked for in the new one. */
void conn_losses_new_group(struct conn_model *cm, const char *before, int64_t now_ms);
/* Of a command that acknowledges: what there is to acknowledge. Errors PT_EUNHEALTHY: that isn't
 * known yet. */
pt_code conn_losses_fill_marks(const struct pt_engine *eng, const struct conn_model *cm,
                               struct conn_job *job, struct pt_error *err);
/* conn_recall.c. What another pintop has seen is seen here, too: its rows may have come since. */
void conn_losses_recall(struct conn_model *cm, int64_t now_ms);
/* Of a job that lists: what was seen here and isn't written down yet. */
void conn_losses_fill_seen(const struct pt_engine *eng, struct conn_job *job);
/* Its offsets were looked at: what is new of that kind makes the next list be asked at once. */
void conn_losses_hurry(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms);
/* One partition was looked at; before: NULL it is new. */
void conn_losses_look(const struct conn_model *cm, struct lag_row *row,
                      const struct lag_row *before, const struct sink *sink, int64_t now_ms);
/* Its newest object was looked for. */
void conn_losses_objects(struct lag_row *row, const struct conn_row *from);
void conn_losses_to_ask(const struct lag_row *row, struct conn_row *to);
/* Whether there is a dead letter topic to be asked, its partitions for the job, and how soon again.
 */
bool conn_losses_is_asked(const struct pt_engine *eng, struct conn_model *cm);
bool conn_losses_fill(const struct pt_engine *eng, struct conn_job *job);
int64_t conn_losses_period_ms(bool is_looked_at);
void conn_losses_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
void conn_losses_take(struct conn_model *cm, const struct conn_news *news);
/* Make the sentences, before it is judged. */
void conn_losses_say(const struct pt_engine *eng, struct conn_model *cm, int64_t now_ms);
/* For the judge; what w points to stays until the next conn_losses_say. */
void conn_losses_witness(const struct conn_model *cm, struct witnesses *w);
/* For the screen. */
void conn_losses_evidence(const struct conn_model *cm, const struct witnesses *w,
                          struct pt_connector *c);
/* The machine's clock was set. */
void conn_losses_clock(struct conn_model *cm, int64_t by_ms);

#endif
