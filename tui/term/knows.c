#include "term/knows.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

#include "term/collect.h"

/* Append a capability without its padding marks ($<2>). */
static size_t knows_add_capability(char *out, size_t cap, size_t len, const char *name)
{
    const char *p = tigetstr(name);
    if (p == NULL || p == (const char *)-1)
        return len;
    while (*p != '\0' && len + 1 < cap) {
        const char *close = p[0] == '$' && p[1] == '<' ? strchr(p, '>') : NULL;
        if (close != NULL)
            p = close + 1;
        else
            out[len++] = *p++;
    }
    return len;
}

size_t knows_restoring(char *out, size_t cap)
{
    static const char *const names[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};
    size_t len = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        len = knows_add_capability(out, cap, len, names[i]);
    return len;
}

static const char *knows_variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL ? value : "";
}

bool knows_sync(void)
{
    char name[] = "Sync";
    const char *capability = tigetstr(name);
    return collect_knows_sync(capability != (const char *)-1 ? capability : NULL,
                              knows_variable("TERM"), knows_variable("TERM_PROGRAM"),
                              knows_variable("TERM_PROGRAM_VERSION"));
}

bool knows_requests(void)
{
    char name[] = "cup";
    const char *place = tigetstr(name);
    return place != NULL && place != (const char *)-1 && strncmp(place, "\033[", 2) == 0;
}

bool knows_xterm_codes(void)
{
    static const char *const families[] = {"xterm", "tmux",  "screen", "rxvt", "alacritty",
                                           "foot",  "kitty", "st-",    "vte",  "wezterm"};
    const char *term = getenv("TERM");
    for (size_t i = 0; term != NULL && i < sizeof families / sizeof *families; i++)
        if (strncmp(term, families[i], strlen(families[i])) == 0)
            return true;
    char name[] = "XT";
    return tigetflag(name) == 1;
}
