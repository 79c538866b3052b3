/* A token of another issuer (Kubernetes, for instance) in a file, exchanged for a role's
 * credentials by STS, unsigned. The file is read each time, because it rotates. */
#include <stdio.h>

#include "aws/advice.h"
#include "aws/provider.h"
#include "aws/sts.h"
#include "base/wipe.h"

struct provider_web_identity_settings {
    const char *file, *arn, *name, *where;
};

/* From the environment, else from the profile; a role's source has only its profile. */
static struct provider_web_identity_settings
provider_web_identity_find(const struct provider_query *query)
{
    const struct aws_client *client = query->client;
    struct provider_web_identity_settings set = {.where = "the environment"};
    if (!query->is_source && !client->is_profile_explicit) {
        set.file = aws_env(client, "AWS_WEB_IDENTITY_TOKEN_FILE");
        set.arn = aws_env(client, "AWS_ROLE_ARN");
        set.name = aws_env(client, "AWS_ROLE_SESSION_NAME");
    }
    if (set.file == NULL) {
        set = (struct provider_web_identity_settings){
            .file = provider_setting(query, "web_identity_token_file"),
            .arn = provider_setting(query, "role_arn"),
            .name = provider_setting(query, "role_session_name"),
            .where = query->profile};
    }
    return set;
}

static enum provided provider_web_identity_load(struct provider_query *query, struct aws_keys *keys,
                                                struct pt_error *err)
{
    struct provider_web_identity_settings set = provider_web_identity_find(query);
    if (set.file == NULL)
        return PROVIDED_NOTHING;
    if (set.arn == NULL)
        return provider_fail(err, PT_ECONFIG, "Set AWS_ROLE_ARN, or role_arn in the profile",
                             "AWS web identity (%s): there is a token file, but no role to assume",
                             set.where);
    char *token = provider_read_file(set.file, "AWS web identity token", err);
    if (token == NULL)
        return PROVIDED_ERROR;
    const struct sts_assume assume = {.role_arn = set.arn,
                                      .session_name =
                                          set.name != NULL ? set.name : credentials_session_name(),
                                      .web_identity_token = token,
                                      .region = query->role->sts_region,
                                      .is_fips = query->role->is_fips};
    pt_code code = sts_assume_role(query->client, NULL, &assume, keys, err);
    wipe_text(token);
    provider_place(query, AWS_PLACE_WEB_IDENTITY, set.file, keys);
    if (code == PT_ELOGIN && err != NULL) /* the token in the file is rejected */
        aws_advice(keys, AWS_KEYS_REFUSED, err->fix, sizeof err->fix);
    if (code != PT_OK)
        return PROVIDED_ERROR;
    snprintf(keys->source, sizeof keys->source, "web identity, %.100s", set.arn);
    snprintf(keys->chain, sizeof keys->chain, "%.100s > %.150s", set.file, set.arn);
    return PROVIDED_KEYS;
}

const struct provider provider_web_identity = {.word = "assume-role-with-web-identity",
                                               .is_of_profile = true,
                                               .load = provider_web_identity_load};
