/* The engine with a Kafka Connect worker of the test's own, a server on loopback whose answers
 * the test sets, and a mock cluster for the offsets: verdicts, commands, and how calls end. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "base/clock.h"
#include "engine_fixture.h"

/* ---- the worker ---- */

static struct {
    int fd, port;
    pthread_t thread;
    pthread_mutex_t lock; /* protects all members below */
    char list[4096];
    char asked[4096]; /* the changes, as "POST /connectors/a/restart?…\n" */
    bool is_hanging, is_denying, is_ending;
} worker = {.lock = PTHREAD_MUTEX_INITIALIZER};

#define TASK(state, trace)                                                                         \
    "{\"id\":0,\"state\":\"" state "\",\"worker_id\":\"w:1\",\"trace\":\"" trace "\"}"
#define CONNECTOR(name, state, task)                                                               \
    "\"" name "\":{\"status\":{\"name\":\"" name "\",\"connector\":{\"state\":\"" state            \
    "\"},\"tasks\":[" task "],\"type\":\"sink\"},\"info\":{\"config\":{\"connector.class\":"       \
    "\"x.Sink\",\"topics.regex\":\"demo\\\\..*\",\"a.password\":\"hunter2\",\"flush.size\":\"7\"}" \
    "}}"
#define RUNNING "{" CONNECTOR("sink", "RUNNING", TASK("RUNNING", "")) "}"

static void says(const char *list)
{
    pthread_mutex_lock(&worker.lock);
    snprintf(worker.list, sizeof worker.list, "%s", list);
    pthread_mutex_unlock(&worker.lock);
}

static void hangs(bool is_hanging)
{
    pthread_mutex_lock(&worker.lock);
    worker.is_hanging = is_hanging;
    pthread_mutex_unlock(&worker.lock);
}

static void denies(bool is_denying)
{
    pthread_mutex_lock(&worker.lock);
    worker.is_denying = is_denying;
    pthread_mutex_unlock(&worker.lock);
}

static bool was_asked(const char *what)
{
    pthread_mutex_lock(&worker.lock);
    bool is = strstr(worker.asked, what) != NULL;
    pthread_mutex_unlock(&worker.lock);
    return is;
}

static size_t read_head(int fd, char *out, size_t cap)
{
    size_t used = 0;
    while (used + 1 < cap) {
        ssize_t n = read(fd, out + used, cap - used - 1);
        if (n <= 0)
            break;
        used += (size_t)n;
        out[used] = '\0';
        if (strstr(out, "\r\n\r\n") != NULL)
            break;
    }
    out[used] = '\0';
    return used;
}

/* Answer GET /connectors/NAME and GET /connectors/NAME/status out of the list. */
static bool answer_one(const char *request, char *body, size_t cap)
{
    char name[64];
    const char *rest = request + strlen("GET /connectors/");
    if (strncmp(request, "GET /connectors/", strlen("GET /connectors/")) != 0)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(rest, "/ ?"), rest);
    cJSON *list = cJSON_Parse(worker.list);
    const cJSON *one = cJSON_GetObjectItem(list, name);
    bool is_status = strncmp(rest + strlen(name), "/status", 7) == 0;
    char *text = cJSON_PrintUnformatted(cJSON_GetObjectItem(one, is_status ? "status" : "info"));
    snprintf(body, cap, "%s", text != NULL ? text : "{}");
    free(text);
    cJSON_Delete(list);
    return true;
}

/* Make the answer; the caller holds the lock. false: the worker hangs, and there is no answer
 * until the client closes the connection. */
static bool answer(const char *request, char *out, size_t cap)
{
    char body[4200] = "";
    const char *end = strstr(request, "\r\n");
    bool is_change = strncmp(request, "GET", 3) != 0;
    int status = is_change ? 202 : 200;
    if (worker.is_hanging)
        return false;
    if (worker.is_denying && strncmp(request, "GET / ", 6) != 0)
        status = 403;
    else if (is_change && end != NULL) {
        size_t used = strlen(worker.asked);
        snprintf(worker.asked + used, sizeof worker.asked - used, "%.*s\n", (int)(end - request),
                 request);
        if (strncmp(request, "PUT ", 4) == 0) /* the configuration that was accepted */
            snprintf(body, sizeof body, "{\"name\":\"sink\",\"config\":{\"name\":\"sink\"}}");
    } else if (strncmp(request, "GET / ", 6) == 0) {
        snprintf(body, sizeof body, "{\"version\":\"3.9.2\"}");
    } else if (!answer_one(request, body, sizeof body)) {
        snprintf(body, sizeof body, "%s", worker.list);
    }
    snprintf(out, cap,
             "HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
             "Connection: close\r\n\r\n%s",
             status, strlen(body), body);
    return true;
}

static void *serve(void *arg)
{
    (void)arg;
    for (;;) {
        int fd = accept(worker.fd, NULL, NULL);
        char request[4096], out[8192];
        if (fd < 0)
            return NULL;
        read_head(fd, request, sizeof request);
        pthread_mutex_lock(&worker.lock);
        bool is_ending = worker.is_ending, has_answer = answer(request, out, sizeof out);
        pthread_mutex_unlock(&worker.lock);
        if (has_answer && !is_ending)
            send(fd, out, strlen(out), MSG_NOSIGNAL);
        /* A hung worker: wait until the client closes the connection. */
        while (!has_answer && read(fd, request, sizeof request) > 0) {
        }
        close(fd);
        if (is_ending)
            return NULL;
    }
}

static void worker_start(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    worker.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(worker.fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(worker.fd, 16), 0);
    assert_int_equal(getsockname(worker.fd, (struct sockaddr *)&at, &len), 0);
    worker.port = ntohs(at.sin_port);
    worker.is_ending = worker.is_hanging = worker.is_denying = false;
    worker.asked[0] = '\0';
    assert_int_equal(pthread_create(&worker.thread, NULL, serve, NULL), 0);
}

static void worker_stop(void)
{
    pthread_mutex_lock(&worker.lock);
    worker.is_ending = true;
    pthread_mutex_unlock(&worker.lock);
    shutdown(worker.fd, SHUT_RDWR);
    pthread_join(worker.thread, NULL);
    close(worker.fd);
}

/* ---- the engine ---- */

static struct flow *open_engine_at(const char *pace)
{
    char url[80];
    struct embedded *cluster =
        flow_cluster((const char *const[]){"demo.pin", "demo.geo", "demo.user", NULL}, 2);
    worker_start();
    snprintf(url, sizeof url, "pintop.connector.url=http://127.0.0.1:%d", worker.port);
    struct flow *flow =
        flow_start(FLOW_RUN(.has_connectors = true),
                   FLOW_SET(flow_servers(cluster), url, "pintop.user.id=demo", pace));
    flow_wait_up(flow);
    return flow;
}

static struct flow *open_engine(void)
{
    return open_engine_at("pintop.connector.poll.ms=1000");
}

static const struct pt_connector *sink_of(const struct flow *flow)
{
    const struct pt_connectors_section *all = flow->snap->connectors;
    return all->n_connectors > 0 ? &all->connectors[0] : NULL;
}

static bool has_verdict(const struct flow *flow, int64_t verdict)
{
    const struct pt_connector *c = sink_of(flow);
    return c != NULL && (int64_t)c->verdict == verdict;
}

static bool is_running(const struct flow *flow, int64_t arg)
{
    const struct pt_connector *c = sink_of(flow);
    (void)arg;
    return c != NULL && strcmp(c->state, "RUNNING") == 0 && c->lag_total != PT_UNKNOWN &&
           c->verdict == PT_V_OK;
}

static bool has_error(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return strstr(flow->snap->connectors->error, "403") != NULL;
}

static bool is_empty(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return flow->snap->connectors->n_connectors == 0 &&
           flow->snap->connectors->asked_ms != PT_UNKNOWN;
}

static void states_tasks_and_offsets_become_a_verdict(void **state)
{
    (void)state;
    says(RUNNING);
    struct flow *flow = open_engine();
    flow_wait(flow, is_running, 0, "RUNNING and OK");
    const struct pt_connector *c = sink_of(flow);
    assert_string_equal(c->group, "connect-sink");
    assert_string_equal(c->backend, "connect");
    assert_string_equal(c->version, "3.9.2");
    assert_int_equal(c->n_listed, 1);
    assert_int_equal(c->n_lags, 6);
    assert_true(c->is_ours);
    /* A task fails while the connector stays RUNNING, then runs again; then the connector is
     * paused. */
    says("{" CONNECTOR(
        "sink", "RUNNING",
        TASK("FAILED", "x.Y: z\\nCaused by: JsonParseException: Unrecognized token")) "}");
    flow_wait(flow, has_verdict, PT_V_FAILED, "FAILED");
    assert_string_equal(sink_of(flow)->rule, "json-broken");
    assert_non_null(strstr(sink_of(flow)->last_error, "Caused by"));
    assert_int_equal(flow->snap->session->verdict, PT_V_FAILED);
    says(RUNNING);
    flow_wait(flow, has_verdict, PT_V_OK, "OK again");
    says("{" CONNECTOR("sink", "PAUSED", TASK("PAUSED", "")) "}");
    flow_wait(flow, has_verdict, PT_V_PAUSED, "PAUSED");
    flow_close(flow);
    worker_stop();
}

static void a_silent_worker_is_told_and_holds_nothing_up(void **state)
{
    (void)state;
    says(RUNNING);
    struct flow *flow = open_engine();
    flow_wait(flow, is_running, 0, "RUNNING and OK");
    hangs(true);
    flow_wait(flow, has_verdict, PT_V_TRANSITION, "a late answer");
    flow_wait(flow, has_verdict, PT_V_UNKNOWN, "no answer");
    assert_non_null(strstr(sink_of(flow)->cause, "does not answer"));
    assert_string_equal(sink_of(flow)->state, "RUNNING"); /* the last known state */
    assert_int_equal(sink_of(flow)->running_tasks, 1);
    bool are_stale = false;
    for (size_t i = 0; i < sink_of(flow)->n_evidence; i++) {
        const struct pt_evidence *e = &sink_of(flow)->evidence[i];
        if (strcmp(e->witness, "tasks") == 0)
            are_stale = e->is_stale && strstr(e->says, "1 running") != NULL;
    }
    assert_true(are_stale);
    /* A worker that hangs does not affect the streams. */
    flow_start_streams(flow, PT_STREAM_ALL);
    flow_wait_delivered(flow, PT_STREAM_ALL, 10);
    flow_stop_streams(flow, PT_STREAM_ALL);
    int64_t begun_us = clock_mono_us();
    flow_close(flow); /* cancels the call to the worker */
    assert_true(clock_mono_us() - begun_us < 8000000);
    hangs(false);
    worker_stop();
}

static void a_worker_that_is_gone_is_refused(void **state)
{
    (void)state;
    says(RUNNING);
    struct flow *flow = open_engine();
    flow_wait(flow, is_running, 0, "RUNNING and OK");
    worker_stop();
    flow_wait(flow, has_verdict, PT_V_UNKNOWN, "an unreachable worker");
    assert_non_null(strstr(sink_of(flow)->cause, "connection was refused"));
    assert_non_null(strstr(flow->snap->connectors->error, "connection was refused"));
    flow_close(flow);
}

static void a_connector_that_vanishes_leaves_the_list(void **state)
{
    (void)state;
    says(RUNNING);
    struct flow *flow = open_engine();
    flow_wait(flow, is_running, 0, "RUNNING and OK");
    says("{}");
    flow_wait(flow, is_empty, 0, "an empty list");
    flow_wait_event(flow, "sink is gone");
    const struct pt_result *result =
        flow_ask(flow, &(struct pt_command){.kind = PT_CMD_CONNECTOR_PAUSE, .connector = "sink"});
    flow_check_result(result, PT_RESULT_FAILED);
    assert_int_equal(result->error.code, PT_ENOTFOUND);
    flow_close(flow);
    worker_stop();
}

/* A setting is changed and a task fails because of it: the cause names the change, without
 * secrets. */
static void what_was_changed_just_before_is_told(void **state)
{
    static char failed[4096];
    (void)state;
    says(RUNNING);
    struct flow *flow = open_engine();
    flow_wait(flow, is_running, 0, "RUNNING and OK");
    snprintf(failed, sizeof failed, "%s",
             "{" CONNECTOR("sink", "RUNNING", TASK("FAILED", "x.Y: out of range")) "}");
    char *at = strstr(failed, "\"flush.size\":\"7\"");
    assert_non_null(at);
    at[strlen("\"flush.size\":\"")] = '9';
    memcpy(strstr(failed, "hunter2"), "hunter3", 7);
    says(failed);
    flow_wait(flow, has_verdict, PT_V_FAILED, "FAILED");
    flow_wait_event(flow, "sink: flush.size 7 -> 9");
    flow_wait_event(flow, "sink: a.password *** -> ***");
    assert_non_null(
        strstr(sink_of(flow)->cause, "a setting was changed: flush.size 7 -> 9 and 1 more"));
    assert_null(strstr(sink_of(flow)->cause, "hunter"));
    flow_close(flow);
    worker_stop();
}

/* The worker is polled every ten minutes. A refresh asks it at once: it shows a new state, a
 * refusal, and that the refusal is over. */
static void asking_again_asks_the_worker(void **state)
{
    const struct pt_command refresh = {.kind = PT_CMD_REFRESH};
    (void)state;
    says(RUNNING);
    struct flow *flow = open_engine_at("pintop.connector.poll.ms=600000");
    flow_wait(flow, is_running, 0, "RUNNING and OK");
    says("{" CONNECTOR("sink", "PAUSED", TASK("PAUSED", "")) "}");
    flow_submit(flow, &refresh);
    flow_wait(flow, has_verdict, PT_V_PAUSED, "PAUSED");
    denies(true);
    flow_submit(flow, &refresh);
    flow_wait(flow, has_error, 0, "403");
    denies(false);
    says(RUNNING);
    flow_submit(flow, &refresh);
    flow_wait(flow, has_verdict, PT_V_OK, "OK again");
    flow_close(flow);
    worker_stop();
}

static void commands_reach_the_worker(void **state)
{
    (void)state;
    says(RUNNING);
    struct flow *flow = open_engine();
    flow_wait(flow, is_running, 0, "RUNNING and OK");
    const struct pt_result *result = flow_ask(
        flow, &(struct pt_command){
                  .kind = PT_CMD_CONNECTOR_RESTART, .connector = "sink", .is_failed_only = true});
    flow_check_result(result, PT_RESULT_DONE);
    assert_true(was_asked("POST /connectors/sink/restart?includeTasks=true&onlyFailed=true"));
    /* The configuration is shown with its secret hidden. */
    result = flow_ask(flow,
                      &(struct pt_command){.kind = PT_CMD_CONNECTOR_DESCRIBE, .connector = "sink"});
    flow_check_result(result, PT_RESULT_DONE);
    bool has_hidden = false;
    for (size_t i = 0; i < result->n_configs; i++) {
        assert_null(strstr(result->configs[i].value, "hunter2"));
        has_hidden = has_hidden || (strcmp(result->configs[i].name, "a.password") == 0 &&
                                    strcmp(result->configs[i].value, "***") == 0);
    }
    assert_true(has_hidden);
    /* A plan sends nothing; the change sends the whole configuration. */
    const char *configs[] = {"flush.size=9"};
    struct pt_command update = {.kind = PT_CMD_CONNECTOR_UPDATE,
                                .connector = "sink",
                                .configs = configs,
                                .n_configs = 1,
                                .is_plan = true};
    result = flow_ask(flow, &update);
    flow_check_result(result, PT_RESULT_DONE);
    assert_int_equal(result->n_lines, 2);
    assert_string_equal(result->lines[1].text, "flush.size=9");
    assert_false(was_asked("PUT /connectors/sink/config"));
    update.is_plan = false;
    result = flow_ask(flow, &update);
    flow_check_result(result, PT_RESULT_DONE);
    assert_true(was_asked("PUT /connectors/sink/config"));
    result = flow_ask(flow,
                      &(struct pt_command){.kind = PT_CMD_CONNECTOR_DELETE, .connector = "nobody"});
    flow_check_result(result, PT_RESULT_FAILED);
    flow_close(flow);
    worker_stop();
}

int main(void)
{
#define FLOW_TEST(test) cmocka_unit_test_setup_teardown(test, flow_setup, flow_teardown)
    const struct CMUnitTest tests[] = {
        FLOW_TEST(states_tasks_and_offsets_become_a_verdict),
        FLOW_TEST(a_silent_worker_is_told_and_holds_nothing_up),
        FLOW_TEST(a_worker_that_is_gone_is_refused),
        FLOW_TEST(a_connector_that_vanishes_leaves_the_list),
        FLOW_TEST(what_was_changed_just_before_is_told),
        FLOW_TEST(asking_again_asks_the_worker),
        FLOW_TEST(commands_reach_the_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
