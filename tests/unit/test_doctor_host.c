/* The checks of the EC2 host: what EC2 says of it, and SSH against a real sshd on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keypair_room.h"

#define PLAIN AWS_ROOM_SET(NULL)
#define INSTANCE(id, name, state, key, more)                                                       \
    "<item><instancesSet><item><instanceId>" id "</instanceId><instanceState><name>" state         \
    "</name></instanceState><keyName>" key "</keyName><tagSet><item><key>Name</key><value>" name   \
    "</value></item></tagSet>" more "</item></instancesSet></item>"
#define PUBLIC "<dnsName>ec2-1-2-3-4.amazonaws.com</dnsName><ipAddress>1.2.3.4</ipAddress>"

extern char **environ;

/* ---- which instance it is ---- */

static void what_ec2_says_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *items;
        enum pt_check_state state;
        const char *evidence, *fix;
    } rows[] = {
        {INSTANCE("i-1",                                            "0a1b",                     "running",                                                         "0a1b-key",                                                                                                                                 PUBLIC), PT_CHECK_OK,
         "i-1 (0a1b) is running, key pair 0a1b-key: ec2-1-2-3-4.amazonaws.com", NULL},
        {INSTANCE("i-1",                                              "0a1b",                 "stopped",                                                                              "0a1b-key",                                                                                                                                                                                                                        ""), PT_CHECK_FAIL, "i-1 (0a1b) is stopped",
         "aws ec2 start-instances --instance-ids i-1 --region eu-west-1"},
        {INSTANCE("i-1",      "0a1b",       "stopping","0a1b-key",""), PT_CHECK_FAIL, "is stopping", "Wait"},
        {INSTANCE("i-1",                                  "0a1b",                       "pending",                                                                                        "0a1b-key",                                                                                                                                                                                                                     PUBLIC), PT_CHECK_FAIL, "is just starting",
         "Wait"},
        {INSTANCE("i-1",                                               "0a1b",                                                         "dreaming",                                                                                                                                       "0a1b-key",                                                                                                                                                                                                                                                                                                                                                                    PUBLIC), PT_CHECK_UNKNOWN,
         "a state that pintop does not know: dreaming", "EC2 > Instances"},
        {INSTANCE("i-1",                                                   "0a1b",                                                                             "",                                                                                                                                 "0a1b-key",                                                                                                                                                                                                                                    PUBLIC), PT_CHECK_UNKNOWN,
         "a state that AWS does not report", "EC2 > Instances"},
        {INSTANCE("i-1",                                               "0a1b",                                                                  "running",                               "other",PUBLIC), PT_CHECK_FAIL,
         "launched with the key pair other, and yours is 0a1b-key", "pintop.keypair.parameter"},
        {INSTANCE("i-1",                                                         "0a1b",                                                                      "running",                                                                                   "",                                                                                                                                                           PUBLIC), PT_CHECK_FAIL,
         "launched without a key pair", "Session Manager"},
        {INSTANCE("i-1",                                                  "0a1b",                                                            "running",                                                                                                            "0a1b-key",                                                                                                                                                                                                                                     ""), PT_CHECK_WARN,
         "no public name or address", "VPC"},
        {INSTANCE("i-1",                                            "0a1b",              "running", "0a1b-key", "<ipAddress>1.2.3.4</ipAddress>"),
         PT_CHECK_OK, "1.2.3.4", NULL},
        {INSTANCE("i-1",                                         "0a1b",                                                    "terminated",                                                                                                    "0a1b-key",                                                                                                                                                                                                                                              "")
             INSTANCE("i-2", "0a1b", "running", "0a1b-key", PUBLIC),
         PT_CHECK_OK, "i-2 (0a1b)", NULL},
        {INSTANCE("i-1",     "0a1b","terminated","0a1b-key",                                                                                                                                                                                  ""), PT_CHECK_FAIL,
         "no EC2 instance in eu-west-1", "pintop.ssh.host"},
        {INSTANCE("i-1", "0a1b", "running",                                                                  "0a1b-key",                                                                                                                                                                                               PUBLIC)
             INSTANCE("i-2", "0a1b", "running", "0a1b-key", PUBLIC),
         PT_CHECK_FAIL, "2 EC2 instances may be the host: i-1 (0a1b, running), i-2 (0a1b, running)",
         "pintop.ssh.host"},
        {INSTANCE("i-1",                                                "0a1b",   "stopped","0a1b-key","")
             INSTANCE("i-2", "0a1b", "running", "0a1b-key", PUBLIC),
         PT_CHECK_WARN, "pintop takes i-2, the only one that runs", "pintop.ssh.host"},
        {"",                                        PT_CHECK_FAIL,                                                                  "or was launched with the key pair 0a1b-key",                                                                                                                      "region"                                                                                                                                                                                                        },
    };
    static char answers[sizeof rows / sizeof *rows][2048];
    keypair_room_well();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(answers[i], sizeof answers[i], KEYPAIR_HOSTS("%s"), rows[i].items);
        local_aws_say(&aws_room, "DescribeInstances", 200, answers[i]);
        doctor_room_says("ec2.instance", PLAIN, rows[i].state, rows[i].evidence, rows[i].fix);
    }
}

static void denials_and_garbage_are_told(void **state)
{
    (void)state;
    keypair_room_well();
    local_aws_say(&aws_room, "DescribeInstances", 403, KEYPAIR_DENIED_XML("ec2:DescribeInstances"));
    doctor_room_says("ec2.instance", PLAIN, PT_CHECK_UNKNOWN, "needs ec2:DescribeInstances",
                     "AWS console, EC2 > Instances");
    doctor_room_says("ec2.ssh", PLAIN, PT_CHECK_UNKNOWN, "needs ec2.instance, which is not known",
                     NULL);
    local_aws_say(&aws_room, "DescribeInstances", 200, "<broken");
    doctor_room_says("ec2.instance", PLAIN, PT_CHECK_FAIL, "DescribeInstances", "");
}

static void a_pair_that_is_not_known_is_said(void **state)
{
    (void)state;
    keypair_room_well();
    local_aws_say(&aws_room, "DescribeKeyPairs", 403, KEYPAIR_DENIED_XML("ec2:DescribeKeyPairs"));
    local_aws_say(&aws_room, "DescribeParameters", 400, KEYPAIR_DENIED("ssm:DescribeParameters"));
    local_aws_say(&aws_room, "DescribeInstances", 200,
                  KEYPAIR_HOSTS(INSTANCE("i-1", "0a1b", "running", "k", PUBLIC)));
    doctor_room_says("ec2.instance", PLAIN, PT_CHECK_WARN, "which key pair is yours is not known",
                     "keypair.parameter");
}

/* Asked by what the setting is. */
static void the_host_that_is_set_is_looked_for(void **state)
{
    (void)state;
    static const struct {
        const char *set, *filter;
    } rows[] = {
        {"pintop.ssh.host=i-0abc",              "Filter.1.Name=instance-id&Filter.1.Value.1=i-0abc"         },
        {"pintop.ssh.host=1.2.3.4:2222",        "Filter.1.Name=ip-address&Filter.1.Value.1=1.2.3.4"         },
        {"pintop.ssh.host=10.0.0.9",            "Filter.1.Name=private-ip-address&Filter.1.Value.1=10.0.0.9"},
        {"pintop.ssh.host=ec2-1.amazonaws.com",
         "Filter.1.Name=dns-name&Filter.1.Value.1=ec2-1.amazonaws.com"                                      },
        {"pintop.ssh.host=[2001:db8::1]:22",    "ipv6-address&Filter.1.Value.1=2001%3Adb8%3A%3A1"           },
        {"pintop.ssh.host=2001:db8::2",         "ipv6-address&Filter.1.Value.1=2001%3Adb8%3A%3A2"           },
    };
    keypair_room_well();
    local_aws_say(&aws_room, "DescribeInstances", 200, KEYPAIR_HOSTS(""));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        doctor_room_says("ec2.instance", AWS_ROOM_SET(rows[i].set), PT_CHECK_WARN,
                         "and no EC2 instance in eu-west-1 has that name or address",
                         "Correct pintop.ssh.host");
        if (local_aws_count(&aws_room, rows[i].filter) != 1)
            fail_msg("%s: not asked by %s", rows[i].set, rows[i].filter);
    }
}

/* ---- sshd ---- */

static pid_t sshd;
static int sshd_port;

static int listen_on_loopback(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static const char *user_here(void)
{
    static char user[64];
    snprintf(user, sizeof user, "%s", shell("id -un"));
    return user;
}

/* The key `stored` opens this user's login, with `options` before it in authorized_keys. */
static void start_sshd(const char *options)
{
    char config[512];
    const char *const words[] = {"/usr/sbin/sshd", "-D", "-e", "-f", config, NULL};
    posix_spawn_file_actions_t actions;
    shell(
        "chmod 600 stored && { printf '%%s' '%s'; ssh-keygen -y -f stored; } >authorized && rm -f "
        "host host.pub && ssh-keygen -q -t ed25519 -N '' -f host",
        options);
    close(listen_on_loopback(&sshd_port));
    snprintf(config, sizeof config, "%s", scratch_path("sshd_config"));
    shell("printf 'Port %d\\nListenAddress 127.0.0.1\\nHostKey %%s/host\\nAuthorizedKeysFile "
          "%%s/authorized\\nStrictModes no\\nUsePAM no\\nPasswordAuthentication no\\n"
          "KbdInteractiveAuthentication no\\nPermitRootLogin yes\\nPidFile none\\n' \"$PWD\" "
          "\"$PWD\" "
          ">sshd_config; [ \"$(id -u)\" != 0 ] || mkdir -p -m 755 /run/sshd",
          sshd_port);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, scratch_path("sshd.log"),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (posix_spawn(&sshd, words[0], &actions, NULL, (char *const *)(uintptr_t)words, environ) != 0)
        fail_msg("%s cannot be started: tests/deps test installs it", words[0]);
    posix_spawn_file_actions_destroy(&actions);
    shell("for i in $(seq 200); do ! grep -q 'Server listening' sshd.log || exit 0; sleep 0.05; "
          "done; "
          "cat sshd.log; exit 1");
}

static int close_room(void **state)
{
    if (sshd > 0) {
        kill(sshd, SIGTERM);
        waitpid(sshd, NULL, 0);
        sshd = 0;
    }
    return aws_room_close(state);
}

/* The host is this one, with the key at its place; settings that lead to it. */
static const char *const *lead_to(int port, const char *user)
{
    static char host[64], login[128];
    static const char *settings[3];
    snprintf(host, sizeof host, "pintop.ssh.host=127.0.0.1:%d", port);
    snprintf(login, sizeof login, "pintop.ssh.user=%s", user != NULL ? user : "");
    settings[0] = host;
    settings[1] = user != NULL ? login : NULL;
    return settings;
}

static void begin_host(void)
{
    keypair_room_well();
    local_aws_say(&aws_room, "DescribeInstances", 200,
                  KEYPAIR_HOSTS(INSTANCE("i-1", "0a1b", "running", "0a1b-key",
                                         "<ipAddress>127.0.0.1</ipAddress>")));
    shell("mkdir -p .ssh && cp stored .ssh/0a1b-key.pem && chmod 600 .ssh/0a1b-key.pem");
}

static void the_login_is_tried_and_its_command_copied(void **state)
{
    (void)state;
    char command[700];
    begin_host();
    start_sshd("");
    doctor_room_says("ec2.ssh", lead_to(sshd_port, user_here()), PT_CHECK_OK, "(SSH-2.0-OpenSSH",
                     NULL);
    const struct pt_check *check = doctor_room_check("ec2.ssh", lead_to(sshd_port, user_here()));
    snprintf(command, sizeof command, "ssh -i \"%s/.ssh/0a1b-key.pem\" -p %d %s@127.0.0.1",
             scratch_dir, sshd_port, user_here());
    assert_string_equal(check->copy, command);
    /* The command that is shown works as it is, but for the question about the host's key. */
    shell("%s -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes true "
          "</dev/null",
          command);
    assert_string_equal(shell("ls -A .ssh"), "0a1b-key.pem");
}

/* pintop.ssh.host says what EC2 may not be asked for; a host that is known to be stopped is not
 * tried. */
static void a_host_that_is_set_needs_no_right_on_ec2(void **state)
{
    (void)state;
    begin_host();
    start_sshd("");
    local_aws_say(&aws_room, "DescribeInstances", 403,
                  "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message>"
                  "</Error></Errors></Response>");
    doctor_room_says("ec2.instance", lead_to(sshd_port, user_here()), PT_CHECK_UNKNOWN,
                     "needs ec2:DescribeInstances", "AWS console, EC2 > Instances");
    doctor_room_says("ec2.ssh", PLAIN, PT_CHECK_UNKNOWN, "needs ec2.instance, which is not known",
                     NULL);
    doctor_room_says("ec2.ssh", lead_to(sshd_port, user_here()), PT_CHECK_OK, "(SSH-2.0-OpenSSH",
                     NULL);
    doctor_room_says("ec2.ssh", AWS_ROOM_SET("pintop.ssh.host=i-0123"), PT_CHECK_UNKNOWN,
                     "EC2 reports none, and pintop.ssh.host is not set", "Set pintop.ssh.host");
    local_aws_say(&aws_room, "DescribeInstances", 200,
                  KEYPAIR_HOSTS(INSTANCE("i-1", "0a1b", "stopped", "0a1b-key", "")));
    doctor_room_says("ec2.ssh", lead_to(sshd_port, user_here()), PT_CHECK_UNKNOWN,
                     "needs ec2.instance, which fails", NULL);
}

static void another_user_and_another_key_are_refused(void **state)
{
    (void)state;
    begin_host();
    start_sshd("");
    doctor_room_says("ec2.ssh", lead_to(sshd_port, NULL), PT_CHECK_FAIL,
                     "refuses the login of ec2-user", "pintop.ssh.user");
    assert_non_null(
        strstr(doctor_room_check("ec2.ssh", lead_to(sshd_port, NULL))->copy, " ec2-user@"));
    shell("ssh-keygen -q -t ed25519 -N '' -f other && cp other.pub authorized");
    doctor_room_says("ec2.ssh", lead_to(sshd_port, user_here()), PT_CHECK_FAIL,
                     "Permission denied (publickey)", "launched with this key pair");
    shell("chmod 644 .ssh/0a1b-key.pem");
    doctor_room_says("ec2.ssh", lead_to(sshd_port, user_here()), PT_CHECK_UNKNOWN,
                     "needs keypair.file: 127.0.0.1 answers", NULL);
}

/* A wrapper stands for ssh's settings: unless -F is given, ssh reads a file that names another key.
 */
static void settings_of_ssh_lead_nowhere_else(void **state)
{
    (void)state;
    char path[4096];
    begin_host();
    start_sshd("");
    shell(
        "ssh-keygen -q -t ed25519 -N '' -f other && cp other.pub authorized && chmod 600 other && "
        "printf 'Host *\\n  IdentityFile %%s/other\\n' \"$PWD\" >settings && mkdir bin && "
        "printf '#!/bin/sh\\ncase \"$*\" in *-F*) exec %%s \"$@\";; esac\\nexec %%s -F "
        "%%s/settings "
        "\"$@\"\\n' \"$(command -v ssh)\" \"$(command -v ssh)\" \"$PWD\" >bin/ssh && chmod +x "
        "bin/ssh");
    char *old = strdup(getenv("PATH"));
    snprintf(path, sizeof path, "%s:%s", scratch_path("bin"), old);
    setenv("PATH", path, 1);
    const struct pt_check *check = doctor_room_check("ec2.ssh", lead_to(sshd_port, user_here()));
    setenv("PATH", old, 1);
    free(old);
    if (check->state != PT_CHECK_FAIL || strstr(check->evidence, "Permission denied") == NULL)
        fail_msg("%s: %s", pt_check_state_word(check->state), check->evidence);
}

/* What Amazon Linux does to who logs in as root. */
static void the_user_that_the_host_wants_is_told(void **state)
{
    (void)state;
    begin_host();
    start_sshd("command=\"echo '\\''Please login as the user \\\"ec2-user\\\" rather than the user "
               "\\\"root\\\".'\\'';echo;sleep 10;exit 142\" ");
    doctor_room_says("ec2.ssh", lead_to(sshd_port, user_here()), PT_CHECK_FAIL,
                     "wants the user ec2-user", "pintop.ssh.user=ec2-user");
}

static void a_login_that_runs_nothing_is_told(void **state)
{
    (void)state;
    begin_host();
    start_sshd("command=\"echo This account is currently not available.;exit 1\" ");
    doctor_room_says("ec2.ssh", lead_to(sshd_port, user_here()), PT_CHECK_FAIL,
                     "does not run a command: This account is currently not available",
                     "the user's shell");
}

static void without_key_or_program_the_login_is_not_tried(void **state)
{
    (void)state;
    begin_host();
    start_sshd("");
    shell("rm .ssh/0a1b-key.pem");
    doctor_room_says("ec2.ssh", lead_to(sshd_port, user_here()), PT_CHECK_UNKNOWN,
                     "needs keypair.file: 127.0.0.1 answers", NULL);
    /* With a passphrase ssh cannot use it: that is not the host's refusal. */
    shell("cp stored .ssh/0a1b-key.pem && chmod 600 .ssh/0a1b-key.pem && ssh-keygen -q -p -P '' -N "
          "geheim -f .ssh/0a1b-key.pem >/dev/null");
    doctor_room_says("ec2.ssh", lead_to(sshd_port, user_here()), PT_CHECK_UNKNOWN,
                     "needs keypair.file: 127.0.0.1 answers", NULL);
    shell("rm -f .ssh/0a1b-key.pem && cp -p stored .ssh/0a1b-key.pem");
    char *path = strdup(getenv("PATH"));
    setenv("PATH", scratch_dir, 1);
    const struct pt_check *check = doctor_room_check("ec2.ssh", lead_to(sshd_port, "root"));
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(check->state, PT_CHECK_WARN);
    assert_non_null(strstr(check->evidence, "there is no program ssh"));
}

/* ---- what is no sshd ---- */

struct other_server {
    int fd;
    const char *says; /* NULL: it says nothing until its end */
    pthread_t thread;
};

static void *other_server_run(void *arg)
{
    const struct other_server *server = arg;
    int fd, held[16];
    size_t n = 0;
    while (n < 16 && (fd = accept(server->fd, NULL, NULL)) >= 0) {
        if (server->says != NULL) {
            (void)!send(fd, server->says, strlen(server->says), MSG_NOSIGNAL);
            close(fd);
        } else {
            held[n++] = fd;
        }
    }
    while (n > 0)
        close(held[--n]);
    return NULL;
}

static void other_says(const char *says, enum pt_check_state state, const char *evidence,
                       const char *fix)
{
    int port;
    struct other_server server = {.says = says};
    server.fd = listen_on_loopback(&port);
    assert_int_equal(pthread_create(&server.thread, NULL, other_server_run, &server), 0);
    doctor_room_says("ec2.ssh", lead_to(port, NULL), state, evidence, fix);
    shutdown(server.fd, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    close(server.fd);
}

static void what_is_no_ssh_is_told(void **state)
{
    (void)state;
    int port;
    begin_host();
    other_says("HTTP/1.1 400 Bad Request\r\n\r\n", PT_CHECK_FAIL,
               "answers “HTTP/1.1 400 Bad Request”", "proxy");
    other_says("SSH-1.5-old\r\n", PT_CHECK_FAIL, "answers “SSH-1.5-old”", "");
    other_says("Not allowed\x1b[2J\r\n", PT_CHECK_FAIL, "Not allowed\\x1b", "");
    other_says("", PT_CHECK_UNKNOWN, "closes it without an SSH banner", "sshd");
    other_says(NULL, PT_CHECK_UNKNOWN, "sends no SSH banner within", "Check again");
    /* Text before the banner is allowed; this one then ends. */
    other_says("Welcome\r\nSSH-2.0-x\r\n", PT_CHECK_UNKNOWN,
               "answers with SSH-2.0-x, but then: ", "ssh -v");
    close(listen_on_loopback(&port));
    doctor_room_says("ec2.ssh", lead_to(port, NULL), PT_CHECK_FAIL, "was refused", "sshd");
}

static void a_stopped_host_is_not_connected_to(void **state)
{
    (void)state;
    keypair_room_well();
    local_aws_say(&aws_room, "DescribeInstances", 200,
                  KEYPAIR_HOSTS(INSTANCE("i-1", "0a1b", "stopped", "0a1b-key", "")));
    doctor_room_says("ec2.ssh", PLAIN, PT_CHECK_UNKNOWN, "needs ec2.instance, which fails", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_ec2_says_is_told),
        TEST(denials_and_garbage_are_told),
        TEST(a_pair_that_is_not_known_is_said),
        TEST(the_host_that_is_set_is_looked_for),
        TEST(the_login_is_tried_and_its_command_copied),
        TEST(a_host_that_is_set_needs_no_right_on_ec2),
        TEST(another_user_and_another_key_are_refused),
        TEST(settings_of_ssh_lead_nowhere_else),
        TEST(the_user_that_the_host_wants_is_told),
        TEST(a_login_that_runs_nothing_is_told),
        TEST(without_key_or_program_the_login_is_not_tried),
        TEST(what_is_no_ssh_is_told),
        TEST(a_stopped_host_is_not_connected_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
