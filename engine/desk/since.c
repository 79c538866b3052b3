#include "desk/since.h"

#include <stdio.h>

#include "base/clock.h"
#include "pintop/stream.h"

int verdict_rank(enum pt_verdict verdict)
{
    return verdict == PT_V_UNKNOWN ? (int)PT_V_PAUSED * 2 + 1 : (int)verdict * 2;
}

void since_init(struct since *since, int64_t now_ms)
{
    *since = (struct since){.ms = now_ms, .blind_ms = now_ms};
}

void since_words(int64_t since_ms, bool is_found, int64_t now_ms, char *out, size_t cap)
{
    char when[32];
    out[0] = '\0';
    if (since_ms == PT_UNKNOWN || since_ms / 1000 == now_ms / 1000)
        return;
    clock_format_ms(since_ms, when, sizeof when);
    snprintf(out, cap, " (since %.19sZ%s)", when, is_found ? " or before" : "");
}

void since_note(struct since *since, enum pt_verdict before, enum pt_verdict after,
                int64_t began_ms, int64_t now_ms)
{
    if (before != after) {
        since->blind_ms = before == PT_V_UNKNOWN ? since->ms : PT_UNKNOWN;
        since->is_found = before == PT_V_UNKNOWN;
        since->ms = began_ms != PT_UNKNOWN ? began_ms : now_ms;
    } else if (began_ms != PT_UNKNOWN && began_ms < since->ms) {
        since->ms = began_ms;
    }
    if (since->is_found && since->ms < since->blind_ms)
        since->is_found = false;
}
