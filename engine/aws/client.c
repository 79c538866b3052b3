#include "aws/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { SKEW_MS = 30000 };

int64_t aws_skew_ms(const struct aws_client *client)
{
    int64_t offset_ms = client->has_offset ? client->offset_ms : 0;
    /* The Date header has whole seconds, and the answer takes time to arrive: small offsets mean
     * nothing. */
    return llabs(offset_ms) >= SKEW_MS ? offset_ms : 0;
}

int64_t aws_now_s(const struct aws_client *client)
{
    return (client->world.now_ms(client->world.arg) + aws_skew_ms(client)) / 1000;
}

void aws_client_init(struct aws_client *client, const struct aws_world *world,
                     const struct http_transport *net, const struct aws_options *options)
{
    memset(client, 0, sizeof *client);
    client->world = *world;
    client->net = *net;
    text_copy(client->endpoint_url, sizeof client->endpoint_url, options->endpoint_url);
    client->endpoint_who = options->endpoint_who != NULL ? options->endpoint_who : "--endpoint-url";
    text_copy(client->profile, sizeof client->profile, options->profile);
    client->is_profile_explicit = client->profile[0] != '\0';
    if (options->region != NULL && *options->region != '\0') {
        text_copy(client->region, sizeof client->region, options->region);
        text_copy(client->region_source, sizeof client->region_source, "pintop.aws.region");
    } else if (options->region_hint != NULL && *options->region_hint != '\0') {
        text_copy(client->region, sizeof client->region, options->region_hint);
        text_copy(client->region_source, sizeof client->region_source, options->hint_source);
    }
}

void aws_client_done(struct aws_client *client)
{
    shared_files_free(client->files);
    client->files = NULL;
}

/* Expands ~ and $VAR at the beginning, as far as they are commonly used. */
static void client_expand(const struct aws_client *client, const char *path, char *out, size_t cap)
{
    const char *home = aws_env(client, "HOME");
    if (path[0] == '~' && (path[1] == '/' || path[1] == '\0') && home != NULL) {
        snprintf(out, cap, "%s%s", home, path + 1);
    } else if (path[0] == '$') {
        char name[64];
        size_t skip = path[1] == '{' ? 2 : 1, len = strcspn(path + skip, "}/");
        snprintf(name, sizeof name, "%.*s", (int)len, path + skip);
        const char *value = aws_env(client, name);
        const char *rest = path + skip + len;
        snprintf(out, cap, "%s%s", value != NULL ? value : "", rest + (*rest == '}'));
    } else {
        snprintf(out, cap, "%s", path);
    }
}

static void client_find_file(const struct aws_client *client, const char *variable,
                             const char *name, char *out, size_t cap)
{
    const char *path = aws_env(client, variable), *home = aws_env(client, "HOME");
    out[0] = '\0';
    if (path != NULL)
        client_expand(client, path, out, cap);
    else if (home != NULL)
        snprintf(out, cap, "%s/.aws/%s", home, name);
}

static void find_profile(struct aws_client *client)
{
    const char *named = aws_env(client, "AWS_PROFILE");
    if (named == NULL)
        named = aws_env(client, "AWS_DEFAULT_PROFILE");
    client->is_profile_named = client->is_profile_explicit || named != NULL;
    if (!client->is_profile_explicit)
        text_copy(client->profile, sizeof client->profile, named != NULL ? named : "default");
}

static void find_region(struct aws_client *client)
{
    static const char *const variables[] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
    for (size_t i = 0; i < 2 && client->region[0] == '\0'; i++) {
        const char *value = aws_env(client, variables[i]);
        if (value == NULL)
            continue;
        text_copy(client->region, sizeof client->region, value);
        text_copy(client->region_source, sizeof client->region_source, variables[i]);
    }
    const char *value = shared_files_get(client->files, client->profile, "region");
    if (client->region[0] == '\0' && value != NULL && *value != '\0') {
        text_copy(client->region, sizeof client->region, value);
        snprintf(client->region_source, sizeof client->region_source, "profile %.40s",
                 client->profile);
    }
}

static const char *client_path_of(const char *path)
{
    return path[0] != '\0' ? path : NULL;
}

bool aws_client_files_changed(const struct aws_client *client)
{
    return client->files != NULL &&
           shared_files_changed(client->files, client_path_of(client->config_path),
                                client_path_of(client->credentials_path));
}

pt_code aws_client_load(struct aws_client *client, struct pt_error *err)
{
    struct shared_files *files;
    find_profile(client);
    client_find_file(client, "AWS_CONFIG_FILE", "config", client->config_path,
                     sizeof client->config_path);
    client_find_file(client, "AWS_SHARED_CREDENTIALS_FILE", "credentials", client->credentials_path,
                     sizeof client->credentials_path);
    pt_code code = shared_files_load(client_path_of(client->config_path),
                                     client_path_of(client->credentials_path), &files, err);
    if (code != PT_OK)
        return code;
    shared_files_free(client->files);
    client->files = files;
    find_region(client);
    if (client->region[0] != '\0' && !aws_is_region(client->region))
        return pt_error_set(
            err, PT_ECONFIG,
            "Write a region like us-east-1, without quotes and without a comment after it",
            "AWS region %s (%s): this is not a region name", client->region, client->region_source);
    return PT_OK;
}
