#include "term/locale.h"

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/auxv.h>

bool locale_is_utf8(const char *name)
{
    const char *dot = strchr(name, '.');
    const char *set = dot != NULL ? dot + 1 : name;
    size_t len = strcspn(set, "@");
    return (len == 5 && strncasecmp(set, "UTF-8", len) == 0) ||
           (len == 4 && strncasecmp(set, "UTF8", len) == 0);
}

/* In the order in which setlocale looks; an empty one does not count. */
static const char *locale_name(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && *value != '\0')
            return value;
    }
    return "";
}

/* Not every system has C.UTF-8 either: a program that brings its own C library has it beside
 * itself. The path must be in the environment for that call only, for children have other C
 * libraries. */
static void locale_take_own(const char *program)
{
    char path[PATH_MAX];
    const char *slash = program != NULL ? strrchr(program, '/') : NULL;
    if (slash == NULL || getenv("LOCPATH") != NULL)
        return;
    int len = snprintf(path, sizeof path, "%.*s/locales", (int)(slash - program), program);
    if (len >= (int)sizeof path)
        return;
    setenv("LOCPATH", path, 1);
    setlocale(LC_CTYPE, "C.UTF-8");
    unsetenv("LOCPATH");
}

void locale_take(void)
{
    static bool is_taken;
    if (is_taken && strcmp(setlocale(LC_CTYPE, NULL), "C") != 0)
        return;
    if (setlocale(LC_CTYPE, "") == NULL && locale_is_utf8(locale_name()) &&
        setlocale(LC_CTYPE, "C.UTF-8") == NULL && !is_taken)
        locale_take_own((const char *)getauxval(AT_EXECFN)); /* NOLINT(performance-no-int-to-ptr) */
    is_taken = true;
}
