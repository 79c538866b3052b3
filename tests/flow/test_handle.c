/* The one constructor of librdkafka handles, on the embedded cluster. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/handle.h"
#include "kafka/tokens.h"
#include "mock_records.h"

static struct embedded cluster;

static int start(void **state)
{
    static const char *const topics[] = {"demo.pin"};
    (void)state;
    return embedded_start(NULL, topics, 1, &cluster, NULL) == PT_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    embedded_stop(&cluster);
    return 0;
}

static void assert_property(rd_kafka_t *rk, const char *name, const char *expected)
{
    char value[256] = "";
    size_t len = sizeof(value);
    assert_int_equal(rd_kafka_conf_get(rd_kafka_conf(rk), name, value, &len), RD_KAFKA_CONF_OK);
    if (strcmp(value, expected) != 0) {
        fail_msg("%s is %s, not %s", name, value, expected);
    }
}

static struct pt_config *load(const char *const *settings, size_t n)
{
    struct pt_error err = {0};
    const struct pt_config_args args = {.settings = settings, .n_settings = n};
    struct pt_config *cfg = NULL;
    if (pt_config_load(&args, &cfg, &err) != PT_OK) {
        fail_msg("%s", err.what);
    }
    return cfg;
}

static void test_producer_waits_out_outages(void **state)
{
    (void)state;
    rd_kafka_t *rk = mock_producer(&cluster);
    assert_property(rk, "message.timeout.ms", "0");
    assert_property(rk, "enable.idempotence", "true");
    assert_property(rk, "acks", "-1");
    assert_property(rk, "compression.type", "lz4");
    assert_property(rk, "statistics.interval.ms", "1000");
    char value[32];
    size_t len = sizeof(value);
    rd_kafka_conf_get(rd_kafka_conf(rk), "queue.buffering.max.messages", value, &len);
    assert_true(strtoll(value, NULL, 10) > 3 * 32768);
    handle_free(rk);
}

static void test_users_properties(void **state)
{
    static const char *const settings[] = {"bootstrap.servers=broker.invalid:9092",
                                           "linger.ms=60",
                                           "batch.size=16384",
                                           "group.id=theirs",
                                           "fetch.wait.max.ms=77",
                                           "queued.min.messages=4711",
                                           "pintop.stream.window=1000",
                                           "security.protocol=SSL"};
    struct pt_config *cfg = load(settings, 8);
    rd_kafka_t *rk = NULL;
    struct handle_opts opts = {.kind = HANDLE_PRODUCER, .cfg = cfg, .bootstrap = cluster.bootstrap};
    (void)state;
    assert_int_equal(handle_new(&opts, &rk, NULL), PT_OK);
    assert_property(rk, "linger.ms", "60");
    assert_property(rk, "batch.size", "16384");
    assert_property(rk, "bootstrap.servers", cluster.bootstrap);
    assert_property(rk, "security.protocol", "plaintext"); /* was about another cluster */
    assert_property(rk, "queue.buffering.max.messages", "13000");
    handle_free(rk);
    opts.kind = HANDLE_CONSUMER;
    static const char *const wishes[] = {"queued.min.messages=1", "fetch.max.bytes=1000000"};
    opts.wishes = wishes;
    opts.n_wishes = 2;
    assert_int_equal(handle_new(&opts, &rk, NULL), PT_OK);
    assert_property(rk, "group.id", "theirs");
    assert_property(rk, "queued.min.messages", "4711"); /* theirs wins */
    assert_property(rk, "fetch.max.bytes", "1000000");  /* else ours */
    handle_free(rk);
    opts.group = "ours";
    assert_int_equal(handle_new(&opts, &rk, NULL), PT_OK);
    assert_property(rk, "group.id", "ours");
    assert_property(rk, "enable.auto.commit", "false");
    assert_property(rk, "auto.offset.reset", "error");
    assert_property(rk, "fetch.wait.max.ms", "77");
    handle_free(rk);
    opts.group = NULL;
    opts.n_wishes = 0;
    opts.bootstrap = NULL;
    opts.kind = HANDLE_MONITOR;
    pt_config_free(cfg);
    opts.cfg = cfg = load(settings, 7); /* of another cluster, without TLS */
    assert_int_equal(handle_new(&opts, &rk, NULL), PT_OK);
    assert_property(rk, "enable.idempotence", "false");
    assert_property(rk, "reconnect.backoff.ms", "1000"); /* MSK's limit of new connections */
    handle_free(rk);
    pt_config_free(cfg);
}

static void test_refusals(void **state)
{
    struct pt_error err;
    rd_kafka_t *rk = NULL;
    struct handle_opts opts = {.kind = HANDLE_PRODUCER};
    (void)state;
    assert_int_equal(handle_new(&opts, &rk, &err), PT_ECONFIG);
    assert_non_null(strstr(err.what, "bootstrap.servers"));
    assert_null(rk);
    static const char *const unknown[] = {"linger.mss=5"};
    opts.bootstrap = cluster.bootstrap;
    opts.settings = unknown;
    opts.n_settings = 1;
    assert_int_equal(handle_new(&opts, &rk, &err), PT_ECONFIG);
    assert_non_null(strstr(err.what, "linger.mss"));
    static const char *const contradicting[] = {"enable.idempotence=true", "acks=0"};
    opts.settings = contradicting;
    opts.n_settings = 2;
    assert_int_equal(handle_new(&opts, &rk, &err), PT_ECONFIG);
    static const char *const bad_word[] = {"acks=some"}, *const too_big[] = {
                                                             "linger.ms=99999999999"};
    opts.n_settings = 1;
    opts.settings = bad_word;
    assert_int_equal(handle_new(&opts, &rk, &err), PT_ECONFIG);
    opts.settings = too_big;
    assert_int_equal(handle_new(&opts, &rk, &err), PT_ECONFIG);
}

static pt_code make(enum handle_kind kind, const char *setting, struct pt_error *err)
{
    const char *const settings[] = {"bootstrap.servers=127.0.0.1:1", "enable.idempotence=false",
                                    setting};
    struct pt_config *cfg = load(settings, 3);
    const struct handle_opts opts = {.kind = kind, .cfg = cfg};
    rd_kafka_t *rk = NULL;
    pt_code code = handle_new(&opts, &rk, err);
    handle_free(rk);
    pt_config_free(cfg);
    return code;
}

/* With these a stream would hang, lie, or go elsewhere. */
static void test_what_breaks_the_account_is_refused(void **state)
{
    static const struct {
        const char *setting, *why;
    } cases[] = {
        {"acks=0",                          "account for" },
        {"request.required.acks=0",         "account for" },
        {"delivery.report.only.error=true", "account for" },
        {"test.mock.num.brokers=3",         "mock"        },
        {"transactional.id=t",              "transactions"},
    };
    struct pt_error err;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(make(HANDLE_PRODUCER, cases[i].setting, &err), PT_ECONFIG);
        if (!strstr(err.what, cases[i].why) || !err.fix[0]) {
            fail_msg("%s: %s", cases[i].setting, err.what);
        }
    }
    assert_int_equal(make(HANDLE_MONITOR, "test.mock.num.brokers=3", &err), PT_ECONFIG);
    assert_int_equal(make(HANDLE_CONSUMER, "test.mock.num.brokers=3", &err), PT_ECONFIG);
    static const char *const fine[] = {"acks=1", "acks=all", "delivery.report.only.error=false",
                                       "test.mock.num.brokers=0"};
    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
        assert_int_equal(make(HANDLE_PRODUCER, fine[i], &err), PT_OK);
    }
}

/* Nobody's property is passed over in silence: it is taken, or named with the reason. */
static void test_what_breaks_a_promise_is_refused_by_name(void **state)
{
    static const struct {
        enum handle_kind kind;
        const char *setting, *why;
    } cases[] = {
        {HANDLE_PRODUCER, "log.queue=true",                      "nobody reads"},
        {HANDLE_PRODUCER, "statistics.interval.ms=60000",        "each second" },
        {HANDLE_PRODUCER, "queue.buffering.max.messages=100000", "108304"      },
        {HANDLE_MONITOR,  "log.queue=true",                      "nobody reads"},
    };
    /* The same values in other words, and what is about other handles. */
    static const struct {
        enum handle_kind kind;
        const char *setting;
    } fine[] = {
        {HANDLE_PRODUCER, "log.queue=0"                        },
        {HANDLE_PRODUCER, "queue.buffering.max.messages=0"     },
        {HANDLE_PRODUCER, "queue.buffering.max.messages=200000"},
        {HANDLE_PRODUCER, "enable.auto.commit=true"            },
        {HANDLE_PRODUCER, "auto.offset.reset=earliest"         },
        {HANDLE_CONSUMER, "statistics.interval.ms=60000"       },
        {HANDLE_CONSUMER, "queue.buffering.max.messages=10"    },
        {HANDLE_CONSUMER, "enable.auto.commit=true"            },
        {HANDLE_CONSUMER, "auto.offset.reset=earliest"         },
        {HANDLE_MONITOR,  "enable.idempotence=true"            },
    };
    struct pt_error err;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(cases[i].setting, "="), cases[i].setting);
        err = (struct pt_error){0};
        if (make(cases[i].kind, cases[i].setting, &err) != PT_ECONFIG || !strstr(err.what, name) ||
            (!strstr(err.what, cases[i].why) && !strstr(err.fix, cases[i].why)) || !err.fix[0]) {
            fail_msg("%s: %s", cases[i].setting, err.what);
        }
    }
    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
        if (make(fine[i].kind, fine[i].setting, &err) != PT_OK) {
            fail_msg("%s: %s", fine[i].setting, err.what);
        }
    }
}

static void test_others_leave_the_producers_properties_out(void **state)
{
    static const char *const settings[] = {"bootstrap.servers=127.0.0.1:1",
                                           "enable.gapless.guarantee=true", "acks=all",
                                           "linger.ms=77", "delivery.timeout.ms=5000"};
    struct pt_config *cfg = load(settings, 5);
    struct handle_opts opts = {.kind = HANDLE_PRODUCER, .cfg = cfg};
    static const enum handle_kind others[] = {HANDLE_MONITOR, HANDLE_CONSUMER};
    struct pt_error err = {0};
    rd_kafka_t *rk;
    (void)state;
    assert_int_equal(handle_new(&opts, &rk, &err), PT_OK);
    assert_property(rk, "enable.gapless.guarantee", "true");
    handle_free(rk);
    for (size_t i = 0; i < 2; i++) {
        opts.kind = others[i];
        if (handle_new(&opts, &rk, &err) != PT_OK) {
            fail_msg("%s", err.what);
        }
        assert_property(rk, "linger.ms", "5");
        handle_free(rk);
    }
    pt_config_free(cfg);
}

static atomic_int n_wanted;

static void on_wanted(void *arg)
{
    (void)arg;
    atomic_fetch_add(&n_wanted, 1);
}

/* Both forms of a Java client.properties; nobody polls the handle. */
static void test_iam_handles_are_given_tokens(void **state)
{
    static const char *const forms[2][4] = {
        {"bootstrap.servers=localhost:1", "security.protocol=SASL_SSL",
         "sasl.mechanism=AWS_MSK_IAM", "sasl.client.callback.handler.class="
         "software.amazon.msk.auth.iam.IAMClientCallbackHandler"          },
        {"bootstrap.servers=localhost:1", "security.protocol=SASL_SSL",
         "sasl.mechanism=OAUTHBEARER", "sasl.login.callback.handler.class="
         "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler"},
    };
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pt_config *cfg = load(forms[i], 4);
        const struct handle_opts opts = {.kind = HANDLE_MONITOR, .cfg = cfg};
        struct pt_error err;
        rd_kafka_t *rk;
        char why[256];
        int64_t now_ms = clock_real_ms();
        atomic_store(&n_wanted, 0);
        tokens_serve(on_wanted, NULL);
        assert_true(pt_config_is_iam(cfg));
        assert_int_equal(handle_new(&opts, &rk, &err), PT_OK);
        assert_int_equal(tokens_count(), 1);
        assert_true(atomic_load(&n_wanted) >= 1);
        assert_int_equal(tokens_give("t", now_ms - 1000, "p", why, sizeof why), 0);
        assert_non_null(strstr(why, "unexpired"));
        assert_int_equal(tokens_give("t", now_ms + 60000, "p", why, sizeof why), 1);
        assert_string_equal(why, "");
        handle_free(rk);
        assert_int_equal(tokens_count(), 0);
        tokens_serve(NULL, NULL);
        pt_config_free(cfg);
    }
}

static void test_what_librdkafka_finds_out_late(void **state)
{
    static const char *const settings[] = {"security.protocol=SSL",
                                           "ssl.ca.location=/nonexistent/ca.pem"};
    const struct handle_opts opts = {
        .kind = HANDLE_MONITOR, .bootstrap = "127.0.0.1:1", .settings = settings, .n_settings = 2};
    struct pt_error err;
    rd_kafka_t *rk;
    (void)state;
    assert_int_equal(handle_new(&opts, &rk, &err), PT_ECONFIG);
    assert_non_null(strstr(err.what, "ssl.ca.location"));
    assert_null(rk);
}

/* A thread's "SigBlk:" of /proc, and whether it is one of librdkafka's. */
static bool read_mask(const char *task, unsigned long long *blocked)
{
    char path[300], line[200];
    bool is_rdk = false;
    snprintf(path, sizeof(path), "/proc/self/task/%s/status", task);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        /* Its own name, or ours for whose it is. */
        if (strncmp(line, "Name:\t", 6) == 0 &&
            (strstr(line, ":main") || strstr(line, ":broker") || strstr(line, ":mock"))) {
            is_rdk = true;
        } else if (strncmp(line, "SigBlk:\t", 8) == 0) {
            *blocked = strtoull(line + 8, NULL, 16);
            break;
        }
    }
    if (file) {
        fclose(file);
    }
    return is_rdk;
}

static void test_threads_leave_crashes_unblocked_and_take_no_signals(void **state)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    static const int ours[] = {SIGTERM, SIGINT, SIGHUP, SIGWINCH};
    rd_kafka_t *rk = mock_producer(&cluster);
    size_t n_threads = 0;
    (void)state;
    mock_put(rk, "demo.pin", 0, 0, 1); /* all its threads have started now */
    DIR *dir = opendir("/proc/self/task");
    for (struct dirent *entry; (entry = readdir(dir));) {
        unsigned long long blocked = 0;
        if (entry->d_name[0] == '.' || !read_mask(entry->d_name, &blocked)) {
            continue;
        }
        n_threads++;
        for (size_t i = 0; i < 4; i++) {
            assert_false(blocked >> (crashes[i] - 1) & 1);
            assert_true(blocked >> (ours[i] - 1) & 1);
        }
    }
    closedir(dir);
    assert_true(n_threads >= 5); /* main and brokers of two handles, and the mock */
    handle_free(rk);
}

struct lines {
    atomic_int n_warnings, n_refused; /* written by any thread */
};
static void take_line(void *arg, const struct pt_event *line)
{
    struct lines *lines = arg;
    lines->n_warnings += strstr(line->text, "CONFWARN") != NULL;
    lines->n_refused += strstr(line->text, "refused") != NULL;
}

static void poll_until_refused(rd_kafka_t *rk, const struct lines *lines)
{
    for (int i = 0; i < 100 && lines->n_refused == 0; i++) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, 100);
        if (message) {
            rd_kafka_message_destroy(message);
        }
    }
}

static void test_nothing_is_printed_and_useless_warnings_are_dropped(void **state)
{
    static char printed[8192];
    int pipe_fds[2], old_stderr = fcntl(2, F_DUPFD_CLOEXEC, 0);
    struct lines lines = {0};
    rd_kafka_t *rk = NULL;
    static const char *const settings[] = {"linger.ms=7"}; /* a producer's */
    const struct handle_opts opts = {
        .kind = HANDLE_CONSUMER, .bootstrap = "127.0.0.1:1", .settings = settings, .n_settings = 1};
    struct embedded second;
    (void)state;
    assert_int_equal(pipe(pipe_fds), 0);
    dup2(pipe_fds[1], 2);
    log_set_receiver(take_line, &lines);
    pt_code code = handle_new(&opts, &rk, NULL);
    pt_code second_code = embedded_start(NULL, NULL, 0, &second, NULL);
    embedded_stop(&second);
    poll_until_refused(rk, &lines);
    log_set_receiver(NULL, NULL);
    handle_free(rk);
    dup2(old_stderr, 2);
    close(old_stderr);
    close(pipe_fds[1]);
    ssize_t n_printed = read(pipe_fds[0], printed, sizeof(printed));
    close(pipe_fds[0]);
    assert_int_equal(code, PT_OK);
    assert_int_equal(second_code, PT_OK);
    if (n_printed != 0) {
        fail_msg("on stderr: %.*s", (int)(n_printed > 0 ? n_printed : 0), printed);
    }
    assert_int_equal(lines.n_warnings, 0);
    assert_true(lines.n_refused > 0); /* the connection's failure is in the log */
}

struct heard {
    int n_errors, n_delivered, n_stats;
};
static void count_error(void *arg, rd_kafka_resp_err_t code, const char *reason)
{
    struct heard *heard = arg;
    (void)code;
    heard->n_errors += reason[0] != 0;
}
static void count_delivered(void *arg, const rd_kafka_message_t *message)
{
    struct heard *heard = arg;
    heard->n_delivered += message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
}
static void count_stats(void *arg, const char *json, size_t len)
{
    struct heard *heard = arg;
    heard->n_stats += len > 2 && json[0] == '{';
}

static void test_a_restarted_broker_is_used_again_at_once(void **state)
{
    struct heard heard = {0};
    rd_kafka_t *rk = NULL;
    const struct handle_opts opts = {
        .kind = HANDLE_PRODUCER,
        .bootstrap = cluster.bootstrap,
        .hooks = {.arg = &heard,
                  .error = count_error,
                  .delivered = count_delivered,
                  .stats = count_stats}
    };
    (void)state;
    assert_int_equal(handle_new(&opts, &rk, NULL), PT_OK);
    mock_put(rk, "demo.pin", 0, 0, 10);
    assert_int_equal(heard.n_delivered, 10);
    mock_set_up(&cluster, 1, false); /* leads partition 0 */
    assert_int_equal(rd_kafka_producev(rk, RD_KAFKA_V_TOPIC("demo.pin"), RD_KAFKA_V_PARTITION(0),
                                       RD_KAFKA_V_END),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
    int64_t until_us = clock_mono_us() + 3000000; /* the back-off is at its longest then */
    while (clock_mono_us() < until_us) {
        rd_kafka_poll(rk, 50);
    }
    assert_true(heard.n_errors > 0);
    assert_int_equal(heard.n_delivered, 10);
    mock_set_up(&cluster, 1, true);
    int64_t up_us = clock_mono_us();
    mock_put(rk, "demo.pin", 0, 10, 10);
    int64_t back_ms = (clock_mono_us() - up_us) / 1000;
    print_message("back after %lld ms\n", (long long)back_ms);
    assert_int_equal(heard.n_delivered, 21);
    assert_true(back_ms < 2500); /* reconnect.backoff.max.ms is 1 s; with 10 s it took 3.5 s */
    assert_true(heard.n_stats > 0);
    handle_free(rk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_producer_waits_out_outages),
        cmocka_unit_test(test_users_properties),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_what_breaks_the_account_is_refused),
        cmocka_unit_test(test_what_breaks_a_promise_is_refused_by_name),
        cmocka_unit_test(test_others_leave_the_producers_properties_out),
        cmocka_unit_test(test_iam_handles_are_given_tokens),
        cmocka_unit_test(test_what_librdkafka_finds_out_late),
        cmocka_unit_test(test_threads_leave_crashes_unblocked_and_take_no_signals),
        cmocka_unit_test(test_nothing_is_printed_and_useless_warnings_are_dropped),
        cmocka_unit_test(test_a_restarted_broker_is_used_again_at_once),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
