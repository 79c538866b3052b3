#include "silent_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SILENT_PORTS = 4000 };

void silent_port_open(struct silent_port *silent, int first)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    silent->port = first - 1;
    silent->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    do {
        assert_true(silent->port < first + SILENT_PORTS);
        at.sin_port = htons((uint16_t)++silent->port);
    } while (bind(silent->fd, (struct sockaddr *)&at, sizeof at) != 0);
    assert_int_equal(listen(silent->fd, 0), 0);
    for (int i = 0; i < SILENT_CROWD; i++) {
        silent->crowd[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        int rc = connect(silent->crowd[i], (struct sockaddr *)&at, sizeof at);
        (void)rc; /* in progress */
    }
}

void silent_port_close(struct silent_port *silent)
{
    for (int i = 0; i < SILENT_CROWD; i++)
        close(silent->crowd[i]);
    close(silent->fd);
}
