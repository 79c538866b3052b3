/* The streams' part alone: wishes become accounts to be opened, accounts become running streamers,
 * their windows become figures. The streamers have no thread here: the test steps them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/section.h"
#include "fake_producer.h"
#include "parts/streams.h"
#include "test_desk.h"

static struct test_desk desk;
static struct streams_part streams;
static struct account accounts[PT_STREAMS];
static struct fake_source source;

/* ---- what it asks of others ---- */

static struct open_job *job; /* the last one, NULL none since it was looked at */
static int n_looks, n_refreshes, n_running, n_put, n_written;

static void on_open(void *arg, struct open_job *asked)
{
    (void)arg;
    free(job);
    job = asked;
}

static void on_look_again(void *arg)
{
    (void)arg;
    n_looks++;
}

static void on_refresh(void *arg)
{
    (void)arg;
    n_refreshes++;
}

static void on_running(void *arg, int stream, bool was_refused)
{
    (void)arg;
    (void)stream;
    (void)was_refused;
    n_running++;
}

static void on_put(void *arg, int stream, const char *path, char *text)
{
    (void)arg;
    (void)stream;
    (void)path;
    free(text);
    n_put++;
}

static void on_write(void *arg)
{
    (void)arg;
    n_written++;
}

static int start(void **state)
{
    static const char *const settings[] = {"bootstrap.servers=127.0.0.1:1", "pintop.user.id=demo",
                                           "pintop.stream.stop.after=10", NULL};
    const struct streams_hooks hooks = {NULL,       on_open, on_look_again, on_refresh,
                                        on_running, on_put,  on_write};
    (void)state;
    test_desk_init(&desk, settings);
    desk.desk.is_booted = true;
    desk.run.first_index = -1;
    n_looks = n_refreshes = n_running = n_put = n_written = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        account_init(&accounts[i]);
    streams_part_init(&streams, &desk.desk, accounts, &hooks);
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (int i = 0; i < PT_STREAMS; i++)
        account_done(&accounts[i]);
    streams_part_done(&streams);
    test_desk_done(&desk);
    free(job);
    job = NULL;
    return 0;
}

/* ---- the world ---- */

static void report_drop(void *report)
{
    watch_report_free(report);
}

/* A list of topics with the stream's own, if it is there, of two partitions. */
static void list_topics(bool is_there)
{
    struct watch_report *r = calloc(1, sizeof *r);
    r->time_ms = test_desk_ms();
    r->has_metadata = true;
    snprintf(r->cluster_id, sizeof r->cluster_id, "cluster-1");
    r->brokers = calloc(1, sizeof *r->brokers);
    r->topics = calloc(1, sizeof *r->topics);
    r->partitions = calloc(2, sizeof *r->partitions);
    r->n_partitions = 2;
    r->n_topics = is_there ? 1 : 0;
    r->topics[0] = (struct pt_topic){.n_partitions = 2, .high = 300, .messages = 300, .lag = 0};
    snprintf(r->topics[0].name, sizeof r->topics[0].name, "%s", desk.set.topics[0]);
    r->partitions[0] = (struct pt_partition){.leader = 1, .high = 100};
    r->partitions[1] = (struct pt_partition){.partition = 1, .leader = 1, .high = 200};
    assert_true(test_desk_take(&streams_part, &streams, fact_with(FACT_REPORT, r, report_drop)));
}

static const struct pt_stream *stream_now(int i)
{
    test_desk_put(&desk, (const void **)&desk.now.streams, streams_part_section(&streams));
    return &desk.now.streams->streams[i];
}

static struct fact *opened(unsigned bits, const char *why_not)
{
    struct pt_error err = {0};
    struct fact *fact = fact_new(FACT_OPENED);
    fact->streams = bits;
    if (why_not != NULL)
        pt_error_set(&err, PT_EMISMATCH, "Take another.", "%s", why_not);
    fact_fail(fact, &err);
    return fact;
}

static enum produce_status produce(void *arg, enum pt_stream_id id, uint64_t index,
                                   const char *value, size_t len, struct pt_error *err)
{
    (void)arg, (void)id, (void)index, (void)value, (void)len, (void)err;
    return PRODUCE_FULL;
}

static void on_changed(void *arg, enum pt_stream_id id)
{
    (void)arg, (void)id;
}

/* The account of stream 0, as the opener makes it. */
static void open_account(void)
{
    struct account *account = &accounts[0];
    fake_source_init(&source);
    const struct streamer_opts opts = {
        .source = &source.base,
        .window = 64,
        .first_index = 5,
        .rate_per_s = 10,
        .hooks = {.produce = produce, .changed = on_changed}
    };
    assert_int_equal(streamer_init(&account->streamer, &opts, NULL), PT_OK);
    account->is_open = true;
    account->run_first = 5;
    account->cp.first_index = 0;
    account->cp.n_partitions = 2;
    account->cp.start_offsets[0] = 90;
    account->cp.start_offsets[1] = 190;
}

/* The streamer does what its thread would: it hears wishes, makes good what failed, goes on. */
static void step(void)
{
    for (int i = 0; i < 3; i++)
        streamer_step(&accounts[0].streamer, desk_mono_us(&desk.desk));
}

static void run_stream(void)
{
    streams_want(&streams, PT_STREAM_BIT(0), true, desk_mono_us(&desk.desk));
    list_topics(true);
    open_account();
    test_desk_take(&streams_part, &streams, opened(PT_STREAM_BIT(0), NULL));
}

/* ---- wishes ---- */

static void a_wish_waits_for_the_list_of_topics(void **state)
{
    (void)state;
    assert_int_equal(stream_now(0)->state, PT_STREAM_STOPPED);
    streams_want(&streams, PT_STREAM_BIT(0), true, desk_mono_us(&desk.desk));
    assert_null(job);
    assert_int_equal(stream_now(0)->state, PT_STREAM_STARTING);
    assert_non_null(strstr(stream_now(0)->reason, "waiting for the cluster"));
    list_topics(true);
    assert_non_null(job);
    assert_int_equal(job->kind, OPEN_ACCOUNTS);
    assert_int_equal(job->streams, PT_STREAM_BIT(0));
    assert_string_equal(job->cluster_id, "cluster-1");
    assert_int_equal(job->starts[0].n, 2);
    assert_int_equal(job->starts[0].highs[1], 200);
    free(job);
    job = NULL;
    list_topics(true); /* it is being opened: nobody asks twice */
    assert_null(job);
}

static void a_topic_is_missing_only_by_a_second_list(void **state)
{
    (void)state;
    streams_want(&streams, PT_STREAM_BIT(0), true, 0);
    list_topics(false);
    assert_int_equal(stream_now(0)->state, PT_STREAM_STARTING);
    assert_int_equal(n_refreshes, 1); /* the list may be old: it is asked for again */
    assert_int_equal(n_looks, 1);
    list_topics(false);
    assert_int_equal(stream_now(0)->state, PT_STREAM_ERROR);
    assert_non_null(strstr(stream_now(0)->reason, "does not exist"));
    assert_non_null(strstr(stream_now(0)->fix, "pintop topics create"));
    assert_false(stream_now(0)->is_wanted);
}

static void a_topic_that_comes_in_time_is_opened(void **state)
{
    (void)state;
    streams_want(&streams, PT_STREAM_BIT(0), true, 0);
    list_topics(false);
    list_topics(true);
    assert_non_null(job);
    assert_int_equal(job->kind, OPEN_ACCOUNTS);
}

static void an_account_that_does_not_fit_is_refused_with_its_reason(void **state)
{
    (void)state;
    streams_want(&streams, PT_STREAM_BIT(0), true, 0);
    list_topics(true);
    test_desk_take(&streams_part, &streams, opened(PT_STREAM_BIT(0), "another seed"));
    assert_int_equal(stream_now(0)->state, PT_STREAM_ERROR);
    assert_string_equal(stream_now(0)->reason, "another seed");
    assert_string_equal(test_desk_event(&desk), "another seed. Take another.");
    streams_want(&streams, PT_STREAM_BIT(0), true, 0); /* a new wish tries again */
    assert_int_equal(stream_now(0)->state, PT_STREAM_STARTING);
}

static void a_stream_runs_and_stops_by_its_wish(void **state)
{
    (void)state;
    run_stream();
    assert_int_equal(n_running, 1);
    assert_non_null(strstr(test_desk_event(&desk), ", index 5"));
    step();
    assert_int_equal(stream_now(0)->state, PT_STREAM_RUNNING);
    assert_int_equal(stream_now(0)->first_index, 5);
    streams_set_rate(&streams, PT_STREAM_BIT(0), 25);
    assert_true(stream_now(0)->target_per_s == 25);
    streams_want(&streams, PT_STREAM_BIT(0), false, desk_mono_us(&desk.desk));
    assert_string_equal(test_desk_event(&desk), "stopped");
    step();
    assert_int_equal(stream_now(0)->state, PT_STREAM_STOPPED);
}

static void a_stream_stops_by_itself_after_its_time(void **state)
{
    (void)state;
    run_stream();
    int64_t due_us = streams_part.look(&streams, desk_mono_us(&desk.desk));
    assert_true(due_us <= desk_mono_us(&desk.desk) + 100000); /* its first checkpoint */
    test_desk_wait_ms(11000);
    streams_part.look(&streams, desk_mono_us(&desk.desk));
    assert_false(streams.streams[0].is_wanted);
    assert_true(n_put > 0 && n_written > 0);
}

/* Without a cluster a stream is never opened: its time ends all the same, and so does the run. */
static void a_stream_that_was_never_opened_ends_after_its_time(void **state)
{
    (void)state;
    streams_want(&streams, PT_STREAM_BIT(0), true, desk_mono_us(&desk.desk));
    streams_part.look(&streams, desk_mono_us(&desk.desk));
    assert_null(streams_ended_by(&streams, PT_STREAM_BIT(0)));
    assert_true(streams_go_on(&streams, PT_STREAM_BIT(0)));
    test_desk_wait_ms(11000);
    streams_part.look(&streams, desk_mono_us(&desk.desk));
    assert_false(streams_are_waiting(&streams));
    assert_string_equal(streams_ended_by(&streams, PT_STREAM_BIT(0)), "stop.after");
    assert_false(streams_go_on(&streams, PT_STREAM_BIT(0)));
    streams_want(&streams, PT_STREAM_BIT(1), true, desk_mono_us(&desk.desk));
    assert_null(streams_ended_by(&streams, PT_STREAM_BIT(0) | PT_STREAM_BIT(1)));
    assert_true(streams_go_on(&streams, PT_STREAM_BIT(0) | PT_STREAM_BIT(1)));
    streams_want(&streams, PT_STREAM_BIT(0), true, desk_mono_us(&desk.desk));
    assert_null(streams_ended_by(&streams, PT_STREAM_BIT(0)));
}

static void a_stream_is_as_old_as_before_when_the_clock_is_set(void **state)
{
    (void)state;
    int64_t since_ms = stream_now(0)->since_ms;
    streams_part.clock_set(&streams, 3600000);
    assert_int_equal(stream_now(0)->since_ms, since_ms + 3600000);
}

static void nothing_starts_while_it_stops(void **state)
{
    (void)state;
    streams_want(&streams, PT_STREAM_BIT(0), true, 0);
    streams_halt(&streams);
    list_topics(true);
    assert_true(job == NULL || job->kind == OPEN_LOOK);
    assert_false(stream_now(0)->is_wanted);
}

static void another_pintops_streams_are_elsewhere(void **state)
{
    (void)state;
    atomic_store(&desk.owner.pid, 4711);
    assert_int_equal(stream_now(0)->state, PT_STREAM_ELSEWHERE);
    assert_int_equal(stream_now(0)->owner_pid, 4711);
}

/* ---- figures ---- */

static void what_the_checkpoint_says_is_shown_before_it_is_opened(void **state)
{
    struct checkpoint *cp = calloc(1, sizeof *cp);
    struct fact *fact = fact_with(FACT_LOOKED, cp, free);
    (void)state;
    cp->first_index = 10;
    cp->next_index = cp->taken_index = 40;
    cp->ended_ms = test_desk_ms();
    snprintf(cp->ended_why, sizeof cp->ended_why, "terminal hung up");
    fact->streams = PT_STREAM_BIT(0);
    test_desk_take(&streams_part, &streams, fact);
    assert_int_equal(stream_now(0)->account_generated, 30);
    assert_int_equal(stream_now(0)->next_index, 40);
    assert_non_null(strstr(test_desk_event(&desk), "terminal hung up; s goes on at 40 (pin)"));
}

static void an_object_is_shown_with_its_time(void **state)
{
    struct fact *fact = fact_new(FACT_OBJECT);
    (void)state;
    assert_int_equal(stream_now(0)->newest_object_ms, PT_UNKNOWN);
    fact->streams = PT_STREAM_BIT(0);
    fact->number = 5000;
    assert_false(test_desk_take(&streams_part, &streams, fact));
    fact = fact_new(FACT_OBJECT);
    fact->streams = PT_STREAM_BIT(0);
    fact->number = 4000; /* an older one comes later */
    test_desk_take(&streams_part, &streams, fact);
    assert_int_equal(stream_now(0)->newest_object_ms, 5000);
    assert_int_equal(stream_now(1)->newest_object_ms, PT_UNKNOWN);
}

static void the_end_of_a_run_is_seen(void **state)
{
    struct pt_error err;
    (void)state;
    assert_null(streams_ended_by(&streams, PT_STREAM_BIT(0)));
    streams_want(&streams, PT_STREAM_BIT(0), true, 0);
    assert_true(streams_are_waiting(&streams));
    list_topics(true);
    assert_false(streams_are_at_rest(&streams)); /* it is being opened */
    open_account();
    test_desk_take(&streams_part, &streams, opened(PT_STREAM_BIT(0), NULL));
    assert_false(streams_are_waiting(&streams));
    step();
    assert_null(streams_ended_by(&streams, PT_STREAM_BIT(0)));
    assert_true(streams_go_on(&streams, PT_STREAM_BIT(0)));
    pt_error_set(&err, PT_EAUTH, "Ask for it.", "no right to write");
    streamer_fail(&accounts[0].streamer, &err);
    step();
    assert_string_equal(streams_ended_by(&streams, PT_STREAM_BIT(0)), "error");
    assert_false(streams_go_on(&streams, PT_STREAM_BIT(0)));
    assert_true(streams_are_at_rest(&streams));
    assert_int_equal(stream_now(0)->state, PT_STREAM_ERROR);
    assert_string_equal(stream_now(0)->reason, "no right to write");
    assert_int_equal(streams_in_flight(&streams), 0);
    assert_int_equal(streams_uncommitted(&streams), 0);
    n_put = 0;
    streams_put_checkpoints(&streams, "stopped");
    assert_int_equal(n_put, 1);
    assert_int_equal(streams_end_windows(&streams), 0);
}

/* ---- why records wait ---- */

static void give_stats(struct stats stats)
{
    test_desk_take(&streams_part, &streams, fact_copy(FACT_STATS, &stats, sizeof stats));
}

/* A record has been in flight for ten seconds. */
static void let_one_wait(void)
{
    run_stream();
    uint64_t index = window_next_index(&accounts[0].streamer.win);
    assert_true(window_take(&accounts[0].streamer.win, desk_mono_us(&desk.desk), NULL, &index));
    test_desk_wait_ms(10000);
    streams_part.tick(&streams, desk_mono_us(&desk.desk));
}

static struct pt_stream explained(void)
{
    struct pt_stream s = {.in_flight = 1, .oldest_unresolved_ms = 10000};
    snprintf(s.topic, sizeof s.topic, "%s", desk.set.topics[0]);
    streams_explain_delivery(&streams, 0, &s);
    return s;
}

static void a_refused_write_is_the_reason(void **state)
{
    struct stats stats = {.min_isr = {2}};
    (void)state;
    let_one_wait();
    stats.delivery.n_refusals = 1;
    stats.delivery.refusals[0] = (struct delivery_refusal){
        .code = RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, .last_us = desk_mono_us(&desk.desk)};
    snprintf(stats.delivery.refusals[0].topic, sizeof stats.delivery.refusals[0].topic, "%s",
             desk.set.topics[0]);
    give_stats(stats);
    struct pt_stream s = explained();
    assert_non_null(strstr(s.blocked_by, "NOT_ENOUGH_REPLICAS"));
    assert_true(s.blocked_fix[0] != '\0');
}

static void a_silent_broker_is_the_reason(void **state)
{
    struct stats stats = {.n_brokers = 1};
    (void)state;
    let_one_wait();
    stats.brokers[0] = (struct pt_broker){.id = 1, .state = PT_BROKER_UP, .throttle_ms = NAN};
    stats.delivery.n_silent = 1;
    stats.delivery.silent[0].broker = 1;
    stats.delivery.silent[0].since_us = desk_mono_us(&desk.desk) - 6000000;
    give_stats(stats);
    struct pt_stream s = explained();
    assert_non_null(strstr(s.blocked_by, "has not answered a produce request for 6 s"));
}

static void what_the_cluster_said_last_is_the_reason_while_it_is_fresh(void **state)
{
    struct pt_cluster_section *cluster = section_new(sizeof *cluster);
    (void)state;
    let_one_wait();
    give_stats((struct stats){.n_brokers = 0});
    snprintf(cluster->last_error, sizeof cluster->last_error, "connection refused");
    cluster->last_error_ms = test_desk_ms();
    test_desk_put(&desk, (const void **)&desk.now.cluster, cluster);
    assert_non_null(strstr(explained().blocked_by, "connection refused"));
    test_desk_wait_ms(16000); /* it may be over */
    assert_string_equal(explained().blocked_by, "");
}

#define ON(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(a_wish_waits_for_the_list_of_topics),
        ON(a_topic_is_missing_only_by_a_second_list),
        ON(a_topic_that_comes_in_time_is_opened),
        ON(an_account_that_does_not_fit_is_refused_with_its_reason),
        ON(a_stream_runs_and_stops_by_its_wish),
        ON(a_stream_stops_by_itself_after_its_time),
        ON(a_stream_that_was_never_opened_ends_after_its_time),
        ON(a_stream_is_as_old_as_before_when_the_clock_is_set),
        ON(nothing_starts_while_it_stops),
        ON(another_pintops_streams_are_elsewhere),
        ON(what_the_checkpoint_says_is_shown_before_it_is_opened),
        ON(an_object_is_shown_with_its_time),
        ON(the_end_of_a_run_is_seen),
        ON(a_refused_write_is_the_reason),
        ON(a_silent_broker_is_the_reason),
        ON(what_the_cluster_said_last_is_the_reason_while_it_is_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
