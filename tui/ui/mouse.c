#include "ui/mouse.h"

#include "term/key.h"
#include "ui/dispatch.h"
#include "ui/tabs.h"

enum { WHEEL_ROWS = 3 };

static void mouse_click(struct ui *ui, const struct canvas *canvas, int y, int x)
{
    struct ui_frame frame = ui_frame_now(ui, ui->rows, ui->cols);
    const struct page_ops *ops = ui_page(ui)->ops;
    int row;
    if (frame.tabs.h > 0 && y == frame.tabs.y) {
        int page = tabs_at(ui, frame.tabs, x);
        if (page >= 0)
            ui_show_page(ui, (size_t)page);
        return;
    }
    const void *owner = canvas_hit(canvas, y, x, &row);
    if (owner == NULL)
        return;
    if (owner != ui_listing(ui) && ops->focus != NULL)
        ops->focus(ui_page_state(ui), owner);
    if (owner == ui_listing(ui))
        list_select(&ui_listing(ui)->list, row);
}

void ui_mouse(struct ui *ui, const struct canvas *canvas, int key, int y, int x)
{
    bool is_wheel = key == KEY_WHEEL_UP_ || key == KEY_WHEEL_DOWN_;
    if (!ui->is_mouse || ui->is_quitting)
        return;
    /* A click must never answer a question. */
    if (is_wheel) {
        for (int i = 0; i < WHEEL_ROWS; i++)
            ui_key(ui, key == KEY_WHEEL_UP_ ? KEY_UP_ : KEY_DOWN_);
        return;
    }
    if (key != KEY_CLICK_ || ui->n_dialogs > 0)
        return;
    mouse_click(ui, canvas, y, x);
    ui_recalc(ui);
}

/* Has the terminal do what was asked for. */
static void mouse_apply(struct ui *ui, struct screen *screen)
{
    if (screen_has_mouse(screen) == ui->is_mouse || screen_mouse(screen, ui->is_mouse))
        return;
    ui->is_mouse = false;
    ui_say(ui, "this terminal does not report a mouse");
    ui_recalc(ui);
}

void mouse_or_key(struct ui *ui, struct screen *screen, const struct canvas *canvas, int key)
{
    if (key >= KEY_CLICK_ && key <= KEY_WHEEL_DOWN_) {
        int y, x;
        screen_mouse_at(screen, &y, &x);
        ui_mouse(ui, canvas, key, y, x);
    } else {
        ui_key(ui, key);
    }
    mouse_apply(ui, screen);
}
