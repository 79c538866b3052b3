/* A connector of the S3 sink with the usual settings, and what is read out of them. */
#ifndef UNIT_SINK_CONFIG_H
#define UNIT_SINK_CONFIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "connector/sink.h"

static struct conn conn;
static struct sink sink;

static void set(const char *name, const char *value)
{
    assert_true(conn_set(&conn, name, value));
}

static int pipelines(void **state)
{
    (void)state;
    conn_init(&conn);
    snprintf(conn.name, sizeof conn.name, "0a1b-connector");
    snprintf(conn.class_name, sizeof conn.class_name, "io.confluent.connect.s3.S3SinkConnector");
    set("topics.regex", "0a1b.*");
    set("s3.bucket.name", "0a1b-bucket");
    set("flush.size", "1");
    sink_read(&conn, &sink);
    return 0;
}

static int done(void **state)
{
    (void)state;
    conn_done(&conn);
    return 0;
}

#endif
