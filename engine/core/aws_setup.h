/* From the configuration to a client of AWS: options, a Java client's login, the broker's region.
 */
#ifndef CORE_AWS_SETUP_H
#define CORE_AWS_SETUP_H

#include "aws/client.h"
#include "aws/credentials.h"
#include "config/jaas.h"
#include "net/http.h"
#include "pintop/config.h"

struct aws_setup {
    struct http *http;
    struct aws_client client;
    struct aws_role_options role;        /* arn NULL: none */
    struct jaas jaas;                    /* role points into it */
    char cluster_region[AWS_REGION_MAX]; /* from the broker's name or the ARN; "" not said */
};

/* cfg must outlive it. Reads nothing yet, asks nobody.
 * Errors  PT_ENOMEM, PT_ECONFIG (login configuration). aws_setup_done also after an error. */
pt_code aws_setup_init(struct aws_setup *setup, const struct pt_config *cfg, struct pt_error *err);
void aws_setup_done(struct aws_setup *setup);
/* A client with its own connections and the same trusted certificates. NULL without memory. */
struct http *aws_setup_new_http(void);

/* The keys, and a region if there is one anywhere (IMDS is asked last). Blocks on the network.
 * Errors as credentials_load. */
pt_code aws_setup_load(struct aws_setup *setup, struct aws_keys *keys, struct pt_error *err);

/* The region a token is signed for, and who says so: the cluster's own before all others.
 * Errors PT_ECONFIG: none is known. */
pt_code aws_setup_token_region(const struct aws_setup *setup, const char **region,
                               const char **source, struct pt_error *err);

#endif
