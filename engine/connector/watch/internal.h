/* Shared by the files of the connectors' model. Thread: the reactor's. */
#ifndef CONNECTOR_WATCH_INTERNAL_H
#define CONNECTOR_WATCH_INTERNAL_H

#include "connector/watch/memory.h"

/* Never NULL: without a back end it is conn_nobody, which has no functions and no flags. */
static inline const struct conn_backend_ops *conn_row_of(const struct conn_models *cs)
{
    return cs->ops != NULL ? cs->ops : &conn_nobody;
}

/* In witnesses.c: fills the judge's witnesses from what is remembered. */
void conn_witnesses(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms,
                    struct witnesses *w);

/* In tasks.c: whether a member of the group runs this task. Also true for a task ID that is too
 * high to be kept. */
bool conn_group_has_task(const struct conn_group *group, int32_t task);

/* In errors.c: what kind of failure it was. */
/* The back end asks for fewer calls. */
bool conn_is_throttle(const struct pt_error *err);
/* The same call may succeed when it is repeated soon. */
bool conn_is_passing(const struct pt_error *err);
/* The credentials were rejected, or have expired. */
bool conn_is_login(const struct pt_error *err);

/* In due.c: which connectors are polled often, how often, and the jobs that do it. */
/* The user wants to know about this connector in particular: a command names it, its page is open,
 * it is the only one, or its group is the one that the watch polls. */
bool conn_is_wanted(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms);
/* It has no verdict yet, or one other than OK, IDLE or PAUSED. */
bool conn_is_abnormal(const struct conn_model *cm);
/* It is wanted, or it is ours and abnormal. */
bool conn_is_looked_at(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms);
/* Records of a partition have waited for half the time after which it counts as stuck. */
bool conn_is_suspicious(const struct conn_model *cm, const struct sink *sink, int64_t now_ms);
/* The time between two lists: usually, and now. */
int64_t conn_list_usual_ms(const struct conn_models *cs);
int64_t conn_list_period_ms(const struct conn_models *cs, int64_t now_ms);
int conn_asks_under_way(const struct conn_models *cs, enum conn_ask ask);
/* Makes a job about this connector; NULL when out of memory. */
struct conn_job *conn_job_for(struct conn_model *cm, enum conn_ask ask);
/* Takes the job over and sends it; the next one of its kind is due in period_ms. */
void conn_send_job(struct conn_models *cs, struct conn_model *cm, struct conn_job *job,
                   int64_t now_ms, int64_t period_ms);

/* In asks.c: sends what is due. */
void conn_asks(struct conn_models *cs, int64_t now_ms);
/* Makes rows of the last report's partitions that the connector's settings select; returns their
 * number. rows: out, the caller's. is_watched: out, the report contains their offsets. */
size_t conn_rows_of_report(const struct conn_models *cs, struct conn_model *cm,
                           struct lag_row **rows, bool *is_watched);

/* In aws.c: sends what is due at AWS, the most urgent first, within the calls that a minute
 * allows. */
void conn_aws_asks(struct conn_models *cs, int64_t now_ms);
/* The state or version of the connector has changed: what only its description contains is
 * requested again. */
void conn_aws_changed(struct conn_model *cm);
/* Plans the next request after an answer or an error. is_own: the store is not AWS's, or the
 * credentials are the connector's, so the fault may be corrected at any time. */
void conn_aws_heard(struct conn_models *cs, struct conn_model *cm, enum conn_ask ask,
                    const struct pt_error *err, bool is_own, int64_t asked_ms);
/* How long to wait after n_failed failures in a row, at least 1. */
int64_t conn_aws_pause_ms(unsigned n_failed);

/* In say.c: adds a witness to c. Its text is masked, printable and at most PT_TEXT_MAX bytes long;
 * it is an allocation of its own until the section is packed, and NULL when out of memory. */
struct pt_evidence *conn_say(struct pt_connector *c, const char *who, const char *source,
                             int64_t asked_ms, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* In evidence.c: adds all witnesses. The figures of c must be filled in before. */
void conn_evidence(const struct conn_models *cs, const struct conn_model *cm,
                   const struct witnesses *w, struct pt_connector *c);
/* A metric as a count; -1 when it is unknown. */
int32_t conn_count(double metric);
/* In changed.c: compares the settings of next with the known ones, before it replaces them. */
void conn_tell_settings(struct conn_models *cs, struct conn_model *cm, const struct conn *next);
/* The state was last reported more than three polls ago. */
bool conn_is_stale(const struct conn_models *cs, const struct conn_model *cm,
                   const struct witnesses *w);
/* PT_UNKNOWN when since_ms is the time of the first answer: what that reported may have been so for
 * longer. */
int64_t conn_as_seen(const struct conn_model *cm, int64_t since_ms);

/* In items.c: adds a connector; NULL when out of memory. */
struct conn_model *conn_item_add(struct conn_models *cs);
void conn_item_done(struct conn_model *cm);
/* Its settings have arrived or changed: reads them as a sink's. */
void conn_item_read(struct conn_model *cm);
/* Sets its consumer group: the configured one, or for "" the one that its own settings name. */
void conn_item_set_group(struct conn_model *cm, const char *configured);
struct conn_model *conn_item_find(struct conn_models *cs, const char *id);
struct conn_model *conn_item_find_key(struct conn_models *cs, uint64_t key);

/* In list.c. */
void conn_take_list(struct conn_models *cs, struct conn_news *news);
void conn_take_details(struct conn_models *cs, struct conn_model *cm, struct conn_news *news);
/* Takes what the back end reports of a connector into its model; next is empty afterwards.
 * has_named: the list contains the connector that the configuration names. */
void conn_take(struct conn_models *cs, struct conn_model *cm, struct conn *next, int64_t asked_ms,
               bool has_named);
/* Notes since when a change has been in progress, if the back end reports it. */
void conn_note_since(struct conn_model *cm, const struct conn *conn);
/* Chooses the group whose offsets the Overview shows: that of the first sink that reads the
 * streams' topics. */
void conn_choose_primary(struct conn_models *cs);

/* In known.c. */
/* It reads a topic of the streams or a watched one. is_known: out, may be NULL: whether its topics
 * are known. */
bool conn_reads_ours(const struct conn_models *cs, const struct conn_model *cm, bool *is_known);
/* How many sinks there are whose topics are unknown. */
size_t conn_models_unknown_readers(const struct conn_models *cs);
/* How many connectors are known from a brief list only. */
size_t conn_models_not_asked(const struct conn_models *cs);

/* In lag_says.c: how long the embedded sink may take before it counts as stuck. */
int64_t conn_embedded_patience_ms(const struct conn_models *cs);

/* In clock.c: the host's clock was set. */
void conn_clock_moved(struct conn_models *cs, int64_t by_ms);

/* In needed.c: tells the watch which topics to poll every second, because verdicts depend on
 * them. */
void conn_need_topics(const struct conn_models *cs);
/* A connector that reads hundreds of topics is judged by the commits that are seen (the watch polls
 * more often where its group makes progress). */
enum { CONN_NEEDED_MAX = 100 };
/* Their names, each once, in the order of streams and connectors; names point into cs. Of a
 * connector for which there is no room none is taken. Returns how many. */
size_t conn_needed_topics(const struct conn_models *cs, const char *names[CONN_NEEDED_MAX]);

#endif
