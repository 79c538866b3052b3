/* Shards: several engines on one cluster and one state directory make one account without a gap,
 * and shards that overlap are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine_fixture.h"
#include "pintop/attach.h"
#include "scratch.h"

enum { PARTITIONS = 2, SHARDS = 4, COUNT = 3000 };

static const char *const topics[] = {"demo.pin", "demo.geo", "demo.user", NULL};

/* "pintop.stream.shard=i/n"; one of eight static buffers. */
static const char *shard_setting(uint32_t i, uint32_t n)
{
    static char settings[8][40];
    static unsigned at;
    char *out = settings[at++ % 8];
    snprintf(out, sizeof settings[0], "pintop.stream.shard=%" PRIu32 "/%" PRIu32, i, n);
    return out;
}

static void check_joined(const char *const *settings, int64_t present, int64_t max_doubled)
{
    struct pt_audit audit = flow_audit(settings, PT_AUDIT_AUTO);
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_audit_stream *s = &audit.streams[i];
        if (s->present != present || s->missing != 0 || s->foreign != 0 || s->beyond != 0 ||
            s->doubled > max_doubled)
            fail_msg("%s: present %lld missing %lld doubled %lld foreign %lld beyond %lld: %s",
                     s->name, (long long)s->present, (long long)s->missing, (long long)s->doubled,
                     (long long)s->foreign, (long long)s->beyond, s->shards_note);
    }
}

static void test_four_at_once(void **state)
{
    struct flow *flows[SHARDS];
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster);
    for (uint32_t i = 0; i < SHARDS; i++)
        flows[i] = flow_start(FLOW_STREAM(COUNT), FLOW_SET(servers, "pintop.stream.rate=max",
                                                           shard_setting(i + 1, SHARDS)));
    for (uint32_t i = 0; i < SHARDS; i++) {
        assert_string_equal(flow_run_out(flows[i]), "count");
        flow_check_drained(flows[i]);
        for (int s = 0; s < PT_STREAMS; s++) {
            const struct pt_stream *stream = flow_stream(flows[i], s);
            assert_int_equal(stream->delivered, COUNT);
            assert_int_equal(stream->first_index, i);
            assert_int_equal(stream->next_index, i + SHARDS * COUNT);
            assert_int_equal(stream->account_first_index, i);
            assert_int_equal(stream->account_generated, COUNT);
            assert_int_equal(stream->account_delivered, COUNT);
        }
        flow_close(flows[i]);
    }
    check_joined(FLOW_SET(servers), (int64_t)SHARDS * COUNT, 0);
}

/* A second run of a shard continues its own account. */
static void test_each_goes_on(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster);
    for (int round = 1; round <= 3; round++)
        for (uint32_t i = 1; i <= 2; i++) {
            struct flow *flow = flow_start(
                FLOW_STREAM(500), FLOW_SET(servers, "pintop.stream.rate=max", shard_setting(i, 2)));
            assert_string_equal(flow_run_out(flow), "count");
            assert_int_equal(flow_stream(flow, PT_GEO)->account_generated, 500 * round);
            flow_close(flow);
        }
    check_joined(FLOW_SET(servers), 3000, 0);
}

/* Two hosts, the shard of the other one first: on either, --shards 2 finds all that both wrote. */
static void test_two_hosts(void **state)
{
    enum { HOSTS = 2, EACH = 500 };
    char dirs[HOSTS][300];
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster), *rate = "pintop.stream.rate=max";
    for (int host = HOSTS - 1; host >= 0; host--) {
        snprintf(dirs[host], sizeof dirs[0], "pintop.state.dir=%s-%d", scratch_path("state"), host);
        struct flow *flow = flow_start(
            &(const struct pt_run){
                .start = PT_STREAM_ALL, .count = EACH, .has_sink_drain = true, .first_index = 3},
            FLOW_SET(servers, rate, dirs[host], shard_setting((uint32_t)host + 1, HOSTS)));
        assert_string_equal(flow_run_out(flow), "count");
        flow_close(flow);
    }
    for (int host = 0; host < HOSTS; host++) {
        const struct pt_audit_opts opts = {
            .from_index = -1, .until = -1, .streams = PT_STREAM_ALL, .shards = HOSTS};
        struct pt_config *cfg = flow_config(FLOW_SET(servers, dirs[host]));
        struct pt_audit audit;
        struct pt_error err = {0};
        assert_int_equal(pt_audit_run(cfg, &opts, &audit, &err), PT_OK);
        for (int i = 0; i < PT_STREAMS; i++) {
            const struct pt_audit_stream *s = &audit.streams[i];
            assert_int_equal(s->present, HOSTS * EACH);
            assert_int_equal(s->missing, 0);
            assert_int_equal(s->foreign, 0);
            assert_int_equal(s->shards_assumed, 1);
        }
        pt_audit_done(&audit);
        pt_config_free(cfg);
    }
}

/* A run of a shard that ends while the brokers are down. */
static void leave_records_open(struct embedded *cluster, const char *const *settings)
{
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL), settings);
    flow_wait_delivered(flow, PT_STREAM_ALL, 101);
    flow_set_down(cluster->mock, true);
    flow_watch(flow, 500);
    flow_stop(flow, 100);
    int64_t unresolved = flow_stream(flow, PT_PIN)->unresolved;
    flow_close(flow);
    flow_set_down(cluster->mock, false);
    assert_true(unresolved > 10);
}

/* Records that were open at the end of a run are made again, each by its own shard. */
static void test_unresolved_of_a_shard(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster), *shard = shard_setting(2, 3);
    leave_records_open(cluster, FLOW_SET(servers, "pintop.stream.rate=500", shard));
    struct flow *flow =
        flow_start(FLOW_STREAM(1000), FLOW_SET(servers, "pintop.stream.rate=max", shard));
    assert_string_equal(flow_run_out(flow), "count");
    int64_t made = flow_stream(flow, PT_PIN)->account_generated;
    flow_close(flow);
    struct pt_audit audit = flow_audit(FLOW_SET(servers), PT_AUDIT_AUTO);
    assert_int_equal(audit.streams[PT_PIN].present, made);
    assert_int_equal(audit.streams[PT_PIN].missing, 0);
    assert_int_equal(audit.streams[PT_PIN].foreign, 0);
    assert_int_equal(audit.streams[PT_PIN].shards_found, 1);
}

static void expect_refusal(const char *const *settings, const char *was, const char *now)
{
    struct flow *flow = flow_start(FLOW_STREAM(10), settings);
    struct pt_error err = flow_failure(flow);
    assert_int_equal(err.code, PT_EMISMATCH);
    assert_non_null(strstr(err.what, was));
    assert_non_null(strstr(err.what, now));
    assert_non_null(strstr(err.fix, "--first-index"));
    flow_close(flow);
}

/* Both values and the fix; and the fix helps: the accounts that overlap are kept as .old. */
static void test_another_number_is_refused(void **state)
{
    char path[4096];
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster), *rate = "pintop.stream.rate=max";
    flow_run_whole(100, FLOW_SET(servers, rate));
    expect_refusal(FLOW_SET(servers, shard_setting(2, 4)), "shard 1/1", "shard is now 2/4");
    for (uint32_t i = 1; i <= 4; i++) {
        struct flow *flow = flow_start(
            &(const struct pt_run){
                .start = PT_STREAM_ALL, .count = 50, .has_sink_drain = true, .first_index = 102},
            FLOW_SET(servers, rate, shard_setting(i, 4)));
        assert_string_equal(flow_run_out(flow), "count");
        assert_int_equal(flow_stream(flow, PT_PIN)->first_index, i <= 2 ? 103 + i : 99 + i);
        snprintf(path, sizeof path, "%s/accounts/%s+demo.pin.json.old", scratch_path("state"),
                 flow->snap->cluster->id);
        assert_int_equal(access(path, R_OK), 0);
        flow_close(flow);
    }
    /* The old account's records are foreign to the new one's start, so only the new ones count. */
    check_joined(FLOW_SET(servers), 200, 0);
    expect_refusal(FLOW_SET(servers), "as shard ", "shard is now 1/1");
    expect_refusal(FLOW_SET(servers, shard_setting(1, 8)), "/4", "shard is now 1/8");
}

/* The account of another shard of the same number is damaged: that is no matter of this one's, and
 * its file is left where it is, even with --first-index. One of another number may overlap. */
static void test_a_damaged_sibling_is_left_alone(void **state)
{
    char path[600];
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster), *rate = "pintop.stream.rate=max";
    for (uint32_t i = 1; i <= 2; i++)
        flow_run_whole(50, FLOW_SET(servers, rate, shard_setting(i, 2)));
    struct flow *flow = flow_start(FLOW_RUN(0), FLOW_SET(servers));
    flow_wait_up(flow);
    snprintf(path, sizeof path, "state/accounts/%s+demo.pin+1of2.json", flow->snap->cluster->id);
    flow_close(flow);
    assert_int_equal(access(scratch_path(path), R_OK), 0);
    scratch_put(path, "{\"version\":1,");
    flow_run_whole(50, FLOW_SET(servers, rate, shard_setting(2, 2)));
    const struct pt_run again = {
        .start = PT_STREAM_ALL, .count = 50, .has_sink_drain = true, .first_index = 1000};
    flow = flow_start(&again, FLOW_SET(servers, rate, shard_setting(2, 2)));
    assert_string_equal(flow_run_out(flow), "count");
    flow_close(flow);
    char *text = scratch_get(path);
    assert_string_equal(text, "{\"version\":1,");
    free(text);
    flow = flow_start(FLOW_STREAM(10), FLOW_SET(servers, rate, shard_setting(2, 3)));
    assert_int_not_equal(flow_failure(flow).code, PT_OK);
    flow_close(flow);
    /* Its own run still stops at it, and the file is named. */
    flow = flow_start(FLOW_STREAM(10), FLOW_SET(servers, rate, shard_setting(1, 2)));
    struct pt_error err = flow_failure(flow);
    assert_int_equal(err.code, PT_EDATA);
    assert_non_null(strstr(err.what, "+1of2.json"));
    flow_close(flow);
}

/* Beside a shard that runs, one that overlaps is refused by its lock, even with --first-index. */
static void test_a_running_shard_is_left_alone(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster);
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL),
                                   FLOW_SET(servers, "pintop.stream.rate=50", shard_setting(1, 2)));
    flow_wait_delivered(flow, PT_STREAM_ALL, 1);
    struct flow *other = flow_start(
        &(const struct pt_run){.start = PT_STREAM_ALL, .count = 5, .has_sink_drain = true},
        FLOW_SET(servers));
    struct pt_error err = flow_failure(other);
    assert_int_equal(err.code, PT_ELOCKED);
    assert_non_null(strstr(err.what, "1/2"));
    flow_close(other);
    /* A dashboard without a shard sees that the streams are another's. */
    other = flow_start(FLOW_RUN(0), FLOW_SET(servers));
    flow_wait_state(other, PT_STREAM_ALL, PT_STREAM_ELSEWHERE);
    assert_int_equal(flow_stream(other, PT_PIN)->owner_pid, getpid());
    assert_string_equal(flow->snap->session->shard, "1/2");
    flow_close(other);
    flow_stop(flow, -1);
    flow_close(flow);
}

/* Attaches with these settings; returns the shard that the engine there has, or "" for none. */
static void attach(const char *const *settings, char *out, size_t cap)
{
    struct pt_config *cfg = flow_config(settings);
    struct pt_link link = {0};
    struct pt_error err = {0};
    const struct pt_run run = {.first_index = -1, .may_attach = true};
    pt_code code = pt_attach_open(cfg, &run, FLOW_LIMIT_MS, &link, &err);
    out[0] = 0;
    if (code == PT_OK) {
        const struct pt_snapshot *snap = pt_link_acquire(&link);
        snprintf(out, cap, "%s", snap->session->shard);
        pt_snapshot_release(snap);
        pt_link_free(&link);
    } else if (code != PT_ENOTFOUND) {
        fail_msg("attach: %s", err.what);
    }
    pt_config_free(cfg);
}

/* Each shard of one state directory serves its own engine, and is found by its own name. */
static void test_each_is_attached_to(void **state)
{
    char found[2][16], whole[16];
    struct flow *flows[2];
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster), *rate = "pintop.stream.rate=50";
    for (uint32_t i = 0; i < 2; i++)
        flows[i] = flow_start(FLOW_RUN(.start = PT_STREAM_ALL),
                              FLOW_SET(servers, rate, shard_setting(i + 1, 2)));
    for (uint32_t i = 0; i < 2; i++)
        flow_wait_delivered(flows[i], PT_STREAM_ALL, 1);
    for (uint32_t i = 0; i < 2; i++)
        attach(FLOW_SET(servers, rate, shard_setting(i + 1, 2)), found[i], sizeof found[i]);
    attach(FLOW_SET(servers, rate), whole, sizeof whole);
    for (int i = 0; i < 2; i++) {
        flow_stop(flows[i], -1);
        flow_close(flows[i]);
    }
    assert_string_equal(found[0], "1/2");
    assert_string_equal(found[1], "2/2");
    assert_string_equal(whole, "");
}

/* ---- the embedded cluster, one for each shard ---- */

static void test_embedded(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 3; i++) {
        char dir[300], sink[300];
        snprintf(dir, sizeof dir, "pintop.state.dir=%s-%" PRIu32, scratch_path("state"), i);
        snprintf(sink, sizeof sink, "pintop.sink.dir=%s-%" PRIu32, scratch_path("sink"), i);
        const char *const *settings = FLOW_SET(dir, sink, "pintop.stream.rate=max",
                                               "pintop.stream.key=none", shard_setting(i, 3));
        flow_run_whole(900, settings);
        struct pt_audit audit = flow_audit(settings, PT_AUDIT_AUTO);
        for (int s = 0; s < PT_STREAMS; s++) {
            assert_int_equal(audit.streams[s].present, 900);
            assert_int_equal(audit.streams[s].missing, 0);
            assert_int_equal(audit.streams[s].foreign, 0);
        }
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, flow_setup, flow_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_four_at_once),
        TEST(test_each_goes_on),
        TEST(test_two_hosts),
        TEST(test_unresolved_of_a_shard),
        TEST(test_another_number_is_refused),
        TEST(test_a_damaged_sibling_is_left_alone),
        TEST(test_a_running_shard_is_left_alone),
        TEST(test_each_is_attached_to),
        TEST(test_embedded),
    };
    return cmocka_run_group_tests_name("shards", tests, NULL, NULL);
}
