/* ECS tasks and EKS pods: a local address returns the credentials. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "aws/provider.h"
#include "base/url.h"
#include "base/wipe.h"

enum { TRIES = 3, TRY_MS = 2000, PAUSE_MS = 1000, ANSWER_MAX = 64 * 1024 };

#define FIX_ADDRESS                                                                                \
    "Set AWS_CONTAINER_CREDENTIALS_FULL_URI to an address of this host, or to an https URL"

/* Credentials would be exchanged with any server that answers there. host includes its port. */
static bool is_allowed(const char *url, const char *host)
{
    static const char *const hosts[] = {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]",
                                        "localhost", "[::1]"};
    char name[256];
    if (strncasecmp(url, "https://", 8) == 0)
        return true;
    snprintf(name, sizeof name, "%s", host);
    char *colon = strrchr(name, ':');
    if (colon != NULL && strchr(colon, ']') == NULL)
        *colon = '\0';
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (strcasecmp(name, hosts[i]) == 0)
            return true;
    struct in_addr at;
    return inet_pton(AF_INET, name, &at) == 1 && ntohl(at.s_addr) >> 24 == 127;
}

/* "" none; the caller's, wipe_text. NULL after an error. */
static char *read_authorization(const struct provider_query *query, struct pt_error *err)
{
    const char *file = aws_env(query->client, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *value = aws_env(query->client, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    char *token = file != NULL ? provider_read_file(file, "AWS container token", err)
                               : strdup(value != NULL ? value : "");
    if (token != NULL && strpbrk(token, "\r\n") != NULL) {
        wipe_text(token);
        provider_fail(err, PT_ECONFIG, "Put the token on one line",
                      "AWS container token: it contains a line break");
        return NULL;
    }
    return token;
}

static pt_code provider_container_ask(const struct provider_query *query, const char *url,
                                      const char *token, struct http_answer *answer,
                                      struct pt_error *err)
{
    const struct http_transport *net = &query->client->net;
    const struct http_header headers[] = {
        {"accept",        "application/json"},
        {"authorization", token             }
    };
    const struct http_request req = {.method = "GET",
                                     .url = url,
                                     .headers = headers,
                                     .n_headers = token[0] != '\0' ? 2 : 1,
                                     .connect_ms = TRY_MS,
                                     .call_ms = TRY_MS,
                                     .max_bytes = ANSWER_MAX,
                                     .is_direct = true};
    pt_code code = PT_OK;
    for (int i = 0; i < TRIES; i++) {
        if (i > 0 && (code = net->wait(net->arg, PAUSE_MS)) != PT_OK)
            return pt_error_set(err, code, NULL, "AWS container credentials: cancelled");
        if (i > 0)
            http_answer_done(answer);
        code = net->call(net->arg, &req, answer, err);
        if (code == PT_ECANCELLED || (code == PT_OK && answer->status / 100 != 5))
            break;
    }
    return code;
}

/* Its path gives access to the credentials: only the host is ever shown. Returns false when none
 * is set. */
static bool find_url(const struct provider_query *query, char *url, size_t cap)
{
    const char *relative = aws_env(query->client, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = aws_env(query->client, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (relative != NULL)
        snprintf(url, cap, "http://169.254.170.2%s", relative);
    else
        snprintf(url, cap, "%s", full != NULL ? full : "");
    return url[0] != '\0';
}

static enum provided provider_container_load(struct provider_query *query, struct aws_keys *keys,
                                             struct pt_error *err)
{
    char url[1024], host[256];
    const char *path;
    struct http_answer answer = {0};
    struct pt_error why = {0};
    if (!find_url(query, url, sizeof url))
        return PROVIDED_NOTHING;
    const char *fault = url_fault(url, false);
    if (fault != NULL || http_url_split(url, host, sizeof host, &path, NULL) != PT_OK)
        return provider_fail(
            err, PT_ECONFIG, FIX_ADDRESS,
            "AWS container credentials: the address in the environment is not a valid URL: it %s",
            fault != NULL ? fault : "is too long");
    if (!is_allowed(url, host))
        return provider_fail(
            err, PT_ECONFIG, FIX_ADDRESS,
            "AWS container credentials: http://%s is not trusted to return credentials", host);
    char *token = read_authorization(query, err);
    if (token == NULL)
        return PROVIDED_ERROR;
    pt_code code = provider_container_ask(query, url, token, &answer, &why);
    wipe_text(token);
    enum provided provided;
    if (code != PT_OK)
        provided = provider_fail(err, code, why.fix, "AWS container credentials: %s", why.what);
    else if (answer.status != 200)
        provided =
            provider_fail(err, PT_ELOGIN, "Check the role of the task or pod",
                          "AWS container credentials: %s answers HTTP %d", host, answer.status);
    else
        provided = provider_take_json(answer.body, answer.len, "AWS container credentials", "Token",
                                      keys, err);
    http_answer_done(&answer);
    keys->place = AWS_PLACE_CONTAINER;
    snprintf(keys->source, sizeof keys->source, "this container, %.100s", host);
    return provided;
}

const struct provider provider_container = {.word = "container-role",
                                            .load = provider_container_load};
