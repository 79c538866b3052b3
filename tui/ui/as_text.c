#include "ui/as_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "ui/dispatch.h"
#include "ui/frame.h"

enum { PAGES_ROWS = 50, PAGES_COLS = 160 };

static void as_text_draw(struct ui *ui, const struct pt_snapshot *snap, int64_t now_ms,
                         struct canvas *canvas, FILE *out)
{
    ui_size(ui, PAGES_ROWS, PAGES_COLS);
    for (size_t i = 0; i < ui->pages->n; i++) {
        ui_show_page(ui, i);
        ui_snapshot(ui, snap, now_ms);
        ui_draw(ui, canvas);
        char *page = canvas_dump(canvas, false);
        if (page != NULL)
            fprintf(out, "%s\n", page);
        free(page);
    }
    ui_snapshot(ui, ui_unknown_snapshot(), now_ms); /* it holds on to the last one */
}

char *as_text_pages(const struct pt_snapshot *snap, int64_t now_ms, const struct looks *looks)
{
    const struct ui_host host = {0};
    struct ui *ui = calloc(1, sizeof *ui);
    struct canvas *canvas = canvas_new(PAGES_ROWS, PAGES_COLS, looks->is_ascii);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (ui != NULL && canvas != NULL && out != NULL && ui_init(ui, &host, looks) == PT_OK) {
        as_text_draw(ui, snap, now_ms, canvas, out);
        ui_done(ui);
    }
    if (out != NULL)
        fclose(out);
    canvas_free(canvas);
    free(ui);
    return text;
}
