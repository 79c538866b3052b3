/* The terminal, driven by curses. */
#include "term/screen.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "pintop/stream.h"
#include "term/base64.h"
#include "term/collect.h"
#include "term/even_clock.h"
#include "term/input.h"
#include "term/knows.h"
#include "term/locale.h"
#include "term/pacing.h"
#include "term/palette.h"
#include "term/restore.h"

enum {
    LEAVE_MS = 1000,       /* how long the last frame may take before the terminal is stuck */
    ANSWER_LEAST_MS = 250, /* that an answer is waited for when the terminal is given back */
    ANSWER_MOST_MS = 1500,
    ANSWER_LOST_MS = 30000 /* an answer older than that will not come */
};

struct screen {
    SCREEN *curses;
    struct collect collect;
    struct input input;
    struct screen_link link;
    uint64_t awaited;                /* the number of answers when the request has been answered */
    bool can_ask, may_ask, must_ask; /* with a frame that changes something, with any */
    struct canvas *shown;
    attr_t attrs[STYLES];
    short pairs[STYLES];
    bool has_xterm_codes; /* the terminal understands titles and OSC 52, or at least ignores them */
    char title[160];
};

static const char title_save[] = "\033[22;2t", title_back[] = "\033[23;2t";
static const char mouse_off[] = "\033[?1006l\033[?1000l";
static const char focus_on[] = "\033[?1004h", focus_off[] = "\033[?1004l";

/* ---- what gives the terminal back ---- */

static void screen_save_terminal(bool has_xterm_codes)
{
    char out[512];
    size_t len = knows_restoring(out, sizeof out - 64);
    static const char *const codes[] = {title_back, mouse_off, focus_off};
    for (size_t i = 0; has_xterm_codes && i < sizeof codes / sizeof *codes; i++) {
        size_t n = strlen(codes[i]);
        memcpy(out + len, codes[i], n);
        len += n;
    }
    restore_save(STDOUT_FILENO, out, len);
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
        init_pair(screen->pairs[i], paint.colour, paint.ground);
    }
}

void screen_look(struct screen *screen, const struct looks *looks)
{
    screen_choose_looks(screen, looks);
    screen_resized(screen);
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

/* A terminal that does not know the mode ignores it. */
static void screen_watch_focus(struct screen *screen)
{
    screen->input.reports.has_focus = screen->has_xterm_codes;
    if (screen->has_xterm_codes)
        collect_add(&screen->collect, focus_on, sizeof focus_on - 1);
}

static void screen_take_terminal(struct screen *screen)
{
    cbreak();
    noecho();
    nonl();
    screen_tame_terminal();
    curs_set(0);
    leaveok(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    input_begin(&screen->input);
    screen_watch_focus(screen);
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
    made->has_xterm_codes = knows_xterm_codes();
    made->can_ask = knows_requests();
    made->link = (struct screen_link){.framed_ms = PT_UNKNOWN,
                                      .pending_ms = PT_UNKNOWN,
                                      .write_ms = PT_UNKNOWN,
                                      .last_ask_ms = PT_UNKNOWN,
                                      .asked_ms = PT_UNKNOWN,
                                      .round_trip_ms = PT_UNKNOWN,
                                      .focus_in_ms = PT_UNKNOWN,
                                      .focus_out_ms = PT_UNKNOWN};
    screen_save_terminal(made->has_xterm_codes);
    if (collect_open(&made->collect, STDOUT_FILENO, knows_sync()) && input_open(&made->input))
        made->curses = newterm(NULL, made->collect.out, made->input.keys);
    if (made->curses == NULL) {
        collect_close(&made->collect);
        input_close(&made->input);
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

/* Whether an answer may still come. */
static bool screen_is_awaiting(const struct screen *screen)
{
    int64_t asked_ms = screen->link.asked_ms;
    return asked_ms != PT_UNKNOWN && even_clock_ms(NULL) - asked_ms < ANSWER_LOST_MS;
}

/* How long an answer that is still to come is waited for before others read the terminal. */
static int64_t screen_patience_ms(const struct screen *screen)
{
    bool is_known = screen->link.round_trip_ms != PT_UNKNOWN;
    if (!is_known && even_clock_ms(NULL) - screen->link.asked_ms >= PACING_ANSWER_MS)
        return 0; /* this terminal does not answer */
    int64_t ms = is_known ? 2 * screen->link.round_trip_ms : 0;
    return ms < ANSWER_LEAST_MS ? ANSWER_LEAST_MS : ms > ANSWER_MOST_MS ? ANSWER_MOST_MS : ms;
}

/* Ends what the terminal would report to whoever reads it next. False: it has stopped reading, and
 * its output was dropped. */
static bool screen_leave(struct screen *screen)
{
    if (screen->has_xterm_codes)
        collect_add(&screen->collect, focus_off, sizeof focus_off - 1);
    if (screen->title[0] != '\0')
        collect_add(&screen->collect, title_back, sizeof title_back - 1);
    if (!collect_flush(&screen->collect, LEAVE_MS))
        return false;
    if (screen_is_awaiting(screen))
        input_drain(&screen->input, screen->awaited, screen_patience_ms(screen));
    screen->input.reports.has_focus = false;
    screen->link.asked_ms = PT_UNKNOWN;
    restore_expect(false);
    return true;
}

static void screen_end_curses(struct screen *screen)
{
    endwin();
    /* On a terminal without an alternate screen, the cursor is at the end of the last line drawn.
     */
    if (tigetstr("rmcup") == NULL)
        dprintf(STDOUT_FILENO, "\r\n");
    restore_arm(false);
    if (screen->input.pad != NULL)
        delwin(screen->input.pad);
    delscreen(screen->curses);
    input_close(&screen->input);
    collect_close(&screen->collect);
}

void screen_close(struct screen *screen, bool is_gone)
{
    if (screen == NULL)
        return;
    /* What is not freed here, the end of the process frees. */
    if (is_gone)
        restore_arm(false);
    else if (screen_leave(screen))
        screen_end_curses(screen);
    else
        restore_now(true);
    canvas_free(screen->shown);
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

/* Keeps count of what was sent, and of how long the terminal needs to take a frame. */
static void screen_count(struct screen *screen)
{
    struct screen_link *link = &screen->link;
    int64_t now_ms = even_clock_ms(NULL);
    link->bytes = screen->collect.sent;
    link->frames = screen->collect.frames;
    if (collect_pending(&screen->collect) > 0) {
        link->pending_ms = link->pending_ms == PT_UNKNOWN ? now_ms : link->pending_ms;
        return;
    }
    /* A small frame that is taken at once does not make a slow link a fast one. */
    int64_t took_ms = link->pending_ms != PT_UNKNOWN ? now_ms - link->pending_ms : 0;
    int64_t before_ms = link->write_ms != PT_UNKNOWN ? link->write_ms / 2 : 0;
    link->write_ms = before_ms > took_ms ? before_ms : took_ms;
    link->pending_ms = PT_UNKNOWN;
}

static void screen_add_request(struct screen *screen)
{
    static const char request[] = "\033[5n";
    collect_add(&screen->collect, request, sizeof request - 1);
    screen->awaited = screen->input.reports.answers + 1;
    screen->link.asked_ms = screen->link.last_ask_ms = even_clock_ms(NULL);
    screen->link.last_ask_bytes = screen->collect.sent;
    screen->link.asks++;
    screen->may_ask = screen->must_ask = false;
    restore_expect(true);
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
    if (screen->must_ask || (screen->may_ask && is_changed))
        screen_add_request(screen);
    collect_begin(&screen->collect);
    if (is_changed) {
        wnoutrefresh(stdscr);
        doupdate();
    }
    uint64_t before = screen->collect.frames;
    collect_end(&screen->collect);
    if (screen->collect.frames > before) {
        screen->link.framed_ms = even_clock_ms(NULL);
        screen_count(screen);
    }
}

/* ---- the link to the terminal ---- */

const struct screen_link *screen_link(const struct screen *screen)
{
    return &screen->link;
}

int screen_wait_fd(const struct screen *screen)
{
    return collect_pending(&screen->collect) > 0 ? screen->collect.tty : -1;
}

void screen_push(struct screen *screen)
{
    collect_push(&screen->collect);
    screen_count(screen);
}

void screen_ask(struct screen *screen, bool is_alone)
{
    bool may = screen->can_ask && !screen_is_awaiting(screen);
    screen->must_ask = may && is_alone;
    screen->may_ask = may;
}

/* How long an Esc may be the beginning of a report that the link delivers in pieces. */
static int64_t screen_esc_ms(const struct screen *screen)
{
    int64_t ms = screen->link.round_trip_ms;
    bool is_awaiting = screen_is_awaiting(screen);
    if (!is_awaiting && !screen->input.reports.has_focus)
        return REPORTS_ESC_MS;
    if (ms == PT_UNKNOWN)
        ms = is_awaiting ? ANSWER_LEAST_MS : 0;
    return ms < REPORTS_ESC_LONG_MS      ? REPORTS_ESC_LONG_MS
           : ms > REPORTS_ESC_LONGEST_MS ? REPORTS_ESC_LONGEST_MS
                                         : ms;
}

static void screen_take_reports(struct screen *screen, const struct reports *before)
{
    struct reports *reports = &screen->input.reports;
    struct screen_link *link = &screen->link;
    int64_t now_ms = even_clock_ms(NULL);
    if (link->asked_ms != PT_UNKNOWN && reports->answers >= screen->awaited) {
        link->round_trip_ms = now_ms - link->asked_ms;
        link->asked_ms = PT_UNKNOWN;
        restore_expect(false);
    }
    if (reports->focus_in > before->focus_in)
        link->focus_in_ms = now_ms;
    if (reports->focus_out > before->focus_out)
        link->focus_out_ms = now_ms;
    reports->esc_ms = screen_esc_ms(screen);
}

void screen_read(struct screen *screen)
{
    struct reports before = screen->input.reports;
    input_read(&screen->input);
    screen_take_reports(screen, &before);
}

int64_t screen_held_ms(const struct screen *screen)
{
    return reports_left_ms(&screen->input.reports, even_clock_ms(NULL));
}

int screen_key(struct screen *screen)
{
    return input_key(&screen->input);
}

bool screen_mouse(struct screen *screen, bool is_on)
{
    if (collect_pending(&screen->collect) > 0)
        return true; /* curses writes at once, into the middle of a frame */
    return input_mouse(&screen->input, is_on);
}

bool screen_has_mouse(const struct screen *screen)
{
    return screen->input.has_mouse;
}

void screen_mouse_at(const struct screen *screen, int *y, int *x)
{
    *y = screen->input.mouse_y;
    *x = screen->input.mouse_x;
}

/* ---- suspending, title, clipboard ---- */

void screen_suspend(struct screen *screen)
{
    screen_leave(screen);
    endwin();
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
    screen_watch_focus(screen);
    screen->link.focus_in_ms = screen->link.focus_out_ms = PT_UNKNOWN;
    curs_set(0);
}

void screen_continued(struct screen *screen)
{
    screen_watch_focus(screen);
    screen_resized(screen);
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
    collect_add(&screen->collect, code, n + sizeof tail - 1);
    free(code);
    return true;
}
