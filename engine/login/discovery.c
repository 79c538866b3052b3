#include "login/discovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/msk.h"
#include "base/buf.h"
#include "base/text.h"
#include "config/iam.h"

/* ------------------------------------------------------------------ which servers */

/* The kind that the configuration asks for; IAM when it asks for none. */
static enum msk_kind wanted_kind(const struct pt_config *cfg)
{
    const char *protocol = pt_config_get(cfg, "security.protocol");
    const char *mechanism = pt_config_get(cfg, "sasl.mechanism");
    if (mechanism != NULL && strncasecmp(mechanism, "SCRAM-", 6) == 0)
        return MSK_SCRAM;
    if (mechanism == NULL && protocol != NULL && strcasecmp(protocol, "SSL") == 0)
        return MSK_TLS;
    if (mechanism == NULL && protocol != NULL && strcasecmp(protocol, "PLAINTEXT") == 0)
        return MSK_PLAINTEXT;
    return MSK_IAM;
}

static pt_code no_listener(const char *name, enum msk_kind kind, const struct msk_bootstrap *all,
                           struct pt_error *err)
{
    char has[160] = "";
    size_t used = 0;
    for (int i = 0; i < MSK_KIND_COUNT && used < sizeof has; i++)
        if (all->servers[i][0] != '\0')
            used += (size_t)snprintf(has + used, sizeof has - used, "%s%s", used > 0 ? ", " : "",
                                     msk_kind_word((enum msk_kind)i));
    return pt_error_set(err, PT_ENOTFOUND,
                        "Set security.protocol and sasl.mechanism for a listener that the cluster "
                        "has, set its servers with -b, or enable the listener in MSK",
                        "MSK cluster %s: it has no %s listener for this network%s%s", name,
                        msk_kind_word(kind), used > 0 ? "; it has " : "", has);
}

pt_code discovery_choose(const struct pt_config *cfg, const char *name,
                         const struct msk_bootstrap *all, struct pt_config **found,
                         struct pt_error *err)
{
    enum msk_kind kind = wanted_kind(cfg);
    bool is_iam = kind == MSK_IAM;
    bool has_mechanism = pt_config_get(cfg, "sasl.mechanism") != NULL;
    bool has_protocol = pt_config_get(cfg, "security.protocol") != NULL;
    if (all->servers[kind][0] == '\0')
        return no_listener(name, kind, all, err);
    return config_with_servers(cfg, all->servers[kind],
                               has_protocol      ? NULL
                               : kind == MSK_TLS ? "SSL"
                                                 : "SASL_SSL",
                               is_iam && !has_mechanism ? "AWS_MSK_IAM" : NULL, found, err);
}

void discovery_end_init(struct discovery_end *end)
{
    *end = (struct discovery_end){.http = NULL};
    pthread_mutex_init(&end->lock, NULL);
}

void discovery_end_done(struct discovery_end *end)
{
    pthread_mutex_destroy(&end->lock);
}

void discovery_end_now(struct discovery_end *end)
{
    pthread_mutex_lock(&end->lock);
    end->is_ended = true;
    if (end->http != NULL)
        http_cancel(end->http);
    pthread_mutex_unlock(&end->lock);
}

static void discovery_begin(struct discovery_end *end, struct http *http)
{
    if (end == NULL)
        return;
    pthread_mutex_lock(&end->lock);
    end->http = http;
    if (end->is_ended && http != NULL)
        http_cancel(http);
    pthread_mutex_unlock(&end->lock);
}

pt_code discovery_find(const struct pt_config *cfg, struct discovery_end *end,
                       struct pt_config **found, struct pt_error *err)
{
    const char *name = pt_config_get(cfg, "pintop.msk.cluster");
    struct aws_setup setup;
    struct aws_keys keys = {0};
    struct msk_bootstrap all;
    char arn[AWS_ARN_MAX];
    *found = NULL;
    pt_code code = aws_setup_init(&setup, cfg, err);
    discovery_begin(end, setup.http);
    if (code == PT_OK)
        code = aws_setup_load(&setup, &keys, err);
    if (code == PT_OK)
        code = msk_find(&setup.client, &keys, name, arn, sizeof arn, err);
    if (code == PT_OK)
        code = msk_get_bootstrap(&setup.client, &keys, arn, &all, err);
    if (code == PT_OK)
        code = discovery_choose(cfg, name, &all, found, err);
    discovery_begin(end, NULL);
    aws_keys_done(&keys);
    aws_setup_done(&setup);
    return code;
}

/* ------------------------------------------------------------------ all of them */

static void put_cluster(struct aws_setup *setup, const struct aws_keys *keys,
                        const struct msk_cluster *from, struct pt_msk_cluster *to)
{
    struct msk_bootstrap all;
    struct pt_error err;
    text_copy(to->arn, sizeof to->arn, from->arn);
    text_copy(to->name, sizeof to->name, from->name);
    text_copy(to->state, sizeof to->state, from->state);
    text_copy(to->type, sizeof to->type, from->type);
    text_copy(to->kafka_version, sizeof to->kafka_version, from->kafka_version);
    text_copy(to->zookeeper, sizeof to->zookeeper, from->zookeeper);
    to->n_brokers = from->n_brokers;
    if (msk_get_bootstrap(&setup->client, keys, from->arn, &all, &err) != PT_OK) {
        text_copy(to->error, sizeof to->error, err.what);
        return;
    }
    for (int i = 0; i < MSK_KIND_COUNT; i++) {
        if (all.servers[i][0] == '\0')
            continue;
        struct pt_endpoint *endpoint = &to->endpoints[to->n_endpoints++];
        endpoint->kind = msk_kind_word((enum msk_kind)i);
        text_copy(endpoint->servers, sizeof endpoint->servers, all.servers[i]);
    }
}

static pt_code discovery_list(struct aws_setup *setup, const struct aws_keys *keys,
                              const char *name, struct msk_clusters *all, struct pt_error *err)
{
    if (name == NULL || !strncmp(name, "arn:", 4) == 0)
        return msk_list_clusters(&setup->client, keys,
                                 name != NULL && strcmp(name, "auto") == 0 ? NULL : name,
                                 PT_CLUSTERS_MAX, all, err);
    memset(all, 0, sizeof *all);
    all->items = calloc(1, sizeof *all->items);
    if (all->items == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "discover: out of memory");
    all->n = 1;
    pt_code code = msk_describe_cluster(&setup->client, keys, name, all->items, err);
    if (code != PT_OK)
        msk_clusters_done(all);
    return code;
}

pt_code pt_discover(const struct pt_config *cfg, struct pt_msk_clusters *out, struct pt_error *err)
{
    struct aws_setup setup;
    struct aws_keys keys = {0};
    struct msk_clusters all = {0};
    memset(out, 0, sizeof *out);
    pt_code code = aws_setup_init(&setup, cfg, err);
    if (code == PT_OK)
        code = aws_setup_load(&setup, &keys, err);
    if (code == PT_OK)
        code = discovery_list(&setup, &keys, pt_config_get(cfg, "pintop.msk.cluster"), &all, err);
    if (code == PT_OK && all.n > 0) {
        out->clusters = calloc(all.n, sizeof *out->clusters);
        code = out->clusters != NULL
                   ? PT_OK
                   : pt_error_set(err, PT_ENOMEM, NULL, "discover: out of memory");
    }
    for (size_t i = 0; code == PT_OK && out->clusters != NULL && i < all.n; i++)
        put_cluster(&setup, &keys, &all.items[i], &out->clusters[out->n++]);
    out->is_truncated = all.is_truncated;
    text_copy(out->region, sizeof out->region, setup.client.region);
    text_copy(out->caller_source, sizeof out->caller_source, keys.source);
    msk_clusters_done(&all);
    aws_keys_done(&keys);
    aws_setup_done(&setup);
    return code;
}

void pt_msk_clusters_done(struct pt_msk_clusters *out)
{
    free(out->clusters);
    out->clusters = NULL;
    out->n = 0;
}
