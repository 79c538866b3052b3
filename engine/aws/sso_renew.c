#include "aws/sso_renew.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "aws/invoke.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/wipe.h"

enum {
    FILE_MAX_BYTES = 64 * 1024,
    CONNECT_MS = 5000,
    CALL_MS = 15000,
    LOCK_STEP_MS = 100,
    LOCK_STEPS = 200 /* as long as another process's call, and a little more */
};

static pt_code sso_renew_cannot(struct pt_error *err, const char *why)
{
    return pt_error_set(err, PT_EUNSUPPORTED, NULL, "%s", why);
}

/* ------------------------------------------------------------------ the file */

/* Two simultaneous renewals would use the refresh token twice. The lock is on the present file:
 * a process that waits for it finds the new one afterwards. Returns -1 when it cannot be opened
 * or locked. */
static int sso_renew_lock(const struct aws_client *client, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (int i = 0; fd >= 0 && i < LOCK_STEPS; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fd;
        if (client->net.wait(client->net.arg, LOCK_STEP_MS) != PT_OK)
            break;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static pt_code sso_renew_read_login(const char *path, cJSON **json, struct pt_error *err)
{
    char *text;
    size_t len;
    *json = NULL;
    pt_code code = file_read(path, FILE_MAX_BYTES, &text, &len, err);
    if (code != PT_OK)
        return code;
    code = json_parse(text, len, json, err);
    wipe_bytes(text, len);
    return code;
}

static pt_code write_login(const char *path, const cJSON *json, struct pt_error *err)
{
    char *text = cJSON_PrintUnformatted(json);
    if (text == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "out of memory");
    pt_code code = file_replace(path, text, strlen(text), 0600, err);
    wipe_text(text);
    return code;
}

/* Checked before a refresh token is used up for a login that could not be stored. */
static bool can_write(const char *path)
{
    char dir[AWS_PATH_MAX];
    snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(path, '/') - path), path);
    return access(dir, W_OK) == 0;
}

/* ------------------------------------------------------------------ the call */

static bool is_good_for(const cJSON *json, const char *member, int64_t now_s, int64_t for_s)
{
    int64_t end_ms;
    const char *end = json_get(json, member);
    return end != NULL && clock_parse_iso(end, &end_ms) && end_ms / 1000 - now_s > for_s;
}

static bool has_all(const cJSON *login)
{
    return json_get(login, "refreshToken") != NULL && json_get(login, "clientId") != NULL &&
           json_get(login, "clientSecret") != NULL;
}

bool sso_can_renew(const cJSON *login, int64_t now_s)
{
    return has_all(login) && is_good_for(login, "registrationExpiresAt", now_s, 0);
}

static char *request_body(const cJSON *json)
{
    static const char *const names[] = {"clientId", "clientSecret", "refreshToken"};
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "grantType", "refresh_token");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cJSON_AddStringToObject(body, names[i], json_get(json, names[i]));
    char *text = cJSON_PrintUnformatted(body);
    json_free(body);
    return text;
}

static void sso_renew_set(cJSON *json, const char *name, const char *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(json, name);
    if (value != NULL)
        cJSON_AddStringToObject(json, name, value);
}

/* Everything else stays, including members that pintop does not know. When there is no new
 * refresh token, the old one is removed. */
static pt_code take_token(const cJSON *answer, int64_t now_s, cJSON *json, struct pt_error *err)
{
    const char *token = json_get(answer, "accessToken");
    int64_t expires_in = json_int(answer, "expiresIn", -1);
    char end[40];
    if (token == NULL || *token == '\0' || expires_in <= 0)
        return pt_error_set(err, PT_EDATA, "Check the endpoint",
                            "IAM Identity Center's answer has no complete token");
    clock_format_ms((now_s + expires_in) * 1000, end, sizeof end);
    snprintf(end + strcspn(end, ".Z"), 2, "Z"); /* whole seconds, as botocore writes them */
    sso_renew_set(json, "accessToken", token);
    sso_renew_set(json, "expiresAt", end);
    sso_renew_set(json, "refreshToken", json_get(answer, "refreshToken"));
    return PT_OK;
}

static pt_code create_token(struct aws_client *client, const char *region, cJSON *json,
                            struct pt_error *err)
{
    char *body = request_body(json);
    cJSON *answer = NULL;
    if (body == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "out of memory");
    /* One attempt only: a refresh token can be used once. */
    const struct aws_call call = {.service = &aws_sso_oidc,
                                  .operation = "CreateToken",
                                  .method = "POST",
                                  .path = "/token",
                                  .content_type = "application/json",
                                  .body = body,
                                  .body_len = strlen(body),
                                  .region = region,
                                  .connect_ms = CONNECT_MS,
                                  .call_ms = CALL_MS,
                                  .attempts = 1};
    pt_code code = aws_call_json(client, NULL, &call, &answer, err);
    if (code == PT_OK)
        code = take_token(answer, aws_now_s(client), json, err);
    json_free(answer);
    wipe_text(body);
    return code;
}

static pt_code renew_locked(struct aws_client *client, const char *path, const char *region,
                            struct pt_error *err)
{
    cJSON *json;
    int64_t now_s = aws_now_s(client);
    pt_code code = sso_renew_read_login(path, &json, err);
    if (code != PT_OK)
        return code;
    bool is_renewed = is_good_for(json, "expiresAt", now_s, SSO_RENEW_BEFORE_S);
    if (!is_renewed && !has_all(json))
        code = sso_renew_cannot(err, "it contains no refresh token");
    else if (!is_renewed && !sso_can_renew(json, now_s))
        code = sso_renew_cannot(err, "the registration of the program that signed in has expired");
    else if (!is_renewed && !can_write(path))
        code = sso_renew_cannot(err, "the new login could not be stored in its place");
    else if (!is_renewed)
        code = create_token(client, region, json, err);
    if (code == PT_OK && !is_renewed)
        code = write_login(path, json, err);
    json_free(json);
    return code;
}

pt_code sso_renew(struct aws_client *client, const char *path, const char *region,
                  struct pt_error *err)
{
    int fd = sso_renew_lock(client, path);
    if (fd < 0)
        return pt_error_set(err, PT_EBUSY, "Try again", "%s cannot be locked", path);
    pt_code code = renew_locked(client, path, region, err);
    close(fd);
    return code;
}
