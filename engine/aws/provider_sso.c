/* IAM Identity Center: the login that `aws sso login` stored in a file, exchanged for a role's
 * credentials. pintop itself signs nobody in. A session's login that can be renewed is renewed
 * (sso_renew.h); when it has expired, the error says what to run. After botocore's SSO provider. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "aws/advice.h"
#include "aws/call.h"
#include "aws/provider.h"
#include "aws/sso_renew.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/text.h"
#include "base/wipe.h"

enum { FILE_MAX_BYTES = 64 * 1024, CONNECT_MS = 5000, CALL_MS = 15000 };

/* The settings of the profile and its session; they point into the files. */
struct sso {
    const char *session; /* NULL: the profile contains all of them itself */
    const char *start_url, *region, *account, *role;
};

/* A login as it is stored. */
struct provider_sso_login {
    char path[AWS_PATH_MAX];
    char *token; /* a secret */
    int64_t end_s;
    bool is_renewable; /* after its expiry */
};

/* ------------------------------------------------------------------ settings */

static const char *of_session(const struct provider_query *query, const struct sso *sso,
                              const char *key)
{
    const char *value =
        shared_files_get_section(query->client->files, "sso-session", sso->session, key);
    return value != NULL && *value != '\0' ? value : NULL;
}

/* A setting that profile and session may both have, if they agree. */
static const char *provider_sso_find(const struct provider_query *query, const struct sso *sso,
                                     const char *key, const char **conflict)
{
    const char *own = provider_setting(query, key);
    const char *shared = sso->session != NULL ? of_session(query, sso, key) : NULL;
    if (own != NULL && shared != NULL && strcmp(own, shared) != 0)
        *conflict = key;
    return shared != NULL ? shared : own;
}

/* Returns which of the four settings is missing; NULL when none is. With a session, the login is
 * the session's. */
static const char *provider_sso_missing_of(const struct provider_query *query,
                                           const struct sso *sso, bool *is_of_session)
{
    *is_of_session = sso->session != NULL;
    if (sso->session != NULL && of_session(query, sso, "sso_start_url") == NULL)
        return "sso_start_url";
    if (sso->session != NULL && of_session(query, sso, "sso_region") == NULL)
        return "sso_region";
    *is_of_session = false;
    return sso->start_url == NULL ? "sso_start_url"
           : sso->region == NULL  ? "sso_region"
           : sso->account == NULL ? "sso_account_id"
           : sso->role == NULL    ? "sso_role_name"
                                  : NULL;
}

static enum provided check_settings(const struct provider_query *query, const struct sso *sso,
                                    const char *conflict, struct pt_error *err)
{
    bool is_of_session;
    const char *missing = provider_sso_missing_of(query, sso, &is_of_session);
    if (conflict != NULL)
        return provider_fail(err, PT_ECONFIG, "Remove it from the profile",
                             "AWS profile %s: its %s differs from that of [sso-session %s]",
                             query->profile, conflict, sso->session);
    if (missing != NULL && is_of_session)
        return provider_fail(err, PT_ECONFIG, "Run `aws configure sso`, or add it by hand",
                             "AWS profile %s: its sso_session is %s, but %s has no [sso-session "
                             "%s] with %s",
                             query->profile, sso->session, query->client->config_path, sso->session,
                             missing);
    if (missing != NULL)
        return provider_fail(err, PT_ECONFIG, "Run `aws configure sso`, or add it by hand",
                             "AWS profile %s signs in through IAM Identity Center, but has no %s",
                             query->profile, missing);
    if (!aws_is_region(sso->region))
        return provider_fail(err, PT_ECONFIG, "Write a region like us-east-1",
                             "AWS profile %s: its sso_region %s is not a region name",
                             query->profile, sso->region);
    return PROVIDED_KEYS;
}

/* PROVIDED_KEYS: the settings are complete. */
static enum provided read_settings(const struct provider_query *query, struct sso *sso,
                                   struct pt_error *err)
{
    const char *conflict = NULL;
    *sso = (struct sso){.session = provider_setting(query, "sso_session")};
    sso->start_url = provider_sso_find(query, sso, "sso_start_url", &conflict);
    sso->region = provider_sso_find(query, sso, "sso_region", &conflict);
    sso->account = provider_sso_find(query, sso, "sso_account_id", &conflict);
    sso->role = provider_sso_find(query, sso, "sso_role_name", &conflict);
    /* Without both, the login is for something else, if there is one. */
    if (provider_setting(query, "sso_account_id") == NULL &&
        provider_setting(query, "sso_role_name") == NULL)
        return PROVIDED_NOTHING;
    return check_settings(query, sso, conflict, err);
}

/* ------------------------------------------------------------------ the login */

static enum provided sign_in(const struct provider_query *query, struct pt_error *err,
                             const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Sets the error "AWS profile dev: " with the reason why there is no login. */
static enum provided sign_in(const struct provider_query *query, struct pt_error *err,
                             const char *fmt, ...)
{
    char why[600], command[160], fix[PT_FIX_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(why, sizeof why, fmt, args);
    va_end(args);
    aws_login_command("aws sso login", query->profile, command, sizeof command);
    snprintf(fix, sizeof fix, "Run `%s`", command);
    return provider_fail(err, PT_ELOGIN, fix, "AWS profile %s: %s", query->profile, why);
}

/* The file of the AWS command line: named by the SHA-1 of the session's name, else of the start
 * URL. Returns false when there is no home directory, or no SHA-1. */
static bool find_path(const struct provider_query *query, const struct sso *sso, char *out,
                      size_t cap)
{
    const char *home = aws_env(query->client, "HOME");
    const char *name = sso->session != NULL ? sso->session : sso->start_url;
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (home == NULL || EVP_Digest(name, strlen(name), hash, &len, EVP_sha1(), NULL) != 1)
        return false;
    char digits[2 * EVP_MAX_MD_SIZE + 1];
    hex_put(hash, len, digits);
    return (size_t)snprintf(out, cap, "%s/.aws/sso/cache/%s.json", home, digits) < cap;
}

/* token is NULL when the text contains no login. */
static void parse_login(const char *text, size_t len, struct provider_sso_login *login)
{
    cJSON *json;
    int64_t end_ms;
    if (json_parse(text, len, &json, NULL) != PT_OK)
        return;
    const char *token = json_get(json, "accessToken"), *end = json_get(json, "expiresAt");
    if (token != NULL && *token != '\0' && strpbrk(token, "\r\n") == NULL && end != NULL &&
        clock_parse_iso(end, &end_ms)) {
        login->token = strdup(token);
        login->end_s = end_ms / 1000;
        login->is_renewable = sso_can_renew(json, login->end_s);
    }
    json_free(json);
}

static pt_code provider_sso_load_login(struct provider_sso_login *login, struct pt_error *err)
{
    char *text;
    size_t len;
    pt_code code = file_read(login->path, FILE_MAX_BYTES, &text, &len, err);
    if (code != PT_OK)
        return code;
    wipe_text(login->token);
    login->token = NULL;
    parse_login(text, len, login);
    wipe_bytes(text, len);
    return PT_OK;
}

/* In its last minutes, or after its expiry. why: out, why it was not renewed; "" when that was
 * not tried. */
static void provider_sso_renew(const struct provider_query *query, const struct sso *sso,
                               struct provider_sso_login *login, char *why, size_t cap)
{
    struct pt_error err;
    why[0] = '\0';
    if (sso->session == NULL || login->end_s - aws_now_s(query->client) >= SSO_RENEW_BEFORE_S)
        return;
    if (sso_renew(query->client, login->path, sso->region, &err) == PT_OK)
        provider_sso_load_login(login, NULL);
    else
        text_copy(why, cap, err.what);
}

static enum provided provider_sso_read_login(const struct provider_query *query,
                                             const struct sso *sso,
                                             struct provider_sso_login *login, struct pt_error *err)
{
    struct pt_error why;
    char kept[300];
    const char *name = sso->session != NULL ? sso->session : sso->start_url;
    if (!find_path(query, sso, login->path, sizeof login->path))
        return provider_fail(
            err, PT_ECONFIG, "Set HOME",
            "AWS profile %s: there is no home directory in which to look for its login",
            query->profile);
    pt_code code = provider_sso_load_login(login, &why);
    if (code == PT_ENOTFOUND)
        return sign_in(query, err, "there is no login to IAM Identity Center (%.300s)", name);
    if (code != PT_OK)
        return sign_in(query, err, "its login to IAM Identity Center cannot be read: %.300s",
                       why.what);
    if (login->token != NULL)
        provider_sso_renew(query, sso, login, kept, sizeof kept);
    if (login->token == NULL)
        return sign_in(query, err, "%.400s contains no login to IAM Identity Center", login->path);
    int64_t now_s = aws_now_s(query->client);
    if (login->end_s <= now_s) {
        char ended[40];
        clock_format_ms(login->end_s * 1000, ended, sizeof ended);
        return sign_in(query, err, "the login to IAM Identity Center (%.200s) expired at %s%s%s",
                       name, ended, kept[0] != '\0' ? ", and could not be renewed: " : "", kept);
    }
    return PROVIDED_KEYS;
}

/* ------------------------------------------------------------------ the keys */

static enum provided provider_sso_refuse(const struct provider_query *query, const struct sso *sso,
                                         const struct aws_fault *fault, const struct pt_error *why,
                                         struct pt_error *err)
{
    if (fault->status == 401)
        return sign_in(query, err,
                       "IAM Identity Center rejects the login (%.300s) although it has not "
                       "expired: the user signed out, or it was revoked",
                       sso->session != NULL ? sso->session : sso->start_url);
    if (fault->status == 403 || fault->status == 404)
        return provider_fail(
            err, PT_ELOGIN,
            "Correct sso_account_id and sso_role_name (`aws configure sso` lists what is "
            "available), or have the role assigned to this user",
            "AWS profile %s: the user of IAM Identity Center has no role %s in AWS account %s (%s)",
            query->profile, sso->role, sso->account, fault->code);
    *err = *why;
    return PROVIDED_ERROR;
}

static enum provided provider_sso_take_keys(const struct provider_query *query,
                                            const struct http_answer *answer, struct aws_keys *keys,
                                            struct pt_error *err)
{
    cJSON *json;
    enum provided provided = PROVIDED_KEYS;
    if (json_parse(answer->body, answer->len, &json, NULL) != PT_OK)
        return provider_fail(err, PT_EDATA, "Check the endpoint",
                             "AWS profile %s: IAM Identity Center's answer is not JSON",
                             query->profile);
    const char *id = json_get(json, "roleCredentials.accessKeyId");
    const char *secret = json_get(json, "roleCredentials.secretAccessKey");
    const char *token = json_get(json, "roleCredentials.sessionToken");
    int64_t end_ms = json_int(json, "roleCredentials.expiration", -1);
    if (id == NULL || secret == NULL || token == NULL || end_ms < 0)
        provided = provider_fail(err, PT_EDATA, "Check the endpoint",
                                 "AWS profile %s: IAM Identity Center's answer has no complete "
                                 "roleCredentials",
                                 query->profile);
    else if (!aws_keys_set(keys, id, secret, token))
        provided = provider_fail(err, PT_ENOMEM, NULL, "AWS credentials: out of memory");
    keys->end_s = end_ms / 1000;
    json_free(json);
    return provided;
}

static enum provided provider_sso_ask(const struct provider_query *query, const struct sso *sso,
                                      const struct provider_sso_login *login, struct aws_keys *keys,
                                      struct pt_error *err)
{
    struct buf form;
    struct aws_answer answer;
    struct pt_error why;
    const char *const headers[] = {"x-amz-sso_bearer_token", login->token, NULL};
    buf_init(&form, 2048);
    aws_form_add(&form, "role_name", sso->role);
    aws_form_add(&form, "account_id", sso->account);
    const struct aws_call call = {.service = &aws_sso,
                                  .operation = "GetRoleCredentials",
                                  .method = "GET",
                                  .path = "/federation/credentials",
                                  .query = form.data,
                                  .headers = headers,
                                  .region = sso->region,
                                  .connect_ms = CONNECT_MS,
                                  .call_ms = CALL_MS};
    pt_code code = aws_call(query->client, NULL, &call, &answer, &why);
    enum provided provided = code == PT_OK
                                 ? provider_sso_take_keys(query, &answer.http, keys, err)
                                 : provider_sso_refuse(query, sso, &answer.fault, &why, err);
    aws_answer_done(&answer);
    buf_done(&form);
    return provided;
}

static enum provided provider_sso_load(struct provider_query *query, struct aws_keys *keys,
                                       struct pt_error *err)
{
    struct sso sso;
    struct provider_sso_login login = {.token = NULL};
    enum provided provided = read_settings(query, &sso, err);
    if (provided == PROVIDED_KEYS)
        provided = provider_sso_read_login(query, &sso, &login, err);
    if (provided == PROVIDED_KEYS)
        provided = provider_sso_ask(query, &sso, &login, keys, err);
    wipe_text(login.token);
    if (provided != PROVIDED_KEYS)
        return provided;
    keys->login_end_s = login.end_s;
    keys->is_login_renewed = sso.session != NULL && login.is_renewable;
    provider_place(query, AWS_PLACE_SSO, login.path, keys);
    snprintf(keys->source, sizeof keys->source,
             "IAM Identity Center, profile %.40s: %.60s in %.20s", query->profile, sso.role,
             sso.account);
    return PROVIDED_KEYS;
}

const struct provider provider_sso = {
    .word = "sso", .is_of_profile = true, .load = provider_sso_load};
