/* What keeps a running sink from reading records: commits that the brokers refuse, a worker that
 * is away, a batch that takes longer than max.poll.interval.ms. Each is tested together with
 * similar cases that have another cause. How the facts are gathered is tested in
 * test_conn_away.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "conn_carry.h"
#include "connector/judge/judge.h"

/* ---- the verdict ---- */

/* A sink that runs and makes progress. */
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
    w.has_committed = true;
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
    w->max_poll_ms = PT_UNKNOWN; /* the default of 300 s has not passed */
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
     "partition 13 of __consumer_offsets, which stores the offsets of its group, has 2 replicas in "
     "sync, "
     "and min.insync.replicas is 3"                                                                                       },
    {"commits refused recently",    commits_refused_of_late,                   PT_V_DEGRADED, "commits-refused",
     "the brokers refuse its commits"                                                                                     },
    {"no leader for commits",       commits_without_a_leader,                  PT_V_STALLED,  "commits-refused",
     "has no leader"                                                                                                      },
    {"an election",                 commits_in_an_election,                    PT_V_STALLED,  "",                "none is"},
    {"a commit came since then",    a_commit_came_since,                       PT_V_OK,       "",                ""       },
    {"nothing to commit",           nothing_to_commit,                         PT_V_OK,       "",                ""       },
    {"worker hangs",                stuck_and_a_worker_hangs,                  PT_V_STALLED,  "worker-away",
     "the worker 10.0.0.6:8083, which runs its tasks 1, 2, accepts connections and does not "
     "answer"                                                                                                             },
    {"worker down",                 stuck_and_a_worker_is_down,                PT_V_STALLED,  "worker-away",
     "is unreachable, and none of them is in the consumer group"                                                          },
    {"worker hangs, lag unproven",  a_worker_hangs_and_nothing_is_seen,        PT_V_DEGRADED, "worker-away",
     "10.0.0.6:8083"                                                                                                      },
    {"worker hangs, all read",      a_worker_hangs_and_all_is_taken,           PT_V_OK,       "",                ""       },
    {"worker hangs, S3 refuses",    a_worker_hangs_and_s3_refuses,             PT_V_STALLED,  "s3-denied",       ""       },
    {"rejoin",                      members_rejoin,                            PT_V_STALLED,  "poll-timeout",
     "most likely a batch takes longer to write than max.poll.interval.ms (10 s)"                                         },
    {"rejoin, default",             members_rejoin_by_the_worker_s_limit,      PT_V_STALLED,  "poll-timeout",
     "(5 min unless the worker sets another value)"                                                                       },
    {"rejoin too soon",             members_rejoin_too_soon_for_that,          PT_V_STALLED,  "",                "none is"},
    {"one member left once",        members_left_once,                         PT_V_STALLED,  "",                "none is"},
    {"rejoin in a rebalance",       members_rejoin_and_a_task_is_not_assigned, PT_V_STALLED,  "",
     "none is"                                                                                                            },
    {"rejoin, records read",        members_rejoin_and_records_are_taken,      PT_V_OK,       "",                ""       },
    {"rejoin and the worker hangs", members_rejoin_and_the_worker_hangs,       PT_V_STALLED,
     "worker-away",                                                                                              ""       },
    {"stale member",                a_ghost,                                   PT_V_DEGRADED, "member-gone",
     "two members have the name of task 0, and Connect runs only one of them; the other, at "
     "10.0.0.6,"                                                                                                          },
    {"stuck by a stale member",     stuck_by_a_ghost,                          PT_V_STALLED,  "member-gone",     ""       },
    {"stale member, restart",       a_ghost_of_a_restart,                      PT_V_UNKNOWN,  "",                ""       },
    {"two members of one name",     two_of_a_name_and_no_rebalance,            PT_V_STALLED,  "",                "none is"},
    {"long rebalance",              a_long_rebalance_of_all,                   PT_V_STALLED,  "",                "none is"},
    {"stale member, all read",      a_ghost_and_all_is_taken,                  PT_V_OK,       "",                ""       },
    {"old backlog",                 an_old_backlog,                            PT_V_UNKNOWN,  "",
     "the first of the 6400 that wait is 110 s old"                                                                       },
    {"old backlog, shrinks",        an_old_backlog_that_shrinks,               PT_V_OK,       "",                ""       },
    {"old backlog, begins to grow", an_old_backlog_that_grows_of_late,         PT_V_UNKNOWN,  "",
     "falls behind"                                                                                                       },
    {"old backlog, grows",          an_old_backlog_that_grows,                 PT_V_DEGRADED, "lag-grows",
     "reads 8.0/s of the 60.0/s that come in"                                                                             },
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

/* Whether the sink makes progress may be known in a moment. A command waits for that, as long as
 * it is unknown. */
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
    w.s3_error = "S3: the connection was refused";
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_DEGRADED);
    assert_false(j.is_awaited); /* all waiting records are read nevertheless */
    w.unproven = 12;
    conn_judge(&w, &j);
    assert_true(j.is_awaited);
}

/* When the offsets topic has all its replicas again, the cause is gone, although no record was
 * read yet. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_cause_and_what_is_near_has_not),
        cmocka_unit_test(a_cause_goes_with_its_evidence),
        cmocka_unit_test(whether_it_stands_still_is_awaited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
