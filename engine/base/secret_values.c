#include "base/secret_values.h"

#include <ctype.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    VALUES_MAX = 256,
    VALUE_MAX = 8192 /* enough for a PEM file; anything longer is not a password */
};

static struct {
    pthread_rwlock_t lock;
    char *values[VALUES_MAX];
    size_t lens[VALUES_MAX];
    size_t n_learnt;
    atomic_uchar begins[256]; /* some value begins with this byte; read without the lock */
} learnt = {.lock = PTHREAD_RWLOCK_INITIALIZER};

/* A shorter value needs more kinds of characters to look like a secret: kafka-connect and
 * changeit occur in ordinary texts. */
static bool looks_secret(const char *value, size_t len)
{
    bool has_lower = false, has_upper = false, has_digit = false, has_sign = false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)value[i];
        has_lower = has_lower || islower(c);
        has_upper = has_upper || isupper(c);
        has_digit = has_digit || isdigit(c);
        has_sign = has_sign || !isalnum(c);
    }
    int kinds = has_lower + has_upper + has_digit + has_sign;
    bool is_mixed = (len >= 8 && kinds >= 3) || (len >= 12 && kinds >= 2 && has_digit) ||
                    (len >= 16 && kinds >= 2);
    return is_mixed && len <= VALUE_MAX;
}

static bool is_learnt(const char *value, size_t len)
{
    size_t n = learnt.n_learnt < VALUES_MAX ? learnt.n_learnt : VALUES_MAX;
    for (size_t i = 0; i < n; i++)
        if (learnt.lens[i] == len && memcmp(learnt.values[i], value, len) == 0)
            return true;
    return false;
}

static void secret_values_keep(const char *value, size_t len)
{
    char *copy = strdup(value);
    size_t slot = learnt.n_learnt % VALUES_MAX;
    if (copy == NULL)
        return;
    if (learnt.values[slot] != NULL)
        explicit_bzero(learnt.values[slot], learnt.lens[slot]);
    free(learnt.values[slot]);
    learnt.values[slot] = copy;
    learnt.lens[slot] = len;
    learnt.n_learnt++;
    atomic_store(&learnt.begins[(unsigned char)*value], 1);
}

void secret_learn(const char *value)
{
    size_t len = value != NULL ? strlen(value) : 0;
    if (len == 0 || !looks_secret(value, len))
        return;
    pthread_rwlock_wrlock(&learnt.lock);
    if (!is_learnt(value, len))
        secret_values_keep(value, len);
    pthread_rwlock_unlock(&learnt.lock);
}

static bool is_word_sign(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

size_t secret_learnt_bytes(const char *text, const char *p)
{
    size_t found = 0;
    bool is_within = p > text && is_word_sign(p[-1]) && is_word_sign(*p);
    if (is_within ||
        atomic_load_explicit(&learnt.begins[(unsigned char)*p], memory_order_relaxed) == 0)
        return 0;
    pthread_rwlock_rdlock(&learnt.lock);
    size_t n = learnt.n_learnt < VALUES_MAX ? learnt.n_learnt : VALUES_MAX;
    for (size_t i = 0; i < n; i++) {
        const char *value = learnt.values[i];
        size_t len = learnt.lens[i];
        if (len <= found || strncmp(p, value, len) != 0)
            continue;
        /* The match is not the beginning of a longer word that happens to start with the same
         * letters. */
        if (!is_word_sign(p[len - 1]) || !is_word_sign(p[len]))
            found = len;
    }
    pthread_rwlock_unlock(&learnt.lock);
    return found;
}
