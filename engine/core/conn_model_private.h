/* What the files of the connectors' model share. The reactor's thread. */
#ifndef CORE_CONN_MODEL_PRIVATE_H
#define CORE_CONN_MODEL_PRIVATE_H

#include "core/conn_lag.h"
#include "core/engine_state.h"

/* conn_judge.c */
void conn_witnesses(const struct pt_engine *eng, const struct conn_model *cm, int64_t now_ms,
                    struct witnesses *w);
int64_t conn_embedded_patience_ms(const struct pt_engine *eng);

/* conn_asks.c: what is due. */
void conn_asks(struct pt_engine *eng, int64_t now_ms);
/* Partitions that its configuration means, of the last report; *is_watched: their offsets are in
 * it. */
size_t conn_rows_of_report(const struct pt_engine *eng, struct conn_model *cm,
                           struct lag_row **rows, bool *is_watched);

#endif
