#include "aws_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scratch.h"

enum { SETTINGS = 16 };

struct local_aws aws_room;

/* Of the machine that the test runs on nothing may be heard. */
static void empty_environment(void)
{
    extern char **environ;
    char name[128];
    for (char **at = environ; *at != NULL;) {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*at, "="), *at);
        if (strncmp(name, "AWS_", 4) == 0 || strcasestr(name, "_proxy") != NULL)
            unsetenv(name);
        else
            at++;
    }
    setenv("HOME", scratch_dir, 1);
    setenv("XDG_CONFIG_HOME", scratch_dir, 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", scratch_path("credentials"), 1);
    setenv("AWS_CONFIG_FILE", scratch_path("config"), 1);
}

static void put_or_remove(const char *name, const char *text)
{
    if (text != NULL)
        scratch_put(name, text);
    else
        unlink(scratch_path(name));
}

void aws_room_files(const char *credentials, const char *config)
{
    put_or_remove("credentials", credentials);
    put_or_remove("config", config);
}

int aws_room_open(void **state)
{
    if (scratch_make(state) != 0)
        return -1;
    empty_environment();
    aws_room_files(AWS_ROOM_KEYS, NULL);
    local_aws_start(&aws_room);
    return 0;
}

int aws_room_close(void **state)
{
    local_aws_stop(&aws_room);
    return scratch_remove(state);
}

/* Is the property of "key=value" named by one of these settings? */
static bool is_named(const char *const *settings, const char *setting)
{
    size_t len = strcspn(setting, "=") + 1;
    for (; *settings != NULL; settings++)
        if (strncmp(*settings, setting, len) == 0)
            return true;
    return false;
}

struct pt_config *aws_room_config(const char *const *settings)
{
    char url[128];
    const char *const fallbacks[] = {"bootstrap.servers=b-1.x.kafka.eu-west-1.amazonaws.com:9098",
                                     "security.protocol=SASL_SSL", "sasl.mechanism=AWS_MSK_IAM"};
    const char *all[SETTINGS] = {url};
    struct pt_config_args args = {.settings = all, .n_settings = 1};
    struct pt_config *cfg = NULL;
    struct pt_error err = {0};
    snprintf(url, sizeof url, "pintop.aws.endpoint.url=%s", local_aws_url(&aws_room));
    for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++)
        if (!is_named(settings, fallbacks[i]))
            all[args.n_settings++] = fallbacks[i];
    for (; *settings != NULL; settings++) {
        assert_true(args.n_settings < SETTINGS);
        if (strchr(*settings, '=')[1] != '\0')
            all[args.n_settings++] = *settings;
    }
    if (pt_config_load(&args, &cfg, &err) != PT_OK)
        fail_msg("configuration: %s", err.what);
    return cfg;
}
