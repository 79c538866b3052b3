/* An EC2 instance's role, by the instance metadata service, version 2 only: version 1 answers
 * whoever can make this host fetch a URL. */
#include "aws/provider_imds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/json.h"
#include "base/printable.h"
#include "base/url.h"

enum { ANSWER_MAX = 64 * 1024, NAME_MAX_BYTES = 128 };

#define ROLES "/latest/meta-data/iam/security-credentials/"
#define FIX_OFF "Set AWS_EC2_METADATA_DISABLED=true where this is no EC2 instance"

/* One conversation. */
struct imds {
    struct aws_client *client;
    char base[256];
    char token[256];
    int64_t try_ms;
    long tries;
};

static long number_of(const struct aws_client *client, const char *name, long otherwise, long max)
{
    const char *text = aws_env(client, name);
    char *end = NULL;
    long value = text != NULL ? strtol(text, &end, 10) : otherwise;
    return text == NULL || *end != '\0' || value < 1 || value > max ? otherwise : value;
}

static void begin(struct imds *imds, struct aws_client *client)
{
    const char *endpoint = aws_env(client, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = aws_env(client, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    bool is_v6 = mode != NULL && strcasecmp(mode, "IPv6") == 0;
    memset(imds, 0, sizeof *imds);
    imds->client = client;
    imds->try_ms = number_of(client, "AWS_METADATA_SERVICE_TIMEOUT", 1, 60) * 1000;
    imds->tries = number_of(client, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1, 10);
    if (endpoint == NULL)
        endpoint = is_v6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
    snprintf(imds->base, sizeof imds->base, "%s", endpoint);
    size_t len = strlen(imds->base);
    while (len > 0 && imds->base[len - 1] == '/')
        imds->base[--len] = '\0';
}

static pt_code fetch(const struct imds *imds, const char *method, const char *path,
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

/* PROVIDED_NOTHING: nobody is there. */
static enum provided get_token(struct imds *imds, struct pt_error *err)
{
    struct http_answer answer = {0};
    struct pt_error why;
    enum provided provided = PROVIDED_KEYS;
    const char *fault = url_fault(imds->base, false);
    if (fault != NULL)
        return provider_fail(err, PT_ECONFIG, "Write http://HOST:PORT there, or unset it",
                             "AWS_EC2_METADATA_SERVICE_ENDPOINT: it %s", fault);
    pt_code code = fetch(imds, "PUT", "/latest/api/token", &answer, &why);
    if (code == PT_ECANCELLED) {
        *err = why;
        provided = PROVIDED_ERROR;
    } else if (code == PT_ETIMEOUT && !answer.is_begun && answer.was_sent) {
        /* Connected, and then silence. In a container on EC2 the answer's hop limit is 1. */
        provided = provider_fail(err, PT_ETIMEOUT,
                                 "In a container on EC2 raise HttpPutResponseHopLimit to 2; "
                                 "elsewhere set AWS_EC2_METADATA_DISABLED=true",
                                 "AWS credentials: the instance metadata service doesn't answer "
                                 "within %lld s",
                                 (long long)imds->try_ms / 1000);
    } else if (code != PT_OK) {
        provided = PROVIDED_NOTHING;
    } else if (answer.status != 200) {
        provided = provider_fail(err, PT_ELOGIN,
                                 "Enable IMDSv2 on this instance: version 1 is not used. " FIX_OFF,
                                 "AWS credentials: the instance metadata service refuses a token "
                                 "(HTTP %d)",
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
        return provider_fail(err, PT_ELOGIN,
                             "Ask once more; if it stays, something between this program and the "
                             "service (a proxy, a container's network) changes its requests",
                             "%s: the instance metadata service doesn't take the token that it "
                             "gave itself (HTTP 401)",
                             who);
    if (status == 403)
        return provider_fail(err, PT_ELOGIN,
                             "Allow it in the instance's metadata options, or in the firewall of "
                             "this host",
                             "%s: the instance metadata service forbids the question (HTTP 403)",
                             who);
    if (status / 100 == 5)
        return provider_fail(err, PT_ESERVER, "It may be starting: pintop asks again by itself",
                             "%s: the instance metadata service has a fault of its own (HTTP %d)",
                             who, status);
    return provider_fail(err, PT_EREFUSED, "Check AWS_EC2_METADATA_SERVICE_ENDPOINT",
                         "%s: the instance metadata service answers HTTP %d", who, status);
}

/* The instance's role; one line. */
static enum provided get_role(const struct imds *imds, char *role, size_t cap, struct pt_error *err)
{
    struct http_answer answer = {0};
    struct pt_error why = {0};
    enum provided provided = PROVIDED_KEYS;
    pt_code code = fetch(imds, "GET", ROLES, &answer, &why);
    if (code != PT_OK)
        provided = provider_fail(err, code, why.fix, "AWS instance role: %s", why.what);
    else if (answer.status == 404 || (answer.status == 200 && answer.len == 0))
        provided = provider_fail(err, PT_ELOGIN, "Attach an instance profile to it",
                                 "AWS credentials: this EC2 instance has no role");
    else if (answer.status != 200)
        provided = fail_status("AWS credentials", answer.status, err);
    else
        snprintf(role, cap, "%.*s", (int)strcspn(answer.body, "\r\n"), answer.body);
    http_answer_done(&answer);
    if (provided == PROVIDED_KEYS && role[strspn(role, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                       "abcdefghijklmnopqrstuvwxyz0123456789"
                                                       "_+=,.@-")] != '\0')
        provided = provider_fail(err, PT_EDATA, "Check the address of IMDS",
                                 "AWS instance role: its name is none");
    return provided;
}

static enum provided get_keys(const struct imds *imds, const char *role, struct aws_keys *keys,
                              struct pt_error *err)
{
    char path[sizeof ROLES + NAME_MAX_BYTES], code_text[40] = "";
    struct http_answer answer = {0};
    struct pt_error why = {0};
    cJSON *json;
    snprintf(path, sizeof path, ROLES "%s", role);
    pt_code code = fetch(imds, "GET", path, &answer, &why);
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

static enum provided load(struct provider_query *query, struct aws_keys *keys, struct pt_error *err)
{
    struct imds imds;
    char role[NAME_MAX_BYTES] = "";
    if (aws_env_is_true(query->client, "AWS_EC2_METADATA_DISABLED"))
        return PROVIDED_NOTHING;
    begin(&imds, query->client);
    enum provided provided = get_token(&imds, err);
    if (provided == PROVIDED_KEYS)
        provided = get_role(&imds, role, sizeof role, err);
    if (provided == PROVIDED_KEYS)
        provided = get_keys(&imds, role, keys, err);
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
    begin(&imds, client);
    if (get_token(&imds, &err) == PROVIDED_KEYS &&
        fetch(&imds, "GET", "/latest/meta-data/placement/region", &answer, &err) == PT_OK &&
        answer.status == 200) {
        printable_copy(region, cap, answer.body, strcspn(answer.body, "\r\n"));
        is_found = aws_is_region(region);
    }
    http_answer_done(&answer);
    explicit_bzero(imds.token, sizeof imds.token);
    return is_found;
}

const struct provider provider_imds = {.word = "iam-role", .load = load};
