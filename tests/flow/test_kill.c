/* The program is killed with SIGKILL at random moments and started again: no record is missing,
 * and no more records are doubled than the window and one second allow. The real program runs in
 * a process of its own. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine_fixture.h"
#include "replay_files.h"
#include "scratch.h"

extern char **environ;

struct child {
    pid_t pid;
    int out; /* its standard output; it ends when the process ends */
};

static struct child spawn(const char *const *args)
{
    char program[512];
    const char *argv[24] = {"pintop", "stream"};
    const char *build = getenv("PINTOP_BUILD");
    struct child child = {.pid = -1};
    posix_spawn_file_actions_t actions;
    int fds[2];
    snprintf(program, sizeof program, "%s/pintop", build ? build : "build/release");
    for (size_t n = 2; *args; n++)
        argv[n] = *args++;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
    int rc = posix_spawn(&child.pid, program, &actions, NULL, (char **)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    child.out = fds[0];
    if (rc != 0)
        fail_msg("%s: %s (PINTOP_BUILD names the directory of the program)", program, strerror(rc));
    return child;
}

/* Let the process run for that long, then kill it. It must not end before. */
static void kill_after(struct child child, int ms)
{
    struct pollfd fd = {.fd = child.out, .events = POLLIN};
    int status = 0;
    if (poll(&fd, 1, ms) != 0) {
        waitpid(child.pid, &status, 0);
        close(child.out);
        fail_msg("the program ended before it was killed: status %x", (unsigned)status);
    }
    assert_int_equal(kill(child.pid, SIGKILL), 0);
    assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(child.out);
}

static void run_to_its_end(const char *const *args)
{
    struct child child = spawn(args);
    char line[512];
    int status = 0;
    while (read(child.out, line, sizeof line) > 0) {
    }
    close(child.out);
    assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* A run that is killed before its first record leaves no account to audit. */
static bool has_account(const char *cluster_id)
{
    char path[4096];
    bool has_all = true;
    for (int i = 0; i < PT_STREAMS; i++) {
        char topic[32];
        snprintf(topic, sizeof topic, "demo.%s", pt_stream_name((enum pt_stream_id)i));
        checkpoint_path(scratch_path("state"), cluster_id, topic, SHARD_WHOLE, path, sizeof path);
        has_all = has_all && access(path, R_OK) == 0;
    }
    return has_all;
}

/* Start the program and wait until it has an account: a loaded machine needs seconds for that. */
static struct child spawn_with_account(const char *const *args, const char *cluster_id)
{
    enum { LOOK_MS = 20 };
    struct child child = spawn(args);
    struct pollfd fd = {.fd = child.out, .events = POLLIN};
    int left_ms = FLOW_LIMIT_MS;
    while (!has_account(cluster_id) && left_ms > 0 && poll(&fd, 1, LOOK_MS) == 0)
        left_ms -= LOOK_MS;
    if (!has_account(cluster_id)) {
        kill(child.pid, SIGKILL);
        waitpid(child.pid, NULL, 0);
        fail_msg("the program has no account");
    }
    return child;
}

/* The ID of a cluster outside. */
static void id_of_cluster(const char *const *settings, char *out, size_t cap)
{
    struct flow *flow = flow_start(FLOW_RUN(0), settings);
    flow_wait_up(flow);
    snprintf(out, cap, "%s", flow->snap->cluster->id);
    assert_string_not_equal(out, "");
    flow_close(flow);
}

static void test_twenty_kills(void **state)
{
    (void)state;
    enum { KILLS = 20 };
    char dir[600];
    uint64_t random = 20261123;
    snprintf(dir, sizeof dir, "pintop.state.dir=%s", scratch_path("state"));
    const char *const run[] = {"-b",     "embedded", "-X", dir, "-X", "pintop.sink.rotate.ms=200",
                               "--rate", "20000",    NULL};
    for (int i = 0; i < KILLS; i++) {
        /* Half of them at any moment, also before there is an account; the others while records
         * flow, however long a loaded machine takes to start. */
        struct child child = i % 2 == 0 ? spawn(run) : spawn_with_account(run, "embedded");
        kill_after(child, (int)(test_random(&random) % 1800));
        if (i % 5 == 4 && has_account("embedded"))
            flow_check_audit(FLOW_NONE, (int64_t)(i + 1) * (32768 + 20000));
    }
    run_to_its_end((const char *const[]){"-b", "embedded", "-X", dir, "--rate", "max", "--count",
                                         "40000", NULL});
    struct pt_audit audit = flow_audit(FLOW_NONE, PT_AUDIT_SINK);
    for (int i = 0; i < PT_STREAMS; i++) {
        /* More than the last run generates: the killed runs delivered records, too. */
        assert_true(audit.streams[i].present > 40000);
        assert_int_equal(audit.streams[i].beyond, 0);
    }
    flow_check_audit(FLOW_NONE, (int64_t)KILLS * (32768 + 20000));
}

/* The cluster outlives the program, and the window is so small that each run generates more
 * records than it may double. */
static void test_kills_on_a_cluster(void **state)
{
    (void)state;
    enum { KILLS = 5, WINDOW = 256, RATE = 1500 };
    char dir[600], id[64] = "";
    uint64_t random = 7;
    int64_t doubled[PT_STREAMS] = {0};
    struct embedded *cluster =
        flow_cluster((const char *const[]){"demo.pin", "demo.geo", "demo.user", NULL}, 3);
    const char *const *settings = FLOW_SET(flow_servers(cluster), "pintop.stream.window=256");
    snprintf(dir, sizeof dir, "pintop.state.dir=%s", scratch_path("state"));
    const char *const run[] = {
        "-b", cluster->bootstrap,         "-X",     dir,    "-X", "pintop.user.id=demo",
        "-X", "pintop.stream.window=256", "--rate", "1500", NULL};
    id_of_cluster(settings, id, sizeof id);
    for (int i = 0; i < KILLS; i++) {
        kill_after(spawn_with_account(run, id), 1200 + (int)(test_random(&random) % 1800));
        struct pt_audit audit = flow_audit(settings, PT_AUDIT_TOPIC);
        for (int s = 0; s < PT_STREAMS; s++) {
            const struct pt_audit_stream *out = &audit.streams[s];
            if (out->missing || out->foreign || out->doubled - doubled[s] > WINDOW + 2 * RATE)
                fail_msg("kill %d, %s: missing %lld foreign %lld doubled %lld after %lld", i,
                         out->name, (long long)out->missing, (long long)out->foreign,
                         (long long)out->doubled, (long long)doubled[s]);
            doubled[s] = out->doubled;
        }
    }
    struct flow *flow =
        flow_start(FLOW_STREAM(4000), FLOW_SET(flow_servers(cluster), "pintop.stream.rate=max"));
    assert_string_equal(flow_run_out(flow), "count");
    flow_check_drained(flow);
    assert_true(flow_stream(flow, PT_PIN)->first_index > RATE);
    assert_string_equal(flow->snap->cluster->id, id);
    flow_close(flow);
    flow_check_audit(settings, (int64_t)KILLS * (WINDOW + 2 * RATE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_twenty_kills, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_kills_on_a_cluster, flow_setup, flow_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
