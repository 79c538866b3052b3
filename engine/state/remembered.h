/* The embedded cluster's topics, kept between runs in DIR/embedded-topics, one name per line. */
#ifndef STATE_REMEMBERED_H
#define STATE_REMEMBERED_H

#include <stdbool.h>
#include <stddef.h>

#include "pintop/error.h"

struct remembered {
    const char **names;
    size_t n;
};

/* Reads the file; names that Kafka would refuse are skipped. A missing file is an empty list. */
void remembered_load(const char *dir, struct remembered *list);
/* Adds a name once. Returns false when out of memory. */
bool remembered_add(struct remembered *list, const char *name);
pt_code remembered_save(const char *dir, const struct remembered *list, struct pt_error *err);
void remembered_done(struct remembered *list);

#endif
