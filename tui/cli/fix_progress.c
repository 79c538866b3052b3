#include "cli/fix_progress.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "page/progress_text.h"

enum { BAR_COLS = 24, COLS_UNKNOWN = 80 };

static int fix_progress_cols(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                           : COLS_UNKNOWN;
}

static int64_t fix_progress_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void fix_progress_erase(struct fix_progress *shown)
{
    if (shown->is_line)
        fputs("\r\033[K", stderr);
    shown->is_line = false;
}

/* Returns what of a log's last lines was not printed yet. */
static const char *fix_progress_new_lines(const char *printed, const char *log)
{
    const char *last = strrchr(printed, '\n');
    last = last != NULL ? last + 1 : printed;
    const char *at = last[0] != '\0' ? strstr(log, last) : NULL;
    if (at == NULL)
        return log;
    at += strlen(last);
    return at + (*at == '\n');
}

static void fix_progress_print_log(struct fix_progress *shown, const struct pt_progress *progress)
{
    if (strcmp(shown->log, progress->log) == 0)
        return;
    const char *at = fix_progress_new_lines(shown->log, progress->log);
    while (*at != '\0') {
        int len = (int)strcspn(at, "\n");
        fprintf(stderr, "  %.*s\n", len, at);
        at += len + (at[len] == '\n');
    }
    memcpy(shown->log, progress->log, sizeof shown->log);
}

void fix_progress_show(struct fix_progress *shown, const struct pt_progress *progress)
{
    char words[160], bar[4 * BAR_COLS + 8];
    int cols = fix_progress_cols() - 1;
    if (!shown->is_on)
        return;
    fix_progress_erase(shown);
    if (progress->id[0] == '\0' || progress->limit_ms <= 0) {
        fflush(stderr);
        return;
    }
    if (strcmp(shown->does, progress->does) != 0)
        fprintf(stderr, "%s: %s\n", progress->id, progress->does);
    memcpy(shown->does, progress->does, sizeof shown->does);
    fix_progress_print_log(shown, progress);
    progress_words(progress, fix_progress_now_ms(), words, sizeof words);
    progress_bar(progress, BAR_COLS, strcmp(nl_langinfo(CODESET), "UTF-8") != 0, bar, sizeof bar);
    fprintf(stderr, "%s%s%.*s", bar, bar[0] != '\0' ? " " : "",
            cols - (bar[0] != '\0' ? BAR_COLS + 1 : 0), words);
    fflush(stderr);
    shown->is_line = true;
}
