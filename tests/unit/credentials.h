/* A chain of credentials in surroundings of its own. */
#ifndef UNIT_CREDENTIALS_H
#define UNIT_CREDENTIALS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "aws/credentials.h"
#include "fake_aws.h"
#include "scratch.h"

#define STUB "http://127.0.0.1:5999"

static struct fake_aws fake;

/* --- a stub as the recording had one -----------------------------------------------------------
 */

static const char *role_key(const char *arn)
{
    static char key[64];
    const char *slash = strrchr(arn, '/');
    size_t n = (size_t)snprintf(key, sizeof key, "AKROLE_%s", slash != NULL ? slash + 1 : arn);
    for (size_t i = 7; i < n; i++)
        if (key[i] >= 'a' && key[i] <= 'z')
            key[i] = (char)(key[i] - 'a' + 'A');
    return key;
}

static pt_code answer_sts(const struct fake_call *call, struct http_answer *answer)
{
    char xml[1024];
    const char *action = fake_call_param(call, "Action");
    bool is_web = action != NULL && strcmp(action, "AssumeRoleWithWebIdentity") == 0;
    const char *name = is_web ? "AssumeRoleWithWebIdentity" : "AssumeRole";
    const char *key = is_web ? "AKWEBID" : role_key(fake_call_param(call, "RoleArn"));
    snprintf(xml, sizeof xml,
             "<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%sResult>"
             "<AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/x/y</Arn></AssumedRoleUser>"
             "<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>S</SecretAccessKey>"
             "<SessionToken>T</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>"
             "</Credentials></%sResult></%sResponse>",
             name, name, key, name, name);
    return fake_answer(answer, 200, xml);
}

static pt_code answer_stub(struct fake_aws *aws, size_t n, struct http_answer *answer,
                           struct pt_error *err)
{
    const struct fake_call *call = &aws->calls[n];
    const char *path = strncmp(call->url, STUB, strlen(STUB)) == 0 ? call->url + strlen(STUB) : "?";
    bool is_v1_off = aws->arg != NULL;
    (void)err;
    if (strcmp(call->method, "POST") == 0)
        return answer_sts(call, answer);
    if (strcmp(path, "/latest/api/token") == 0)
        return is_v1_off ? fake_answer(answer, 403, "") : fake_answer(answer, 200, "IMDSTOKEN");
    if (strcmp(path, "/creds") == 0)
        return fake_answer(answer, 200,
                           "{\"AccessKeyId\":\"AKCONTAINER\",\"SecretAccessKey\":\"SKC\","
                           "\"Token\":\"TOKC\",\"Expiration\":\"2030-01-01T00:00:00Z\"}");
    if (strcmp(path, "/latest/meta-data/iam/security-credentials/") == 0)
        return fake_answer(answer, 200, "my-role\n");
    if (strcmp(path, "/latest/meta-data/iam/security-credentials/my-role") == 0)
        return fake_answer(answer, 200,
                           "{\"Code\":\"Success\",\"AccessKeyId\":\"AKIMDS\","
                           "\"SecretAccessKey\":\"SKI\",\"Token\":\"TOKI\","
                           "\"Expiration\":\"2030-01-01T00:00:00Z\"}");
    return fake_answer(answer, 404, "");
}

/* What our error must hold in each recorded error. */
static const struct {
    const char *name, *says;
} ERRORS[] = {
    {"config file [x] without the word profile is not a profile",
     "AWS profile x: it does not exist: "                                                                },
    {"missing profile is an error",                                  "AWS profile nope: it is neither in"},
    {"both source_profile and credential_source is an error",
     "both source_profile and credential_sou"                                                            },
    {"role_arn alone is an error",                                   "neither source_profile nor"        },
    {"credential_source unknown",                                    "credential_source Foo is unknown"  },
    {"credential_process: wrong Version",                            "its Version is not 1"              },
    {"credential_process: non-zero exit",                            "ends with status 3: boom"          },
    {"container: plain-http host outside the allow-list is refused",
     "http://192.0.2.1 is not trusted"                                                                   },
};

static const char *text_of(const cJSON *o, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
}

/* {DIR} and {STUB} filled in. */
static const char *fill(const char *text)
{
    static char out[2048];
    size_t used = 0;
    while (*text != '\0' && used < sizeof out - 200) {
        const char *with = strncmp(text, "{DIR}", 5) == 0    ? scratch_dir
                           : strncmp(text, "{STUB}", 6) == 0 ? STUB
                                                             : NULL;
        if (with == NULL) {
            out[used++] = *text++;
            continue;
        }
        used += (size_t)snprintf(out + used, sizeof out - used, "%s", with);
        text += text[1] == 'D' ? 5 : 6;
    }
    out[used] = '\0';
    return out;
}

static void put_case(const cJSON *o)
{
    const cJSON *item;
    const char *config = text_of(o, "config_file"), *keys = text_of(o, "credentials_file");
    memset(&fake, 0, sizeof fake);
    fake.now_ms = INT64_C(1767323045000);
    fake.answer = answer_stub;
    fake_aws_set(&fake, "HOME", scratch_dir);
    fake_aws_set(&fake, "AWS_CONFIG_FILE", scratch_path("config"));
    fake_aws_set(&fake, "AWS_SHARED_CREDENTIALS_FILE", scratch_path("credentials"));
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(o, "env"))
    {
        fake_aws_set(&fake, item->string, fill(item->valuestring));
        if (strcmp(item->string, "AWS_EC2_METADATA_V1_DISABLED") == 0)
            fake.arg = &fake;
    }
    remove(scratch_path("config"));
    remove(scratch_path("credentials"));
    if (config != NULL)
        scratch_put("config", fill(config));
    if (keys != NULL)
        scratch_put("credentials", fill(keys));
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(o, "files"))
    {
        scratch_put(item->string, fill(item->valuestring));
        chmod(scratch_path(item->string), 0700);
    }
}

/* --- what else a chain can meet ----------------------------------------------------------------
 */

/* The chain in a case of our own: files (NULL none) and the environment as pairs up to NULL. */
static int64_t process_ms; /* how long a credential_process may take; 0 the usual */

static pt_code load(const char *config, const char *credentials,
                    const struct aws_role_options *role, struct aws_keys *keys,
                    struct pt_error *err, ...)
{
    struct aws_client client;
    const struct aws_options options = {0};
    va_list env;
    cJSON *empty = cJSON_CreateObject();
    memset(err, 0, sizeof *err);
    put_case(empty);
    cJSON_Delete(empty);
    if (config != NULL)
        scratch_put("config", fill(config));
    if (credentials != NULL)
        scratch_put("credentials", fill(credentials));
    fake_aws_set(&fake, "AWS_EC2_METADATA_DISABLED", "true");
    fake_aws_set(&fake, "AWS_ENDPOINT_URL_STS", STUB);
    fake_aws_set(&fake, "AWS_REGION", "us-east-1");
    va_start(env, err);
    for (const char *name = va_arg(env, const char *); name != NULL;
         name = va_arg(env, const char *))
        fake_aws_set(&fake, name, fill(va_arg(env, const char *)));
    va_end(env);
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    aws_client_init(&client, &world, &net, &options);
    client.process_ms = process_ms;
    pt_code code = credentials_load(&client, role, keys, err);
    aws_client_done(&client);
    return code;
}

#define LOAD(config, credentials, ...)                                                             \
    load(config, credentials, NULL, &keys, &err, ##__VA_ARGS__, (char *)NULL)

#endif
