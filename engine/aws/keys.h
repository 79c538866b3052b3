/* A set of AWS credentials, and where it came from. The texts except the ID are secrets: they
 * are wiped when they are freed. */
#ifndef AWS_KEYS_H
#define AWS_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/sigv4.h"

enum { AWS_SOURCE_MAX = 160, AWS_CHAIN_MAX = 320, AWS_ARN_MAX = 256 };

#define AWS_NO_END INT64_MAX

/* The original source of credentials, where new ones are obtained: for a role, the source of the
 * credentials that assume it. */
enum aws_place {
    AWS_PLACE_UNKNOWN,
    AWS_PLACE_ENVIRONMENT,
    AWS_PLACE_FILE, /* one of AWS's shared files */
    AWS_PLACE_JAAS, /* sasl.jaas.config */
    AWS_PLACE_PROCESS,
    AWS_PLACE_SSO, /* IAM Identity Center */
    AWS_PLACE_WEB_IDENTITY,
    AWS_PLACE_CONTAINER,
    AWS_PLACE_IMDS
};

struct aws_keys {
    char *id, *secret, *token;   /* owned; token NULL: long-term credentials */
    int64_t end_s;               /* Unix; AWS_NO_END: they do not expire, or is_end_unknown */
    bool is_end_unknown;         /* temporary credentials that came without an expiry */
    bool is_fixed;               /* this process cannot get new ones: from the environment */
    const char *provider;        /* static: "env", "assume-role" …, botocore's names */
    char source[AWS_SOURCE_MAX]; /* for people: "profile dev of ~/.aws/credentials" */
    char chain[AWS_CHAIN_MAX];   /* "default > role/one > role/two"; "" no role */
    char arn[AWS_ARN_MAX];       /* the caller ARN that STS returned with them; "" */
    int64_t login_end_s;         /* expiry of the login behind them, Unix; 0 when there is none */
    bool is_login_renewed;       /* pintop renews that login when it expires */
    bool is_role;                /* from AssumeRole, with the credentials of `place` */
    enum aws_place place;
    char place_profile[128]; /* the profile they belong to there; "" none */
    char place_path[256];    /* the file of the credentials, or of the token; "" none */
};

/* Replaces the contents with copies; token may be NULL. Returns false when out of memory. */
bool aws_keys_set(struct aws_keys *keys, const char *id, const char *secret, const char *token);
bool aws_keys_copy(struct aws_keys *to, const struct aws_keys *from);
void aws_keys_done(struct aws_keys *keys);
/* Marks `to` as credentials of a role that was assumed with `from`: they get the place of
 * `from`. */
void aws_keys_stand_on(struct aws_keys *to, const struct aws_keys *from);
struct sigv4_credentials aws_keys_view(const struct aws_keys *keys);

#endif
