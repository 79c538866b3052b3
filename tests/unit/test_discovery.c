/* One-shot questions about AWS, through the configuration to an AWS on loopback: clusters and their
 * servers, a token, the AWS identity, keys that are shared, and the policy that it all needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws_room.h"
#include "login/discovery.h"
#include "login/keyring.h"
#include "pintop/auth.h"
#include "scratch.h"

#define ARN "arn:aws:kafka:eu-west-1:123456789012:cluster/prod/1-2"
#define CLUSTER(name)                                                                              \
    "{\"clusterArn\":\"" ARN "\",\"clusterName\":\"" name "\",\"state\":\"ACTIVE\","               \
    "\"clusterType\":\"PROVISIONED\",\"provisioned\":{\"numberOfBrokerNodes\":3,"                  \
    "\"currentBrokerSoftwareInfo\":{\"kafkaVersion\":\"3.9.x\"}}}"
#define SERVERS                                                                                    \
    "{\"bootstrapBrokerStringSaslIam\":\"iam:9098\",\"bootstrapBrokerStringSaslScram\":"           \
    "\"scram:9096\",\"bootstrapBrokerStringTls\":\"tls:9094\"}"

static const char by_arn[] = "pintop.msk.cluster=" ARN;
static struct pt_error err;

static void say_clusters(void)
{
    local_aws_say(&aws_room, "/api/v2/clusters", 200,
                  "{\"clusterInfoList\":[" CLUSTER("prod") "]}");
    local_aws_say(&aws_room, "/bootstrap-brokers", 200, SERVERS);
}

/* ---- finding a cluster's servers ---- */

static void found(const char *const *settings, const char *servers, const char *protocol)
{
    struct pt_config *cfg = aws_room_config(settings), *out = NULL;
    if (discovery_find(cfg, NULL, &out, &err) != PT_OK)
        fail_msg("%s: %s", servers, err.what);
    assert_string_equal(pt_config_get(out, "bootstrap.servers"), servers);
    assert_string_equal(pt_config_get(out, "security.protocol"), protocol);
    pt_config_free(out);
    pt_config_free(cfg);
}

static void a_cluster_s_servers_are_those_that_the_login_is_for(void **state)
{
    (void)state;
    say_clusters();
    found(AWS_ROOM_SET("bootstrap.servers=", "pintop.msk.cluster=prod",
                       "pintop.aws.region=eu-west-1"),
          "iam:9098", "SASL_SSL");
    found(AWS_ROOM_SET("bootstrap.servers=", by_arn, "security.protocol=SSL", "sasl.mechanism="),
          "tls:9094", "SSL");
    found(AWS_ROOM_SET("bootstrap.servers=", by_arn, "sasl.mechanism=SCRAM-SHA-512",
                       "sasl.username=u", "sasl.password=p"),
          "scram:9096", "SASL_SSL");
    assert_true(local_aws_count(&aws_room, "Credential=AKIAROOM/") >= 3);
}

static pt_code not_found(const char *const *settings)
{
    struct pt_config *cfg = aws_room_config(settings), *out = NULL;
    pt_code code = discovery_find(cfg, NULL, &out, &err);
    assert_null(out);
    pt_config_free(cfg);
    return code;
}

static void what_is_not_there_is_named_with_what_there_is(void **state)
{
    (void)state;
    say_clusters();
    assert_int_equal(not_found(AWS_ROOM_SET("bootstrap.servers=", "pintop.msk.cluster=other",
                                            "pintop.aws.region=eu-west-1")),
                     PT_ENOTFOUND);
    assert_non_null(strstr(err.fix, "prod"));
    assert_int_equal(not_found(AWS_ROOM_SET("bootstrap.servers=", by_arn,
                                            "security.protocol=PLAINTEXT", "sasl.mechanism=")),
                     PT_ENOTFOUND);
    assert_non_null(strstr(err.what, "plaintext"));
    assert_non_null(strstr(err.what, "it has iam, scram, tls"));
    aws_room_files(NULL, NULL);
    assert_int_equal(not_found(AWS_ROOM_SET("bootstrap.servers=", by_arn)), PT_ELOGIN);
}

static void *end_once_asked(void *arg)
{
    local_aws_await(&aws_room, "/bootstrap-brokers", 1);
    discovery_end_now(arg);
    return NULL;
}

static void a_search_is_ended_while_aws_is_silent(void **state)
{
    (void)state;
    struct discovery_end end;
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET("bootstrap.servers=", by_arn)), *out;
    pthread_t thread;
    local_aws_say(&aws_room, "/bootstrap-brokers", 0, "");
    discovery_end_init(&end);
    assert_int_equal(pthread_create(&thread, NULL, end_once_asked, &end), 0);
    assert_int_equal(discovery_find(cfg, &end, &out, &err), PT_ECANCELLED);
    pthread_join(thread, NULL);
    /* And one that comes later isn't begun. */
    assert_int_equal(discovery_find(cfg, &end, &out, &err), PT_ECANCELLED);
    assert_int_equal(local_aws_count(&aws_room, "/bootstrap-brokers"), 1);
    assert_null(out);
    discovery_end_done(&end);
    pt_config_free(cfg);
}

/* ---- all of them ---- */

static void all_clusters_are_listed_with_their_servers(void **state)
{
    (void)state;
    struct pt_msk_clusters all;
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET("pintop.aws.region=eu-west-1"));
    say_clusters();
    assert_int_equal(pt_discover(cfg, &all, &err), PT_OK);
    assert_int_equal(all.n, 1);
    assert_string_equal(all.region, "eu-west-1");
    assert_non_null(strstr(all.caller_source, "credentials"));
    assert_string_equal(all.clusters[0].name, "prod");
    assert_string_equal(all.clusters[0].kafka_version, "3.9.x");
    assert_int_equal(all.clusters[0].n_brokers, 3);
    assert_int_equal(all.clusters[0].n_endpoints, 3);
    assert_string_equal(all.clusters[0].endpoints[0].kind, "iam");
    assert_string_equal(all.clusters[0].endpoints[2].servers, "tls:9094");
    pt_msk_clusters_done(&all);
    assert_int_equal(all.n, 0);
    /* Its servers are another question: their refusal is the cluster's own. */
    local_aws_say(&aws_room, "/bootstrap-brokers", 403,
                  "{\"message\":\"not authorized to perform: kafka:GetBootstrapBrokers\"}");
    assert_int_equal(pt_discover(cfg, &all, &err), PT_OK);
    assert_non_null(strstr(all.clusters[0].error, "GetBootstrapBrokers"));
    assert_int_equal(all.clusters[0].n_endpoints, 0);
    pt_msk_clusters_done(&all);
    pt_config_free(cfg);
}

static void one_cluster_is_described_by_its_arn(void **state)
{
    (void)state;
    struct pt_msk_clusters all;
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET(by_arn));
    local_aws_say(&aws_room, "/api/v2/clusters/", 200, "{\"clusterInfo\":" CLUSTER("prod") "}");
    local_aws_say(&aws_room, "/bootstrap-brokers", 200, SERVERS);
    assert_int_equal(pt_discover(cfg, &all, &err), PT_OK);
    assert_int_equal(all.n, 1);
    assert_string_equal(all.clusters[0].arn, ARN);
    pt_msk_clusters_done(&all);
    local_aws_say(&aws_room, "/api/v2/clusters/", 404, "{\"message\":\"no such cluster\"}");
    assert_int_equal(pt_discover(cfg, &all, &err), PT_ENOTFOUND);
    assert_int_equal(all.n, 0);
    pt_msk_clusters_done(&all);
    pt_config_free(cfg);
}

/* ---- a token, and the AWS identity ---- */

static void a_token_is_made_without_asking_anybody(void **state)
{
    (void)state;
    struct pt_token token;
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET("pintop.aws.token.lifetime.s=600"));
    assert_int_equal(pt_token_make(cfg, &token, &err), PT_OK);
    assert_true(strlen(token.text) > 100);
    assert_string_equal(token.region, "eu-west-1");
    assert_string_equal(token.principal, "kafka-cluster");
    assert_int_equal(token.lifetime_ms, 600000);
    assert_string_equal(token.auth.key_id, "AKIAROOM");
    assert_string_equal(token.auth.region_source, "the broker's name");
    assert_int_equal(token.auth.keys_end_ms, PT_UNKNOWN);
    pt_token_done(&token);
    assert_null(token.text);
    assert_int_equal(aws_room.n_heard, 0);
    pt_config_free(cfg);
}

static void a_token_needs_a_region_and_keys_that_last(void **state)
{
    (void)state;
    struct pt_token token;
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET("bootstrap.servers=127.0.0.1:9"));
    assert_int_equal(pt_token_make(cfg, &token, &err), PT_ECONFIG);
    assert_non_null(strstr(err.what, "no AWS region is configured"));
    assert_null(token.text);
    /* A line that is meant as one, and isn't, is named. */
    aws_room_files(AWS_ROOM_KEYS, "[default]\nexport region = eu-west-1\n");
    assert_int_equal(pt_token_make(cfg, &token, &err), PT_ECONFIG);
    assert_non_null(strstr(err.what, "export region"));
    setenv("AWS_ACCESS_KEY_ID", "ASIAENDS", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    setenv("AWS_SESSION_TOKEN", "t", 1);
    setenv("AWS_REGION", "eu-west-1", 1);
    setenv("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z", 1);
    assert_int_equal(pt_token_make(cfg, &token, &err), PT_ELOGIN);
    assert_null(token.text);
    pt_token_done(&token);
    pt_config_free(cfg);
}

static void aws_says_who_we_are(void **state)
{
    (void)state;
    struct pt_auth auth;
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET(NULL));
    local_aws_set_date(&aws_room, time(NULL) + 3600);
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    assert_int_equal(pt_whoami(cfg, &auth, &err), PT_OK);
    assert_string_equal(auth.caller_arn, "arn:aws:iam::123456789012:user/u");
    assert_string_equal(auth.caller_error, "");
    assert_true(auth.has_offset);
    assert_in_range(auth.offset_ms, 3590000, 3610000);
    local_aws_say(&aws_room, "GetCallerIdentity", 403,
                  "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no such key"
                  "</Message></Error></ErrorResponse>");
    assert_int_equal(pt_whoami(cfg, &auth, &err), PT_OK);
    assert_string_equal(auth.caller_arn, "");
    assert_true(auth.is_caller_refused);
    assert_true(auth.caller_error[0] != '\0' && auth.last_fix[0] != '\0');
    aws_room_files(NULL, NULL);
    assert_int_equal(pt_whoami(cfg, &auth, &err), PT_ELOGIN);
    pt_config_free(cfg);
}

/* ---- the setup ---- */

static void a_java_client_s_role_is_taken_on(void **state)
{
    (void)state;
    struct aws_setup setup;
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET(
        "sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required "
        "awsRoleArn=\"arn:aws:iam::1:role/r\" awsRoleSessionName=\"me\" "
        "awsStsRegion=\"aws-global\" awsShouldUseFips=\"true\" awsAddDefaultProviders=\"false\";"));
    assert_int_equal(aws_setup_init(&setup, cfg, &err), PT_OK);
    assert_string_equal(setup.role.arn, "arn:aws:iam::1:role/r");
    assert_string_equal(setup.role.session_name, "me");
    assert_null(setup.role.sts_region);
    assert_true(setup.role.is_fips && setup.role.has_no_fallback);
    aws_setup_done(&setup);
    pt_config_free(cfg);
}

static void the_region_is_said_by_whom_it_is_from(void **state)
{
    (void)state;
    const char *region, *source;
    struct aws_setup setup;
    struct aws_keys keys;
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET("pintop.aws.region=us-east-1"));
    setenv("AWS_CA_BUNDLE", scratch_path("no.pem"), 1); /* plain HTTP asks for none */
    assert_int_equal(aws_setup_init(&setup, cfg, &err), PT_OK);
    assert_int_equal(aws_setup_load(&setup, &keys, &err), PT_OK);
    assert_string_equal(setup.client.region, "us-east-1");
    assert_int_equal(aws_setup_token_region(&setup, &region, &source, &err), PT_OK);
    assert_string_equal(region, "eu-west-1");
    assert_string_equal(source, "the cluster's own name");
    aws_keys_done(&keys);
    aws_setup_done(&setup);
    pt_config_free(cfg);
}

/* ---- keys that are shared ---- */

static void take_keys(struct keyring *ring, struct aws_setup *setup, const char *id)
{
    struct aws_keys keys;
    assert_int_equal(keyring_take(ring, setup, &keys, &err), PT_OK);
    assert_string_equal(keys.id, id);
    aws_keys_done(&keys);
}

static void keys_are_loaded_once_until_they_are_forgotten(void **state)
{
    (void)state;
    struct keyring ring;
    struct aws_setup setup;
    struct aws_keys keys;
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET(NULL));
    keyring_init(&ring);
    assert_int_equal(aws_setup_init(&setup, cfg, &err), PT_OK);
    take_keys(&ring, &setup, "AKIAROOM");
    aws_room_files("[default]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = s\n", NULL);
    take_keys(&ring, &setup, "AKIAROOM");
    keyring_forget(&ring);
    take_keys(&ring, &setup, "AKIAOTHER");
    aws_room_files(NULL, NULL);
    take_keys(&ring, &setup, "AKIAOTHER");
    keyring_forget(&ring);
    assert_int_equal(keyring_take(&ring, &setup, &keys, &err), PT_ELOGIN);
    assert_null(keys.id);
    aws_setup_done(&setup);
    keyring_done(&ring);
    pt_config_free(cfg);
}

/* ---- the policy ---- */

static char *policy(const char *use, const char *const *settings)
{
    struct pt_config *cfg = aws_room_config(settings);
    char *json;
    assert_int_equal(pt_policy(cfg, use, &json, &err), PT_OK);
    cJSON *root = cJSON_Parse(json);
    assert_non_null(root);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(root, "Version")), "2012-10-17");
    cJSON_Delete(root);
    pt_config_free(cfg);
    return json;
}

static void has(const char *json, const char *text)
{
    if (strstr(json, text) == NULL)
        fail_msg("no %s in %s", text, json);
}

static void a_policy_has_the_names_of_the_configuration(void **state)
{
    (void)state;
    char *json =
        policy("watch", AWS_ROOM_SET(by_arn, "pintop.user.id=abc", "pintop.bucket=my-bucket"));
    has(json, "arn:aws:kafka:eu-west-1:123456789012:cluster/prod/1-2\"");
    has(json, "arn:aws:kafka:eu-west-1:123456789012:topic/prod/1-2/abc.*\"");
    has(json, "\"kafka-cluster:ReadData\"");
    has(json, "arn:aws:s3:::my-bucket\"");
    assert_null(strstr(json, "kafka-cluster:DeleteTopic\""));
    free(json);
    json = policy("operate", AWS_ROOM_SET("pintop.msk.cluster=prod",
                                          "pintop.aws.role.arn=arn:aws:iam::1:role/mine"));
    has(json, "kafka-cluster:DeleteTopic\"");
    has(json, "cluster/prod/*\"");
    has(json, "\"arn:aws:iam::1:role/mine\"");
    free(json);
}

static void a_policy_of_setup_passes_the_connector_s_role_on(void **state)
{
    (void)state;
    char *json = policy("setup", AWS_ROOM_SET("pintop.connector.role.arn=arn:aws:iam::1:role/conn",
                                              "bootstrap.servers=127.0.0.1:9"));
    has(json, "\"iam:PassRole\"");
    has(json, "\"arn:aws:iam::1:role/conn\"");
    has(json, "arn:aws:kafka:*:*:cluster/*\"");
    free(json);
    json = policy("setup", AWS_ROOM_SET("pintop.connector.role.arn=conn",
                                        "sasl.jaas.config=software.amazon.msk.auth.iam."
                                        "IAMLoginModule required awsRoleArn=\"arn:r\";"));
    has(json, "iam::*:role/conn\"");
    has(json, "\"arn:r\"");
    free(json);
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET(NULL));
    assert_int_equal(pt_policy(cfg, "everything", &json, &err), PT_EUSAGE);
    assert_null(json);
    pt_config_free(cfg);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, aws_room_open, aws_room_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_cluster_s_servers_are_those_that_the_login_is_for),
        IN_ROOM(what_is_not_there_is_named_with_what_there_is),
        IN_ROOM(a_search_is_ended_while_aws_is_silent),
        IN_ROOM(all_clusters_are_listed_with_their_servers),
        IN_ROOM(one_cluster_is_described_by_its_arn),
        IN_ROOM(a_token_is_made_without_asking_anybody),
        IN_ROOM(a_token_needs_a_region_and_keys_that_last),
        IN_ROOM(aws_says_who_we_are),
        IN_ROOM(a_java_client_s_role_is_taken_on),
        IN_ROOM(the_region_is_said_by_whom_it_is_from),
        IN_ROOM(keys_are_loaded_once_until_they_are_forgotten),
        IN_ROOM(a_policy_has_the_names_of_the_configuration),
        IN_ROOM(a_policy_of_setup_passes_the_connector_s_role_on),
    };
    return cmocka_run_group_tests_name("discovery", tests, NULL, NULL);
}
