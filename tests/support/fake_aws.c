#include "fake_aws.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void fake_aws_set(struct fake_aws *fake, const char *name, const char *value)
{
    if (fake->n_env == FAKE_ENV_MAX)
        abort();
    snprintf(fake->env[fake->n_env].name, sizeof fake->env[0].name, "%s", name);
    snprintf(fake->env[fake->n_env++].value, sizeof fake->env[0].value, "%s", value);
}

static const char *get_env(void *arg, const char *name)
{
    const struct fake_aws *fake = arg;
    for (size_t i = fake->n_env; i > 0; i--)
        if (strcmp(fake->env[i - 1].name, name) == 0)
            return fake->env[i - 1].value;
    return NULL;
}

static int64_t now_ms(void *arg)
{
    return ((const struct fake_aws *)arg)->now_ms;
}

struct aws_world fake_aws_world(struct fake_aws *fake)
{
    return (struct aws_world){.arg = fake, .get_env = get_env, .now_ms = now_ms};
}

static pt_code call(void *arg, const struct http_request *req, struct http_answer *answer,
                    struct pt_error *err)
{
    struct fake_aws *fake = arg;
    size_t n = fake->n_calls++, used = 0;
    memset(answer, 0, sizeof *answer);
    if (n >= FAKE_CALLS_MAX)
        abort();
    struct fake_call *note = &fake->calls[n];
    snprintf(note->method, sizeof note->method, "%s", req->method);
    snprintf(note->url, sizeof note->url, "%s", req->url);
    snprintf(note->body, sizeof note->body, "%.*s", (int)req->body_len,
             req->body != NULL ? (const char *)req->body : "");
    note->is_direct = req->is_direct;
    note->log_path = req->log_path;
    note->call_ms = req->call_ms;
    for (size_t i = 0; i < req->n_headers && used < sizeof note->headers; i++)
        used += (size_t)snprintf(note->headers + used, sizeof note->headers - used, "%s: %s\n",
                                 req->headers[i].name, req->headers[i].value);
    http_answer_add(answer, "", 0);
    return fake->answer(fake, n, answer, err);
}

static pt_code wait_ms(void *arg, int64_t ms)
{
    struct fake_aws *fake = arg;
    fake->waited_ms += ms;
    fake->now_ms += ms;
    return PT_OK;
}

struct http_transport fake_aws_net(struct fake_aws *fake)
{
    return (struct http_transport){.arg = fake, .call = call, .wait = wait_ms};
}

const char *fake_call_header(const struct fake_call *note, const char *name)
{
    static char value[1024];
    size_t len = strlen(name);
    value[0] = '\0';
    for (const char *line = note->headers; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        if (strncasecmp(line, name, len) == 0 && line[len] == ':')
            snprintf(value, sizeof value, "%.*s", (int)(n - len - 2), line + len + 2);
        line += n + 1;
    }
    return value;
}

const char *fake_call_param(const struct fake_call *note, const char *name)
{
    static char value[1024];
    size_t len = strlen(name), used = 0;
    for (const char *at = note->body; *at != '\0';) {
        size_t n = strcspn(at, "&");
        if (strncmp(at, name, len) == 0 && at[len] == '=') {
            for (const char *c = at + len + 1; c < at + n && used + 1 < sizeof value; c++) {
                char hex[3] = {*c == '%' ? c[1] : '\0', *c == '%' ? c[2] : '\0'};
                value[used++] = *c == '%' ? (char)strtol(hex, NULL, 16) : *c;
                c += *c == '%' ? 2 : 0;
            }
            value[used] = '\0';
            return value;
        }
        at += n + (at[n] == '&');
    }
    return NULL;
}

pt_code fake_answer(struct http_answer *answer, int status, const char *body)
{
    answer->status = status;
    answer->is_begun = answer->was_sent = true;
    http_answer_add(answer, body, strlen(body));
    return PT_OK;
}

void fake_answer_header(struct http_answer *answer, const char *line)
{
    http_answer_add_header(answer, line, strlen(line));
}
