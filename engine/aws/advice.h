/* Where AWS keys come from, and what to do there when they have run out, or AWS doesn't take them:
 * the fix names the place that gave them, since new keys anywhere else change nothing. Pure.
 * Thread: any. */
#ifndef AWS_ADVICE_H
#define AWS_ADVICE_H

#include <stddef.h>

#include "aws/keys.h"

enum aws_trouble {
    AWS_KEYS_ENDED,   /* or soon will */
    AWS_KEYS_REFUSED, /* unknown, or the signature is wrong */
};

/* The next step for the operator, as a pt_error's fix. keys: of aws_keys_done too, then it says
 * what holds for all. */
void aws_advice(const struct aws_keys *keys, enum aws_trouble trouble, char *out, size_t cap);

/* "aws sso login --profile dev": verb "aws sso login", the profile as a shell takes it. */
void aws_login_command(const char *verb, const char *profile, char *out, size_t cap);

#endif
