#include "desk/fact.h"

#include <stdlib.h>
#include <string.h>

static const struct pt_error nothing = {.code = PT_OK};
static const struct pt_error no_memory = {.code = PT_ENOMEM, .what = "pintop: out of memory"};

struct fact *fact_new(enum fact_kind kind)
{
    struct fact *fact = calloc(1, sizeof *fact);
    if (fact != NULL) {
        fact->kind = kind;
        fact->error = &nothing;
    }
    return fact;
}

struct fact *fact_with(enum fact_kind kind, void *payload, void (*drop)(void *payload))
{
    struct fact *fact = fact_new(kind);
    if (fact != NULL) {
        fact->payload = payload;
        fact->drop = drop;
    } else if (payload != NULL) {
        drop(payload);
    }
    return fact;
}

struct fact *fact_copy(enum fact_kind kind, const void *from, size_t size)
{
    void *copy = malloc(size);
    if (copy != NULL)
        memcpy(copy, from, size);
    return fact_with(kind, copy, free);
}

static void fact_drop_error(struct fact *fact)
{
    if (fact->error != &nothing && fact->error != &no_memory)
        free((struct pt_error *)(uintptr_t)fact->error);
}

void fact_fail(struct fact *fact, const struct pt_error *err)
{
    if (fact == NULL)
        return;
    fact_drop_error(fact);
    fact->error = &nothing;
    if (err->code == PT_OK)
        return;
    struct pt_error *copy = malloc(sizeof *copy);
    if (copy != NULL)
        *copy = *err;
    fact->error = copy != NULL ? copy : &no_memory;
}

void *fact_claim(struct fact *fact)
{
    void *payload = fact->payload;
    fact->payload = NULL;
    return payload;
}

void fact_free(void *item)
{
    struct fact *fact = item;
    if (fact == NULL)
        return;
    if (fact->payload != NULL)
        fact->drop(fact->payload);
    fact_drop_error(fact);
    free(fact);
}
