#include "parts/session.h"

#include <librdkafka/rdkafka.h>
#include <string.h>

#include "base/clock.h"
#include "base/shown.h"
#include "base/text.h"
#include "desk/section.h"
#include "kafka/watch_report.h"
#include "pintop/engine.h"

void session_part_init(struct session_part *sp, const struct desk *desk,
                       const struct session_hooks *hooks)
{
    *sp = (struct session_part){.desk = desk, .hooks = *hooks};
    since_init(&sp->since, desk_real_ms(desk));
    sp->moves = (struct moves){.in_ms = PT_UNKNOWN, .watched_since_ms = PT_UNKNOWN};
}

const char *session_disk_error(const struct session_part *sp)
{
    for (int i = 0; i < SESSION_SLOTS; i++)
        if (sp->disk_errors[i][0] != '\0')
            return sp->disk_errors[i];
    return "";
}

/* ---- the verdict ---- */

static bool session_is_since_found(const struct session_part *sp)
{
    bool is_found = sp->verdict.is_of_sink ? sp->verdict.is_since_found : sp->since.is_found;
    return is_found && !sp->desk->set->is_embedded;
}

static void session_tell(struct session_part *sp, enum pt_verdict before, int64_t now_ms)
{
    char since[SINCE_WORDS_MAX];
    since_words(sp->since.ms, session_is_since_found(sp), now_ms, since, sizeof since);
    desk_event(sp->desk, sp->verdict.verdict >= PT_V_DEGRADED ? PT_ERROR : PT_INFO, "pipeline",
               "%s -> %s: %s%s", pt_verdict_word(before), pt_verdict_word(sp->verdict.verdict),
               sp->verdict.text, since);
}

void session_judge(struct session_part *sp, int64_t at_ms)
{
    struct verdict next;
    struct verdict_facts facts = {
        .streams = sp->desk->now->streams,
        .cluster = sp->desk->now->cluster,
        .connectors = sp->desk->now->connectors,
        .topics = sp->desk->now->topics,
        .auth = sp->desk->now->auth,
        .moves = &sp->moves,
        .is_watcher = atomic_load(&sp->desk->owner->is_watcher),
        .is_embedded = sp->desk->set->is_embedded,
        .now_ms = at_ms,
        .disk_error = session_disk_error(sp),
    };
    if (facts.streams == NULL || facts.cluster == NULL || facts.connectors == NULL ||
        facts.topics == NULL)
        return;
    verdict_pipeline(&facts, &next);
    enum pt_verdict before = sp->verdict.verdict;
    since_note(&sp->since, before, next.verdict, next.since_ms, at_ms);
    /* The same verdict may now have another cause, which began later. */
    if (next.since_ms != PT_UNKNOWN)
        sp->since.ms = next.since_ms;
    sp->verdict = next;
    if (next.verdict != before && (next.verdict >= PT_V_DEGRADED || before >= PT_V_DEGRADED))
        session_tell(sp, before, at_ms);
}

void session_note_moves(struct moves *moves, const struct watch_report *report)
{
    int64_t in = 0;
    for (size_t i = 0; i < report->n_topics; i++) {
        const struct pt_topic *t = &report->topics[i];
        if (t->is_watched && t->high != PT_UNKNOWN)
            in += t->high;
    }
    bool is_first = moves->watched_since_ms == PT_UNKNOWN;
    if (is_first)
        moves->watched_since_ms = report->time_ms;
    if (!is_first && in != moves->in_sum)
        moves->in_ms = report->time_ms;
    moves->in_sum = in;
}

/* ---- facts ---- */

static void session_written(struct session_part *sp, const struct fact *fact)
{
    if (fact->number < 0 || fact->number >= SESSION_SLOTS)
        return;
    char *slot = sp->disk_errors[fact->number];
    bool was_bad = slot[0] != '\0', is_bad = fact->error->code != PT_OK;
    text_copy(slot, PT_REASON_MAX, is_bad ? fact->error->what : "");
    if (is_bad && !was_bad)
        desk_event(sp->desk, PT_ERROR, "pintop", "checkpoint: %s. %s", fact->error->what,
                   fact->error->fix);
    if (was_bad && !is_bad)
        desk_event(sp->desk, PT_INFO, "pintop", "the checkpoint reaches the disk again");
}

static bool session_take(void *self, struct fact *fact)
{
    struct session_part *sp = self;
    const struct watch_report *report = fact->payload;
    switch (fact->kind) {
    case FACT_WRITTEN:
        session_written(sp, fact);
        return true;
    case FACT_REPORT:
        if (report != NULL && report->error.code == PT_OK)
            session_note_moves(&sp->moves, report);
        return true;
    case FACT_NEWEST: /* a record arrived before the first poll */
        if (sp->moves.in_ms == PT_UNKNOWN)
            sp->moves.in_ms = fact->number;
        return true;
    default:
        return false;
    }
}

static void session_clock_set(void *self, int64_t by_ms)
{
    struct session_part *sp = self;
    clock_shift(&sp->moves.in_ms, by_ms);
    clock_shift(&sp->moves.watched_since_ms, by_ms);
    clock_shift(&sp->since.ms, by_ms);
    clock_shift(&sp->since.blind_ms, by_ms);
}

/* ---- the section ---- */

static void session_tell_stop(const struct session_part *sp, struct pt_session_section *s)
{
    struct session_stop stop = {0};
    sp->hooks.stopping(sp->hooks.arg, &stop);
    s->is_stopping = stop.is_stopping;
    s->is_stopped = stop.is_stopped;
    text_copy(s->stopping_text, sizeof s->stopping_text, stop.text);
    shown_str(s->stopping_why, sizeof s->stopping_why, stop.why);
    shown_str(s->unwritten, sizeof s->unwritten, stop.unwritten);
    s->stop_timeout_ms = sp->desk->set->stop_timeout_ms;
}

const void *session_part_section(struct session_part *sp)
{
    session_judge(sp, desk_real_ms(sp->desk));
    const struct pt_session_section *before = sp->desk->now->session;
    struct pt_session_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    text_copy(s->version, sizeof s->version, PINTOP_VERSION);
    text_copy(s->librdkafka, sizeof s->librdkafka, rd_kafka_version_str());
    text_copy(s->context, sizeof s->context, pt_config_context(sp->desk->cfg));
    const char *band = pt_config_get(sp->desk->cfg, "pintop.band");
    text_copy(s->band, sizeof s->band, strcmp(band, "none") != 0 ? band : "");
    text_copy(s->user_id, sizeof s->user_id, sp->desk->set->user_id);
    text_copy(s->prefix, sizeof s->prefix, sp->desk->set->prefix);
    text_copy(s->state_dir, sizeof s->state_dir, sp->desk->set->state_dir);
    shard_format(sp->desk->set->shard, s->shard);
    s->is_readonly = sp->desk->set->is_readonly;
    s->is_embedded = sp->desk->set->is_embedded;
    s->owner_pid = atomic_load(&sp->desk->owner->pid);
    s->is_owner = !atomic_load(&sp->desk->owner->is_watcher) && s->owner_pid == PT_UNKNOWN;
    s->is_lock_held = atomic_load(&sp->desk->owner->is_self);
    s->link_since_ms = s->engine_pid = PT_UNKNOWN;
    s->confirm_objects_per_hour =
        pt_config_int(sp->desk->cfg, "pintop.stream.confirm.objects.per.hour");
    session_tell_stop(sp, s);
    s->verdict = sp->verdict.verdict;
    s->verdict_hop = sp->verdict.hop;
    s->verdict_since_ms = sp->since.ms;
    s->is_since_found = session_is_since_found(sp);
    s->is_verdict_awaited = sp->verdict.is_awaited;
    shown_str(s->verdict_text, sizeof s->verdict_text, sp->verdict.text);
    shown_str(s->verdict_detail, sizeof s->verdict_detail, sp->verdict.detail);
    if (before &&
        memcmp(&before->section + 1, &s->section + 1, sizeof *s - sizeof s->section) == 0) {
        section_release(s);
        return NULL;
    }
    return s;
}

static const void *session_section(void *self)
{
    return session_part_section(self);
}

const struct part session_part = {
    .name = "session",
    .take = session_take,
    .clock_set = session_clock_set,
    .section = session_section,
};
