/* What keeps a sink that runs from taking records: commits that the brokers can't take, a worker
 * that is away, a batch that takes longer than Kafka waits. Each with what is nearly the same and
 * isn't it, and how the facts are gathered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector/judge.h"
#include "core/conn_model_private.h"
#include "fake_aws.h"

#define NOW INT64_C(1790000000000)
#define SECOND INT64_C(1000)

/* ---- the verdict ---- */

/* A sink that runs and flows. */
static struct witnesses well(void)
{
    struct witnesses w;
    witnesses_init(&w);
    w.now_ms = NOW;
    w.name = "sink";
    w.is_sink = w.is_s3 = true;
    w.backend = "Kafka Connect";
    w.state = "RUNNING";
    w.state_since_ms = w.tasks_since_ms = NOW - 3600 * SECOND;
    w.state_asked_ms = NOW - 2000;
    w.has_tasks = true;
    w.n_tasks = w.running = 3;
    w.n_lag_samples = 10;
    w.lag = 12;
    w.in_ms = w.out_ms = NOW - 1000;
    w.patience_ms = 30000;
    w.has_group = true;
    w.members = 3;
    return w;
}
static void stands(struct witnesses *w, int64_t seconds)
{
    w->lag = w->stuck = 90;
    w->stuck_since_ms = w->out_ms = NOW - seconds * SECOND;
}
static void refuses_commits(struct witnesses *w)
{
    w->commits_since_ms = NOW - 20 * SECOND;
    w->commits_partition = 13;
    w->commits_in_sync = 2;
    w->commits_wanted = 3;
}
static void commits_refused(struct witnesses *w)
{
    stands(w, 40);
    refuses_commits(w);
}
static void commits_refused_of_late(struct witnesses *w)
{
    refuses_commits(w);
    w->out_ms = NOW - 30 * SECOND;
    w->unproven = 12;
}
static void commits_without_a_leader(struct witnesses *w)
{
    commits_refused(w);
    w->is_commits_leaderless = true;
}
static void commits_in_an_election(struct witnesses *w)
{
    commits_without_a_leader(w);
    w->commits_since_ms = NOW - 2 * SECOND;
}
static void a_commit_came_since(struct witnesses *w)
{
    refuses_commits(w);
    w->out_ms = NOW - 10 * SECOND;
}
static void nothing_to_commit(struct witnesses *w)
{
    refuses_commits(w);
    w->out_ms = NOW - 60 * SECOND;
    w->lag = 0;
}
static void worker_away(struct witnesses *w)
{
    w->away_worker = "10.0.0.6:8083";
    w->away_tasks = "1, 2";
    w->n_away_tasks = 2;
    w->away_since_ms = NOW - 15 * SECOND;
}
static void stuck_and_a_worker_hangs(struct witnesses *w)
{
    stands(w, 40);
    worker_away(w);
    w->is_away_silent = true;
}
static void stuck_and_a_worker_is_down(struct witnesses *w)
{
    stands(w, 40);
    worker_away(w);
    w->is_away_absent = true;
}
static void a_worker_hangs_and_nothing_is_seen(struct witnesses *w)
{
    worker_away(w);
    w->is_away_silent = true;
    w->unproven = 12;
}
static void a_worker_hangs_and_all_is_taken(struct witnesses *w)
{
    worker_away(w);
    w->is_away_silent = true;
}
static void a_worker_hangs_and_s3_refuses(struct witnesses *w)
{
    stuck_and_a_worker_hangs(w);
    w->s3_error = "S3: AccessDenied";
    w->s3_rule = rules_by_id("s3-denied");
}
static void members_rejoin(struct witnesses *w)
{
    stands(w, 40);
    w->max_poll_ms = 10 * SECOND;
    w->member_changes_stuck = 3;
}
static void members_rejoin_by_the_worker_s_limit(struct witnesses *w)
{
    members_rejoin(w);
    stands(w, 400);
    w->max_poll_ms = PT_UNKNOWN;
}
static void members_rejoin_too_soon_for_that(struct witnesses *w)
{
    members_rejoin(w);
    w->max_poll_ms = PT_UNKNOWN; /* 300 s have not gone by */
}
static void members_left_once(struct witnesses *w)
{
    members_rejoin(w);
    w->member_changes_stuck = 1;
}
static void members_rejoin_and_a_task_is_not_assigned(struct witnesses *w)
{
    members_rejoin(w);
    w->running = 2;
    w->unassigned = 1;
}
static void members_rejoin_and_records_are_taken(struct witnesses *w)
{
    members_rejoin(w);
    w->stuck = 0;
    w->lag = 12;
    w->out_ms = NOW - 1000;
}
static void members_rejoin_and_the_worker_hangs(struct witnesses *w)
{
    members_rejoin(w);
    worker_away(w);
    w->is_away_silent = true;
}

static void a_ghost(struct witnesses *w)
{
    w->members = 4;
    w->twice_task = 0;
    w->twice_host = "10.0.0.6";
    w->rebalance_since_ms = NOW - 12 * SECOND;
    w->unproven = 12;
}
static void stuck_by_a_ghost(struct witnesses *w)
{
    a_ghost(w);
    stands(w, 20);
    w->rebalance_since_ms = NOW - 1 * SECOND;
}
static void a_ghost_of_a_restart(struct witnesses *w)
{
    a_ghost(w);
    w->rebalance_since_ms = NOW - 3 * SECOND;
}
static void two_of_a_name_and_no_rebalance(struct witnesses *w)
{
    stuck_by_a_ghost(w);
    w->rebalance_since_ms = PT_UNKNOWN;
}
static void a_long_rebalance_of_all(struct witnesses *w)
{
    a_ghost(w);
    stands(w, 20);
    w->twice_task = -1;
}
static void a_ghost_and_all_is_taken(struct witnesses *w)
{
    a_ghost(w);
    w->unproven = 0;
}
static void an_old_backlog(struct witnesses *w)
{
    w->lag = 6400;
    w->backlog_ms = NOW - 110 * SECOND;
    w->looked_ms = 5 * SECOND;
}
static void an_old_backlog_that_shrinks(struct witnesses *w)
{
    an_old_backlog(w);
    w->takes_per_s = 60;
    w->comes_per_s = 20;
}
static void an_old_backlog_that_grows_of_late(struct witnesses *w)
{
    an_old_backlog(w);
    w->takes_per_s = 8;
    w->comes_per_s = 60;
    w->behind_since_ms = NOW - 70 * SECOND;
}
static void an_old_backlog_that_grows(struct witnesses *w)
{
    an_old_backlog_that_grows_of_late(w);
    w->behind_since_ms = NOW - 130 * SECOND;
}

static const struct {
    const char *name;
    void (*change)(struct witnesses *w);
    enum pt_verdict verdict;
    const char *rule, *cause;
} rows[] = {
    {"commits refused",             commits_refused,                           PT_V_STALLED,  "commits-refused",
     "partition 13 of __consumer_offsets, which keeps its group's offsets, has 2 replicas in sync, "
     "and min.insync.replicas is 3"                                                                                       },
    {"commits refused of late",     commits_refused_of_late,                   PT_V_DEGRADED, "commits-refused",
     "the brokers refuse its commits"                                                                                     },
    {"no leader for commits",       commits_without_a_leader,                  PT_V_STALLED,  "commits-refused",
     "has no leader"                                                                                                      },
    {"an election",                 commits_in_an_election,                    PT_V_STALLED,  "",                "none is"},
    {"a commit came",               a_commit_came_since,                       PT_V_OK,       "",                ""       },
    {"nothing to commit",           nothing_to_commit,                         PT_V_OK,       "",                ""       },
    {"worker hangs",                stuck_and_a_worker_hangs,                  PT_V_STALLED,  "worker-away",
     "the worker 10.0.0.6:8083, which has its tasks 1, 2, takes connections and doesn't answer"                           },
    {"worker down",                 stuck_and_a_worker_is_down,                PT_V_STALLED,  "worker-away",
     "can't be reached, and none of them is in the consumer group"                                                        },
    {"worker hangs, not proven",    a_worker_hangs_and_nothing_is_seen,        PT_V_DEGRADED, "worker-away",
     "10.0.0.6:8083"                                                                                                      },
    {"worker hangs, all taken",     a_worker_hangs_and_all_is_taken,           PT_V_OK,       "",                ""       },
    {"worker hangs, S3 refuses",    a_worker_hangs_and_s3_refuses,             PT_V_STALLED,  "s3-denied",       ""       },
    {"rejoin",                      members_rejoin,                            PT_V_STALLED,  "poll-timeout",
     "most likely a batch takes longer to write than max.poll.interval.ms (10 s)"                                         },
    {"rejoin, default",             members_rejoin_by_the_worker_s_limit,      PT_V_STALLED,  "poll-timeout",
     "(5 min unless the worker sets another)"                                                                             },
    {"rejoin too soon",             members_rejoin_too_soon_for_that,          PT_V_STALLED,  "",                "none is"},
    {"left once",                   members_left_once,                         PT_V_STALLED,  "",                "none is"},
    {"rejoin in a rebalance",       members_rejoin_and_a_task_is_not_assigned, PT_V_STALLED,  "",
     "none is"                                                                                                            },
    {"rejoin and taken",            members_rejoin_and_records_are_taken,      PT_V_OK,       "",                ""       },
    {"rejoin and the worker hangs", members_rejoin_and_the_worker_hangs,       PT_V_STALLED,
     "worker-away",                                                                                              ""       },
    {"ghost",                       a_ghost,                                   PT_V_DEGRADED, "member-gone",
     "two go by the name of task 0, of which Connect has one; the other, at 10.0.0.6,"                                    },
    {"stuck by a ghost",            stuck_by_a_ghost,                          PT_V_STALLED,  "member-gone",     ""       },
    {"ghost of a restart",          a_ghost_of_a_restart,                      PT_V_UNKNOWN,  "",                ""       },
    {"two of a name",               two_of_a_name_and_no_rebalance,            PT_V_STALLED,  "",                "none is"},
    {"long rebalance",              a_long_rebalance_of_all,                   PT_V_STALLED,  "",                "none is"},
    {"ghost, all taken",            a_ghost_and_all_is_taken,                  PT_V_OK,       "",                ""       },
    {"old backlog",                 an_old_backlog,                            PT_V_UNKNOWN,  "",
     "the first of the 6400 that wait is 110 s old"                                                                       },
    {"old backlog, shrinks",        an_old_backlog_that_shrinks,               PT_V_OK,       "",                ""       },
    {"old backlog, grows of late",  an_old_backlog_that_grows_of_late,         PT_V_UNKNOWN,  "",
     "falls behind"                                                                                                       },
    {"old backlog, grows",          an_old_backlog_that_grows,                 PT_V_DEGRADED, "lag-grows",
     "it takes 8.0/s of the 60.0/s that come in"                                                                          },
};

static void each_has_its_cause_and_what_is_near_has_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct witnesses w = well();
        struct judgement j;
        rows[i].change(&w);
        conn_judge(&w, &j);
        if (j.verdict != rows[i].verdict || strcmp(j.rule, rows[i].rule) != 0 ||
            strstr(j.cause, rows[i].cause) == NULL)
            fail_msg("%s: %s %s '%s'", rows[i].name, pt_verdict_word(j.verdict), j.rule, j.cause);
        if (j.verdict != PT_V_OK && j.fix[0] == '\0')
            fail_msg("%s: no fix", rows[i].name);
    }
}

/* What is in question may stand still in a moment: that is worth a wait, as long as it isn't known.
 */
static void whether_it_stands_still_is_awaited(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    a_worker_hangs_and_nothing_is_seen(&w);
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_DEGRADED);
    assert_true(j.is_awaited);
    stands(&w, 40);
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_STALLED);
    assert_false(j.is_awaited);
    w = well();
    w.s3_error = "S3: it refuses the connection";
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_DEGRADED);
    assert_false(j.is_awaited); /* all that waits is taken all the same */
    w.unproven = 12;
    conn_judge(&w, &j);
    assert_true(j.is_awaited);
}

/* The offsets topic has its replicas again: the cause is gone, though nothing was taken yet. */
static void a_cause_goes_with_its_evidence(void **state)
{
    struct witnesses w = well();
    struct judgement before, next;
    (void)state;
    commits_refused(&w);
    conn_judge(&w, &before);
    judge_remember(&(struct judgement){0}, &w, &before);
    w.commits_since_ms = PT_UNKNOWN;
    conn_judge(&w, &next);
    judge_remember(&before, &w, &next);
    assert_null(strstr(next.cause, "commits"));
}

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
        {PT_OK,           502, false, true,  WORKER_UNCLEAR  }, /* of a gateway */
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

/* ---- the other workers, as they are remembered ---- */

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
    assert_string_equal(away(NOW + 60 * SECOND), ""); /* not asked since */
    answers(WORKER_ANSWERS, NOW + 61 * SECOND);
    assert_string_equal(away(NOW + 62 * SECOND), "");
}

/* The workers' addresses may be none of ours. */
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
    assert_non_null(strstr(says, "not known whether it lives"));
    assert_false(is_bad);
    members_are(1, NOW); /* both its tasks have left the group */
    assert_string_equal(away(NOW + 30 * SECOND), "");
    answers(WORKER_UNREACHED, NOW + 61 * SECOND);
    assert_string_equal(away(NOW + 61 * SECOND), "10.0.0.6:8083");
    members_are(3, NOW + 62 * SECOND); /* one came again */
    assert_string_equal(away(NOW + 62 * SECOND), "");
}

static void one_that_answered_before_needs_none(void **state)
{
    (void)state;
    three_tasks("10.0.0.5:8083", "10.0.0.6:8083");
    answers(WORKER_ANSWERS, NOW);
    answers(WORKER_UNREACHED, NOW + 10 * SECOND);
    assert_string_equal(away(NOW + 11 * SECOND), "10.0.0.6:8083");
    /* It has no task for a while, and is only remembered. */
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

/* ---- where commits are kept ---- */

static void the_partition_is_java_s(void **state)
{
    (void)state;
    assert_int_equal(group_offsets_partition("hello", 50), 22);
    assert_int_equal(group_offsets_partition("polygenelubricants", 50), 0); /* INT32_MIN */
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
    assert_true(cm.commits.since_ms == PT_UNKNOWN); /* that may be enough */
    assert_true(conn_commits_say(&cm.commits, says, sizeof says, &is_bad));
    assert_non_null(strstr(says, "2 of 3 replicas in sync; min.insync.replicas is not known"));
    assert_false(is_bad);
    struct conn_news late = {.ask = CONN_ASK_COMMITS, .asked_ms = NOW + 2 * SECOND};
    late.error.code = PT_ETIMEOUT; /* of the broker that died */
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
    assert_false(conn_commits_is_asked(&cm.commits)); /* who should be asked is away, too */
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
        cmocka_unit_test(each_has_its_cause_and_what_is_near_has_not),
        cmocka_unit_test(a_cause_goes_with_its_evidence),
        cmocka_unit_test(whether_it_stands_still_is_awaited),
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
