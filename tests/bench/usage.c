/* Run a command and write what it cost, as one line, into a file: usage FILE COMMAND…
 * The line: wall seconds, user and system CPU seconds, peak RSS in KiB, exit status. Its standard
 * streams are ours. CPU and RSS are wait4's: the whole process with all its threads. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double seconds(struct timeval tv)
{
    return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    struct rusage ru;
    double start_s;
    FILE *out;
    pid_t pid;
    int status, exit_status;

    if (argc < 3) {
        fprintf(stderr, "usage FILE COMMAND...\n");
        return 2;
    }
    start_s = now_s();
    pid = fork();
    if (pid == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &ru) != pid) {
        perror("usage");
        return 1;
    }
    exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    out = fopen(argv[1], "we");
    if (!out ||
        fprintf(out, "%.6f %.6f %.6f %ld %d\n", now_s() - start_s, seconds(ru.ru_utime),
                seconds(ru.ru_stime), ru.ru_maxrss, exit_status) < 0 ||
        fclose(out) != 0) {
        perror(argv[1]);
        return 1;
    }
    return exit_status;
}
