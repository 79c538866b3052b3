/* AWS_ACCESS_KEY_ID and the variables that go with it. */
#include "aws/provider.h"

#include "base/clock.h"
#include "base/text.h"

static enum provided provider_environment_load(struct provider_query *query, struct aws_keys *keys,
                                               struct pt_error *err)
{
    const struct aws_client *client = query->client;
    const char *id = aws_env(client, "AWS_ACCESS_KEY_ID");
    const char *secret = aws_env(client, "AWS_SECRET_ACCESS_KEY");
    const char *token = aws_env(client, "AWS_SESSION_TOKEN");
    const char *end = aws_env(client, "AWS_CREDENTIAL_EXPIRATION");
    int64_t end_ms = 0;
    if (client->is_profile_explicit || id == NULL)
        return PROVIDED_NOTHING;
    if (secret == NULL)
        return provider_fail(
            err, PT_ECONFIG, "Set AWS_SECRET_ACCESS_KEY too, or unset AWS_ACCESS_KEY_ID",
            "AWS credentials: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    if (token == NULL)
        token = aws_env(client, "AWS_SECURITY_TOKEN");
    if (end != NULL && !clock_parse_iso(end, &end_ms))
        return provider_fail(err, PT_ECONFIG, "Write it as 2026-01-02T03:04:05Z, or unset it",
                             "AWS credentials: AWS_CREDENTIAL_EXPIRATION is not an ISO 8601 time");
    if (!aws_keys_set(keys, id, secret, token))
        return provider_fail(err, PT_ENOMEM, NULL, "AWS credentials: out of memory");
    keys->end_s = end != NULL ? end_ms / 1000 : AWS_NO_END;
    keys->is_fixed = true;
    keys->place = AWS_PLACE_ENVIRONMENT;
    text_copy(keys->source, sizeof keys->source, "the environment");
    return PROVIDED_KEYS;
}

const struct provider provider_environment = {.word = "env", .load = provider_environment_load};
