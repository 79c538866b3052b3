/* A sink whose offsets a test sets from one moment to the next. */
#ifndef UNIT_CONN_SINK_H
#define UNIT_CONN_SINK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <stdio.h>

#include "connector/sink.h"
#include "connector/watch/lag.h"
#include "connector/witness/ask.h"
#include "sink_config.h"

static struct conn_model model;

static int fresh(void **state)
{
    memset(&model, 0, sizeof model);
    model.lag = model.in_ms = model.out_ms = model.restarted_ms = PT_UNKNOWN;
    pace_init(&model.pace);
    model.objects_asked_ms = model.objects.newest_ms = PT_UNKNOWN;
    model.in_slow = NAN;
    return pipelines(state);
}

static int clear(void **state)
{
    free(model.rows);
    return done(state);
}

static struct witnesses says_unlooked(int64_t now_ms)
{
    struct witnesses w;
    witnesses_init(&w);
    w.now_ms = now_ms;
    w.patience_ms = conn_lag_patience_ms(&model, &sink);
    conn_lag_witness(&model, &sink, &w);
    return w;
}

/* It was looked at just now, and all was as it had been. */
static struct witnesses says(int64_t now_ms)
{
    model.lag_asked_ms = now_ms;
    return says_unlooked(now_ms);
}

/* ---- offsets over time ---- */

static struct lag_row row_of(int64_t committed, int64_t high)
{
    struct lag_row row = {.partition = 0,
                          .low = 0,
                          .committed = committed,
                          .high = high,
                          .empty_from = PT_UNKNOWN,
                          .empty_to = PT_UNKNOWN};
    snprintf(row.topic, sizeof row.topic, "t");
    return row;
}

/* One look at a moment. */
static void look(int64_t at_ms, int64_t committed, int64_t high)
{
    struct lag_row row = row_of(committed, high);
    assert_true(conn_lag_update(&model, &sink, &row, 1, at_ms * 1000, at_ms));
}

#endif
