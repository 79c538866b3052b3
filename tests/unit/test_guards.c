/* Nothing is changed that was not asked for: every row of the tables of commands, refused where it
 * must be, by the engine and by the program itself against a server that counts writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "cli/connector.h"
#include "cli/topics.h"
#include "core/command.h"
#include "fake_worker.h"
#include "pintop/config.h"

/* ---- the engine's door ---- */

static struct pt_command good(const struct pt_command_row *row)
{
    static const char *const configs[] = {"a=b"};
    return (struct pt_command){.kind = row->kind,
                               .streams = PT_STREAM_ALL,
                               .rate_per_s = 10,
                               .topic = "demo.pin",
                               .connector = "sink",
                               .configs = configs,
                               .n_configs = pt_row_is(row, PT_ROW_CONFIGS) ? 1 : 0};
}

static pt_code check(const struct pt_command *cmd, bool is_readonly)
{
    struct pt_error err;
    return command_check(cmd, is_readonly, "demo.", &err);
}

static void each_row_is_found_by_its_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < pt_command_rows(); i++) {
        const struct pt_command_row *row = pt_command_row_at(i);
        assert_ptr_equal(pt_command_row((int)row->kind), row);
        struct pt_command cmd = good(row);
        assert_int_equal(check(&cmd, false), PT_OK);
    }
    assert_null(pt_command_row_at(pt_command_rows()));
    for (int kind = -2; kind < 100; kind++)
        if (pt_command_row(kind) == NULL) {
            struct pt_command cmd = {.kind = (enum pt_command_kind)kind};
            assert_int_equal(check(&cmd, false), PT_EUSAGE);
            assert_int_equal(check(&cmd, true), PT_EUSAGE);
        }
}

static void readonly_refuses_each_change(void **state)
{
    (void)state;
    int n = 0;
    for (size_t i = 0; i < pt_command_rows(); i++) {
        const struct pt_command_row *row = pt_command_row_at(i);
        struct pt_command cmd = good(row);
        bool does_change = pt_row_is(row, PT_ROW_CHANGES);
        assert_int_equal(check(&cmd, true), does_change ? PT_EREADONLY : PT_OK);
        n += does_change;
        cmd.is_plan = true; /* a dry run is one only where there is one */
        assert_int_equal(check(&cmd, true), pt_row_is(row, PT_ROW_PLAN) ? PT_OK : PT_EUSAGE);
        assert_int_equal(check(&cmd, false), pt_row_is(row, PT_ROW_PLAN) ? PT_OK : PT_EUSAGE);
    }
    assert_true(n >= 9);
}

static void what_must_be_named_must_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < pt_command_rows(); i++) {
        const struct pt_command_row *row = pt_command_row_at(i);
        struct pt_command cmd = good(row);
        cmd.connector = NULL;
        assert_int_equal(check(&cmd, false), pt_row_is(row, PT_ROW_NAME) ? PT_EUSAGE : PT_OK);
        cmd = good(row);
        cmd.topic = NULL;
        assert_int_equal(check(&cmd, false), pt_row_is(row, PT_ROW_TOPIC) ? PT_ENAME : PT_OK);
        cmd = good(row);
        cmd.streams = 0;
        assert_int_equal(check(&cmd, false), pt_row_is(row, PT_ROW_STREAMS) ? PT_EUSAGE : PT_OK);
        cmd.streams = 1U << 20;
        assert_int_equal(check(&cmd, false), pt_row_is(row, PT_ROW_STREAMS) ? PT_EUSAGE : PT_OK);
    }
}

static void a_rate_is_a_number_above_nothing(void **state)
{
    (void)state;
    static const double bad[] = {NAN, INFINITY, -INFINITY, 0, -2, 2e18};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pt_command cmd = {.kind = PT_CMD_RATE, .streams = 1, .rate_per_s = bad[i]};
        assert_int_equal(check(&cmd, false), PT_EUSAGE);
    }
    static const double fine[] = {0.1, 10, PT_RATE_MAX, PT_RATE_ORIGINAL};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        struct pt_command cmd = {.kind = PT_CMD_RATE, .streams = 1, .rate_per_s = fine[i]};
        assert_int_equal(check(&cmd, false), PT_OK);
    }
}

/* With __consumer_offsets go the positions of all groups, the sinks' too. */
static void topics_of_kafka_itself_are_not_deleted(void **state)
{
    (void)state;
    static const char *const own[] = {"__consumer_offsets", "__transaction_state", "__other"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        struct pt_command cmd = {.kind = PT_CMD_TOPIC_DELETE, .topic = own[i]};
        assert_int_equal(check(&cmd, false), PT_ENAME);
        cmd.is_plan = true;
        assert_int_equal(check(&cmd, false), PT_ENAME);
        cmd = (struct pt_command){.kind = PT_CMD_TOPIC_DESCRIBE, .topic = own[i]};
        assert_int_equal(check(&cmd, false), PT_OK);
    }
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_DELETE, .topic = "_own"};
    assert_int_equal(check(&cmd, false), PT_OK);
}

/* The dry run doesn't promise what the worker refuses; a blank would make another key. */
static void a_settings_key_is_no_other_key(void **state)
{
    (void)state;
    static const char *const bad[] = {"name=other", " flush.size=7", "flush.size =7", "a\tb=7"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pt_command cmd = {.kind = PT_CMD_CONNECTOR_UPDATE,
                                 .connector = "sink",
                                 .configs = &bad[i],
                                 .n_configs = 1,
                                 .is_plan = true};
        assert_int_equal(check(&cmd, false), PT_EUSAGE);
    }
    static const char *const fine[] = {"names=other", "file.name= a b "};
    struct pt_command cmd = {
        .kind = PT_CMD_CONNECTOR_UPDATE, .connector = "sink", .configs = fine, .n_configs = 2};
    assert_int_equal(check(&cmd, false), PT_OK);
}

/* Whoever adds a change decides about its dry run: all have one, but streams (`stream --dry-run`
 * prints records). */
static void each_change_has_a_dry_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < pt_command_rows(); i++) {
        const struct pt_command_row *row = pt_command_row_at(i);
        bool must = pt_row_is(row, PT_ROW_CHANGES) && !pt_row_is(row, PT_ROW_STREAMS);
        assert_int_equal(pt_row_is(row, PT_ROW_PLAN), must);
    }
    const struct cli_action *const tables[] = {connector_actions(), topics_actions()};
    for (size_t i = 0; i < 2; i++)
        for (const struct cli_action *row = tables[i]; row->name != NULL; row++) {
            bool has = strstr(row->options, "dry-run") != NULL;
            if (has != cli_action_does_change(row))
                fail_msg("%s: --dry-run", row->name);
        }
}

/* ---- the program ---- */

enum { WORDS_MAX = 28, LIMIT_MS = 30000 };

static struct fake_worker worker;
/* Which back end the lines are for: each guard is walked for both. */
static bool is_msk;
static char url[100], aws_url[100], home[] = "/tmp/pintop-guards.XXXXXX";

/* A sink that writes to this very server: what a probe would write is counted with the rest. */
static void set_sink(const char *more)
{
    char config[800];
    snprintf(config, sizeof config,
             "{\"connector.class\":\"io.confluent.connect.s3.S3SinkConnector\",\"topics\":"
             "\"demo.pin\",\"s3.bucket.name\":\"objects\",\"s3.region\":\"us-east-1\","
             "\"store.url\":\"http://127.0.0.1:%d\",\"aws.access.key.id\":\"AKIASINK\","
             "\"aws.secret.access.key\":\"kept\"%s}",
             worker.port, more);
    fake_worker_set(&worker, config);
}

static int use_msk(void **state)
{
    (void)state;
    is_msk = true;
    set_sink("");
    return 0;
}

static int use_connect(void **state)
{
    (void)state;
    is_msk = false;
    set_sink(",\"tasks.max\":\"1\",\"name\":\"sink\"");
    return 0;
}

static int start_worker(void **state)
{
    (void)state;
    static char dir[sizeof home];
    fake_worker_start(&worker, "{}");
    use_connect(NULL);
    snprintf(url, sizeof url, "pintop.connector.url=http://127.0.0.1:%d", worker.port);
    memcpy(dir, home, sizeof home);
    assert_non_null(mkdtemp(dir));
    setenv("XDG_CONFIG_HOME", dir, 1);
    setenv("XDG_STATE_HOME", dir, 1);
    setenv("HOME", dir, 1);
    snprintf(aws_url, sizeof aws_url, "http://127.0.0.1:%d", worker.port);
    setenv("AWS_ENDPOINT_URL", aws_url, 1);
    setenv("AWS_REGION", "us-east-1", 1);
    setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "example", 1);
    return 0;
}

static int stop_worker(void **state)
{
    (void)state;
    fake_worker_stop(&worker);
    return 0;
}

static const char *program(void)
{
    static char path[4096];
    const char *build = getenv("PINTOP_BUILD");
    snprintf(path, sizeof path, "%s/pintop", build != NULL ? build : "build/release");
    return path;
}

struct said {
    int status;
    char text[16384];
    int64_t took_ms;
};

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Run the program; with a terminal `typed` is given once it asks (it says "Type"). */
static struct said run(char *const words[], bool has_terminal, const char *typed)
{
    struct said said = {0};
    int fds[2], fd;
    size_t used = 0;
    bool has_typed = typed == NULL;
    int64_t until_ms = now_ms() + LIMIT_MS, typed_ms = 0;
    pid_t pid;
    if (has_terminal) {
        pid = forkpty(&fd, NULL, NULL, NULL);
    } else {
        assert_int_equal(pipe(fds), 0);
        pid = fork();
        fd = fds[0];
    }
    assert_true(pid >= 0);
    if (pid == 0) {
        if (!has_terminal) {
            int null = open("/dev/null", O_RDONLY);
            dup2(null, 0);
            dup2(fds[1], 1);
            dup2(fds[1], 2);
        }
        execv(program(), words);
        _exit(99);
    }
    if (!has_terminal)
        close(fds[1]);
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int64_t left_ms = until_ms - now_ms();
        if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) <= 0 || used + 1 >= sizeof said.text)
            break;
        ssize_t n = read(fd, said.text + used, sizeof said.text - used - 1);
        if (n <= 0)
            break;
        used += (size_t)n;
        if (!has_typed && strstr(said.text, "Type the") != NULL) {
            assert_int_equal(write(fd, typed, strlen(typed)), (ssize_t)strlen(typed));
            has_typed = true;
            typed_ms = now_ms();
        }
    }
    int status = 0;
    if (now_ms() >= until_ms)
        kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    close(fd);
    said.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    said.took_ms = typed_ms != 0 ? now_ms() - typed_ms : 0;
    return said;
}

/* pintop -b … -X url [--readonly] COMMAND ACTION … */
struct line {
    char *words[WORDS_MAX + 1];
    size_t n;
};

static void add(struct line *line, const char *word)
{
    assert_true(line->n < WORDS_MAX);
    line->words[line->n++] = (char *)(uintptr_t)word;
    line->words[line->n] = NULL;
}

static struct line begin(const char *option)
{
    struct line line = {.n = 0};
    add(&line, program());
    add(&line, "-b");
    add(&line, "127.0.0.1:1");
    add(&line, "-X");
    add(&line, is_msk ? "pintop.connector.backend=mskconnect" : url);
    add(&line, "-X");
    add(&line, "pintop.user.id=demo");
    if (is_msk) {
        add(&line, "-X");
        add(&line, "pintop.msk.cluster=prod");
    }
    if (option != NULL)
        add(&line, option);
    return line;
}

static struct line action_line(const char *option, const struct cli_action *row, bool has_name)
{
    struct line line = begin(option);
    static char with[32];
    add(&line, "connector");
    add(&line, row->name);
    snprintf(with, sizeof with, "--%s", row->with != NULL ? row->with : "");
    if (row->with != NULL)
        add(&line, with);
    if (has_name)
        add(&line, "sink");
    if (row->takes_settings)
        add(&line, "flush.size=7");
    return line;
}

/* It was refused before anything was written, with that status and words. */
static void refused(const struct cli_action *row, struct line *line, int status, const char *words)
{
    int before = fake_worker_writes(&worker);
    struct said said = run(line->words, false, NULL);
    if (said.status != status || strstr(said.text, words) == NULL ||
        fake_worker_writes(&worker) != before)
        fail_msg("connector %s: status %d (not %d), %d writes: %s", row->name, said.status, status,
                 fake_worker_writes(&worker) - before, said.text);
}

static void each_change_is_guarded_on_the_command_line(void **state)
{
    (void)state;
    int n = 0;
    for (const struct cli_action *row = connector_actions(); row->name != NULL; row++) {
        if (!cli_action_does_change(row))
            continue;
        const struct pt_command_row *of = pt_command_row(row->kind);
        n++;
        struct line line = action_line("--readonly", row, true);
        refused(row, &line, 2, "readonly");
        add(&line, "--yes"); /* no option disarms another guard */
        refused(row, &line, 2, row->asks ? "readonly" : "does not take --yes");
        if (pt_row_is(of, PT_ROW_NAME)) {
            line = action_line(NULL, row, false);
            refused(row, &line, 2, "the name is missing");
            if (row->asks) { /* whoever needs not be asked must name it all the same */
                add(&line, "--yes");
                refused(row, &line, 2, "the name is missing");
            }
            line = (struct line){.n = 0}; /* … before any cluster */
            add(&line, program());
            add(&line, "connector");
            add(&line, row->name);
            if (row->takes_settings)
                add(&line, "flush.size=7");
            if (row->with == NULL)
                refused(row, &line, 2, "the name is missing");
        }
        if (row->asks) {
            line = action_line(NULL, row, true);
            refused(row, &line, 2, "there is no terminal");
        }
    }
    assert_int_equal(n, 8);
}

/* What a dry run of it shows. */
static const char *shown_of(const struct cli_action *row)
{
    if (row->kind == PT_CMD_CONNECTOR_PROBE)
        return "+ write s3://objects/topics/demo.pin/.pintop-probe-";
    return row->takes_settings ? "flush.size=7" : row->name;
}

/* What was lost can't be known without a cluster: it says so, before it asks, and writes nothing.
 */
static bool needs_cluster(const struct cli_action *row)
{
    return row->kind == PT_CMD_CONNECTOR_ACKNOWLEDGE;
}

static void a_dry_run_writes_nothing(void **state)
{
    (void)state;
    for (const struct cli_action *row = connector_actions(); row->name != NULL; row++) {
        if (!pt_row_is(pt_command_row(row->kind), PT_ROW_PLAN))
            continue;
        for (int turn = 0; turn < 2; turn++) {
            struct line line = action_line(turn == 0 ? NULL : "--readonly", row, true);
            int before = fake_worker_writes(&worker);
            add(&line, "--dry-run");
            struct said said = run(line.words, false, NULL);
            bool has_text =
                strstr(said.text, "Nothing was sent") != NULL && strstr(said.text, shown_of(row));
            if (needs_cluster(row))
                has_text = strstr(said.text, "where its group stands isn't known yet") != NULL;
            if (said.status != (needs_cluster(row) ? 3 : 0) || !has_text)
                fail_msg("connector %s --dry-run: %d, %s", row->name, said.status, said.text);
            assert_int_equal(fake_worker_writes(&worker), before);
        }
    }
}

static const char *asked_of(const struct cli_action *row)
{
    return row->kind == PT_CMD_CONNECTOR_PROBE    ? "to have that written"
           : row->kind == PT_CMD_CONNECTOR_CREATE ? "to create it"
                                                  : "to delete it";
}

static void a_wrong_name_or_an_interrupt_ends_it(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *says;
    } answers[] = {
        {"sinc\n", "another name was typed"},
        {"\n",     "another name was typed"},
        {"\x04",   "no name was typed"     },
        {"\x03",   "interrupted"           },
    };
    for (const struct cli_action *row = connector_actions(); row->name != NULL; row++) {
        if (!row->asks || needs_cluster(row))
            continue;
        for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
            bool is_create = row->kind == PT_CMD_CONNECTOR_CREATE; /* under its default name */
            struct line line = action_line(NULL, row, !is_create);
            int before = fake_worker_writes(&worker);
            struct said said = run(line.words, true, answers[i].typed);
            if (said.status == 0 || strstr(said.text, answers[i].says) == NULL ||
                strstr(said.text, asked_of(row)) == NULL || said.took_ms > 1500)
                fail_msg("connector %s: %d, %s", row->name, said.status, said.text);
            assert_int_equal(fake_worker_writes(&worker), before);
        }
    }
}

/* One that is there is not made again, whatever is said. */
static void create_leaves_what_is_there(void **state)
{
    (void)state;
    const struct cli_action *row = connector_actions();
    while (row->kind != PT_CMD_CONNECTOR_CREATE)
        row++;
    struct line line = action_line(NULL, row, true);
    int before = fake_worker_writes(&worker);
    struct said said = run(line.words, true, "sink\n");
    assert_int_equal(said.status, 1);
    assert_non_null(strstr(said.text, "there is a connector of this name already"));
    assert_int_equal(fake_worker_writes(&worker), before);
}

/* The guards let through what was asked for. */
static void what_was_asked_is_done_once(void **state)
{
    (void)state;
    struct line line = begin(NULL);
    int before = fake_worker_writes(&worker);
    add(&line, "connector");
    add(&line, "pause");
    add(&line, "sink");
    struct said said = run(line.words, false, NULL);
    if (said.status != 0)
        fail_msg("%s", said.text);
    assert_int_equal(fake_worker_writes(&worker), before + 1);
    line = begin(NULL);
    add(&line, "connector");
    add(&line, "delete");
    add(&line, "sink");
    said = run(line.words, true, "sink\n");
    if (said.status != 0)
        fail_msg("%s", said.text);
    assert_int_equal(fake_worker_writes(&worker), before + 2);
    char written[sizeof worker.written];
    fake_worker_written(&worker, written, sizeof written);
    assert_non_null(
        strstr(written, is_msk ? "DELETE /v1/connectors/arn" : "DELETE /connectors/sink"));
    FAKE_WORKER_SET(&worker, is_there, true);
}

/* Whoever names a worker alone needs no cluster: neither to look nor to change. */
static void connectors_need_no_cluster(void **state)
{
    (void)state;
    static const char *const actions[][3] = {
        {"list" },
        { "describe", "sink"},
        { "resume", "sink"},
        { "pause", "sink"}
    };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        struct line line = {.n = 0};
        add(&line, program());
        add(&line, "-X");
        add(&line, url);
        add(&line, "connector");
        for (size_t k = 0; actions[i][k] != NULL; k++)
            add(&line, actions[i][k]);
        struct said said = run(line.words, false, NULL);
        if (said.status != 0 || strstr(said.text, "sink") == NULL)
            fail_msg("connector %s: %d, %s", actions[i][0], said.status, said.text);
    }
}

/* ---- what is sent ---- */

#define RAW_SETTINGS                                                                               \
    "\"connector.class\":\"x.Sink\",\"topics\":\"demo.pin\","                                      \
    "\"pem\":\"-----BEGIN X-----\\nabc\\r\\n\\tdef\\u0007\\u001b[31m\","                           \
    "\"nothing\":null,\"number\":3,\"empty\":\"\",\"unicode\":\"\\u200bé日\",\"quote\":"         \
    "\"a\\\"b\\\\c\""

static struct said connector(const char *const *words)
{
    struct line line = begin(NULL);
    add(&line, "connector");
    for (; *words != NULL; words++)
        add(&line, *words);
    return run(line.words, false, NULL);
}
#define CONNECTOR(...) connector((const char *const[]){__VA_ARGS__, NULL})

/* One setting is changed; all others go back byte for byte. */
static void an_update_changes_nothing_else(void **state)
{
    (void)state;
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
    struct said said = CONNECTOR("update", "sink", "tasks.max=2");
    if (said.status != 0)
        fail_msg("%s", said.text);
    char config[sizeof worker.config];
    fake_worker_config(&worker, config, sizeof config);
    cJSON *sent = cJSON_Parse(config);
    cJSON *want = cJSON_Parse("{" RAW_SETTINGS ",\"tasks.max\":\"2\"}");
    if (!cJSON_Compare(sent, want, true))
        fail_msg("sent: %s", config);
    cJSON_Delete(sent);
    cJSON_Delete(want);
    /* And none of it reached the terminal raw. */
    assert_null(strchr(said.text, '\033'));
    assert_null(strchr(said.text, '\007'));
}

/* MSK Connect's settings are texts: as they came they go back. */
static void an_update_of_msk_connect_changes_nothing_else(void **state)
{
    static const char raw[] =
        "\"connector.class\":\"x.Sink\",\"topics\":\"demo.pin\",\"empty\":\"\","
        "\"pem\":\"-----BEGIN X-----\\nabc\\r\\n\\tdef\\u0007\\u001b[31m\","
        "\"unicode\":\"\\u200bé日\",\"quote\":\"a\\\"b\\\\c\"";
    char before[600], after[600], config[sizeof worker.config];
    (void)state;
    snprintf(before, sizeof before, "{%s,\"tasks.max\":\"1\"}", raw);
    snprintf(after, sizeof after, "{%s,\"tasks.max\":\"2\"}", raw);
    fake_worker_set(&worker, before);
    struct said said = CONNECTOR("update", "sink", "tasks.max=2");
    if (said.status != 0)
        fail_msg("%s", said.text);
    fake_worker_config(&worker, config, sizeof config);
    cJSON *sent = cJSON_Parse(config), *want = cJSON_Parse(after);
    if (!cJSON_Compare(sent, want, true))
        fail_msg("sent: %s", config);
    cJSON_Delete(sent);
    cJSON_Delete(want);
}

/* What another cluster's name begins with is not that cluster: nothing is made on it. */
static void a_part_of_a_clusters_name_is_no_cluster(void **state)
{
    (void)state;
    FAKE_WORKER_SET(&worker, cluster, "prod-eu-legacy");
    int before = fake_worker_writes(&worker);
    static const char *const ends[] = {"--yes", "--dry-run"};
    for (size_t i = 0; i < 2; i++) {
        struct said said = CONNECTOR("create", "new", ends[i]);
        if (said.status == 0 || strstr(said.text, "prod-eu-legacy begins with this name") == NULL)
            fail_msg("%s: %d, %s", ends[i], said.status, said.text);
    }
    FAKE_WORKER_SET(&worker, cluster, "prod");
    assert_int_equal(fake_worker_writes(&worker), before);
}

/* A change whose answer was lost is looked up; it is sent once. */
static void a_lost_answer_is_looked_up(void **state)
{
    (void)state;
    static const struct {
        const char *words[5];
        const char *says;
        int status;
    } rows[] = {
        {{"pause", "sink"},                 "it is done: it is PAUSED",          0},
        {{"resume", "sink"},                "it is done: it is RUNNING",         0},
        {{"update", "sink", "tasks.max=9"}, "the new configuration is in force", 0},
        {{"restart", "sink"},               "whether it was done is not known",  1},
        {{"delete", "sink", "--yes"},       "it is done: it is gone",            0},
        {{"create", "sink", "--yes"},       "it is done: it is RUNNING",         0},
    };
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
    FAKE_WORKER_SET(&worker, does_cut, true);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int before = fake_worker_writes(&worker);
        struct said said = connector(rows[i].words);
        if (said.status != rows[i].status || strstr(said.text, rows[i].says) == NULL)
            fail_msg("%s: %d, %s", rows[i].words[0], said.status, said.text);
        assert_int_equal(fake_worker_writes(&worker), before + 1);
    }
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
}

/* What was cut before it was done is told as not done: a setting that should have gone is there. */
static void a_change_that_was_not_done_is_told_so(void **state)
{
    (void)state;
    static const struct {
        const char *words[5];
        const char *says;
    } rows[] = {
        {{"pause", "sink"},             "it has not been done so far: it is RUNNING"},
        {{"update", "sink", "number="}, "the old configuration is still in force"   },
    };
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
    FAKE_WORKER_SET(&worker, does_cut, true);
    FAKE_WORKER_SET(&worker, does_ignore, true);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int before = fake_worker_writes(&worker);
        struct said said = connector(rows[i].words);
        if (said.status != 1 || strstr(said.text, rows[i].says) == NULL)
            fail_msg("%s: %d, %s", rows[i].words[0], said.status, said.text);
        assert_int_equal(fake_worker_writes(&worker), before + 1);
    }
    /* Nor is a 200 the doing of it, when an error is in it. */
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
    FAKE_WORKER_SET(&worker, does_fail, true);
    FAKE_WORKER_SET(&worker, does_ignore, true);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct said said = connector(rows[i].words);
        if (said.status != 1 || strstr(said.text, rows[i].says) == NULL)
            fail_msg("200, %s: %d, %s", rows[i].words[0], said.status, said.text);
    }
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
    FAKE_WORKER_SET(&worker, does_cut, true);
    FAKE_WORKER_SET(&worker, becomes, "{\"connector.class\":\"x.Sink\",\"topics\":\"demo.pin\"}");
    struct said said = CONNECTOR("update", "sink", "number=");
    if (said.status != 1 || strstr(said.text, "is neither the old one nor the one that") == NULL)
        fail_msg("%d, %s", said.status, said.text);
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
}

/* A setting that can't go back as it is stops the update; set anew, it doesn't. */
static void a_nul_in_a_setting_is_not_lost(void **state)
{
    (void)state;
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"odd\":\"a\\u0000b\"}");
    int before = fake_worker_writes(&worker);
    struct said said = CONNECTOR("update", "sink", "tasks.max=2");
    if (said.status != 1 || strstr(said.text, "its setting odd holds a NUL") == NULL)
        fail_msg("%d, %s", said.status, said.text);
    assert_int_equal(fake_worker_writes(&worker), before);
    said = CONNECTOR("update", "sink", "tasks.max=2", "odd=ab");
    if (said.status != 0)
        fail_msg("%d, %s", said.status, said.text);
    fake_worker_set(&worker, "{" RAW_SETTINGS ",\"tasks.max\":\"1\"}");
}

/* KEY= takes out what is there, also when it is empty or null; and what stays goes back as it is.
 */
static void a_setting_is_taken_out(void **state)
{
    (void)state;
    fake_worker_set(&worker, "{" RAW_SETTINGS "}");
    struct said said = CONNECTOR("update", "sink", "nothing=", "empty=", "absent=");
    if (said.status != 0 || strstr(said.text, "- nothing=null") == NULL)
        fail_msg("%s", said.text);
    char config[sizeof worker.config];
    fake_worker_config(&worker, config, sizeof config);
    cJSON *sent = cJSON_Parse(config);
    assert_null(cJSON_GetObjectItem(sent, "nothing"));
    assert_null(cJSON_GetObjectItem(sent, "empty"));
    assert_non_null(cJSON_GetObjectItem(sent, "pem"));
    cJSON_Delete(sent);
    int before = fake_worker_writes(&worker);
    said = CONNECTOR("update", "sink", "tasks.max=2", "tasks.max=3");
    if (said.status != 2 || strstr(said.text, "tasks.max is given twice") == NULL)
        fail_msg("%d %s", said.status, said.text);
    said = CONNECTOR("update", "sink", "absent=");
    if (said.status != 0 || strstr(said.text, "nothing changes") == NULL)
        fail_msg("%d %s", said.status, said.text);
    assert_int_equal(fake_worker_writes(&worker), before);
}

/* MSK Connect answers a change at once and makes it later. */
static void a_lost_answer_of_msk_connect_is_looked_up(void **state)
{
    (void)state;
    static const struct {
        const char *words[5];
        const char *says;
        int status;
    } rows[] = {
        {{"pause", "sink"},              "it is done: it is PAUSED",          0},
        {{"update", "sink", "topics=x"}, "the new configuration is in force", 0},
        {{"restart", "sink"},            "whether it was done is not known",  1},
        {{"delete", "sink", "--yes"},    "it is done: it is gone",            0},
        {{"create", "sink", "--yes"},    "it is done: it is PAUSED",          0},
    };
    FAKE_WORKER_SET(&worker, does_cut, true);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int before = fake_worker_writes(&worker);
        struct said said = connector(rows[i].words);
        if (said.status != rows[i].status || strstr(said.text, rows[i].says) == NULL)
            fail_msg("%s: %d, %s", rows[i].words[0], said.status, said.text);
        /* Making one makes its log group first. */
        bool is_create = strcmp(rows[i].words[0], "create") == 0;
        assert_int_equal(fake_worker_writes(&worker), before + 1 + is_create);
    }
}

static void options_of_other_actions_are_refused(void **state)
{
    (void)state;
    static const char *const options[] = {"--yes", "--dry-run", "--failed-only", "--minutes=5"};
    for (const struct cli_action *row = connector_actions(); row->name != NULL; row++)
        for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
            char name[32];
            snprintf(name, sizeof name, "%.*s", (int)strcspn(options[i] + 2, "="), options[i] + 2);
            if (strstr(row->options, name) != NULL)
                continue;
            struct line line = action_line(NULL, row, row->max_names > 0);
            add(&line, options[i]);
            refused(row, &line, 2, "does not take");
        }
}

static void topics_are_guarded_too(void **state)
{
    (void)state;
    for (const struct cli_action *row = topics_actions(); row->name != NULL; row++) {
        if (!cli_action_does_change(row))
            continue;
        struct line line = begin("--readonly");
        add(&line, "topics");
        add(&line, row->name);
        add(&line, "demo.pin");
        if (row->asks)
            add(&line, "--yes");
        struct said said = run(line.words, false, NULL);
        assert_int_equal(said.status, 2);
        assert_non_null(strstr(said.text, "readonly"));
        line = begin(NULL);
        add(&line, "topics");
        add(&line, row->name);
        add(&line, "demo.pin");
        add(&line, "-n3");
        said = run(line.words, false, NULL);
        assert_int_equal(said.status, 2);
        assert_non_null(strstr(said.text, "does not take --count"));
    }
}

/* --start is a wish like any other. */
static void readonly_starts_no_streams(void **state)
{
    (void)state;
    static const char *const options[][2] = {
        {"--readonly", NULL                },
        {"-X",         "pintop.readonly=on"}
    };
    for (size_t i = 0; i < 2; i++) {
        struct line line = {.n = 0};
        add(&line, program());
        add(&line, "-b");
        add(&line, "embedded");
        add(&line, "--start=pin");
        for (size_t k = 0; k < 2 && options[i][k] != NULL; k++)
            add(&line, options[i][k]);
        struct said said = run(line.words, true, NULL);
        if (said.status != 2 || strstr(said.text, "not started, because this pintop is") == NULL)
            fail_msg("%s --start: %d, %s", options[i][0], said.status, said.text);
    }
}

/* A context of production says it once, and each command keeps to it. */
static void a_readonly_property_is_as_the_option(void **state)
{
    (void)state;
    static const char *const words[][6] = {
        {"connector",     "delete",    "sink",      "--yes"},
        {"connector",               "pause",                "sink"     },
        {"connector",               "update",                "sink","flush.size=7"},
        {"connector", "create",            "new",              "--yes"},
        {"connector",          "diagnose",   "sink", "--probe", "--yes"},
        {"stream","--count","1"},
    };
    setenv("PINTOP_READONLY", "on", 1);
    int before = fake_worker_writes(&worker);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct line line = begin(NULL);
        for (size_t k = 0; k < 6 && words[i][k] != NULL; k++)
            add(&line, words[i][k]);
        struct said said = run(line.words, false, NULL);
        if (said.status != 2 || strstr(said.text, "pintop.readonly") == NULL)
            fail_msg("%s %s: %d, %s", words[i][0], words[i][1], said.status, said.text);
    }
    struct line line = begin("--readonly");
    add(&line, "-X");
    add(&line, "pintop.readonly=off"); /* none takes the option back */
    add(&line, "connector");
    add(&line, "pause");
    add(&line, "sink");
    assert_int_equal(run(line.words, false, NULL).status, 2);
    setenv("PINTOP_READONLY", "1", 1); /* what isn't understood doesn't let it through */
    line = begin(NULL);
    add(&line, "connector");
    add(&line, "pause");
    add(&line, "sink");
    assert_int_equal(run(line.words, false, NULL).status, 2);
    unsetenv("PINTOP_READONLY");
    assert_int_equal(fake_worker_writes(&worker), before);
}

/* Nor another connector or topic: `create ""` made the one of the default name. */
static void an_empty_name_is_wrong_usage(void **state)
{
    (void)state;
    static const char *const commands[] = {"connector", "topics"};
    const struct cli_action *const tables[] = {connector_actions(), topics_actions()};
    for (size_t i = 0; i < 2; i++)
        for (const struct cli_action *row = tables[i]; row->name != NULL; row++) {
            int before = fake_worker_writes(&worker);
            if (row->with != NULL || row->max_names == 0)
                continue;
            struct line line = begin(NULL);
            add(&line, commands[i]);
            add(&line, row->name);
            add(&line, "");
            if (row->takes_settings)
                add(&line, "flush.size=7");
            if (row->asks)
                add(&line, "--yes");
            struct said said = run(line.words, false, NULL);
            if (said.status != 2 || strstr(said.text, "is empty") == NULL)
                fail_msg("%s %s '': %d, %s", commands[i], row->name, said.status, said.text);
            assert_int_equal(fake_worker_writes(&worker), before);
        }
}

/* An unset variable of the shell doesn't mean another cluster. */
static void an_empty_list_of_servers_is_wrong_usage(void **state)
{
    (void)state;
    static const char *const empty[] = {"", " ", ","};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        struct line line = {.n = 0};
        add(&line, program());
        add(&line, "-b");
        add(&line, empty[i]);
        add(&line, "stream");
        add(&line, "--count");
        add(&line, "1");
        struct said said = run(line.words, false, NULL);
        if (said.status != 2)
            fail_msg("-b '%s': %d, %s", empty[i], said.status, said.text);
    }
}

#define MSK_TEST(test)                                                                             \
    {                                                                                              \
        "msk connect: " #test, test, use_msk, use_connect, NULL                                    \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_found_by_its_kind),
        cmocka_unit_test(readonly_refuses_each_change),
        cmocka_unit_test(what_must_be_named_must_be),
        cmocka_unit_test(a_rate_is_a_number_above_nothing),
        cmocka_unit_test(topics_of_kafka_itself_are_not_deleted),
        cmocka_unit_test(a_settings_key_is_no_other_key),
        cmocka_unit_test(each_change_has_a_dry_run),
        cmocka_unit_test(each_change_is_guarded_on_the_command_line),
        MSK_TEST(each_change_is_guarded_on_the_command_line),
        cmocka_unit_test(options_of_other_actions_are_refused),
        cmocka_unit_test(a_dry_run_writes_nothing),
        MSK_TEST(a_dry_run_writes_nothing),
        cmocka_unit_test(a_wrong_name_or_an_interrupt_ends_it),
        MSK_TEST(a_wrong_name_or_an_interrupt_ends_it),
        cmocka_unit_test(create_leaves_what_is_there),
        MSK_TEST(create_leaves_what_is_there),
        cmocka_unit_test(what_was_asked_is_done_once),
        MSK_TEST(what_was_asked_is_done_once),
        cmocka_unit_test(connectors_need_no_cluster),
        cmocka_unit_test(an_update_changes_nothing_else),
        MSK_TEST(an_update_of_msk_connect_changes_nothing_else),
        MSK_TEST(a_part_of_a_clusters_name_is_no_cluster),
        cmocka_unit_test(a_lost_answer_is_looked_up),
        {"a_lost_answer_of_msk_connect_is_looked_up", a_lost_answer_of_msk_connect_is_looked_up,
                                      use_msk, use_connect, NULL},
        cmocka_unit_test(a_change_that_was_not_done_is_told_so),
        cmocka_unit_test(a_nul_in_a_setting_is_not_lost),
        cmocka_unit_test(a_setting_is_taken_out),
        cmocka_unit_test(topics_are_guarded_too),
        cmocka_unit_test(readonly_starts_no_streams),
        cmocka_unit_test(a_readonly_property_is_as_the_option),
        cmocka_unit_test(an_empty_name_is_wrong_usage),
        cmocka_unit_test(an_empty_list_of_servers_is_wrong_usage),
    };
    return cmocka_run_group_tests(tests, start_worker, stop_worker);
}
