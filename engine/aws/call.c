#include "aws/call.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "aws/actions.h"
#include "aws/endpoint.h"
#include "base/text.h"
#include "base/url.h"
#include "net/retry.h"

enum { HEADERS_MAX = 16 };

/* What one attempt needs: each has its own, as the signature holds the time. */
struct attempt {
    struct sigv4_header headers[HEADERS_MAX];
    size_t n;
    struct sigv4_signed sig;
};

static void call_add(struct attempt *attempt, const char *name, const char *value)
{
    if (value != NULL && attempt->n < HEADERS_MAX)
        attempt->headers[attempt->n++] = (struct sigv4_header){name, value};
}

/* host is signed here, and sent by libcurl. */
static pt_code call_sign(const struct aws_client *client, const struct aws_keys *keys,
                         const struct aws_call *call, const struct aws_target *target,
                         struct attempt *attempt, struct pt_error *err)
{
    bool is_s3 = call->service->protocol == AWS_REST_XML;
    const struct sigv4_request req = {.method = call->method != NULL ? call->method : "POST",
                                      .path = target->path,
                                      .query = call->query,
                                      .headers = attempt->headers,
                                      .n_headers = attempt->n,
                                      .body = call->body,
                                      .body_len = call->body_len};
    const struct sigv4_opts opts = {.credentials = aws_keys_view(keys),
                                    .region = target->signing_region,
                                    .service = call->service->signing,
                                    .now_s = aws_now_s(client),
                                    .is_path_as_is = is_s3,
                                    .has_content_hash = is_s3};
    pt_code code = sigv4_sign(&req, &opts, &attempt->sig, err);
    if (code != PT_OK)
        return code;
    call_add(attempt, "x-amz-date", attempt->sig.date);
    call_add(attempt, "x-amz-security-token", keys->token);
    if (is_s3)
        call_add(attempt, "x-amz-content-sha256", attempt->sig.payload_hash);
    call_add(attempt, "authorization", attempt->sig.authorization.data);
    return PT_OK;
}

/* Asking twice does no harm, and neither does putting the same bytes in the same place. */
static bool is_harmless(const struct aws_call *call)
{
    static const char *const verbs[] = {"Get",    "List",   "Describe",  "Head",      "Simulate",
                                        "Filter", "Assume", "PutObject", "UploadPart"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strncmp(call->operation, verbs[i], strlen(verbs[i])) == 0)
            return true;
    return false;
}

static pt_code try_once(struct aws_client *client, const struct aws_keys *keys,
                        const struct aws_call *call, const struct aws_target *target,
                        struct aws_answer *answer, struct pt_error *err)
{
    struct attempt attempt = {.n = 0};
    struct http_header out[HEADERS_MAX];
    pt_code code = PT_OK;
    call_add(&attempt, "host", target->host);
    call_add(&attempt, "content-type", call->content_type);
    call_add(&attempt, "x-amz-target", call->target);
    for (const char *const *more = call->headers; more != NULL && *more != NULL; more += 2)
        call_add(&attempt, more[0], more[1]);
    if (keys != NULL)
        code = call_sign(client, keys, call, target, &attempt, err);
    for (size_t i = 1; i < attempt.n; i++)
        out[i - 1] = (struct http_header){attempt.headers[i].name, attempt.headers[i].value};
    const struct http_request req = {.method = call->method != NULL ? call->method : "POST",
                                     .url = target->url,
                                     .log_path = target->path,
                                     .headers = out,
                                     .n_headers = attempt.n - 1,
                                     .body = call->body,
                                     .body_len = call->body_len,
                                     .connect_ms = call->connect_ms,
                                     .call_ms = call->call_ms,
                                     .max_bytes = call->max_bytes,
                                     .sent = call->sent,
                                     .sent_arg = call->sent_arg,
                                     .is_change = !is_harmless(call)};
    if (code == PT_OK)
        code = client->net.call(client->net.arg, &req, &answer->http, err);
    if (keys != NULL)
        sigv4_signed_done(&attempt.sig);
    return code;
}

/* The server's clock, from each answer that has a Date. A proxy's page has the proxy's. */
static void learn_clock(struct aws_client *client, const struct http_answer *answer)
{
    char date[64];
    int64_t server_s;
    if (aws_is_web_page(answer) || !http_answer_header(answer, "date", date, sizeof date) ||
        !retry_parse_date(date, &server_s))
        return;
    client->offset_at_ms = client->world.now_ms(client->world.arg);
    /* Date is cut to whole seconds: on average half a second more. */
    client->offset_ms = server_s * 1000 + 500 - client->offset_at_ms;
    client->has_offset = true;
}

static bool is_s3_error(const struct aws_call *call, const struct http_answer *answer)
{
    if (call->service->protocol != AWS_REST_XML || answer->len > 4096)
        return false;
    const char *text = answer->body;
    text += strspn(text, " \t\r\n");
    if (strncmp(text, "<?xml", 5) == 0 && (text = strstr(text, "?>")) != NULL)
        text += 2 + strspn(text + 2, " \t\r\n");
    return text != NULL && strncmp(text, "<Error>", 7) == 0;
}

/* The page on which a network wants a login comes with 200. An object of a bucket may be a page. */
static bool is_portal(const struct aws_call *call, const struct http_answer *answer)
{
    return answer->len > 0 && aws_is_web_page(answer) && strcmp(call->operation, "GetObject") != 0;
}

static pt_code call_judge(struct aws_client *client, const struct aws_keys *keys,
                          const struct aws_call *call, struct aws_answer *answer,
                          struct pt_error *err)
{
    learn_clock(client, &answer->http);
    if (answer->http.status / 100 == 2 && !is_s3_error(call, &answer->http) &&
        !is_portal(call, &answer->http))
        return PT_OK;
    aws_fault_decode(call->service->protocol, &answer->http, &answer->fault);
    return aws_fault_error(call->service, call->operation, &answer->fault, keys, err);
}

/* A change that may have reached AWS isn't made twice: whoever asked looks what became of it. */
static bool may_repeat(const struct aws_call *call, const struct aws_answer *answer,
                       const struct pt_error *err)
{
    if (!err->is_retriable)
        return false;
    if (is_harmless(call))
        return true;
    return answer->fault.code[0] != '\0'
               ? aws_fault_kind(call->service, &answer->fault) == AWS_FAULT_THROTTLED
               : !answer->http.was_sent;
}

static pt_code call_cancelled(const struct aws_call *call, struct pt_error *err)
{
    return pt_error_set(err, PT_ECANCELLED, NULL, "%s %s: cancelled", call->service->name,
                        call->operation);
}

/* One attempt, when its turn has come. */
static pt_code try_in_turn(struct aws_client *client, const struct aws_keys *keys,
                           const struct aws_call *call, const struct aws_target *target,
                           struct aws_answer *answer, struct pt_error *err)
{
    struct aws_pace *pace = client->pace;
    int64_t wait_ms;
    int place;
    if (pace == NULL)
        return try_once(client, keys, call, target, answer, err);
    while ((place = aws_pace_take(pace, call->service, call->is_regular, &wait_ms)) < 0) {
        pt_code waited = client->net.wait(client->net.arg, wait_ms);
        if (waited == PT_ETIMEOUT)
            return pt_error_set(err, waited, "Try again",
                                "the calls before it took all the time there was");
        if (waited != PT_OK)
            return call_cancelled(call, err);
    }
    pt_code code = try_once(client, keys, call, target, answer, err);
    aws_pace_give(pace, call->service, place);
    return code;
}

static void name_call(const struct aws_call *call, struct pt_error *err)
{
    char what[PT_WHAT_MAX];
    snprintf(what, sizeof what, "%s %s: %s", call->service->name, call->operation, err->what);
    text_copy(err->what, sizeof err->what, what);
}

pt_code aws_call(struct aws_client *client, const struct aws_keys *keys,
                 const struct aws_call *call, struct aws_answer *answer, struct pt_error *err)
{
    struct aws_target target;
    struct pt_error why = {0};
    bool has_moved_clock = false;
    unsigned attempts = call->attempts > 0 ? call->attempts : RETRY_ATTEMPTS;
    memset(answer, 0, sizeof *answer);
    assert(aws_action_of(call->service, call->operation) != NULL); /* each call has its row */
    pt_code code = aws_target_find(client, call, &target, &why);
    for (unsigned attempt = 0; code == PT_OK; attempt++) {
        code = try_in_turn(client, keys, call, &target, answer, &why);
        if (code == PT_OK)
            code = call_judge(client, keys, call, answer, &why);
        else if (code != PT_ECANCELLED)
            name_call(call, &why);
        if (code == PT_OK)
            break;
        if (aws_fault_kind(call->service, &answer->fault) == AWS_FAULT_SKEW && !has_moved_clock &&
            client->has_offset) {
            has_moved_clock = true; /* it is learnt now; this attempt doesn't count */
            attempt--;
        } else if (attempt + 1 >= attempts || !may_repeat(call, answer, &why)) {
            break;
        } else {
            char after[64];
            bool has_after = http_answer_header(&answer->http, "retry-after", after, sizeof after);
            pt_code waited = client->net.wait(
                client->net.arg, retry_wait_ms(attempt, retry_random(), has_after ? after : NULL,
                                               aws_now_s(client)));
            if (waited == PT_ETIMEOUT)
                break; /* there is no time for another attempt: this one's answer counts */
            if (waited != PT_OK) {
                code = call_cancelled(call, &why);
                break;
            }
        }
        aws_answer_done(answer);
        code = PT_OK;
    }
    if (err != NULL && code != PT_OK)
        *err = why;
    return code;
}

void aws_answer_done(struct aws_answer *answer)
{
    http_answer_done(&answer->http);
    memset(&answer->fault, 0, sizeof answer->fault);
}

void aws_form_add(struct buf *form, const char *name, const char *value)
{
    if (form->len > 0)
        buf_puts(form, "&");
    url_encode(form, name, strlen(name), URL_UNRESERVED);
    buf_puts(form, "=");
    url_encode(form, value, strlen(value), URL_UNRESERVED);
}

bool aws_may_be_made(const struct aws_answer *answer, pt_code code)
{
    return answer->http.was_sent && (answer->fault.code[0] == '\0' || code == PT_ESERVER);
}
