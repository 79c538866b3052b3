/* Where AWS credentials come from, and what to do there when they have expired or AWS rejects them:
 * the fix names their source, since new credentials anywhere else change nothing. Pure.
 * Thread: any. */
#ifndef AWS_ADVICE_H
#define AWS_ADVICE_H

#include <stddef.h>

#include "aws/keys.h"

enum aws_trouble {
    AWS_KEYS_ENDED,   /* expired, or about to */
    AWS_KEYS_REFUSED, /* unknown to AWS, or the signature is wrong */
};

/* Makes the fix for a pt_error. keys may also be empty (after aws_keys_done); the fix is then a
 * general one. */
void aws_advice(const struct aws_keys *keys, enum aws_trouble trouble, char *out, size_t cap);

/* Makes "aws sso login --profile dev" from the verb "aws sso login", with the profile quoted for
 * a shell. */
void aws_login_command(const char *verb, const char *profile, char *out, size_t cap);

#endif
