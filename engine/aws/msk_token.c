#include "aws/msk_token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/base64.h"
#include "base/url.h"

enum { URL_MAX = 64 * 1024 };

static pt_code msk_token_encode(const char *host, const struct buf *query, const char *user_agent,
                                struct msk_token *token, struct pt_error *err)
{
    struct buf url;
    buf_init_secret(&url, URL_MAX);
    buf_printf(&url, "https://%s/?%s&User-Agent=", host, query->data);
    url_encode(&url, user_agent, strlen(user_agent), URL_UNRESERVED);
    token->text = url.is_over ? NULL : base64url_make(url.data, url.len);
    buf_done(&url);
    return token->text != NULL ? PT_OK
                               : pt_error_set(err, PT_ENOMEM, NULL, "IAM token: out of memory");
}

pt_code msk_token_make(const struct sigv4_credentials *credentials, const char *region,
                       int64_t now_s, int64_t lifetime_s, int64_t credentials_end_s,
                       const char *user_agent, struct msk_token *token, struct pt_error *err)
{
    char host[128];
    struct sigv4_signed out;
    memset(token, 0, sizeof *token);
    if (credentials_end_s <= now_s)
        return pt_error_set(err, PT_ELOGIN, "Renew the AWS credentials",
                            "IAM token: the AWS credentials have expired");
    snprintf(host, sizeof host, "kafka.%s.amazonaws.com", region);
    const struct sigv4_header header = {"host", host};
    const struct sigv4_request req = {.method = "GET",
                                      .path = "/",
                                      .query = "Action=kafka-cluster%3AConnect",
                                      .headers = &header,
                                      .n_headers = 1};
    const struct sigv4_opts opts = {
        .credentials = *credentials, .region = region, .service = "kafka-cluster", .now_s = now_s};
    pt_code code = sigv4_presign(&req, &opts, lifetime_s, &out, err);
    if (code == PT_OK)
        code = msk_token_encode(host, &out.query, user_agent, token, err);
    sigv4_signed_done(&out);
    int64_t end_s = now_s + lifetime_s;
    if (code == PT_OK)
        token->expires_ms = (end_s < credentials_end_s ? end_s : credentials_end_s) * 1000;
    return code;
}

void msk_token_done(struct msk_token *token)
{
    if (token->text != NULL)
        OPENSSL_cleanse(token->text, strlen(token->text));
    free(token->text);
    token->text = NULL;
}
