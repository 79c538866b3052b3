/* What a handle is configured with; for handle.c alone. Thread: any. */
#ifndef KAFKA_HANDLE_PRIVATE_H
#define KAFKA_HANDLE_PRIVATE_H

#include "kafka/handle.h"

/* Put everything into conf: our defaults, the user's properties, the cluster's.
 * Errors  PT_ECONFIG: a property that librdkafka refuses, or that would break pintop. */
pt_code handle_configure(rd_kafka_conf_t *conf, const struct handle_opts *opts,
                         struct pt_error *err);
/* One property. is_secret: an error does not show the value. Errors PT_ECONFIG. */
pt_code handle_set_property(rd_kafka_conf_t *conf, const char *name, const char *value,
                            bool is_secret, struct pt_error *err);
/* Is the login MSK's, with tokens from tokens.h? */
bool handle_needs_tokens(const struct handle_opts *opts);

#endif
