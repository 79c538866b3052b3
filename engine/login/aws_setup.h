/* From the configuration to an AWS client: options, a Java client's JAAS configuration, the
 * broker's region. */
#ifndef LOGIN_AWS_SETUP_H
#define LOGIN_AWS_SETUP_H

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
    char cluster_region[AWS_REGION_MAX]; /* from the broker's name or the ARN; "" unknown */
};

/* cfg must outlive it. Reads no file and sends no request yet.
 * Errors  PT_ENOMEM, PT_ECONFIG (JAAS configuration). aws_setup_done also after an error. */
pt_code aws_setup_init(struct aws_setup *setup, const struct pt_config *cfg, struct pt_error *err);
void aws_setup_done(struct aws_setup *setup);
/* Makes a client with its own connections and the same trusted certificates. NULL when out of
 * memory. */
struct http *aws_setup_new_http(void);

/* Loads the credentials, and a region if there is one anywhere (IMDS is asked last). Blocks on
 * the network. Errors as credentials_load. */
pt_code aws_setup_load(struct aws_setup *setup, struct aws_keys *keys, struct pt_error *err);

/* Finds the region that a token is signed for, and its source: the cluster's own takes precedence.
 * Errors PT_ECONFIG: none is known. */
pt_code aws_setup_token_region(const struct aws_setup *setup, const char **region,
                               const char **source, struct pt_error *err);

#endif
