#include "kafka/tokens.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

static struct {
    pthread_mutex_t lock;
    rd_kafka_t **handles;
    size_t n, cap;
    tokens_wanted_fn wanted;
    void *arg;
} reg = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void tokens_ask(void)
{
    if (reg.wanted != NULL)
        reg.wanted(reg.arg);
}

void tokens_serve(tokens_wanted_fn wanted, void *arg)
{
    pthread_mutex_lock(&reg.lock);
    reg.wanted = wanted;
    reg.arg = arg;
    if (reg.n > 0)
        tokens_ask();
    pthread_mutex_unlock(&reg.lock);
}

void tokens_add(rd_kafka_t *rk)
{
    pthread_mutex_lock(&reg.lock);
    if (reg.n == reg.cap) {
        size_t cap = reg.cap > 0 ? reg.cap * 2 : 8;
        rd_kafka_t **grown = realloc(reg.handles, cap * sizeof *grown);
        if (grown != NULL) {
            reg.handles = grown;
            reg.cap = cap;
        }
    }
    if (reg.n < reg.cap)
        reg.handles[reg.n++] = rk;
    else
        log_line(PT_ERROR, "auth", "out of memory: a connection gets no IAM token");
    tokens_ask();
    pthread_mutex_unlock(&reg.lock);
}

void tokens_remove(rd_kafka_t *rk)
{
    pthread_mutex_lock(&reg.lock);
    for (size_t i = 0; i < reg.n; i++)
        if (reg.handles[i] == rk)
            reg.handles[i--] = reg.handles[--reg.n];
    if (reg.n == 0) {
        free(reg.handles);
        reg.handles = NULL;
        reg.cap = 0;
    }
    pthread_mutex_unlock(&reg.lock);
}

void tokens_on_refresh(rd_kafka_t *rk, const char *config, void *opaque)
{
    (void)rk, (void)config, (void)opaque;
    pthread_mutex_lock(&reg.lock);
    tokens_ask();
    pthread_mutex_unlock(&reg.lock);
}

size_t tokens_give(const char *token, int64_t expires_ms, const char *principal, char *why,
                   size_t cap)
{
    size_t n_taken = 0;
    char reason[256];
    why[0] = '\0';
    pthread_mutex_lock(&reg.lock);
    for (size_t i = 0; i < reg.n; i++) {
        if (rd_kafka_oauthbearer_set_token(reg.handles[i], token, expires_ms, principal, NULL, 0,
                                           reason, sizeof reason) == RD_KAFKA_RESP_ERR_NO_ERROR)
            n_taken++;
        else
            snprintf(why, cap, "%s", reason);
    }
    pthread_mutex_unlock(&reg.lock);
    return n_taken;
}

void tokens_fail(const char *why)
{
    pthread_mutex_lock(&reg.lock);
    for (size_t i = 0; i < reg.n; i++)
        rd_kafka_oauthbearer_set_token_failure(reg.handles[i], why);
    pthread_mutex_unlock(&reg.lock);
}

size_t tokens_count(void)
{
    pthread_mutex_lock(&reg.lock);
    size_t n = reg.n;
    pthread_mutex_unlock(&reg.lock);
    return n;
}
