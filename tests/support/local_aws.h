/* AWS on loopback, in a thread of this process: each request is answered by the rule that was said
 * last of those whose text is in it. For what makes its own HTTP client; what takes a transport has
 * fake_aws.h. */
#ifndef SUPPORT_LOCAL_AWS_H
#define SUPPORT_LOCAL_AWS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { LOCAL_RULES = 32, LOCAL_HELD = 16 };

struct local_aws {
    int fd, port;
    pthread_t thread;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t changed;
    struct {
        const char *in, *body;
        int status;
    } rules[LOCAL_RULES];
    size_t n_rules;
    char heard[262144]; /* all requests, one behind the other */
    size_t n_heard;
    int held[LOCAL_HELD]; /* connections that get no answer */
    size_t n_held;
    long date_s; /* told as the server's clock; 0: none is told */
    /* Asked before the rules, on the server's thread: answers and returns true, or leaves
     * the request to them. NULL none. */
    bool (*hook)(void *arg, int fd, const char *request);
    void *hook_arg;
};

void local_aws_start(struct local_aws *aws);
void local_aws_stop(struct local_aws *aws);

/* Answer requests with `in` in their head or body so; both stay the caller's. Status 0: not at all,
 * until the end. What no rule is for gets 404. */
void local_aws_say(struct local_aws *aws, const char *in, int status, const char *body);
void local_aws_hook(struct local_aws *aws, bool (*hook)(void *arg, int fd, const char *request),
                    void *arg);
void local_aws_set_date(struct local_aws *aws, long date_s);
/* How many requests had this text in them. */
int local_aws_count(struct local_aws *aws, const char *in);
/* Wait for the n-th of them; fails the test when it does not come. */
void local_aws_await(struct local_aws *aws, const char *in, int n);
/* "http://127.0.0.1:PORT"; one static buffer. */
const char *local_aws_url(const struct local_aws *aws);

#endif
