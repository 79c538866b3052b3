#include "aws/endpoint.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/url.h"

/* Reads the environment variable, even an empty one, else the profile's setting; "true" in any
 * case. */
static bool endpoint_is_set(const struct aws_client *client, const char *variable, const char *key)
{
    const char *value = client->world.get_env(client->world.arg, variable);
    if (value == NULL && client->files != NULL)
        value = shared_files_get(client->files, client->profile, key);
    return value != NULL && strcasecmp(value, "true") == 0;
}

/* Returns what replaces AWS's host; who receives its source, cap bytes. NULL for none. */
static const char *find_override(const struct aws_client *client, const struct aws_service *service,
                                 char *who, size_t cap)
{
    char name[96];
    if (client->endpoint_url[0] != '\0') {
        text_copy(who, cap, client->endpoint_who);
        return client->endpoint_url;
    }
    if (endpoint_is_set(client, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                        "ignore_configured_endpoint_urls"))
        return NULL;
    snprintf(name, sizeof name, "AWS_ENDPOINT_URL_%s", service->env);
    const char *url = aws_env(client, name);
    text_copy(who, cap, name);
    if (url == NULL) {
        url = aws_env(client, "AWS_ENDPOINT_URL");
        text_copy(who, cap, "AWS_ENDPOINT_URL");
    }
    if (url != NULL || client->files == NULL)
        return url;
    text_copy(who, cap, "endpoint_url of the AWS config file");
    const char *services = shared_files_get(client->files, client->profile, "services");
    if (services != NULL) {
        snprintf(name, sizeof name, "%s.endpoint_url", service->key);
        url = shared_files_get_section(client->files, "services", services, name);
    }
    if (url == NULL)
        url = shared_files_get(client->files, client->profile, "endpoint_url");
    return url != NULL && *url != '\0' ? url : NULL;
}

/* libcurl leaves a scheme's default port out of the Host header, and so must the signature. */
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
        return pt_error_set(
            err, PT_ECONFIG, "Correct that line, or set the region with --region or AWS_REGION",
            "%s %s: no AWS region is configured; %s", call->service->name, call->operation, hint);
    return pt_error_set(err, PT_ECONFIG,
                        "Set the region with --region, AWS_REGION, or region in the profile",
                        "%s %s: no AWS region is configured", call->service->name, call->operation);
}

/* Returns a setting of the profile below "s3 ="; "" when there is none. */
static const char *of_s3(const struct aws_client *client, const char *key)
{
    const char *value =
        client->files != NULL ? shared_files_get(client->files, client->profile, key) : NULL;
    return value != NULL ? value : "";
}

static bool is_fips_by_setting(const struct aws_client *client)
{
    return endpoint_is_set(client, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
}

static unsigned variant_of(const struct aws_client *client, const struct aws_call *call)
{
    bool is_fips = call->is_fips || is_fips_by_setting(client);
    bool is_dual =
        endpoint_is_set(client, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint") ||
        (call->service == &aws_s3 &&
         strcasecmp(of_s3(client, "s3.use_dualstack_endpoint"), "true") == 0);
    return (is_fips ? AWS_FIPS : 0U) | (is_dual ? AWS_DUALSTACK : 0U);
}

static pt_code no_variant(const struct aws_client *client, const struct aws_call *call,
                          const char *region, struct pt_error *err)
{
    return pt_error_set(
        err, PT_ECONFIG,
        is_fips_by_setting(client)
            ? "Disable FIPS: AWS_USE_FIPS_ENDPOINT=false, or use_fips_endpoint in the profile"
            : "Disable FIPS: awsShouldUseFips in sasl.jaas.config",
        "%s %s: AWS has no FIPS endpoint of %s in %s, and FIPS endpoints are configured",
        call->service->name, call->operation, call->service->name, region);
}

/* who: where the address is configured. fault follows "it": "is not a URL". */
static pt_code not_url(const char *who, const char *fault, struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG, "Write http://HOST:PORT or https://HOST:PORT instead",
                        "%s: it %s", who, fault);
}

/* True for digits, or IPv6 in brackets. */
static bool is_address(const char *url)
{
    const char *host = strstr(url, "://");
    host = host != NULL ? host + 3 : url;
    return *host == '[' || strspn(host, "0123456789.") == strcspn(host, ":/");
}

/* Returns whether the bucket's name becomes part of the host name: usually only with AWS's own
 * hosts; a name with a dot matches no certificate. override is NULL for none. */
static bool is_bucket_in_host(const struct aws_client *client, const struct aws_call *call,
                              const char *override)
{
    const char *style = of_s3(client, "s3.addressing_style");
    if (call->bucket == NULL || strchr(call->bucket, '.') != NULL)
        return false;
    if (override == NULL)
        return strcmp(style, "path") != 0;
    return strcmp(style, "virtual") == 0 && !is_address(override);
}

/* Writes "http://HOST…", with the bucket before the host if it belongs there. */
static void put_override(const char *override, const char *bucket, char *base, size_t cap)
{
    const char *host = strstr(override, "://");
    if (bucket == NULL || host == NULL)
        snprintf(base, cap, "%s", override);
    else
        snprintf(base, cap, "%.*s%s.%s", (int)(host + 3 - override), override, bucket, host + 3);
}

/* What stands before the call's own path. */
struct base {
    const char *override;  /* the address that replaces AWS's own; NULL for none */
    char who[96];          /* where that is configured */
    const char *bucket;    /* part of the host's name; NULL for none */
    char url[AWS_URL_MAX]; /* with a path of its own, if it has one */
};

static pt_code find_base(const struct aws_client *client, const struct aws_call *call,
                         struct base *base, struct aws_target *target, struct pt_error *err)
{
    const char *region = call->region != NULL ? call->region : client->region;
    text_copy(base->who, sizeof base->who, "AWS endpoint");
    base->override = find_override(client, call->service, base->who, sizeof base->who);
    base->bucket = is_bucket_in_host(client, call, base->override) ? call->bucket : NULL;
    const char *fault = base->override != NULL ? url_fault(base->override, false) : NULL;
    if (*region == '\0' && call->service != &aws_sts && call->service != &aws_iam)
        return no_region(client, call, err);
    aws_endpoint(call->service, region, variant_of(client, call), base->bucket, base->url,
                 sizeof base->url, target->signing_region, sizeof target->signing_region);
    if (base->url[0] == '\0' && base->override == NULL)
        return no_variant(client, call, region, err);
    if (fault != NULL)
        return not_url(base->who, fault, err);
    if (base->override == NULL)
        return PT_OK;
    put_override(base->override, base->bucket, base->url, sizeof base->url);
    if (*region != '\0')
        text_copy(target->signing_region, sizeof target->signing_region, region);
    return PT_OK;
}

/* Writes path and URL of the target. base_path is the path of base->url. Returns false when they
 * are too long. */
static bool put_address(const struct aws_call *call, const struct base *base, const char *base_path,
                        struct aws_target *target)
{
    const char *path = call->path != NULL ? call->path : "/";
    bool is_bucket_in_path = call->bucket != NULL && base->bucket == NULL;
    size_t base_len = strcspn(base_path, "?#");
    while (base_len > 0 && base_path[base_len - 1] == '/')
        base_len--;
    int n =
        is_bucket_in_path
            ? snprintf(target->path, sizeof target->path, "%.*s/%s%s", (int)base_len, base_path,
                       call->bucket, strcmp(path, "/") == 0 ? "" : path)
            : snprintf(target->path, sizeof target->path, "%.*s%s", (int)base_len, base_path, path);
    int m = snprintf(target->url, sizeof target->url, "%.*s%s%s%s", (int)(base_path - base->url),
                     base->url, target->path, call->query != NULL ? "?" : "",
                     call->query != NULL ? call->query : "");
    return n >= 0 && (size_t)n < sizeof target->path && m >= 0 && (size_t)m < sizeof target->url;
}

pt_code aws_target_find(const struct aws_client *client, const struct aws_call *call,
                        struct aws_target *target, struct pt_error *err)
{
    struct base base;
    const char *base_path;
    pt_code code = find_base(client, call, &base, target, err);
    if (code != PT_OK)
        return code;
    if (http_url_split(base.url, target->host, sizeof target->host, &base_path, NULL) != PT_OK)
        return not_url(base.who, "is not a URL", err);
    drop_default_port(base.url, target->host);
    if (!put_address(call, &base, base_path, target))
        return pt_error_set(err, PT_EUSAGE, NULL, "%s %s: the address is too long",
                            call->service->name, call->operation);
    return PT_OK;
}
