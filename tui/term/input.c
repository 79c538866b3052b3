#include "term/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "term/even_clock.h"
#include "term/key.h"

enum { READ_MAX = 4096 };

bool input_open(struct input *input)
{
    int fds[2];
    memset(input, 0, sizeof *input);
    reports_init(&input->reports);
    input->keys_in = -1;
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    input->keys_in = fds[1];
    input->keys = fdopen(fds[0], "r");
    if (input->keys == NULL)
        close(fds[0]);
    return input->keys != NULL;
}

void input_begin(struct input *input)
{
    set_escdelay(0); /* a sequence is in the pipe as a whole, or not at all */
    input->pad = newpad(1, 1);
    if (input->pad != NULL) {
        keypad(input->pad, TRUE);
        nodelay(input->pad, TRUE);
    }
}

void input_close(struct input *input)
{
    if (input->keys != NULL)
        fclose(input->keys);
    if (input->keys_in >= 0)
        close(input->keys_in);
    input->keys = NULL;
    input->keys_in = -1;
}

/* ---- reading ---- */

/* The pipe is read empty after each read of the terminal, so it has room. */
static void input_pass(struct input *input, const char *keys, size_t n)
{
    ssize_t sent = n > 0 ? write(input->keys_in, keys, n) : 0;
    (void)sent;
}

/* Whether the terminal has sent something within that time. */
static bool input_is_there(int64_t patience_ms)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&fd, 1, (int)patience_ms) == 1 && (fd.revents & POLLIN) != 0;
}

/* Reads once, and returns how many bytes are keys. */
static size_t input_take(struct input *input, char keys[READ_MAX + REPORTS_HELD_MAX])
{
    char bytes[READ_MAX];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n <= 0)
        return 0;
    return reports_take(&input->reports, bytes, (size_t)n, even_clock_ms(NULL), keys);
}

void input_read(struct input *input)
{
    char keys[READ_MAX + REPORTS_HELD_MAX];
    if (input_is_there(0))
        input_pass(input, keys, input_take(input, keys));
    input_pass(input, keys, reports_release(&input->reports, even_clock_ms(NULL), keys));
}

void input_drain(struct input *input, uint64_t answers, int64_t patience_ms)
{
    char keys[READ_MAX + REPORTS_HELD_MAX];
    int64_t end_ms = even_clock_ms(NULL) + patience_ms, left_ms = patience_ms;
    while (input->reports.answers < answers && left_ms > 0) {
        if (!input_is_there(left_ms))
            break;
        size_t before = input_take(input, keys);
        (void)before;
        left_ms = end_ms - even_clock_ms(NULL);
    }
    if (input->reports.answers < answers)
        tcflush(STDIN_FILENO, TCIFLUSH);
}

/* ---- keys ---- */

static int input_special_key(int key)
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
static wint_t input_next_char(struct input *input)
{
    wint_t c;
    return wget_wch(input->pad, &c) == OK ? c : 0;
}

/* Skip a mouse report in its old form: button, column and row, one byte each. */
static void input_swallow_old_mouse(struct input *input)
{
    for (int i = 0; i < 3; i++)
        input_next_char(input);
}

/* Skip parameters, from c on, and the letter that ends them. */
static void input_swallow_parameters(struct input *input, wint_t c)
{
    while (c >= 0x20 && c < 0x40)
        c = input_next_char(input);
}

/* After an Esc, skip the rest of a sequence that terminfo does not list: a mouse that another
 * program left on, marks around pasted text, keys with Ctrl or Alt. Its letters and digits must not
 * count as keys, or a mouse click would turn pages. False when Esc itself was pressed. */
static bool input_swallow_sequence(struct input *input)
{
    wint_t kind = input_next_char(input);
    if (kind != '[' && kind != 'O') {
        if (kind != 0)
            unget_wch((wchar_t)kind);
        return false;
    }
    wint_t c = input_next_char(input);
    if (c == 0) { /* Esc was pressed, and then this key */
        unget_wch((wchar_t)kind);
        return false;
    }
    if (kind == '[' && c == 'M')
        input_swallow_old_mouse(input);
    else if (kind == '[')
        input_swallow_parameters(input, c);
    return true;
}

/* terminfo lists only how a mouse report begins, in one of its two forms. */
static void input_swallow_mouse(struct input *input)
{
    const char *begin = tigetstr("kmous");
    bool is_old = begin != NULL && begin != (const char *)-1 && begin[strlen(begin) - 1] == 'M';
    if (is_old)
        input_swallow_old_mouse(input);
    else
        input_swallow_parameters(input, input_next_char(input));
}

bool input_mouse(struct input *input, bool is_on)
{
    mmask_t wanted = is_on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0;
    mouseinterval(0); /* a press counts at once, without waiting for a second one */
    mmask_t got = mousemask(wanted, NULL);
    input->has_mouse = is_on && got != 0;
    return !is_on || got != 0;
}

/* The report that curses has read. */
static int input_mouse_key(struct input *input)
{
    MEVENT event;
    if (getmouse(&event) != OK)
        return KEY_CLICK_OTHER_;
    input->mouse_y = event.y;
    input->mouse_x = event.x;
    return (event.bstate & BUTTON4_PRESSED) != 0   ? KEY_WHEEL_UP_
           : (event.bstate & BUTTON5_PRESSED) != 0 ? KEY_WHEEL_DOWN_
           : (event.bstate & BUTTON1_PRESSED) != 0 ? KEY_CLICK_
                                                   : KEY_CLICK_OTHER_;
}

int input_key(struct input *input)
{
    wint_t key;
    int kind;
    do /* curses itself says that the size has changed, as if it had been typed */
        kind = input->pad != NULL ? wget_wch(input->pad, &key) : ERR;
    while (kind == KEY_CODE_YES && key == KEY_RESIZE);
    if (kind == ERR)
        return -1;
    if (kind == KEY_CODE_YES && key == KEY_MOUSE && input->has_mouse)
        return input_mouse_key(input);
    if (kind == KEY_CODE_YES && key == KEY_MOUSE)
        input_swallow_mouse(input);
    if (kind == KEY_CODE_YES)
        return input_special_key((int)key);
    if (key == KEY_ESC_ && input_swallow_sequence(input))
        return 0;
    if (key == 127 || key == 8)
        return KEY_BACKSPACE_;
    return key == '\n' ? KEY_ENTER_ : (int)key;
}
