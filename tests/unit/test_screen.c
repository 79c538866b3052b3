/* What the terminal is sent: one write for a frame, and what an xterm makes of it is the canvas. */
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../bench/vt.h"
#include "term/collect.h"
#include "term/screen.h"

enum { ROWS = 24, COLS = 80 };

/* Every write of this process that goes to the terminal is counted, curses' own among them. */
static int writes;

ssize_t write(int fd, const void *bytes, size_t len)
{
    if (isatty(fd))
        writes++;
    return syscall(SYS_write, fd, bytes, len);
}

static int master;
static struct looks looks;
static char received[1 << 16];

/* All that the terminal has got. */
static size_t receive(void)
{
    size_t len = 0;
    struct pollfd fd = {.fd = master, .events = POLLIN};
    while (poll(&fd, 1, 0) == 1 && len < sizeof received) {
        ssize_t n = read(master, received + len, sizeof received - len);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    return len;
}

static bool has(size_t len, const char *code)
{
    return memmem(received, len, code, strlen(code)) != NULL;
}

static uint32_t rune_of(const struct cell *cell)
{
    const unsigned char *p = (const unsigned char *)cell->text;
    if (p[0] < 0x80)
        return p[0];
    if (p[0] < 0xe0)
        return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
}

static int wrong_cells(const struct vt *vt, const struct canvas *canvas)
{
    int wrong = 0;
    for (int y = 0; y < canvas->rows; y++)
        for (int x = 0; x < canvas->cols; x++)
            wrong += vt->cell[y][x] != rune_of(canvas_at(canvas, y, x));
    return wrong;
}

/* Without the bands of contexts: their codes are long, and a frame has to fit into the terminal's
 * buffer, because the process that writes it reads it, too. */
static void page(struct canvas *canvas, unsigned seed)
{
    canvas_clear(canvas);
    for (int y = 0; y < canvas->rows; y++)
        for (int x = 0; x < canvas->cols; x += 8)
            canvas_printf(canvas, canvas_rect(canvas), y, x,
                          (enum style)(rand_r(&seed) % STYLE_RED_BAND),
                          rand_r(&seed) % 3 == 0 ? "─%5d" : "%6d", rand_r(&seed) % 100000);
}

static void box(struct canvas *canvas)
{
    struct rect rect = {8, 20, 6, 40};
    canvas_fill(canvas, rect, STYLE_SELECTED, "x");
}

/* In a child, as a process has one terminal: body's result, or -signal. */
static int on_terminal(const char *term, const char *program, int (*body)(struct screen *screen))
{
    struct winsize size = {.ws_row = ROWS, .ws_col = COLS};
    int slave;
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct screen *screen = NULL;
        int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
        alarm(20);
        setenv("TERM", term, 1);
        setenv("TERM_PROGRAM", program, 1);
        setenv("TERM_PROGRAM_VERSION", "3.4", 1);
        dup2(slave, STDIN_FILENO);
        dup2(slave, STDOUT_FILENO);
        int status = screen_open(&looks, &screen, NULL) == PT_OK ? body(screen) : 99;
        if (status != 0)
            dprintf(saved, "%s: check %d\n", term, status);
        screen_close(screen, false);
        _exit(status);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(master);
    close(slave);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* A frame: how many bytes it took; -1 it wasn't one write. */
static ssize_t blit(struct screen *screen, const struct canvas *canvas, struct vt *vt)
{
    writes = 0;
    screen_blit(screen, canvas);
    size_t len = receive();
    vt_feed(vt, received, len);
    return writes == 1 ? (ssize_t)len : writes == 0 && len == 0 ? 0 : -1;
}

static int frames(struct screen *screen)
{
    static struct vt vt;
    struct canvas *canvas = canvas_new(ROWS, COLS, false);
    vt_init(&vt, ROWS, COLS);
    vt_feed(&vt, received, receive());
    for (unsigned i = 1; i <= 40; i++) {
        page(canvas, i / 2);
        if (i % 2 == 1)
            box(canvas);
        ssize_t len = blit(screen, canvas, &vt);
        if (len < 0)
            return 10;
        if (wrong_cells(&vt, canvas) != 0)
            return 11;
        if (blit(screen, canvas, &vt) != 0)
            return 13; /* nothing changed, nothing is sent */
    }
    screen_title(screen, "a title");
    canvas_fill(canvas, canvas_rect(canvas), STYLE_NORMAL, "y");
    if (blit(screen, canvas, &vt) <= 0 || !vt_shows(&vt, 0, ROWS - 1, "yyyyy"))
        return 14; /* with the title in the same write */
    canvas_free(canvas);
    return 0;
}

static void a_frame_is_one_write(void **state)
{
    (void)state;
    assert_int_equal(on_terminal("xterm-256color", "", frames), 0);
    assert_int_equal(on_terminal("screen-256color", "tmux", frames), 0);
    assert_int_equal(on_terminal("tmux-256color", "tmux", frames), 0);
}

/* Under a box that goes only its cells are sent. */
static int only_what_changed(struct screen *screen)
{
    static struct vt vt;
    struct canvas *canvas = canvas_new(ROWS, COLS, false);
    vt_init(&vt, ROWS, COLS);
    canvas_fill(canvas, canvas_rect(canvas), STYLE_NORMAL, "y");
    if (blit(screen, canvas, &vt) < ROWS)
        return 10;
    box(canvas);
    blit(screen, canvas, &vt);
    canvas_fill(canvas, canvas_rect(canvas), STYLE_NORMAL, "y");
    ssize_t len = blit(screen, canvas, &vt);
    canvas_free(canvas);
    return len > 0 && len < 6 * (40 + 16) + 16 ? 0 : 11;
}

static void only_what_changed_is_sent(void **state)
{
    (void)state;
    assert_int_equal(on_terminal("vt100", "", only_what_changed), 0);
    assert_int_equal(on_terminal("xterm-256color", "", only_what_changed), 0);
}

static int is_synchronised(struct screen *screen)
{
    struct canvas *canvas = canvas_new(ROWS, COLS, false);
    page(canvas, 1);
    receive();
    screen_blit(screen, canvas);
    size_t len = receive();
    canvas_free(canvas);
    if (has(len, "2026") != (has(len, "\033[?2026h") && has(len, "\033[?2026l")))
        return 10;
    return has(len, "2026") ? 20 : 0;
}

static void only_terminals_that_know_it_are_told_where_a_frame_ends(void **state)
{
    (void)state;
    assert_int_equal(on_terminal("tmux-256color", "tmux", is_synchronised), 20);
    assert_int_equal(on_terminal("xterm-256color", "WezTerm", is_synchronised), 20);
    assert_int_equal(on_terminal("xterm-256color", "", is_synchronised), 0);
    assert_int_equal(on_terminal("vt100", "WezTerm", is_synchronised), 0);
    assert_int_equal(on_terminal("linux", "tmux", is_synchronised), 0);
    assert_true(collect_knows_sync("\033[?2026%?%p1%{1}%-%tl%eh%;", "any", "", ""));
    assert_true(collect_knows_sync(NULL, "foot-extra", "", ""));
    assert_true(collect_knows_sync(NULL, "screen-256color", "tmux", "next-3.6"));
    assert_true(collect_knows_sync(NULL, "screen", "tmux", "3.5a"));
    assert_true(collect_knows_sync(NULL, "screen", "tmux", "10.0"));
    assert_true(collect_knows_sync(NULL, "tmux", "tmux", "master"));
    assert_false(collect_knows_sync(NULL, "screen", "tmux", "3.3a"));
    assert_false(collect_knows_sync(NULL, "screen", "iTerm.app", "3.5"));
    assert_false(collect_knows_sync(NULL, "dumb", "ghostty", ""));
    assert_false(collect_knows_sync("", "xterm", "Apple_Terminal", "453"));
}

/* Whether the text that is well is in this colour. */
static const char *colour;

static int is_in_colour(struct screen *screen)
{
    struct canvas *canvas = canvas_new(ROWS, COLS, false);
    canvas_text(canvas, canvas_rect(canvas), 1, 1, STYLE_OK, "well");
    receive();
    screen_blit(screen, canvas);
    size_t len = receive();
    canvas_free(canvas);
    return has(len, colour) && has(len, "well");
}

static void themes_have_colours_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *theme, *term, *colour;
        bool is_mono;
    } cases[] = {
        {"default", "xterm-256color", "\033[32m",      false}, /* green */
        {"safe",    "xterm-256color", "\033[38;5;39m", false}, /* blue */
        {"safe",    "xterm",          "\033[36m",      false},
        {"light",   "xterm-256color", "\033[38;5;22m", false},
        {"mono",    "xterm-256color", "\033[32m",      true },
        {"none",    "xterm-256color", "\033[32m",      false}, /* no such theme: the default */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        looks.theme = theme_named(cases[i].theme);
        colour = cases[i].colour;
        if (on_terminal(cases[i].term, "", is_in_colour) != !cases[i].is_mono)
            fail_msg("%s on %s", cases[i].theme, cases[i].term);
    }
    looks.theme = THEME_SAFE;
    looks.is_mono = true; /* --no-color holds with every theme */
    colour = "\033[38;5;39m";
    assert_int_equal(on_terminal("xterm-256color", "", is_in_colour), 0);
    looks = (struct looks){.is_mono = false};
}

static int is_red_band(struct screen *screen)
{
    struct canvas *canvas = canvas_new(ROWS, COLS, false);
    canvas_text(canvas, canvas_rect(canvas), 0, 0, STYLE_RED_BAND, "prod");
    receive();
    screen_blit(screen, canvas);
    size_t len = receive();
    canvas_free(canvas);
    return has(len, colour) && has(len, "prod");
}

/* In every theme with colours a band has its own ground, so that its text can be read on it. */
static void a_band_has_a_ground_of_its_own(void **state)
{
    (void)state;
    static const char *const themes[] = {"default", "safe", "light"};
    for (size_t i = 0; i < sizeof themes / sizeof *themes; i++) {
        looks.theme = theme_named(themes[i]);
        colour = "\033[48;5;160m";
        assert_int_equal(on_terminal("xterm-256color", "", is_red_band), 1);
        colour = "\033[41m";
        assert_int_equal(on_terminal("xterm", "", is_red_band), 1);
    }
    looks = (struct looks){.is_mono = true};
    colour = ";7m"; /* in reverse, beside bold */
    assert_int_equal(on_terminal("xterm-256color", "", is_red_band), 1);
    looks = (struct looks){.is_mono = false};
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_one_write),
        cmocka_unit_test(only_what_changed_is_sent),
        cmocka_unit_test(themes_have_colours_of_their_own),
        cmocka_unit_test(a_band_has_a_ground_of_its_own),
        cmocka_unit_test(only_terminals_that_know_it_are_told_where_a_frame_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
