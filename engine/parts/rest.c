/* The streams at the end of a run: what is left, whether they have ended, the last checkpoints. */
#include "parts/streams.h"

static bool rest_is_open(const struct streams_part *sp, int i)
{
    return sp->streams[i].is_open;
}

int64_t streams_in_flight(const struct streams_part *sp)
{
    int64_t n = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        if (rest_is_open(sp, i))
            n += (int64_t)window_read(&sp->accounts[i].streamer.win).in_flight;
    return n;
}

int64_t streams_uncommitted(const struct streams_part *sp)
{
    int64_t n = 0;
    for (int i = 0; i < PT_STREAMS && sp->desk->set->is_embedded; i++)
        if (rest_is_open(sp, i))
            n += (int64_t)window_read(&sp->accounts[i].streamer.win).uncommitted;
    return n;
}

bool streams_are_waiting(const struct streams_part *sp)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct stream_model *sm = &sp->streams[i];
        if (sm->is_wanted && !sm->is_open && !sm->is_opening)
            return true;
    }
    return false;
}

const char *streams_ended_by(const struct streams_part *sp, unsigned started)
{
    const char *why = "count";
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct stream_model *sm = &sp->streams[i];
        if (!(started & PT_STREAM_BIT(i)))
            continue;
        if (sm->refusal.code != PT_OK)
            return "error";
        if (!sm->is_open && (sm->is_opening || !sm->is_out_of_time))
            return NULL;
        if (!sm->is_open) {
            why = "stop.after";
            continue;
        }
        struct streamer *st = &sp->accounts[i].streamer;
        switch (streamer_state_of(st)) {
        case STREAMER_DONE:
            if (atomic_load(&st->is_source_end))
                why = "end of file";
            break;
        case STREAMER_STOPPED:
            if (sm->is_wanted || !streamer_has_heard(&sp->accounts[i].streamer))
                return NULL;
            why = "stop.after";
            break;
        case STREAMER_ERROR:
            return "error"; /* streams_go_on tells whether others still run */
        default:
            return NULL;
        }
    }
    return why;
}

/* A stream in error ends the run only when no other can continue. */
bool streams_go_on(const struct streams_part *sp, unsigned started)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct stream_model *sm = &sp->streams[i];
        if (!(started & PT_STREAM_BIT(i)) || sm->refusal.code != PT_OK)
            continue;
        if (!sm->is_open && sm->is_wanted)
            return true;
        if (!sm->is_open)
            continue;
        enum streamer_state state = streamer_state_of(&sp->accounts[i].streamer);
        if (state != STREAMER_DONE && state != STREAMER_ERROR)
            return true;
    }
    return false;
}

bool streams_are_at_rest(const struct streams_part *sp)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        if (sp->streams[i].is_opening)
            return false;
        if (!rest_is_open(sp, i)) /* the opener may still be making its streamer */
            continue;
        enum streamer_state state = streamer_state_of(&sp->accounts[i].streamer);
        if (state != STREAMER_STOPPED && state != STREAMER_DONE && state != STREAMER_ERROR)
            return false;
    }
    return true;
}

uint64_t streams_end_windows(struct streams_part *sp)
{
    uint64_t unresolved = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        if (rest_is_open(sp, i))
            unresolved += window_end(&sp->accounts[i].streamer.win);
    return unresolved;
}

void streams_put_checkpoints(struct streams_part *sp, const char *why)
{
    bool is_any = false;
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &sp->streams[i];
        struct account *account = &sp->accounts[i];
        if (!sm->is_open)
            continue;
        uint64_t lowest = atomic_load(&account->streamer.win.lowest);
        uint64_t taken = atomic_load(&account->streamer.win.next);
        if (lowest == sm->put_lowest && taken == sm->put_taken && *why == 0)
            continue;
        char *text = account_checkpoint(account, why);
        if (text)
            sp->hooks.put(sp->hooks.arg, i, account->path, text);
        sm->put_lowest = lowest;
        sm->put_taken = taken;
        is_any = true;
    }
    if (is_any)
        sp->hooks.write(sp->hooks.arg);
}
