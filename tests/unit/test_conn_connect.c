/* Kafka Connect's REST interface: what is asked, what is made of answers, also of those that aren't
 * Connect's, and of those that shouldn't be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "connector/backend/backend.h"
#include "fake_aws.h"

static struct fake_aws fake;
static struct conn_backend backend;
static struct conn_list list;
static struct pt_error err;
static char said[PT_REASON_MAX];

/* What is answered to a call whose URL holds this; the first that fits. */
static struct {
    const char *path;
    int status;
    const char *body, *header;
} answers[8];

static pt_code answer(struct fake_aws *f, size_t n, struct http_answer *out, struct pt_error *e)
{
    (void)e;
    for (size_t i = 0; i < 8 && answers[i].path != NULL; i++) {
        if (strstr(f->calls[n].url, answers[i].path) == NULL)
            continue;
        fake_answer(out, answers[i].status, answers[i].body);
        if (answers[i].header != NULL)
            fake_answer_header(out, answers[i].header);
        return PT_OK;
    }
    return fake_answer(out, 404, "{\"error_code\":404,\"message\":\"not found\"}");
}

static void answers_are(const char *path, int status, const char *body)
{
    size_t i = 0;
    while (answers[i].path != NULL)
        i++;
    answers[i].path = path;
    answers[i].status = status;
    answers[i].body = body;
}

static int setup(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    memset(answers, 0, sizeof answers);
    memset(&list, 0, sizeof list);
    memset(&err, 0, sizeof err);
    fake.answer = answer;
    const struct conn_access access = {
        .net = fake_aws_net(&fake), .url = "http://h:8083/", .user = "", .password = ""};
    conn_backend_init(&backend, &conn_connect, &access);
    answers_are("8083/connectors?", 0, NULL); /* set by each test */
    answers[0].path = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    conn_list_done(&list);
    return 0;
}

#define VERSION(v) "{\"version\":\"" v "\",\"commit\":\"x\",\"kafka_cluster_id\":\"y\"}"

static pt_code ask(const char *all)
{
    answers_are("?expand", 200, all);
    answers_are("8083/", 200, VERSION("3.9.2"));
    return backend.ops->list(&backend, "", &list, &err);
}

static void a_list_is_states_tasks_and_settings(void **state)
{
    (void)state;
    assert_int_equal(
        ask("{\"a\":{\"status\":{\"name\":\"a\",\"connector\":{\"state\":\"RUNNING\",\"worker_id\":"
            "\"w:1\"},"
            "\"tasks\":[{\"id\":0,\"state\":\"FAILED\",\"worker_id\":\"w:1\",\"trace\":\"x.Y: "
            "z\\n\\tat "
            "q\\nCaused by: "
            "why\"},{\"id\":1,\"state\":\"RUNNING\",\"worker_id\":\"w:2\"}],\"type\":\"sink\"},"
            "\"info\":{\"name\":\"a\",\"config\":{\"connector.class\":\"c.S3Sink\",\"flush.size\":"
            "\"7\"},"
            "\"type\":\"sink\"}}}"),
        PT_OK);
    assert_int_equal(list.n, 1);
    const struct conn *c = &list.items[0];
    assert_string_equal(c->name, "a");
    assert_string_equal(c->state, "RUNNING");
    assert_string_equal(c->kind, "sink");
    assert_string_equal(c->class_name, "c.S3Sink");
    assert_int_equal(c->n_tasks, 2);
    assert_string_equal(c->tasks[1].worker, "w:2");
    assert_non_null(strstr(c->tasks[0].trace, "\n\tat q"));
    assert_int_equal(conn_get_int(c, "flush.size", 0), 7);
    assert_string_equal(backend.version, "3.9.2");
    assert_true((backend.can & PT_CONN_CAN_RESTART_FAILED) != 0);
}

static void what_is_missing_or_null_is_not_known(void **state)
{
    (void)state;
    assert_int_equal(
        ask("{\"a\":{},\"b\":{\"status\":null,\"info\":null},\"c\":{\"status\":{\"connector\":"
            "{\"state\":null},\"tasks\":null},\"info\":{\"config\":{\"k\":null,\"n\":5}}},"
            "\"d\":{\"status\":{\"connector\":{\"state\":\"HIBERNATING\"},\"tasks\":[{}]}}}"),
        PT_OK);
    assert_int_equal(list.n, 4);
    assert_string_equal(list.items[0].state, "");
    assert_false(list.items[1].has_tasks);
    assert_false(list.items[1].has_settings);
    assert_string_equal(conn_get(&list.items[2], "k"), "");
    assert_string_equal(list.items[3].state, "HIBERNATING");
    assert_int_equal(list.items[3].n_tasks, 1);
    assert_string_equal(list.items[3].tasks[0].state, "");
}

/* Made, and never taken by a worker: its status isn't there, and it doesn't run. */
static void a_task_without_a_status_is_unassigned(void **state)
{
    (void)state;
    assert_int_equal(ask("{\"a\":{\"status\":{\"connector\":{\"state\":\"RUNNING\"},\"tasks\":["
                         "{\"id\":0,\"state\":\"RUNNING\"},{\"id\":2,\"state\":\"RUNNING\"}]},"
                         "\"info\":{\"tasks\":["
                         "{\"connector\":\"a\",\"task\":0},{\"connector\":\"a\",\"task\":1},{"
                         "\"connector\":\"a\","
                         "\"task\":2},{\"task\":null},7]}}}"),
                     PT_OK);
    const struct conn *c = &list.items[0];
    assert_int_equal(c->n_tasks, 3);
    assert_int_equal(c->tasks[2].id, 1);
    assert_string_equal(c->tasks[2].state, "UNASSIGNED");
    assert_string_equal(c->tasks[2].worker, "");
}

static void two_of_one_name_are_two(void **state)
{
    (void)state;
    assert_int_equal(ask("{\"a\":{},\"a\":{}}"), PT_OK);
    assert_int_equal(list.n, 2);
}

static void control_bytes_stay_off_the_screen(void **state)
{
    (void)state;
    assert_int_equal(
        ask("{\"a\\u001b[2J\":{\"status\":{\"connector\":{\"state\":\"RUN\\u0007NING\","
            "\"trace\":\"\\u001b]0;x\\u0007 bad\"},\"tasks\":[]},\"info\":{\"config\":"
            "{\"k\\u009b\":\"v\\u001b[31m\"}}}}"),
        PT_OK);
    const struct conn *c = &list.items[0];
    assert_null(strchr(c->name, '\033'));
    assert_null(strchr(c->state, '\007'));
    assert_null(strchr(c->message, '\033'));
    /* Settings are kept as they came: they are sent back. */
    assert_string_equal(c->settings[0].value, "v\033[31m");
}

static void a_trace_of_10_mb_keeps_its_ends(void **state)
{
    enum { LEN = 10 * 1024 * 1024 };
    char *text = malloc(LEN + 400);
    (void)state;
    assert_non_null(text);
    size_t n = (size_t)snprintf(
        text, 200,
        "{\"a\":{\"status\":{\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[{\"id\":0,\"state\":"
        "\"FAILED\",\"trace\":\"first line ");
    memset(text + n, 'x', LEN);
    snprintf(text + n + LEN, 200, " Caused by: java.lang.OutOfMemoryError: Java heap space\"}]}}}");
    assert_int_equal(ask(text), PT_OK);
    free(text);
    struct conn *c = &list.items[0];
    assert_true(strlen(c->tasks[0].trace) < 2 * CONN_TRACE_MAX);
    assert_memory_equal(c->tasks[0].trace, "first line", 10);
    conn_read_rules(c);
    assert_string_equal(c->task_rule->id, "memory");
}

static void an_old_worker_lists_names_alone(void **state)
{
    (void)state;
    answers_are("/a/status", 200,
                "{\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[],\"type\":\"sink\"}");
    answers_are("/connectors/a", 200, "{\"name\":\"a\",\"config\":{\"connector.class\":\"x\"}}");
    answers_are("?expand", 200, "[\"a\",\"vanished\",5]");
    answers_are("8083/connectors/vanished", 404, "{\"error_code\":404,\"message\":\"gone\"}");
    answers_are("8083/", 200, VERSION("2.2.0"));
    assert_int_equal(backend.ops->list(&backend, "", &list, &err), PT_OK);
    assert_int_equal(list.n, 1);
    assert_int_equal(backend.can & PT_CONN_CAN_RESTART_FAILED, 0);
}

/* What isn't Connect's answer: one sentence, and the fix. */
static void strange_answers_are_named(void **state)
{
    static const struct {
        int status;
        const char *body, *header, *says;
        pt_code code;
    } rows[] = {
        {200, "<html><body>Sign in</body></html>",                            "Content-Type: text/html",           "web page",                             PT_EDATA    },
        {502, "<html>Bad gateway</html>",                                     NULL,                                "web page",                             PT_ESERVER  },
        {302, "",                                                             "Location: https://login.example/x", "redirects to https://login.example/x",
         PT_EDATA                                                                                                                                                      },
        {401, "",                                                             NULL,                                "401, a login is required, and none",   PT_ELOGIN   },
        {403, "{\"message\":\"GET is not for you\"}",                         NULL,                                "403, permission denied: GET is",
         PT_EAUTH                                                                                                                                                      },
        {407, "<html>Proxy Authentication Required</html>",                   NULL,
         "because the proxy in between rejects the",                                                                                                       PT_ELOGIN   },
        {404, "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}",      NULL,                                "404",                                  PT_ENOTFOUND},
        {409,
         "{\"error_code\":409,\"message\":\"Cannot complete request momentarily due to stale "
         "configuration (typically caused by a concurrent config change)\"}", NULL,                                "409, Cannot complete",                 PT_EBUSY    },
        {409, "",                                                             NULL,                                "rebalance",                            PT_EBUSY    },
        {500,
         "{\"error_code\":500,\"message\":\"Request cannot be completed because a rebalance is "
         "expected\"}",                                                       NULL,                                "500, Request cannot",                  PT_EBUSY    },
        {500, "{\"error_code\":500,\"message\":\"Request timed out\"}",       NULL,                                "500, Request timed",
         PT_EIO                                                                                                                                                        },
        {200, "{\"a\":",                                                      NULL,                                "cut off",                              PT_EDATA    },
        {200, "{\"error_code\":500,\"message\":\"boom\"}",                    NULL,                                "500, boom",                            PT_EIO      },
        {200, "{\"error_code\":404,\"message\":\"gone\"}",                    NULL,                                "404",                                  PT_ENOTFOUND},
        {200, "{\"status\":\"ok\",\"n\":5}",                                  NULL,                                "not a list of connectors",             PT_EDATA    },
        {200, "",                                                             NULL,                                "not a list of connectors",             PT_EDATA    },
        {200, "null",                                                         NULL,                                "not a list of connectors",             PT_EDATA    },
        {204, "",                                                             NULL,                                "not a list of connectors",             PT_EDATA    },
        {200, "no json",                                                      NULL,                                "is not JSON",                          PT_EDATA    },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(answers, 0, sizeof answers);
        memset(&err, 0, sizeof err);
        fake.n_calls = 0;
        backend.version[0] = '\0';
        answers_are("?expand", rows[i].status, rows[i].body);
        answers[0].header = rows[i].header;
        answers_are("8083/", 200, VERSION("3.9.2"));
        pt_code code = backend.ops->list(&backend, "", &list, &err);
        if (code != rows[i].code || strstr(err.what, rows[i].says) == NULL || err.fix[0] == '\0')
            fail_msg("row %zu: %s: %s. %s", i, pt_code_word(code), err.what, err.fix);
        assert_int_equal(list.n, 0);
    }
}

/* Nobody says that the connector isn't there: nothing was asked for by name. */
static void nothing_at_the_path_is_no_missing_connector(void **state)
{
    (void)state;
    answers_are("8083/", 404, "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}");
    assert_int_equal(backend.ops->list(&backend, "", &list, &err), PT_ENOTFOUND);
    assert_non_null(strstr(err.fix, "pintop.connector.url"));
    assert_null(strstr(err.fix, "connector list"));
}

/* What was thrown before and after a NUL of a record is in the trace. */
static void a_nul_ends_no_text(void **state)
{
    (void)state;
    assert_int_equal(ask("{\"a\":{\"status\":{\"connector\":{\"state\":\"RUNNING\\u0000X\"},"
                         "\"tasks\":[{\"id\":0,\"state\":\"FAILED\",\"trace\":\"x.Y: byte \\u0000 "
                         "in it\\nCaused by: why\"}]},\"info\":{\"config\":{\"k\":\"a\\u0000b\","
                         "\"no\":\"\\\\u0000\"}}}}"),
                     PT_OK);
    const struct conn *c = &list.items[0];
    assert_string_not_equal(c->state, "RUNNING");
    assert_non_null(strstr(c->tasks[0].trace, "Caused by: why"));
    assert_string_equal(conn_get(c, "k"), "a" JSON_NUL "b");
    assert_string_equal(conn_get(c, "no"), "\\u0000");
}

/* Whose password it is, and what may be wrong with it. */
static void a_refused_login_names_its_settings(void **state)
{
    (void)state;
    backend.access.user = "ann";
    backend.access.password = "secret";
    answers_are("?expand", 401, "{\"message\":\"bad password\"}");
    answers_are("8083/", 200, VERSION("3.9.2"));
    assert_int_equal(backend.ops->list(&backend, "", &list, &err), PT_ELOGIN);
    assert_string_equal(err.what, "Kafka Connect: 401, the credentials are rejected: bad password");
    assert_non_null(strstr(err.fix, "Correct pintop.connector.user and pintop.connector.password"));
    memset(answers, 0, sizeof answers);
    answers_are("?expand", 403, "");
    answers_are("8083/", 200, VERSION("3.9.2"));
    assert_int_equal(backend.ops->list(&backend, "", &list, &err), PT_EAUTH);
    assert_string_equal(err.what, "Kafka Connect: 403, permission denied to ann");
    assert_null(strstr(err.fix, "secret"));
}

/* A message of any length stays whole. */
static void a_long_message_is_not_cut(void **state)
{
    char body[3000], words[2500];
    (void)state;
    memset(words, 'x', sizeof words);
    snprintf(words + sizeof words - 20, 20, " the end of it");
    snprintf(body, sizeof body, "{\"error_code\":500,\"message\":\"%s\"}", words);
    answers_are("?expand", 500, body);
    answers_are("8083/", 200, VERSION("3.9.2"));
    assert_int_not_equal(backend.ops->list(&backend, "", &list, &err), PT_OK);
    assert_non_null(strstr(err.what, "the end of it"));
}

static void another_program_is_not_connect(void **state)
{
    (void)state;
    answers_are("8083/", 200, "{\"hello\":\"world\"}");
    assert_int_equal(backend.ops->list(&backend, "", &list, &err), PT_EDATA);
    assert_non_null(strstr(err.what, "does not report its version"));
}

static void a_login_goes_into_the_header_alone(void **state)
{
    (void)state;
    backend.access.user = "ann";
    backend.access.password = "secret";
    assert_int_equal(ask("{}"), PT_OK);
    assert_string_equal(fake_call_header(&fake.calls[0], "Authorization"),
                        "Basic YW5uOnNlY3JldA==");
    assert_null(strstr(fake.calls[0].url, "secret"));
    assert_string_equal(fake.calls[1].url, "http://h:8083/connectors?expand=status&expand=info");
}

/* ---- changes ---- */

static struct conn one(const char *name)
{
    struct conn conn;
    conn_init(&conn);
    snprintf(conn.id, sizeof conn.id, "%s", name);
    snprintf(conn.name, sizeof conn.name, "%s", name);
    return conn;
}

static void names_are_encoded_into_paths(void **state)
{
    struct conn conn = one("a/b c?");
    (void)state;
    answers_are("pause", 202, "");
    assert_int_equal(backend.ops->pause(&backend, &conn, said, &err), PT_OK);
    assert_string_equal(fake.calls[0].method, "PUT");
    assert_string_equal(fake.calls[0].url, "http://h:8083/connectors/a%2Fb%20c%3F/pause");
}

static void failed_tasks_are_restarted_in_one_call(void **state)
{
    struct conn conn = one("a");
    (void)state;
    answers_are("/restart", 202, "{}");
    answers_are("8083/", 200, VERSION("3.0.0"));
    assert_int_equal(backend.ops->restart(&backend, &conn, true, said, &err), PT_OK);
    assert_string_equal(fake.calls[1].url,
                        "http://h:8083/connectors/a/restart?includeTasks=true&onlyFailed=true");
}

static void before_3_0_they_are_restarted_one_by_one(void **state)
{
    struct conn conn = one("a");
    struct conn_task tasks[] = {
        {.id = 0, .state = "RUNNING"},
        {.id = 4, .state = "FAILED" }
    };
    (void)state;
    conn.tasks = tasks;
    conn.n_tasks = 2;
    answers_are("/restart", 204, "");
    answers_are("8083/", 200, VERSION("2.8.1"));
    assert_int_equal(backend.ops->restart(&backend, &conn, true, said, &err), PT_OK);
    assert_int_equal(fake.n_calls, 2);
    assert_string_equal(fake.calls[1].url, "http://h:8083/connectors/a/tasks/4/restart");
}

static void a_refused_configuration_says_why(void **state)
{
    struct conn conn = one("a");
    const struct conn_setting settings[] = {
        {(char *)(uintptr_t) "flush.size", (char *)(uintptr_t) "x"}
    };
    (void)state;
    answers_are("/config", 400,
                "{\"error_code\":400,\"message\":\"Connector configuration is invalid and contains "
                "the following 1 error(s):\\nInvalid value x for configuration flush.size\"}");
    assert_int_equal(backend.ops->update(&backend, &conn, settings, 1, said, &err), PT_ECONFIG);
    assert_non_null(strstr(err.what, "Invalid value x for configuration flush.size"));
    assert_string_equal(fake.calls[0].body, "{\"flush.size\":\"x\"}");
}

/* A change is done when Kafka Connect says so, not when something answers 200. */
static void what_is_not_confirmed_may_be_done_or_not(void **state)
{
    struct conn conn = one("a");
    const struct conn_creation creation = {.name = "a"};
    static const struct {
        const char *body;
        pt_code code;
    } rows[] = {
        {"",                                          PT_ESERVER  },
        {"{}",                                        PT_ESERVER  },
        {"ok",                                        PT_ESERVER  },
        {"{\"name\":\"a\"}",                          PT_ESERVER  },
        {"{\"error_code\":500,\"message\":\"boom\"}", PT_EIO      },
        {"{\"error_code\":404,\"message\":\"none\"}", PT_ENOTFOUND},
        {"{\"name\":\"a\",\"config\":{}}",            PT_OK       },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(answers, 0, sizeof answers);
        fake.n_calls = 0;
        answers_are("/connectors", 200, rows[i].body);
        pt_code code = backend.ops->update(&backend, &conn, NULL, 0, said, &err);
        if (code != rows[i].code)
            fail_msg("update, row %zu: %s", i, pt_code_word(code));
        code = backend.ops->create(&backend, &creation, said, &err);
        if (code != rows[i].code)
            fail_msg("create, row %zu: %s", i, pt_code_word(code));
        code = backend.ops->pause(&backend, &conn, said, &err);
        bool is_refused = strstr(rows[i].body, "error_code") != NULL || rows[i].body[0] == 'o';
        assert_int_equal(code, is_refused ? rows[i].code : PT_OK);
    }
}

static void a_name_in_use_is_told(void **state)
{
    const struct conn_creation creation = {.name = "a"};
    (void)state;
    answers_are("/connectors", 409,
                "{\"error_code\":409,\"message\":\"Connector a already exists\"}");
    assert_int_equal(backend.ops->create(&backend, &creation, said, &err), PT_EEXISTS);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_list_is_states_tasks_and_settings),
        TEST(what_is_missing_or_null_is_not_known),
        TEST(a_task_without_a_status_is_unassigned),
        TEST(two_of_one_name_are_two),
        TEST(control_bytes_stay_off_the_screen),
        TEST(a_trace_of_10_mb_keeps_its_ends),
        TEST(an_old_worker_lists_names_alone),
        TEST(strange_answers_are_named),
        TEST(nothing_at_the_path_is_no_missing_connector),
        TEST(a_nul_ends_no_text),
        TEST(a_refused_login_names_its_settings),
        TEST(a_long_message_is_not_cut),
        TEST(another_program_is_not_connect),
        TEST(a_login_goes_into_the_header_alone),
        TEST(names_are_encoded_into_paths),
        TEST(failed_tasks_are_restarted_in_one_call),
        TEST(before_3_0_they_are_restarted_one_by_one),
        TEST(a_refused_configuration_says_why),
        TEST(what_is_not_confirmed_may_be_done_or_not),
        TEST(a_name_in_use_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
