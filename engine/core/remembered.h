/* The embedded cluster's topics, kept over runs in DIR/embedded-topics, one name a line. */
#ifndef CORE_REMEMBERED_H
#define CORE_REMEMBERED_H

#include <stdbool.h>
#include <stddef.h>

#include "pintop/error.h"

struct remembered {
    const char **names;
    size_t n;
};

/* What the file says; names that Kafka would refuse are left out. No file: empty. */
void remembered_load(const char *dir, struct remembered *list);
/* Add a name once. false without memory. */
bool remembered_add(struct remembered *list, const char *name);
pt_code remembered_save(const char *dir, const struct remembered *list, struct pt_error *err);
void remembered_done(struct remembered *list);

#endif
