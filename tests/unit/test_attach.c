/* The server of an engine, against clients that are not pintops: strangers, too many, slow ones,
 * and ones that say anything. The engine behind it is a snapshot. */
#include <errno.h>
#include <sys/wait.h>

#include "attach_host.h"

enum { STRANGER = 65534, BIG = 3 << 20 };

/* ---- the socket ---- */

static void the_socket_is_the_users_own(void **state)
{
    struct stat st;
    (void)state;
    mode_t mask = umask(0);
    must_serve();
    umask(mask);
    assert_int_equal(stat(scratch_path("engine.sock"), &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0600);
    attach_server_stop(host.server, "again");
    host.server = NULL;
    assert_int_equal(stat(scratch_path("engine.sock"), &st), -1);
}

static void a_dead_ones_socket_is_replaced(void **state)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    (void)state;
    snprintf(at.sun_path, sizeof at.sun_path, "%s/engine.sock", scratch_dir);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    close(fd);
    must_serve();
    struct stranger one = stranger_greeted();
    stranger_done(&one);
}

static void another_file_of_that_name_is_left_alone(void **state)
{
    struct pt_error err;
    (void)state;
    scratch_put("engine.sock", "somebody's");
    assert_int_equal(host_serve(scratch_dir, &err), PT_EEXISTS);
    assert_non_null(strstr(err.what, "it is no socket"));
    char *text = scratch_get("engine.sock");
    assert_string_equal(text, "somebody's");
    free(text);
}

static void a_long_path_is_no_obstacle(void **state)
{
    char dir[500], own[600], deep[] = "directory_of_forty_bytes_without_a_space";
    struct pt_error err = {0};
    struct pt_link link;
    const struct pt_run run = {.has_connectors = true};
    (void)state;
    snprintf(dir, sizeof dir, "%s", scratch_dir);
    for (int i = 0; i < 4; i++) {
        snprintf(dir + strlen(dir), sizeof dir - strlen(dir), "/%s", deep);
        assert_int_equal(mkdir(dir, 0700), 0);
    }
    snprintf(own, sizeof own, "pintop.state.dir=%s", dir);
    const char *const settings[] = {"bootstrap.servers=embedded", own};
    const struct pt_config_args args = {.settings = settings, .n_settings = 2};
    pt_config_free(host.cfg);
    assert_int_equal(pt_config_load(&args, &host.cfg, &err), PT_OK);
    if (host_serve(dir, &err) != PT_OK)
        fail_msg("%s", err.what);
    if (pt_attach_open(host.cfg, &run, ATTACH_WAIT_MS, &link, &err) != PT_OK)
        fail_msg("%s", err.what);
    pt_link_free(&link);
}

/* ---- who comes ---- */

static void each_says_hello_first(void **state)
{
    (void)state;
    must_serve();
    struct stranger one = stranger_new();
    stranger_says(&one, "look demo.pin\n");
    stranger_is_left(&one, "bye what came is not what a pintop says");
    stranger_done(&one);
    one = stranger_new();
    stranger_says(&one, "hello 3\n");
    stranger_is_left(&one, "bye it speaks another protocol");
    stranger_done(&one);
    one = stranger_new(); /* and one that says nothing */
    stranger_is_left(&one, "");
    stranger_done(&one);
}

static void the_seventeenth_is_told(void **state)
{
    struct stranger all[ATTACH_CLIENTS_MAX];
    (void)state;
    must_serve();
    for (int i = 0; i < ATTACH_CLIENTS_MAX; i++)
        all[i] = stranger_greeted();
    struct stranger late = stranger_new();
    stranger_is_left(&late, "bye 16 screens are attached already");
    stranger_done(&late);
    stranger_done(&all[3]);
    /* Its place becomes free as soon as the server has seen it go. */
    for (bool is_in = false; !is_in;) {
        late = stranger_new();
        stranger_says(&late, "hello 2\n");
        stranger_hears(&late, "\n");
        is_in = strncmp(late.text, "hello 2 ", 8) == 0;
        if (!is_in)
            stranger_done(&late);
    }
    stranger_done(&late);
    for (int i = 0; i < ATTACH_CLIENTS_MAX; i++)
        if (i != 3)
            stranger_done(&all[i]);
}

/* As the other user, who cannot even open the socket; and if he could. */
static int as_a_stranger(void)
{
    char text[300] = "";
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, "%s/engine.sock", scratch_dir);
    if (setgid(STRANGER) != 0 || setuid(STRANGER) != 0)
        return 3;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        return errno == EACCES ? 1 : 4;
    ssize_t n = recv(fd, text, sizeof text - 1, MSG_WAITALL);
    return n > 0 && strstr(text, "bye this engine belongs to the user with uid 0, and you are uid "
                                 "65534") != NULL
               ? 2
               : 5;
}

static int stranger_status(void)
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(as_a_stranger());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void another_user_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("not root: nobody else can be played here\n");
        skip();
    }
    must_serve();
    assert_int_equal(chmod(scratch_dir, 0755), 0);
    assert_int_equal(stranger_status(), 1);
    assert_int_equal(chmod(scratch_path("engine.sock"), 0666), 0);
    assert_int_equal(stranger_status(), 2);
    assert_int_equal(chown(scratch_path("engine.sock"), 0, 0), 0);
}

/* ---- what they say ---- */

static void garbage_is_answered_once(void **state)
{
    static const char *const lines[] = {
        "GET / HTTP/1.1\n",
        "\n",
        "command\n",
        "command x {}\n",
        "command 4294967297\n",
        "command 12 5 {\"api\":1,\"command\":\"start\"}\n", /* an ID that is not its own */
        "stop\n",
        "stop 5 -7 why\n",
        "stop 5 600001 why\n",              /* longer than any stop may take */
        "stop 5 9223372036854775807 why\n", /* in microseconds more than a number holds */
        "stop -5 0 why\n",                  /* a time that is none */
        "ping\n",
        "hello 2\n", /* twice */
        "look",      /* cut off: nothing happens */
    };
    (void)state;
    must_serve();
    for (size_t i = 0; i + 1 < sizeof lines / sizeof *lines; i++) {
        struct stranger one = stranger_greeted();
        stranger_says(&one, lines[i]);
        stranger_is_left(&one, "bye what came is not what a pintop says");
        stranger_done(&one);
    }
    struct stranger nul = stranger_greeted();
    say_bytes(&nul, "lo\0ok\n", 6);
    stranger_is_left(&nul, "bye what came is not");
    stranger_done(&nul);
    assert_int_equal(atomic_load(&host.n_commands), 0);
    assert_int_equal(atomic_load(&host.n_stops), 0);
    struct stranger good = stranger_greeted();
    stranger_says(&good, "look demo.pin\n");
    until(&host.n_seen, 1);
    stranger_done(&good);
}

static void a_line_has_a_limit(void **state)
{
    char *line = malloc(BIG);
    (void)state;
    must_serve();
    memset(line, 'x', BIG);
    struct stranger one = stranger_greeted();
    say_bytes(&one, line, BIG);
    stranger_is_left(&one, "bye a line is longer than 1 MiB");
    stranger_done(&one);
    free(line);
}

static int64_t own_id(const struct stranger *one)
{
    assert_memory_equal(one->text, "hello 2 ", 8);
    return strtoll(one->text + 8, NULL, 10);
}

static void commands_are_submitted_or_refused(void **state)
{
    char line[600];
    const struct pt_command cmd = {.kind = PT_CMD_START, .streams = 1};
    char *json = pt_command_json(&cmd);
    (void)state;
    must_serve();
    struct stranger one = stranger_greeted(), other = stranger_greeted();
    assert_true(own_id(&one) != own_id(&other));
    snprintf(line, sizeof line, "command %lld 77 %s\n", (long long)own_id(&one) + 1, json);
    stranger_says(&one, line);
    until(&host.n_commands, 1);
    assert_true(atomic_load(&host.last_id) == (uint64_t)own_id(&one) + 1);
    assert_int_equal(atomic_load(&host.asked_ms), 77);
    atomic_store(&host.is_refusing, true);
    stranger_says(&one, line);
    stranger_hears(&one, "256 commands are waiting");
    snprintf(line, sizeof line, "command %lld 78 {\"api\":1}\n", (long long)own_id(&one) + 2);
    stranger_says(&one, line);
    stranger_hears(&one, "it names no command");
    assert_int_equal(atomic_load(&host.n_commands), 2);
    stranger_says(&one, "stop 79 0 for \x1b[31mred\n");
    until(&host.n_stops, 1);
    assert_int_equal(atomic_load(&host.asked_ms), 79);
    snprintf(line, sizeof line, "pintop %d: for \\x1b[31mred", (int)getpid());
    assert_string_equal(host.why, line);
    free(json);
    stranger_done(&one);
    stranger_done(&other);
}

/* What an engine that is gone has refused is no answer to a command for the next one. */
static void the_next_engine_has_other_ids(void **state)
{
    (void)state;
    must_serve();
    struct stranger one = stranger_greeted();
    int64_t first = own_id(&one), begun_ms = clock_real_ms();
    attach_server_stop(host.server, "again");
    while (clock_real_ms() == begun_ms)
        ;
    must_serve();
    struct stranger other = stranger_greeted();
    assert_true(own_id(&other) != first);
    stranger_done(&one);
    stranger_done(&other);
}

static void what_they_look_at_is_joined(void **state)
{
    (void)state;
    must_serve();
    struct stranger one = stranger_greeted(), other = stranger_greeted();
    stranger_says(&one, "look a.pin a.geo\n");
    until(&host.n_seen, 2);
    stranger_says(&other, "look b.user\n");
    until(&host.n_seen, 3);
    assert_true(host_sees("a.geo "));
    stranger_done(&one);
    until(&host.n_seen, 1);
    assert_true(host_sees("b.user "));
    assert_false(host_sees("a.geo "));
    stranger_done(&other);
    until(&host.n_seen, 0);
}

/* ---- who is slow ---- */

/* It gets fewer snapshots, and those whole: the newest at its next turn. */
/* Its topics are watched as soon as the engine can do so. */
static void what_one_looks_at_waits_for_the_boot(void **state)
{
    (void)state;
    atomic_store(&host.is_booting, true);
    must_serve();
    struct stranger one = stranger_greeted();
    stranger_says(&one, "look demo.pin\n");
    until(&host.has_looked, 1);
    assert_int_equal(atomic_load(&host.n_seen), 0);
    atomic_store(&host.is_booting, false);
    host_publish("up", 10);
    until(&host.n_seen, 1);
    stranger_done(&one);
}

static void a_slow_client_gets_fewer(void **state)
{
    (void)state;
    host.stall_ms = ATTACH_WAIT_MS; /* it is not dropped for it */
    must_serve();
    struct stranger one = stranger_greeted();
    for (int i = 0; i < 50; i++)
        host_publish(i == 49 ? "the newest" : "in between", 60 * 1024);
    stranger_hears(&one, "the newest");
    int n = 0;
    for (const char *at = one.text; (at = strstr(at, "\nsnapshot ")) != NULL; at++)
        n++;
    assert_in_range(n, 2, 51);
    stranger_done(&one);
}

static void one_that_takes_nothing_is_dropped(void **state)
{
    (void)state;
    must_serve();
    struct stranger slow = stranger_greeted(), quick = stranger_greeted();
    host_publish("too large for a socket's buffer", BIG);
    stranger_hears(&quick, "too large for a socket's buffer");
    host_publish("after it", 10);
    stranger_hears(&quick, "after it");
    /* It has its first bytes, and then the end, although nothing was said to it. */
    struct pollfd fd = {.fd = slow.fd, .events = POLLRDHUP};
    assert_int_equal(poll(&fd, 1, ATTACH_WAIT_MS), 1);
    host_publish("later", 10);
    stranger_hears(&quick, "later");
    stranger_done(&slow);
    stranger_done(&quick);
}

/* ---- what pintop itself makes of it ---- */

static void a_refused_command_is_its_result(void **state)
{
    struct pt_link link;
    struct pt_error err = {0};
    const struct pt_run run = {.has_connectors = true};
    const struct pt_command cmd = {.kind = PT_CMD_START, .streams = 1};
    uint64_t id = 0;
    bool is_there = false;
    (void)state;
    must_serve();
    assert_int_equal(pt_attach_open(host.cfg, &run, ATTACH_WAIT_MS, &link, &err), PT_OK);
    atomic_store(&host.is_refusing, true);
    assert_int_equal(pt_link_submit(&link, &cmd, &id, &err), PT_OK);
    while (!is_there) {
        struct pollfd fd = {.fd = pt_link_wake_fd(&link), .events = POLLIN};
        assert_int_equal(poll(&fd, 1, ATTACH_WAIT_MS), 1);
        const struct pt_snapshot *snap = pt_link_acquire(&link);
        for (size_t i = 0; i < snap->completed->n_results; i++)
            is_there = is_there || (snap->completed->results[i]->id == id &&
                                    snap->completed->results[i]->error.code == PT_EBUSY);
        pt_snapshot_release(snap);
    }
    pt_link_free(&link);
}

/* The link's next snapshot, to be released. */
static const struct pt_snapshot *next_of(const struct pt_link *link)
{
    struct pollfd fd = {.fd = pt_link_wake_fd(link), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, ATTACH_WAIT_MS), 1);
    return pt_link_acquire(link);
}

static struct pt_link must_attach(void)
{
    struct pt_link link;
    struct pt_error err = {0};
    const struct pt_run run = {.has_connectors = true};
    if (pt_attach_open(host.cfg, &run, ATTACH_WAIT_MS, &link, &err) != PT_OK)
        fail_msg("%s", err.what);
    return link;
}

/* What was well is unknown as soon as its engine is gone, whoever reads the verdict. */
static void the_verdict_of_one_that_is_gone_is_unknown(void **state)
{
    char text[120];
    (void)state;
    must_serve();
    struct pt_link link = must_attach();
    const struct pt_snapshot *snap = pt_link_acquire(&link);
    assert_int_equal(snap->session->verdict, PT_V_OK);
    attach_server_stop(host.server, "the engine has stopped");
    host.server = NULL;
    while (snap->session->link != PT_LINK_GONE) {
        pt_snapshot_release(snap);
        snap = next_of(&link);
    }
    const struct pt_session_section *session = snap->session;
    assert_int_equal(session->verdict, PT_V_UNKNOWN);
    assert_true(session->verdict_since_ms == session->link_since_ms);
    snprintf(text, sizeof text, "the engine (pintop %d) is gone", (int)getpid());
    assert_string_equal(session->verdict_text, text);
    assert_string_equal(session->verdict_detail,
                        "What is shown is from 2026-11-30T10:00:00Z. Start another: "
                        "`pintop engine`.");
    pt_snapshot_release(snap);
    pt_link_free(&link);
}

#define ATTACH_TEST(name) cmocka_unit_test_setup_teardown(name, attach_setup, attach_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACH_TEST(the_socket_is_the_users_own),
        ATTACH_TEST(a_dead_ones_socket_is_replaced),
        ATTACH_TEST(another_file_of_that_name_is_left_alone),
        ATTACH_TEST(a_long_path_is_no_obstacle),
        ATTACH_TEST(each_says_hello_first),
        ATTACH_TEST(the_seventeenth_is_told),
        ATTACH_TEST(another_user_is_refused),
        ATTACH_TEST(garbage_is_answered_once),
        ATTACH_TEST(a_line_has_a_limit),
        ATTACH_TEST(commands_are_submitted_or_refused),
        ATTACH_TEST(the_next_engine_has_other_ids),
        ATTACH_TEST(what_they_look_at_is_joined),
        ATTACH_TEST(what_one_looks_at_waits_for_the_boot),
        ATTACH_TEST(a_slow_client_gets_fewer),
        ATTACH_TEST(one_that_takes_nothing_is_dropped),
        ATTACH_TEST(a_refused_command_is_its_result),
        ATTACH_TEST(the_verdict_of_one_that_is_gone_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
