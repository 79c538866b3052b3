/* The table of providers, and loading through it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/advice.h"
#include "aws/provider.h"
#include "aws/sts.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

/* The order of the AWS command line. */
static const struct provider *const PROVIDERS[] = {
    &provider_environment,      &provider_role,  &provider_web_identity, &provider_sso,
    &provider_credentials_file, &provider_login, &provider_process,      &provider_config_file,
    &provider_container,        &provider_imds,
};

static enum provided providers_load(struct provider_query *query, struct aws_keys *keys,
                                    struct pt_error *err)
{
    for (size_t i = 0; i < sizeof PROVIDERS / sizeof *PROVIDERS; i++) {
        if (query->is_source && !PROVIDERS[i]->is_of_profile)
            continue;
        enum provided provided = PROVIDERS[i]->load(query, keys, err);
        if (provided == PROVIDED_KEYS)
            keys->provider = PROVIDERS[i]->word;
        if (provided != PROVIDED_NOTHING)
            return provided;
    }
    return PROVIDED_NOTHING;
}

/* ------------------------------------------------------------------ loading */

pt_code credentials_check_end(const struct aws_keys *keys, int64_t now_s, struct pt_error *err)
{
    int64_t left_s = keys->end_s - now_s;
    char fix[PT_FIX_MAX];
    if (keys->end_s == AWS_NO_END || left_s >= AWS_SIGN_MIN_S)
        return PT_OK;
    aws_advice(keys, AWS_KEYS_ENDED, fix, sizeof fix);
    return pt_error_set(err, PT_ELOGIN, fix,
                        left_s < 0 ? "AWS credentials (%s): they expired %lld s ago"
                                   : "AWS credentials (%s): they expire in %lld s",
                        keys->source, (long long)llabs(left_s));
}

int64_t credentials_refresh_at_s(const struct aws_keys *keys, int64_t got_s)
{
    if (keys->end_s == AWS_NO_END)
        return AWS_NO_END;
    int64_t half_s = got_s + (keys->end_s - got_s) / 2;
    int64_t before_s = keys->end_s - AWS_REFRESH_BEFORE_S;
    return before_s > half_s ? before_s : half_s;
}

static pt_code check_profile(const struct aws_client *client, struct pt_error *err)
{
    if (!client->is_profile_named || shared_files_has(client->files, client->profile))
        return PT_OK;
    char hint[600];
    if (shared_files_hint(client->files, client->profile, hint, sizeof hint))
        return pt_error_set(err, PT_ECONFIG, "Correct that line",
                            "AWS profile %s: it does not exist: %s", client->profile, hint);
    return pt_error_set(err, PT_ECONFIG,
                        "Add it there, or use another profile: --profile, AWS_PROFILE",
                        "AWS profile %s: it is neither in %s nor in %s", client->profile,
                        client->config_path, client->credentials_path);
}

static pt_code none_found(const struct aws_client *client, struct pt_error *err)
{
    bool is_off = aws_env_is_true(client, "AWS_EC2_METADATA_DISABLED");
    char hint[600];
    if (shared_files_hint(client->files, client->profile, hint, sizeof hint))
        return pt_error_set(err, PT_ELOGIN, "Correct that line",
                            "AWS credentials: profile %s has none; %s", client->profile, hint);
    return pt_error_set(
        err, PT_ELOGIN,
        "Run `aws configure`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose a "
        "profile with --profile",
        "AWS credentials: there are none in the environment, in profile %s, in a container%s",
        client->profile,
        is_off ? " (IMDS is disabled by AWS_EC2_METADATA_DISABLED)"
               : ", nor from this instance (IMDS)");
}

static pt_code load_chain(struct provider_query *query, struct aws_keys *keys, struct pt_error *err)
{
    struct aws_client *client = query->client;
    /* Credentials in the environment take precedence over a profile that the environment names,
     * even a missing one. */
    bool has_env_keys = !client->is_profile_explicit && aws_env(client, "AWS_ACCESS_KEY_ID");
    pt_code code = has_env_keys ? PT_OK : check_profile(client, err);
    if (code != PT_OK)
        return code;
    enum provided provided = providers_load(query, keys, err);
    if (provided == PROVIDED_NOTHING)
        return none_found(client, err);
    if (provided == PROVIDED_ERROR)
        return err->code;
    if (keys->token != NULL && keys->end_s == AWS_NO_END)
        keys->is_end_unknown = true;
    return PT_OK;
}

/* awsRoleArn, or pintop.aws.role.arn: assumed with the chain, or with the credentials configured
 * beside it. */
static pt_code providers_assume(struct provider_query *query, const struct aws_role_options *role,
                                struct aws_keys *keys, struct pt_error *err)
{
    struct aws_keys base = {0};
    pt_code code = PT_OK;
    if (role->key_id != NULL && role->secret != NULL) {
        if (!aws_keys_set(&base, role->key_id, role->secret, role->token))
            code = pt_error_set(err, PT_ENOMEM, NULL, "AWS credentials: out of memory");
        base.end_s = AWS_NO_END;
        text_copy(base.source, sizeof base.source, "sasl.jaas.config");
        base.is_fixed = true;
        base.place = AWS_PLACE_JAAS;
    } else {
        code = load_chain(query, &base, err);
    }
    if (code == PT_OK) {
        const struct sts_assume assume = {
            .role_arn = role->arn,
            .session_name =
                role->session_name != NULL ? role->session_name : credentials_session_name(),
            .external_id = role->key_id != NULL ? NULL : role->external_id,
            .region = role->sts_region,
            .is_fips = role->is_fips};
        code = sts_assume_role(query->client, &base, &assume, keys, err);
    }
    if (code == PT_OK) {
        keys->provider = "assume-role";
        aws_keys_stand_on(keys, &base);
        snprintf(keys->source, sizeof keys->source, "%s, by %.60s", provider_short_role(role->arn),
                 base.source);
        snprintf(keys->chain, sizeof keys->chain, "%.150s > %.150s",
                 base.chain[0] != '\0' ? base.chain : base.source, provider_short_role(role->arn));
    }
    aws_keys_done(&base);
    return code;
}

pt_code credentials_load(struct aws_client *client, const struct aws_role_options *role,
                         struct aws_keys *keys, struct pt_error *err)
{
    static const struct aws_role_options no_role = {0};
    struct pt_error why = {0};
    memset(keys, 0, sizeof *keys);
    pt_code code = aws_client_load(client, &why);
    struct provider_query query = {.client = client,
                                   .profile = client->profile,
                                   .role = role != NULL ? role : &no_role,
                                   .load = providers_load};
    bool has_role = role != NULL && role->arn != NULL;
    if (code == PT_OK && has_role) {
        code = providers_assume(&query, role, keys, &why);
        /* Like the Java client: the role first, then the chain alone. */
        if (code != PT_OK && code != PT_ECANCELLED && role->key_id != NULL &&
            !role->has_no_fallback) {
            struct pt_error chain_why;
            if (load_chain(&query, keys, &chain_why) == PT_OK)
                code = PT_OK;
        }
    } else if (code == PT_OK) {
        code = load_chain(&query, keys, &why);
    }
    if (code != PT_OK)
        aws_keys_done(keys);
    if (code != PT_OK && err != NULL)
        *err = why;
    return code;
}
