/* The consumer group as a witness: its members, and the partitions without an owner. Thread: the
 * reactor's, except for conn_group_do. */
#ifndef CONNECTOR_WATCH_GROUP_H
#define CONNECTOR_WATCH_GROUP_H

#include "connector/watch/memory.h"

struct conn_worker;

void conn_group_init(struct conn_group *group);
/* Whether the group of cm is requested, and how soon again. */
bool conn_group_is_asked(const struct conn_models *cs, const struct conn_model *cm);
int64_t conn_group_period_ms(const struct conn_model *cm, bool is_looked_at);
/* On the worker's thread. */
void conn_group_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
void conn_group_take(struct conn_model *cm, const struct conn_news *news);
/* How often members came or went within the last hour, or since a time; GROUP_CHANGES stands for
 * that many or more. */
int conn_group_changes_per_h(const struct conn_group *group, int64_t now_ms);
int conn_group_changes_since(const struct conn_group *group, int64_t since_ms);
/* Somebody changed the connector's settings, paused, stopped or resumed it: members that come or go
 * within a minute of that do not count. */
void conn_group_meant(struct conn_group *group, int64_t now_ms);
/* The host's clock was set. */
void conn_group_clock(struct conn_group *group, int64_t by_ms);
/* Writes what the witness reports; *since_ms may become PT_UNKNOWN. */
void conn_group_say(const struct conn_model *cm, int64_t now_ms, char *out, size_t cap,
                    int64_t *since_ms, bool *is_bad);

#endif
