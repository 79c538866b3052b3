/* Who we are to AWS and to the cluster: the clocks of the token and of the credentials, and
 * one-shot questions that need no engine. No secret is in any of it, but in pt_token.text. */
#ifndef PINTOP_AUTH_H
#define PINTOP_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/stream.h"

enum pt_auth_state {
    PT_AUTH_UNKNOWN,    /* no keys yet, or no broker has answered with this token of late */
    PT_AUTH_NOT_NEEDED, /* this cluster takes no IAM token */
    PT_AUTH_OK,         /* a broker answers with it, and none refused it since */
    PT_AUTH_EXPIRING, /* the last renewal failed, or the keys end soon and can't be renewed here */
    PT_AUTH_EXPIRED,  /* there was a token */
    PT_AUTH_FAILED,   /* there never was one */
    PT_AUTH_REFUSED   /* there is one, and the brokers' last word is that they don't take it */
};
/* "ok", "expiring" … */
const char *pt_auth_state_word(enum pt_auth_state state);

enum { PT_REFRESHES_MAX = 12 };

/* One renewal, of the token or of the credentials behind it. */
struct pt_refresh {
    int64_t time_ms; /* Unix */
    bool is_ok;
    char text[512]; /* "token signed, for 3 connections", or why not */
};

/* All times Unix ms by this machine's clock; PT_UNKNOWN where there is none. All texts printable,
 * "" where there is none. */
struct pt_auth {
    enum pt_auth_state state;
    int64_t token_made_ms, token_expires_ms, token_refresh_ms;
    int32_t n_handles; /* connections' handles that have the token */
    int64_t keys_got_ms, keys_end_ms, keys_refresh_ms;
    bool is_end_unknown;   /* temporary keys that came without an end */
    bool is_fixed;         /* from the environment: they can't be renewed here */
    int64_t login_end_ms;  /* of the login in a browser behind them; PT_UNKNOWN: there is none */
    bool is_login_renewed; /* that one is renewed here when it ends */
    char keys_fix[PT_FIX_MAX]; /* what to do where they come from, when they have run out */
    char key_id[40];           /* the access key's id, which is no secret */
    char source[160], chain[320];
    char region[32], region_source[64];
    char caller_arn[256];                      /* by STS */
    char caller_error[PT_WHAT_MAX];            /* why STS didn't say, whole */
    char caller_request_id[PT_REQUEST_ID_MAX]; /* of that; "" none */
    bool is_caller_refused;                    /* it was asked, and refused these keys */
    char principal[64];
    bool has_offset;
    int64_t offset_ms, offset_at_ms; /* AWS's clock minus ours */
    int64_t failed_ms;               /* since when renewals fail */
    char last_error[PT_WHAT_MAX];    /* of the last renewal, "" it went well */
    char last_fix[PT_FIX_MAX], last_request_id[PT_REQUEST_ID_MAX];
    char broker_said[1024], broker_meaning[PT_WHAT_MAX + 64];
    int64_t broker_said_ms;
    int64_t broker_refused_ms; /* when one refused the login last: not for being busy */
    int64_t broker_ok_ms;      /* when one answered last, since these keys are in use */
    size_t n_refreshes;
    struct pt_refresh refreshes[PT_REFRESHES_MAX]; /* oldest first */
};

/* Members of a pt_auth in which nothing is known yet. */
#define PT_AUTH_NOTHING_KNOWN                                                                      \
    .token_made_ms = PT_UNKNOWN, .token_expires_ms = PT_UNKNOWN, .token_refresh_ms = PT_UNKNOWN,   \
    .keys_got_ms = PT_UNKNOWN, .keys_end_ms = PT_UNKNOWN, .keys_refresh_ms = PT_UNKNOWN,           \
    .login_end_ms = PT_UNKNOWN, .failed_ms = PT_UNKNOWN, .broker_said_ms = PT_UNKNOWN,             \
    .broker_refused_ms = PT_UNKNOWN, .broker_ok_ms = PT_UNKNOWN

/* ---- one-shot; each blocks for as long as the network does. Thread: any. ---- */

struct pt_token {
    char *text; /* a secret */
    char principal[64], region[32];
    int64_t expires_ms, lifetime_ms;
    struct pt_auth auth; /* source, region, key id */
};
/* One MSK IAM token. Errors as for credentials; PT_ECONFIG: no region. */
pt_code pt_token_make(const struct pt_config *cfg, struct pt_token *token, struct pt_error *err);
void pt_token_done(struct pt_token *token);

/* Which credentials, from where, and who STS says we are: its refusal is in caller_error. Errors:
 * there are no credentials. */
pt_code pt_whoami(const struct pt_config *cfg, struct pt_auth *auth, struct pt_error *err);

enum { PT_SERVERS_MAX = 1024, PT_ENDPOINTS_MAX = 16, PT_CLUSTERS_MAX = 200 };

/* One kind of bootstrap servers of an MSK cluster. */
struct pt_endpoint {
    const char *kind; /* static: "iam", "tls", "scram", "plaintext", "public iam" … */
    char servers[PT_SERVERS_MAX];
};

struct pt_msk_cluster {
    char arn[256], name[128], state[32], type[16]; /* "PROVISIONED", "SERVERLESS" */
    char kafka_version[32];
    int32_t n_brokers;              /* -1 unknown */
    char zookeeper[PT_SERVERS_MAX]; /* "" none: KRaft, Serverless */
    char error[200];                /* why its bootstrap servers are not known; "" */
    size_t n_endpoints;
    struct pt_endpoint endpoints[PT_ENDPOINTS_MAX];
};

struct pt_msk_clusters {
    char region[32], caller_source[160];
    size_t n;
    bool is_truncated; /* there are more than PT_CLUSTERS_MAX */
    struct pt_msk_cluster *clusters;
};
/* All MSK clusters of the region, with their bootstrap servers; or pintop.msk.cluster alone. */
pt_code pt_discover(const struct pt_config *cfg, struct pt_msk_clusters *out, struct pt_error *err);
void pt_msk_clusters_done(struct pt_msk_clusters *out);

/* The smallest IAM policy for a use ("watch", "operate", "setup"), as JSON with names filled in as
 * far as the configuration has them. The caller's, free. Errors PT_EUSAGE: another word. */
pt_code pt_policy(const struct pt_config *cfg, const char *use, char **json, struct pt_error *err);

#endif
