/* What the files of the connectors' model share. The reactor's thread. */
#ifndef CORE_CONN_MODEL_PRIVATE_H
#define CORE_CONN_MODEL_PRIVATE_H

#include "core/conn_lag.h"
#include "core/engine_state.h"

/* conn_judge.c */
void conn_witnesses(const struct pt_engine *eng, const struct conn_model *cm, int64_t now_ms,
                    struct witnesses *w);

/* conn_errors.c */
/* The back end asks for fewer questions; it refuses the keys, or they have run out. */
bool conn_is_throttle(const struct pt_error *err);
/* The same question may be answered when it is asked again soon. */
bool conn_is_passing(const struct pt_error *err);
bool conn_is_login(const struct pt_error *err);

/* conn_due.c: who is looked at, how often, and the jobs that ask. */
/* Somebody wants to know of this one in particular: it is named, or open, or the only one. */
bool conn_is_wanted(const struct pt_engine *eng, const struct conn_model *cm, int64_t now_ms);
/* It is not known to be well. */
bool conn_is_abnormal(const struct conn_model *cm);
/* It is wanted, or it is ours and not known to be well. */
bool conn_is_looked_at(const struct pt_engine *eng, const struct conn_model *cm, int64_t now_ms);
/* Records wait longer than the sink takes usually: worth a closer look. */
bool conn_is_suspicious(const struct conn_model *cm, const struct sink *sink, int64_t now_ms);
/* Between two lists: as a rule, and now. */
int64_t conn_list_usual_ms(const struct pt_engine *eng);
int64_t conn_list_period_ms(const struct pt_engine *eng, int64_t now_ms);
int conn_asks_under_way(const struct conn_models *cs, enum conn_ask ask);
/* A job about this one; NULL without memory. */
struct conn_job *conn_job_for(struct conn_model *cm, enum conn_ask ask);
/* Take it over and send it; the next one is due in period_ms. */
void conn_send_job(struct pt_engine *eng, struct conn_model *cm, struct conn_job *job,
                   int64_t now_ms, int64_t period_ms);

/* conn_asks.c: what is due. */
void conn_asks(struct pt_engine *eng, int64_t now_ms);
/* Partitions that its configuration means, of the last report; *is_watched: their offsets are in
 * it. */
size_t conn_rows_of_report(const struct pt_engine *eng, struct conn_model *cm,
                           struct lag_row **rows, bool *is_watched);

/* conn_aws.c: what is due at AWS, the most wanted first, as far as a minute's calls allow. */
void conn_aws_asks(struct pt_engine *eng, int64_t now_ms);
/* Its state or version is another one: what only a description tells is asked anew. */
void conn_aws_changed(struct conn_model *cm);
/* An answer came, or none: when it is asked again. is_own: the store isn't AWS's, or the keys are
 * the connector's, which may be mended at any time. */
void conn_aws_heard(struct conn_models *cs, struct conn_model *cm, enum conn_ask ask,
                    const struct pt_error *err, bool is_own, int64_t asked_ms);
/* How long nothing is asked after so many failures in a row, 1 at least. */
int64_t conn_aws_pause_ms(unsigned n_failed);

/* conn_say.c. A witness more in c: what it says is masked, printable and whole (up to
 * PT_TEXT_MAX), and its own memory until the section is packed; NULL without memory. */
struct pt_evidence *conn_say(struct pt_connector *c, const char *who, const char *source,
                             int64_t asked_ms, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* conn_evidence.c. All of them; of c what its figures are is there already. */
void conn_evidence(const struct pt_engine *eng, const struct conn_model *cm,
                   const struct witnesses *w, struct pt_connector *c);
/* A count that a metric gives; -1: it doesn't. */
int32_t conn_count(double metric);
/* conn_changed.c: next's settings against those that were known, before they take their place. */
void conn_tell_settings(struct pt_engine *eng, struct conn_model *cm, const struct conn *next);
/* Its state was told longer ago than answers come. */
bool conn_is_stale(const struct pt_engine *eng, const struct conn_model *cm,
                   const struct witnesses *w);
/* What the first answer told has been so for nobody knows how long: PT_UNKNOWN then. */
int64_t conn_as_seen(const struct conn_model *cm, int64_t since_ms);

/* model_connectors.c: judge it anew, and tell an event when the verdict is another. */
void model_connectors_judge(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms);

/* conn_known.c */
/* It reads a topic of the streams, or one that is watched. is_known: out, may be NULL: that can be
 * told. */
bool conn_reads_ours(const struct pt_engine *eng, const struct conn *conn, bool *is_known);
/* Sinks of which it isn't known which topics they read. */
size_t model_connectors_unknown_readers(const struct pt_engine *eng);
/* Connectors of which only a brief list has told so far. */
size_t model_connectors_not_asked(const struct conn_models *cs);

/* conn_lag.c: how long the embedded sink may take. */
int64_t conn_embedded_patience_ms(const struct pt_engine *eng);

/* conn_clock.c: now, in Unix ms; moves what was noted along when the machine's clock was set. */
int64_t conn_clock_ms(struct pt_engine *eng);
void conn_clock_moved(struct conn_models *cs, int64_t by_ms);

#endif
