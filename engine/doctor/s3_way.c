#include "doctor/s3_way.h"

#include <stdio.h>
#include <string.h>

#include "aws/ec2_network.h"
#include "base/text.h"

/* What is known of the VPC. */
struct s3_way_look {
    const char *region;
    char vpc[32];
    struct ec2_route_tables tables;
    struct ec2_endpoints endpoints;
    bool has_endpoints; /* all of them could be listed */
    char by[64];        /* the way of the subnet that was looked at last */
    char denied[120];   /* why they are not known */
};

enum { WAY_WORDS_MAX = 16 * 1024 };
enum s3_way_kind { WAY_BY_ENDPOINT, WAY_BY_NAT, WAY_BY_OTHER, WAY_NOT_SEEN, WAY_MISSING };

/* ------------------------------------------------------------------ one subnet */

/* NULL: EC2 does not tell it. The main table is that of subnets that are on no other one. */
static const struct ec2_route_table *table_of(const struct s3_way_look *look, const char *subnet)
{
    const struct ec2_route_table *chosen = NULL;
    bool is_cut = look->tables.is_truncated;
    for (size_t i = 0; i < look->tables.n; i++) {
        const struct ec2_route_table *table = &look->tables.items[i];
        if (ec2_has_id(table->subnets.data, subnet))
            return table;
        is_cut |= table->subnets.is_over;
        if (table->is_main)
            chosen = table;
    }
    return is_cut ? NULL : chosen;
}

static const struct ec2_endpoint *s3_way_endpoint_of(const struct s3_way_look *look,
                                                     const struct ec2_route_table *table)
{
    for (size_t i = 0; i < look->endpoints.n; i++) {
        const struct ec2_endpoint *at = &look->endpoints.items[i];
        /* Only gateway endpoints have route tables, whether their type is said or not. */
        bool is_gateway = (at->type[0] == '\0' || strcasecmp(at->type, "Gateway") == 0) &&
                          ec2_has_id(at->route_tables.data, table->id);
        bool is_interface = strcasecmp(at->type, "Interface") == 0 && at->has_private_dns;
        if (strcasecmp(at->state, "available") == 0 && (is_gateway || is_interface))
            return at;
    }
    return NULL;
}

static const struct ec2_route *default_route(const struct ec2_route_table *table)
{
    for (size_t i = 0; i < table->n_routes; i++)
        if (strcmp(table->routes[i].destination, "0.0.0.0/0") == 0 && table->routes[i].is_active)
            return &table->routes[i];
    return NULL;
}

static enum s3_way_kind way_of_table(struct s3_way_look *look, const struct ec2_route_table *table)
{
    const struct ec2_endpoint *endpoint = s3_way_endpoint_of(look, table);
    const struct ec2_route *route = default_route(table);
    if (endpoint != NULL) {
        text_copy(look->by, sizeof look->by, endpoint->id);
        return WAY_BY_ENDPOINT;
    }
    text_copy(look->by, sizeof look->by, route != NULL ? route->target : "");
    if (route != NULL && strncmp(route->target, "nat-", 4) == 0)
        return WAY_BY_NAT;
    if (!look->has_endpoints)
        return WAY_NOT_SEEN;
    return route != NULL && strncmp(route->target, "igw-", 4) != 0 ? WAY_BY_OTHER : WAY_MISSING;
}

/* ------------------------------------------------------------------ all of them */

/* What the subnets of the VPC have, one after the other. */
struct s3_way_seen {
    struct buf missing, tables, by; /* subnets without a way, their tables, the ways of the others;
                                     * each once, separated by commas */
    char unknown[400];              /* of the first one that is not known; "" none */
};

static void s3_way_add(struct buf *list, const char *word)
{
    if (!ec2_has_id(list->data, word))
        buf_printf(list, "%s%s", list->len > 0 ? "," : "", word);
}

/* Writes the words of a list that fit, whole. Returns how many do not. */
static size_t s3_way_words(const struct buf *list, const char *between, char *out, size_t cap)
{
    const char *at = list->data != NULL ? list->data : "";
    size_t used = 0, n_left = 0;
    out[0] = '\0';
    while (*at != '\0') {
        size_t len = strcspn(at, ",");
        const char *before = used > 0 ? between : "";
        bool is_fitting = n_left == 0 && used + strlen(before) + len < cap;
        if (is_fitting)
            used += (size_t)snprintf(out + used, cap - used, "%s%.*s", before, (int)len, at);
        n_left += !is_fitting;
        at += len + (at[len] == ',');
    }
    return n_left;
}

static void s3_way_say_missing(const struct s3_way_look *look, const struct s3_way_seen *seen,
                               struct s3_way *way)
{
    char subnets[300], tables[600], others[40] = "";
    size_t n_others = s3_way_words(&seen->missing, ", ", subnets, sizeof subnets);
    way->state = S3_WAY_NONE;
    if (n_others > 0)
        snprintf(others, sizeof others, " and %zu other subnet%s", n_others,
                 text_s((int64_t)n_others));
    text_put(way->says, sizeof way->says,
             "S3 cannot be reached from %s%s: there is neither a gateway endpoint nor a NAT "
             "gateway, and the workers of MSK Connect have no public address",
             subnets, others);
    bool is_cut = s3_way_words(&seen->tables, " ", tables, sizeof tables) > 0;
    snprintf(way->fix, sizeof way->fix,
             "Create a gateway endpoint, which is free%s: aws ec2 create-vpc-endpoint --vpc-id %s "
             "--service-name com.amazonaws.%s.s3 --route-table-ids %s --region %s",
             is_cut ? ", for the route tables of all these subnets in place of TABLES" : "",
             look->vpc, look->region, is_cut ? "TABLES" : tables, look->region);
}

static void s3_way_unknown(const struct s3_way_look *look, const struct ec2_route_table *table,
                           enum s3_way_kind kind, const char *subnet, struct s3_way_seen *seen)
{
    if (seen->unknown[0] != '\0')
        return;
    if (table == NULL)
        text_put(seen->unknown, sizeof seen->unknown, "EC2 does not report the route table of %s",
                 subnet);
    else if (kind == WAY_BY_OTHER)
        text_put(seen->unknown, sizeof seen->unknown,
                 "the default route of %s goes to %s, behind which pintop cannot see", subnet,
                 look->by);
    else
        text_put(seen->unknown, sizeof seen->unknown,
                 "%s has no NAT gateway, and its endpoints are not known (%s)", subnet,
                 look->denied);
}

static void s3_way_see(struct s3_way_look *look, const char *subnet, struct s3_way_seen *seen)
{
    const struct ec2_route_table *table = table_of(look, subnet);
    enum s3_way_kind kind = table != NULL ? way_of_table(look, table) : WAY_NOT_SEEN;
    if (kind == WAY_MISSING) {
        s3_way_add(&seen->missing, subnet);
        s3_way_add(&seen->tables, table->id);
    } else if (kind == WAY_BY_OTHER || kind == WAY_NOT_SEEN) {
        s3_way_unknown(look, table, kind, subnet, seen);
    } else {
        s3_way_add(&seen->by, look->by);
    }
}

/* One subnet without a way is one too many: workers are put in all of them. */
static void s3_way_judge(struct s3_way_look *look, const char *subnets, struct s3_way *way)
{
    struct s3_way_seen seen = {.unknown = ""};
    buf_init(&seen.missing, WAY_WORDS_MAX);
    buf_init(&seen.tables, WAY_WORDS_MAX);
    buf_init(&seen.by, WAY_WORDS_MAX);
    for (const char *at = subnets; *at != '\0';) {
        char subnet[40];
        size_t len = strcspn(at, ",");
        snprintf(subnet, sizeof subnet, "%.*s", (int)len, at);
        s3_way_see(look, subnet, &seen);
        at += len + (at[len] == ',');
    }
    bool is_there = seen.by.len > 0 && seen.unknown[0] == '\0';
    way->state = is_there ? S3_WAY_THERE : S3_WAY_UNKNOWN;
    if (seen.missing.len > 0)
        s3_way_say_missing(look, &seen, way);
    else if (is_there)
        s3_way_words(&seen.by, ", ", way->says, sizeof way->says);
    else
        text_put(way->says, sizeof way->says, "%s",
                 seen.unknown[0] != '\0' ? seen.unknown : "no subnet is known");
    buf_done(&seen.missing);
    buf_done(&seen.tables);
    buf_done(&seen.by);
}

void s3_way_find(struct check *check, const struct msk_vpc *vpc, const char *region,
                 struct s3_way *way)
{
    struct s3_way_look look = {.region = region};
    struct ec2_subnets subnets;
    char service[80];
    struct pt_error err;
    memset(way, 0, sizeof *way);
    if (ec2_describe_subnets(check->client, check->keys, vpc->subnets, &subnets, &err) != PT_OK) {
        check_why(&err, "ec2:DescribeSubnets", way->says, sizeof way->says);
        return;
    }
    text_copy(look.vpc, sizeof look.vpc, subnets.n > 0 ? subnets.items[0].vpc : "");
    ec2_subnets_done(&subnets);
    if (look.vpc[0] == '\0') {
        text_copy(way->says, sizeof way->says, "EC2 does not report the VPC of the subnets");
        return;
    }
    if (ec2_describe_route_tables(check->client, check->keys, look.vpc, &look.tables, &err) !=
        PT_OK) {
        check_why(&err, "ec2:DescribeRouteTables", way->says, sizeof way->says);
        return;
    }
    snprintf(service, sizeof service, "com.amazonaws.%.40s.s3", region);
    look.has_endpoints = ec2_describe_endpoints(check->client, check->keys, look.vpc, service,
                                                &look.endpoints, &err) == PT_OK;
    if (!look.has_endpoints)
        check_why(&err, "ec2:DescribeVpcEndpoints", look.denied, sizeof look.denied);
    else if (look.endpoints.is_truncated)
        snprintf(look.denied, sizeof look.denied, "there are more of them than pintop reads");
    look.has_endpoints = look.has_endpoints && !look.endpoints.is_truncated;
    s3_way_judge(&look, vpc->subnets, way);
    ec2_route_tables_done(&look.tables);
    ec2_endpoints_done(&look.endpoints);
}
