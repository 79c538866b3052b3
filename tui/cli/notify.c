#include "cli/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/print.h"

enum { NOTIFY_SAYS_MAX = 2000 };

/* A path, or the name of an abstract socket, which begins with '@'. */
static bool notify_address(const char *name, struct sockaddr_un *to, socklen_t *len)
{
    size_t n = name ? strlen(name) : 0;
    if (n < 2 || n >= sizeof to->sun_path || (name[0] != '/' && name[0] != '@')) {
        return false;
    }
    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(to->sun_path, name, n);
    if (name[0] == '@') {
        to->sun_path[0] = '\0';
    }
    *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    return true;
}

bool notify_send(const char *lines)
{
    struct sockaddr_un to;
    socklen_t len;
    if (!notify_address(getenv("NOTIFY_SOCKET"), &to, &len)) {
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    size_t size = strlen(lines);
    ssize_t n = sendto(fd, lines, size, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&to, len);
    close(fd);
    return n == (ssize_t)size;
}

void notify_starter(struct cli *cli, const struct pt_error *err)
{
    char text[NOTIFY_SAYS_MAX];
    if (cli->told_fd <= 0) {
        return;
    }
    if (err) {
        print_err_text(err, text, sizeof text);
    }
    dprintf(cli->told_fd, "%s", err ? text : NOTIFY_READY);
    close(cli->told_fd);
    cli->told_fd = 0;
}
