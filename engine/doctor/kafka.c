/* Checks of the brokers themselves: whether each can be reached and how, and whether the login
 * holds. */
#include "doctor/kafka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kafka/ask.h"
#include "net/reach.h"

enum { REACH_LIMIT_MS = 2500 };

/* ------------------------------------------------------------------ reaching */

static bool speaks_tls(const struct pt_config *cfg)
{
    const char *protocol = pt_config_get(cfg, "security.protocol");
    return protocol != NULL && strcasestr(protocol, "SSL") != NULL;
}

/* Returns false when one of them cannot be reached, and says why. slowest: out, the longest of
 * all. */
static bool are_reached(struct check *check, int64_t *slowest_ms, size_t *n)
{
    struct reach_server brokers[REACH_MAX];
    struct reach hosts[REACH_MAX] = {0};
    const struct pt_config *cfg = kafka_client_config(check);
    const char *servers = check->found->brokers;
    size_t n_bad = 0;
    *n = reach_servers(servers, brokers, REACH_MAX);
    *slowest_ms = 0;
    if (*n == 0) {
        check_fail(check, "Write HOST:PORT, several separated by commas.",
                   "bootstrap.servers has no address in it: %s", servers);
        return false;
    }
    for (size_t i = 0; i < *n; i++)
        hosts[i] = (struct reach){
            .host = brokers[i].host, .port = brokers[i].port, .is_tls = speaks_tls(cfg)};
    reach_hosts(hosts, *n, pt_config_get(cfg, "ssl.ca.location"), REACH_LIMIT_MS);
    for (size_t i = 0; i < *n; i++) {
        int64_t all = (hosts[i].name_ms > 0 ? hosts[i].name_ms : 0) +
                      (hosts[i].tcp_ms > 0 ? hosts[i].tcp_ms : 0) +
                      (hosts[i].tls_ms > 0 ? hosts[i].tls_ms : 0);
        n_bad += hosts[i].code != PT_OK;
        *slowest_ms = all > *slowest_ms ? all : *slowest_ms;
    }
    if (n_bad > 0)
        kafka_say_unreached(check, hosts, *n);
    return n_bad == 0;
}

/* ------------------------------------------------------------------ logging in */

static pt_code open_cluster(struct check *check, const struct rd_kafka_metadata **metadata,
                            struct pt_error *err)
{
    const struct pt_config *cfg = kafka_client_config(check);
    struct msk_token token = {0};
    pt_code code = kafka_make_token(check, cfg, &token, err);
    const struct ask_token with = {token.text, "kafka-cluster", token.expires_ms};
    if (code == PT_OK)
        code = ask_open(cfg, &with, &check->found->ask, err);
    msk_token_done(&token);
    if (code == PT_OK)
        code = ask_metadata(check->found->ask, (int)check_left_ms(check), metadata, err);
    return code;
}

static void check_connect(struct check *check)
{
    const struct rd_kafka_metadata *metadata;
    const struct pt_config *cfg = kafka_client_config(check);
    struct found *found = check->found;
    struct pt_error err;
    int64_t slowest_ms;
    size_t n;
    const char *own = check_set(check, "bootstrap.servers");
    if (found->brokers[0] == '\0' && own != NULL)
        text_copy(found->brokers, sizeof found->brokers, own);
    if (found->brokers[0] == '\0') {
        check_unknown(check, NULL, "needs msk.bootstrap, or brokers that are set with -b");
        return;
    }
    if (!are_reached(check, &slowest_ms, &n))
        return;
    if (open_cluster(check, &metadata, &err) != PT_OK) {
        check_fail(check, err.fix, "all %zu brokers accept %s, but then: %s", n,
                   speaks_tls(cfg) ? "TLS" : "TCP", err.what);
        return;
    }
    check_ok(check,
             "%zu of %zu server%s answer%s by %s%s, the slowest in %lld ms; the cluster has %d "
             "broker%s",
             n, n, text_s((int64_t)n), n == 1 ? "s" : "", speaks_tls(cfg) ? "TLS" : "TCP",
             pt_config_is_iam(cfg) ? " and IAM" : "", (long long)slowest_ms, metadata->broker_cnt,
             text_s(metadata->broker_cnt));
    rd_kafka_metadata_destroy(metadata);
}

const struct check_row checks_of_kafka[] = {
    {.id = "kafka.connect",
     .title = "the connection to the brokers",
     .step = "11",
     .after = "place aws.login msk.bootstrap ec2.instance",
     .use = CHECK_KAFKA,
     .limit_ms = KAFKA_LIMIT_MS,
     .run = check_connect},
    {.id = "kafka.topics",
     .title = "the three topics",
     .step = "11",
     .needs = "kafka.connect user.id",
     .use = CHECK_KAFKA,
     .run = kafka_check_topics,
     .fix = &kafka_topics_fix},
    {.id = "kafka.acl",
     .title = "permissions on the topics",
     .step = "11",
     .needs = "kafka.connect user.id",
     .use = CHECK_KAFKA,
     .limit_ms = ACL_LIMIT_MS,
     .run = kafka_check_acl},
    {.id = NULL },
};
