#include "ui/band.h"

#include <stdio.h>
#include <string.h>

bool band_is_on(const struct pt_session_section *session)
{
    return session->band[0] != '\0';
}

enum style band_style(const struct pt_session_section *session)
{
    static const struct {
        const char *word;
        enum style style;
    } bands[] = {
        {"red",     STYLE_RED_BAND    },
        {"yellow",  STYLE_YELLOW_BAND },
        {"green",   STYLE_GREEN_BAND  },
        {"blue",    STYLE_BLUE_BAND   },
        {"magenta", STYLE_MAGENTA_BAND},
        {"cyan",    STYLE_CYAN_BAND   },
    };
    for (size_t i = 0; i < sizeof bands / sizeof *bands; i++)
        if (strcmp(bands[i].word, session->band) == 0)
            return bands[i].style;
    return STYLE_BAND;
}

static const char *band_context(const struct pt_session_section *session)
{
    const char *context = session->context;
    return context[0] != '\0' ? context : "no context";
}

void band_words(const struct pt_session_section *session, char *out, size_t cap)
{
    snprintf(out, cap, "%s (%s)", band_context(session), session->band);
}

bool band_where(const struct pt_session_section *session, char *out, size_t cap)
{
    snprintf(out, cap, "%s%s", session->context[0] != '\0' ? "In context " : "With ",
             band_context(session));
    return strcmp(session->band, "red") == 0;
}
