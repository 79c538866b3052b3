/* What a profile contains itself: static credentials in either file, and a kind of login that
 * needs a person and a browser. */
#include "aws/advice.h"
#include "aws/provider.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ static keys */

static enum provided load_static(struct provider_query *query, bool is_credentials,
                                 struct aws_keys *keys, struct pt_error *err)
{
    const struct aws_client *client = query->client;
    const char *path = is_credentials ? client->credentials_path : client->config_path;
    const char *id, *secret, *token;
    id = shared_files_get_in(client->files, is_credentials, query->profile, "aws_access_key_id");
    secret =
        shared_files_get_in(client->files, is_credentials, query->profile, "aws_secret_access_key");
    token = shared_files_get_in(client->files, is_credentials, query->profile, "aws_session_token");
    if (token == NULL)
        token = shared_files_get_in(client->files, is_credentials, query->profile,
                                    "aws_security_token");
    if (id == NULL || *id == '\0')
        return PROVIDED_NOTHING;
    if (*id == '"' || *id == '\'')
        return provider_fail(err, PT_ECONFIG,
                             "Remove the quotes, also those of aws_secret_access_key",
                             "AWS profile %s: in %s aws_access_key_id is in quotes, which the AWS "
                             "command line reads as a part of the value",
                             query->profile, path);
    if (strchr(id, '\n') != NULL || (secret != NULL && strchr(secret, '\n') != NULL))
        return provider_fail(
            err, PT_ECONFIG, "Begin each line of the profile without blanks",
            "AWS profile %s: in %s the line after %s is indented, so it continues that value",
            query->profile, path,
            strchr(id, '\n') != NULL ? "aws_access_key_id" : "aws_secret_access_key");
    if (secret == NULL || *secret == '\0')
        return provider_fail(err, PT_ECONFIG, "Write aws_secret_access_key below it",
                             "AWS profile %s: %s has aws_access_key_id, but no "
                             "aws_secret_access_key",
                             query->profile, path);
    if (!aws_keys_set(keys, id, secret, token))
        return provider_fail(err, PT_ENOMEM, NULL, "AWS credentials: out of memory");
    keys->end_s = AWS_NO_END;
    provider_place(query, AWS_PLACE_FILE, path, keys);
    snprintf(keys->source, sizeof keys->source, "profile %.50s of %.90s", query->profile, path);
    return PROVIDED_KEYS;
}

static enum provided load_credentials_file(struct provider_query *query, struct aws_keys *keys,
                                           struct pt_error *err)
{
    return load_static(query, true, keys, err);
}

static enum provided load_config_file(struct provider_query *query, struct aws_keys *keys,
                                      struct pt_error *err)
{
    return load_static(query, false, keys, err);
}

/* ------------------------------------------------------------------ signing in */

static enum provided provider_profile_load_login(struct provider_query *query,
                                                 struct aws_keys *keys, struct pt_error *err)
{
    char login[160], export[200], fix[PT_FIX_MAX];
    (void)keys;
    if (provider_setting(query, "login_session") == NULL)
        return PROVIDED_NOTHING;
    aws_login_command("aws login", query->profile, login, sizeof login);
    aws_login_command("aws configure export-credentials", query->profile, export, sizeof export);
    snprintf(fix, sizeof fix, "Run `%s`, then `eval \"$(%s --format env)\"`", login, export);
    return provider_fail(err, PT_ELOGIN, fix,
                         "AWS profile %s signs in through `aws login`, which needs a browser",
                         query->profile);
}

const struct provider provider_credentials_file = {
    .word = "shared-credentials-file", .is_of_profile = true, .load = load_credentials_file};
const struct provider provider_config_file = {
    .word = "config-file", .is_of_profile = true, .load = load_config_file};
const struct provider provider_login = {
    .word = "login", .is_of_profile = true, .load = provider_profile_load_login};
