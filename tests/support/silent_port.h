/* A port on loopback that gives no answer to whoever connects: its queue is full, and nobody takes
 * a connection from it. */
#ifndef SUPPORT_SILENT_PORT_H
#define SUPPORT_SILENT_PORT_H

enum { SILENT_CROWD = 8 };

struct silent_port {
    int fd, port;
    int crowd[SILENT_CROWD];
};

/* Takes the first free port from `first` on; fails the test when there is none. */
void silent_port_open(struct silent_port *silent, int first);
void silent_port_close(struct silent_port *silent);

#endif
