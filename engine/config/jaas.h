/* A Java client's JAAS configuration (sasl.jaas.config): `MODULE required name="value" …;`. Only
 * the grammar, of one entry, as Kafka's Java client parses it (a java.io.StreamTokenizer).
 * Values may be secrets: jaas_done wipes them. Thread: one. */
#ifndef CONFIG_JAAS_H
#define CONFIG_JAAS_H

#include <stddef.h>

#include "pintop/error.h"

enum { JAAS_OPTIONS_MAX = 32 };

struct jaas {
    char *text; /* everything below points into it */
    size_t len;
    const char *module, *flag; /* "software.amazon.msk…", "required" */
    struct {
        const char *name, *value;
    } options[JAAS_OPTIONS_MAX];
    size_t n;
    const char
        *java_refuses; /* why Java's client refuses what is accepted here; NULL when it does not */
};

/* Parses one entry. Quotes around a value may be ", ' or none; escapes in them as in Java's source
 * text; comments as in Java. Two unambiguous mistakes are accepted, with java_refuses set: no ; at
 * the end, and a value that would need quotes.
 *
 * jaas    jaas_done, also after an error.
 * Errors  PT_ECONFIG, which quotes no value; PT_ENOMEM. */
pt_code jaas_parse(const char *text, struct jaas *jaas, struct pt_error *err);
void jaas_done(struct jaas *jaas);
/* Returns the last one of that name; NULL when it is missing or empty. */
const char *jaas_get(const struct jaas *jaas, const char *name);

#endif
