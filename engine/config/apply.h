/* One property from any source, checked and stored: whose it is (pintop's, librdkafka's, AWS's,
 * Java's only), whether its value is valid, and which name is nearest to an unknown one. */
#ifndef CONFIG_APPLY_H
#define CONFIG_APPLY_H

#include <librdkafka/rdkafka.h>

#include "base/buf.h"
#include "config/store.h"

struct apply {
    struct pt_config *cfg;
    rd_kafka_conf_t *scratch;   /* receives every librdkafka property, to check whether it is
                                 * accepted */
    struct buf java;            /* "key.serializer (client.properties:3), …" */
    char *store, *store_origin; /* ssl.truststore.location, and where it is set; NULL none */
    bool is_store_pem;          /* ssl.truststore.type says so */
};

/* Errors PT_ENOMEM. apply_done also after an error. */
pt_code apply_init(struct apply *apply, struct pt_config *cfg, struct pt_error *err);
void apply_done(struct apply *apply);

/* Where a property is set: for errors (the path), and as it is stored (the context's name). */
struct apply_where {
    const char *error, *origin;
};

/* Errors PT_ECONFIG, PT_ENOMEM. No error contains a secret value. */
pt_code apply_property(struct apply *apply, const char *name, const char *value,
                       const struct apply_where *where, struct pt_error *err);

/* After the last property: makes the warning that names the properties of Java clients. */
pt_code apply_warn(struct apply *apply, struct pt_error *err);

#endif
