/* The terminal, driven by curses. */
#include "term/screen.h"

#include <curses.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "term/base64.h"
#include "term/collect.h"
#include "term/key.h"
#include "term/locale.h"
#include "term/palette.h"
#include "term/restore.h"

struct screen {
    SCREEN *curses;
    struct collect collect;
    WINDOW *input; /* a pad: reading keys from it never refreshes anything */
    struct canvas *shown;
    attr_t attrs[STYLES];
    short pairs[STYLES];
    bool has_xterm_codes; /* the terminal understands titles and OSC 52, or at least ignores them */
    char title[160];
    bool has_mouse; /* it is reported */
    int mouse_y, mouse_x;
};

static const char title_save[] = "\033[22;2t", title_back[] = "\033[23;2t";
static const char mouse_off[] = "\033[?1006l\033[?1000l";

/* ---- what gives the terminal back ---- */

/* Append a capability without its padding marks ($<2>). */
static size_t screen_add_capability(char *out, size_t cap, size_t len, const char *name)
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

static void screen_save_terminal(bool has_xterm_codes)
{
    static const char *const names[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};
    char out[512];
    size_t len = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        len = screen_add_capability(out, sizeof out - sizeof title_back - sizeof mouse_off, len,
                                    names[i]);
    if (has_xterm_codes) {
        memcpy(out + len, title_back, sizeof title_back - 1);
        len += sizeof title_back - 1;
        memcpy(out + len, mouse_off, sizeof mouse_off - 1);
        len += sizeof mouse_off - 1;
    }
    restore_save(STDOUT_FILENO, out, len);
}

static void screen_write_code(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        text += n;
        len -= (size_t)n;
    }
}

static const char *screen_variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL ? value : "";
}

static bool screen_knows_sync(void)
{
    char name[] = "Sync";
    const char *capability = tigetstr(name);
    return collect_knows_sync(capability != (const char *)-1 ? capability : NULL,
                              screen_variable("TERM"), screen_variable("TERM_PROGRAM"),
                              screen_variable("TERM_PROGRAM_VERSION"));
}

static bool screen_knows_xterm_codes(void)
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

/* ---- looks ---- */

static void screen_choose_looks(struct screen *screen, const struct looks *looks)
{
    bool has_colour = !looks->is_mono && has_colors() && start_color() == OK;
    if (has_colour && use_default_colors() != OK)
        has_colour = false;
    for (int i = 0; i < STYLES; i++) {
        struct paint paint = palette_paint(looks->theme, (enum style)i, has_colour ? COLORS : 0);
        screen->attrs[i] = paint.attr;
        screen->pairs[i] = 0;
        if (paint.colour < 0)
            continue;
        screen->pairs[i] = (short)(i + 1);
        init_pair(screen->pairs[i], paint.colour, -1);
    }
}

/* ---- opening and closing ---- */

/* Keys that would end or freeze the program without curses noticing become plain keys, or are
 * disabled. */
static void screen_tame_terminal(void)
{
    struct termios now;
    if (tcgetattr(STDIN_FILENO, &now) != 0)
        return;
    now.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
    now.c_cc[VQUIT] = _POSIX_VDISABLE;
    tcsetattr(STDIN_FILENO, TCSANOW, &now);
    def_prog_mode();
}

static void screen_take_terminal(struct screen *screen)
{
    cbreak();
    noecho();
    nonl();
    screen_tame_terminal();
    curs_set(0);
    set_escdelay(25);
    leaveok(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    screen->input = newpad(1, 1);
    if (screen->input != NULL) {
        keypad(screen->input, TRUE);
        nodelay(screen->input, TRUE);
    }
}

static pt_code screen_check_terminal(struct pt_error *err)
{
    static const char fix[] = "Without a terminal use `pintop status` and `pintop stream`";
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return pt_error_set(err, PT_EUSAGE, fix,
                            "dashboard: standard input and output are not a terminal");
    const char *term = getenv("TERM");
    int status = 0;
    if (term == NULL || setupterm(NULL, STDOUT_FILENO, &status) != OK)
        return pt_error_set(err, PT_EUSAGE,
                            "Set TERM (for example xterm-256color), or use "
                            "`pintop status` and `pintop stream`",
                            "dashboard: the terminal type '%s' is unknown on this host",
                            term != NULL ? term : "");
    char name[] = "cup";
    const char *place = tigetstr(name);
    if (place == NULL || place == (const char *)-1)
        return pt_error_set(err, PT_EUSAGE, fix,
                            "dashboard: the terminal type '%s' cannot move the cursor", term);
    return PT_OK;
}

pt_code screen_open(const struct looks *looks, struct screen **screen, struct pt_error *err)
{
    locale_take();
    pt_code code = screen_check_terminal(err);
    if (code != PT_OK)
        return code;
    struct screen *made = calloc(1, sizeof *made);
    if (made == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "dashboard: out of memory");
    made->has_xterm_codes = screen_knows_xterm_codes();
    screen_save_terminal(made->has_xterm_codes);
    if (collect_open(&made->collect, STDOUT_FILENO, screen_knows_sync()))
        made->curses = newterm(NULL, made->collect.out, stdin);
    if (made->curses == NULL) {
        collect_close(&made->collect);
        free(made);
        return pt_error_set(err, PT_EUSAGE, "Use `pintop status` and `pintop stream`",
                            "dashboard: the terminal cannot be opened");
    }
    restore_arm(true);
    screen_take_terminal(made);
    screen_choose_looks(made, looks);
    screen_resized(made);
    *screen = made;
    return PT_OK;
}

void screen_close(struct screen *screen, bool is_gone)
{
    if (screen == NULL)
        return;
    if (!is_gone) {
        collect_flush(&screen->collect);
        endwin();
        /* On a terminal without an alternate screen, the cursor is at the end of the last line
         * drawn. */
        if (tigetstr("rmcup") == NULL)
            screen_write_code("\r\n", 2);
        if (screen->has_xterm_codes && screen->title[0] != '\0')
            screen_write_code(title_back, sizeof title_back - 1);
    }
    restore_arm(false);
    canvas_free(screen->shown);
    if (!is_gone) {
        if (screen->input != NULL)
            delwin(screen->input);
        delscreen(screen->curses);
        collect_close(&screen->collect); /* otherwise the end of the process frees it */
    }
    free(screen);
}

void screen_size(const struct screen *screen, int *rows, int *cols)
{
    *rows = screen->shown != NULL ? screen->shown->rows : LINES;
    *cols = screen->shown != NULL ? screen->shown->cols : COLS;
}

void screen_resized(struct screen *screen)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0 &&
        (size.ws_row != LINES || size.ws_col != COLS))
        resizeterm(size.ws_row, size.ws_col);
    canvas_free(screen->shown);
    screen->shown = canvas_new(LINES, COLS, false);
    clearok(curscr, TRUE);
    werase(stdscr);
}

/* ---- drawing ---- */

static bool screen_cells_differ(const struct cell *a, const struct cell *b)
{
    return a->style != b->style || a->width != b->width || strcmp(a->text, b->text) != 0;
}

static void screen_send_cell(struct screen *screen, int y, int x, const struct cell *cell)
{
    attr_set(screen->attrs[cell->style], screen->pairs[cell->style], NULL);
    mvaddstr(y, x, cell->text);
}

void screen_blit(struct screen *screen, const struct canvas *canvas)
{
    struct canvas *shown = screen->shown;
    if (shown == NULL)
        return;
    bool is_changed = is_cleared(curscr);
    struct rect both = rect_clip(canvas_rect(shown), canvas_rect(canvas));
    for (int y = 0; y < both.h; y++) {
        for (int x = 0; x < both.w; x++) {
            const struct cell *cell = canvas_at(canvas, y, x);
            struct cell *old = &shown->cells[y * shown->cols + x];
            if (!screen_cells_differ(cell, old))
                continue;
            *old = *cell;
            is_changed = true;
            if (cell->width > 0)
                screen_send_cell(screen, y, x, cell);
        }
    }
    collect_begin(&screen->collect);
    if (is_changed) {
        wnoutrefresh(stdscr);
        doupdate();
    }
    collect_end(&screen->collect);
}

/* ---- keys ---- */

static int screen_special_key(int key)
{
    switch (key) {
    case KEY_UP:
        return KEY_UP_;
    case KEY_DOWN:
        return KEY_DOWN_;
    case KEY_LEFT:
        return KEY_LEFT_;
    case KEY_RIGHT:
        return KEY_RIGHT_;
    case KEY_PPAGE:
        return KEY_PGUP_;
    case KEY_NPAGE:
        return KEY_PGDN_;
    case KEY_HOME:
        return KEY_HOME_;
    case KEY_END:
        return KEY_END_;
    case KEY_BTAB:
        return KEY_BACKTAB_;
    case KEY_BACKSPACE:
        return KEY_BACKSPACE_;
    case KEY_DC:
        return KEY_DELETE_;
    case KEY_ENTER:
        return KEY_ENTER_;
    default: /* 0: a key that pintop does not use */
        return key >= KEY_F(1) && key <= KEY_F(10) ? KEY_F_(key - KEY_F(0)) : 0;
    }
}

/* The next character, if it arrived together with the last one; otherwise 0. */
static wint_t screen_next_char(struct screen *screen)
{
    wint_t c;
    return wget_wch(screen->input, &c) == OK ? c : 0;
}

/* Skip a mouse report in its old form: button, column and row, one byte each. */
static void screen_swallow_old_mouse(struct screen *screen)
{
    for (int i = 0; i < 3; i++)
        screen_next_char(screen);
}

/* Skip parameters, from c on, and the letter that ends them. */
static void screen_swallow_parameters(struct screen *screen, wint_t c)
{
    while (c >= 0x20 && c < 0x40)
        c = screen_next_char(screen);
}

/* After an Esc, skip the rest of a sequence that terminfo does not list: a mouse that another
 * program left on, marks around pasted text, keys with Ctrl or Alt. Its letters and digits must not
 * count as keys, or a mouse click would turn pages. False when Esc itself was pressed. */
static bool screen_swallow_sequence(struct screen *screen)
{
    wint_t kind = screen_next_char(screen);
    if (kind != '[' && kind != 'O') {
        if (kind != 0)
            unget_wch((wchar_t)kind);
        return false;
    }
    wint_t c = screen_next_char(screen);
    if (c == 0) { /* Esc was pressed, and then this key */
        unget_wch((wchar_t)kind);
        return false;
    }
    if (kind == '[' && c == 'M')
        screen_swallow_old_mouse(screen);
    else if (kind == '[')
        screen_swallow_parameters(screen, c);
    return true;
}

/* terminfo lists only how a mouse report begins, in one of its two forms. */
static void screen_swallow_mouse(struct screen *screen)
{
    const char *begin = tigetstr("kmous");
    bool is_old = begin != NULL && begin != (const char *)-1 && begin[strlen(begin) - 1] == 'M';
    if (is_old)
        screen_swallow_old_mouse(screen);
    else
        screen_swallow_parameters(screen, screen_next_char(screen));
}

bool screen_mouse(struct screen *screen, bool is_on)
{
    mmask_t wanted = is_on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0;
    mouseinterval(0); /* a press counts at once, without waiting for a second one */
    mmask_t got = mousemask(wanted, NULL);
    screen->has_mouse = is_on && got != 0;
    return !is_on || got != 0;
}

bool screen_has_mouse(const struct screen *screen)
{
    return screen->has_mouse;
}

void screen_mouse_at(const struct screen *screen, int *y, int *x)
{
    *y = screen->mouse_y;
    *x = screen->mouse_x;
}

/* The report that curses has read. */
static int screen_mouse_key(struct screen *screen)
{
    MEVENT event;
    if (getmouse(&event) != OK)
        return KEY_CLICK_OTHER_;
    screen->mouse_y = event.y;
    screen->mouse_x = event.x;
    return (event.bstate & BUTTON4_PRESSED) != 0   ? KEY_WHEEL_UP_
           : (event.bstate & BUTTON5_PRESSED) != 0 ? KEY_WHEEL_DOWN_
           : (event.bstate & BUTTON1_PRESSED) != 0 ? KEY_CLICK_
                                                   : KEY_CLICK_OTHER_;
}

int screen_key(struct screen *screen)
{
    wint_t key;
    int kind = screen->input != NULL ? wget_wch(screen->input, &key) : ERR;
    if (kind == ERR)
        return -1;
    if (kind == KEY_CODE_YES && key == KEY_MOUSE && screen->has_mouse)
        return screen_mouse_key(screen);
    if (kind == KEY_CODE_YES && key == KEY_MOUSE)
        screen_swallow_mouse(screen);
    if (kind == KEY_CODE_YES)
        return screen_special_key((int)key);
    if (key == KEY_ESC_ && screen_swallow_sequence(screen))
        return 0;
    if (key == 127 || key == 8)
        return KEY_BACKSPACE_;
    return key == '\n' ? KEY_ENTER_ : (int)key;
}

/* ---- suspending, title, clipboard ---- */

void screen_suspend(struct screen *screen)
{
    collect_flush(&screen->collect);
    endwin();
    if (screen->has_xterm_codes && screen->title[0] != '\0')
        screen_write_code(title_back, sizeof title_back - 1);
    restore_arm(false);
}

void screen_resume(struct screen *screen)
{
    restore_arm(true);
    reset_prog_mode();
    screen_tame_terminal();
    char title[sizeof screen->title];
    memcpy(title, screen->title, sizeof title);
    screen->title[0] = '\0';
    screen_title(screen, title);
    screen_resized(screen);
    curs_set(0);
}

void screen_title(struct screen *screen, const char *text)
{
    if (!screen->has_xterm_codes || strcmp(screen->title, text) == 0)
        return;
    if (screen->title[0] == '\0')
        collect_add(&screen->collect, title_save, sizeof title_save - 1);
    snprintf(screen->title, sizeof screen->title, "%s", text);
    char code[200];
    int len = snprintf(code, sizeof code, "\033]2;%s\033\\", screen->title);
    collect_add(&screen->collect, code, (size_t)len);
}

void screen_bell(struct screen *screen)
{
    collect_add(&screen->collect, "\a", 1);
}

bool screen_copy(struct screen *screen, const char *text)
{
    static const char head[] = "\033]52;c;", tail[] = "\033\\";
    size_t len = strlen(text);
    if (!screen->has_xterm_codes || len > 65536)
        return false;
    char *code = malloc(sizeof head + sizeof tail + (len + 2) / 3 * 4);
    if (code == NULL)
        return false;
    memcpy(code, head, sizeof head - 1);
    size_t n = sizeof head - 1;
    n += base64_put(code + n, (const unsigned char *)text, len);
    memcpy(code + n, tail, sizeof tail - 1);
    screen_write_code(code, n + sizeof tail - 1);
    free(code);
    return true;
}
