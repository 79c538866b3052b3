#include "page/progress_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "widget/format.h"

static bool progress_is_transfer(const struct pt_progress *progress)
{
    return progress->total_bytes > 0 && progress->done_bytes >= 0;
}

static void transfer_words(const struct pt_progress *progress, char *out, size_t cap)
{
    int64_t left = progress->total_bytes - progress->done_bytes;
    double per_s = progress->bytes_per_s;
    int len = snprintf(out, cap, "%s of %s", show_bytes(progress->done_bytes).s,
                       show_bytes(progress->total_bytes).s);
    if (len < 0 || (size_t)len >= cap || isnan(per_s) || per_s <= 0)
        return;
    snprintf(out + len, cap - (size_t)len, ", %s/s, %s left", show_bytes((int64_t)per_s).s,
             show_age((int64_t)((double)left / per_s * 1000)).s);
}

void progress_words(const struct pt_progress *progress, int64_t now_ms, char *out, size_t cap)
{
    if (progress_is_transfer(progress)) {
        transfer_words(progress, out, cap);
        return;
    }
    bool has_state = progress->state[0] != '\0';
    int len = snprintf(out, cap, "%s%s%s", progress->state, has_state ? " for " : "for ",
                       show_since(progress->begun_ms, now_ms).s);
    if (len < 0 || (size_t)len >= cap || progress->limit_ms <= 0)
        return;
    snprintf(out + len, cap - (size_t)len, ", at most %s", show_age(progress->limit_ms).s);
}

void progress_bar(const struct pt_progress *progress, int cols, bool is_ascii, char *out,
                  size_t cap)
{
    out[0] = '\0';
    if (!progress_is_transfer(progress))
        return;
    int w = cols - 7;
    int64_t done =
        progress->done_bytes < progress->total_bytes ? progress->done_bytes : progress->total_bytes;
    double part = (double)done / (double)progress->total_bytes;
    int full = (int)(part * w);
    size_t len = (size_t)snprintf(out, cap, "[");
    for (int i = 0; i < w && len < cap; i++)
        len += (size_t)snprintf(out + len, cap - len, "%s", i >= full ? " " : is_ascii ? "#" : "█");
    if (len < cap)
        snprintf(out + len, cap - len, "] %3d%%", (int)(part * 100));
}
