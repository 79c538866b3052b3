/* A back end is one row: a program that adds one has its connectors asked, shown and judged by the
 * flags and the words of that row. Nothing else in the engine or the front end knows of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "connector/watch/connectors.h"
#include "connector/watch/worker.h"
#include "desk/section.h"
#include "test_desk.h"

/* ---- the row ---- */

static pt_code relay_list(struct conn_backend *b, const char *only, struct conn_list *out,
                          struct pt_error *err)
{
    (void)b;
    (void)only;
    (void)out;
    return pt_error_set(err, PT_EUNSUPPORTED, "Ask the test.", "the test answers for it");
}

static const struct conn_backend_ops relay = {
    .info = {.name = "relay",
             .title = "Relay",
             .can = PT_CONN_CAN_RESTART,
             .is_asked = true,
             .cannot = "a relay has no such call"},
    .state_source = "Relay API",
    .tasks_source = "relay.log",
    .tasks_from = "the relay's page",
    .running_means = "as of noon",
    .list = relay_list,
};

/* ---- the part, and who would be asked ---- */

static struct relay_desk {
    struct test_desk desk;
    struct conn_models models;
    struct connectors watchers; /* without threads: what is asked stays in their queues */
    const struct pt_connectors_section *shown;
} at;

static void relay_open(const struct conn_backend_ops *ops)
{
    const char *const settings[] = {"bootstrap.servers=127.0.0.1:1",
                                    "pintop.connector.backend=none", "pintop.topics=demo.pin",
                                    "pintop.state.dir=/nonexistent", NULL};
    memset(&at, 0, sizeof at);
    test_desk_init(&at.desk, settings);
    at.desk.desk.is_booted = true;
    keyring_init(&at.watchers.ring);
    aws_pace_init(&at.watchers.pace, clock_even_ms);
    for (int i = 0; i < CONCERNS; i++) {
        at.watchers.workers[i].jobs = queue_new();
        assert_non_null(at.watchers.workers[i].jobs);
    }
    conn_models_init(&at.models, &at.desk.desk);
    at.models.ops = ops;
    at.models.can = ops->info.can;
    conn_models_connect(&at.models, &at.watchers, NULL);
}

static void relay_close(void)
{
    section_release(at.shown);
    conn_models_done(&at.models);
    for (int i = 0; i < CONCERNS; i++)
        queue_free(at.watchers.workers[i].jobs, conn_job_free);
    aws_pace_done(&at.watchers.pace);
    keyring_done(&at.watchers.ring);
    test_desk_done(&at.desk);
}

/* A bit for each kind of question that was sent since the last call. */
static unsigned relay_asked(void)
{
    unsigned asked = 0;
    struct conn_job *job;
    for (int i = 0; i < CONCERNS; i++)
        while ((job = queue_take(at.watchers.workers[i].jobs, 0)) != NULL) {
            asked |= 1U << job->ask;
            conn_job_free(job);
        }
    return asked;
}

/* The part looks once a second for so long. */
static unsigned relay_run(int seconds)
{
    unsigned asked = 0;
    for (int i = 0; i < seconds; i++) {
        conn_models_tick(&at.models);
        asked |= relay_asked();
        test_desk_wait_ms(1000);
    }
    return asked;
}

/* The answer to the list: one sink; a worker: of its only task, NULL it tells no tasks. */
static void relay_hears(const char *state, const char *worker)
{
    struct conn_news *news = calloc(1, sizeof *news);
    assert_non_null(news);
    news->ask = CONN_ASK_LIST;
    news->asked_ms = news->list.asked_ms = test_desk_ms();
    news->can = at.models.ops->info.can;
    struct conn *conn = conn_list_add(&news->list);
    assert_non_null(conn);
    snprintf(conn->id, sizeof conn->id, "sink");
    snprintf(conn->name, sizeof conn->name, "sink");
    snprintf(conn->kind, sizeof conn->kind, "sink");
    snprintf(conn->state, sizeof conn->state, "%s", state);
    snprintf(conn->log_group, sizeof conn->log_group, "/relay/sink");
    conn->has_settings = conn_set(conn, "topics", "demo.pin");
    if (worker != NULL) {
        conn->tasks = calloc(1, sizeof *conn->tasks);
        assert_non_null(conn->tasks);
        conn->has_tasks = true;
        conn->n_tasks = 1;
        snprintf(conn->tasks[0].state, sizeof conn->tasks[0].state, "%s", state);
        snprintf(conn->tasks[0].worker, sizeof conn->tasks[0].worker, "%s", worker);
    }
    conn_models_news(&at.models, news);
    conn_news_free(news);
}

static void relay_fails(void)
{
    struct conn_news *news = calloc(1, sizeof *news);
    assert_non_null(news);
    news->ask = CONN_ASK_LIST;
    news->asked_ms = test_desk_ms();
    pt_error_set(&news->error, PT_EIO, "Look after it.", "the relay does not answer");
    conn_models_news(&at.models, news);
    conn_news_free(news);
}

static const struct pt_connector *relay_shown(void)
{
    conn_models_tick(&at.models);
    const void *section = conn_models_section(&at.models);
    if (section != NULL) {
        section_release(at.shown);
        at.shown = section;
    }
    assert_non_null(at.shown);
    assert_int_equal(at.shown->n_connectors, 1);
    return &at.shown->connectors[0];
}

static const struct pt_evidence *evidence_of(const struct pt_connector *c, const char *who)
{
    for (size_t i = 0; i < c->n_evidence; i++)
        if (strcmp(c->evidence[i].witness, who) == 0)
            return &c->evidence[i];
    return NULL;
}

/* ---- asked ---- */

/* What is asked about a failed sink of a back end of this row. */
static unsigned asked_of(const struct conn_backend_ops *ops)
{
    relay_open(ops);
    unsigned asked = relay_run(1);
    relay_hears("FAILED", "far.example:8083");
    asked |= relay_run(3);
    relay_close();
    return asked;
}

static void a_flag_is_a_question(void **state)
{
    (void)state;
    const unsigned kinds[] = {
        1U << CONN_ASK_LIST, 1U << CONN_ASK_DETAILS, 1U << CONN_ASK_CHANGES, 1U << CONN_ASK_METRICS,
        1U << CONN_ASK_LOG,  1U << CONN_ASK_CHECKS,  1U << CONN_ASK_WORKERS};
    unsigned all = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        all |= kinds[i];
    struct conn_backend_ops row = relay;
    assert_int_equal(asked_of(&row) & all, 1U << CONN_ASK_LIST);
    row.has_metrics = true;
    assert_int_equal(asked_of(&row) & all, 1U << CONN_ASK_LIST | 1U << CONN_ASK_METRICS);
    row = relay;
    row.has_worker_log = true;
    assert_int_equal(asked_of(&row) & all, 1U << CONN_ASK_LIST | 1U << CONN_ASK_LOG);
    row = relay;
    row.has_checks = true;
    assert_int_equal(asked_of(&row) & all, 1U << CONN_ASK_LIST | 1U << CONN_ASK_CHECKS);
    row = relay;
    row.has_workers = true;
    assert_int_equal(asked_of(&row) & all, 1U << CONN_ASK_LIST | 1U << CONN_ASK_WORKERS);
    row = relay;
    row.is_list_brief = true;
    assert_int_equal(asked_of(&row) & all, 1U << CONN_ASK_LIST | 1U << CONN_ASK_DETAILS);
}

static void one_in_this_process_asks_kafka_nothing(void **state)
{
    (void)state;
    struct conn_backend_ops row = relay;
    assert_true(asked_of(&row) & 1U << CONN_ASK_GROUP);
    row.info.is_in_process = true;
    assert_false(asked_of(&row) & 1U << CONN_ASK_GROUP);
}

static int lists_that_fail(const struct conn_backend_ops *ops)
{
    int n = 0;
    relay_open(ops);
    for (int s = 0; s < 120; s++)
        if (relay_run(1) & 1U << CONN_ASK_LIST) {
            relay_fails();
            n++;
        }
    relay_close();
    return n;
}

/* A worker of one's own may be back at any moment; a rationed service is left alone longer and
 * longer. */
static void a_rationed_one_is_left_alone(void **state)
{
    (void)state;
    struct conn_backend_ops row = relay;
    int as_ever = lists_that_fail(&row);
    row.is_rationed = true;
    int rationed = lists_that_fail(&row);
    assert_in_range(as_ever, 20, 60);
    assert_in_range(rationed, 2, 10);
}

/* ---- shown ---- */

static void its_words_are_shown(void **state)
{
    (void)state;
    relay_open(&relay);
    relay_run(1);
    relay_hears("RUNNING", "far.example:8083");
    const struct pt_connector *c = relay_shown();
    assert_string_equal(c->backend, "relay");
    assert_string_equal(c->backend_title, "Relay");
    assert_int_equal(c->can, PT_CONN_CAN_RESTART);
    assert_string_equal(at.shown->backend, "relay");
    assert_string_equal(at.shown->backend_title, "Relay");
    const struct pt_evidence *e = evidence_of(c, "API state");
    assert_non_null(e);
    assert_string_equal(e->source, "Relay API");
    assert_string_equal(e->says, "RUNNING (as of noon)");
    e = evidence_of(c, "tasks");
    assert_non_null(e);
    assert_string_equal(e->source, "relay.log");
    assert_null(evidence_of(c, "role, settings"));
    assert_null(evidence_of(c, "last change"));
    relay_close();
}

static void what_is_still_to_come_is_shown(void **state)
{
    (void)state;
    struct conn_backend_ops row = relay;
    row.has_metrics = row.has_checks = true;
    relay_open(&row);
    relay_run(1);
    relay_hears("RUNNING", NULL);
    const struct pt_connector *c = relay_shown();
    const struct pt_evidence *tasks = evidence_of(c, "tasks");
    const struct pt_evidence *role = evidence_of(c, "role, settings");
    assert_non_null(tasks);
    assert_non_null(role);
    assert_string_equal(tasks->source, "relay.log");
    assert_true(tasks->is_pending);
    assert_true(role->is_pending);
    relay_close();
}

/* ---- judged ---- */

static void the_verdict_is_in_its_words(void **state)
{
    (void)state;
    relay_open(&relay);
    relay_run(1);
    relay_hears("FAILED", "far.example:8083");
    const struct pt_connector *c = relay_shown();
    assert_int_equal(c->verdict, PT_V_FAILED);
    assert_non_null(strstr(c->cause, "Relay reports FAILED"));
    test_desk_wait_ms(1000);
    relay_hears("RUNNING", NULL);
    c = relay_shown();
    assert_int_equal(c->verdict, PT_V_UNKNOWN);
    assert_non_null(strstr(c->cause, "the relay's page has not answered yet"));
    relay_close();
}

/* ---- the table ---- */

static void front_ends_are_told_by_the_table(void **state)
{
    (void)state;
    const char *const words[] = {"embedded", "connect", "mskconnect"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const struct pt_backend_info *info = pt_backend_info(words[i]);
        assert_string_equal(info->name, words[i]);
        assert_true(info->title[0] != '\0' && info->cannot[0] != '\0');
        assert_true(info->is_asked != info->is_in_process);
    }
    const char *const others[] = {"", "group", "relay", "none"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct pt_backend_info *info = pt_backend_info(others[i]);
        assert_string_equal(info->name, "group");
        assert_false(info->is_asked || info->is_in_process);
        assert_int_equal(info->can, 0);
    }
}

static const char *meant_by(const char *first, const char *second)
{
    const char *const settings[] = {first, second, NULL};
    struct test_desk desk;
    test_desk_init(&desk, settings);
    const struct conn_backend_ops *ops = conn_backend_meant(desk.cfg);
    test_desk_done(&desk);
    return ops != NULL ? ops->info.name : "";
}

static void the_configuration_means_one(void **state)
{
    (void)state;
    assert_string_equal(meant_by("bootstrap.servers=embedded", NULL), "embedded");
    assert_string_equal(
        meant_by("bootstrap.servers=embedded", "pintop.connector.url=http://h:8083"), "embedded");
    assert_string_equal(meant_by("bootstrap.servers=h:9092", "pintop.connector.url=http://h:8083"),
                        "connect");
    assert_string_equal(meant_by("bootstrap.servers=h:9092", "pintop.connector.backend=mskconnect"),
                        "mskconnect");
    assert_string_equal(meant_by("bootstrap.servers=h:9092", "pintop.connector.backend=none"), "");
    assert_string_equal(meant_by("bootstrap.servers=h:9092", NULL), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flag_is_a_question),
        cmocka_unit_test(one_in_this_process_asks_kafka_nothing),
        cmocka_unit_test(a_rationed_one_is_left_alone),
        cmocka_unit_test(its_words_are_shown),
        cmocka_unit_test(what_is_still_to_come_is_shown),
        cmocka_unit_test(the_verdict_is_in_its_words),
        cmocka_unit_test(front_ends_are_told_by_the_table),
        cmocka_unit_test(the_configuration_means_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
