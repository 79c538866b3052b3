/* The credentials worker: one thread that loads AWS credentials, signs MSK IAM tokens and gives
 * them to every handle before the old ones expire, and reports the outcome. librdkafka's
 * callbacks only make requests. After a failure it keeps the old token, backs off, and reports
 * the reason. */
#ifndef LOGIN_AUTH_H
#define LOGIN_AUTH_H

#include "pintop/auth.h"
#include "pintop/config.h"
#include "pintop/event.h"

struct auth;

/* Called by the worker. status: the whole state, each time something changed. */
struct auth_hooks {
    void *arg;
    void (*status)(void *arg, const struct pt_auth *auth);
    void (*event)(void *arg, enum pt_severity severity, const char *text);
};

/* Starts it if cfg asks for IAM; otherwise *auth is NULL. hooks may be NULL. Does not block. cfg
 * must outlive it. Errors PT_ENOMEM, PT_ECONFIG. */
pt_code auth_start(const struct pt_config *cfg, const struct auth_hooks *hooks, struct auth **auth,
                   struct pt_error *err);
/* Ends it, including running calls. NULL is fine. */
void auth_stop(struct auth *auth);

/* Requests new credentials and a new token now. Thread: any; NULL is fine. */
void auth_refresh(struct auth *auth);
/* A broker refused the login: finds out the AWS identity and the clock skew. Thread: any; NULL
 * is fine. */
void auth_denied(struct auth *auth);

/* The state at a moment, from the rest of auth. */
enum pt_auth_state auth_judge(const struct pt_auth *auth, int64_t now_ms);

/* Copies facts of keys and client into auth (source, chain, expiry, region, clock). now_ms: when
 * they were loaded. */
struct aws_setup;
struct aws_keys;
void auth_describe(struct pt_auth *auth, const struct aws_setup *setup, const struct aws_keys *keys,
                   int64_t now_ms);

#endif
