#include "recorded_run.h"

#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scratch.h"

extern char **environ;

pid_t recorded_run_spawn(void)
{
    char program[512], dir[600], rate[16];
    const char *build = getenv("PINTOP_BUILD");
    const char *const argv[] = {"pintop", "stream",           "-b",     "embedded", "-X", dir,
                                "-X",     "pintop.record=on", "--rate", rate,       NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;
    snprintf(program, sizeof program, "%s/pintop", build ? build : "build/release");
    snprintf(dir, sizeof dir, "pintop.state.dir=%s", scratch_path("state"));
    snprintf(rate, sizeof rate, "%d", RECORDED_RUN_RATE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    int rc = posix_spawn(&pid, program, &actions, NULL, (char **)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (rc != 0)
        fail_msg("%s: %s (PINTOP_BUILD names the directory of the program)", program, strerror(rc));
    return pid;
}
