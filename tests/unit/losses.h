/* A connector of one partition whose offsets and objects a test sets, and what is then said of
 * losses. */
#ifndef UNIT_LOSSES_H
#define UNIT_LOSSES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "connector/sink.h"
#include "connector/witness/losses.h"

#define NOW INT64_C(1790000000000)
#define S INT64_C(1000)
#define HOUR (3600 * S)

enum { FLUSH = 100 };

static struct conn conn;
static struct loss_row row;
static struct loss_look now, before;
static struct dead_letters dead;
static struct losses losses;
static struct newest_gaps gaps;

static int begin(void **state)
{
    (void)state;
    conn_init(&conn);
    snprintf(conn.name, sizeof conn.name, "sink");
    snprintf(conn.kind, sizeof conn.kind, "sink");
    conn_set(&conn, "flush.size", "100");
    conn_set(&conn, "s3.bucket.name", "bucket");
    losses_begin(&row);
    dead_letters_init(&dead);
    gaps = (struct newest_gaps){0};
    now = (struct loss_look){.committed = 1000,
                             .low = 0,
                             .high = 1000,
                             .first_ms = PT_UNKNOWN,
                             .newest_offset = 900,
                             .is_newest_sure = true,
                             .newest_committed = 1000,
                             .gaps = &gaps};
    losses_look(&row, NULL, &now, FLUSH, NOW);
    before = now;
    return 0;
}

static int end(void **state)
{
    (void)state;
    conn_done(&conn);
    return 0;
}

static void look(int64_t at_ms)
{
    losses_look(&row, &before, &now, FLUSH, at_ms);
    before = now;
}

static void say(int64_t at_ms)
{
    const struct loss_partition part = {"demo.pin", 0, &row, now.high};
    const struct losses_ask ask = {.conn = &conn,
                                   .group = "connect-sink",
                                   .rows = &part,
                                   .n = 1,
                                   .dead = &dead,
                                   .group_since_ms = PT_UNKNOWN,
                                   .now_ms = at_ms};
    losses_say(&ask, &losses);
}

static const struct loss *found(const char *rule)
{
    for (size_t i = 0; i < losses.n; i++)
        if (strcmp(losses.items[i].rule->id, rule) == 0)
            return &losses.items[i];
    return NULL;
}

static void has(const struct loss *loss, const char *part)
{
    assert_non_null(loss);
    if (strstr(loss->says, part) == NULL)
        fail_msg("\"%s\" is not in: %s", part, loss->says);
}

static void advises(const struct loss *loss, const char *part)
{
    if (strstr(loss->fix, part) == NULL)
        fail_msg("\"%s\" is not in: %s", part, loss->fix);
}

/* ---- objects ---- */

/* So many records were counted in the log between the newest object's begin and the commit. */
static void the_tail_holds(int64_t from, int64_t records)
{
    gaps.tail_from = from;
    gaps.tail_to = now.newest_committed;
    gaps.tail_records = records;
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
