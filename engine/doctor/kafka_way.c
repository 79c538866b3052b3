/* Why a broker cannot be reached: another network, a security group, or what the connection itself
 * tells. Nothing is accused that was not seen. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "aws/ec2_network.h"
#include "base/text.h"
#include "doctor/group_rules.h"
#include "doctor/kafka.h"
#include "login/keyring.h"
#include "net/http.h"
#include "net/reach.h"

enum { WAY_ADDRESS_MAX = 48, PRIVATE_LINK_PORT = 14001 };

/* What is known of the way to one broker. */
struct kafka_way {
    struct check *check;
    const struct reach *host;
    bool is_inside;            /* another broker was reached at its private address */
    char own[WAY_ADDRESS_MAX]; /* this host's address, as the broker's groups see it; "" */
    char cluster_vpcs[200];    /* separated by commas; "" not known */
    const char *groups;        /* of the brokers; "" not known */
    char says[700], fix[900];
};

/* ------------------------------------------------------------------ this host */

/* The address that this host calls another one from; "" when it has none for it. Nothing is sent.
 */
static void way_source(const char *to, char *out, size_t cap)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(9)};
    bool is_v6 = inet_pton(AF_INET6, to, &v6.sin6_addr) == 1;
    bool is_v4 = inet_pton(AF_INET, to, &v4.sin_addr) == 1;
    struct sockaddr *at = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    socklen_t len = is_v6 ? sizeof v6 : sizeof v4;
    out[0] = '\0';
    if (!is_v4 && !is_v6)
        return;
    int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, at, len) == 0 && getsockname(fd, at, &len) == 0)
        inet_ntop(is_v6 ? AF_INET6 : AF_INET,
                  is_v6 ? (const void *)&v6.sin6_addr : (const void *)&v4.sin_addr, out,
                  (socklen_t)cap);
    close(fd);
}

/* Only an address that is the instance's own is seen unchanged by others: not that of a container
 * or a tunnel on it. */
static void way_find_own(struct kafka_way *way)
{
    way_source(way->host->address, way->own, sizeof way->own);
    if (!ec2_has_id(way->check->found->own_addresses, way->own))
        way->own[0] = '\0';
}

/* ------------------------------------------------------------------ its VPC */

/* Finds the VPCs of the cluster by its subnets; none when EC2 does not tell them. */
static void way_find_vpcs(struct kafka_way *way, const struct aws_keys *keys)
{
    const struct msk_cluster *cluster = &way->check->found->cluster;
    size_t used = 0;
    for (size_t i = 0; i < cluster->n_vpcs; i++) {
        struct ec2_subnets subnets = {0};
        struct pt_error err;
        if (cluster->vpcs[i].subnets[0] == '\0' ||
            ec2_describe_subnets(way->check->client, keys, cluster->vpcs[i].subnets, &subnets,
                                 &err) != PT_OK ||
            subnets.n == 0 || used + strlen(subnets.items[0].vpc) + 2 > sizeof way->cluster_vpcs) {
            ec2_subnets_done(&subnets);
            way->cluster_vpcs[0] = '\0'; /* one that is not known may be this host's */
            return;
        }
        used += (size_t)snprintf(way->cluster_vpcs + used, sizeof way->cluster_vpcs - used, "%s%s",
                                 used > 0 ? "," : "", subnets.items[0].vpc);
        if (strcmp(subnets.items[0].vpc, way->check->found->instance_vpc) == 0)
            way->groups = cluster->vpcs[i].security_groups;
        ec2_subnets_done(&subnets);
    }
}

static void say_on_host(struct kafka_way *way, const char *words)
{
    const struct ec2_instance *ec2 = &way->check->found->instance;
    bool has_host = way->check->found->has_instance && ec2->public_dns[0] != '\0';
    snprintf(
        way->fix, sizeof way->fix,
        "%s on the EC2 host%s%s, which is inside (ec2.ssh has the command). Or stay here with the "
        "AWS-only view: topics, their rates and lag, connectors, their logs and the bucket, "
        "and `pintop topics create` works through AWS's API.",
        words, has_host ? " " : "", has_host ? ec2->public_dns : "");
}

/* A private address, seen by somebody who is not in the cluster's VPC: that is the reason, before
 * any security group, unless somebody answers there or at another one. Returns whether it is said.
 */
static bool way_says_outside(struct kafka_way *way)
{
    const struct found *found = way->check->found;
    const struct reach *host = way->host;
    if (!reach_is_private(host->address) || host->is_refused || way->is_inside ||
        found->place == PLACE_UNKNOWN || found->place == PLACE_CONTAINER)
        return false;
    if (found->place == PLACE_OUTSIDE) {
        text_put(way->says, sizeof way->says,
                 "%s has the private address %s, and this pintop %s outside of its VPC, from where "
                 "no private address can be reached",
                 host->host, host->address, found->is_place_guess ? "seems to be" : "runs");
        say_on_host(way, "Run pintop");
        return true;
    }
    if (found->instance_vpc[0] == '\0' || way->cluster_vpcs[0] == '\0' ||
        ec2_has_id(way->cluster_vpcs, found->instance_vpc))
        return false;
    text_put(way->says, sizeof way->says,
             "%s has the private address %s in %s, and this host is in %s: no peering or transit "
             "gateway leads there, or its routes or security groups do not allow it",
             host->host, host->address, way->cluster_vpcs, found->instance_vpc);
    text_put(way->fix, sizeof way->fix,
             "Run pintop on a host in %s; or look at VPC console > Peering connections and Route "
             "tables of both.",
             way->cluster_vpcs);
    return true;
}

/* ------------------------------------------------------------------ its security groups */

static void way_say_rules(struct kafka_way *way, enum group_says says, const char *sources)
{
    const struct reach *host = way->host;
    const char *region = way->check->client->region;
    bool is_v6 = strchr(way->own, ':') != NULL, is_one = strchr(way->groups, ',') == NULL;
    char allow[500];
    text_put(allow, sizeof allow, "security group%s %s %s %d from %.300s", is_one ? "" : "s",
             way->groups, is_one ? "allows" : "allow", host->port,
             sources[0] != '\0' ? sources : "nowhere");
    if (says == GROUP_LETS_IN) {
        text_put(way->says, sizeof way->says, "%s, although %s, which includes this host",
                 host->why, allow);
        text_put(way->fix, sizeof way->fix,
                 "Look at the network ACLs and route tables between, and at the outbound rules of "
                 "this host's own security group: AWS console, VPC.");
    } else if (says == GROUP_KEEPS_OUT && way->own[0] != '\0') {
        text_put(way->says, sizeof way->says, "%s: %s, not from %s", host->why, allow, way->own);
        text_put(way->fix, sizeof way->fix,
                 "Allow it: aws ec2 authorize-security-group-ingress --group-id %.*s "
                 "--ip-permissions 'IpProtocol=tcp,FromPort=%d,ToPort=%d,%s=[{%s=%s/%d}]' --region "
                 "%s",
                 (int)strcspn(way->groups, ","), way->groups, host->port, host->port,
                 is_v6 ? "Ipv6Ranges" : "IpRanges", is_v6 ? "CidrIpv6" : "CidrIp", way->own,
                 is_v6 ? 128 : 32, region);
    } else {
        text_put(way->says, sizeof way->says, "%s: %s%s", host->why, allow,
                 sources[0] != '\0' ? ", and it is not known whether this host is among them" : "");
        text_put(way->fix, sizeof way->fix,
                 "Allow port %d from this host's address there: AWS console, EC2 > Security Groups "
                 "> %s > Edit inbound rules.",
                 host->port, way->groups);
    }
}

/* All of the groups, or it is not known what they let in. */
static pt_code way_take_groups(struct kafka_way *way, const struct aws_keys *keys,
                               struct ec2_groups *groups, struct pt_error *err)
{
    size_t n = 1;
    pt_code code = ec2_describe_groups(way->check->client, keys, way->groups, groups, err);
    for (const char *at = way->groups; (at = strchr(at, ',')) != NULL; at++)
        n++;
    if (code != PT_OK || groups->n == n)
        return code;
    ec2_groups_done(groups);
    return pt_error_set(err, PT_EDATA, NULL, "EC2 does not report all of them");
}

/* Says what the groups of the brokers let in. Only a call without any answer is theirs, and those
 * of multi-VPC connectivity have other groups. */
static void way_say_groups(struct kafka_way *way, const struct aws_keys *keys)
{
    const struct found *found = way->check->found;
    const struct reach *host = way->host;
    struct ec2_groups groups;
    struct buf sources;
    struct pt_error err;
    char why[400];
    text_copy(way->says, sizeof way->says, host->why);
    text_copy(way->fix, sizeof way->fix, host->fix);
    if (host->code != PT_ETIMEOUT || way->groups[0] == '\0' || host->port >= PRIVATE_LINK_PORT)
        return;
    if (way_take_groups(way, keys, &groups, &err) != PT_OK) {
        check_why(&err, "ec2:DescribeSecurityGroups", why, sizeof why);
        text_put(way->says, sizeof way->says,
                 "%s; whether security group %.200s lets this host in "
                 "is not known (%s)",
                 host->why, way->groups, why);
        text_put(way->fix, sizeof way->fix,
                 "Look by hand whether port %d is allowed from this host: AWS console, EC2 > "
                 "Security Groups > %s > Inbound rules.",
                 host->port, way->groups);
        return;
    }
    way_find_own(way);
    const struct group_caller caller = {
        .addresses = way->own,
        .groups = way->own[0] != '\0' ? found->own_groups : "",
        .to = host->address,
        .port = host->port,
    };
    buf_init(&sources, 2000);
    enum group_says says = group_rules_judge(&groups, &caller, &sources);
    way_say_rules(way, says, sources.data != NULL ? sources.data : "");
    buf_done(&sources);
    ec2_groups_done(&groups);
}

/* ------------------------------------------------------------------ all of it */

/* With AWS's keys, which the row of plain Kafka has no use for. */
static void way_explain(struct kafka_way *way)
{
    struct check *check = way->check;
    const struct found *found = check->found;
    struct aws_keys keys = {0};
    struct pt_error err;
    bool has_keys =
        found->has_cluster && keyring_take(check->keyring, check->setup, &keys, &err) == PT_OK;
    way->groups = found->has_cluster && found->cluster.n_vpcs == 1
                      ? found->cluster.vpcs[0].security_groups
                      : "";
    if (has_keys && found->place == PLACE_EC2)
        way_find_vpcs(way, &keys);
    if (!way_says_outside(way)) {
        if (!has_keys)
            way->groups = "";
        way_say_groups(way, &keys);
    }
    aws_keys_done(&keys);
}

void kafka_say_unreached(struct check *check, const struct reach *hosts, size_t n)
{
    struct kafka_way way = {.check = check, .groups = ""};
    size_t n_bad = 0;
    for (size_t i = 0; i < n; i++) {
        n_bad += hosts[i].code != PT_OK;
        way.is_inside |= (hosts[i].step > REACH_TCP || hosts[i].is_refused) &&
                         reach_is_private(hosts[i].address);
        if (hosts[i].code != PT_OK && way.host == NULL)
            way.host = &hosts[i];
    }
    if (way.host == NULL)
        return;
    text_copy(way.says, sizeof way.says, way.host->why);
    text_copy(way.fix, sizeof way.fix, way.host->fix);
    if (check->found->is_aws && way.host->step == REACH_TCP)
        way_explain(&way);
    const char *variable;
    char proxy[120] = "";
    if (way.host->step == REACH_TCP && http_has_proxy("https://", &variable))
        snprintf(proxy, sizeof proxy, ". Kafka does not go through the proxy that %s names",
                 variable);
    if (n == 1)
        check_fail(check, way.fix, "the broker cannot be reached: %s%s", way.says, proxy);
    else
        check_fail(check, way.fix, "%zu of %zu brokers cannot be reached: %s%s", n_bad, n, way.says,
                   proxy);
}
