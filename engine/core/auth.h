/* The credentials worker: one thread that loads AWS keys, signs MSK IAM tokens and gives them to
 * every handle, before the old ones run out, and says how it went. librdkafka's callbacks only ask
 * it. A failure keeps the old token, backs off, and says why. */
#ifndef CORE_AUTH_H
#define CORE_AUTH_H

#include "pintop/auth.h"
#include "pintop/config.h"
#include "pintop/event.h"

struct auth;

/* Called by the worker. status: everything, each time something changed. */
struct auth_hooks {
    void *arg;
    void (*status)(void *arg, const struct pt_auth *auth);
    void (*event)(void *arg, enum pt_severity severity, const char *text);
};

/* Start it, if cfg asks for IAM; *auth is NULL when not. hooks may be NULL. Blocks for nothing.
 * cfg must outlive it. Errors PT_ENOMEM, PT_ECONFIG. */
pt_code auth_start(const struct pt_config *cfg, const struct auth_hooks *hooks, struct auth **auth,
                   struct pt_error *err);
/* End it, with calls under way. NULL is fine. */
void auth_stop(struct auth *auth);

/* New keys and a new token now. Thread: any; NULL is fine. */
void auth_refresh(struct auth *auth);
/* A broker refused the login: find out who we are, and by how much the clock is off. Thread: any;
 * NULL is fine. */
void auth_denied(struct auth *auth);

/* The state at a moment, from the rest of auth; sets auth->state. */
enum pt_auth_state auth_judge(const struct pt_auth *auth, int64_t now_ms);

/* What keys and client say, into auth (source, chain, ends, region, clock). now_ms: when they were
 * loaded. */
struct aws_setup;
struct aws_keys;
void auth_describe(struct pt_auth *auth, const struct aws_setup *setup, const struct aws_keys *keys,
                   int64_t now_ms);

#endif
