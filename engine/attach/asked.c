/* The commands of an attached pintop, until they are answered: an engine that goes leaves none of
 * them open, or whoever asked would wait for an answer that cannot come. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/attached.h"
#include "base/clock.h"
#include "desk/section.h"
#include "pintop/report.h"

/* The caller holds the lock. */
static pt_code asked_reach(const struct attached *at, struct pt_error *err)
{
    char fix[320];
    if (at->state != PT_LINK_GONE)
        return PT_OK;
    attached_gone_fix(at, fix, sizeof fix);
    return pt_error_set(err, PT_ECLOSED, fix, "command: the engine (pintop %" PRId64 ") %s",
                        at->hello.pid, at->is_unread ? "says what cannot be read" : "is gone");
}

pt_code attached_is_there(struct attached *at, struct pt_error *err)
{
    pthread_mutex_lock(&at->lock);
    pt_code code = asked_reach(at, err);
    pthread_mutex_unlock(&at->lock);
    return code;
}

/* ---- asking ---- */

bool attached_put(struct attached *at, const char *line)
{
    uint64_t one = 1;
    if (at->state == PT_LINK_GONE || at->out.len + strlen(line) >= ATTACHED_OUT_MAX)
        return false;
    buf_puts(&at->out, line);
    buf_append(&at->out, "\n", 1);
    ssize_t n = write(at->work_fd, &one, sizeof one);
    (void)n; /* a full counter wakes it, too */
    return true;
}

bool attached_send(struct attached *at, const char *line)
{
    pthread_mutex_lock(&at->lock);
    bool is_put = attached_put(at, line);
    pthread_mutex_unlock(&at->lock);
    return is_put;
}

static void asked_note(struct attached *at, const struct pt_command *cmd, uint64_t id)
{
    const struct pt_command_info *info = pt_command_info((int)cmd->kind);
    if (at->n_asked == ATTACHED_REFUSED_MAX)
        memmove(at->asked, at->asked + 1, --at->n_asked * sizeof *at->asked);
    at->asked[at->n_asked++] = (struct attached_asked){
        .id = id,
        .kind = cmd->kind,
        .is_change = !cmd->is_plan && pt_command_matters(info),
    };
}

/* line has room for size bytes. The caller holds the lock. */
static pt_code asked_send(struct attached *at, const struct pt_command *cmd, const char *json,
                          char *line, size_t size, struct pt_error *err)
{
    pt_code code = asked_reach(at, err); /* it may have gone since it was checked */
    if (code != PT_OK)
        return code;
    snprintf(line, size, "command %" PRIu64 " %" PRId64 " %s", at->next_id + 1, clock_even_ms(),
             json);
    if (!attached_put(at, line))
        return pt_error_set(err, PT_EBUSY, "Wait a moment.",
                            "command: the engine has not taken the last ones yet");
    asked_note(at, cmd, ++at->next_id);
    return PT_OK;
}

pt_code attached_ask(struct attached *at, const struct pt_command *cmd, uint64_t *id,
                     struct pt_error *err)
{
    char *json = pt_command_json(cmd);
    size_t size = json != NULL ? strlen(json) + 64 : 0;
    char *line = json != NULL ? malloc(size) : NULL;
    pt_code code;
    if (line == NULL) {
        code = pt_error_set(err, PT_ENOMEM, NULL, "command: out of memory");
    } else if (size > WIRE_LINE_MAX) {
        code = pt_error_set(err, PT_EFULL,
                            cmd->record != NULL ? "Make the record smaller, or end the engine of "
                                                  "this state directory (`pintop engine --stop`)."
                                                : "Leave some of its settings out.",
                            "command: it is larger than 1 MiB");
    } else {
        pthread_mutex_lock(&at->lock);
        code = asked_send(at, cmd, json, line, size, err);
        if (code == PT_OK && id != NULL)
            *id = at->next_id;
        pthread_mutex_unlock(&at->lock);
    }
    free(json);
    free(line);
    return code;
}

/* ---- answers ---- */

static bool asked_is_ended(const struct attached *at, uint64_t id)
{
    const struct pt_completed_section *done = at->base != NULL ? at->base->completed : NULL;
    for (size_t i = 0; done != NULL && i < done->n_results; i++)
        if (done->results[i]->id == id && done->results[i]->state != PT_RESULT_RUNNING)
            return true;
    for (size_t i = 0; i < at->n_refused; i++)
        if (at->refused[i]->id == id)
            return true;
    return false;
}

void attached_settle(struct attached *at)
{
    size_t n = 0;
    for (size_t i = 0; i < at->n_asked; i++)
        if (!asked_is_ended(at, at->asked[i].id))
            at->asked[n++] = at->asked[i];
    at->n_asked = n;
}

/* The kind of one that left the list is not known any more. */
static enum pt_command_kind asked_kind(const struct attached *at, uint64_t id)
{
    for (size_t i = 0; i < at->n_asked; i++)
        if (at->asked[i].id == id)
            return at->asked[i].kind;
    return 0;
}

void attached_fails(struct attached *at, uint64_t id, const struct pt_error *why)
{
    bool is_own = id > (uint64_t)at->hello.first_id && id <= at->next_id;
    struct result *result = is_own ? result_new(id, asked_kind(at, id)) : NULL;
    if (result == NULL)
        return;
    result->pub.state = PT_RESULT_FAILED;
    result->pub.error = *why;
    attached_refused(at, &result->pub);
    attached_settle(at);
}

static void asked_lose(struct attached *at, const struct attached_asked *asked)
{
    char fix[120];
    struct result *result = result_new(asked->id, asked->kind);
    const char *shown_by = pt_command_shown_by(pt_command_info((int)asked->kind));
    if (result == NULL)
        return;
    snprintf(fix, sizeof fix, "Look with `%s` before you ask for it again.", shown_by);
    result->pub.state = PT_RESULT_FAILED;
    pt_error_set(&result->pub.error, PT_ECLOSED, asked->is_change ? fix : "Ask for it again.",
                 "the connection to the engine (pintop %" PRId64 ") was lost before it answered%s",
                 at->hello.pid, asked->is_change ? "; whether it was done is not known" : "");
    attached_refused(at, &result->pub);
}

bool attached_forsaken(struct attached *at)
{
    attached_settle(at);
    bool is_any = at->n_asked > 0;
    for (size_t i = 0; i < at->n_asked; i++)
        asked_lose(at, &at->asked[i]);
    at->n_asked = 0;
    return is_any;
}
