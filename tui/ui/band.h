/* The band of a context: the title row in the colour that pintop.band gives it, with its name, so
 * that nobody takes production for something else. It is that of the engine that is shown, wherever
 * that runs. Thread: the UI's alone. */
#ifndef UI_BAND_H
#define UI_BAND_H

#include "ui/ui.h"

/* Whether there is one. */
bool band_is_on(const struct ui *ui);
/* The style of the title row; of a colour that is not known here the band's of a demo. */
enum style band_style(const struct ui *ui);
/* "prod (red)": the name of the context and the word for its colour, which is never the only sign.
 */
void band_words(const struct ui *ui, char *out, size_t cap);
/* Asks as ui_ask does, for a change of something: in a red context the text begins with its name.
 */
struct dialog *band_ask(struct ui *ui, enum dialog_kind kind, const char *title, const char *text,
                        dialog_done_fn done);

#endif
