#include "aws/sts.h"

#include <stdio.h>
#include <string.h>

#include "aws/call.h"
#include "aws/xml.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/printable.h"

#define FORM_TYPE "application/x-www-form-urlencoded; charset=utf-8"

enum { FORM_MAX = 64 * 1024 };

static pt_code sts_ask(struct aws_client *client, const struct aws_keys *keys,
                       struct aws_call *call, const struct buf *form, struct xml **xml,
                       struct pt_error *err)
{
    struct aws_answer answer;
    *xml = NULL;
    if (form->is_over)
        return pt_error_set(err, PT_EFULL, NULL, "STS %s: the request is larger than 64 KiB",
                            call->operation);
    call->service = &aws_sts;
    call->content_type = FORM_TYPE;
    call->body = form->data;
    call->body_len = form->len;
    pt_code code = aws_call(client, keys, call, &answer, err);
    if (code == PT_OK) {
        struct pt_error why;
        code = xml_parse(answer.http.body, answer.http.len, xml, &why);
        if (code != PT_OK)
            pt_error_set(err, code, why.fix, "STS %s: %s", call->operation, why.what);
    }
    aws_answer_done(&answer);
    return code;
}

static void sts_begin(struct buf *form, const char *action)
{
    buf_init_secret(form, FORM_MAX);
    aws_form_add(form, "Action", action);
    aws_form_add(form, "Version", "2011-06-15");
}

pt_code sts_get_caller_identity(struct aws_client *client, const struct aws_keys *keys,
                                int64_t call_ms, struct sts_identity *out, struct pt_error *err)
{
    struct aws_call call = {.operation = "GetCallerIdentity",
                            .connect_ms = call_ms,
                            .call_ms = call_ms,
                            .attempts = call_ms > 0 ? 1 : 0};
    struct buf form;
    struct xml *xml;
    memset(out, 0, sizeof *out);
    sts_begin(&form, "GetCallerIdentity");
    pt_code code = sts_ask(client, keys, &call, &form, &xml, err);
    buf_done(&form);
    if (code != PT_OK)
        return code;
    const struct xml_node *result = xml_find(xml_root(xml), "GetCallerIdentityResult");
    printable_str(out->arn, sizeof out->arn, xml_get(result, "Arn"));
    printable_str(out->account, sizeof out->account, xml_get(result, "Account"));
    printable_str(out->user_id, sizeof out->user_id, xml_get(result, "UserId"));
    xml_free(xml);
    if (out->arn[0] == '\0')
        return pt_error_set(err, PT_EDATA, "Check the endpoint",
                            "STS GetCallerIdentity: the answer has no Arn");
    return PT_OK;
}

static pt_code sts_take_keys(const struct xml *xml, const char *result_name, const char *operation,
                             struct aws_keys *out, struct pt_error *err)
{
    const struct xml_node *result = xml_find(xml_root(xml), result_name);
    const struct xml_node *keys = xml_find(result, "Credentials");
    const char *id = xml_get(keys, "AccessKeyId"), *secret = xml_get(keys, "SecretAccessKey");
    const char *token = xml_get(keys, "SessionToken"), *end = xml_get(keys, "Expiration");
    int64_t end_ms;
    if (id == NULL || secret == NULL || token == NULL || end == NULL ||
        !clock_parse_iso(end, &end_ms))
        return pt_error_set(err, PT_EDATA, "Check the endpoint",
                            "STS %s: the answer has no complete Credentials", operation);
    if (!aws_keys_set(out, id, secret, token))
        return pt_error_set(err, PT_ENOMEM, NULL, "STS %s: out of memory", operation);
    out->end_s = end_ms / 1000;
    printable_str(out->arn, sizeof out->arn, xml_get(result, "AssumedRoleUser/Arn"));
    return PT_OK;
}

pt_code sts_assume_role(struct aws_client *client, const struct aws_keys *keys,
                        const struct sts_assume *assume, struct aws_keys *out, struct pt_error *err)
{
    bool is_web = assume->web_identity_token != NULL;
    const char *action = is_web ? "AssumeRoleWithWebIdentity" : "AssumeRole";
    /* Three attempts at a silent STS must end well before the deadline of the token that waits
     * for them. */
    struct aws_call call = {.operation = action,
                            .region = assume->region,
                            .is_fips = assume->is_fips,
                            .connect_ms = 5000,
                            .call_ms = 15000};
    struct buf form;
    struct xml *xml;
    char number[24], result[48];
    sts_begin(&form, action);
    aws_form_add(&form, "RoleArn", assume->role_arn);
    aws_form_add(&form, "RoleSessionName", assume->session_name);
    if (is_web)
        aws_form_add(&form, "WebIdentityToken", assume->web_identity_token);
    if (assume->duration_s > 0) {
        snprintf(number, sizeof number, "%lld", (long long)assume->duration_s);
        aws_form_add(&form, "DurationSeconds", number);
    }
    if (assume->external_id != NULL)
        aws_form_add(&form, "ExternalId", assume->external_id);
    pt_code code = sts_ask(client, is_web ? NULL : keys, &call, &form, &xml, err);
    buf_done(&form);
    if (code != PT_OK)
        return code;
    snprintf(result, sizeof result, "%sResult", action);
    code = sts_take_keys(xml, result, action, out, err);
    xml_free(xml);
    return code;
}
