/* AWS in the place of the network: an environment, a clock, and a transport that notes each call
 * and answers as a test says. */
#ifndef SUPPORT_FAKE_AWS_H
#define SUPPORT_FAKE_AWS_H

#include "aws/client.h"

enum { FAKE_ENV_MAX = 24, FAKE_CALLS_MAX = 16 };

struct fake_call {
    char method[8], url[512], body[2048], headers[2048]; /* "name: value\n…" */
    int64_t call_ms;                                     /* its limit of time; 0: the usual one */
    const char *log_path; /* NULL: the log shows none; not to be read otherwise */
    bool is_direct;
};

struct fake_aws {
    struct {
        char name[64], value[512];
    } env[FAKE_ENV_MAX];
    size_t n_env;
    int64_t now_ms;
    struct fake_call calls[FAKE_CALLS_MAX];
    size_t n_calls;
    int64_t waited_ms; /* by retries, all together */
    /* Fill the answer of call number n (from 0); PT_OK, or the error of the transport. */
    pt_code (*answer)(struct fake_aws *fake, size_t n, struct http_answer *answer,
                      struct pt_error *err);
    void *arg;
};

void fake_aws_set(struct fake_aws *fake, const char *name, const char *value);
struct aws_world fake_aws_world(struct fake_aws *fake);
struct http_transport fake_aws_net(struct fake_aws *fake);
/* A header of a call, "" when it has none. One static buffer. */
const char *fake_call_header(const struct fake_call *call, const char *name);
/* A parameter of a form body, decoded, NULL: none. One static buffer. */
const char *fake_call_param(const struct fake_call *call, const char *name);

/* For answer functions. */
pt_code fake_answer(struct http_answer *answer, int status, const char *body);
void fake_answer_header(struct http_answer *answer, const char *line);

#endif
