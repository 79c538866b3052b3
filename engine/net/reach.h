/* Whether hosts and ports can be reached, step by step and timed: name, TCP, TLS. Nothing is sent
 * beyond the handshake. Thread: any that may block. */
#ifndef NET_REACH_H
#define NET_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

enum { REACH_MAX = 64 };
enum reach_step { REACH_NAME, REACH_TCP, REACH_TLS, REACH_DONE };

/* One host. Texts are in and stay the caller's; the rest is out. */
struct reach {
    const char *host; /* a name or an address; IPv6 without brackets */
    int port;
    bool is_tls;
    enum reach_step step;            /* the one that failed; REACH_DONE: none */
    char address[48];                /* the last that was tried, in numbers; "" none */
    int64_t name_ms, tcp_ms, tls_ms; /* each step's own time; PT_UNKNOWN: it did not come about */
    bool is_connected;               /* TCP was, at least for a moment */
    bool is_refused;                 /* TCP was: somebody answers at this address */
    pt_code code;                    /* PT_EUNREACHABLE, PT_ETIMEOUT, PT_ETLS, PT_ENOMEM */
    char why[400], fix[300];         /* of what failed; "" */
};

/* Connects to all of them at once, directly (Kafka clients use no proxy), and closes the
 * connections.
 *
 * n        at most REACH_MAX.
 * ca_file  PEM, NULL for the system's. */
void reach_hosts(struct reach *hosts, size_t n, const char *ca_file, int64_t limit_ms);

/* One of a list of servers. */
struct reach_server {
    char host[256]; /* IPv6 without brackets */
    int port;
};
/* Reads "HOST:PORT,[V6]:PORT", with or without "SSL://" before one; what is none is left out.
 * Returns how many, at most cap. Pure. */
size_t reach_servers(const char *servers, struct reach_server *out, size_t cap);

/* True for an address that only its own network can reach (RFC 1918, RFC 4193). Pure. */
bool reach_is_private(const char *address);

#endif
