/* The environment of the process, as the client sees it. */
#include <stdlib.h>
#include <strings.h>

#include "aws/client.h"
#include "base/clock.h"

static const char *real_env(void *arg, const char *name)
{
    (void)arg;
    return getenv(name);
}

static int64_t real_now_ms(void *arg)
{
    (void)arg;
    return clock_real_ms();
}

struct aws_world aws_real_world(void)
{
    return (struct aws_world){.get_env = real_env, .now_ms = real_now_ms};
}

const char *aws_env(const struct aws_client *client, const char *name)
{
    const char *value = client->world.get_env(client->world.arg, name);
    return value != NULL && *value != '\0' ? value : NULL;
}

bool aws_env_is_true(const struct aws_client *client, const char *name)
{
    const char *value = aws_env(client, name);
    return value != NULL && strcasecmp(value, "true") == 0;
}
