#include "parts/topics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "desk/section.h"
#include "kafka/connection.h"

/* Brokers that were reached before count as out of reach after OUT_MS without an answer. At the
 * start, AWS is asked after SILENT_MS, so that its answer is there when it is needed: that is when
 * the watcher has failed, or after SHOWN_MS without a word from it. */
enum { OUT_MS = 30000, SILENT_MS = 1500, SHOWN_MS = 6000 };

void topics_part_init(struct topics_part *tp, const struct desk *desk,
                      const struct topics_hooks *hooks)
{
    *tp = (struct topics_part){.desk = desk, .hooks = *hooks};
}

void topics_part_done(struct topics_part *tp)
{
    watch_report_release(tp->report);
    free(tp->means);
    away_view_free(tp->view);
    *tp = (struct topics_part){.desk = tp->desk};
}

/* Both lists are sorted by name. Carries each topic's history over, and adds the sample of this
 * report. */
static void topics_update_means(struct topics_part *tp)
{
    const struct watch_report *r = tp->report;
    struct topic_means *means = calloc(r->n_topics ? r->n_topics : 1, sizeof *means);
    size_t old = 0;
    if (means == NULL)
        return;
    for (size_t i = 0; i < r->n_topics; i++) {
        const struct pt_topic *t = &r->topics[i];
        while (old < tp->n_means && strcmp(tp->means[old].name, t->name) < 0)
            old++;
        if (old < tp->n_means && strcmp(tp->means[old].name, t->name) == 0)
            means[i] = tp->means[old];
        else
            text_copy(means[i].name, sizeof means[i].name, t->name);
        /* A topic that was not polled in this round has no new sample. */
        bool is_new = means[i].asked_ms != t->asked_ms;
        means[i].asked_ms = t->asked_ms;
        if (is_new && t->high != PT_UNKNOWN)
            mean_add(&means[i].in, r->mono_us, (double)t->high);
        if (is_new && t->committed != PT_UNKNOWN)
            mean_add(&means[i].out, r->mono_us, (double)t->committed);
    }
    free(tp->means);
    tp->means = means;
    tp->n_means = r->n_topics;
}

/* ---- the AWS-only view ---- */

/* Whether what AWS told is shown: brokers that are only slow to answer are not out of reach. */
static bool topics_may_show(const struct topics_part *tp)
{
    return tp->view != NULL &&
           (tp->has_heard || desk_mono_us(tp->desk) - tp->booted_us >= SHOWN_MS * INT64_C(1000));
}

static bool topics_is_awaited(const struct topics_part *tp)
{
    bool has_failed = tp->has_away_answer && tp->view == NULL;
    return tp->is_asked && !has_failed && !topics_may_show(tp);
}

static void topics_set_out(struct topics_part *tp, bool is_out)
{
    bool was_out = tp->is_out;
    tp->is_out = is_out;
    tp->is_asked = tp->hooks.away != NULL && tp->hooks.away(tp->hooks.arg, is_out) && is_out;
    tp->is_dirty |= was_out != is_out;
    if (is_out)
        return;
    away_view_free(tp->view);
    tp->view = NULL;
    tp->has_away_answer = false;
    tp->away_error[0] = '\0';
}

/* A broker that refuses a login, a certificate or a configuration was reached. */
static bool topics_is_out(const struct topics_part *tp, const struct watch_report *report)
{
    const struct pt_error *err = &report->error;
    if (err->code == PT_ECONFIG || err->code == PT_EAUTH || err->code == PT_ELOGIN ||
        err->code == PT_ETLS || connection_login(err->what) != CONNECTION_LOGIN_OTHER)
        return false;
    return tp->report == NULL ||
           (report->since_ms != PT_UNKNOWN && report->time_ms - report->since_ms >= OUT_MS);
}

/* What AWS told before stays while it tells nothing: its age says how old it is. */
static void topics_take_view(struct topics_part *tp, struct away_view *view)
{
    if (view == NULL || !tp->is_out) {
        away_view_free(view);
        return;
    }
    bool is_first = !tp->has_away_answer;
    tp->has_away_answer = tp->is_dirty = true;
    tp->away_error[0] = '\0';
    if (view->error.code == PT_OK) {
        away_view_free(tp->view);
        tp->view = view;
        return;
    }
    text_put(tp->away_error, sizeof tp->away_error, "%s. %s", view->error.what, view->error.fix);
    if (is_first)
        desk_event(tp->desk, PT_WARN, "topics", "no broker can be reached, nor does AWS tell: %s",
                   tp->away_error);
    away_view_free(view);
}

/* The group that the lag is of may have been found meanwhile. */
static void topics_tick(void *self, int64_t now_us)
{
    struct topics_part *tp = self;
    (void)now_us;
    if (tp->is_out)
        tp->is_asked = tp->hooks.away != NULL && tp->hooks.away(tp->hooks.arg, true);
}

static int64_t topics_look(void *self, int64_t now_us)
{
    struct topics_part *tp = self;
    if (tp->booted_us == 0 || tp->has_heard)
        return INT64_MAX;
    int64_t ask_us = tp->booted_us + SILENT_MS * INT64_C(1000);
    int64_t show_us = tp->booted_us + SHOWN_MS * INT64_C(1000);
    if (now_us < ask_us)
        return ask_us;
    if (!tp->is_out)
        topics_set_out(tp, true);
    if (now_us < show_us)
        return show_us;
    tp->is_dirty |= !tp->is_shown && tp->view != NULL;
    return INT64_MAX;
}

const char *topics_sink_group(const struct pt_connectors_section *all, char *chosen, size_t cap)
{
    const struct pt_connector *best = NULL;
    for (size_t i = 0; all != NULL && i < all->n_connectors; i++) {
        const struct pt_connector *c = &all->connectors[i];
        if (!c->is_ours || c->group[0] == '\0')
            continue;
        bool is_kept = strcmp(c->name, chosen) == 0;
        if (is_kept || best == NULL || strcmp(c->name, best->name) < 0)
            best = c;
        if (is_kept)
            break;
    }
    text_copy(chosen, cap, best != NULL ? best->name : "");
    return best != NULL ? best->group : "";
}

/* ---- facts ---- */

static void topics_report(struct topics_part *tp, const struct watch_report *report)
{
    /* One that was only late says no more than silence does. */
    bool is_word = report->error.code == PT_OK || !report->is_late;
    tp->is_dirty |= is_word && !tp->has_heard;
    tp->has_heard |= is_word;
    if (report->error.code == PT_ECONFIG)
        inbox_fail(tp->desk->inbox, &report->error);
    if (report->error.code != PT_OK) {
        tp->error = report->error;
        bool is_out = topics_is_out(tp, report);
        if (is_out != tp->is_out && (is_word || tp->report != NULL))
            topics_set_out(tp, is_out);
        return;
    }
    watch_report_acquire(report);
    watch_report_release(tp->report);
    tp->report = report;
    tp->error.code = PT_OK;
    tp->is_dirty = true;
    if (tp->is_out)
        topics_set_out(tp, false);
    topics_update_means(tp);
}

static bool topics_topics_take(void *self, struct fact *fact)
{
    struct topics_part *tp = self;
    if (fact->kind == FACT_BOOTED)
        tp->booted_us = desk_mono_us(tp->desk);
    if (fact->kind == FACT_AWAY) {
        topics_take_view(tp, fact_claim(fact));
        return true;
    }
    if (fact->kind != FACT_REPORT || fact->payload == NULL)
        return false;
    topics_report(tp, fact->payload);
    return true;
}

/* ---- the section ---- */

static int8_t topics_stream_of(const struct settings *set, const char *topic)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (strcmp(set->topics[i], topic) == 0)
            return (int8_t)i;
    return -1;
}

/* What a section is made from: the watcher's report, or what AWS told. */
struct topics_told {
    const struct pt_topic *topics;
    const struct pt_partition *partitions;
    size_t n_topics, n_partitions;
    int64_t asked_ms;
};

static struct topics_told topics_what(const struct topics_part *tp)
{
    const struct watch_report *r = tp->report;
    const struct away_view *view = topics_may_show(tp) ? tp->view : NULL;
    if (view != NULL)
        return (struct topics_told){view->topics, view->partitions, view->n_topics,
                                    view->n_partitions, view->time_ms};
    if (r != NULL)
        return (struct topics_told){r->topics, r->partitions, r->n_topics, r->n_partitions,
                                    r->time_ms};
    return (struct topics_told){.asked_ms = PT_UNKNOWN};
}

static void topics_set_shown(struct topics_part *tp, bool is_shown)
{
    if (tp->is_shown == is_shown)
        return;
    tp->is_shown = is_shown;
    if (tp->hooks.shown != NULL)
        tp->hooks.shown(tp->hooks.arg, is_shown);
    if (is_shown)
        desk_event(tp->desk, PT_NOTICE, "topics",
                   "no broker can be reached; the topics are told by AWS in their place");
}

static void topics_fill_head(struct topics_part *tp, struct pt_topics_section *s)
{
    bool is_shown = topics_may_show(tp);
    const char *note = is_shown ? tp->view->note : "";
    if (tp->error.code != PT_OK)
        text_copy(s->error, sizeof s->error, tp->error.what);
    s->source = is_shown ? PT_TOPICS_OF_AWS : PT_TOPICS_OF_KAFKA;
    s->is_aws_awaited = topics_is_awaited(tp);
    text_put(s->aws_note, sizeof s->aws_note, "%s%s%s", tp->away_error,
             tp->away_error[0] != '\0' && note[0] != '\0' ? "; " : "", note);
    topics_set_shown(tp, is_shown);
}

const void *topics_part_section(struct topics_part *tp)
{
    const struct topics_told told = topics_what(tp);
    const struct pt_topics_section *before = tp->desk->now->topics;
    bool is_error_new =
        before && strcmp(before->error, tp->error.code != PT_OK ? tp->error.what : "") != 0;
    if (before && !tp->is_dirty && !is_error_new && before->is_aws_awaited == topics_is_awaited(tp))
        return NULL;
    size_t n = told.n_topics, n_parts = told.n_partitions;
    struct pt_topics_section *s =
        section_new(sizeof *s + n * sizeof *s->topics + n_parts * sizeof *s->partitions);
    if (s == NULL)
        return NULL;
    struct pt_topic *topics = (struct pt_topic *)(s + 1);
    struct pt_partition *partitions = (struct pt_partition *)(topics + n);
    s->asked_ms = told.asked_ms;
    topics_fill_head(tp, s);
    s->n_topics = n;
    s->n_partitions = n_parts;
    s->topics = topics;
    s->partitions = partitions;
    if (n > 0)
        memcpy(topics, told.topics, n * sizeof *topics);
    if (n_parts > 0)
        memcpy(partitions, told.partitions, n_parts * sizeof *partitions);
    for (size_t i = 0; i < n; i++) {
        bool has_mean = i < tp->n_means && tp->error.code == PT_OK;
        topics[i].stream = topics_stream_of(tp->desk->set, topics[i].name);
        if (s->source == PT_TOPICS_OF_AWS)
            continue;
        topics[i].in_per_s = has_mean ? mean_per_s(&tp->means[i].in) : NAN;
        topics[i].out_per_s = has_mean ? mean_per_s(&tp->means[i].out) : NAN;
    }
    tp->is_dirty = false;
    return s;
}

static const void *topics_section(void *self)
{
    return topics_part_section(self);
}

const struct part topics_part = {
    .name = "topics",
    .take = topics_topics_take,
    .tick = topics_tick,
    .look = topics_look,
    .section = topics_section,
};
