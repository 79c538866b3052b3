/* What the screen of an attached pintop gets: the engine's snapshot, in whose session stands how it
 * came here, and in whose results are the commands that the engine refused or left without an
 * answer. */
#include <inttypes.h>
#include <string.h>

#include "attach/attached.h"
#include "base/clock.h"
#include "base/text.h"
#include "desk/section.h"
#include "pintop/engine.h"

/* The versions of this end begin where no engine's come. */
enum { DRESS_STATES = 44 };

void attached_unread_fix(const struct attached *at, char *out, size_t cap)
{
    const char *there = at->hello.version;
    if (strcmp(there, PINTOP_VERSION) != 0)
        text_put(out, cap,
                 "Use the same version of pintop for both: the engine's is %s, and this one's is "
                 "%s.",
                 there, PINTOP_VERSION);
    else
        text_put(out, cap, "Look again with `pintop status`; both are version %s.", there);
}

void attached_gone_fix(const struct attached *at, char *out, size_t cap)
{
    if (at->is_unread)
        attached_unread_fix(at, out, cap);
    else
        text_copy(out, cap, at->fix[0] != '\0' ? at->fix : "Start another: `pintop engine`.");
}

/* How the pipeline is now, nobody knows: what the engine said last was true then. */
static void dress_unknown(const struct attached *at, struct pt_session_section *s)
{
    char from[32], fix[320];
    bool is_gone = at->state == PT_LINK_GONE;
    int64_t from_ms = at->base->time_ms != PT_UNKNOWN ? at->base->time_ms : at->since_ms;
    clock_format_ms(from_ms, from, sizeof from);
    s->verdict = PT_V_UNKNOWN;
    s->verdict_hop = PT_HOP_NONE;
    s->verdict_since_ms = at->since_ms;
    s->is_since_found = s->is_verdict_awaited = false;
    if (is_gone) { /* it does not stop any more */
        s->is_stopping = false;
        s->stopping_text[0] = '\0';
    }
    const char *how = "does not answer", *next = "See whether that process hangs.";
    if (is_gone) {
        how = at->is_unread ? "says what cannot be read" : "is gone";
        attached_gone_fix(at, fix, sizeof fix);
        next = fix;
    }
    text_put(s->verdict_text, sizeof s->verdict_text, "the engine (pintop %" PRId64 ") %s",
             at->hello.pid, how);
    text_put(s->verdict_detail, sizeof s->verdict_detail, "What is shown is from %.19sZ. %s", from,
             next);
}

static void dress_tell(const struct attached *at, struct pt_session_section *s)
{
    if (at->state >= PT_LINK_OLD)
        dress_unknown(at, s);
    s->link = at->state;
    s->link_since_ms = at->since_ms;
    s->engine_pid = at->hello.pid;
    text_copy(s->engine_user, sizeof s->engine_user, at->hello.user);
    text_copy(s->link_why, sizeof s->link_why, at->why);
    s->is_readonly = s->is_readonly || at->is_readonly;
}

static const struct pt_session_section *dress_session(const struct attached *at)
{
    const struct pt_session_section *base = at->base->session;
    struct pt_session_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    section_copy(s, base, sizeof *s);
    s->section.refs = 1;
    s->section.version = base->section.version + (at->n_states << DRESS_STATES);
    dress_tell(at, s);
    const struct pt_session_section *old = at->shown != NULL ? at->shown->session : NULL;
    if (old != NULL &&
        memcmp(&old->section + 1, &s->section + 1, sizeof *s - sizeof s->section) == 0) {
        section_release(s);
        section_acquire(old);
        return old;
    }
    return s;
}

/* The engine's results, then the refusals; the oldest leave when there are too many. */
static const struct pt_completed_section *dress_completed(const struct attached *at)
{
    const struct pt_completed_section *base = at->base->completed;
    struct pt_completed_section *s = section_new(sizeof *s);
    size_t room = PT_COMPLETED_MAX - at->n_refused;
    if (s == NULL)
        return NULL;
    s->section.version = base->section.version + ((at->n_states + 1) << DRESS_STATES);
    s->section.let_go = section_drop_results;
    for (size_t i = base->n_results > room ? base->n_results - room : 0; i < base->n_results; i++)
        s->results[s->n_results++] = base->results[i];
    for (size_t i = 0; i < at->n_refused; i++)
        s->results[s->n_results++] = at->refused[i];
    for (size_t i = 0; i < s->n_results; i++)
        section_acquire(s->results[i]); /* a result's count is its first member, as a section's */
    return s;
}

void attached_dress(struct attached *at)
{
    if (at->base == NULL)
        return;
    struct pt_snapshot parts;
    section_copy(&parts, at->base, sizeof parts);
    const struct pt_completed_section *completed = at->n_refused > 0 ? dress_completed(at) : NULL;
    parts.session = dress_session(at);
    if (completed != NULL)
        parts.completed = completed;
    const struct pt_snapshot *next =
        parts.session != NULL ? snapshot_new(&parts, at->base->section.version) : NULL;
    section_release(parts.session);
    section_release(completed);
    if (next == NULL)
        return; /* out of memory: with the next snapshot */
    pt_snapshot_release(at->shown);
    at->shown = next;
}

void attached_refused(struct attached *at, const struct pt_result *result)
{
    if (result == NULL)
        return;
    if (at->n_refused == ATTACHED_REFUSED_MAX) {
        result_release(at->refused[0]);
        memmove(at->refused, at->refused + 1, --at->n_refused * sizeof *at->refused);
    }
    at->refused[at->n_refused++] = result;
    at->n_states++;
}
