#include "ui/tabs.h"

#include <stdio.h>

/* The columns of the keys and names of all pages. */
static int tabs_cols(const struct ui *ui)
{
    int cols = 1;
    for (size_t i = 0; i < ui->pages->n; i++)
        cols += 5 + text_cols(ui->pages->rows[i].name);
    return cols;
}

/* The key and the name of a page as the row has it; where there is no room for all names, only the
 * page on screen has one. Returns the columns up to the next one. */
static int tabs_name(const struct ui *ui, struct rect row, size_t page, char out[40])
{
    const struct page *shown = &ui->pages->rows[page];
    bool is_here = page == ui->page, has_name = is_here || tabs_cols(ui) <= row.w;
    snprintf(out, 40, "%s%c%s%s%s", is_here ? "[" : " ", shown->key, has_name ? " " : "",
             has_name ? shown->name : "", is_here ? "]" : " ");
    return text_cols(out) + 1;
}

void tabs_draw(const struct ui *ui, struct canvas *canvas, struct rect row)
{
    static const char word[] = "mouse on";
    int x = 1, w = text_cols(word);
    for (size_t i = 0; i < ui->pages->n; i++) {
        char name[40];
        int cols = tabs_name(ui, row, i, name);
        canvas_text(canvas, row, 0, x, i == ui->page ? STYLE_BOLD : STYLE_KEY, name);
        x += cols;
    }
    if (x + w < row.w)
        canvas_text(canvas, row, 0, row.w - w - 1, STYLE_DIM, word);
}

int tabs_at(const struct ui *ui, struct rect row, int x)
{
    int at = row.x + 1;
    for (size_t i = 0; i < ui->pages->n; i++) {
        char name[40];
        int cols = tabs_name(ui, row, i, name);
        if (x >= at && x < at + cols - 1)
            return (int)i;
        at += cols;
    }
    return -1;
}
