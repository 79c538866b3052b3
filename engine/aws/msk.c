#include "aws/msk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/url.h"

enum { PATH_MAX_BYTES = 1024 };

const char *msk_kind_word(enum msk_kind kind)
{
#define MSK_KIND_WORD(id, word, field) [id] = (word),
    static const char *const words[] = {MSK_KINDS(MSK_KIND_WORD)};
#undef MSK_KIND_WORD
    return words[kind];
}

static pt_code msk_too_long(const char *operation, struct pt_error *err)
{
    return pt_error_set(err, PT_EUSAGE, "Correct the ARN", "MSK %s: the ARN is too long",
                        operation);
}

/* Joins the IDs of a list with commas; those that do not fit are left out whole. */
static void take_ids(const cJSON *list, char *out, size_t cap)
{
    const cJSON *item;
    size_t used = 0;
    cJSON_ArrayForEach(item, list)
    {
        const char *id = cJSON_GetStringValue(item);
        if (id == NULL || used + strlen(id) + 2 > cap)
            continue;
        used += (size_t)snprintf(out + used, cap - used, "%s%s", used > 0 ? "," : "", id);
    }
}

static void take_vpc(const cJSON *subnets, const cJSON *groups, struct msk_cluster *out)
{
    struct msk_vpc *vpc = &out->vpcs[out->n_vpcs];
    take_ids(subnets, vpc->subnets, sizeof vpc->subnets);
    take_ids(groups, vpc->security_groups, sizeof vpc->security_groups);
    out->n_vpcs += vpc->subnets[0] != '\0';
}

/* A Serverless cluster may be in several VPCs; a connector is in one. */
static void take_net(const cJSON *json, struct msk_cluster *out)
{
    const cJSON *own = json_find(json, "provisioned.brokerNodeGroupInfo"), *vpc;
    if (own != NULL) {
        take_vpc(json_find(own, "clientSubnets"), json_find(own, "securityGroups"), out);
        return;
    }
    cJSON_ArrayForEach(vpc, json_find(json, "serverless.vpcConfigs"))
    {
        if (out->n_vpcs < MSK_VPCS_MAX)
            take_vpc(json_find(vpc, "subnetIds"), json_find(vpc, "securityGroupIds"), out);
    }
}

/* Serverless has a part of the answer of its own, with less in it. */
static void msk_take_cluster(const cJSON *json, struct msk_cluster *out)
{
    const cJSON *own = json_find(json, "provisioned");
    memset(out, 0, sizeof *out);
    json_copy(json, "clusterArn", out->arn, sizeof out->arn);
    json_copy(json, "clusterName", out->name, sizeof out->name);
    json_copy(json, "state", out->state, sizeof out->state);
    json_copy(json, "clusterType", out->type, sizeof out->type);
    json_copy(json, "currentVersion", out->version, sizeof out->version);
    json_copy(own, "currentBrokerSoftwareInfo.kafkaVersion", out->kafka_version,
              sizeof out->kafka_version);
    json_copy(own, "zookeeperConnectString", out->zookeeper, sizeof out->zookeeper);
    json_copy(own, "loggingInfo.brokerLogs.cloudWatchLogs.logGroup", out->log_group,
              sizeof out->log_group);
    json_copy(own, "enhancedMonitoring", out->monitoring, sizeof out->monitoring);
    out->n_brokers = (int32_t)json_int(own, "numberOfBrokerNodes", -1);
    const cJSON *auth = json_find(own, "clientAuthentication");
    if (own == NULL)
        auth = json_find(json, "serverless.clientAuthentication");
    out->has_iam = json_is_true(auth, "sasl.iam.enabled");
    out->has_scram = json_is_true(auth, "sasl.scram.enabled");
    take_net(json, out);
    const char *transit = json_get(own, "encryptionInfo.encryptionInTransit.clientBroker");
    out->has_tls = transit == NULL || strncmp(transit, "TLS", 3) == 0;
    out->has_plaintext = transit != NULL && strstr(transit, "PLAINTEXT") != NULL;
}

static pt_code add_cluster(void *arg, const cJSON *item, struct pt_error *err)
{
    struct msk_clusters *list = arg;
    struct msk_cluster *grown = aws_grow(list->items, list->n, sizeof *grown);
    if (grown == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "MSK ListClustersV2: out of memory");
    list->items = grown;
    msk_take_cluster(item, &grown[list->n++]);
    return PT_OK;
}

pt_code msk_list_clusters(struct aws_client *client, const struct aws_keys *keys,
                          const char *prefix, size_t limit, struct msk_clusters *out,
                          struct pt_error *err)
{
    struct buf query;
    memset(out, 0, sizeof *out);
    buf_init(&query, 1024);
    if (prefix != NULL)
        aws_form_add(&query, "clusterNameFilter", prefix);
    aws_form_add(&query, "maxResults", "100");
    const struct aws_listing listing = {.service = &aws_msk,
                                        .operation = "ListClustersV2",
                                        .path = "/api/v2/clusters",
                                        .query = query.is_over ? "" : query.data,
                                        .list = "clusterInfoList",
                                        .limit = limit,
                                        .each = add_cluster,
                                        .arg = out};
    pt_code code = aws_list(client, keys, &listing, &out->is_truncated, err);
    buf_done(&query);
    if (code != PT_OK)
        msk_clusters_done(out);
    return code;
}

/* The fix that names the clusters there are; without one it is the region, or the account. */
static const char *fix_of_names(const char *words, const struct msk_clusters *all, char *fix,
                                size_t cap)
{
    struct buf names;
    buf_init(&names, cap / 2);
    for (size_t i = 0; i < all->n; i++)
        buf_printf(&names, "%s%s", i > 0 ? ", " : "", all->items[i].name);
    snprintf(fix, cap, "%s%s", all->n > 0 ? words : "Check the region and the AWS account",
             all->n > 0 && names.data != NULL ? names.data : "");
    buf_done(&names);
    return fix;
}

static pt_code no_such(const struct aws_client *client, const char *name,
                       const struct msk_clusters *all, struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    const char *longer = NULL;
    fix_of_names("Use one of these clusters: ", all, fix, sizeof fix);
    for (size_t i = 0; i < all->n && longer == NULL; i++)
        if (strncmp(all->items[i].name, name, strlen(name)) == 0)
            longer = all->items[i].name;
    if (longer != NULL)
        return pt_error_set(
            err, PT_ENOTFOUND, fix,
            "MSK cluster %.100s: it does not exist in %s; %.100s only begins with this name", name,
            client->region, longer);
    return pt_error_set(err, PT_ENOTFOUND, fix, "MSK cluster %.100s: it does not exist in %s", name,
                        client->region);
}

/* "auto": there must be one cluster only. */
static pt_code find_only(const struct aws_client *client, const struct msk_clusters *all, char *arn,
                         size_t cap, struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    if (all->n == 1) {
        text_copy(arn, cap, all->items[0].arn);
        return PT_OK;
    }
    fix_of_names("Set pintop.msk.cluster to one of them: ", all, fix, sizeof fix);
    if (all->n == 0)
        return pt_error_set(err, PT_ENOTFOUND, fix,
                            "MSK cluster: there is none in %s that you may see", client->region);
    return pt_error_set(err, PT_ENOTFOUND, fix,
                        "MSK cluster: there are %zu in %s, and none is named", all->n,
                        client->region);
}

pt_code msk_find(struct aws_client *client, const struct aws_keys *keys, const char *name,
                 char *arn, size_t cap, struct pt_error *err)
{
    enum { SHOWN_MAX = 100 };
    struct msk_clusters all;
    if (strncmp(name, "arn:", 4) == 0) {
        text_copy(arn, cap, name);
        return PT_OK;
    }
    /* AWS filters by the beginning of the name. All clusters are listed only to name them in the
     * fix. */
    arn[0] = '\0';
    for (int turn = 0; turn < 2; turn++) {
        pt_code code =
            msk_list_clusters(client, keys, turn == 0 ? name : NULL, SHOWN_MAX, &all, err);
        if (code != PT_OK)
            return code;
        for (size_t i = 0; i < all.n; i++)
            if (strcmp(all.items[i].name, name) == 0)
                text_copy(arn, cap, all.items[i].arn);
        if (arn[0] == '\0' && turn == 1)
            code = strcmp(name, "auto") == 0 ? find_only(client, &all, arn, cap, err)
                                             : no_such(client, name, &all, err);
        msk_clusters_done(&all);
        if (arn[0] != '\0' || code != PT_OK)
            return code;
    }
    return PT_OK;
}

void msk_clusters_done(struct msk_clusters *clusters)
{
    free(clusters->items);
    memset(clusters, 0, sizeof *clusters);
}

pt_code msk_describe_cluster(struct aws_client *client, const struct aws_keys *keys,
                             const char *arn, struct msk_cluster *out, struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    cJSON *json;
    const struct aws_call call = {
        .service = &aws_msk, .operation = "DescribeClusterV2", .method = "GET", .path = path};
    memset(out, 0, sizeof *out);
    if (!url_path(path, sizeof path, "/api/v2/clusters/", arn, ""))
        return msk_too_long(call.operation, err);
    pt_code code = aws_call_json(client, keys, &call, &json, err);
    if (code == PT_OK)
        msk_take_cluster(json_find(json, "clusterInfo"), out);
    json_free(json);
    return code;
}

pt_code msk_get_bootstrap(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                          struct msk_bootstrap *out, struct pt_error *err)
{
#define MSK_KIND_FIELD(id, word, field) [id] = (field),
    static const char *const fields[] = {MSK_KINDS(MSK_KIND_FIELD)};
#undef MSK_KIND_FIELD
    char path[PATH_MAX_BYTES];
    cJSON *json;
    const struct aws_call call = {
        .service = &aws_msk, .operation = "GetBootstrapBrokers", .method = "GET", .path = path};
    memset(out, 0, sizeof *out);
    if (!url_path(path, sizeof path, "/v1/clusters/", arn, "/bootstrap-brokers"))
        return msk_too_long(call.operation, err);
    pt_code code = aws_call_json(client, keys, &call, &json, err);
    for (int i = 0; code == PT_OK && i < MSK_KIND_COUNT; i++)
        json_copy(json, fields[i], out->servers[i], sizeof out->servers[i]);
    json_free(json);
    return code;
}

/* Skips to the next host of a list, and returns its length; 0: there is none. */
static size_t msk_next_host(const char **list)
{
    *list += strspn(*list, ", ");
    return strcspn(*list, ",: ");
}

bool msk_bootstrap_has(const struct msk_bootstrap *all, const char *servers)
{
    size_t wanted = msk_next_host(&servers);
    for (int i = 0; i < MSK_KIND_COUNT && wanted > 0; i++) {
        const char *at = all->servers[i];
        size_t len;
        for (; (len = msk_next_host(&at)) > 0; at += strcspn(at, ", "))
            if (len == wanted && strncasecmp(at, servers, len) == 0)
                return true;
    }
    return false;
}

static pt_code add_node(void *arg, const cJSON *item, struct pt_error *err)
{
    struct msk_nodes *list = arg;
    struct msk_node *grown = aws_grow(list->items, list->n, sizeof *grown);
    if (grown == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "MSK ListNodes: out of memory");
    list->items = grown;
    struct msk_node *node = &grown[list->n++];
    const cJSON *info = json_find(item, "brokerNodeInfo");
    node->broker_id = (int32_t)json_int(info, "brokerId", -1);
    json_copy(cJSON_GetArrayItem(json_find(info, "endpoints"), 0), "", node->endpoint,
              sizeof node->endpoint);
    json_copy(info, "clientSubnet", node->subnet, sizeof node->subnet);
    json_copy(info, "clientVpcIpAddress", node->address, sizeof node->address);
    json_copy(item, "instanceType", node->instance_type, sizeof node->instance_type);
    return PT_OK;
}

pt_code msk_list_nodes(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                       struct msk_nodes *out, struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    bool is_truncated;
    memset(out, 0, sizeof *out);
    if (!url_path(path, sizeof path, "/v1/clusters/", arn, "/nodes"))
        return msk_too_long("ListNodes", err);
    const struct aws_listing listing = {.service = &aws_msk,
                                        .operation = "ListNodes",
                                        .path = path,
                                        .query = "maxResults=100",
                                        .list = "nodeInfoList",
                                        .limit = 1000,
                                        .each = add_node,
                                        .arg = out};
    pt_code code = aws_list(client, keys, &listing, &is_truncated, err);
    if (code != PT_OK)
        msk_nodes_done(out);
    return code;
}

void msk_nodes_done(struct msk_nodes *nodes)
{
    free(nodes->items);
    memset(nodes, 0, sizeof *nodes);
}
