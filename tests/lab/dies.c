/* Preloaded into a program that changes files, or Kafka: it dies at one of its changes, as if by
 * kill -9.
 *
 * DIES_AT    the change at whose beginning it dies: the first one is 1
 * DIES_PATH  only changes of files whose path has this in it count, or, for "topic", the topics
 * that are created
 *
 * A change is one call of write, fsync, fchmod, rename, link, linkat or unlink, or of librdkafka's
 * CreateTopics. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_int changes;

static void count(const char *path)
{
    const char *at = getenv("DIES_AT"), *part = getenv("DIES_PATH");
    if (at == NULL || part == NULL || path == NULL || strstr(path, part) == NULL)
        return;
    if (atomic_fetch_add(&changes, 1) + 1 == (int)strtol(at, NULL, 10))
        kill(getpid(), SIGKILL);
}

/* A file without a name has that of its directory, and a number. */
static void count_fd(int fd)
{
    char own[64], path[4096];
    snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(own, path, sizeof path - 1);
    if (len <= 0)
        return;
    path[len] = '\0';
    count(path);
}

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))

ssize_t write(int fd, const void *data, size_t len)
{
    count_fd(fd);
    return REAL(ssize_t(*)(int, const void *, size_t), "write")(fd, data, len);
}

int fsync(int fd)
{
    count_fd(fd);
    return REAL(int (*)(int), "fsync")(fd);
}

int fchmod(int fd, mode_t mode)
{
    count_fd(fd);
    return REAL(int (*)(int, mode_t), "fchmod")(fd, mode);
}

int rename(const char *from, const char *to)
{
    count(to);
    return REAL(int (*)(const char *, const char *), "rename")(from, to);
}

int link(const char *from, const char *to)
{
    count(to);
    return REAL(int (*)(const char *, const char *), "link")(from, to);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    count(to);
    return REAL(int (*)(int, const char *, int, const char *, int), "linkat")(from_dir, from,
                                                                              to_dir, to, flags);
}

int unlink(const char *path)
{
    count(path);
    return REAL(int (*)(const char *), "unlink")(path);
}

void rd_kafka_CreateTopics(void *rk, void *topics, size_t n, const void *options, void *queue)
{
    count("topic");
    REAL(void (*)(void *, void *, size_t, const void *, void *), "rd_kafka_CreateTopics")
    (rk, topics, n, options, queue);
}
