/* The identity for AWS and the cluster: expiry of the token and of the credentials, and one-shot
 * calls that need no engine. Nothing in it is secret, except pt_token.text. */
#ifndef PINTOP_AUTH_H
#define PINTOP_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/stream.h"

PT_API_BEGIN

enum pt_auth_state {
    PT_AUTH_UNKNOWN,    /* no credentials yet, or no broker has answered with this token recently */
    PT_AUTH_NOT_NEEDED, /* this cluster does not use IAM tokens */
    PT_AUTH_OK,         /* a broker answers with it, and none rejected it since */
    PT_AUTH_EXPIRING,   /* the last renewal failed, or the credentials expire soon and cannot be
                         * renewed here */
    PT_AUTH_EXPIRED,    /* the token has expired */
    PT_AUTH_FAILED,     /* there never was a token */
    PT_AUTH_REFUSED     /* there is a token, and the brokers' last answer is that they reject it */
};
/* "ok", "expiring" … */
const char *pt_auth_state_word(enum pt_auth_state state);

enum { PT_REFRESHES_MAX = 12 };

/* One renewal, of the token or of the credentials behind it. */
struct pt_refresh {
    int64_t time_ms; /* Unix */
    bool is_ok;
    char text[512]; /* "token signed, for 3 connections", or why it failed */
};

/* All times are Unix ms by this host's clock; PT_UNKNOWN when there is none. All texts are
 * printable, "" when there is none. */
struct pt_auth {
    enum pt_auth_state state;
    int64_t token_made_ms, token_expires_ms, token_refresh_ms;
    int32_t n_handles; /* connections that have the token */
    int64_t keys_got_ms, keys_end_ms, keys_refresh_ms;
    bool is_end_unknown;       /* they are temporary, and came without an expiry */
    bool is_fixed;             /* from the environment: they cannot be renewed here */
    int64_t login_end_ms;      /* of the browser login behind them; PT_UNKNOWN none */
    bool is_login_renewed;     /* pintop renews that login when it expires */
    char keys_fix[PT_FIX_MAX]; /* what to do at their source when they have expired */
    char key_id[40];           /* the access key ID, which is not secret */
    char source[160], chain[320];
    char region[32], region_source[64];
    char caller_arn[256];                      /* from STS */
    char caller_error[PT_WHAT_MAX];            /* why STS did not report it, in full */
    char caller_request_id[PT_REQUEST_ID_MAX]; /* of that request; "" none */
    bool is_caller_refused;                    /* STS was asked, and rejected these credentials */
    char principal[64];
    bool has_offset;
    int64_t offset_ms, offset_at_ms; /* AWS's clock minus ours */
    int64_t failed_ms;               /* since when renewals fail */
    char last_error[PT_WHAT_MAX];    /* of the last renewal, "" when it succeeded */
    char last_fix[PT_FIX_MAX], last_request_id[PT_REQUEST_ID_MAX];
    char broker_said[1024], broker_meaning[PT_WHAT_MAX + 64];
    int64_t broker_said_ms;
    int64_t broker_refused_ms; /* when one last rejected the login, except for being busy */
    int64_t broker_ok_ms;      /* when one last answered, since these credentials are used */
    size_t n_refreshes;
    struct pt_refresh refreshes[PT_REFRESHES_MAX]; /* oldest first */
};

/* The initial members of a pt_auth: nothing is known. */
#define PT_AUTH_NOTHING_KNOWN                                                                      \
    .token_made_ms = PT_UNKNOWN, .token_expires_ms = PT_UNKNOWN, .token_refresh_ms = PT_UNKNOWN,   \
    .keys_got_ms = PT_UNKNOWN, .keys_end_ms = PT_UNKNOWN, .keys_refresh_ms = PT_UNKNOWN,           \
    .login_end_ms = PT_UNKNOWN, .failed_ms = PT_UNKNOWN, .broker_said_ms = PT_UNKNOWN,             \
    .broker_refused_ms = PT_UNKNOWN, .broker_ok_ms = PT_UNKNOWN

/* ---- one-shot; each blocks as long as the network does. Thread: any. ---- */

struct pt_token {
    char *text; /* a secret */
    char principal[64], region[32];
    int64_t expires_ms, lifetime_ms;
    struct pt_auth auth; /* source, region, key id */
};
/* Makes one MSK IAM token. Errors as for credentials; PT_ECONFIG: no region. */
pt_code pt_token_make(const struct pt_config *cfg, struct pt_token *token, struct pt_error *err);
void pt_token_done(struct pt_token *token);

/* Finds the AWS region by the configuration, the environment and the AWS files, without the
 * network, and where it comes from: "AWS_REGION", "profile NAME". Both are "" when there is none;
 * source may be NULL. */
void pt_aws_region(const struct pt_config *cfg, char *region, size_t cap, char *source,
                   size_t source_cap);

/* Reports the credentials, their source, and the AWS identity according to STS, whose refusal is
 * in caller_error. Errors: there are no credentials. */
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
    char error[200];                /* why its bootstrap servers are unknown; "" */
    size_t n_endpoints;
    struct pt_endpoint endpoints[PT_ENDPOINTS_MAX];
};

struct pt_msk_clusters {
    char region[32], caller_source[160];
    size_t n;
    bool is_truncated; /* there are more than PT_CLUSTERS_MAX */
    struct pt_msk_cluster *clusters;
};
/* Lists all MSK clusters of the region, with their bootstrap servers; or only
 * pintop.msk.cluster. */
pt_code pt_discover(const struct pt_config *cfg, struct pt_msk_clusters *out, struct pt_error *err);
void pt_msk_clusters_done(struct pt_msk_clusters *out);

/* The Kafka cluster that connectors at MSK Connect read from. */
struct pt_connector_cluster {
    char servers[PT_SERVERS_MAX]; /* "": not known, or none of them can be reached */
    const char *protocol;         /* static: a client's security.protocol */
    const char *mechanism;        /* static: sasl.mechanism; NULL none */
    bool is_several;              /* they have different ones */
    char why[600], fix[400];      /* of servers that are not told; "" */
};
/* Finds it by AWS's descriptions of the connectors, so that no cluster has to be named; and tries
 * for 1.5 s whether its brokers can be reached from here.
 *
 * name    of one of them, or its ARN; NULL: all of the region.
 * Errors  those of the credentials and of kafkaconnect:ListConnectors. */
pt_code pt_connector_find_cluster(const struct pt_config *cfg, const char *name,
                                  struct pt_connector_cluster *out, struct pt_error *err);

/* Makes the smallest IAM policy for a use ("watch", "operate", "setup"), as JSON with the names
 * that the configuration contains; without any, for all regions of the partition aws. The caller
 * frees it. Errors PT_EUSAGE: another word. PT_ECONFIG: a name is too long; none is ever cut. */
pt_code pt_policy(const struct pt_config *cfg, const char *use, char **json, struct pt_error *err);

PT_API_END

#endif
