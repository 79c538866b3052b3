#include "keypair_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

/* What AWS says here. local_aws keeps no copy, and its thread may still be at the one before. */
enum { SAID = 8 };
static char pairs_said[SAID][4096], parameter_said[SAID][16384];
static int n_pairs, n_parameters;

void keypair_room_pair(const char *name, const char *id, const char *fingerprint)
{
    char *said = pairs_said[n_pairs++ % SAID];
    snprintf(said, sizeof pairs_said[0], KEYPAIR_PAIRS(KEYPAIR_PAIR("%s", "%s", "%s")), id, name,
             fingerprint);
    local_aws_say(&aws_room, "DescribeKeyPairs", 200, said);
}

void keypair_room_parameter(const char *file, const char *type)
{
    char *text = scratch_get(file), *said = parameter_said[n_parameters++ % SAID];
    size_t used =
        (size_t)snprintf(said, sizeof parameter_said[0],
                         "{\"Parameter\":{\"Type\":\"%s\",\"Version\":1,\"Value\":\"", type);
    assert_non_null(text);
    for (const char *at = text; *at != '\0'; at++) {
        assert_true(used + 16 < sizeof parameter_said[0]);
        if (*at == '\n')
            said[used++] = '\\';
        said[used++] = *at == '\n' ? 'n' : *at;
    }
    snprintf(said + used, sizeof parameter_said[0] - used, "\"}}");
    free(text);
    local_aws_say(&aws_room, "AmazonSSM.GetParameter", 200, said);
}

const char *keypair_room_created(const char *file)
{
    const char *said =
        shell("openssl pkcs8 -topk8 -nocrypt -in %s -outform DER | openssl sha1 -c", file);
    return strrchr(said, ' ') + 1;
}

/* The key is made once. */
void keypair_room_well(void)
{
    static char *key, print[80];
    doctor_room_well();
    if (key == NULL) {
        shell("openssl genrsa -traditional -out stored 2048");
        key = scratch_get("stored");
        snprintf(print, sizeof print, "%s", keypair_room_created("stored"));
    }
    scratch_put("stored", key);
    keypair_room_pair("0a1b-key", "key-01", print);
    keypair_room_parameter("stored", "SecureString");
}

/* ------------------------------------------------------------------ killed */

enum { KILLS = 24 };

extern char **environ;

bool keypair_room_is_killed(int argc, char **argv)
{
    if (argc != 5 || strcmp(argv[1], "killed") != 0)
        return false;
    aws_room.port = (int)strtol(argv[2], NULL, 10);
    doctor_room_fix(argv[3], AWS_ROOM_SET(argv[4]), "");
    return true;
}

static pid_t killed_start(const char *id, const char *setting)
{
    char port[16];
    const char *const words[] = {"/proc/self/exe", "killed", port, id, setting, NULL};
    pid_t pid;
    posix_spawn_file_actions_t actions;
    snprintf(port, sizeof port, "%d", aws_room.port);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    assert_int_equal(
        posix_spawn(&pid, words[0], &actions, NULL, (char *const *)(uintptr_t)words, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

void keypair_room_kill(const char *id, const char *setting, void (*begin)(void), void (*look)(void))
{
    begin();
    int64_t start_us = clock_mono_us();
    int status = 0;
    waitpid(killed_start(id, setting), &status, 0);
    assert_int_equal(status, 0);
    int64_t whole_us = clock_mono_us() - start_us;
    look();
    for (int i = 1; i <= KILLS; i++) {
        begin();
        pid_t pid = killed_start(id, setting);
        usleep((useconds_t)(whole_us * i / KILLS));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        look();
        if (doctor_room_check(id, AWS_ROOM_SET(setting))->state != PT_CHECK_OK)
            assert_int_equal(doctor_room_fix(id, AWS_ROOM_SET(setting), "")->state, PT_CHECK_OK);
        look();
    }
}
