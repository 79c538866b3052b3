#include "aws/endpoint.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What is put in the place of AWS's host, and who said so; NULL: nothing. */
static const char *find_override(const struct aws_client *client, const struct aws_service *service,
                                 const char **who)
{
    char name[96];
    if (client->endpoint_url[0] != '\0') {
        *who = "--endpoint-url";
        return client->endpoint_url;
    }
    if (aws_env_is_true(client, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
        return NULL;
    snprintf(name, sizeof name, "AWS_ENDPOINT_URL_%s", service->env);
    const char *url = aws_env(client, name);
    *who = "AWS_ENDPOINT_URL_<SERVICE>";
    if (url == NULL) {
        url = aws_env(client, "AWS_ENDPOINT_URL");
        *who = "AWS_ENDPOINT_URL";
    }
    if (url != NULL || client->files == NULL)
        return url;
    *who = "endpoint_url of the AWS config file";
    const char *services = shared_files_get(client->files, client->profile, "services");
    if (services != NULL) {
        snprintf(name, sizeof name, "%s.endpoint_url", service->key);
        url = shared_files_get_section(client->files, "services", services, name);
    }
    if (url == NULL)
        url = shared_files_get(client->files, client->profile, "endpoint_url");
    return url != NULL && *url != '\0' ? url : NULL;
}

/* libcurl leaves a scheme's own port out of the Host header, and so does the signature. */
static void drop_default_port(const char *url, char *host)
{
    const char *port = strncasecmp(url, "https:", 6) == 0 ? ":443" : ":80";
    size_t len = strlen(host), port_len = strlen(port);
    if (len > port_len && strcmp(host + len - port_len, port) == 0)
        host[len - port_len] = '\0';
}

static pt_code no_region(const struct aws_client *client, const struct aws_call *call,
                         struct pt_error *err)
{
    char hint[600];
    if (client->files != NULL &&
        shared_files_hint(client->files, client->profile, hint, sizeof hint))
        return pt_error_set(err, PT_ECONFIG, "Correct that line, or name it: --region, AWS_REGION",
                            "%s %s: no AWS region is known; %s", call->service->name,
                            call->operation, hint);
    return pt_error_set(err, PT_ECONFIG, "Name it: --region, AWS_REGION, or region in the profile",
                        "%s %s: no AWS region is known", call->service->name, call->operation);
}

/* The environment's word, else the profile's; "true" in any case. */
static bool is_set(const struct aws_client *client, const char *variable, const char *key)
{
    const char *value = aws_env(client, variable);
    if (value == NULL && client->files != NULL)
        value = shared_files_get(client->files, client->profile, key);
    return value != NULL && strcasecmp(value, "true") == 0;
}

static unsigned variant_of(const struct aws_client *client, const struct aws_call *call)
{
    bool is_fips = call->is_fips || is_set(client, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    bool is_dual = is_set(client, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    const char *of_s3 =
        call->service == &aws_s3 && client->files != NULL
            ? shared_files_get(client->files, client->profile, "s3.use_dualstack_endpoint")
            : NULL;
    if (of_s3 != NULL)
        is_dual = strcasecmp(of_s3, "true") == 0;
    return (is_fips ? AWS_FIPS : 0U) | (is_dual ? AWS_DUALSTACK : 0U);
}

pt_code aws_target_find(const struct aws_client *client, const struct aws_call *call,
                        struct aws_target *target, struct pt_error *err)
{
    char base[AWS_URL_MAX];
    const char *region = call->region != NULL ? call->region : client->region, *base_path, *who;
    const char *override = find_override(client, call->service, &who);
    const char *path = call->path != NULL ? call->path : "/";
    bool is_in_host = false;
    if (*region == '\0' && call->service != &aws_sts && call->service != &aws_iam)
        return no_region(client, call, err);
    aws_endpoint(call->service, region, variant_of(client, call), call->bucket, base, sizeof base,
                 target->signing_region, sizeof target->signing_region);
    if (base[0] == '\0' && override == NULL)
        return pt_error_set(err, PT_ECONFIG,
                            "Switch FIPS off: AWS_USE_FIPS_ENDPOINT=false, or use_fips_endpoint in "
                            "the profile",
                            "%s %s: %s has no FIPS endpoint in %s", call->service->name,
                            call->operation, call->service->name, region);
    if (override == NULL)
        is_in_host = call->bucket != NULL && strchr(call->bucket, '.') == NULL;
    else
        snprintf(base, sizeof base, "%s", override);
    if (http_url_split(base, target->host, sizeof target->host, &base_path, NULL) != PT_OK)
        return pt_error_set(err, PT_ECONFIG, "Write http://HOST[:PORT] or https://HOST[:PORT]",
                            "%s: it is no URL", override != NULL ? who : "AWS endpoint");
    size_t base_len = strcspn(base_path, "?#");
    while (base_len > 0 && base_path[base_len - 1] == '/')
        base_len--;
    drop_default_port(base, target->host);
    int n =
        call->bucket != NULL && !is_in_host
            ? snprintf(target->path, sizeof target->path, "%.*s/%s%s", (int)base_len, base_path,
                       call->bucket, strcmp(path, "/") == 0 ? "" : path)
            : snprintf(target->path, sizeof target->path, "%.*s%s", (int)base_len, base_path, path);
    int m = snprintf(target->url, sizeof target->url, "%.*s%s%s%s", (int)(base_path - base), base,
                     target->path, call->query != NULL ? "?" : "",
                     call->query != NULL ? call->query : "");
    if (n < 0 || (size_t)n >= sizeof target->path || m < 0 || (size_t)m >= sizeof target->url)
        return pt_error_set(err, PT_EUSAGE, NULL, "%s %s: the address is too long",
                            call->service->name, call->operation);
    return PT_OK;
}
