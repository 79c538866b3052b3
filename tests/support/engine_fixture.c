/* The life of an engine under test, and waiting for it. What is asked of it: engine_asks.c. */
#include "engine_fixture.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "pintop/attach.h"
#include "scratch.h"

enum { FLOWS = 8, SETTINGS = 32, SILENCE_MS = 3000 };

static struct flow flows[FLOWS];
static struct embedded cluster;

int flow_setup(void **state)
{
    if (scratch_make(state) != 0)
        return -1;
    setenv("XDG_CONFIG_HOME", scratch_dir, 1);
    return 0;
}

int flow_teardown(void **state)
{
    for (int i = 0; i < FLOWS; i++)
        if (flows[i].eng) {
            /* The test failed in the middle; twice, as it may be draining without limit. */
            pt_engine_stop(flows[i].eng, "the test failed", 0);
            pt_engine_stop(flows[i].eng, "the test failed", 0);
            flow_close(&flows[i]);
        }
    if (cluster.rk)
        embedded_stop(&cluster);
    return scratch_remove(state);
}

/* ---- an engine ---- */

struct pt_config *flow_config(const char *const *settings)
{
    char dir[600];
    const char *all[SETTINGS] = {"bootstrap.servers=embedded", "pintop.user.id=demo", dir};
    struct pt_config_args args = {.settings = all, .n_settings = 3};
    struct pt_config *cfg = NULL;
    struct pt_error err = {0};
    snprintf(dir, sizeof dir, "pintop.state.dir=%s", scratch_path("state"));
    for (; *settings; settings++) {
        assert_true(args.n_settings < SETTINGS);
        all[args.n_settings++] = *settings;
    }
    if (pt_config_load(&args, &cfg, &err) != PT_OK)
        fail_msg("configuration: %s", err.what);
    return cfg;
}

struct flow *flow_start(const struct pt_run *run, const char *const *settings)
{
    struct pt_error err = {0};
    struct flow *flow = flows;
    while (flow->eng && flow < flows + FLOWS - 1)
        flow++;
    assert_null(flow->eng);
    *flow = (struct flow){.cfg = flow_config(settings)};
    struct pt_run served = *run; /* as the program's own engines are */
    served.serving = &pt_serving_socket;
    if (pt_engine_start(flow->cfg, &served, &flow->eng, &err) != PT_OK)
        fail_msg("engine: %s", err.what);
    flow_look(flow);
    return flow;
}

void flow_close(struct flow *flow)
{
    pt_snapshot_release(flow->snap);
    pt_engine_free(flow->eng);
    pt_config_free(flow->cfg);
    *flow = (struct flow){0};
}

/* ---- snapshots ---- */

static void check_stream(const struct pt_stream *s, int64_t stride)
{
    if (s->generated != s->delivered + s->failed + s->in_flight + s->unresolved)
        fail_msg("%s: generated %lld is not delivered %lld + failed %lld + in flight %lld + "
                 "unresolved %lld",
                 s->name, (long long)s->generated, (long long)s->delivered, (long long)s->failed,
                 (long long)s->in_flight, (long long)s->unresolved);
    assert_true(s->delivered >= 0 && s->failed >= 0 && s->in_flight >= 0 && s->unresolved >= 0);
    /* What is acked or failed keeps its slot: never more than the window. */
    assert_true(s->in_flight + s->failed + s->unresolved <= s->window);
    assert_true(s->lowest_unresolved <= s->next_index);
    assert_true(s->next_index - s->lowest_unresolved <= s->window * stride);
}

void flow_look(struct flow *flow)
{
    const struct pt_snapshot *next = pt_engine_acquire(flow->eng);
    assert_non_null(next);
    if (flow->snap)
        assert_true(next->section.version >= flow->snap->section.version);
    if (flow->snap == NULL || next->section.version > flow->snap->section.version) {
        flow->n_seen++;
        for (int i = 0; i < PT_STREAMS; i++)
            check_stream(&next->streams->streams[i], flow->eng->set.shard.n);
        const char *bad = flow_unprintable(next);
        if (bad)
            fail_msg("not printable in a snapshot: %s", bad);
    }
    pt_snapshot_release(flow->snap);
    flow->snap = next;
}

static void drain(struct flow *flow, int64_t until_us)
{
    int64_t left_ms = (until_us - clock_mono_us()) / 1000 + 1;
    struct pollfd fd = {.fd = pt_engine_wake_fd(flow->eng), .events = POLLIN};
    uint64_t count;
    if (left_ms > 0 && poll(&fd, 1, left_ms < SILENCE_MS ? (int)left_ms : SILENCE_MS) == 1)
        assert_int_equal(read(fd.fd, &count, sizeof count), sizeof count);
    flow_look(flow);
}

bool flow_wait_for(struct flow *flow, flow_fn is_so, int64_t arg, int64_t limit_ms)
{
    int64_t until_us = clock_mono_us() + limit_ms * 1000;
    flow_look(flow);
    while (!is_so(flow, arg)) {
        if (clock_mono_us() >= until_us)
            return false;
        drain(flow, until_us);
    }
    return true;
}

void flow_watch(struct flow *flow, int64_t for_ms)
{
    int64_t until_us = clock_mono_us() + for_ms * 1000;
    while (clock_mono_us() < until_us)
        drain(flow, until_us);
}

/* What the snapshot says, for the message of a failure. */
static void tell(const struct flow *flow)
{
    const struct pt_snapshot *snap = flow->snap;
    print_error("cluster %s: %s\n", pt_cluster_state_word(snap->cluster->state),
                snap->cluster->last_error);
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *s = &snap->streams->streams[i];
        print_error("%s %s (%s): generated %lld delivered %lld failed %lld in flight %lld "
                    "uncommitted %lld unresolved %lld lowest %lld next %lld\n",
                    s->name, pt_stream_state_word(s->state), s->reason, (long long)s->generated,
                    (long long)s->delivered, (long long)s->failed, (long long)s->in_flight,
                    (long long)s->uncommitted, (long long)s->unresolved,
                    (long long)s->lowest_unresolved, (long long)s->next_index);
    }
    size_t n = snap->log->n_lines;
    for (size_t i = n > 12 ? n - 12 : 0; i < n; i++)
        print_error("log %s: %s\n", snap->log->lines[i]->area, snap->log->lines[i]->text);
}

void flow_wait(struct flow *flow, flow_fn is_so, int64_t arg, const char *what)
{
    if (flow_wait_for(flow, is_so, arg, FLOW_LIMIT_MS))
        return;
    tell(flow);
    fail_msg("in vain for %d s: %s", FLOW_LIMIT_MS / 1000, what);
}

/* ---- the end ---- */

static bool is_stopped(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return pt_engine_is_stopped(flow->eng);
}

static bool has_ended(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return pt_engine_ended_by(flow->eng) || pt_engine_failure(flow->eng, NULL) != PT_OK;
}

int64_t flow_stop(struct flow *flow, int64_t limit_ms)
{
    int64_t begin_us = clock_mono_us();
    pt_engine_stop(flow->eng, "the test's end", limit_ms);
    flow_wait(flow, is_stopped, 0, "stopped");
    int64_t took_ms = (clock_mono_us() - begin_us) / 1000;
    flow_look(flow);
    return took_ms;
}

const char *flow_run_out(struct flow *flow)
{
    struct pt_error err;
    flow_wait(flow, has_ended, 0, "the run's end");
    if (pt_engine_failure(flow->eng, &err) != PT_OK)
        fail_msg("engine: %s", err.what);
    const char *why = pt_engine_ended_by(flow->eng);
    flow_stop(flow, -1);
    return why;
}

void flow_check_drained(const struct flow *flow)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *s = &flow->snap->streams->streams[i];
        bool is_drained = s->failed == 0 && s->in_flight == 0 && s->unresolved == 0 &&
                          s->generated == s->delivered && s->lowest_unresolved == s->next_index &&
                          (s->uncommitted == 0 || s->uncommitted == PT_UNKNOWN);
        if (is_drained)
            continue;
        tell(flow);
        fail_msg("%s is not drained", s->name);
    }
    rd_kafka_t *rk = flow->eng->producer.rk;
    assert_int_equal(rk != NULL ? rd_kafka_outq_len(rk) : 0, 0);
}

void flow_run_whole(int64_t count, const char *const *settings)
{
    struct flow *flow = flow_start(FLOW_STREAM(count), settings);
    assert_string_equal(flow_run_out(flow), "count");
    flow_check_drained(flow);
    for (int i = 0; i < PT_STREAMS; i++)
        assert_int_equal(flow_stream(flow, i)->delivered, count);
    flow_close(flow);
}

struct pt_error flow_failure(struct flow *flow)
{
    struct pt_error err = {0};
    flow_wait(flow, has_ended, 0, "a failure of the engine");
    assert_int_not_equal(pt_engine_failure(flow->eng, &err), PT_OK);
    return err;
}

/* ---- a cluster outside ---- */

struct embedded *flow_cluster(const char *const *topics, int32_t partitions)
{
    struct pt_error err = {0};
    if (embedded_start(NULL, NULL, 0, &cluster, &err) != PT_OK)
        fail_msg("cluster: %s", err.what);
    for (; *topics; topics++)
        assert_int_equal(embedded_add_topic(cluster.mock, *topics, partitions, 1, &err), PT_OK);
    return &cluster;
}

const char *flow_servers(const struct embedded *outside)
{
    static char setting[300];
    snprintf(setting, sizeof setting, "bootstrap.servers=%s", outside->bootstrap);
    return setting;
}

void flow_set_down(rd_kafka_mock_cluster_t *mock, bool is_down)
{
    for (int32_t id = 1; id <= EMBEDDED_BROKERS; id++)
        assert_int_equal(is_down ? rd_kafka_mock_broker_set_down(mock, id)
                                 : rd_kafka_mock_broker_set_up(mock, id),
                         RD_KAFKA_RESP_ERR_NO_ERROR);
}
