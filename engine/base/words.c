/* The words for the enumerations that the front end, the JSON and the log share. */
#include "pintop/link.h"
#include "pintop/snapshot.h"

#define WORD_OF(table, i) ((size_t)(i) < sizeof(table) / sizeof *(table) ? (table)[i] : "?")

const char *pt_stream_name(enum pt_stream_id id)
{
    static const char *const names[] = {"pin", "geo", "user"};
    return WORD_OF(names, id);
}

const char *pt_severity_word(enum pt_severity severity)
{
    static const char *const words[] = {"debug", "info", "notice", "warning", "error"};
    return WORD_OF(words, severity);
}

const char *pt_verdict_word(enum pt_verdict verdict)
{
#define VERDICT_WORD(id, word) [id] = (word),
    static const char *const words[] = {PT_VERDICTS(VERDICT_WORD)};
#undef VERDICT_WORD
    return WORD_OF(words, verdict);
}

const char *pt_hop_word(enum pt_hop hop)
{
#define HOP_WORD(id, word) [id] = (word),
    static const char *const words[] = {PT_HOPS(HOP_WORD)};
#undef HOP_WORD
    return WORD_OF(words, hop);
}

const char *pt_broker_state_word(enum pt_broker_state state)
{
    static const char *const words[] = {"unknown", "connecting", "up", "down"};
    return WORD_OF(words, state);
}

const char *pt_rtt_of_word(enum pt_rtt_of of)
{
    static const char *const words[] = {"unknown", "produce", "watch"};
    return WORD_OF(words, of);
}

const char *pt_topics_source_word(enum pt_topics_source source)
{
    static const char *const words[] = {"kafka", "aws"};
    return WORD_OF(words, source);
}

const char *pt_cluster_state_word(enum pt_cluster_state state)
{
    static const char *const words[] = {"unknown", "connecting", "up", "partial", "down"};
    return WORD_OF(words, state);
}

const char *pt_link_state_word(enum pt_link_state state)
{
    static const char *const words[] = {"here", "attached", "old", "gone"};
    return WORD_OF(words, state);
}

bool pt_stream_is_seen(enum pt_stream_state state)
{
    return state != PT_STREAM_ELSEWHERE && state != PT_STREAM_UNKNOWN;
}

bool pt_stream_is_going(enum pt_stream_state state)
{
    switch (state) {
    case PT_STREAM_STARTING:
    case PT_STREAM_RUNNING:
    case PT_STREAM_WAITING:
    case PT_STREAM_HELD:
    case PT_STREAM_STOPPING:
        return true;
    default:
        return false;
    }
}

int64_t pt_session_stop_ms(const struct pt_session_section *session, int64_t own_ms)
{
    int64_t said_ms = session->stop_timeout_ms;
    if (said_ms == PT_UNKNOWN || said_ms < 0)
        return own_ms;
    return said_ms < PT_STOP_MAX_MS ? said_ms : PT_STOP_MAX_MS;
}

const char *pt_stream_state_word(enum pt_stream_state state)
{
    static const char *const words[] = {"unknown", "stopped",  "starting", "running", "waiting",
                                        "held",    "stopping", "done",     "error",   "elsewhere"};
    return WORD_OF(words, state);
}

const char *pt_auth_state_word(enum pt_auth_state state)
{
    static const char *const words[] = {"unknown", "not needed", "ok",     "expiring",
                                        "expired", "failed",     "refused"};
    return WORD_OF(words, state);
}
