#include "config/paths.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool paths_fits(int len, size_t cap)
{
    return len >= 0 && (size_t)len < cap;
}

bool paths_home(char *out, size_t cap)
{
    const char *home = getenv("HOME");
    if (home && *home == '/')
        return paths_fits(snprintf(out, cap, "%s", home), cap);
    struct passwd entry, *found = NULL;
    char text[2048];
    if (getpwuid_r(getuid(), &entry, text, sizeof text, &found) != 0 || found == NULL ||
        found->pw_dir == NULL || *found->pw_dir != '/')
        return false;
    return paths_fits(snprintf(out, cap, "%s", found->pw_dir), cap);
}

static bool base_dir(const char *variable, const char *below_home, char *out, size_t cap)
{
    char home[4096];
    const char *base = getenv(variable);
    if (base && *base == '/')
        return paths_fits(snprintf(out, cap, "%s/pintop", base), cap);
    if (!paths_home(home, sizeof home))
        return false;
    return paths_fits(snprintf(out, cap, "%s/%s/pintop", home, below_home), cap);
}

bool paths_config_dir(char *out, size_t cap)
{
    return base_dir("XDG_CONFIG_HOME", ".config", out, cap);
}

bool paths_state_dir(char *out, size_t cap)
{
    return base_dir("XDG_STATE_HOME", ".local/state", out, cap);
}

bool paths_context_name_ok(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return len > 0 && len <= 63 && name[len] == 0 && name[0] != '.';
}

bool paths_context(const char *name, char *out, size_t cap)
{
    char dir[4096];
    if (!paths_context_name_ok(name) || !paths_config_dir(dir, sizeof dir))
        return false;
    return paths_fits(snprintf(out, cap, "%s/%s.properties", dir, name), cap);
}
