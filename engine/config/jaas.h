/* A Java client's login configuration (sasl.jaas.config): `MODULE required name="value" …;`.
 * The grammar only, of one entry. Values may be secrets: jaas_done wipes them. Thread: one. */
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
};

/* Quotes around a value may be " or none; \" and \\ are undone.
 * jaas    jaas_done, also after an error.
 * Errors  PT_ECONFIG, which quotes no value; PT_ENOMEM. */
pt_code jaas_parse(const char *text, struct jaas *jaas, struct pt_error *err);
void jaas_done(struct jaas *jaas);
/* NULL: it isn't there, or empty. */
const char *jaas_get(const struct jaas *jaas, const char *name);

#endif
