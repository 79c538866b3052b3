/* A profile with role_arn: AssumeRole with the credentials of its source, which may be a role
 * itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/provider.h"
#include "aws/sts.h"

static enum provided provider_role_load(struct provider_query *query, struct aws_keys *keys,
                                        struct pt_error *err);

static bool has_static_keys(const struct provider_query *query, const char *profile)
{
    const struct shared_files *files = query->client->files;
    return shared_files_get(files, profile, "aws_access_key_id") != NULL ||
           shared_files_get(files, profile, "aws_secret_access_key") != NULL;
}

static bool is_role(const struct provider_query *query, const char *profile)
{
    const struct shared_files *files = query->client->files;
    return shared_files_get(files, profile, "role_arn") != NULL &&
           shared_files_get(files, profile, "web_identity_token_file") == NULL;
}

static enum provided fail_loop(const struct provider_query *query, const char *source,
                               struct pt_error *err)
{
    char names[200];
    size_t used = 0;
    for (size_t i = 0; i < query->n_visited && used < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%.40s > ", query->visited[i]);
    return provider_fail(err, PT_ECONFIG, "End the chain at a profile with credentials",
                         "AWS profile %s: its source_profile leads in a circle: %s%.40s",
                         query->visited[0], names, source);
}

static bool was_visited(const struct provider_query *query, const char *profile)
{
    for (size_t i = 0; i < query->n_visited; i++)
        if (strcmp(query->visited[i], profile) == 0)
            return true;
    return false;
}

/* Loads the credentials of source_profile: its own, or those of its role. */
static enum provided load_source(struct provider_query *query, const char *source,
                                 struct aws_keys *keys, struct pt_error *err)
{
    struct provider_query next = *query;
    bool has_keys = has_static_keys(query, source);
    bool is_itself = strcmp(source, query->profile) == 0;
    if (!shared_files_has(query->client->files, source))
        return provider_fail(err, PT_ECONFIG, "Add that profile, or use another",
                             "AWS profile %s: its source_profile %s does not exist", query->profile,
                             source);
    if (was_visited(query, source) && !(is_itself && has_keys))
        return fail_loop(query, source, err);
    next.profile = source;
    next.is_source = true;
    if (is_role(query, source) && !has_keys)
        return provider_role_load(&next, keys, err);
    /* A profile that has credentials and a role gives its credentials here. */
    enum provided provided = query->load(&next, keys, err);
    if (provided == PROVIDED_NOTHING)
        return provider_fail(err, PT_ELOGIN, "Add credentials to that profile",
                             "AWS profile %s: its source_profile %s has no credentials",
                             query->profile, source);
    return provided;
}

static enum provided load_named_source(struct provider_query *query, const char *name,
                                       struct aws_keys *keys, struct pt_error *err)
{
    static const struct {
        const char *name;
        const struct provider *provider;
    } sources[] = {
        {"Environment",         &provider_environment},
        {"Ec2InstanceMetadata", &provider_imds       },
        {"EcsContainer",        &provider_container  },
    };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        if (strcmp(sources[i].name, name) != 0)
            continue;
        /* Although the profile was named explicitly: here the environment is asked for by name. */
        bool was_explicit = query->client->is_profile_explicit;
        query->client->is_profile_explicit = false;
        enum provided provided = sources[i].provider->load(query, keys, err);
        query->client->is_profile_explicit = was_explicit;
        if (provided == PROVIDED_NOTHING)
            return provider_fail(err, PT_ELOGIN, "Provide credentials there, or use source_profile",
                                 "AWS profile %s: credential_source %s has no credentials",
                                 query->profile, name);
        return provided;
    }
    return provider_fail(err, PT_ECONFIG, "Use Environment, Ec2InstanceMetadata or EcsContainer",
                         "AWS profile %s: credential_source %s is unknown", query->profile, name);
}

static enum provided provider_role_assume(struct provider_query *query, const struct aws_keys *base,
                                          const char *arn, struct aws_keys *keys,
                                          struct pt_error *err)
{
    const char *name = provider_setting(query, "role_session_name");
    const char *seconds = provider_setting(query, "duration_seconds");
    char *end = NULL;
    long duration_s = seconds != NULL ? strtol(seconds, &end, 10) : 0;
    const struct sts_assume assume = {.role_arn = arn,
                                      .session_name =
                                          name != NULL ? name : credentials_session_name(),
                                      .external_id = provider_setting(query, "external_id"),
                                      .duration_s = end != NULL && *end == '\0' ? duration_s : 0,
                                      .region = query->role->sts_region,
                                      .is_fips = query->role->is_fips};
    if (sts_assume_role(query->client, base, &assume, keys, err) != PT_OK)
        return PROVIDED_ERROR;
    aws_keys_stand_on(keys, base);
    snprintf(keys->source, sizeof keys->source, "profile %.40s: %.110s", query->profile,
             provider_short_role(arn));
    snprintf(keys->chain, sizeof keys->chain, "%.150s > %.150s",
             base->chain[0] != '\0' ? base->chain : base->source, provider_short_role(arn));
    return PROVIDED_KEYS;
}

static enum provided provider_role_check(const struct provider_query *query,
                                         const char *source_profile, const char *source,
                                         struct pt_error *err)
{
    if (source_profile != NULL && source != NULL)
        return provider_fail(err, PT_ECONFIG, "Keep one of the two",
                             "AWS profile %s: it has both source_profile and credential_source",
                             query->profile);
    if (source_profile == NULL && source == NULL)
        return provider_fail(err, PT_ECONFIG, "Add source_profile or credential_source",
                             "AWS profile %s: role_arn has neither source_profile nor "
                             "credential_source",
                             query->profile);
    if (provider_setting(query, "mfa_serial") != NULL)
        return provider_fail(
            err, PT_ELOGIN,
            "Get credentials with `aws sts assume-role --serial-number … --token-code …` and put "
            "them into the environment",
            "AWS profile %s: its role requires an MFA code, which pintop does not ask for",
            query->profile);
    if (query->n_visited >= PROFILE_VISITS_MAX)
        return provider_fail(err, PT_ECONFIG, "Shorten the chain",
                             "AWS profile %s: the chain has more than %d roles", query->visited[0],
                             PROFILE_VISITS_MAX);
    return PROVIDED_NOTHING;
}

static enum provided provider_role_load(struct provider_query *query, struct aws_keys *keys,
                                        struct pt_error *err)
{
    struct aws_keys base = {0};
    const char *arn = provider_setting(query, "role_arn");
    if (arn == NULL || !is_role(query, query->profile))
        return PROVIDED_NOTHING;
    /* As the source of a role, a profile with credentials gives these (requested by
     * load_source). */
    if (query->is_source && has_static_keys(query, query->profile))
        return PROVIDED_NOTHING;
    const char *source_profile = provider_setting(query, "source_profile");
    const char *source = provider_setting(query, "credential_source");
    enum provided provided = provider_role_check(query, source_profile, source, err);
    if (provided != PROVIDED_NOTHING)
        return provided;
    query->visited[query->n_visited++] = query->profile;
    provided = source_profile != NULL ? load_source(query, source_profile, &base, err)
                                      : load_named_source(query, source, &base, err);
    if (provided == PROVIDED_KEYS)
        provided = provider_role_assume(query, &base, arn, keys, err);
    aws_keys_done(&base);
    return provided;
}

const struct provider provider_role = {
    .word = "assume-role", .is_of_profile = true, .load = provider_role_load};
