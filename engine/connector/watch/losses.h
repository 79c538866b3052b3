/* What a connector has lost, as the reactor remembers it: what its offsets, objects and dead letter
 * queue show, and when to read the latter. */
#ifndef CONNECTOR_WATCH_LOSSES_H
#define CONNECTOR_WATCH_LOSSES_H

#include "connector/watch/memory.h"

struct conn_worker;

void conn_losses_init(struct conn_losses *losses);
void conn_losses_done(struct conn_losses *losses);
/* Its group is another one: what was lost belongs to the old group, and is not looked for in the
 * new one. */
void conn_losses_new_group(struct conn_model *cm, const char *before, int64_t now_ms);
/* For the command that acknowledges: fills the job with what is known to be lost, also when the
 * offsets are unknown, which might show more. Errors PT_EUNHEALTHY: nothing is known to be lost,
 * and the offsets are unknown. */
pt_code conn_losses_fill_marks(const struct conn_models *cs, const struct conn_model *cm,
                               struct conn_job *job, struct pt_error *err);
/* In recall.c: takes over what another pintop has seen, also for rows that arrived after it
 * was read. */
void conn_losses_recall(struct conn_model *cm, int64_t now_ms);
/* For a job that lists: fills it with what was seen here and not stored yet. */
void conn_losses_fill_seen(const struct conn_models *cs, struct conn_job *job);
/* Its offsets were polled: a new loss makes the next list be requested at once, because a list
 * stores it. */
void conn_losses_hurry(struct conn_models *cs, struct conn_model *cm, int64_t now_ms);
/* One partition was polled. before: NULL when it is new. */
void conn_losses_look(const struct conn_model *cm, struct lag_row *row,
                      const struct lag_row *before, const struct sink *sink, int64_t now_ms);
/* Takes what the search for its newest object found. */
void conn_losses_objects(struct lag_row *row, const struct conn_row *from);
void conn_losses_to_ask(const struct lag_row *row, struct conn_row *to);
/* Whether there is a dead letter queue to be read, its partitions for the job, and how soon
 * again. */
bool conn_losses_is_asked(const struct conn_models *cs, struct conn_model *cm);
bool conn_losses_fill(const struct conn_models *cs, struct conn_job *job);
int64_t conn_losses_period_ms(bool is_looked_at);
void conn_losses_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
void conn_losses_take(struct conn_model *cm, const struct conn_news *news);
/* Makes the sentences, before the connector is judged. */
void conn_losses_say(const struct conn_models *cs, struct conn_model *cm, int64_t now_ms);
/* For the judge; what w points to stays until the next conn_losses_say. */
void conn_losses_witness(const struct conn_model *cm, struct witnesses *w);
/* For the screen. */
void conn_losses_evidence(const struct conn_model *cm, const struct witnesses *w,
                          struct pt_connector *c);
/* The host's clock was set. */
void conn_losses_clock(struct conn_model *cm, int64_t by_ms);

#endif
