/* A home directory and an environment of its own for each test of the configuration. */
#ifndef UNIT_CONFIG_H
#define UNIT_CONFIG_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "pintop/config.h"
#include "scratch.h"

#define SECRET "hunter2"
#define X(...) ((const char *const[]){__VA_ARGS__, NULL})

/* -- helpers -------------------------------------------------------------------------------- */

static void forget_variables(void)
{
    for (char **variable = environ; *variable;) {
        char name[128];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*variable, "="), *variable);
        if (strncmp(name, "PINTOP_", 7) == 0) {
            unsetenv(name);
            variable = environ;
        } else {
            variable++;
        }
    }
}

static int setup(void **state)
{
    if (scratch_make(state) != 0)
        return -1;
    setenv("HOME", scratch_dir, 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    forget_variables();
    return 0;
}

static const char *write_file(const char *name, const char *text)
{
    const char *path = scratch_path(name);
    char dir[512];
    snprintf(dir, sizeof dir, "%s", path);
    for (char *p = dir + strlen(scratch_dir) + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = 0;
        assert_true(mkdir(dir, 0700) == 0 || errno == EEXIST);
        *p = '/';
    }
    scratch_put(name, text);
    return path;
}

static size_t count(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

static pt_code load_all(const char *context, const char *const *files, const char *const *settings,
                        struct pt_config **cfg, struct pt_error *err)
{
    struct pt_config_args args = {.context = context,
                                  .files = files,
                                  .n_files = count(files),
                                  .settings = settings,
                                  .n_settings = count(settings)};
    memset(err, 0, sizeof *err);
    return pt_config_load(&args, cfg, err);
}

static struct pt_config *load(const char *context, const char *const *files,
                              const char *const *settings)
{
    struct pt_config *cfg;
    struct pt_error err;
    if (load_all(context, files, settings, &cfg, &err) != PT_OK)
        fail_msg("%s. %s", err.what, err.fix);
    return cfg;
}

static const struct pt_property *property(const struct pt_config *cfg, const char *name)
{
    static struct pt_property found;
    for (size_t i = 0; i < pt_config_count(cfg); i++) {
        found = pt_config_at(cfg, i);
        if (strcmp(found.name, name) == 0)
            return &found;
    }
    return NULL;
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, scratch_remove)

#endif
