/* The client's end of a socket that an engine is attached to by, turn by turn, against an engine
 * that is the test: what is shown when it does not answer, goes, or says what cannot be read. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach/attached.h"
#include "base/clock.h"
#include "pintop/attach.h"
#include "pintop/report.h"
#include "scratch.h"

enum { LARGE = 3 * 64 * 1024, OLD_US = 6000000, WAIT_MS = 20000 };
#define FIRST_ID (INT64_C(7) << 32)

static struct pt_config *cfg;
static struct attached *at;
static int there; /* the engine's end */

static struct pt_config *config_with(const char *setting)
{
    char own[400];
    struct pt_error err = {0};
    struct pt_config *made = NULL;
    snprintf(own, sizeof own, "pintop.state.dir=%s", scratch_dir);
    const char *const settings[] = {"bootstrap.servers=embedded", own, setting};
    const struct pt_config_args args = {.settings = settings, .n_settings = setting ? 3 : 2};
    if (pt_config_load(&args, &made, &err) != PT_OK)
        fail_msg("%s", err.what);
    return made;
}

static void engine_says(const char *text)
{
    assert_int_equal(send(there, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* A whole snapshot, with results as JSON and an event of that many bytes. */
static void engine_shows(const char *results, size_t bytes)
{
    struct pt_error err;
    const struct pt_snapshot *snap;
    char *text = malloc(bytes + 1000);
    int n = snprintf(text, 900,
                     "{\"api\":1,\"time\":\"2026-11-30T10:00:00.000Z\",\"verdict\":\"OK\","
                     "\"session\":{\"state_dir\":\"x\"},\"results\":[%s],"
                     "\"events\":[{\"text\":\"",
                     results);
    memset(text + n, 'x', bytes);
    memcpy(text + n + bytes, "\"}]}", 5);
    assert_int_equal(pt_snapshot_read(text, strlen(text), &snap, &err), PT_OK);
    free(text);
    char *json = pt_snapshot_delta_json(snap, NULL);
    engine_says("snapshot ");
    engine_says(json);
    engine_says("\n");
    free(json);
    pt_snapshot_release(snap);
}

static void engine_greets(void)
{
    char text[200], *json = hello_make(cfg, true);
    snprintf(text, sizeof text, "hello %d %lld ", WIRE_PROTOCOL, (long long)FIRST_ID);
    engine_says(text);
    engine_says(json);
    engine_says("\n");
    free(json);
}

static int attached_setup(void **state)
{
    const struct pt_run run = {.has_connectors = true};
    int fds[2], room = 4 * LARGE;
    if (scratch_make(state) != 0)
        return -1;
    cfg = config_with(NULL);
    at = attached_new(cfg, &run);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    there = fds[1];
    setsockopt(there, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    wire_init(&at->wire, fds[0], WIRE_FRAME_MAX);
    at->heard_us = clock_mono_us();
    return 0;
}

static int attached_teardown(void **state)
{
    attached_free(at);
    pt_config_free(cfg);
    if (there >= 0)
        close(there);
    return scratch_remove(state);
}

static void engine_goes(void)
{
    close(there);
    there = -1;
}

/* Turns until the state is that; what the test has sent decides when. */
static void turn_until(enum pt_link_state state)
{
    int64_t until_us = clock_mono_us() + (int64_t)WAIT_MS * 1000;
    while (at->state != state && clock_mono_us() < until_us)
        attached_turn(at);
    assert_int_equal(at->state, state);
}

static void must_be_attached(void)
{
    engine_greets();
    engine_shows("", 10);
    turn_until(PT_LINK_ATTACHED);
}

/* Waits for nothing in its next turn. */
static void hurry(void)
{
    uint64_t one = 1;
    assert_int_equal(write(at->work_fd, &one, sizeof one), sizeof one);
}

static const struct pt_result *result_of(uint64_t id)
{
    const struct pt_completed_section *done = at->shown->completed;
    for (size_t i = 0; i < done->n_results; i++)
        if (done->results[i]->id == id)
            return done->results[i];
    return NULL;
}

static uint64_t must_ask(struct pt_command cmd)
{
    uint64_t id = 0;
    struct pt_error err;
    assert_int_equal(attached_ask(at, &cmd, &id, &err), PT_OK);
    return id;
}

/* ---- an engine that says nothing ---- */

static void the_verdict_of_one_that_is_silent_is_unknown(void **state)
{
    (void)state;
    int64_t before_ms = clock_real_ms();
    must_be_attached();
    int64_t after_ms = clock_real_ms();
    assert_int_equal(at->shown->session->verdict, PT_V_OK);
    at->heard_us -= OLD_US;
    hurry();
    turn_until(PT_LINK_OLD);
    const struct pt_session_section *session = at->shown->session;
    assert_int_equal(session->link, PT_LINK_OLD);
    assert_int_equal(session->verdict, PT_V_UNKNOWN);
    assert_true(session->verdict_since_ms == session->link_since_ms);
    /* Since it was last heard, as this test has set that back; two clocks' milliseconds are
     * rounded. */
    int64_t since_ms = session->link_since_ms + OLD_US / 1000;
    assert_true(since_ms >= before_ms - 1 && since_ms <= after_ms + 1);
    assert_non_null(strstr(session->verdict_text, "does not answer"));
    assert_string_equal(session->verdict_detail,
                        "What is shown is from 2026-11-30T10:00:00Z. See whether that process "
                        "hangs.");
    engine_shows("", 20);
    turn_until(PT_LINK_ATTACHED);
    assert_int_equal(at->shown->session->verdict, PT_V_OK);
}

/* ---- one that refuses ---- */

static void what_it_refuses_is_told_as_what_it_was(void **state)
{
    char line[200];
    const struct pt_command look = {.kind = PT_CMD_TOPIC_DESCRIBE, .topic = "demo.pin"};
    (void)state;
    must_be_attached();
    uint64_t id = must_ask(look);
    snprintf(line, sizeof line,
             "refused %llu {\"api\":1,\"code\":\"busy\",\"what\":\"wait\"}\n"
             "refused 5 {\"api\":1,\"code\":\"busy\",\"what\":\"another's\"}\n",
             (unsigned long long)id);
    engine_says(line);
    hurry();
    attached_turn(at);
    const struct pt_completed_section *done = at->shown->completed;
    assert_int_equal(done->n_results, 1);
    assert_int_equal(done->results[0]->kind, PT_CMD_TOPIC_DESCRIBE);
    assert_int_equal(done->results[0]->error.code, PT_EBUSY);
    assert_int_equal(at->n_asked, 0);
}

/* ---- one that goes ---- */

static void what_it_has_not_answered_fails(void **state)
{
    char results[200];
    const struct pt_command start = {.kind = PT_CMD_START, .streams = 1};
    const struct pt_command look = {.kind = PT_CMD_TOPIC_DESCRIBE, .topic = "demo.pin"};
    (void)state;
    must_be_attached();
    uint64_t answered = must_ask(start), begun = must_ask(start), looked = must_ask(look);
    snprintf(results, sizeof results,
             "{\"id\":%lld,\"command\":\"start\",\"state\":\"done\"},"
             "{\"id\":%lld,\"command\":\"start\",\"state\":\"running\"}",
             (long long)answered, (long long)begun);
    engine_shows(results, 10);
    engine_goes();
    turn_until(PT_LINK_GONE);
    assert_int_equal(result_of(answered)->state, PT_RESULT_DONE);
    const struct pt_completed_section *done = at->shown->completed;
    const struct pt_result *last = done->results[done->n_results - 1];
    const struct pt_result *before = done->results[done->n_results - 2];
    assert_true(last->id == looked && before->id == begun);
    assert_int_equal(last->state, PT_RESULT_FAILED);
    assert_int_equal(before->state, PT_RESULT_FAILED);
    assert_int_equal(before->error.code, PT_ECLOSED);
    assert_int_equal(last->kind, PT_CMD_TOPIC_DESCRIBE);
    snprintf(results, sizeof results,
             "the connection to the engine (pintop %d) was lost before it answered; whether it was "
             "done is not known",
             (int)getpid());
    assert_string_equal(before->error.what, results);
    assert_string_equal(before->error.fix,
                        "Look with `pintop stream --status` before you ask for it again.");
    assert_null(strstr(last->error.what, "not known"));
    assert_int_equal(at->n_asked, 0);
}

static void nothing_is_kept_for_the_next_one(void **state)
{
    struct pt_error err;
    const struct pt_command cmd = {.kind = PT_CMD_START, .streams = 1};
    (void)state;
    must_be_attached();
    engine_goes();
    turn_until(PT_LINK_GONE);
    assert_false(attached_send(at, "stop 1 0 for the engine that is gone"));
    assert_int_equal(attached_ask(at, &cmd, NULL, &err), PT_ECLOSED);
    assert_int_equal(at->out.len, 0);
}

/* A command cannot be written any more, and what the engine said before can still be read. */
static void its_last_words_are_read(void **state)
{
    const struct pt_command cmd = {.kind = PT_CMD_START, .streams = 1};
    (void)state;
    must_be_attached();
    must_ask(cmd);
    engine_shows("", LARGE);
    engine_says("bye the engine has stopped\n");
    engine_goes();
    turn_until(PT_LINK_GONE);
    assert_string_equal(at->why, "the engine has stopped");
    assert_string_equal(at->shown->session->link_why, "the engine has stopped");
    assert_int_equal(strlen(at->shown->events->events[0]->text) > 10, true);
}

/* ---- before anything is shown ---- */

static void what_cannot_be_read_is_said(void **state)
{
    (void)state;
    engine_greets();
    engine_says("snapshot {\"api\":1,\"keyframe\":true\n");
    hurry();
    for (int i = 0; i < 5 && at->error.code == PT_OK; i++)
        attached_turn(at);
    assert_int_equal(at->error.code, PT_EDATA);
    assert_non_null(strstr(at->error.what, "says cannot be read: "));
    assert_string_equal(at->error.fix,
                        "Look again with `pintop status`; both are version " PINTOP_VERSION ".");
}

/* It has not ended, and starting another one would help nobody. */
static void one_that_cannot_be_read_is_not_called_gone(void **state)
{
    (void)state;
    must_be_attached();
    snprintf(at->hello.version, sizeof at->hello.version, "0.9");
    at->tried_us = clock_mono_us(); /* nobody serves in this directory, and that is not seen yet */
    engine_says("snapshot {\"api\":1,\"events\":\n");
    turn_until(PT_LINK_GONE);
    const struct pt_session_section *session = at->shown->session;
    assert_int_equal(session->verdict, PT_V_UNKNOWN);
    assert_non_null(strstr(session->verdict_text, "says what cannot be read"));
    assert_null(strstr(session->verdict_detail, "Start another"));
    assert_non_null(strstr(session->verdict_detail, "the engine's is 0.9, and this one's is "));
    assert_non_null(strstr(session->link_why, "cannot be read: "));
}

/* The connection to the next engine. */
static void engine_comes(void)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    there = fds[1];
    wire_init(&at->wire, fds[0], WIRE_FRAME_MAX);
    at->is_greeted = false;
    at->heard_us = at->tried_us = clock_mono_us();
}

static void turn_until_lost(void)
{
    hurry();
    for (int i = 0; i < 5 && at->wire.fd >= 0; i++)
        attached_turn(at);
    assert_int_equal(at->wire.fd, -1);
}

/* Another engine is in the place of the one that was shown. When that one goes, too, there is none.
 */
static void the_next_one_that_cannot_be_read_is_there(void **state)
{
    (void)state;
    must_be_attached();
    engine_goes();
    turn_until(PT_LINK_GONE);
    assert_non_null(strstr(at->shown->session->verdict_detail, "Start another"));
    engine_comes();
    engine_greets();
    engine_says("snapshot {\"api\":1,\"events\":\n");
    turn_until_lost();
    const struct pt_session_section *session = at->shown->session;
    assert_non_null(strstr(session->verdict_text, "says what cannot be read"));
    assert_null(strstr(session->verdict_detail, "Start another"));
    assert_non_null(strstr(session->verdict_detail, "What is shown is from 2026-11-30T10:00:00Z"));
    close(there);
    there = -1;
    at->tried_us = 0; /* it is looked for again, and nobody serves there */
    hurry();
    attached_turn(at);
    session = at->shown->session;
    assert_non_null(strstr(session->verdict_text, "is gone"));
    assert_non_null(strstr(session->verdict_detail, "Start another"));
    assert_string_equal(session->link_why, "");
}

/* The advice for an engine that is there and cannot be shown is not to start another one. */
static void the_next_one_of_another_cluster_is_there(void **state)
{
    struct pt_config *own = cfg;
    (void)state;
    must_be_attached();
    engine_goes();
    turn_until(PT_LINK_GONE);
    engine_comes();
    cfg = config_with("bootstrap.servers=192.0.2.1:9092");
    engine_greets();
    pt_config_free(cfg);
    cfg = own;
    turn_until_lost();
    const struct pt_session_section *session = at->shown->session;
    assert_non_null(strstr(session->link_why, "has bootstrap.servers=192.0.2.1:9092"));
    assert_null(strstr(session->verdict_detail, "Start another"));
    assert_non_null(strstr(session->verdict_detail, "Leave that option out"));
    struct pt_error err;
    assert_int_equal(attached_is_there(at, &err), PT_ECLOSED);
    assert_non_null(strstr(err.fix, "Leave that option out"));
    engine_comes(); /* one that can be shown */
    engine_greets();
    engine_shows("", 10);
    turn_until(PT_LINK_ATTACHED);
    assert_int_equal(at->shown->session->verdict, PT_V_OK);
    assert_string_equal(at->fix, "");
}

static void one_that_goes_first_is_not_called_hanging(void **state)
{
    (void)state;
    engine_greets();
    engine_goes();
    for (int i = 0; i < 5 && at->error.code == PT_OK; i++)
        attached_turn(at);
    assert_int_equal(at->error.code, PT_ENOTFOUND);
    assert_non_null(strstr(at->error.what, "no engine serves it"));
}

#define ATTACHED_TEST(name) cmocka_unit_test_setup_teardown(name, attached_setup, attached_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACHED_TEST(the_verdict_of_one_that_is_silent_is_unknown),
        ATTACHED_TEST(what_it_refuses_is_told_as_what_it_was),
        ATTACHED_TEST(what_it_has_not_answered_fails),
        ATTACHED_TEST(nothing_is_kept_for_the_next_one),
        ATTACHED_TEST(its_last_words_are_read),
        ATTACHED_TEST(what_cannot_be_read_is_said),
        ATTACHED_TEST(one_that_cannot_be_read_is_not_called_gone),
        ATTACHED_TEST(the_next_one_that_cannot_be_read_is_there),
        ATTACHED_TEST(the_next_one_of_another_cluster_is_there),
        ATTACHED_TEST(one_that_goes_first_is_not_called_hanging),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
