/* Names that do not resolve, and connections that fail or break: the peer decides on the rule,
 * because the exception is the same for all. */
#include <stdio.h>
#include <string.h>

#include "connector/rules/rules_private.h"

/* Only the worker's connections; pintop's own failures explain themselves. */
#define LOG RULE_LOG
#define DNS "UnknownHostException|Temporary failure in name resolution|Name or service not known"
#define CONNECT                                                                                    \
    "([Cc]onnect|HTTP request|Connection|Channel)[^\n]*(timed out|[Cc]onnection refused|No route " \
    "to host|Host unreachable|Network is unreachable|Host is down)|ConnectTimeoutException|"       \
    "SocketTimeoutException: connect timed out|HttpHostConnectException|"                          \
    "(ConnectException|NoRouteToHostException|SocketException): [^\n]*(refused|timed "             \
    "out|No route to host|unreachable)"
#define BREAK                                                                                      \
    "Connection reset|Broken pipe|failed to respond|Read timed out|Premature (EOF|end of)|"        \
    "NoHttpResponseException|Unexpected end of stream|Connection closed prematurely|"              \
    "connection was closed during the request"

/* ------------------------------------------------------------------ whose connection */

static bool net_is_s3(const struct rule_look *look)
{
    enum rule_peer peer = fact_peer(look);
    return peer == PEER_S3 || peer == PEER_STORE;
}

static bool net_is_aws(const struct rule_look *look)
{
    return fact_peer(look) == PEER_AWS;
}

static bool net_is_registry(const struct rule_look *look)
{
    return fact_peer(look) == PEER_REGISTRY;
}

static bool net_is_broker(const struct rule_look *look)
{
    return fact_peer(look) == PEER_BROKER;
}

static bool net_is_database(const struct rule_look *look)
{
    return fact_peer(look) == PEER_DATABASE;
}

/* Between the worker and S3. */
static bool is_proxy(const struct rule_look *look)
{
    char host[256];
    const char *proxy =
        look->place->get != NULL ? look->place->get(look->place->arg, "s3.proxy.url") : "";
    return strstr(look->text, "through proxy") != NULL ||
           (fact_of(look, "host", host, sizeof host) && strstr(proxy, host) != NULL);
}

/* The address from which a host or container in AWS gets the credentials of its role. */
static bool is_metadata(const struct rule_look *look)
{
    return strstr(look->text, "169.254.169.254") != NULL ||
           strstr(look->text, "169.254.170.2") != NULL || strstr(look->text, "fd00:ec2") != NULL;
}

/* A worker forwards requests to another one, under the host name that the other one advertises. */
static bool is_worker(const struct rule_look *look)
{
    return strstr(look->text, "forwarding REST request") != NULL ||
           strstr(look->text, "forward REST request") != NULL ||
           strstr(look->text, "runtime.rest.RestClient") != NULL;
}

static bool has_host(const struct rule_look *look)
{
    char host[256];
    return fact_of(look, "host", host, sizeof host);
}

/* ------------------------------------------------------------------ sentences */

static const char *net_how(const struct rule_look *look)
{
    if (strstr(look->text, "refused") != NULL)
        return "refuses the connection (nothing listens on that port, or a firewall rejects it)";
    if (strstr(look->text, "No route") != NULL || strstr(look->text, "unreachable") != NULL)
        return "is unreachable: there is no route from the worker";
    return "does not answer: the connection timed out";
}

static void cause_of(const struct rule_look *look, const char *whom, char *out, size_t cap)
{
    char host[256], port[16];
    bool has_port = fact_of(look, "port", port, sizeof port);
    if (!fact_of(look, "host", host, sizeof host))
        snprintf(out, cap, "%s %s", whom, net_how(look));
    else
        snprintf(out, cap, "%s (%s%s%s) %s", whom, host, has_port ? ":" : "", has_port ? port : "",
                 net_how(look));
}

static void words_s3(const struct rule_look *look, struct rule_words *out)
{
    if (fact_peer(look) == PEER_STORE) {
        cause_of(look, "the S3 server in store.url", out->cause, sizeof out->cause);
        words_expand(look,
                     "Start the S3 server at {store}, or correct store.url as the worker sees it "
                     "(localhost is the worker itself)" RESTART,
                     out->fix, sizeof out->fix);
        return;
    }
    cause_of(look, "S3", out->cause, sizeof out->cause);
    words_expand(
        look,
        "[{?msk}Add the S3 gateway endpoint com.amazonaws.{region|REGION}.s3 to the route tables "
        "of the connector's subnets (or a NAT gateway), allow outbound port 443 in the security "
        "group, and check the endpoint's policy][{?own}Allow the worker's host to reach port 443 "
        "of {host|S3}: route, firewall, proxy (s3.proxy.url)]" RESTART,
        out->fix, sizeof out->fix);
}

static void words_aws(const struct rule_look *look, struct rule_words *out)
{
    char whom[64], service[32];
    bool is_named = fact_of(look, "service", service, sizeof service);
    snprintf(whom, sizeof whom, "the AWS service %s", is_named ? service : "that it calls");
    cause_of(look, whom, out->cause, sizeof out->cause);
    words_expand(
        look,
        "[{?msk}Add the interface endpoint com.amazonaws.{region|REGION}.{service|SERVICE} to the "
        "connector's subnets (private DNS on, security group open on port 443), or a NAT "
        "gateway][{?own}Allow the worker's host to reach port 443 of {host|the service}]" RESTART,
        out->fix, sizeof out->fix);
}

static void words_registry(const struct rule_look *look, struct rule_words *out)
{
    cause_of(look, "the schema registry", out->cause, sizeof out->cause);
}

static void words_broker(const struct rule_look *look, struct rule_words *out)
{
    cause_of(look, "a Kafka broker", out->cause, sizeof out->cause);
}

static void words_database(const struct rule_look *look, struct rule_words *out)
{
    cause_of(look, "the database", out->cause, sizeof out->cause);
}

static void words_other(const struct rule_look *look, struct rule_words *out)
{
    cause_of(look, "a server that the connector calls", out->cause, sizeof out->cause);
}

static void words_dns_s3(const struct rule_look *look, struct rule_words *out)
{
    if (fact_peer(look) == PEER_STORE)
        words_set(
            look, out,
            "the name {host|in store.url} of the S3 server in store.url does not resolve on the "
            "worker",
            "Correct {set:store.url}[ ({store})] to a name that the worker can resolve" RESTART);
}

#define MSK_DNS "[{?msk}Enable DNS resolution and DNS hostnames in the VPC"
#define OWN_DNS "[{?own}Check the DNS servers of the worker's host (getent hosts {host|NAME} there)"

/* clang-format off */
static const struct rule rules[] = {
    {"worker-name", LOG, DNS "|" CONNECT, RULE_ERROR, false,
     "a worker cannot forward a request to the worker[ {host}]: that worker does not answer at the name that it advertises to the group",
     "Set rest.advertised.host.name (and rest.advertised.port) of that worker to a name that all workers can resolve and reach; then restart that worker",
     is_worker, NULL},
    {"proxy", LOG, "Proxy returns \"?HTTP/[0-9.]+ ([0-9]+[^\"\n]*)|" DNS "|" CONNECT, RULE_FATAL, false,
     "the sink cannot reach S3 through the proxy[ {host}:{port}][: {1}][ ({0})]",
     "Correct s3.proxy.url[ ({=s3.proxy.url})], with s3.proxy.user and s3.proxy.password if the proxy requires a login (407), or remove it: a gateway endpoint of S3 needs no proxy" RESTART,
     is_proxy, NULL},
    {"metadata-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "the worker cannot reach the metadata service ({host|169.254.169.254}) that gives it the credentials of its role",
     "In a container on EC2 raise the hop limit (aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2); elsewhere give the worker credentials in another way (AWS_ACCESS_KEY_ID, a profile, a web identity)" RESTART,
     is_metadata, NULL},
    {"kafka-dns", LOG,
     "No resolvable bootstrap urls|Couldn.t resolve server ([^ :]+)",
     RULE_FATAL, false,
     "the name of a Kafka broker[ {1}] in bootstrap.servers does not resolve on the worker",
     "Correct the spelling in bootstrap.servers[ ({servers})]. " MSK_DNS ", or peer the VPCs with DNS]" OWN_DNS "]; then restart the worker",
     NULL, NULL},
    {"dns-s3", LOG, DNS, RULE_FATAL, false,
     "the name {host|of the S3 endpoint} of S3 does not resolve on the worker",
     MSK_DNS " and add the S3 gateway endpoint com.amazonaws.{region|REGION}.s3 or a NAT gateway; check s3.bucket.name and s3.region, which form that name]" OWN_DNS "; check s3.bucket.name and s3.region, which form that name]" RESTART,
     net_is_s3, words_dns_s3},
    {"dns-aws", LOG, DNS, RULE_FATAL, false,
     "the name {host|of an AWS service} of the AWS service {service|that the worker calls} does not resolve on the worker",
     MSK_DNS " and add the interface endpoint com.amazonaws.{region|REGION}.{service|SERVICE} (private DNS on), or a NAT gateway; check that the region in the name is right]" OWN_DNS "; check that the region in the name is right]; then restart the connector",
     net_is_aws, NULL},
    {"dns-registry", LOG, DNS, RULE_FATAL, false,
     "the name[ {host}] of the schema registry does not resolve on the worker",
     "Correct {host_setting|value.converter.schema.registry.url (and key.converter's)}, or add {host|the name} to the worker's DNS" RESTART,
     net_is_registry, NULL},
    {"dns-database", LOG, DNS, RULE_FATAL, false,
     "the name[ {host}] of the database does not resolve on the worker",
     "Correct the host in {host_setting|the connector's connection settings (contact points, connection.url)}, or add {host|the name} to the worker's DNS" RESTART,
     net_is_database, NULL},
    {"dns-broker", LOG, DNS, RULE_FATAL, false,
     "the name[ {host}] of a Kafka broker does not resolve on the worker",
     "Correct bootstrap.servers[ ({servers})], or the brokers' advertised.listeners if that name is advertised. " MSK_DNS "]" OWN_DNS "]; then restart the worker",
     net_is_broker, NULL},
    {"dns-other", LOG, DNS, RULE_FATAL, false,
     "the name {host|of a server} does not resolve on the worker",
     "Correct the name {host|of the server} in {host_setting|the connector's settings}, or add the name to the worker's DNS" RESTART,
     NULL, NULL},
    {"kafka-unreachable", LOG,
     "Timed out waiting (for a node assignment|to send the call)[^\n]*|Failed to update metadata after [^\n]*|Bootstrap broker ([^ ]+) .*disconnected|Connection to node -?[0-9]+ (\\([^)]*\\) )?could not be established|Timeout expired while fetching topic metadata|Timeout of [0-9]+ms expired before the position|bootstrap\\.servers[^\n]*timed out|[Bb]ootstrap ([Ss]ervers?|[Bb]rokers?)[^\n]*(not reachable|unreachable|not be reached|timed out)|([Cc]annot|[Cc]an't|[Cc]ould not|[Uu]nable to|[Ff]ailed to) (connect to|reach) (the )?(Apache )?[Kk]afka",
     RULE_FATAL, false,
     "the worker cannot reach the Kafka brokers[ ({host}:{port})]",
     "[{?msk}Open the brokers' security group to that of the connector on port {port|9098 (IAM), 9096 (SCRAM) or 9094 (TLS)}; check that both are in one VPC, and that the servers fit the authentication][{?own}Check from the worker's host whether {host|a broker}:{port|PORT} answers (nc -vz), and whether port and security.protocol match]",
     NULL, NULL},
    {"s3-timeout", LOG,
     "ApiCall(Attempt)?TimeoutException:? *([^\n]*)|execution did not complete before the specified timeout configuration[^\n]*|Execution did not complete within[^\n]*",
     RULE_ERROR, false,
     "a call to S3 took longer than the timeout of the sink's S3 client[ ({2})]",
     "Find out what slows the connection to {store|S3} (proxy, endpoint, bandwidth) or the worker (CPU, garbage collection), and lower {set:s3.part.size} if parts take long" RESTART,
     net_is_s3, NULL},
    {"s3-reset", LOG, BREAK, RULE_ERROR, false,
     "a connection to S3[ ({host})] broke in the middle of an upload[ ({0})]",
     "[{?failed}Restart the failed tasks: they continue from the last commit. ]If it happens again: check NAT gateway, proxy and endpoint for time limits, and raise {set:s3.part.retries}", net_is_s3, NULL},
    {"s3-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "S3 is unreachable from the worker", "Open the network between the worker and S3", net_is_s3, words_s3},
    {"aws-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "an AWS service that the plugin calls is unreachable", "Open the network between the worker and the service", net_is_aws, words_aws},
    {"registry-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "the schema registry is unreachable",
     "Start the schema registry, or correct value.converter.schema.registry.url as the worker sees it[ (localhost is the worker itself, {host} now)]" RESTART, net_is_registry, words_registry},
    {"database-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "the database is unreachable",
     "Check that the database runs, and that its security group or firewall admits the worker on port {port|of the database}" RESTART, net_is_database, words_database},
    {"broker-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "a Kafka broker is unreachable",
     "[{?msk}Open the brokers' security group to that of the connector on port {port|9098 (IAM), 9096 (SCRAM) or 9094 (TLS)}][{?own}Check from the worker's host whether {host|the broker}:{port|PORT} answers (nc -vz)]", net_is_broker, words_broker},
    {"database-login", LOG,
     "password authentication failed for user \"?([^\" \n]+)|Access denied for user '([^']+)'",
     RULE_FATAL, false,
     "the database rejects the connector's user[ {1}][ {2}]",
     "Correct {login|the user and the password in the connector's settings}" RESTART,
     NULL, NULL},
    {"net-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "a server that the connector calls is unreachable",
     "Check that {host|the server} runs and that the worker can reach it[ on port {port}]" RESTART, has_host, words_other},
    {"net-reset", LOG, BREAK, RULE_ERROR, true,
     "a connection to {peer|a server}[ ({host})] broke[ ({0})]",
     "[{?failed}Restart the failed tasks: they continue from the last commit. ]If it happens again: check firewalls and proxies in between for time limits", NULL, NULL},
    {"net-timeout", LOG, CONNECT, RULE_ERROR, true,
     "the worker could not connect to {peer|a server}[ ({host})][ ({0})]",
     "Find out which server the connector calls there, and whether the worker can reach it", NULL, NULL},
};
/* clang-format on */

const struct rule_table rules_net = {rules, sizeof rules / sizeof *rules};
