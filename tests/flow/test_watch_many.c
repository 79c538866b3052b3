/* Of many topics and groups each has its turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kafka/handle.h"
#include "kafka/watch.h"
#include "kafka/watch_look.h"
#include "mock_records.h"
#include "watch.h"

/* ------------------------------------------------------------------ many partitions */

enum { N_MANY = 200 }; /* topics of three partitions: more than are asked each time */

struct many {
    char names[N_MANY][16];
    const char *list[N_MANY];
};

static void name_many(struct many *many)
{
    for (int i = 0; i < N_MANY; i++) {
        snprintf(many->names[i], sizeof many->names[i], "many.%03d", i);
        many->list[i] = many->names[i];
    }
}

static int64_t age_of(const struct watch_report *report, const char *name)
{
    const struct pt_topic *topic = find_topic(report, name);
    return topic && topic->asked_ms != PT_UNKNOWN ? report->time_ms - topic->asked_ms : INT64_MAX;
}

static bool is_all_known(const struct watch_report *report, int64_t arg)
{
    (void)arg;
    for (size_t i = 0; i < report->n_topics; i++) {
        if (report->topics[i].asked_ms == PT_UNKNOWN || report->topics[i].high == PT_UNKNOWN) {
            return false;
        }
    }
    return report->n_topics == N_MANY;
}

static bool has_records_in_100(const struct watch_report *report, int64_t n)
{
    const struct pt_topic *topic = find_topic(report, "many.100");
    return topic && topic->high == n;
}

/* The first look asks everything; then what is wanted each time, the rest in turn, and their age is
 * known. */
static void test_of_many_the_wanted_ones_are_asked_each_time(void **state)
{
    (void)state;
    static struct many many;
    struct fixture *f = calloc(1, sizeof *f);
    name_many(&many);
    assert_int_equal(embedded_start(NULL, many.list, N_MANY, &f->cluster, NULL), PT_OK);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    f->producer = mock_producer(&f->cluster);
    watch_cluster(f, f->cluster.bootstrap, NULL, NULL, 100);
    watch_report_free(wait_report(f, is_all_known, 0));
    const char *const wanted[] = {"many.150", "many.042"};
    watch_want(f->watch, WATCH_SEEN, wanted, 2);
    int64_t oldest_ms = 0, until_us = clock_mono_us() + INT64_C(3000000);
    size_t n_young = 0;
    int seen = 0;
    while (clock_mono_us() < until_us) {
        struct watch_report *report = wait_report(f, is_all_known, 0);
        size_t young = 0;
        for (size_t i = 0; i < report->n_topics; i++) {
            int64_t age_ms = report->time_ms - report->topics[i].asked_ms;
            oldest_ms = age_ms > oldest_ms ? age_ms : oldest_ms;
            young += age_ms == 0;
        }
        if (++seen > 3) {
            assert_int_equal(age_of(report, "many.042"), 0);
            assert_int_equal(age_of(report, "many.150"), 0);
            n_young = young > n_young ? young : n_young;
        }
        watch_report_free(report);
    }
    assert_true(oldest_ms > 1000);     /* the others wait for their turn */
    assert_true(n_young < N_MANY / 4); /* and not all have it at once */
    /* A record in one that nobody looks at is seen when somebody does. */
    mock_put(f->producer, "many.100", 0, 0, 5);
    const char *const other[] = {"many.100"};
    watch_want(f->watch, WATCH_SEEN, other, 1);
    struct watch_report *report = wait_report(f, has_records_in_100, 5);
    assert_int_equal(age_of(report, "many.100"), 0);
    watch_report_free(report);
    void *fixture = f;
    assert_int_equal(stop(&fixture), 0);
}

/* All have their turn. */
static void test_each_has_its_turn_within_30_s(void **state)
{
    (void)state;
    static struct many many;
    atomic_bool is_cancelled = false;
    struct embedded cluster;
    struct look look;
    rd_kafka_t *rk;
    name_many(&many);
    assert_int_equal(embedded_start(NULL, many.list, N_MANY, &cluster, NULL), PT_OK);
    const struct handle_opts opts = {.kind = HANDLE_MONITOR, .bootstrap = cluster.bootstrap};
    assert_int_equal(handle_new(&opts, &rk, NULL), PT_OK);
    assert_int_equal(look_init(&look, NULL, &is_cancelled, NULL), PT_OK);
    look.rk = rk;
    watch_report_free(look_once(&look, ""));
    int64_t begun_us = clock_mono_us();
    for (int s = 1; s <= 27; s++) {
        look.turn_us -= 1000000; /* a second has passed */
        watch_report_free(look_once(&look, ""));
        assert_true(look.n_items >= 15 && look.n_items <= 80);
    }
    for (size_t i = 0; i < N_MANY; i++) {
        assert_true(look.topics[i].asked_us > begun_us);
    }
    look_done(&look);
    handle_free(rk);
    embedded_stop(&cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_many_the_wanted_ones_are_asked_each_time),
        cmocka_unit_test(test_each_has_its_turn_within_30_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
