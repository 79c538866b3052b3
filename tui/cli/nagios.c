#include "cli/nagios.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum nagios_status nagios_status_of(enum pt_verdict verdict)
{
    switch (verdict) {
    case PT_V_OK:
    case PT_V_IDLE:
        return NAGIOS_OK;
    case PT_V_TRANSITION:
    case PT_V_PAUSED:
    case PT_V_DEGRADED:
        return NAGIOS_WARNING;
    case PT_V_STALLED:
    case PT_V_FAILED:
        return NAGIOS_CRITICAL;
    case PT_V_UNKNOWN:
        break;
    }
    return NAGIOS_UNKNOWN;
}

static const char *nagios_word(enum nagios_status status)
{
    static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    return words[status];
}

void nagios_clean(char *text)
{
    for (char *c = text; *c; c++) {
        if (*c == '|') {
            *c = '/';
        } else if ((unsigned char)*c < 0x20) {
            *c = ' ';
        }
    }
}

struct nagios_text {
    char *out;
    size_t len, cap;
};

static void nagios_add(struct nagios_text *to, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void nagios_add(struct nagios_text *to, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(to->out + to->len, to->cap - to->len, fmt, args);
    va_end(args);
    if (n > 0) {
        to->len += (size_t)n < to->cap - to->len ? (size_t)n : to->cap - to->len - 1;
    }
}

/* One figure; unit "c" is a counter. Unknown is U, as the guidelines have it. */
static void nagios_count(struct nagios_text *to, const char *label, const char *what, int64_t value,
                         const char *unit)
{
    if (value == PT_UNKNOWN) {
        nagios_add(to, " %s%s=U", label, what);
    } else {
        nagios_add(to, " %s%s=%lld%s;;;0", label, what, (long long)value, unit);
    }
}

static void nagios_stream(struct nagios_text *to, const struct pt_stream *st)
{
    bool is_seen = pt_stream_is_seen(st->state);
    nagios_count(to, st->name, "_delivered", is_seen ? st->account_delivered : PT_UNKNOWN, "c");
    nagios_count(to, st->name, "_failed", is_seen ? st->failed : PT_UNKNOWN, "c");
    nagios_count(to, st->name, "_in_flight", is_seen ? st->in_flight : PT_UNKNOWN, "");
    nagios_count(to, st->name, "_oldest", is_seen ? st->oldest_unresolved_ms : PT_UNKNOWN, "ms");
}

/* The lag of the connectors that are ours; unknown when one of theirs is, or when there is none. */
static int64_t nagios_lag(const struct pt_connectors_section *section)
{
    int64_t lag = PT_UNKNOWN;
    for (size_t i = 0; i < section->n_connectors; i++) {
        const struct pt_connector *sink = &section->connectors[i];
        if (!sink->is_ours) {
            continue;
        }
        if (sink->lag_total == PT_UNKNOWN) {
            return PT_UNKNOWN;
        }
        lag = (lag == PT_UNKNOWN ? 0 : lag) + sink->lag_total;
    }
    return lag;
}

static int64_t nagios_left_s(int64_t until_ms, int64_t now_ms)
{
    if (until_ms == PT_UNKNOWN) {
        return PT_UNKNOWN;
    }
    return until_ms > now_ms ? (until_ms - now_ms) / 1000 : 0;
}

enum nagios_status nagios_line(const struct pt_snapshot *snap, char *out, size_t cap)
{
    const struct pt_session_section *session = snap->session;
    const struct pt_auth *auth = &snap->auth->auth;
    enum nagios_status status = nagios_status_of(session->verdict);
    struct nagios_text to = {out, 0, cap};
    const char *word = nagios_word(status), *verdict = pt_verdict_word(session->verdict);
    bool is_same = strcmp(word, verdict) == 0 && session->verdict_text[0];
    nagios_add(&to, "%s - %s%s", word, is_same ? "" : verdict,
               !is_same && session->verdict_text[0] ? ": " : "");
    nagios_add(&to, "%s%s%s", session->verdict_text, session->verdict_detail[0] ? ". " : "",
               session->verdict_detail);
    nagios_clean(out);
    nagios_add(&to, " |");
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        nagios_stream(&to, &snap->streams->streams[id]);
    }
    nagios_count(&to, "lag", "", nagios_lag(snap->connectors), "");
    if (auth->state != PT_AUTH_NOT_NEEDED) {
        nagios_count(&to, "token", "", nagios_left_s(auth->token_expires_ms, snap->time_ms), "s");
        nagios_count(&to, "credentials", "", nagios_left_s(auth->keys_end_ms, snap->time_ms), "s");
    }
    return status;
}
