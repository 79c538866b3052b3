/* A set of AWS keys, and where it came from. The texts are secrets (but the id): they are wiped
 * when they are freed. */
#ifndef AWS_KEYS_H
#define AWS_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/sigv4.h"

enum { AWS_SOURCE_MAX = 160, AWS_CHAIN_MAX = 320, AWS_ARN_MAX = 256 };

#define AWS_NO_END INT64_MAX

/* Where keys come from at their root, and so where new ones are got: behind a role, the keys that
 * it is taken on with. */
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
    char *id, *secret, *token;   /* owned; token NULL: long-term keys */
    int64_t end_s;               /* Unix; AWS_NO_END: they don't end, or is_end_unknown */
    bool is_end_unknown;         /* temporary keys that came without an end */
    bool is_fixed;               /* this process can't get new ones: of the environment */
    const char *provider;        /* static: "env", "assume-role" …, botocore's words */
    char source[AWS_SOURCE_MAX]; /* for people: "profile dev of ~/.aws/credentials" */
    char chain[AWS_CHAIN_MAX];   /* "default > role/one > role/two"; "" no role */
    char arn[AWS_ARN_MAX];       /* what STS said we are when it gave them; "" */
    int64_t login_end_s;         /* of the login behind them, Unix; 0: there is none */
    bool is_login_renewed;       /* that one is renewed by us when it ends */
    bool is_role;                /* taken on by AssumeRole, with the keys of place */
    enum aws_place place;
    char place_profile[128]; /* whose they are there; "" no profile's */
    char place_path[256];    /* the file of the keys, or of the token; "" no file */
};

/* Replace what is there by copies; token may be NULL. False without memory. */
bool aws_keys_set(struct aws_keys *keys, const char *id, const char *secret, const char *token);
bool aws_keys_copy(struct aws_keys *to, const struct aws_keys *from);
void aws_keys_done(struct aws_keys *keys);
/* to are keys of a role that was taken on with from: the place is from's. */
void aws_keys_stand_on(struct aws_keys *to, const struct aws_keys *from);
struct sigv4_credentials aws_keys_view(const struct aws_keys *keys);

#endif
