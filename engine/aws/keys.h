/* A set of AWS keys, and where it came from. The texts are secrets (but the id): they are wiped
 * when they are freed. */
#ifndef AWS_KEYS_H
#define AWS_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/sigv4.h"

enum { AWS_SOURCE_MAX = 160, AWS_CHAIN_MAX = 320, AWS_ARN_MAX = 256 };

#define AWS_NO_END INT64_MAX

struct aws_keys {
    char *id, *secret, *token;   /* owned; token NULL: long-term keys */
    int64_t end_s;               /* Unix; AWS_NO_END: they don't end, or is_end_unknown */
    bool is_end_unknown;         /* temporary keys that came without an end */
    bool is_fixed;               /* from the environment: this process can't get new ones */
    const char *provider;        /* static: "env", "assume-role" …, botocore's words */
    char source[AWS_SOURCE_MAX]; /* for people: "profile dev of ~/.aws/credentials" */
    char chain[AWS_CHAIN_MAX];   /* "default > role/one > role/two"; "" no role */
    char arn[AWS_ARN_MAX];       /* what STS said we are when it gave them; "" */
};

/* Replace what is there by copies; token may be NULL. False without memory. */
bool aws_keys_set(struct aws_keys *keys, const char *id, const char *secret, const char *token);
bool aws_keys_copy(struct aws_keys *to, const struct aws_keys *from);
void aws_keys_done(struct aws_keys *keys);
struct sigv4_credentials aws_keys_view(const struct aws_keys *keys);

#endif
