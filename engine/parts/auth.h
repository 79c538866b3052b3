/* The login: the last report of the credentials worker, what the brokers answered to that login,
 * and the state that follows from both. */
#ifndef PARTS_AUTH_H
#define PARTS_AUTH_H

#include "desk/part.h"
#include "pintop/auth.h"

/* What the login's part requests from others. */
struct auth_hooks_out {
    void *arg;
    void (*denied)(void *arg); /* a broker refused the login: ask AWS whose credentials they are */
    /* True: the token has expired, hold the streams; false: let them continue. */
    void (*hold)(void *arg, bool is_held);
};

struct auth_part {
    const struct desk *desk;
    struct auth_hooks_out hooks;
    struct pt_auth auth;
    bool is_dirty, has_no_token;
};

extern const struct part auth_part;

/* desk must outlive it. */
void auth_part_init(struct auth_part *ap, const struct desk *desk,
                    const struct auth_hooks_out *hooks);
/* Takes a report of the credentials worker. */
void auth_part_said(struct auth_part *ap, const struct pt_auth *auth);
/* Takes a broker's error; ignored when it is not about the login. */
void auth_part_refused(struct auth_part *ap, const char *reason);
/* Notes that a broker answered, so it accepted the login. time_ms: Unix. */
void auth_part_taken(struct auth_part *ap, int64_t time_ms);
/* Returns a new section, or NULL when nothing changed. */
const void *auth_part_section(struct auth_part *ap);

#endif
