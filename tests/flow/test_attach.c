/* An engine and the links of other pintops to it: they show the same account, their commands are
 * carried out, they come and go, and an engine that is gone is said at once. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "desk/section.h"
#include "engine_fixture.h"
#include "pintop/attach.h"
#include "pintop/report.h"
#include "scratch.h"

enum { ROUNDS = 1000, SCREENS = 3, OPEN_MS = 10000, GONE_MS = 1000, COUNT = 3000 };

static struct pt_link attach_to(const struct pt_config *cfg)
{
    struct pt_link link;
    struct pt_error err = {0};
    const struct pt_run run = {.first_index = -1, .has_connectors = true};
    if (pt_attach_open(cfg, &run, OPEN_MS, &link, &err) != PT_OK)
        fail_msg("attach: %s. %s", err.what, err.fix);
    return link;
}

typedef bool (*attached_fn)(const struct pt_snapshot *snap, uint64_t arg);

/* The first snapshot of which it is so, to be released. */
static const struct pt_snapshot *attached_wait(const struct pt_link *link, attached_fn is_so,
                                               uint64_t arg, const char *what)
{
    int64_t until_us = clock_mono_us() + (int64_t)FLOW_LIMIT_MS * 1000;
    struct pollfd fd = {.fd = pt_link_wake_fd(link), .events = POLLIN};
    while (clock_mono_us() < until_us) {
        const struct pt_snapshot *snap = pt_link_acquire(link);
        if (is_so(snap, arg))
            return snap;
        pt_snapshot_release(snap);
        poll(&fd, 1, 1000);
    }
    fail_msg("the attached link never showed: %s", what);
    return NULL;
}

static bool is_attached(const struct pt_snapshot *snap, uint64_t arg)
{
    (void)arg;
    return snap->session->link == PT_LINK_ATTACHED;
}

static bool is_gone(const struct pt_snapshot *snap, uint64_t arg)
{
    (void)arg;
    return snap->session->link == PT_LINK_GONE;
}

static bool has_version(const struct pt_snapshot *snap, uint64_t version)
{
    return snap->section.version >= version;
}

static bool has_result(const struct pt_snapshot *snap, uint64_t id)
{
    for (size_t i = 0; i < snap->completed->n_results; i++)
        if (snap->completed->results[i]->id == id &&
            snap->completed->results[i]->state != PT_RESULT_RUNNING)
            return true;
    return false;
}

static const struct pt_result *ask_there(const struct pt_link *link, const struct pt_command *cmd,
                                         const struct pt_snapshot **snap)
{
    uint64_t id = 0;
    struct pt_error err = {0};
    if (pt_link_submit(link, cmd, &id, &err) != PT_OK)
        fail_msg("submit: %s", err.what);
    *snap = attached_wait(link, has_result, id, "the result of a command");
    for (size_t i = 0; i < (*snap)->completed->n_results; i++)
        if ((*snap)->completed->results[i]->id == id)
            return (*snap)->completed->results[i];
    return NULL;
}

/* All that the engine shows, without what the link itself says. */
static void shows_the_same(const struct flow *flow, const struct pt_link *link)
{
    const struct pt_snapshot *there =
        attached_wait(link, has_version, flow->snap->section.version, "the engine's snapshot");
    struct pt_session_section session;
    struct pt_snapshot bare;
    section_copy(&session, there->session, sizeof session);
    section_copy(&bare, there, sizeof bare);
    session.section.version = flow->snap->session->section.version;
    session.link = PT_LINK_HERE;
    session.link_since_ms = session.engine_pid = PT_UNKNOWN;
    session.engine_user[0] = session.link_why[0] = '\0';
    if (there->session->link == PT_LINK_GONE) {
        const struct pt_session_section *own = flow->snap->session;
        assert_int_equal(session.verdict, PT_V_UNKNOWN); /* the link's word */
        assert_int_equal(session.verdict_hop, PT_HOP_NONE);
        session.verdict = own->verdict;
        session.verdict_hop = own->verdict_hop;
        session.is_stopping = own->is_stopping;
        memcpy(session.stopping_text, own->stopping_text, sizeof own->stopping_text);
        session.verdict_since_ms = own->verdict_since_ms;
        session.is_since_found = own->is_since_found;
        session.is_verdict_awaited = own->is_verdict_awaited;
        memcpy(session.verdict_text, own->verdict_text, sizeof own->verdict_text);
        memcpy(session.verdict_detail, own->verdict_detail, sizeof own->verdict_detail);
    }
    bare.session = &session;
    char *one = pt_snapshot_json(flow->snap), *other = pt_snapshot_json(&bare);
    assert_int_equal(there->section.version, flow->snap->section.version);
    assert_string_equal(one, other);
    free(one);
    free(other);
    pt_snapshot_release(there);
}

static bool is_stopped(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return pt_engine_is_stopped(flow->eng);
}

/* ---- the tests ---- */

static void an_attached_link_shows_the_same_account(void **state)
{
    (void)state;
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL, .count = COUNT,
                                            .has_connectors = true, .serving = &pt_serving_socket),
                                   FLOW_SET("pintop.stream.rate=max"));
    flow_wait_up(flow);
    struct pt_link link = attach_to(flow->cfg);
    const struct pt_snapshot *first = pt_link_acquire(&link);
    assert_int_equal(first->session->engine_pid, getpid());
    assert_true(first->session->is_owner && first->session->engine_user[0] != '\0');
    pt_snapshot_release(first);
    flow_wait_delivered(flow, PT_STREAM_ALL, COUNT);
    const char *const seen[] = {"demo.pin", "demo.geo"};
    pt_link_look_at(&link, seen, 2);
    assert_int_equal(flow_stop(flow, -1) >= 0, 1);
    flow_wait(flow, is_stopped, 0, "the end");
    flow_look(flow);
    flow_check_drained(flow);
    shows_the_same(flow, &link);
    const struct pt_snapshot *last = attached_wait(&link, is_gone, 0, "that the engine has ended");
    assert_string_equal(last->session->link_why, "the engine has stopped");
    assert_int_equal(last->streams->streams[PT_PIN].delivered, COUNT);
    pt_snapshot_release(last);
    pt_link_free(&link);
    flow_close(flow);
}

static void commands_of_an_attached_link_are_carried_out(void **state)
{
    (void)state;
    const struct pt_snapshot *snap;
    struct flow *flow =
        flow_start(FLOW_RUN(.has_connectors = true, .serving = &pt_serving_socket), FLOW_NONE);
    flow_wait_up(flow);
    struct pt_link link = attach_to(flow->cfg), other = attach_to(flow->cfg);
    struct pt_command cmd = {
        .kind = PT_CMD_TOPIC_CREATE, .topic = "demo.made", .partitions = 2, .replication = -1};
    const struct pt_result *result = ask_there(&link, &cmd, &snap);
    assert_int_equal(result->state, PT_RESULT_DONE);
    assert_string_equal(result->text, "Created topic demo.made.");
    uint64_t first = result->id;
    pt_snapshot_release(snap);
    cmd = (struct pt_command){.kind = PT_CMD_TOPIC_DESCRIBE, .topic = "demo.made"};
    result = ask_there(&other, &cmd, &snap);
    assert_int_equal(result->n_partitions, 2);
    assert_true(result->id != first);
    pt_snapshot_release(snap);
    cmd = (struct pt_command){.kind = PT_CMD_TOPIC_PEEK, .topic = "demo.nowhere", .count = 3};
    result = ask_there(&link, &cmd, &snap);
    assert_int_equal(result->state, PT_RESULT_FAILED);
    pt_snapshot_release(snap);
    cmd = (struct pt_command){.kind = PT_CMD_START, .streams = PT_STREAM_BIT(PT_GEO)};
    result = ask_there(&link, &cmd, &snap);
    assert_int_equal(result->state, PT_RESULT_DONE);
    pt_snapshot_release(snap);
    flow_wait_delivered(flow, PT_STREAM_BIT(PT_GEO), 5);
    pt_link_stop(&other, "this screen ends", 0);
    assert_true(pt_link_is_stopped(&other) && !pt_link_is_stopped(&link));
    pt_link_free(&other);
    flow_watch(flow, 200);
    assert_false(pt_engine_is_stopped(flow->eng));
    pt_link_end(&link, "the test's end", PT_STOP_CONFIGURED);
    flow_wait(flow, is_stopped, 0, "the end that an attached link asked for");
    pt_snapshot_release(attached_wait(&link, is_gone, 0, "that the engine has ended"));
    assert_true(pt_link_is_stopped(&link));
    pt_link_free(&link);
    flow_close(flow);
}

/* A client that says what a pintop says, and can say when it was asked for. */
static int raw_client(const struct flow *flow, char *text, size_t cap)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const char *dir = pt_config_get(flow->cfg, "pintop.state.dir");
    snprintf(to.sun_path, sizeof to.sun_path, "%s/engine.sock", dir);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(send(fd, "hello 2\n", 8, MSG_NOSIGNAL), 8);
    ssize_t n = recv(fd, text, cap - 1, 0);
    assert_true(n > 0);
    text[n] = '\0';
    return fd;
}

/* What was asked of an engine while it hung, or was stopped, is not done when it wakes. */
static void what_was_asked_too_long_ago_is_not_done(void **state)
{
    (void)state;
    char text[4096], line[200];
    struct flow *flow =
        flow_start(FLOW_RUN(.has_connectors = true, .serving = &pt_serving_socket), FLOW_NONE);
    flow_wait_up(flow);
    int fd = raw_client(flow, text, sizeof text);
    assert_memory_equal(text, "hello 2 ", 8);
    long long id = strtoll(text + 8, NULL, 10) + 1, old_ms = clock_even_ms() - 60000;
    int n = snprintf(line, sizeof line,
                     "command %lld %lld {\"api\":1,\"command\":\"start\",\"streams\":[\"pin\"]}\n"
                     "stop %lld 0 for nobody\n",
                     id, old_ms, old_ms);
    assert_int_equal(send(fd, line, (size_t)n, MSG_NOSIGNAL), n);
    FILE *said = fdopen(fd, "r");
    char *answer = NULL;
    size_t cap = 0;
    snprintf(line, sizeof line,
             "\"results\":[{\"id\":%lld,\"command\":\"start\",\"state\":\"failed\"", id);
    bool is_told = false, is_stop_told = false;
    while (!is_told || !is_stop_told) { /* in one snapshot, or in two */
        assert_true(getline(&answer, &cap, said) > 0);
        is_told = is_told ||
                  (strstr(answer, line) != NULL &&
                   strstr(answer, "start streams: not done, because it was asked for 60 s ago"));
        is_stop_told =
            is_stop_told ||
            strstr(answer, "end this engine: not done, because it was asked for 60 s ago") != NULL;
    }
    free(answer);
    fclose(said);
    assert_false(pt_engine_is_stopped(flow->eng));
    const struct pt_snapshot *snap = pt_engine_acquire(flow->eng);
    assert_int_equal(snap->streams->streams[PT_PIN].state, PT_STREAM_STOPPED);
    assert_false(snap->session->is_stopping);
    pt_snapshot_release(snap);
    flow_close(flow);
}

/* The guards of either side hold. */
static void a_read_only_screen_changes_nothing(void **state)
{
    (void)state;
    struct pt_error err;
    struct flow *flow =
        flow_start(FLOW_RUN(.has_connectors = true, .serving = &pt_serving_socket), FLOW_NONE);
    flow_wait_up(flow);
    struct pt_config *cfg = flow_config(FLOW_SET("pintop.readonly=on"));
    struct pt_link link = attach_to(cfg);
    const struct pt_snapshot *snap = pt_link_acquire(&link);
    assert_true(snap->session->is_readonly);
    pt_snapshot_release(snap);
    const struct pt_command cmd = {.kind = PT_CMD_START, .streams = PT_STREAM_ALL};
    assert_int_equal(pt_link_submit(&link, &cmd, NULL, &err), PT_EREADONLY);
    assert_int_equal(pt_link_check(&link, &cmd, &err), PT_EREADONLY);
    pt_link_free(&link);
    pt_config_free(cfg);
    flow_close(flow);
}

static void another_cluster_is_not_attached_to(void **state)
{
    (void)state;
    struct pt_link link;
    struct pt_error err = {0};
    const struct pt_run run = {.first_index = -1, .has_connectors = true};
    struct flow *flow =
        flow_start(FLOW_RUN(.has_connectors = true, .serving = &pt_serving_socket), FLOW_NONE);
    flow_wait_up(flow);
    struct pt_config *cfg = flow_config(FLOW_SET("bootstrap.servers=192.0.2.1:9092"));
    assert_int_equal(pt_attach_open(cfg, &run, OPEN_MS, &link, &err), PT_EMISMATCH);
    assert_non_null(strstr(err.what, "has bootstrap.servers=embedded, and here it is "
                                     "'192.0.2.1:9092'"));
    assert_false(pt_link_is_open(&link));
    pt_config_free(cfg);
    cfg = flow_config(FLOW_NONE);
    flow_close(flow);
    assert_int_equal(pt_attach_open(cfg, &run, OPEN_MS, &link, &err), PT_ENOTFOUND);
    pt_config_free(cfg);
}

static void they_come_and_go(void **state)
{
    (void)state;
    struct flow *flow = flow_start(
        FLOW_RUN(.start = PT_STREAM_ALL, .has_connectors = true, .serving = &pt_serving_socket),
        FLOW_SET("pintop.stream.rate=100"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 1);
    struct pt_link staying = attach_to(flow->cfg);
    for (int i = 0; i < ROUNDS; i++) {
        struct pt_link link = attach_to(flow->cfg);
        const struct pt_snapshot *snap = pt_link_acquire(&link);
        assert_int_equal(snap->session->link, PT_LINK_ATTACHED);
        pt_snapshot_release(snap);
        pt_link_free(&link);
    }
    const struct pt_snapshot *snap = pt_link_acquire(&staying);
    assert_int_equal(snap->session->link, PT_LINK_ATTACHED);
    pt_snapshot_release(snap);
    flow_stop(flow, -1);
    flow_look(flow);
    flow_check_drained(flow);
    shows_the_same(flow, &staying);
    pt_link_free(&staying);
    flow_close(flow);
}

/* ---- an engine that is killed ---- */

/* In a process of its own, which is ended by a signal alone. It begins when its descriptor can be
 * read. */
static pid_t engine_apart(int begin_fd)
{
    char byte;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    if (read(begin_fd, &byte, 1) != 1)
        _exit(1);
    struct pt_engine *eng = NULL;
    struct pt_error err;
    struct pt_config *cfg = flow_config(FLOW_NONE);
    if (pt_engine_start(
            cfg, FLOW_RUN(.start = PT_STREAM_ALL, .is_holder = true, .serving = &pt_serving_socket),
            &eng, &err) != PT_OK)
        _exit(1);
    for (;;)
        pause();
}

/* Tries until that engine serves. */
static struct pt_link attach_when_served(const struct pt_config *cfg)
{
    struct pt_link link = {0};
    struct pt_error err = {0};
    const struct pt_run run = {.first_index = -1, .has_connectors = true};
    int64_t until_us = clock_mono_us() + (int64_t)FLOW_LIMIT_MS * 1000;
    while (pt_attach_open(cfg, &run, OPEN_MS, &link, &err) != PT_OK)
        if (clock_mono_us() > until_us)
            fail_msg("attach: %s", err.what);
        else
            poll(NULL, 0, 10);
    return link;
}

static void an_engine_that_is_killed_is_said_at_once(void **state)
{
    (void)state;
    /* Both are forked before this process has threads. */
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    pid_t pid = engine_apart(fds[0]);
    assert_int_equal(write(fds[1], "1", 1), 1);
    int next_fds[2];
    assert_int_equal(pipe2(next_fds, O_CLOEXEC), 0);
    pid_t next = engine_apart(next_fds[0]);
    struct pt_config *cfg = flow_config(FLOW_NONE);
    struct pt_link links[SCREENS];
    struct pt_error err;
    for (int i = 0; i < SCREENS; i++)
        links[i] = attach_when_served(cfg);
    int64_t begun_us = clock_mono_us();
    kill(pid, SIGKILL);
    for (int i = 0; i < SCREENS; i++) {
        const struct pt_snapshot *snap = attached_wait(&links[i], is_gone, 0, "that it is gone");
        assert_int_equal(snap->session->engine_pid, pid);
        assert_string_equal(snap->session->link_why, "");
        pt_snapshot_release(snap);
    }
    assert_in_range((clock_mono_us() - begun_us) / 1000, 0, GONE_MS);
    const struct pt_command cmd = {.kind = PT_CMD_START, .streams = PT_STREAM_ALL};
    assert_int_equal(pt_link_submit(&links[0], &cmd, NULL, &err), PT_ECLOSED);
    waitpid(pid, NULL, 0);
    /* The next engine of the directory takes their place, over the socket that the dead one left.
     */
    pid = next;
    assert_int_equal(write(next_fds[1], "1", 1), 1);
    for (int i = 0; i < SCREENS; i++) {
        const struct pt_snapshot *snap =
            attached_wait(&links[i], is_attached, 0, "the next engine");
        assert_int_equal(snap->session->engine_pid, pid);
        pt_snapshot_release(snap);
    }
    for (int i = 0; i < SCREENS; i++)
        pt_link_free(&links[i]);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    for (int i = 0; i < 2; i++) {
        close(fds[i]);
        close(next_fds[i]);
    }
    pt_config_free(cfg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First, since it forks: no thread has been started yet. */
        cmocka_unit_test_setup_teardown(an_engine_that_is_killed_is_said_at_once, flow_setup,
                                        flow_teardown),
        cmocka_unit_test_setup_teardown(an_attached_link_shows_the_same_account, flow_setup,
                                        flow_teardown),
        cmocka_unit_test_setup_teardown(commands_of_an_attached_link_are_carried_out, flow_setup,
                                        flow_teardown),
        cmocka_unit_test_setup_teardown(what_was_asked_too_long_ago_is_not_done, flow_setup,
                                        flow_teardown),
        cmocka_unit_test_setup_teardown(a_read_only_screen_changes_nothing, flow_setup,
                                        flow_teardown),
        cmocka_unit_test_setup_teardown(another_cluster_is_not_attached_to, flow_setup,
                                        flow_teardown),
        cmocka_unit_test_setup_teardown(they_come_and_go, flow_setup, flow_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
