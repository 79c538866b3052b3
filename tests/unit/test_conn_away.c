/* Which worker runs a task, whether that worker is away, and which partition of
 * __consumer_offsets stores the offsets of a group. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "conn_carry.h"
#include "connector/judge/judge.h"
#include "connector/watch/commits.h"
#include "connector/watch/group.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/losses.h"
#include "connector/watch/workers.h"
#include "connector/witness/worker.h"
#include "fake_aws.h"

/* ---- a worker's address ---- */

static struct fake_aws fake;
static struct {
    pt_code code;
    int status;
    bool is_begun, was_sent;
    const char *body;
} net;

static pt_code answer(struct fake_aws *f, size_t n, struct http_answer *out, struct pt_error *err)
{
    (void)f;
    (void)n;
    if (net.code == PT_OK)
        return fake_answer(out, net.status,
                           net.body != NULL ? net.body : "{\"version\":\"3.9.2\"}");
    out->is_begun = net.is_begun;
    out->was_sent = net.was_sent;
    return pt_error_set(err, net.code, NULL, "HTTP: no");
}

static enum worker_answer ask(const char *url, const char *id)
{
    memset(&fake, 0, sizeof fake);
    fake.answer = answer;
    const struct http_transport transport = fake_aws_net(&fake);
    return worker_ask(&transport, url, id);
}

static void an_answer_of_any_kind_is_one(void **state)
{
    static const struct {
        pt_code code;
        int status;
        bool is_begun, was_sent;
        enum worker_answer is;
    } cases[] = {
        {PT_OK,           200, false, true,  WORKER_ANSWERS  },
        {PT_OK,           401, false, true,  WORKER_ANSWERS  },
        {PT_OK,           500, false, true,  WORKER_ANSWERS  },
        {PT_OK,           502, false, true,  WORKER_UNCLEAR  }, /* from a gateway */
        {PT_OK,           407, false, true,  WORKER_UNCLEAR  },
        {PT_ETIMEOUT,     0,   false, true,  WORKER_SILENT   },
        {PT_ETIMEOUT,     0,   true,  true,  WORKER_ANSWERS  },
        {PT_ETIMEOUT,     0,   false, false, WORKER_UNREACHED},
        {PT_EUNREACHABLE, 0,   false, false, WORKER_UNREACHED},
        {PT_ETLS,         0,   false, false, WORKER_UNCLEAR  },
        {PT_ECANCELLED,   0,   false, true,  WORKER_UNCLEAR  },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        net.code = cases[i].code;
        net.status = cases[i].status;
        net.is_begun = cases[i].is_begun;
        net.was_sent = cases[i].was_sent;
        if (ask("http://h:8083/", "10.0.0.6:8083") != cases[i].is)
            fail_msg("case %zu", i);
    }
}

/* Private addresses are the same in many networks, and some gateways answer for any address. */
static void another_program_is_not_the_worker(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum worker_answer is;
    } cases[] = {
        {404, "",                                               WORKER_UNCLEAR},
        {200, "",                                               WORKER_UNCLEAR},
        {200, "<html>Welcome to nginx</html>",                  WORKER_UNCLEAR},
        {200, "{\"name\":\"es\",\"cluster_name\":\"logs\"}",    WORKER_UNCLEAR},
        {500, "oops",                                           WORKER_UNCLEAR},
        {500, "{\"error_code\":500,\"message\":\"timed out\"}", WORKER_ANSWERS},
        {401, "User cannot access the resource.",               WORKER_ANSWERS},
    };
    (void)state;
    net.code = PT_OK;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        net.status = cases[i].status;
        net.body = cases[i].body;
        if (ask("http://h:8083/", "10.0.0.6:8083") != cases[i].is)
            fail_msg("case %zu", i);
    }
    net.body = NULL;
}

static void its_address_is_all_that_is_used(void **state)
{
    (void)state;
    net.code = PT_OK;
    net.status = 200;
    assert_int_equal(ask("https://me:secret@h:8083/", "10.0.0.6:8083"), WORKER_ANSWERS);
    assert_string_equal(fake.calls[0].url, "https://10.0.0.6:8083/");
    assert_string_equal(fake.calls[0].method, "GET");
    assert_string_equal(fake_call_header(&fake.calls[0], "Authorization"), "");
    static const char *const bad[] = {"h:1/x", "a@h:1", "h:1?x", "h:1#x", "h 1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(ask("http://h:8083", bad[i]), WORKER_UNCLEAR);
        assert_int_equal(fake.n_calls, 0);
    }
    assert_true(worker_is_at("http://H:8083/", "h:8083"));
    assert_true(worker_is_at("http://me:p@ss@h:8083", "h:8083"));
    assert_false(worker_is_at("http://h:8083", "h:8084"));
    assert_false(worker_is_at("http://h:80833", "h:8083"));
}

/* ---- what is known of the other workers ---- */

static struct conn_model cm;
static struct conn_task tasks[3];

static void three_tasks(const char *first, const char *others)
{
    memset(&cm, 0, sizeof cm);
    conn_group_init(&cm.members);
    conn_workers_init(&cm.workers);
    conn_commits_init(&cm.commits);
    snprintf(cm.conn.name, sizeof cm.conn.name, "sink");
    memset(tasks, 0, sizeof tasks);
    for (int i = 0; i < 3; i++) {
        tasks[i].id = i;
        snprintf(tasks[i].worker, sizeof tasks[i].worker, "%s", i == 0 ? first : others);
    }
    cm.conn.tasks = tasks;
    cm.conn.n_tasks = 3;
    conn_workers_follow(&cm.workers, &cm.conn, "http://10.0.0.5:8083/");
}

static void answers(enum worker_answer is, int64_t now_ms)
{
    struct conn_news news = {.ask = CONN_ASK_WORKERS, .asked_ms = now_ms, .workers = cm.workers};
    for (size_t i = 0; i < news.workers.n; i++)
        news.workers.items[i].answer = is;
    conn_workers_take(&cm, &news);
}

static void members_are(unsigned bits, int64_t now_ms)
{
    cm.members.are_tasks_known = true;
    cm.members.tasks[0] = bits;
    conn_workers_note_group(&cm, now_ms);
}

static const char *away(int64_t now_ms)
{
    static struct witnesses w;
    witnesses_init(&w);
    w.now_ms = now_ms;
    conn_workers_witness(&cm, &w);
    return w.away_worker;
}

static void a_worker_is_followed_by_its_tasks(void **state)
{
    char says[PT_CAUSE_MAX];
    bool is_bad;
    (void)state;
    three_tasks("10.0.0.5:8083", "10.0.0.5:8083");
    assert_int_equal(cm.workers.n, 0);
    assert_false(conn_workers_say(&cm, NOW, says, sizeof says, &is_bad));
    three_tasks("10.0.0.5:8083", "10.0.0.6:8083");
    assert_int_equal(cm.workers.n, 1);
    assert_string_equal(cm.workers.items[0].tasks, "1, 2");
    assert_true(conn_workers_has_new(&cm.workers));
    answers(WORKER_ANSWERS, NOW);
    assert_false(conn_workers_has_new(&cm.workers));
    conn_workers_follow(&cm.workers, &cm.conn, "http://10.0.0.5:8083/");
    assert_int_equal(cm.workers.items[0].answer, WORKER_ANSWERS);
    assert_true(conn_workers_say(&cm, NOW, says, sizeof says, &is_bad));
    assert_string_equal(says, "10.0.0.6:8083 (tasks 1, 2): answers");
    assert_string_equal(away(NOW), "");
}

static void one_that_hangs_is_away(void **state)
{
    (void)state;
    three_tasks("10.0.0.5:8083", "10.0.0.6:8083");
    answers(WORKER_SILENT, NOW);
    assert_string_equal(away(NOW + SECOND), "10.0.0.6:8083");
    assert_string_equal(away(NOW + 60 * SECOND), ""); /* not asked again since then */
    answers(WORKER_ANSWERS, NOW + 61 * SECOND);
    assert_string_equal(away(NOW + 62 * SECOND), "");
}

/* The workers' addresses may be unreachable from this host although the workers run. */
static void one_that_was_never_reached_needs_a_second_witness(void **state)
{
    char says[PT_CAUSE_MAX];
    bool is_bad;
    (void)state;
    three_tasks("10.0.0.5:8083", "10.0.0.6:8083");
    answers(WORKER_UNREACHED, NOW);
    members_are(7, NOW);
    assert_string_equal(away(NOW + SECOND), "");
    conn_workers_say(&cm, NOW, says, sizeof says, &is_bad);
    assert_non_null(strstr(says, "unknown whether it runs"));
    assert_false(is_bad);
    members_are(1, NOW); /* both of its tasks have left the group */
    assert_string_equal(away(NOW + 30 * SECOND), "");
    answers(WORKER_UNREACHED, NOW + 61 * SECOND);
    assert_string_equal(away(NOW + 61 * SECOND), "10.0.0.6:8083");
    members_are(3, NOW + 62 * SECOND); /* one task is back */
    assert_string_equal(away(NOW + 62 * SECOND), "");
}

static void one_that_answered_before_needs_none(void **state)
{
    (void)state;
    three_tasks("10.0.0.5:8083", "10.0.0.6:8083");
    answers(WORKER_ANSWERS, NOW);
    answers(WORKER_UNREACHED, NOW + 10 * SECOND);
    assert_string_equal(away(NOW + 11 * SECOND), "10.0.0.6:8083");
    /* While it has no task, it is only remembered. */
    for (int i = 0; i < 2; i++) {
        for (int t = 1; t < 3; t++)
            snprintf(tasks[t].worker, sizeof tasks[t].worker, "10.0.0.%d:8083", 5 + i);
        conn_workers_follow(&cm.workers, &cm.conn, "http://10.0.0.5:8083/");
        assert_int_equal(conn_workers_count(&cm.workers), i);
        assert_string_equal(away(NOW + 12 * SECOND), "");
    }
    answers(WORKER_UNREACHED, NOW + 15 * SECOND);
    assert_string_equal(away(NOW + 16 * SECOND), "10.0.0.6:8083");
    answers(WORKER_UNCLEAR, NOW + 20 * SECOND);
    assert_string_equal(away(NOW + 21 * SECOND), "");
}

/* ---- where offsets are stored ---- */

static void the_partition_is_java_s(void **state)
{
    (void)state;
    assert_int_equal(group_offsets_partition("hello", 50), 22);
    assert_int_equal(group_offsets_partition("polygenelubricants", 50), 0); /* hash INT32_MIN */
    assert_int_equal(group_offsets_partition("connect-0a1b2c3d4e5f-connector", 50), 13);
    assert_int_equal(group_offsets_partition("gro\xc3\x9f\xf0\x9f\x98\x80", 50), 46);
    assert_int_equal(group_offsets_partition("", 50), 0);
}

static struct pt_topic topics[2];
static struct pt_partition partitions[50];

static void look(int32_t leader, int32_t in_sync, int64_t now_ms)
{
    struct watch_report report = {
        .n_topics = 2, .topics = topics, .partitions = partitions, .time_ms = now_ms};
    snprintf(topics[0].name, sizeof topics[0].name, "__consumer_offsets");
    snprintf(topics[1].name, sizeof topics[1].name, "demo.pin");
    topics[0].n_partitions = 50;
    for (int32_t p = 0; p < 50; p++)
        partitions[p] =
            (struct pt_partition){.partition = p, .leader = 1, .replicas = 3, .in_sync = 3};
    partitions[13].leader = leader;
    partitions[13].in_sync = in_sync;
    snprintf(cm.group, sizeof cm.group, "connect-0a1b2c3d4e5f-connector");
    conn_commits_look(&cm, &report);
}

static void min_in_sync_is(int64_t n, int64_t now_ms)
{
    struct conn_news news = {.ask = CONN_ASK_COMMITS, .asked_ms = now_ms, .min_in_sync = n};
    conn_commits_take(&cm, &news);
}

static void too_few_replicas_refuse_commits(void **state)
{
    char says[PT_CAUSE_MAX];
    bool is_bad;
    (void)state;
    conn_commits_init(&cm.commits);
    look(1, 3, NOW);
    assert_false(conn_commits_is_asked(&cm.commits));
    assert_false(conn_commits_say(&cm.commits, says, sizeof says, &is_bad));
    look(1, 2, NOW + SECOND);
    assert_true(conn_commits_is_asked(&cm.commits));
    assert_true(cm.commits.since_ms == PT_UNKNOWN); /* two may be enough */
    assert_true(conn_commits_say(&cm.commits, says, sizeof says, &is_bad));
    assert_non_null(strstr(says, "2 of 3 replicas in sync; min.insync.replicas is not known"));
    assert_false(is_bad);
    struct conn_news late = {.ask = CONN_ASK_COMMITS, .asked_ms = NOW + 2 * SECOND};
    late.error.code = PT_ETIMEOUT; /* the broker that was asked is down */
    cm.next_ms[CONN_ASK_COMMITS] = NOW + 60 * SECOND;
    conn_commits_take(&cm, &late);
    assert_int_equal(cm.next_ms[CONN_ASK_COMMITS], NOW + 5 * SECOND);
    min_in_sync_is(2, NOW + 2 * SECOND);
    assert_true(cm.commits.since_ms == PT_UNKNOWN);
    min_in_sync_is(3, NOW + 3 * SECOND);
    assert_int_equal(cm.commits.since_ms, NOW + 3 * SECOND);
    assert_true(conn_commits_say(&cm.commits, says, sizeof says, &is_bad));
    assert_non_null(strstr(says, "min.insync.replicas 3: commits are refused"));
    assert_true(is_bad);
    look(1, 3, NOW + 9 * SECOND);
    assert_true(cm.commits.since_ms == PT_UNKNOWN);
    assert_true(cm.commits.min_in_sync == PT_UNKNOWN);
    look(-1, 0, NOW + 10 * SECOND);
    assert_int_equal(cm.commits.since_ms, NOW + 10 * SECOND);
    assert_false(conn_commits_is_asked(&cm.commits)); /* not needed without a leader */
}

static void a_hidden_offsets_topic_is_not_known(void **state)
{
    struct watch_report report = {.n_topics = 1, .topics = topics + 1, .time_ms = NOW};
    struct witnesses w;
    (void)state;
    conn_commits_init(&cm.commits);
    look(1, 1, NOW);
    conn_commits_look(&cm, &report);
    witnesses_init(&w);
    w.now_ms = NOW;
    conn_commits_witness(&cm, &w);
    assert_true(w.commits_since_ms == PT_UNKNOWN);
    assert_int_equal(cm.commits.partition, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_of_any_kind_is_one),
        cmocka_unit_test(another_program_is_not_the_worker),
        cmocka_unit_test(its_address_is_all_that_is_used),
        cmocka_unit_test(a_worker_is_followed_by_its_tasks),
        cmocka_unit_test(one_that_hangs_is_away),
        cmocka_unit_test(one_that_was_never_reached_needs_a_second_witness),
        cmocka_unit_test(one_that_answered_before_needs_none),
        cmocka_unit_test(the_partition_is_java_s),
        cmocka_unit_test(too_few_replicas_refuse_commits),
        cmocka_unit_test(a_hidden_offsets_topic_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
