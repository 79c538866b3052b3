#include "kafka/nudge.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVERY_MS = 2 };

static void connect_once(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    /* The outcome does not matter: the arriving connection is enough. */
    int rc = connect(fd, (const struct sockaddr *)&to, sizeof to);
    (void)rc;
    close(fd);
}

static void *nudge_run(void *arg)
{
    struct nudge *nudge = arg;
    const struct timespec nap = {.tv_nsec = EVERY_MS * 1000000L};
    pthread_setname_np(pthread_self(), "nudge");
    while (!atomic_load(&nudge->is_ending)) {
        connect_once(nudge->port);
        nanosleep(&nap, NULL);
    }
    return NULL;
}

void nudge_start(struct nudge *nudge, const char *bootstrap)
{
    const char *colon = strchr(bootstrap, ':');
    memset(nudge, 0, sizeof *nudge);
    nudge->port = colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0;
    nudge->has_thread = nudge->port && pthread_create(&nudge->thread, NULL, nudge_run, nudge) == 0;
}

void nudge_stop(struct nudge *nudge)
{
    atomic_store(&nudge->is_ending, true);
    if (nudge->has_thread)
        pthread_join(nudge->thread, NULL);
    nudge->has_thread = false;
}
