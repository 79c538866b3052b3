/* One-shot questions to AWS, without an engine: a token, the AWS identity. */
#include <stdlib.h>
#include <string.h>

#include "aws/msk_token.h"
#include "aws/sts.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/wipe.h"
#include "login/auth.h"
#include "login/aws_setup.h"
#include "pintop/engine.h"

static void identity_empty(struct pt_auth *auth)
{
    *auth = (struct pt_auth){
        .state = PT_AUTH_UNKNOWN, PT_AUTH_NOTHING_KNOWN, .principal = "kafka-cluster"};
}

static pt_code open_keys(const struct pt_config *cfg, struct aws_setup *setup,
                         struct aws_keys *keys, struct pt_auth *auth, struct pt_error *err)
{
    memset(keys, 0, sizeof *keys);
    identity_empty(auth);
    pt_code code = aws_setup_init(setup, cfg, err);
    if (code == PT_OK)
        code = aws_setup_load(setup, keys, err);
    if (code == PT_OK)
        auth_describe(auth, setup, keys, clock_real_ms());
    return code;
}

pt_code pt_token_make(const struct pt_config *cfg, struct pt_token *token, struct pt_error *err)
{
    struct aws_setup setup;
    struct aws_keys keys;
    struct msk_token made = {0};
    const char *region = "", *source;
    memset(token, 0, sizeof *token);
    pt_code code = open_keys(cfg, &setup, &keys, &token->auth, err);
    if (code == PT_OK)
        code = credentials_check_end(&keys, aws_now_s(&setup.client), err);
    if (code == PT_OK)
        code = aws_setup_token_region(&setup, &region, &source, err);
    if (code == PT_OK) {
        const struct sigv4_credentials view = aws_keys_view(&keys);
        int64_t now_s = aws_now_s(&setup.client);
        code =
            msk_token_make(&view, region, now_s, pt_config_int(cfg, "pintop.aws.token.lifetime.s"),
                           keys.end_s, "pintop/" PINTOP_VERSION, &made, err);
        token->lifetime_ms = made.expires_ms - now_s * 1000;
    }
    token->text = made.text;
    token->expires_ms = made.expires_ms;
    text_copy(token->principal, sizeof token->principal, token->auth.principal);
    text_copy(token->region, sizeof token->region, region);
    aws_keys_done(&keys);
    aws_setup_done(&setup);
    return code;
}

void pt_token_done(struct pt_token *token)
{
    wipe_text(token->text);
    token->text = NULL;
}

void pt_aws_region(const struct pt_config *cfg, char *region, size_t cap, char *source,
                   size_t source_cap)
{
    struct aws_setup setup;
    struct pt_error err;
    bool is_known =
        aws_setup_init(&setup, cfg, &err) == PT_OK && aws_client_load(&setup.client, &err) == PT_OK;
    text_copy(region, cap, is_known ? setup.client.region : "");
    if (source != NULL)
        text_copy(source, source_cap, is_known ? setup.client.region_source : "");
    aws_setup_done(&setup);
}

pt_code pt_whoami(const struct pt_config *cfg, struct pt_auth *auth, struct pt_error *err)
{
    struct aws_setup setup;
    struct aws_keys keys;
    struct sts_identity who;
    struct pt_error why;
    pt_code code = open_keys(cfg, &setup, &keys, auth, err);
    if (code == PT_OK) {
        if (sts_get_caller_identity(&setup.client, &keys, 0, &who, &why) == PT_OK) {
            text_copy(auth->caller_arn, sizeof auth->caller_arn, who.arn);
        } else {
            text_copy(auth->caller_error, sizeof auth->caller_error, why.what);
            text_copy(auth->last_fix, sizeof auth->last_fix, why.fix);
            text_copy(auth->caller_request_id, sizeof auth->caller_request_id, why.request_id);
            auth->is_caller_refused = why.code == PT_EAUTH || why.code == PT_ELOGIN;
        }
        auth->has_offset = setup.client.has_offset;
        auth->offset_ms = setup.client.offset_ms;
        auth->offset_at_ms = setup.client.offset_at_ms;
    }
    aws_keys_done(&keys);
    aws_setup_done(&setup);
    return code;
}
