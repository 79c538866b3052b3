/* signal_thread PID NAME SIGNAL: send a signal to the first thread of that process whose name
 * begins so (/proc/PID/task/N/comm); exit status 1 when there is none. kill(2) cannot: it lets the
 * kernel choose. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int has_name(long pid, long thread, const char *name)
{
    char path[80], comm[32] = "";
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/comm", pid, thread);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fgets(comm, sizeof comm, file) == NULL)
        comm[0] = '\0';
    fclose(file);
    return strncmp(comm, name, strlen(name)) == 0;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    long pid = strtol(argv[1], NULL, 10), number = strtol(argv[3], NULL, 10);
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/task", pid);
    DIR *tasks = opendir(path);
    const struct dirent *task;
    while (tasks != NULL && (task = readdir(tasks)) != NULL) {
        long thread = strtol(task->d_name, NULL, 10);
        if (thread <= 0 || !has_name(pid, thread, argv[2]))
            continue;
        closedir(tasks);
        return syscall(SYS_tgkill, pid, thread, number) == 0 ? 0 : 1;
    }
    if (tasks != NULL)
        closedir(tasks);
    return 1;
}
