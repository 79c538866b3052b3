/* The connectors as a part of the engine: what is requested, answered, judged and shown of them.
 * Thread: the reactor's. */
#ifndef CONNECTOR_WATCH_CONNECTORS_H
#define CONNECTOR_WATCH_CONNECTORS_H

#include "connector/watch/memory.h"
#include "desk/part.h"

struct conn_deed;

extern const struct part connectors_part;

/* desk must outlive cs. */
void conn_models_init(struct conn_models *cs, const struct desk *desk);
void conn_models_done(struct conn_models *cs);
/* The boot has ended: watchers asks about connectors, watch polls the topics. NULL: nobody does. */
void conn_models_connect(struct conn_models *cs, struct connectors *watchers, struct watch *watch);
/* Requests everything again now. */
void conn_models_refresh(struct conn_models *cs);
/* Makes the job of a command; takes cmd over when it succeeds. info, deed: of its row in the table
 * of commands. NULL with err when it is impossible (PT_EUNSUPPORTED, PT_ENAME, PT_ENOTFOUND,
 * PT_EUNHEALTHY, PT_ENOMEM, the list's own error). */
struct conn_job *conn_models_job(struct conn_models *cs, const struct pt_command_info *info,
                                 const struct conn_deed *deed, uint64_t id, struct pt_command *cmd,
                                 struct pt_error *err);

/* What the part does with each kind of fact; tests call them one at a time. */
void conn_models_news(struct conn_models *cs, struct conn_news *news);
/* Acquires report. */
void conn_models_report(struct conn_models *cs, const struct watch_report *report);
void conn_models_sink(struct conn_models *cs, const struct sink_status *sink);
/* Requests what is due and judges again; returns when to call it again (Unix ms). */
int64_t conn_models_tick(struct conn_models *cs);
/* Judges one connector again, and reports an event when its verdict has changed. */
void conn_models_judge(struct conn_models *cs, struct conn_model *cm, int64_t now_ms);
/* Makes a new section; NULL when nothing has changed, or when out of memory. */
const void *conn_models_section(struct conn_models *cs);

#endif
