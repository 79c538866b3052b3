/* Names that don't resolve, connections that aren't made or break: whose host it is decides, not
 * the exception, which is the same for all. */
#include <stdio.h>
#include <string.h>

#include "connector/rules_private.h"

/* Of the worker's connections alone: our own failing one says so itself. */
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

/* ------------------------------------------------------------------ whose */

static bool is_s3(const struct rule_look *look)
{
    enum rule_peer peer = fact_peer(look);
    return peer == PEER_S3 || peer == PEER_STORE;
}

static bool is_aws(const struct rule_look *look)
{
    return fact_peer(look) == PEER_AWS;
}

static bool is_registry(const struct rule_look *look)
{
    return fact_peer(look) == PEER_REGISTRY;
}

static bool is_broker(const struct rule_look *look)
{
    return fact_peer(look) == PEER_BROKER;
}

static bool is_database(const struct rule_look *look)
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

/* Where a machine or a container in AWS gets its role's credentials from. */
static bool is_metadata(const struct rule_look *look)
{
    return strstr(look->text, "169.254.169.254") != NULL ||
           strstr(look->text, "169.254.170.2") != NULL || strstr(look->text, "fd00:ec2") != NULL;
}

/* One worker passes what it is asked on to another, under the name that that one told. */
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

/* ------------------------------------------------------------------ words */

static const char *how(const struct rule_look *look)
{
    if (strstr(look->text, "refused") != NULL)
        return "refuses the connection (nothing listens there, or a firewall says no)";
    if (strstr(look->text, "No route") != NULL || strstr(look->text, "unreachable") != NULL)
        return "cannot be reached: there is no route from the worker";
    return "does not answer: the connection timed out";
}

static void cause_of(const struct rule_look *look, const char *whom, char *out, size_t cap)
{
    char host[256], port[16];
    bool has_port = fact_of(look, "port", port, sizeof port);
    if (!fact_of(look, "host", host, sizeof host))
        snprintf(out, cap, "%s %s", whom, how(look));
    else
        snprintf(out, cap, "%s (%s%s%s) %s", whom, host, has_port ? ":" : "", has_port ? port : "",
                 how(look));
}

static void words_s3(const struct rule_look *look, struct rule_words *out)
{
    if (fact_peer(look) == PEER_STORE) {
        cause_of(look, "the S3 server that store.url names", out->cause, sizeof out->cause);
        words_expand(look,
                     "Start the S3 server at {store}, or correct store.url as the worker sees it "
                     "(localhost is the worker itself)" RESTART,
                     out->fix, sizeof out->fix);
        return;
    }
    cause_of(look, "S3", out->cause, sizeof out->cause);
    words_expand(look,
                 "[{?msk}Add the S3 gateway endpoint com.amazonaws.{region|REGION}.s3 to the route "
                 "tables of the connector's subnets (or a NAT gateway), let the security group out "
                 "on port 443, and see the endpoint's policy][{?own}Let the worker's host out to "
                 "port 443 of {host|S3}: route, firewall, proxy (s3.proxy.url)]" RESTART,
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
        "[{?msk}Add the interface endpoint com.amazonaws.{region|REGION}.{service|SERVICE} "
        "to the connector's subnets (private DNS on, security group open on port 443), or "
        "a NAT gateway][{?own}Let the worker's host out to port 443 of {host|it}]" RESTART,
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
            "the name {host|in store.url} of the S3 server that store.url names does not "
            "resolve on the worker",
            "Correct {set:store.url}[ ({store})] to a name that the worker can resolve" RESTART);
}

#define MSK_DNS "[{?msk}Switch DNS resolution and DNS hostnames on in the VPC"
#define OWN_DNS "[{?own}See the DNS servers of the worker's host (getent hosts {host|NAME} there)"

/* clang-format off */
static const struct rule rules[] = {
    {"worker-name", LOG, DNS "|" CONNECT, RULE_ERROR, false,
     "a worker cannot pass a request on to the worker[ {host}]: it does not answer under the name that it told the group",
     "Set rest.advertised.host.name (and rest.advertised.port) of that worker to a name that all workers can resolve and reach; then restart that worker",
     is_worker, NULL},
    {"proxy", LOG, "Proxy returns \"?HTTP/[0-9.]+ ([0-9]+[^\"\n]*)|" DNS "|" CONNECT, RULE_FATAL, false,
     "the proxy[ {host}:{port}] between the worker and S3 does not let the sink through[: {1}][ ({0})]",
     "Correct s3.proxy.url[ ({=s3.proxy.url})], with s3.proxy.user and s3.proxy.password if it wants a login (407), or take it out: a gateway endpoint of S3 needs no proxy" RESTART,
     is_proxy, NULL},
    {"metadata-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "the worker does not reach the metadata service ({host|169.254.169.254}) that gives it the credentials of its role",
     "In a container on EC2 raise the hop limit (aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2); elsewhere give the worker credentials in another way (AWS_ACCESS_KEY_ID, a profile, a web identity)" RESTART,
     is_metadata, NULL},
    {"kafka-dns", LOG,
     "No resolvable bootstrap urls|Couldn.t resolve server ([^ :]+)",
     RULE_FATAL, false,
     "the name of a Kafka broker[ {1}] in bootstrap.servers does not resolve where the worker runs",
     "Correct the spelling in bootstrap.servers[ ({servers})]. " MSK_DNS ", or peer the VPCs with DNS]" OWN_DNS "]; then restart the worker",
     NULL, NULL},
    {"dns-s3", LOG, DNS, RULE_FATAL, false,
     "the name {host|of the S3 endpoint} of S3 does not resolve where the worker runs",
     MSK_DNS " and add the S3 gateway endpoint com.amazonaws.{region|REGION}.s3 or a NAT gateway; see that s3.bucket.name and s3.region make that name]" OWN_DNS "; see that s3.bucket.name and s3.region make that name]" RESTART,
     is_s3, words_dns_s3},
    {"dns-aws", LOG, DNS, RULE_FATAL, false,
     "the name {host|of an AWS service} of the AWS service {service|that the worker calls} does not resolve where the worker runs",
     MSK_DNS " and add the interface endpoint com.amazonaws.{region|REGION}.{service|SERVICE} (private DNS on), or a NAT gateway; see that the region in the name is right]" OWN_DNS "; see that the region in the name is right]; then restart the connector",
     is_aws, NULL},
    {"dns-registry", LOG, DNS, RULE_FATAL, false,
     "the name[ {host}] of the schema registry does not resolve where the worker runs",
     "Correct {host_setting|value.converter.schema.registry.url (and key.converter's)}, or make {host|the name} known to the worker's DNS" RESTART,
     is_registry, NULL},
    {"dns-database", LOG, DNS, RULE_FATAL, false,
     "the name[ {host}] of the database does not resolve where the worker runs",
     "Correct the host in {host_setting|the connector's connection settings (contact points, connection.url)}, or make {host|the name} known to the worker's DNS" RESTART,
     is_database, NULL},
    {"dns-broker", LOG, DNS, RULE_FATAL, false,
     "the name[ {host}] of a Kafka broker does not resolve where the worker runs",
     "Correct bootstrap.servers[ ({servers})], or the brokers' advertised.listeners if they tell that name. " MSK_DNS "]" OWN_DNS "]; then restart the worker",
     is_broker, NULL},
    {"dns-other", LOG, DNS, RULE_FATAL, false,
     "the name {host|of a server} does not resolve where the worker runs",
     "Correct the name {host|of the server} in {host_setting|the connector's settings}, or make the name known to the worker's DNS" RESTART,
     NULL, NULL},
    {"kafka-unreachable", LOG,
     "Timed out waiting (for a node assignment|to send the call)[^\n]*|Failed to update metadata after [^\n]*|Bootstrap broker ([^ ]+) .*disconnected|Connection to node -?[0-9]+ (\\([^)]*\\) )?could not be established|Timeout expired while fetching topic metadata|Timeout of [0-9]+ms expired before the position|bootstrap\\.servers[^\n]*timed out|[Bb]ootstrap ([Ss]ervers?|[Bb]rokers?)[^\n]*(not reachable|unreachable|not be reached|timed out)|([Cc]annot|[Cc]an't|[Cc]ould not|[Uu]nable to|[Ff]ailed to) (connect to|reach) (the )?(Apache )?[Kk]afka",
     RULE_FATAL, false,
     "the worker does not reach the Kafka brokers[ ({host}:{port})]",
     "[{?msk}Open the brokers' security group to the connector's one on port {port|9098 (IAM), 9096 (SCRAM) or 9094 (TLS)}; same VPC, and servers that fit the authentication][{?own}See from the worker's host whether {host|a broker}:{port|PORT} answers (nc -vz), and whether port and security.protocol fit]",
     NULL, NULL},
    {"s3-timeout", LOG,
     "ApiCall(Attempt)?TimeoutException:? *([^\n]*)|execution did not complete before the specified timeout configuration[^\n]*|Execution did not complete within[^\n]*",
     RULE_ERROR, false,
     "a call to S3 took longer than the sink's S3 client waits[ ({2})]",
     "See what slows the way to {store|S3} (proxy, endpoint, bandwidth) and the worker (CPU, garbage collection), and lower {set:s3.part.size} if parts take long" RESTART,
     is_s3, NULL},
    {"s3-reset", LOG, BREAK, RULE_ERROR, false,
     "a connection to S3[ ({host})] broke in the middle of an upload[ ({0})]",
     "[{?failed}Restart the failed tasks: they go on from the last commit. ]If it comes again: see NAT gateway, proxy and endpoint for time limits, and raise {set:s3.part.retries}", is_s3, NULL},
    {"s3-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "S3 cannot be reached from the worker", "Open the way to S3", is_s3, words_s3},
    {"aws-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "an AWS service that the plugin calls cannot be reached", "Open the way to it", is_aws, words_aws},
    {"registry-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "the schema registry cannot be reached",
     "Start the schema registry, or correct value.converter.schema.registry.url as the worker sees it[ (localhost is the worker itself, {host} now)]" RESTART, is_registry, words_registry},
    {"database-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "the database cannot be reached",
     "See that the database runs, and that its security group or firewall lets the worker in on port {port|of the database}" RESTART, is_database, words_database},
    {"broker-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "a Kafka broker cannot be reached",
     "[{?msk}Open the brokers' security group to the connector's one on port {port|9098 (IAM), 9096 (SCRAM) or 9094 (TLS)}][{?own}See from the worker's host whether {host|the broker}:{port|PORT} answers (nc -vz)]", is_broker, words_broker},
    {"database-login", LOG,
     "password authentication failed for user \"?([^\" \n]+)|Access denied for user '([^']+)'",
     RULE_FATAL, false,
     "the database refuses the connector's user[ {1}][ {2}]",
     "Correct {login|the user and the password in the connector's settings}" RESTART,
     NULL, NULL},
    {"net-unreachable", LOG, CONNECT, RULE_FATAL, false,
     "a server that the connector calls cannot be reached",
     "See that {host|it} runs and that the worker may reach it[ on port {port}]" RESTART, has_host, words_other},
    {"net-reset", LOG, BREAK, RULE_ERROR, true,
     "a connection to {peer|a server}[ ({host})] broke[ ({0})]",
     "[{?failed}Restart the failed tasks: they go on from the last commit. ]If it comes again: see firewalls and proxies between for time limits", NULL, NULL},
    {"net-timeout", LOG, CONNECT, RULE_ERROR, true,
     "a connection to {peer|a server}[ ({host})] could not be made[ ({0})]",
     "See which server the connector calls there, and whether the worker may reach it", NULL, NULL},
};
/* clang-format on */

const struct rule_table rules_net = {rules, sizeof rules / sizeof *rules};
