#include "cli/stream_progress.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/print.h"
#include "cli/session.h"

enum { PROGRESS_MS = 1000 };

void progress_show(struct progress *progress, const struct pt_snapshot *snap, unsigned streams)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (!progress->is_on || session_now_ms() < progress->next_ms || poll(&out, 1, 0) != 1 ||
        !(out.revents & POLLOUT)) {
        return;
    }
    progress->next_ms = session_now_ms() + PROGRESS_MS;
    fputc('\r', stderr);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        const struct pt_stream *st = &snap->streams->streams[id];
        char delivered[CELL_MAX], rate[CELL_MAX];
        if (streams & PT_STREAM_BIT(id)) {
            fprintf(stderr, "%s %s %s %s/s  ", st->name, pt_stream_state_word(st->state),
                    cell_count(delivered, st->delivered),
                    cell_figure(rate, st->delivered_per_s, 0));
        }
    }
    fputs(snap->session->stopping_text, stderr);
    fputs("\033[K", stderr);
}

void progress_clear(const struct progress *progress)
{
    if (progress->is_on && progress->next_ms) {
        fputs("\r\033[K", stderr);
    }
}
