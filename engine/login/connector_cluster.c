/* The Kafka cluster of connectors at MSK Connect, by what AWS tells of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/mskconnect.h"
#include "base/text.h"
#include "login/aws_setup.h"
#include "net/reach.h"
#include "pintop/auth.h"

enum { CONNECTORS_LOOKED_AT = 1000, BROKERS_TRIED = 16, TRY_MS = 1500 };

/* The words of the API, as those of a Kafka client. */
static void take_login(const struct mskc_connector *from, struct pt_connector_cluster *out)
{
    bool is_iam = strcmp(from->auth, "IAM") == 0;
    bool is_tls = strcmp(from->encryption, "TLS") == 0;
    text_copy(out->servers, sizeof out->servers, from->bootstrap);
    out->protocol = is_iam ? "SASL_SSL" : is_tls ? "SSL" : "PLAINTEXT";
    out->mechanism = is_iam ? "AWS_MSK_IAM" : NULL;
}

static bool is_cluster_of(const struct mskc_connector *connector,
                          const struct pt_connector_cluster *known)
{
    return strcmp(connector->bootstrap, known->servers) == 0 &&
           (strcmp(connector->auth, "IAM") == 0) == (known->mechanism != NULL);
}

/* Connectors of several clusters have none in common. */
static void find_common(const struct mskc_connectors *all, const char *name,
                        struct pt_connector_cluster *out)
{
    for (size_t i = 0; i < all->n && !out->is_several; i++) {
        const struct mskc_connector *at = &all->items[i];
        if (at->bootstrap[0] == '\0' ||
            (name != NULL && strcmp(at->name, name) != 0 && strcmp(at->arn, name) != 0))
            continue;
        if (out->servers[0] == '\0')
            take_login(at, out);
        out->is_several = !is_cluster_of(at, out);
    }
    if (out->servers[0] == '\0' || out->is_several || all->is_truncated) {
        out->servers[0] = '\0';
        text_copy(out->why, sizeof out->why,
                  out->is_several ? "these connectors read from different Kafka clusters"
                                  : "AWS names no Kafka cluster of it");
        text_copy(out->fix, sizeof out->fix,
                  out->is_several ? "Name one connector, whose own cluster is then asked"
                                  : "Name the cluster: -b HOST:PORT, or pintop.msk.cluster");
    }
}

/* ------------------------------------------------------------------ its brokers */

/* One broker that accepts a connection is enough: the others may be restarting. */
static void try_brokers(struct pt_connector_cluster *out)
{
    struct reach_server servers[BROKERS_TRIED];
    struct reach hosts[BROKERS_TRIED];
    size_t n = reach_servers(out->servers, servers, BROKERS_TRIED);
    for (size_t i = 0; i < n; i++)
        hosts[i] = (struct reach){.host = servers[i].host, .port = servers[i].port};
    reach_hosts(hosts, n, NULL, TRY_MS);
    for (size_t i = 0; i < n; i++)
        if (hosts[i].code == PT_OK)
            return;
    if (n == 0)
        return;
    bool is_private = hosts[0].code != PT_OK && reach_is_private(hosts[0].address);
    snprintf(out->why, sizeof out->why, "its brokers cannot be reached from here: %s%s",
             hosts[0].why, is_private ? ", an address that only the cluster's VPC can reach" : "");
    text_copy(out->fix, sizeof out->fix,
              is_private ? "Run pintop on the EC2 host, which is inside of the VPC; all else is "
                           "seen from here, too"
                         : hosts[0].fix);
    out->servers[0] = '\0';
}

pt_code pt_connector_find_cluster(const struct pt_config *cfg, const char *name,
                                  struct pt_connector_cluster *out, struct pt_error *err)
{
    struct aws_setup setup;
    struct aws_keys keys = {0};
    struct mskc_connectors all = {0};
    bool is_arn = name != NULL && strncmp(name, "arn:", 4) == 0;
    memset(out, 0, sizeof *out);
    pt_code code = aws_setup_init(&setup, cfg, err);
    if (code == PT_OK)
        code = aws_setup_load(&setup, &keys, err);
    if (code == PT_OK)
        code =
            mskc_list(&setup.client, &keys, is_arn ? NULL : name, CONNECTORS_LOOKED_AT, &all, err);
    if (code == PT_OK)
        find_common(&all, name, out);
    if (code == PT_OK && out->servers[0] != '\0')
        try_brokers(out);
    mskc_connectors_done(&all);
    aws_keys_done(&keys);
    aws_setup_done(&setup);
    return code;
}
