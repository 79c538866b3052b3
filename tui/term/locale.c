#include "term/locale.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

void locale_take(void)
{
    if (setlocale(LC_CTYPE, "") == NULL && locale_is_utf8(locale_name()))
        setlocale(LC_CTYPE, "C.UTF-8");
}
