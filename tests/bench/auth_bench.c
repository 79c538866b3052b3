/* What an MSK IAM token costs, and a signed request beside its way through the network: medians of
 * several rounds, on one thread. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/msk_token.h"
#include "aws/sts.h"

enum { ROUNDS = 11, CALLS = 2000 };

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static char session_token[1000];

static void make_token(int i)
{
    const struct sigv4_credentials keys = {"ASIAEXAMPLE", "secret", session_token};
    struct msk_token token;
    if (msk_token_make(&keys, "us-east-1", 1767323045 + i, 900, INT64_MAX, "pintop/1.0", &token,
                       NULL) != PT_OK)
        abort();
    msk_token_done(&token);
}

/* The net in no time. */
static pt_code answer(void *arg, const struct http_request *req, struct http_answer *out,
                      struct pt_error *err)
{
    static const char body[] =
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/u</Arn>"
        "<UserId>U</UserId><Account>1</Account></GetCallerIdentityResult>"
        "</GetCallerIdentityResponse>";
    (void)arg, (void)req, (void)err;
    memset(out, 0, sizeof *out);
    out->status = 200;
    http_answer_add(out, body, sizeof body - 1);
    return PT_OK;
}

static struct aws_client client;
static struct aws_keys keys;

static void make_call(int i)
{
    struct sts_identity who;
    (void)i;
    if (sts_get_caller_identity(&client, &keys, 0, &who, NULL) != PT_OK)
        abort();
}

static void measure(const char *name, void (*make)(int))
{
    double rounds[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
        double start = now_us();
        for (int i = 0; i < CALLS; i++)
            make(i);
        rounds[r] = (now_us() - start) / CALLS;
    }
    qsort(rounds, ROUNDS, sizeof *rounds, by_size);
    printf("%s %.1f us\n", name, rounds[ROUNDS / 2]);
}

int main(void)
{
    const struct aws_world world = aws_real_world();
    const struct http_transport net = {.call = answer};
    const struct aws_options options = {.region = "us-east-1"};
    memset(session_token, 'x', sizeof session_token - 1);
    aws_client_init(&client, &world, &net, &options);
    if (aws_client_load(&client, NULL) != PT_OK ||
        !aws_keys_set(&keys, "ASIAEXAMPLE", "secret", session_token))
        return 1;
    measure("auth.token_us", make_token);
    measure("auth.request_us", make_call);
    aws_keys_done(&keys);
    aws_client_done(&client);
    return 0;
}
