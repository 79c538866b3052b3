#include "login/aws_setup.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/provider_imds.h"
#include "base/text.h"
#include "config/iam.h"

static const char *ca_file(void)
{
    static const char *const names[] = {"AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = getenv(names[i]);
        if (path != NULL && *path != '\0')
            return path;
    }
    return NULL;
}

struct http *aws_setup_new_http(void)
{
    return http_new(ca_file());
}

static void set_role(struct aws_setup *setup, const struct pt_config *cfg)
{
    const struct jaas *jaas = &setup->jaas;
    const char *fallback = jaas_get(jaas, "awsAddDefaultProviders");
    const char *fips = jaas_get(jaas, "awsShouldUseFips");
    const char *own = pt_config_get(cfg, "pintop.aws.role.arn");
    /* The Java client tries a profile that is named beside the role first, and then does not
     * need the role. */
    const char *java =
        jaas_get(jaas, "awsProfileName") == NULL ? jaas_get(jaas, "awsRoleArn") : NULL;
    setup->role = (struct aws_role_options){
        .arn = own != NULL ? own : java,
        .session_name = jaas_get(jaas, "awsRoleSessionName"),
        .external_id = jaas_get(jaas, "awsRoleExternalId"),
        .sts_region = jaas_get(jaas, "awsStsRegion"),
        .key_id = jaas_get(jaas, "awsRoleAccessKeyId"),
        .secret = jaas_get(jaas, "awsRoleSecretAccessKey"),
        .token = jaas_get(jaas, "awsRoleSessionToken"),
        .is_fips = fips != NULL && strcasecmp(fips, "true") == 0,
        .has_no_fallback = fallback != NULL && strcasecmp(fallback, "false") == 0};
    /* Java's word for the old global endpoint; pintop uses the cluster's own region. */
    if (setup->role.sts_region != NULL && strcmp(setup->role.sts_region, "aws-global") == 0)
        setup->role.sts_region = NULL;
}

static const char *find_cluster_region(struct aws_setup *setup, const struct pt_config *cfg)
{
    const char *servers = pt_config_get(cfg, "bootstrap.servers");
    const char *cluster = pt_config_get(cfg, "pintop.msk.cluster");
    if (servers != NULL &&
        aws_region_of_broker(servers, setup->cluster_region, sizeof setup->cluster_region))
        return "the broker's name";
    if (cluster != NULL &&
        aws_region_of_arn(cluster, setup->cluster_region, sizeof setup->cluster_region))
        return "the cluster's ARN";
    return "";
}

pt_code aws_setup_init(struct aws_setup *setup, const struct pt_config *cfg, struct pt_error *err)
{
    const struct aws_world world = aws_real_world();
    memset(setup, 0, sizeof *setup);
    pt_code code = iam_login(cfg, &setup->jaas, err);
    if (code != PT_OK)
        return code;
    setup->http = aws_setup_new_http();
    if (setup->http == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "AWS: out of memory");
    set_role(setup, cfg);
    const char *own = pt_config_get(cfg, "pintop.aws.profile");
    const char *hint_source = find_cluster_region(setup, cfg);
    const struct aws_options options = {
        .profile = own != NULL ? own : jaas_get(&setup->jaas, "awsProfileName"),
        .region = pt_config_get(cfg, "pintop.aws.region"),
        .endpoint_url = pt_config_get(cfg, "pintop.aws.endpoint.url"),
        .region_hint = setup->cluster_region,
        .hint_source = hint_source};
    const struct http_transport net = http_transport(setup->http);
    aws_client_init(&setup->client, &world, &net, &options);
    return PT_OK;
}

void aws_setup_done(struct aws_setup *setup)
{
    aws_client_done(&setup->client);
    http_free(setup->http);
    jaas_done(&setup->jaas);
    setup->http = NULL;
}

pt_code aws_setup_load(struct aws_setup *setup, struct aws_keys *keys, struct pt_error *err)
{
    struct aws_client *client = &setup->client;
    const struct aws_role_options *role = setup->role.arn != NULL ? &setup->role : NULL;
    pt_code code = credentials_load(client, role, keys, err);
    if (code == PT_OK && client->region[0] == '\0' &&
        imds_region(client, client->region, sizeof client->region))
        text_copy(client->region_source, sizeof client->region_source, "this EC2 instance (IMDS)");
    return code;
}

pt_code aws_setup_token_region(const struct aws_setup *setup, const char **region,
                               const char **source, struct pt_error *err)
{
    bool has_own = setup->cluster_region[0] != '\0';
    *region = has_own ? setup->cluster_region : setup->client.region;
    *source = has_own && strcmp(setup->client.region_source, "pintop.aws.region") == 0
                  ? "the cluster's own name"
                  : setup->client.region_source;
    if (**region != '\0')
        return PT_OK;
    char hint[600];
    if (setup->client.files != NULL &&
        shared_files_hint(setup->client.files, setup->client.profile, hint, sizeof hint))
        return pt_error_set(err, PT_ECONFIG,
                            "Correct that line, or set the region with --region or AWS_REGION",
                            "IAM token: no AWS region is configured; %s", hint);
    return pt_error_set(
        err, PT_ECONFIG, "Set the region with --region, AWS_REGION, or region in the profile",
        "IAM token: no AWS region is configured, and the brokers' names do not contain one");
}
