#include "ui/band.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool band_is_on(const struct ui *ui)
{
    return ui->desk.snap->session->band[0] != '\0';
}

enum style band_style(const struct ui *ui)
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
        if (strcmp(bands[i].word, ui->desk.snap->session->band) == 0)
            return bands[i].style;
    return STYLE_BAND;
}

static const char *band_context(const struct ui *ui)
{
    const char *context = ui->desk.snap->session->context;
    return context[0] != '\0' ? context : "no context";
}

void band_words(const struct ui *ui, char *out, size_t cap)
{
    snprintf(out, cap, "%s (%s)", band_context(ui), ui->desk.snap->session->band);
}

struct dialog *band_ask(struct ui *ui, enum dialog_kind kind, const char *title, const char *text,
                        dialog_done_fn done)
{
    const struct pt_session_section *session = ui->desk.snap->session;
    char *named = NULL;
    if (strcmp(session->band, "red") != 0)
        return ui_ask(ui, kind, title, text, done);
    const char *in = session->context[0] != '\0' ? "In context " : "With ";
    if (asprintf(&named, "%s%s:\n\n%s", in, band_context(ui), text != NULL ? text : "") < 0)
        return NULL; /* a question that does not say where is not asked */
    struct dialog *dialog = ui_ask(ui, kind, title, named, done);
    free(named);
    return dialog;
}
