/* Whether a host speaks SSH, and lets us in with a key. Thread: any that may block. */
#ifndef DOCTOR_SSH_H
#define DOCTOR_SSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

/* Whom to log in to. Texts are the caller's. */
struct ssh_to {
    const char *host, *user;
    int port;
    const char *key_file; /* NULL or "": none is used */
};

/* Connects to an address and reads the line with which an SSH server begins.
 * banner  out, printable: what came, also when it is no SSH.
 * Errors  PT_ETIMEOUT: it says nothing. PT_EUNREACHABLE: it closes the connection, or there is
 * none. PT_EDATA: it says something else. */
pt_code ssh_banner(const char *address, int port, int64_t limit_ms, char *banner, size_t cap,
                   struct pt_error *err);

/* Logs in by the program ssh, and runs `true` there. Nobody is asked for anything, no settings, no
 * agent and no other key are used, and nothing is written to the user's known_hosts.
 * Errors  PT_ENOTFOUND: there is no program ssh. PT_EAUTH: the key is not accepted for that user.
 *         PT_EUSAGE: it is accepted, but the host wants another user; the error names whom.
 *         PT_ECONFIG: ssh refuses the key's file. PT_EDATA: it lets us in and does not run `true`.
 *         PT_ETIMEOUT, PT_ECANCELLED, PT_EUNREACHABLE, with ssh's own words. */
pt_code ssh_login(const struct ssh_to *to, int64_t limit_ms, bool (*is_cancelled)(void *arg),
                  void *arg, struct pt_error *err);

/* The command line that an operator runs: ssh -i "FILE" USER@HOST. */
void ssh_command(const struct ssh_to *to, char *out, size_t cap);

#endif
