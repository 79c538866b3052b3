/* To be preloaded: a disk whose every fsync takes FSYNC_MS more, of files with FSYNC_PATH in their
 * names alone (A|B: one of both); with FSYNC_FIFO it hangs, until somebody opens that FIFO to
 * write. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int is_slow(int fd)
{
    char link[64], path[4096];
    const char *part = getenv("FSYNC_PATH");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path - 1);
    if (part == NULL || len < 0)
        return part == NULL;
    path[len] = 0;
    size_t first = strcspn(part, "|");
    return memmem(path, strlen(path), part, first) != NULL ||
           (part[first] == '|' && strstr(path, part + first + 1) != NULL);
}

int fsync(int fd)
{
    static int (*real)(int);
    const char *text = getenv("FSYNC_MS");
    long ms = text != NULL ? strtol(text, NULL, 10) : 0;
    struct timespec nap = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    if (real == NULL)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    const char *fifo = getenv("FSYNC_FIFO");
    if (is_slow(fd) && fifo != NULL)
        close(open(fifo, O_RDONLY | O_CLOEXEC));
    else if (is_slow(fd))
        nanosleep(&nap, NULL);
    return real(fd);
}
