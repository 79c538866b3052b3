/* An EC2 instance's role, by the instance metadata service, version 2 only: version 1 answers
 * any program that can make this host fetch a URL. */
#include "aws/provider_imds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/printable.h"
#include "base/url.h"

enum { ANSWER_MAX = 64 * 1024, NAME_MAX_BYTES = 128 };

#define ROLES "/latest/meta-data/iam/security-credentials/"
#define FIX_OFF "Set AWS_EC2_METADATA_DISABLED=true if this is not an EC2 instance"

/* One session with the service. */
struct imds {
    struct aws_client *client;
    char base[256];
    char token[256];
    int64_t try_ms;
    long tries;
};

static long provider_imds_number_of(const struct aws_client *client, const char *name,
                                    long otherwise, long max)
{
    const char *text = aws_env(client, name);
    char *end = NULL;
    long value = text != NULL ? strtol(text, &end, 10) : otherwise;
    return text == NULL || *end != '\0' || value < 1 || value > max ? otherwise : value;
}

static void provider_imds_begin(struct imds *imds, struct aws_client *client)
{
    const char *endpoint = aws_env(client, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = aws_env(client, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    bool is_v6 = mode != NULL && strcasecmp(mode, "IPv6") == 0;
    memset(imds, 0, sizeof *imds);
    imds->client = client;
    imds->try_ms = provider_imds_number_of(client, "AWS_METADATA_SERVICE_TIMEOUT", 1, 60) * 1000;
    imds->tries = provider_imds_number_of(client, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1, 10);
    if (endpoint == NULL)
        endpoint = is_v6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
    snprintf(imds->base, sizeof imds->base, "%s", endpoint);
    size_t len = strlen(imds->base);
    while (len > 0 && imds->base[len - 1] == '/')
        imds->base[--len] = '\0';
}

static pt_code provider_imds_fetch(const struct imds *imds, const char *method, const char *path,
                                   struct http_answer *answer, struct pt_error *err)
{
    const struct http_transport *net = &imds->client->net;
    char url[512];
    bool is_token = imds->token[0] == '\0';
    const struct http_header header = {is_token ? "x-aws-ec2-metadata-token-ttl-seconds"
                                                : "x-aws-ec2-metadata-token",
                                       is_token ? "21600" : imds->token};
    snprintf(url, sizeof url, "%s%s", imds->base, path);
    const struct http_request req = {.method = method,
                                     .url = url,
                                     .log_path = path,
                                     .headers = &header,
                                     .n_headers = 1,
                                     .connect_ms = imds->try_ms,
                                     .call_ms = imds->try_ms,
                                     .max_bytes = ANSWER_MAX,
                                     .is_direct = true};
    pt_code code = PT_OK;
    for (long i = 0; i < imds->tries; i++) {
        if (i > 0)
            http_answer_done(answer);
        code = net->call(net->arg, &req, answer, err);
        if (code == PT_ECANCELLED || (code == PT_OK && answer->status / 100 != 5))
            break;
    }
    return code;
}

/* PROVIDED_NOTHING: there is no metadata service. */
static enum provided get_token(struct imds *imds, struct pt_error *err)
{
    struct http_answer answer = {0};
    struct pt_error why;
    enum provided provided = PROVIDED_KEYS;
    const char *fault = url_fault(imds->base, false);
    if (fault != NULL)
        return provider_fail(err, PT_ECONFIG, "Write http://HOST:PORT, or unset it",
                             "AWS_EC2_METADATA_SERVICE_ENDPOINT: it %s", fault);
    pt_code code = provider_imds_fetch(imds, "PUT", "/latest/api/token", &answer, &why);
    if (code == PT_ECANCELLED) {
        *err = why;
        provided = PROVIDED_ERROR;
    } else if (code == PT_ETIMEOUT && !answer.is_begun && answer.was_sent) {
        /* The connection was made, but no answer came. In a container on EC2 the answer's hop
         * limit is 1. */
        provided = provider_fail(
            err, PT_ETIMEOUT,
            "In a container on EC2 raise HttpPutResponseHopLimit to 2; "
            "elsewhere set AWS_EC2_METADATA_DISABLED=true",
            "AWS credentials: the instance metadata service does not answer within %lld s",
            (long long)imds->try_ms / 1000);
    } else if (code != PT_OK) {
        provided = PROVIDED_NOTHING;
    } else if (answer.status != 200) {
        provided = provider_fail(
            err, PT_ELOGIN,
            "Enable IMDSv2 on this instance: pintop does not use version 1. " FIX_OFF,
            "AWS credentials: the instance metadata service refuses to issue a token (HTTP %d)",
            answer.status);
    } else {
        snprintf(imds->token, sizeof imds->token, "%.*s", (int)strcspn(answer.body, "\r\n"),
                 answer.body);
    }
    http_answer_done(&answer);
    return provided;
}

/* An answer that is neither a role nor "there is none". */
static enum provided fail_status(const char *who, int status, struct pt_error *err)
{
    if (status == 401)
        return provider_fail(
            err, PT_ELOGIN,
            "Try again. If the error persists, find out what changes the requests between this "
            "program and the service (a proxy, a container's network)",
            "%s: the instance metadata service rejects the token that it has issued (HTTP 401)",
            who);
    if (status == 403)
        return provider_fail(
            err, PT_ELOGIN,
            "Allow access in the instance's metadata options, or in the firewall of this host",
            "%s: the instance metadata service denies the request (HTTP 403)", who);
    if (status / 100 == 5)
        return provider_fail(
            err, PT_ESERVER,
            "Wait: the service may be starting, and pintop tries again automatically",
            "%s: the instance metadata service failed with an internal error (HTTP %d)", who,
            status);
    return provider_fail(err, PT_EREFUSED, "Check AWS_EC2_METADATA_SERVICE_ENDPOINT",
                         "%s: the instance metadata service answers HTTP %d", who, status);
}

/* Reads the instance's role; one line. */
static enum provided get_role(const struct imds *imds, char *role, size_t cap, struct pt_error *err)
{
    struct http_answer answer = {0};
    struct pt_error why = {0};
    enum provided provided = PROVIDED_KEYS;
    pt_code code = provider_imds_fetch(imds, "GET", ROLES, &answer, &why);
    if (code != PT_OK)
        provided = provider_fail(err, code, why.fix, "AWS instance role: %s", why.what);
    else if (answer.status == 404 || (answer.status == 200 && answer.len == 0))
        provided = provider_fail(err, PT_ELOGIN, "Attach an instance profile to the instance",
                                 "AWS credentials: this EC2 instance has no role");
    else if (answer.status != 200)
        provided = fail_status("AWS credentials", answer.status, err);
    else
        snprintf(role, cap, "%.*s", (int)strcspn(answer.body, "\r\n"), answer.body);
    http_answer_done(&answer);
    if (provided == PROVIDED_KEYS && role[strspn(role, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                       "abcdefghijklmnopqrstuvwxyz0123456789"
                                                       "_+=,.@-")] != '\0')
        provided = provider_fail(err, PT_EDATA, "Check AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                 "AWS instance role: the service did not return a valid role name");
    return provided;
}

static enum provided provider_imds_get_keys(const struct imds *imds, const char *role,
                                            struct aws_keys *keys, struct pt_error *err)
{
    char path[sizeof ROLES + NAME_MAX_BYTES], code_text[40] = "";
    struct http_answer answer = {0};
    struct pt_error why = {0};
    cJSON *json;
    snprintf(path, sizeof path, ROLES "%s", role);
    pt_code code = provider_imds_fetch(imds, "GET", path, &answer, &why);
    enum provided provided;
    if (code == PT_OK && answer.status == 200 &&
        json_parse(answer.body, answer.len, &json, NULL) == PT_OK) {
        json_copy(json, "Code", code_text, sizeof code_text);
        json_free(json);
    }
    if (code != PT_OK)
        provided = provider_fail(err, code, why.fix, "AWS instance role: %s", why.what);
    else if (answer.status != 200)
        provided = fail_status("AWS credentials", answer.status, err);
    else if (code_text[0] != '\0' && strcmp(code_text, "Success") != 0)
        provided =
            provider_fail(err, PT_ELOGIN, "Check the role's trust policy (ec2.amazonaws.com)",
                          "AWS instance role %s: %s", role, code_text);
    else
        provided =
            provider_take_json(answer.body, answer.len, "AWS instance role", "Token", keys, err);
    http_answer_done(&answer);
    keys->place = AWS_PLACE_IMDS;
    snprintf(keys->source, sizeof keys->source, "this EC2 instance (IMDS), role %.90s", role);
    return provided;
}

static enum provided provider_imds_load(struct provider_query *query, struct aws_keys *keys,
                                        struct pt_error *err)
{
    struct imds imds;
    char role[NAME_MAX_BYTES] = "";
    if (aws_env_is_true(query->client, "AWS_EC2_METADATA_DISABLED"))
        return PROVIDED_NOTHING;
    provider_imds_begin(&imds, query->client);
    enum provided provided = get_token(&imds, err);
    if (provided == PROVIDED_KEYS)
        provided = get_role(&imds, role, sizeof role, err);
    if (provided == PROVIDED_KEYS)
        provided = provider_imds_get_keys(&imds, role, keys, err);
    explicit_bzero(imds.token, sizeof imds.token);
    return provided;
}

bool imds_region(struct aws_client *client, char *region, size_t cap)
{
    struct imds imds;
    struct http_answer answer = {0};
    struct pt_error err;
    bool is_found = false;
    if (aws_env_is_true(client, "AWS_EC2_METADATA_DISABLED"))
        return false;
    provider_imds_begin(&imds, client);
    if (get_token(&imds, &err) == PROVIDED_KEYS &&
        provider_imds_fetch(&imds, "GET", "/latest/meta-data/placement/region", &answer, &err) ==
            PT_OK &&
        answer.status == 200) {
        printable_copy(region, cap, answer.body, strcspn(answer.body, "\r\n"));
        is_found = aws_is_region(region);
    }
    http_answer_done(&answer);
    explicit_bzero(imds.token, sizeof imds.token);
    return is_found;
}

/* One line of what the service says; "" when it does not. */
static void provider_imds_line(const struct imds *imds, const char *path, char *out, size_t cap)
{
    struct http_answer answer = {0};
    struct pt_error err;
    out[0] = '\0';
    if (provider_imds_fetch(imds, "GET", path, &answer, &err) == PT_OK && answer.status == 200)
        printable_copy(out, cap, answer.body, strcspn(answer.body, "\r\n"));
    http_answer_done(&answer);
}

/* All lines of what the service says, added to a list. */
static void provider_imds_lines(const struct imds *imds, const char *path, char *list, size_t cap)
{
    struct http_answer answer = {0};
    struct pt_error err;
    if (provider_imds_fetch(imds, "GET", path, &answer, &err) == PT_OK && answer.status == 200)
        for (const char *at = answer.body; *at != '\0'; at += strspn(at, "\r\n")) {
            char line[64];
            size_t len = strcspn(at, "\r\n"), used = strlen(list);
            printable_copy(line, sizeof line, at, len);
            if (len < sizeof line && used + len + 2 < cap)
                snprintf(list + used, cap - used, "%s%s", used > 0 ? "," : "", line);
            at += len;
        }
    http_answer_done(&answer);
}

/* Of the interface with this MAC address: its VPC, its addresses as others in it see them, and its
 * security groups. */
static void provider_imds_interface(const struct imds *imds, const char *mac,
                                    struct imds_host *host)
{
    static const char all[] = "/latest/meta-data/network/interfaces/macs";
    char path[200];
    if (mac[0] == '\0' || mac[strspn(mac, "0123456789abcdefABCDEF:")] != '\0')
        return;
    snprintf(path, sizeof path, "%s/%s/vpc-id", all, mac);
    provider_imds_line(imds, path, host->vpc, sizeof host->vpc);
    snprintf(path, sizeof path, "%s/%s/local-ipv4s", all, mac);
    provider_imds_lines(imds, path, host->addresses, sizeof host->addresses);
    snprintf(path, sizeof path, "%s/%s/ipv6s", all, mac);
    provider_imds_lines(imds, path, host->addresses, sizeof host->addresses);
    snprintf(path, sizeof path, "%s/%s/security-group-ids", all, mac);
    provider_imds_lines(imds, path, host->groups, sizeof host->groups);
}

static void provider_imds_identity(const struct imds *imds, struct imds_host *host)
{
    struct http_answer answer = {0};
    struct pt_error err;
    cJSON *json;
    if (provider_imds_fetch(imds, "GET", "/latest/dynamic/instance-identity/document", &answer,
                            &err) == PT_OK &&
        answer.status == 200 && json_parse(answer.body, answer.len, &json, NULL) == PT_OK) {
        json_copy(json, "instanceId", host->instance_id, sizeof host->instance_id);
        json_copy(json, "region", host->region, sizeof host->region);
        json_copy(json, "accountId", host->account, sizeof host->account);
        json_free(json);
    }
    http_answer_done(&answer);
}

enum imds_answer imds_find_host(struct aws_client *client, struct imds_host *host,
                                struct pt_error *err)
{
    struct imds imds;
    char mac[40];
    memset(host, 0, sizeof *host);
    if (aws_env_is_true(client, "AWS_EC2_METADATA_DISABLED"))
        return IMDS_NONE;
    provider_imds_begin(&imds, client);
    enum provided provided = get_token(&imds, err);
    if (provided != PROVIDED_KEYS)
        return provided == PROVIDED_NOTHING ? IMDS_NONE : IMDS_SILENT;
    provider_imds_identity(&imds, host);
    if (host->instance_id[0] == '\0')
        provider_imds_line(&imds, "/latest/meta-data/instance-id", host->instance_id,
                           sizeof host->instance_id);
    provider_imds_line(&imds, "/latest/meta-data/mac", mac, sizeof mac);
    provider_imds_interface(&imds, mac, host);
    explicit_bzero(imds.token, sizeof imds.token);
    if (host->instance_id[0] != '\0')
        return IMDS_HOST;
    pt_error_set(err, PT_EDATA, "Check AWS_EC2_METADATA_SERVICE_ENDPOINT",
                 "the instance metadata service answers, but names no instance");
    return IMDS_SILENT;
}

const struct provider provider_imds = {.word = "iam-role", .load = provider_imds_load};
