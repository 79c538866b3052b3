/* Tells a service manager how this process is doing: systemd's sd_notify protocol, which is one
 * datagram to the socket that $NOTIFY_SOCKET names. */
#ifndef CLI_NOTIFY_H
#define CLI_NOTIFY_H

#include <stdbool.h>

/* Sends lines such as "READY=1\nSTATUS=…"; never waits. Returns false when nobody asked for them
 * ($NOTIFY_SOCKET is not set), or when they could not be sent. */
bool notify_send(const char *lines);

struct cli;
struct pt_error;
/* What an engine that was started apart (cli/detach.h) says when it serves. */
#define NOTIFY_READY "ready"
/* Tells whoever started it and waits that it serves (err NULL), or why it cannot. Where nobody
 * waits it does nothing. */
void notify_starter(struct cli *cli, const struct pt_error *err);

#endif
