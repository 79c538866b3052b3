#include "ui/ending.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "term/even_clock.h"
#include "term/signals.h"

/* After the stop timeout the engine is given up: it purges, and waits for a slow disk, up to ten
 * seconds. */
enum { ENDING_SPARE_MS = 12000 };

static bool ending_is_recording(const struct pt_link *link)
{
    struct pt_replay_state replay;
    return pt_link_replay_state(link, &replay);
}

bool ending_is_asked(struct ending *ending, const struct pt_link *link,
                     const struct pt_snapshot *snap)
{
    if (ending->stop_ms != 0 || signals_stopped_by() != 0)
        return true;
    if (pt_link_is_attached(link) || ending_is_recording(link))
        return false;
    ending->is_elsewhere = pt_link_is_stopped(link) || (snap != NULL && snap->session->is_stopping);
    return ending->is_elsewhere;
}

bool ending_is_late(const struct ending *ending, const struct pt_link *link,
                    const struct pt_snapshot *snap, int64_t own_ms, struct pt_error *err)
{
    char whose[48] = "";
    bool is_far = pt_link_is_attached(link);
    int64_t waited_ms = even_clock_ms(NULL) - ending->stop_ms;
    int64_t drain_ms = snap != NULL ? pt_session_stop_ms(snap->session, own_ms) : own_ms;
    const char *does = snap != NULL ? snap->session->stopping_text : "";
    if (waited_ms <= drain_ms + ENDING_SPARE_MS)
        return false;
    if (is_far && snap != NULL)
        snprintf(whose, sizeof whose, " (pintop %" PRId64 ")", snap->session->engine_pid);
    pt_error_set(err, PT_EUNRESOLVED,
                 is_far ? "`pintop stream --status` shows what it waits for"
                        : "The next start continues from the last checkpoint that is on the disk, "
                          "and sends again what came after it",
                 "stop: the engine%s has not ended in %" PRId64 " s%s%s", whose, waited_ms / 1000,
                 does[0] != '\0' ? ": it is " : "", does);
    return true;
}

int ending_status(const struct ending *ending, const struct pt_link *link,
                  const struct pt_snapshot *snap, struct pt_error *err)
{
    int64_t unresolved = 0;
    if (snap == NULL || ending_is_recording(link))
        return 0;
    if (pt_link_is_attached(link) && !ending->has_ended_engine)
        return 0; /* what runs in another pintop goes on */
    if (pt_link_is_attached(link) && !snap->session->is_stopped) {
        pt_error_set(err, PT_ECLOSED, "`pintop engine --stop` says whether it is still there",
                     "stop: the link to the engine (pintop %" PRId64
                     ") was lost before it said that it had stopped",
                     snap->session->engine_pid);
        return 1;
    }
    for (int i = 0; i < PT_STREAMS; i++)
        unresolved += snap->streams->streams[i].unresolved;
    if (unresolved > 0)
        pt_error_set(err, PT_EUNRESOLVED, "The next start sends them again",
                     "stop: %lld records have no answer from the brokers", (long long)unresolved);
    else if (snap->session->unwritten[0] != '\0')
        pt_error_set(err, PT_EIO,
                     "Free or repair the disk. The next start sends again what came after the last "
                     "checkpoint on the disk",
                     "stop: the last checkpoint is not written: %s", snap->session->unwritten);
    else
        return 0;
    return 1;
}
