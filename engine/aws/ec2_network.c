#include "aws/ec2_network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "base/printable.h"
#include "base/text.h"

enum { FILTERS_MAX = 2, ITEMS_MAX = 1000, IDS_MAX = 64 * 1024 };

/* A question, and what takes each item of its answer. */
struct network_ask {
    const char *operation, *set; /* "DescribeSubnets", "subnetSet/item" */
    const char *ids;             /* separated by commas; NULL none */
    const char *id_name;         /* "SubnetId" */
    const char *filters[FILTERS_MAX][2];
    size_t n_filters;
    bool (*take)(void *arg, const struct xml_node *item); /* false: out of memory */
    void *arg;
    bool *is_truncated; /* out: not all of them were taken; NULL: that does not matter */
};

static void network_put(const struct xml_node *node, const char *path, char *out, size_t cap)
{
    printable_str(out, cap, xml_get(node, path));
}

static bool network_is(const struct xml_node *node, const char *path, const char *value)
{
    const char *text = xml_get(node, path);
    return text != NULL && strcmp(text, value) == 0;
}

static void network_add_id(struct buf *ids, const char *id)
{
    if (id != NULL && *id != '\0')
        buf_printf(ids, "%s%s", ids->len > 0 ? "," : "", id);
}

bool ec2_has_id(const char *ids, const char *id)
{
    size_t len = strlen(id);
    while (ids != NULL && *ids != '\0' && len > 0) {
        size_t n = strcspn(ids, ",");
        if (n == len && strncmp(ids, id, len) == 0)
            return true;
        ids += n + (ids[n] == ',');
    }
    return false;
}

/* ------------------------------------------------------------------ asking */

static void network_put_ids(const struct network_ask *ask, struct buf *form)
{
    const char *at = ask->ids != NULL ? ask->ids : "";
    for (int i = 1; *at != '\0'; i++) {
        size_t len = strcspn(at, ",");
        char name[40], id[64];
        snprintf(name, sizeof name, "%s.%d", ask->id_name, i);
        snprintf(id, sizeof id, "%.*s", (int)(len < sizeof id ? len : sizeof id - 1), at);
        aws_form_add(form, name, id);
        at += len + (at[len] == ',');
    }
}

static void network_put_form(const struct network_ask *ask, const char *token, struct buf *form)
{
    buf_reset(form);
    aws_form_add(form, "Action", ask->operation);
    aws_form_add(form, "Version", "2016-11-15");
    network_put_ids(ask, form);
    for (size_t i = 0; i < ask->n_filters; i++) {
        char name[40];
        snprintf(name, sizeof name, "Filter.%zu.Name", i + 1);
        aws_form_add(form, name, ask->filters[i][0]);
        snprintf(name, sizeof name, "Filter.%zu.Value.1", i + 1);
        aws_form_add(form, name, ask->filters[i][1]);
    }
    if (token[0] != '\0')
        aws_form_add(form, "NextToken", token);
}

/* Takes one page; token is the next one's, "" none. */
static pt_code network_page(struct aws_client *client, const struct aws_keys *keys,
                            const struct network_ask *ask, const struct buf *form, size_t *n,
                            char *token, size_t cap, struct pt_error *err)
{
    const struct aws_call call = {.service = &aws_ec2,
                                  .operation = ask->operation,
                                  .content_type =
                                      "application/x-www-form-urlencoded; charset=utf-8",
                                  .body = form->data,
                                  .body_len = form->len};
    struct xml *xml;
    pt_code code = aws_call_xml(client, keys, &call, &xml, err);
    if (code != PT_OK)
        return code;
    const struct xml_node *item = xml_find(xml_root(xml), ask->set);
    for (; item != NULL && code == PT_OK && *n < ITEMS_MAX; item = xml_next(item, "item"), ++*n)
        if (!ask->take(ask->arg, item))
            code = pt_error_set(err, PT_ENOMEM, NULL, "EC2 %s: out of memory", ask->operation);
    text_copy(token, cap, xml_get(xml_root(xml), "nextToken"));
    if (ask->is_truncated != NULL)
        *ask->is_truncated = item != NULL || token[0] != '\0';
    xml_free(xml);
    return code;
}

static pt_code network_ask_all(struct aws_client *client, const struct aws_keys *keys,
                               const struct network_ask *ask, struct pt_error *err)
{
    char token[1024] = "";
    struct buf form;
    size_t n = 0;
    int pages = 0;
    pt_code code;
    buf_init(&form, 32 * 1024);
    do {
        network_put_form(ask, token, &form);
        code = form.is_over ? pt_error_set(err, PT_EFULL, NULL, "EC2 %s: the request is too long",
                                           ask->operation)
                            : network_page(client, keys, ask, &form, &n, token, sizeof token, err);
    } while (code == PT_OK && token[0] != '\0' && n < ITEMS_MAX && ++pages < AWS_PAGES_MAX);
    buf_done(&form);
    return code;
}

/* ------------------------------------------------------------------ subnets */

static bool subnet_take(void *arg, const struct xml_node *item)
{
    struct ec2_subnets *all = arg;
    struct ec2_subnet *grown = aws_grow(all->items, all->n, sizeof *grown);
    if (grown == NULL)
        return false;
    all->items = grown;
    struct ec2_subnet *out = &grown[all->n++];
    network_put(item, "subnetId", out->id, sizeof out->id);
    network_put(item, "vpcId", out->vpc, sizeof out->vpc);
    return true;
}

pt_code ec2_describe_subnets(struct aws_client *client, const struct aws_keys *keys,
                             const char *ids, struct ec2_subnets *out, struct pt_error *err)
{
    const struct network_ask ask = {.operation = "DescribeSubnets",
                                    .set = "subnetSet/item",
                                    .ids = ids,
                                    .id_name = "SubnetId",
                                    .take = subnet_take,
                                    .arg = out};
    memset(out, 0, sizeof *out);
    pt_code code = network_ask_all(client, keys, &ask, err);
    if (code != PT_OK)
        ec2_subnets_done(out);
    return code;
}

void ec2_subnets_done(struct ec2_subnets *subnets)
{
    free(subnets->items);
    memset(subnets, 0, sizeof *subnets);
}

/* ------------------------------------------------------------------ route tables */

/* The members of a route that name where it leads; one of them is there. */
static const char *route_target(const struct xml_node *route)
{
    static const char *const names[] = {"natGatewayId",       "gatewayId",
                                        "transitGatewayId",   "vpcPeeringConnectionId",
                                        "instanceId",         "egressOnlyInternetGatewayId",
                                        "networkInterfaceId", "localGatewayId",
                                        "carrierGatewayId",   "coreNetworkArn"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (xml_get(route, names[i]) != NULL)
            return xml_get(route, names[i]);
    return NULL;
}

static bool route_take(struct ec2_route_table *table, const struct xml_node *item)
{
    struct ec2_route *grown = aws_grow(table->routes, table->n_routes, sizeof *grown);
    if (grown == NULL)
        return false;
    table->routes = grown;
    struct ec2_route *out = &grown[table->n_routes++];
    const char *destination = xml_get(item, "destinationCidrBlock");
    if (destination == NULL)
        destination = xml_get(item, "destinationIpv6CidrBlock");
    if (destination == NULL)
        destination = xml_get(item, "destinationPrefixListId");
    printable_str(out->destination, sizeof out->destination, destination);
    printable_str(out->target, sizeof out->target, route_target(item));
    out->is_active = network_is(item, "state", "active");
    return true;
}

static bool route_table_take(void *arg, const struct xml_node *item)
{
    struct ec2_route_tables *all = arg;
    struct ec2_route_table *grown = aws_grow(all->items, all->n, sizeof *grown);
    const struct xml_node *at;
    bool is_good = grown != NULL;
    if (!is_good)
        return false;
    all->items = grown;
    struct ec2_route_table *out = &grown[all->n++];
    buf_init(&out->subnets, IDS_MAX);
    network_put(item, "routeTableId", out->id, sizeof out->id);
    for (at = xml_find(item, "associationSet/item"); at != NULL; at = xml_next(at, "item")) {
        out->is_main |= network_is(at, "main", "true");
        network_add_id(&out->subnets, xml_get(at, "subnetId"));
    }
    for (at = xml_find(item, "routeSet/item"); at != NULL && is_good; at = xml_next(at, "item"))
        is_good = route_take(out, at);
    return is_good;
}

pt_code ec2_describe_route_tables(struct aws_client *client, const struct aws_keys *keys,
                                  const char *vpc, struct ec2_route_tables *out,
                                  struct pt_error *err)
{
    const struct network_ask ask = {.operation = "DescribeRouteTables",
                                    .set = "routeTableSet/item",
                                    .filters = {{"vpc-id", vpc}},
                                    .n_filters = 1,
                                    .take = route_table_take,
                                    .arg = out,
                                    .is_truncated = &out->is_truncated};
    memset(out, 0, sizeof *out);
    pt_code code = network_ask_all(client, keys, &ask, err);
    if (code != PT_OK)
        ec2_route_tables_done(out);
    return code;
}

void ec2_route_tables_done(struct ec2_route_tables *tables)
{
    for (size_t i = 0; i < tables->n; i++) {
        buf_done(&tables->items[i].subnets);
        free(tables->items[i].routes);
    }
    free(tables->items);
    memset(tables, 0, sizeof *tables);
}

/* ------------------------------------------------------------------ endpoints */

static bool endpoint_take(void *arg, const struct xml_node *item)
{
    struct ec2_endpoints *all = arg;
    struct ec2_endpoint *grown = aws_grow(all->items, all->n, sizeof *grown);
    const struct xml_node *at;
    if (grown == NULL)
        return false;
    all->items = grown;
    struct ec2_endpoint *out = &grown[all->n++];
    buf_init(&out->route_tables, IDS_MAX);
    network_put(item, "vpcEndpointId", out->id, sizeof out->id);
    network_put(item, "vpcEndpointType", out->type, sizeof out->type);
    network_put(item, "state", out->state, sizeof out->state);
    out->has_private_dns = network_is(item, "privateDnsEnabled", "true");
    for (at = xml_find(item, "routeTableIdSet/item"); at != NULL; at = xml_next(at, "item"))
        network_add_id(&out->route_tables, at->text);
    return true;
}

pt_code ec2_describe_endpoints(struct aws_client *client, const struct aws_keys *keys,
                               const char *vpc, const char *service, struct ec2_endpoints *out,
                               struct pt_error *err)
{
    const struct network_ask ask = {
        .operation = "DescribeVpcEndpoints",
        .set = "vpcEndpointSet/item",
        .filters = {{"vpc-id", vpc}, {"service-name", service}},
        .n_filters = 2,
        .take = endpoint_take,
        .arg = out,
        .is_truncated = &out->is_truncated
    };
    memset(out, 0, sizeof *out);
    pt_code code = network_ask_all(client, keys, &ask, err);
    if (code != PT_OK)
        ec2_endpoints_done(out);
    return code;
}

void ec2_endpoints_done(struct ec2_endpoints *endpoints)
{
    for (size_t i = 0; i < endpoints->n; i++)
        buf_done(&endpoints->items[i].route_tables);
    free(endpoints->items);
    memset(endpoints, 0, sizeof *endpoints);
}

/* ------------------------------------------------------------------ security groups */

/* Where a rule's source stands in its permission. */
static const char *const group_sources[][2] = {
    {"ipRanges/item",      "cidrIp"      },
    {"ipv6Ranges/item",    "cidrIpv6"    },
    {"groups/item",        "groupId"     },
    {"prefixListIds/item", "prefixListId"},
};

/* Returns false for what is no port. */
static bool group_port(const struct xml_node *permission, const char *name, int32_t *port)
{
    const char *text = xml_get(permission, name);
    char *end = NULL;
    long value = text != NULL ? strtol(text, &end, 10) : -1;
    *port = (int32_t)value;
    return text != NULL && *text != '\0' && *end == '\0' && value >= 0 && value <= 65535;
}

/* The ports of TCP that it is about; false: none. "-1" is all protocols, and has no ports. */
static bool group_ports(const struct xml_node *permission, struct ec2_rule *out)
{
    *out = (struct ec2_rule){.port_from = 0, .port_to = 65535};
    if (network_is(permission, "ipProtocol", "-1"))
        return true;
    if (!network_is(permission, "ipProtocol", "tcp") && !network_is(permission, "ipProtocol", "6"))
        return false;
    return group_port(permission, "fromPort", &out->port_from) &&
           group_port(permission, "toPort", &out->port_to);
}

static bool group_rule_add(struct ec2_group *group, const struct ec2_rule *rule)
{
    struct ec2_rule *grown = aws_grow(group->rules, group->n_rules, sizeof *grown);
    if (grown == NULL)
        return false;
    group->rules = grown;
    grown[group->n_rules++] = *rule;
    return true;
}

static bool group_permission_take(struct ec2_group *group, const struct xml_node *permission)
{
    struct ec2_rule rule;
    if (!group_ports(permission, &rule))
        return true;
    for (size_t i = 0; i < sizeof group_sources / sizeof *group_sources; i++) {
        const struct xml_node *at = xml_find(permission, group_sources[i][0]);
        for (; at != NULL; at = xml_next(at, "item")) {
            network_put(at, group_sources[i][1], rule.source, sizeof rule.source);
            if (!group_rule_add(group, &rule))
                return false;
        }
    }
    return true;
}

static bool group_take(void *arg, const struct xml_node *item)
{
    struct ec2_groups *all = arg;
    struct ec2_group *grown = aws_grow(all->items, all->n, sizeof *grown);
    bool is_good = grown != NULL;
    if (!is_good)
        return false;
    all->items = grown;
    struct ec2_group *out = &grown[all->n++];
    network_put(item, "groupId", out->id, sizeof out->id);
    const struct xml_node *at = xml_find(item, "ipPermissions/item");
    for (; at != NULL && is_good; at = xml_next(at, "item"))
        is_good = group_permission_take(out, at);
    return is_good;
}

pt_code ec2_describe_groups(struct aws_client *client, const struct aws_keys *keys, const char *ids,
                            struct ec2_groups *out, struct pt_error *err)
{
    const struct network_ask ask = {.operation = "DescribeSecurityGroups",
                                    .set = "securityGroupInfo/item",
                                    .ids = ids,
                                    .id_name = "GroupId",
                                    .take = group_take,
                                    .arg = out};
    memset(out, 0, sizeof *out);
    pt_code code = network_ask_all(client, keys, &ask, err);
    if (code != PT_OK)
        ec2_groups_done(out);
    return code;
}

void ec2_groups_done(struct ec2_groups *groups)
{
    for (size_t i = 0; i < groups->n; i++)
        free(groups->items[i].rules);
    free(groups->items);
    memset(groups, 0, sizeof *groups);
}
