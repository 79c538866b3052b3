/* Shared by the providers. */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aws/provider.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "base/wipe.h"

enum { FILE_MAX_BYTES = 64 * 1024 };

static char session_name[32];
static pthread_once_t session_once = PTHREAD_ONCE_INIT;

enum provided provider_fail(struct pt_error *err, pt_code code, const char *fix, const char *fmt,
                            ...)
{
    char what[PT_WHAT_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    pt_error_set(err, code, fix, "%s", what);
    return PROVIDED_ERROR;
}

void provider_place(const struct provider_query *query, enum aws_place place, const char *path,
                    struct aws_keys *keys)
{
    keys->place = place;
    text_copy(keys->place_profile, sizeof keys->place_profile, query->profile);
    text_copy(keys->place_path, sizeof keys->place_path, path);
}

const char *provider_setting(const struct provider_query *query, const char *key)
{
    const char *value = shared_files_get(query->client->files, query->profile, key);
    return value != NULL && *value != '\0' ? value : NULL;
}

char *provider_read_file(const char *path, const char *what, struct pt_error *err)
{
    struct pt_error why;
    char *text;
    size_t len;
    if (file_read(path, FILE_MAX_BYTES, &text, &len, &why) != PT_OK) {
        pt_error_set(err, PT_ELOGIN, "Check that the file exists and is readable", "%s: %s", what,
                     why.what);
        return NULL;
    }
    if (memchr(text, '\0', len) != NULL) {
        wipe_bytes(text, len);
        pt_error_set(err, PT_ELOGIN, "Use the right file", "%s: %s is not a text file", what, path);
        return NULL;
    }
    if (len > 0 && text[len - 1] == '\n')
        text[--len] = '\0';
    if (len > 0 && text[len - 1] == '\r')
        text[--len] = '\0';
    return text;
}

const char *provider_short_role(const char *arn)
{
    const char *role = strstr(arn, ":role/");
    return role != NULL ? role + 1 : arn;
}

enum provided provider_take_json(const char *text, size_t len, const char *who,
                                 const char *token_name, struct aws_keys *keys,
                                 struct pt_error *err)
{
    struct pt_error why;
    cJSON *json;
    if (json_parse(text, len, &json, &why) != PT_OK)
        return provider_fail(err, PT_EDATA, "Check its answer", "%s: %s", who, why.what);
    const char *id = json_get(json, "AccessKeyId"), *secret = json_get(json, "SecretAccessKey");
    const char *token = json_get(json, token_name), *end = json_get(json, "Expiration");
    int64_t end_ms = 0;
    enum provided provided = PROVIDED_KEYS;
    if (id == NULL || secret == NULL || *id == '\0' || *secret == '\0')
        provided = provider_fail(err, PT_EDATA, "Check its answer",
                                 "%s: the answer has no AccessKeyId and SecretAccessKey", who);
    else if (end != NULL && !clock_parse_iso(end, &end_ms))
        provided = provider_fail(err, PT_EDATA, "Check its answer",
                                 "%s: its Expiration is not an ISO 8601 time", who);
    else if (!aws_keys_set(keys, id, secret, token))
        provided = provider_fail(err, PT_ENOMEM, NULL, "%s: out of memory", who);
    keys->end_s = end != NULL ? end_ms / 1000 : AWS_NO_END;
    json_free(json);
    return provided;
}

static void make_session_name(void)
{
    snprintf(session_name, sizeof session_name, "pintop-%lld-%d", (long long)time(NULL),
             (int)getpid());
}

const char *credentials_session_name(void)
{
    pthread_once(&session_once, make_session_name);
    return session_name;
}
