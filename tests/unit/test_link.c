/* The front end on a link that no engine is behind: one struct of functions drives a command and
 * the whole dashboard, each in a child of its own. What is asked of the link comes back as lines.
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../screens/fixture.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "cli/session.h"
#include "scratch.h"
#include "term/signals.h"
#include "ui/dashboard.h"

enum { WAIT_MS = 20000, FOREVER = 1 << 20, ROWS = 24, COLS = 80 };

/* ---- the fake, in the child ---- */

static struct fixture fixture;
static struct {
    int asked; /* lines about what was asked are written here */
    bool is_stopped;
    struct pt_error failure;
    struct pt_result result; /* of the command submitted last */
} fake;

static const struct pt_snapshot *fake_acquire(void *arg)
{
    struct fixture *f = arg;
    f->snap.section.version++;
    f->topics_section.asked_ms += 2000; /* each look is two seconds after the one before */
    return pt_snapshot_acquire(&f->snap);
}

static pt_code fake_submit(void *arg, const struct pt_command *cmd, uint64_t *id,
                           struct pt_error *err)
{
    struct fixture *f = arg;
    dprintf(fake.asked, "submit %d %s\n", (int)cmd->kind, cmd->topic ? cmd->topic : "");
    if (cmd->topic && strcmp(cmd->topic, "refused") == 0)
        return pt_error_set(err, PT_EREADONLY, NULL, "topics: read-only");
    fake.result.id = *id = 7;
    fake.result.kind = cmd->kind;
    f->completed.results[0] = &fake.result;
    f->completed.n_results = 1;
    return PT_OK;
}

static void fake_look_at(void *arg, const char *const *topics, size_t n)
{
    (void)arg;
    dprintf(fake.asked, "look at %zu %s\n", n, n > 0 ? topics[0] : "");
}

static void fake_stop(void *arg, const char *why, int64_t limit_ms)
{
    (void)arg;
    dprintf(fake.asked, "stop %s %lld\n", why, (long long)limit_ms);
    fake.is_stopped = true;
}

static bool fake_is_stopped(void *arg)
{
    (void)arg;
    return fake.is_stopped;
}

static pt_code fake_failure(void *arg, struct pt_error *err)
{
    (void)arg;
    *err = fake.failure;
    return fake.failure.code;
}

static void fake_close(void *arg, int64_t wait_ms)
{
    (void)arg;
    dprintf(fake.asked, "close %s\n", wait_ms > 0 ? "in time" : "at once");
}

static pt_code fake_open(const struct pt_config *cfg, const struct pt_run *run,
                         struct pt_link *link, struct pt_error *err)
{
    (void)cfg;
    (void)err;
    dprintf(fake.asked, "open%s\n", run->is_oneshot ? " for one question" : "");
    *link = (struct pt_link){.arg = &fixture,
                             .acquire = fake_acquire,
                             .submit = fake_submit,
                             .look_at = fake_look_at,
                             .stop = fake_stop,
                             .is_stopped = fake_is_stopped,
                             .failure = fake_failure,
                             .close = fake_close};
    return PT_OK;
}

static void fake_begin(int asked)
{
    fixture_flowing(&fixture);
    fixture.snap.section.refs = FOREVER;
    fixture.topics_section.asked_ms = FIXTURE_NOW_MS;
    fake.asked = asked;
}

static struct pt_config *config(void)
{
    const char *const settings[] = {"bootstrap.servers=127.0.0.1:9", "pintop.user.id=demo"};
    struct pt_config_args args = {.settings = settings, .n_settings = 2};
    struct pt_config *cfg = NULL;
    setenv("XDG_CONFIG_HOME", scratch_dir, 1);
    return pt_config_load(&args, &cfg, NULL) == PT_OK ? cfg : NULL;
}

/* ---- the child ---- */

struct child {
    pid_t pid;
    int screen; /* what it prints, or its terminal */
    int asked;
    char printed[65536], lines[4096];
};

static size_t take(int fd, char *text, size_t cap)
{
    size_t used = strlen(text);
    ssize_t n = used + 1 < cap ? read(fd, text + used, cap - used - 1) : 0;
    return n > 0 ? (size_t)n : 0;
}

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Read what comes until the text is in one of the two, or, with NULL, until the child has ended. */
static bool read_until(struct child *child, const char *screen, const char *line)
{
    struct pollfd fds[2] = {
        {.fd = child->screen, .events = POLLIN},
        {.fd = child->asked,  .events = POLLIN}
    };
    int64_t until_ms = now_ms() + WAIT_MS;
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if ((screen && strstr(child->printed, screen)) || (line && strstr(child->lines, line)))
            return true;
        int64_t left_ms = until_ms - now_ms();
        if (left_ms <= 0 || poll(fds, 2, (int)left_ms) <= 0)
            return false;
        if (fds[0].revents && take(child->screen, child->printed, sizeof child->printed) == 0)
            fds[0].fd = -1;
        if (fds[1].revents && take(child->asked, child->lines, sizeof child->lines) == 0)
            fds[1].fd = -1;
    }
    return !screen && !line;
}

static int wait_for(struct child *child)
{
    int status;
    if (!read_until(child, NULL, NULL))
        fail_msg("it did not end; asked: %s", child->lines);
    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    close(child->screen);
    close(child->asked);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void run(struct child *child, bool has_terminal, int (*body)(void))
{
    struct winsize size = {.ws_row = ROWS, .ws_col = COLS};
    int asked[2], out[2] = {-1, -1};
    memset(child, 0, sizeof *child);
    assert_int_equal(pipe2(asked, O_CLOEXEC), 0);
    if (!has_terminal)
        assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    fflush(NULL);
    child->pid = has_terminal ? forkpty(&child->screen, NULL, NULL, &size) : fork();
    assert_true(child->pid >= 0);
    if (child->pid == 0) {
        alarm(30);
        setenv("TERM", "xterm-256color", 1);
        if (!has_terminal) {
            dup2(out[1], STDOUT_FILENO);
            dup2(out[1], STDERR_FILENO);
        }
        fake_begin(asked[1]);
        int status = body();
        fflush(NULL);
        _exit(status);
    }
    close(asked[1]);
    child->asked = asked[0];
    if (!has_terminal) {
        close(out[1]);
        child->screen = out[0];
    }
}

/* ---- a command ---- */

static int status_of(const char *failure)
{
    struct cli cli = {.open = fake_open};
    struct pt_config *cfg = config();
    void *args = calloc(1, command_status.args_bytes + 1);
    if (cfg == NULL || args == NULL)
        return 90;
    if (failure)
        pt_error_set(&fake.failure, PT_EIO, NULL, "%s", failure);
    int status = command_status.run(&cli, args, cfg);
    session_end(&cli);
    return pt_link_is_open(&cli.link) ? 91 : status;
}

static int run_status(void)
{
    return status_of(NULL);
}

static int run_bad_status(void)
{
    fixture.session.verdict = PT_V_FAILED;
    snprintf(fixture.session.verdict_text, sizeof fixture.session.verdict_text, "the disk is full");
    return status_of(NULL);
}

static int run_failed_status(void)
{
    return status_of("state directory: no space");
}

static void status_prints_what_the_link_says(void **state)
{
    (void)state;
    struct child child;
    run(&child, false, run_status);
    assert_int_equal(wait_for(&child), 0);
    assert_non_null(strstr(child.printed, "records flow"));
    assert_string_equal(child.lines, "open for one question\nstop command done 0\nclose in time\n");
    run(&child, false, run_bad_status);
    assert_int_equal(wait_for(&child), 3);
    assert_non_null(strstr(child.printed, "the disk is full"));
}

static void what_the_engine_could_not_do_is_the_command_s_error(void **state)
{
    (void)state;
    struct child child;
    run(&child, false, run_failed_status);
    assert_int_equal(wait_for(&child), 1);
    assert_non_null(strstr(child.printed, "state directory: no space"));
}

/* A command is submitted, and its answer found among the results. */
static int ask_of_session(void)
{
    struct cli cli = {.open = fake_open};
    struct pt_run once = {.is_oneshot = true};
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_CREATE, .topic = "demo.new"};
    const struct pt_snapshot *snap;
    const struct pt_result *result;
    struct pt_error err;
    struct pt_config *cfg = config();
    if (cfg == NULL || session_open(&cli, cfg, &once, &err) != PT_OK)
        return 90;
    fake.result.state = PT_RESULT_DONE;
    if (session_ask(&cli, &cmd, WAIT_MS, "topics", "demo.new", &snap, &result, &err) != PT_OK)
        return 92;
    pt_snapshot_release(snap);
    fake.result.state = PT_RESULT_FAILED;
    pt_error_set(&fake.result.error, PT_EEXISTS, NULL, "topic demo.new: it is there already");
    if (session_ask(&cli, &cmd, WAIT_MS, "topics", "demo.new", &snap, &result, &err) != PT_EEXISTS)
        return 93;
    cmd.topic = "refused";
    if (session_ask(&cli, &cmd, WAIT_MS, "topics", "x", &snap, &result, &err) != PT_EREADONLY)
        return 94;
    return snap == NULL && result == NULL ? 0 : 95;
}

static void an_answer_comes_over_the_link(void **state)
{
    (void)state;
    struct child child;
    char line[64];
    run(&child, false, ask_of_session);
    assert_int_equal(wait_for(&child), 0);
    snprintf(line, sizeof line, "submit %d demo.new\n", (int)PT_CMD_TOPIC_CREATE);
    assert_non_null(strstr(child.lines, line));
}

/* ---- the dashboard ---- */

static int run_dashboard(void)
{
    struct pt_config *cfg = config();
    struct pt_run free_run = {.first_index = -1, .has_connectors = true};
    struct looks looks = {.is_mono = true, .is_ascii = true};
    signals_block();
    return cfg != NULL ? dashboard_run(cfg, &free_run, fake_open, &looks) : 90;
}

static void type(struct child *child, const char *keys)
{
    assert_int_equal(write(child->screen, keys, strlen(keys)), strlen(keys));
}

static void the_dashboard_runs_on_a_link(void **state)
{
    (void)state;
    struct child child;
    run(&child, true, run_dashboard);
    assert_true(read_until(&child, "records flow", NULL));
    type(&child, "2"); /* the topics, which are then on the screen */
    assert_true(read_until(&child, NULL, "look at 3 demo.geo"));
    type(&child, "qy");
    int status = wait_for(&child);
    if (status != 0)
        fail_msg("status %d, asked: %s", status, child.lines);
    const char *stop = strstr(child.lines, "stop quit -2\n");
    assert_non_null(stop);
    assert_non_null(strstr(stop, "close in time\n"));
}

/* ---- a link that can little ---- */

static const struct pt_snapshot *bare_acquire(void *arg)
{
    return pt_snapshot_acquire(arg);
}

static void a_link_that_can_only_be_looked_at(void **state)
{
    (void)state;
    struct pt_error err;
    struct pt_command cmd = {.kind = PT_CMD_START};
    fixture_flowing(&fixture);
    fixture.snap.section.refs = FOREVER;
    struct pt_link link = {.arg = &fixture.snap, .acquire = bare_acquire};
    assert_true(pt_link_is_open(&link));
    assert_false(pt_link_can_submit(&link));
    const struct pt_snapshot *snap = pt_link_acquire(&link);
    assert_ptr_equal(snap, &fixture.snap);
    pt_snapshot_release(snap);
    assert_int_equal(pt_link_wake_fd(&link), -1);
    assert_int_equal(pt_link_check(&link, &cmd, &err), PT_ECLOSED);
    assert_int_equal(pt_link_submit(&link, &cmd, NULL, &err), PT_ECLOSED);
    assert_true(err.fix[0] != '\0');
    assert_int_equal(pt_link_failure(&link, &err), PT_OK);
    assert_null(pt_link_ended_by(&link));
    assert_false(pt_link_is_stopped(&link));
    pt_link_look_at(&link, NULL, 0);
    pt_link_stop(&link, "nobody hears it", 0);
    pt_link_close(&link, 0);
    assert_false(pt_link_is_open(&link));
}

static void a_closed_link_refuses_and_waits_for_nothing(void **state)
{
    (void)state;
    struct pt_error err;
    struct pt_command cmd = {.kind = PT_CMD_START};
    struct pt_link link = {0};
    assert_int_equal(pt_link_submit(&link, &cmd, NULL, &err), PT_ECLOSED);
    assert_string_equal(err.what, "no cluster is chosen yet");
    assert_int_equal(pt_link_submit(NULL, &cmd, NULL, &err), PT_ECLOSED);
    assert_true(pt_link_is_stopped(&link));
    assert_true(pt_link_is_stopped(NULL));
    assert_int_equal(pt_link_wake_fd(NULL), -1);
    pt_link_close(&link, 0);
    pt_link_close(NULL, 0);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(status_prints_what_the_link_says),
        IN_SCRATCH(what_the_engine_could_not_do_is_the_command_s_error),
        IN_SCRATCH(an_answer_comes_over_the_link),
        IN_SCRATCH(the_dashboard_runs_on_a_link),
        cmocka_unit_test(a_link_that_can_only_be_looked_at),
        cmocka_unit_test(a_closed_link_refuses_and_waits_for_nothing),
    };
    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
