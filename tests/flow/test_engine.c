/* The engine on its embedded cluster, without faults: commands, runs, accounts. */
#include <dirent.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine_fixture.h"
#include "pintop/report.h"
#include "scratch.h"

/* ---- commands and snapshots ---- */

static bool is_settled(const struct flow *flow, int64_t is_wanted)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (flow_stream(flow, i)->is_wanted != (is_wanted != 0) ||
            flow_stream(flow, i)->is_wish_pending)
            return false;
    return true;
}

static void test_start_stop(void **state)
{
    (void)state;
    struct flow *flow = flow_start(FLOW_RUN(0), FLOW_SET("pintop.stream.rate=500"));
    /* A start before the cluster is up is remembered. */
    flow_start_streams(flow, PT_STREAM_BIT(PT_PIN));
    flow_wait_state(flow, PT_STREAM_BIT(PT_PIN), PT_STREAM_RUNNING);
    flow_wait_delivered(flow, PT_STREAM_BIT(PT_PIN), 100);
    assert_int_equal(flow_stream(flow, PT_GEO)->state, PT_STREAM_STOPPED);
    assert_int_equal(flow_stream(flow, PT_GEO)->generated, 0);

    flow_start_streams(flow, PT_STREAM_ALL);
    flow_wait(flow, is_settled, true, "all commands answered");
    flow_wait_delivered(flow, PT_STREAM_ALL, 100);

    flow_stop_streams(flow, PT_STREAM_BIT(PT_GEO));
    flow_wait_state(flow, PT_STREAM_BIT(PT_GEO), PT_STREAM_STOPPED);
    int64_t geo = flow_stream(flow, PT_GEO)->generated;
    flow_wait_delivered(flow, PT_STREAM_BIT(PT_PIN) | PT_STREAM_BIT(PT_USER),
                        flow_stream(flow, PT_PIN)->delivered + 500);
    assert_int_equal(flow_stream(flow, PT_GEO)->generated, geo);
    assert_int_equal(flow_stream(flow, PT_GEO)->in_flight, 0);

    /* When it is started again, the stream continues where it stopped. */
    flow_start_streams(flow, PT_STREAM_BIT(PT_GEO));
    flow_wait_delivered(flow, PT_STREAM_BIT(PT_GEO), geo + 1);
    assert_int_equal(flow_stream(flow, PT_GEO)->first_index, 0);
    flow_stop_streams(flow, PT_STREAM_ALL);
    flow_wait_state(flow, PT_STREAM_ALL, PT_STREAM_STOPPED);
    flow_wait(flow, is_settled, false, "all commands answered");
    flow_stop(flow, -1);
    flow_check_drained(flow);
    flow_close(flow);
    flow_check_audit(FLOW_NONE, 0);
}

/* Records a second that a stream generated between two snapshots at least 1 s apart. */
struct pace {
    int64_t from_ms, from;
};

static bool is_a_second_later(const struct flow *flow, int64_t from_ms)
{
    return flow->snap->time_ms >= from_ms + 1000;
}

static double pace_of(struct flow *flow, enum pt_stream_id id)
{
    struct pace p = {flow->snap->time_ms, flow_stream(flow, id)->generated};
    flow_wait(flow, is_a_second_later, p.from_ms, "a second");
    return (double)(flow_stream(flow, id)->generated - p.from) * 1000 /
           (double)(flow->snap->time_ms - p.from_ms);
}

static bool has_target(const struct flow *flow, int64_t per_s)
{
    double target = flow_stream(flow, PT_PIN)->target_per_s;
    return target > (double)per_s - 0.5 && target < (double)per_s + 0.5;
}

static void test_rate(void **state)
{
    (void)state;
    struct flow *flow =
        flow_start(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_SET("pintop.stream.rate=200"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 20);
    double pace = pace_of(flow, PT_PIN);
    assert_true(pace > 100 && pace < 300);
    flow_set_rate(flow, PT_STREAM_BIT(PT_PIN), 2000);
    flow_wait(flow, has_target, 2000, "the new rate");
    pace = pace_of(flow, PT_PIN);
    assert_true(pace > 1000 && pace < 3000);
    assert_true(flow_stream(flow, PT_GEO)->target_per_s < 201);
    /* A low rate again: no burst and no backlog. */
    flow_set_rate(flow, PT_STREAM_BIT(PT_PIN), 1);
    flow_wait(flow, has_target, 1, "the new rate");
    flow_watch(flow, 150);
    int64_t before = flow_stream(flow, PT_PIN)->generated;
    flow_watch(flow, 1000);
    assert_in_range(flow_stream(flow, PT_PIN)->generated - before, 0, 3);
    flow_close(flow);
}

static void test_readonly_and_names(void **state)
{
    (void)state;
    struct pt_error err;
    struct pt_command cmd = {
        .kind = PT_CMD_TOPIC_CREATE, .topic = "else.pin", .partitions = -1, .replication = -1};
    struct flow *flow = flow_start(FLOW_RUN(0), FLOW_NONE);
    flow_wait_up(flow);
    assert_int_equal(pt_engine_submit(flow->eng, &cmd, NULL, &err), PT_ENAME);
    assert_non_null(strstr(err.what, "demo."));
    cmd.topic = "demo.more";
    const struct pt_result *result = flow_ask(flow, &cmd);
    flow_check_result(result, PT_RESULT_DONE);
    assert_string_equal(result->text, "Created topic demo.more.");
    result = flow_ask(flow, &cmd);
    assert_int_equal(result->error.code, PT_EEXISTS);
    flow_stop(flow, 0);
    cmd.kind = PT_CMD_REFRESH;
    assert_int_equal(pt_engine_submit(flow->eng, &cmd, NULL, &err), PT_ECLOSED);
    flow_close(flow);
    /* The next run creates the topic again. */
    flow = flow_start(FLOW_RUN(0), FLOW_NONE);
    flow_wait_up(flow);
    assert_non_null(flow_topic(flow, "demo.more"));
    flow_close(flow);
}

/* ---- runs ---- */

static void test_count(void **state)
{
    (void)state;
    flow_run_whole(30000, FLOW_SET("pintop.stream.rate=max"));
    struct pt_audit audit = flow_audit(FLOW_NONE, PT_AUDIT_SINK);
    for (int i = 0; i < PT_STREAMS; i++) {
        assert_int_equal(audit.streams[i].present, 30000);
        assert_int_equal(audit.streams[i].missing, 0);
        assert_int_equal(audit.streams[i].doubled, 0);
        assert_int_equal(audit.streams[i].beyond, 0);
        assert_int_equal(audit.streams[i].last_index, 29999);
    }
    struct checkpoint *cp = flow_checkpoint("embedded", "demo.geo");
    assert_int_equal(cp->next_index, 30000);
    assert_int_equal(cp->taken_index, 30000);
    assert_string_equal(cp->ended_why, "the test's end");
    free(cp);
}

static void test_duration(void **state)
{
    (void)state;
    struct flow *flow = flow_start(
        FLOW_RUN(.start = PT_STREAM_BIT(PT_GEO), .duration_ms = 700, .has_sink_drain = true),
        FLOW_SET("pintop.stream.rate=1000"));
    assert_string_equal(flow_run_out(flow), "duration");
    flow_check_drained(flow);
    assert_true(flow_stream(flow, PT_GEO)->delivered > 0);
    assert_int_equal(flow_stream(flow, PT_PIN)->generated, 0);
    flow_close(flow);
}

/* Objects by name, with a hash of their bytes. */
struct object {
    char path[300];
    uint64_t hash;
};
static struct object objects[4000];
static size_t n_objects;

static int add_object(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    const char *dot = strrchr(path, '.');
    if (type != FTW_F || strstr(path, "partition=") == NULL || dot == NULL)
        return 0;
    struct object *object = &objects[n_objects++];
    assert_true(n_objects < sizeof objects / sizeof *objects);
    snprintf(object->path, sizeof object->path, "%s", path);
    object->hash = 1469598103934665603u;
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    for (int c; (c = getc(file)) != EOF;)
        object->hash = (object->hash ^ (unsigned)c) * 1099511628211u;
    fclose(file);
    return 0;
}

static void list_objects(void)
{
    struct pt_config *cfg = flow_config(FLOW_NONE);
    n_objects = 0;
    assert_int_equal(nftw(pt_config_get(cfg, "pintop.sink.dir"), add_object, 16, FTW_PHYS), 0);
    pt_config_free(cfg);
}

static void test_second_run_replaces_nothing(void **state)
{
    (void)state;
    const char *const *settings = FLOW_SET("pintop.stream.rate=max", "pintop.sink.flush.size=500");
    flow_run_whole(4000, settings);
    list_objects();
    size_t n_first = n_objects;
    assert_in_range(n_first, 3 * 4000 / 500, 3 * 4000);
    struct object *first = calloc(n_first, sizeof *first);
    assert_non_null(first);
    memcpy(first, objects, n_first * sizeof *first);

    struct flow *flow = flow_start(FLOW_STREAM(3000), settings);
    assert_string_equal(flow_run_out(flow), "count");
    flow_check_drained(flow);
    for (int i = 0; i < PT_STREAMS; i++) {
        assert_int_equal(flow_stream(flow, i)->first_index, 4000);
        assert_int_equal(flow_stream(flow, i)->next_index, 7000);
        assert_int_equal(flow_stream(flow, i)->delivered, 3000);
        assert_int_equal(flow_stream(flow, i)->account_delivered, 7000);
        assert_int_equal(flow_stream(flow, i)->account_first_index, 0);
    }
    flow_close(flow);
    flow_check_audit(settings, 0);

    list_objects();
    assert_true(n_objects > n_first);
    size_t same = 0;
    for (size_t i = 0; i < n_objects; i++)
        for (size_t k = 0; k < n_first; k++)
            same += strcmp(objects[i].path, first[k].path) == 0 && objects[i].hash == first[k].hash;
    assert_int_equal(same, n_first);
    free(first);
}

/* ---- accounts ---- */

static void test_first_index(void **state)
{
    (void)state;
    char old[600];
    flow_run_whole(500, FLOW_SET("pintop.stream.rate=max"));
    struct pt_run anew = *FLOW_STREAM(200);
    anew.first_index = 10000;
    struct flow *flow =
        flow_start(&anew, FLOW_SET("pintop.stream.rate=max", "pintop.stream.seed=7"));
    assert_string_equal(flow_run_out(flow), "count");
    assert_int_equal(flow_stream(flow, PT_USER)->first_index, 10000);
    assert_int_equal(flow_stream(flow, PT_USER)->next_index, 10200);
    flow_close(flow);
    struct pt_audit audit = flow_audit(FLOW_SET("pintop.stream.seed=7"), PT_AUDIT_AUTO);
    for (int i = 0; i < PT_STREAMS; i++) {
        assert_int_equal(audit.streams[i].first_index, 10000);
        assert_int_equal(audit.streams[i].present, 200);
        assert_int_equal(audit.streams[i].missing, 0);
        /* The records of the old account come before the first index of this one. */
        assert_int_equal(audit.streams[i].foreign, 0);
    }
    snprintf(old, sizeof old, "%s/accounts/embedded+demo.pin.json.old", scratch_path("state"));
    assert_int_equal(access(old, R_OK), 0);
}

static void test_other_seed_is_refused(void **state)
{
    (void)state;
    flow_run_whole(50, FLOW_SET("pintop.stream.rate=max", "pintop.stream.seed=41"));
    struct flow *flow =
        flow_start(FLOW_STREAM(50), FLOW_SET("pintop.stream.rate=max", "pintop.stream.seed=42"));
    struct pt_error err = flow_failure(flow);
    assert_int_equal(err.code, PT_EMISMATCH);
    assert_non_null(strstr(err.what, "41"));
    assert_non_null(strstr(err.what, "42"));
    assert_non_null(strstr(err.fix, "--first-index"));
    flow_wait_state(flow, PT_STREAM_ALL, PT_STREAM_ERROR);
    assert_non_null(strstr(flow_stream(flow, PT_PIN)->reason, "41"));
    assert_int_equal(flow_stream(flow, PT_PIN)->generated, 0);
    flow_close(flow);
    struct checkpoint *cp = flow_checkpoint("embedded", "demo.pin");
    assert_int_equal(cp->seed, 41);
    assert_int_equal(cp->next_index, 50);
    free(cp);
}

static void test_damaged_checkpoint_is_left(void **state)
{
    (void)state;
    char path[600], text[64] = "";
    flow_run_whole(50, FLOW_SET("pintop.stream.rate=max"));
    snprintf(path, sizeof path, "%s/accounts/embedded+demo.geo.json", scratch_path("state"));
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("{\"version\":1,\"clus\033[31m", file);
    fclose(file);
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_NONE);
    flow_wait_state(flow, PT_STREAM_BIT(PT_GEO), PT_STREAM_ERROR);
    assert_non_null(strstr(flow_stream(flow, PT_GEO)->reason, "embedded+demo.geo.json"));
    assert_true(flow_stream(flow, PT_GEO)->fix[0] != 0);
    /* The other streams are not affected. */
    flow_wait_delivered(flow, PT_STREAM_BIT(PT_PIN) | PT_STREAM_BIT(PT_USER), 5);
    flow_close(flow);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, "{\"version\":1,\"clus\033[31m");
}

/* ---- two engines on one state directory ---- */

static bool has_owner(const struct flow *flow, int64_t pid)
{
    return flow->snap->session->owner_pid == pid;
}

static bool has_records(const struct flow *flow, int64_t arg)
{
    const struct pt_topic *topic = flow_topic(flow, "demo.pin");
    (void)arg;
    return topic && topic->messages > 0;
}

static void test_watcher(void **state)
{
    (void)state;
    struct flow *owner =
        flow_start(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_SET("pintop.stream.rate=100"));
    flow_wait_delivered(owner, PT_STREAM_ALL, 10);

    struct flow *watcher = flow_start(FLOW_RUN(0), FLOW_NONE);
    flow_wait_up(watcher);
    flow_wait(watcher, has_owner, getpid(), "the owner's pid");
    assert_false(watcher->snap->session->is_owner);
    flow_wait(watcher, has_records, 0, "the records in the owner's topic");
    assert_int_equal(flow_stream(watcher, PT_PIN)->state, PT_STREAM_ELSEWHERE);
    assert_int_equal(flow_stream(watcher, PT_PIN)->owner_pid, getpid());
    const struct pt_result *refused =
        flow_ask(watcher, &(struct pt_command){.kind = PT_CMD_START, .streams = PT_STREAM_ALL});
    char pid[24];
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    assert_int_equal(refused->error.code, PT_ELOCKED);
    assert_non_null(strstr(refused->error.what, pid));

    struct flow *run = flow_start(FLOW_STREAM(10), FLOW_NONE);
    struct pt_error err = flow_failure(run);
    assert_int_equal(err.code, PT_ELOCKED);
    assert_non_null(strstr(err.what, pid));
    flow_close(run);
    flow_close(watcher);

    /* The owner is not affected. */
    flow_wait_delivered(owner, PT_STREAM_ALL, flow_stream(owner, PT_PIN)->delivered + 20);
    flow_stop(owner, -1);
    flow_check_drained(owner);
    flow_close(owner);
    flow_check_audit(FLOW_NONE, 0);
}

/* ---- a link ---- */

/* What a front end sees of an engine in its own process, without a call of the engine itself. */
static const struct pt_result *link_result(const struct pt_snapshot *snap, uint64_t id)
{
    for (size_t i = 0; i < snap->completed->n_results; i++)
        if (snap->completed->results[i]->id == id &&
            snap->completed->results[i]->state != PT_RESULT_RUNNING)
            return snap->completed->results[i];
    return NULL;
}

static bool link_has_topic(const struct pt_snapshot *snap, const char *name)
{
    for (size_t i = 0; i < snap->topics->n_topics; i++)
        if (strcmp(snap->topics->topics[i].name, name) == 0)
            return true;
    return false;
}

/* Wait until the link wakes and return the newest snapshot; the old one is released. */
static const struct pt_snapshot *link_next(const struct pt_link *link,
                                           const struct pt_snapshot *before)
{
    struct pollfd fd = {.fd = pt_link_wake_fd(link), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, FLOW_LIMIT_MS), 1);
    const struct pt_snapshot *snap = pt_link_acquire(link);
    assert_true(snap->section.version >= before->section.version);
    pt_snapshot_release(before);
    return snap;
}

static void test_link(void **state)
{
    (void)state;
    struct pt_error err;
    uint64_t id = 0;
    struct flow *flow = flow_start(FLOW_RUN(0), FLOW_NONE);
    struct pt_link link = pt_engine_link(flow->eng);
    const struct pt_snapshot *snap = pt_link_acquire(&link);
    const char *const seen[] = {"demo.linked"};
    struct pt_command create = {
        .kind = PT_CMD_TOPIC_CREATE, .topic = "demo.linked", .partitions = 1, .replication = 1};
    struct pt_command bad = {.kind = PT_CMD_TOPIC_CREATE, .topic = "a/b", .partitions = 1};
    assert_true(pt_link_is_open(&link) && !pt_link_is_stopped(&link));
    assert_int_equal(pt_link_check(&link, &bad, &err), PT_ENAME);
    assert_int_equal(pt_link_submit(&link, &bad, NULL, &err), PT_ENAME);
    assert_int_equal(pt_link_check(&link, &create, &err), PT_OK);
    while (snap->topics->asked_ms == PT_UNKNOWN)
        snap = link_next(&link, snap);
    pt_link_look_at(&link, seen, 1);
    assert_int_equal(pt_link_submit(&link, &create, &id, &err), PT_OK);
    while (link_result(snap, id) == NULL)
        snap = link_next(&link, snap);
    assert_int_equal(link_result(snap, id)->state, PT_RESULT_DONE);
    while (!link_has_topic(snap, "demo.linked"))
        snap = link_next(&link, snap);
    assert_null(pt_link_ended_by(&link));
    pt_link_stop(&link, "the test's end", PT_STOP_UNLIMITED);
    while (!pt_link_is_stopped(&link))
        snap = link_next(&link, snap);
    assert_int_equal(pt_link_submit(&link, &create, NULL, &err), PT_ECLOSED);
    assert_int_equal(pt_link_failure(&link, &err), PT_OK);
    pt_snapshot_release(snap);
    pt_link_close(&link, FLOW_LIMIT_MS);
    assert_false(pt_link_is_open(&link));
    flow_close(flow);
}

/* What is made of one on another thread, an incident file, may end after the engine did. */
static void test_a_snapshot_outlives_its_engine(void **state)
{
    (void)state;
    struct flow *flow = flow_start(FLOW_STREAM(50), FLOW_NONE);
    flow_run_out(flow);
    const struct pt_snapshot *snap = pt_snapshot_acquire(flow->snap);
    char *before = pt_snapshot_json(snap);
    flow_close(flow);
    char *after = pt_snapshot_json(snap);
    assert_string_equal(after, before);
    pt_snapshot_release(snap);
    free(before);
    free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_start_stop, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_rate, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_readonly_and_names, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_count, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_duration, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_second_run_replaces_nothing, flow_setup,
                                        flow_teardown),
        cmocka_unit_test_setup_teardown(test_first_index, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_other_seed_is_refused, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_damaged_checkpoint_is_left, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_watcher, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_link, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_a_snapshot_outlives_its_engine, flow_setup,
                                        flow_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
