/* Verdicts against worlds in which the truth is known: a sink with its group, its worker and its
 * store is played second by second, with outages, denials and strange words at random; what pintop
 * hears of it goes through the real model. What must hold of every verdict is checked against the
 * truth, and what is shown of one verdict at different places is compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/connector.h"
#include "cli/print.h"
#include "cli/status.h"
#include "core/conn_model_private.h"
#include "core/verdict.h"
#include "term/canvas.h"
#include "ui/format.h"
#include "ui/ui.h"

enum {
    WORLDS = 200,
    SECONDS = 900,
    PARTS_MAX = 6,
    PATIENCE_S = 181, /* before anything is learnt */
    FRESH_S = 16,
    OFFSETS_FRESH_S = 21
};
#define START INT64_C(1790000000000)

/* ---- chance, the same on every machine ---- */

static uint64_t dice;

static uint32_t roll(uint32_t n)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (uint32_t)(dice >> 11) % n;
}

static bool chance(uint32_t percent)
{
    return roll(100) < percent;
}

/* ---- the world ---- */

struct part {
    double made, per_s;
    int64_t high, read, committed; /* read: by the sink, not committed yet */
    int64_t waits_since_s; /* truth: records wait and none was committed since; -1 none waits */
    bool is_stuck;         /* the sink takes nothing of it */
};

struct outage {
    int from_s, to_s;
};

static struct world {
    int n_parts, commit_s, n_tasks;
    struct part parts[PARTS_MAX];
    bool is_healthy; /* nothing ever goes wrong in it */
    struct outage stuck, denied, strange, silent, failed, blind, restart;
    uint32_t stuck_mask;
} world;

static bool is_in(struct outage o, int s)
{
    return s >= o.from_s && s < o.to_s;
}

static struct outage some_outage(uint32_t percent)
{
    int from_s = 30 + (int)roll(SECONDS - 200);
    return chance(percent) ? (struct outage){from_s, from_s + 20 + (int)roll(400)}
                           : (struct outage){SECONDS + 1, SECONDS + 1};
}

static void make_world(unsigned seed)
{
    dice = 0x9e3779b97f4a7c15u * (seed + 1);
    for (int i = 0; i < 8; i++)
        roll(2);
    memset(&world, 0, sizeof world);
    world.n_parts = 1 + (int)roll(PARTS_MAX);
    world.n_tasks = 1 + (int)roll(3);
    world.commit_s = 1 + (int)roll(chance(50) ? 5 : 60);
    world.is_healthy = chance(40);
    uint32_t percent = world.is_healthy ? 0 : 30;
    world.stuck = some_outage(world.is_healthy ? 0 : 60);
    world.denied = some_outage(percent);
    world.strange = some_outage(percent);
    world.silent = some_outage(percent);
    world.failed = some_outage(percent);
    world.blind = some_outage(percent);
    world.restart = some_outage(percent);
    world.stuck_mask = 1 + roll((1U << world.n_parts) - 1);
    for (int i = 0; i < world.n_parts; i++) {
        struct part *p = &world.parts[i];
        p->per_s = chance(20) ? 0 : 0.1 + roll(200) / 10.0;
        p->made = roll(5000);
        p->high = (int64_t)p->made;
        p->committed = p->read = chance(80) ? p->high : p->high / 2;
        p->waits_since_s = p->committed < p->high ? 0 : -1;
    }
}

/* One second of the truth. */
static void live(int s)
{
    for (int i = 0; i < world.n_parts; i++) {
        struct part *p = &world.parts[i];
        p->made += p->per_s;
        p->high = (int64_t)p->made;
        p->is_stuck = is_in(world.stuck, s) && (world.stuck_mask >> i & 1) != 0;
        bool takes = !p->is_stuck && !is_in(world.failed, s);
        if (takes)
            p->read = p->high;
        if (takes && s % world.commit_s == 0 && p->committed != p->read) {
            p->committed = p->read;
            p->waits_since_s = -1;
        }
        if (p->committed < p->high && p->waits_since_s < 0)
            p->waits_since_s = s;
        if (p->committed >= p->high)
            p->waits_since_s = -1;
    }
}

/* ---- what pintop hears of it ---- */

static struct pt_engine *eng;
static struct conn_model *cm;
static struct sink sink;
static int heard_state_s, heard_offsets_s; /* when, the last time; -1 never */
static bool heard_running, heard_tasks;    /* what was heard then */

static void begin_world(void)
{
    struct conn_models *cs = &eng->model.connectors;
    cs->ops = &conn_connect;
    cs->error.code = PT_OK;
    cs->asked_ms = PT_UNKNOWN;
    cs->has_answer = false;
    cs->n = 1;
    free(cs->items);
    cs->items = cm = calloc(1, sizeof *cm);
    memset(&eng->model.verdict, 0, sizeof eng->model.verdict);
    since_init(&eng->model.since, START);
    conn_init(&cm->conn);
    conn_group_init(&cm->members);
    conn_workers_init(&cm->workers);
    conn_commits_init(&cm->commits);
    conn_losses_init(&cm->losses);
    conn_probe_init(&cm->probe);
    since_init(&cm->since, START);
    snprintf(cm->conn.name, sizeof cm->conn.name, "sink");
    snprintf(cm->conn.id, sizeof cm->conn.id, "sink");
    snprintf(cm->conn.kind, sizeof cm->conn.kind, "sink");
    cm->key = 1;
    cm->is_ours = true;
    cm->gone_since_ms = cm->restarted_ms = cm->state_seen_ms = PT_UNKNOWN;
    cm->asked_ms = cm->state_since_ms = cm->failed_since_ms = cm->tasks_since_ms = PT_UNKNOWN;
    cm->lag = cm->in_ms = cm->out_ms = cm->lag_asked_ms = PT_UNKNOWN;
    cm->objects_asked_ms = cm->metrics_asked_ms = cm->log_asked_ms = cm->checks_asked_ms =
        PT_UNKNOWN;
    cm->objects.newest_ms = PT_UNKNOWN;
    cm->in_slow = NAN;
    cm->verdict.since_ms = PT_UNKNOWN;
    pace_init(&cm->pace);
    sink_read(&cm->conn, &sink);
    heard_state_s = heard_offsets_s = -1;
}

static void end_world(void)
{
    conn_done(&cm->conn);
    free(cm->rows);
    cm->rows = NULL;
}

static void hear_state(int s, int64_t now_ms)
{
    struct conn_models *cs = &eng->model.connectors;
    if (is_in(world.silent, s) || is_in(world.denied, s)) {
        if (cs->error.code == PT_OK)
            cs->error_since_ms = now_ms;
        pt_error_set(&cs->error, is_in(world.denied, s) ? PT_EAUTH : PT_EIO, "Look into it",
                     "Kafka Connect: %s", is_in(world.denied, s) ? "403" : "no answer");
        return;
    }
    cs->error.code = PT_OK;
    cs->asked_ms = cm->asked_ms = now_ms;
    snprintf(cm->conn.state, sizeof cm->conn.state, "%s",
             is_in(world.strange, s) ? "QUIESCING" : "RUNNING");
    free(cm->conn.tasks);
    cm->conn.has_tasks = true;
    cm->conn.n_tasks = (size_t)world.n_tasks;
    cm->conn.tasks = calloc((size_t)world.n_tasks, sizeof *cm->conn.tasks);
    int32_t failed = is_in(world.failed, s) ? 1 : 0, running = world.n_tasks - failed;
    if (running > cm->running && heard_state_s >= 0)
        conn_lag_restarted(cm, now_ms);
    for (int i = 0; i < world.n_tasks; i++)
        snprintf(cm->conn.tasks[i].state, sizeof cm->conn.tasks[i].state, "%s",
                 i < failed ? "FAILED" : "RUNNING");
    if (failed > 0 && cm->failed == 0)
        cm->failed_since_ms = now_ms;
    if (failed != cm->failed || heard_state_s < 0)
        cm->tasks_since_ms = now_ms;
    cm->failed = failed;
    cm->running = running;
    heard_state_s = s;
    heard_running = !is_in(world.strange, s);
    heard_tasks = failed == 0;
}

static void hear_offsets(int s, int64_t now_ms)
{
    struct lag_row rows[PARTS_MAX];
    if (is_in(world.blind, s))
        return;
    for (int i = 0; i < world.n_parts; i++) {
        rows[i] = (struct lag_row){.partition = i,
                                   .leader = 1,
                                   .committed = world.parts[i].committed,
                                   .high = world.parts[i].high,
                                   .low = 0};
        snprintf(rows[i].topic, sizeof rows[i].topic, "demo.pin");
    }
    assert_true(conn_lag_update(cm, &sink, rows, (size_t)world.n_parts, now_ms * 1000, now_ms));
    heard_offsets_s = s;
}

/* ---- what must hold ---- */

static int64_t longest_wait_s(int s)
{
    int64_t longest = 0;
    for (int i = 0; i < world.n_parts; i++)
        if (world.parts[i].waits_since_s >= 0 && s - world.parts[i].waits_since_s > longest)
            longest = s - world.parts[i].waits_since_s;
    return longest;
}

/* NULL: it holds. */
static const char *broken_promise(int s)
{
    const struct judgement *j = &cm->verdict;
    bool is_good = j->verdict == PT_V_OK || j->verdict == PT_V_IDLE;
    if (is_good && longest_wait_s(s) > PATIENCE_S)
        return "well, though records have waited beyond every patience";
    if (is_good && (heard_state_s < 0 || s - heard_state_s > FRESH_S))
        return "well, though the state was not heard of late";
    if (is_good && (heard_offsets_s < 0 || s - heard_offsets_s > OFFSETS_FRESH_S))
        return "well, though the offsets were not heard of late";
    if (is_good && (!heard_running || !heard_tasks))
        return "well, though a task failed or the state's word is not known";
    if (world.is_healthy && j->verdict > PT_V_TRANSITION)
        return "an alarm in a world in which nothing goes wrong";
    if (world.is_healthy && s > PATIENCE_S && !is_good)
        return "not well after three minutes of a world in which nothing goes wrong";
    if (!is_good && j->cause[0] == '\0')
        return "no reason is given";
    if (j->verdict > PT_V_PAUSED && j->fix[0] == '\0')
        return "no next step is given";
    if (is_good && j->cause[0] != '\0')
        return "well, with a cause";
    return NULL;
}

/* ---- one verdict at every place ---- */

static char *draw_page(const struct pt_snapshot *snap, int key)
{
    struct ui ui;
    const struct ui_link link = {.submit = NULL};
    const struct looks looks = {false, false};
    enum { ROWS = 50, COLS = 200 };
    assert_int_equal(ui_init(&ui, &link, &looks), PT_OK);
    ui_size(&ui, ROWS, COLS);
    ui_snapshot(&ui, snap, snap->time_ms);
    ui_key(&ui, key);
    struct canvas *canvas = canvas_new(ROWS, COLS, false);
    assert_non_null(canvas);
    ui_draw(&ui, canvas);
    char *screen = canvas_dump(canvas, false);
    canvas_free(canvas);
    ui_done(&ui);
    return screen;
}

static int n_compared, n_compared_bad;

static void is_shown(const char *screen, const char *text, const char *what, unsigned seed)
{
    if (strstr(screen, text) == NULL)
        fail_msg("world %u: %s is not \"%s\" here:\n%s", seed, what, text, screen);
}

/* What goes to stdout meanwhile, the caller's. */
static int stdout_before;
static FILE *printed;

static void print_begin(void)
{
    fflush(stdout);
    stdout_before = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    printed = tmpfile();
    assert_non_null(printed);
    assert_true(dup2(fileno(printed), STDOUT_FILENO) >= 0);
}

static char *print_end(void)
{
    fflush(stdout);
    dup2(stdout_before, STDOUT_FILENO);
    close(stdout_before);
    long len = ftell(printed);
    len = fseek(printed, 0, SEEK_END) == 0 ? ftell(printed) : len;
    char *text = calloc(1, (size_t)len + 1);
    assert_non_null(text);
    rewind(printed);
    assert_int_equal(fread(text, 1, (size_t)len, printed), len);
    fclose(printed);
    return text;
}

/* After this label, to the end of the line if is_line; nothing for "". */
static void is_printed(const char *text, const char *label, const char *value, bool is_line,
                       unsigned seed)
{
    char line[PT_TEXT_MAX + 64];
    snprintf(line, sizeof line, "%s%s%s", label, value, is_line ? "\n" : "");
    if (value[0] != '\0')
        is_shown(text, line, label, seed);
}

/* What `status`, `connector status` and `diagnose` print of it, whole. */
static void compare_printed(unsigned seed, const struct pt_snapshot *snap)
{
    const struct pt_connector *c = &snap->connectors->connectors[0];
    const struct pt_session_section *session = snap->session;
    char head[200], since[CELL_MAX], lag[CELL_MAX];
    print_begin();
    status_print(snap);
    char *status = print_end();
    snprintf(head, sizeof head, "\n%s since %s", pt_verdict_word(session->verdict),
             cell_since(since, session->verdict_since_ms, session->is_since_found));
    is_shown(status, head, "status's verdict", seed);
    is_shown(status, session->verdict_text, "status's cause", seed);
    snprintf(head, sizeof head, "\nSINK sink  %s", pt_verdict_word(c->verdict));
    is_shown(status, head, "status's sink", seed);
    snprintf(head, sizeof head, "  lag %s\n", cell_count(lag, c->lag_total));
    is_shown(status, head, "what waits", seed);
    is_printed(status, "  cause ", c->cause, true, seed);
    free(status);
    for (int is_thorough = 0; is_thorough < 2; is_thorough++) {
        print_begin();
        connector_print_status(snap, c, is_thorough);
        char *one = print_end();
        snprintf(head, sizeof head, "sink  %s since %s", pt_verdict_word(c->verdict),
                 cell_since(since, c->verdict_since_ms, c->is_since_found));
        is_shown(one, head, "connector status's verdict", seed);
        is_printed(one, "  cause   ", c->cause, false, seed);
        is_printed(one, "  next    ", c->fix, true, seed);
        for (size_t i = 0; i < c->n_evidence; i++)
            is_printed(one, "  ", c->evidence[i].says, false, seed);
        free(one);
    }
}

/* What both pages and the JSON say of the verdict, its cause, its time and the records that wait.
 */
static void compare_pages(unsigned seed, const struct pt_snapshot *snap)
{
    const struct pt_connector *c = &snap->connectors->connectors[0];
    const struct pt_session_section *session = snap->session;
    bool is_good = c->verdict == PT_V_OK || c->verdict == PT_V_IDLE;
    char begin[41], lag[32], since[32];
    char *overview = draw_page(snap, '1'), *page = draw_page(snap, '3');
    n_compared++;
    n_compared_bad += !is_good;
    snprintf(begin, sizeof begin, "%.40s", c->cause);
    is_shown(overview, pt_verdict_word(session->verdict), "the pipeline's verdict", seed);
    is_shown(page, pt_verdict_word(c->verdict), "the sink's verdict", seed);
    if (!is_good) {
        is_shown(overview, begin, "the cause", seed);
        is_shown(page, begin, "the cause", seed);
    }
    if (!is_good && c->verdict_since_ms != PT_UNKNOWN) {
        const struct shown from = show_minute(c->verdict_since_ms, snap->time_ms);
        is_shown(overview, from.s, "its time", seed);
        is_shown(page, from.s, "its time", seed);
    }
    if (c->lag_total != PT_UNKNOWN) {
        snprintf(lag, sizeof lag, "lag %s", show_count(c->lag_total).s);
        is_shown(overview, lag, "what waits", seed);
    }
    compare_printed(seed, snap);
    char *text = pt_snapshot_json(snap);
    cJSON *json = cJSON_Parse(text);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "verdict")),
                        pt_verdict_word(session->verdict));
    const char *says = cJSON_GetStringValue(cJSON_GetObjectItem(json, "verdict_text"));
    assert_string_equal(says != NULL ? says : "", session->verdict_text);
    clock_format_ms(session->verdict_since_ms, since, sizeof since);
    const char *told = cJSON_GetStringValue(cJSON_GetObjectItem(json, "verdict_since"));
    if (session->verdict_since_ms != PT_UNKNOWN)
        assert_string_equal(told != NULL ? told : "", since);
    cJSON_Delete(json);
    free(text);
    free(overview);
    free(page);
}

/* The event of a change: these words, the cause, and since when where that is not now. */
static void is_told(unsigned seed, const char *begin, const struct pt_connector *c, int64_t now_ms)
{
    const struct line_ring *ring = &eng->model.events;
    const char *text = ring->lines[(ring->total - 1) % ring->cap]->text;
    char since[64] = "", when[32];
    size_t len = strlen(begin), n = strlen(c->cause);
    if (strncmp(text, begin, len) != 0 || strncmp(text + len, c->cause, n) != 0)
        fail_msg("world %u: the event says \"%s\", the page \"%s%s\"", seed, text, begin, c->cause);
    clock_format_ms(c->verdict_since_ms, when, sizeof when);
    if (c->verdict_since_ms / 1000 != now_ms / 1000)
        snprintf(since, sizeof since, " (since %.19sZ%s)", when,
                 c->is_since_found ? " or before" : "");
    assert_string_equal(text + len + n, since);
}

static int n_pipeline_events;

static void compare_pipeline_event(unsigned seed, enum pt_verdict before,
                                   const struct pt_connector *c, int64_t now_ms)
{
    char begin[100];
    n_pipeline_events++;
    if (c->verdict == PT_V_OK || c->verdict == PT_V_IDLE)
        return; /* it says that of more than the sink */
    snprintf(begin, sizeof begin, "%s -> %s: at the sink: ", pt_verdict_word(before),
             pt_verdict_word(c->verdict));
    is_told(seed, begin, c, now_ms);
}

static void compare_places(unsigned seed, int64_t now_ms)
{
    struct pt_streams_section streams = {.section = {.refs = 1}};
    struct pt_cluster_section cluster = {.section = {.refs = 1}, .state = PT_CLUSTER_UP};
    struct pt_topic topic = {.is_watched = true, .messages = 1};
    struct pt_topics_section topics = {
        .section = {.refs = 1}, .asked_ms = now_ms, .n_topics = 1, .topics = &topic};
    snprintf(topic.name, sizeof topic.name, "demo.pin");
    for (int i = 0; i < PT_STREAMS; i++)
        streams.streams[i].state = PT_STREAM_STOPPED;
    eng->model.connectors.is_dirty = true;
    const struct pt_connectors_section *section = model_connectors_section(eng);
    assert_non_null(section);
    eng->model.parts = (struct pt_snapshot){
        .streams = &streams, .cluster = &cluster, .connectors = section, .topics = &topics};
    eng->model.moves = (struct moves){now_ms, now_ms, 0, 0, START, now_ms};
    uint64_t told = eng->model.events.total;
    enum pt_verdict before = eng->model.verdict.verdict;
    model_verdict(eng, now_ms);
    const struct verdict v = eng->model.verdict;
    const struct pt_connector *c = &section->connectors[0];
    bool is_good = c->verdict == PT_V_OK || c->verdict == PT_V_IDLE;
    if (v.verdict != c->verdict && !is_good)
        fail_msg("world %u: the sink is %s, the pipeline %s", seed, pt_verdict_word(c->verdict),
                 pt_verdict_word(v.verdict));
    if (!is_good) {
        assert_non_null(strstr(v.text, c->cause));
        assert_int_equal(eng->model.since.ms, c->verdict_since_ms);
        assert_true(v.is_of_sink && v.is_since_found == c->is_since_found);
    }
    if (eng->model.events.total != told)
        compare_pipeline_event(seed, before, c, now_ms);
    const struct pt_snapshot snap = {.connectors = section, .time_ms = now_ms};
    char *text = pt_connector_json(&snap, c);
    cJSON *json = cJSON_Parse(text);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "verdict")),
                        pt_verdict_word(c->verdict));
    const char *cause = cJSON_GetStringValue(cJSON_GetObjectItem(json, "cause"));
    assert_string_equal(cause != NULL ? cause : "", c->cause);
    const cJSON *lag = cJSON_GetObjectItem(json, "lag_total");
    assert_true(cJSON_IsNull(lag) == (c->lag_total == PT_UNKNOWN));
    if (!cJSON_IsNull(lag))
        assert_true((int64_t)lag->valuedouble == c->lag_total);
    /* Unknown is null, and never a number that nothing could have. */
    assert_null(strstr(text, "-9223372036854775808"));
    assert_null(strstr(text, "-2147483648"));
    assert_null(strstr(text, "1970-"));
    cJSON_Delete(json);
    free(text);
    if (now_ms % 180000 == (START + 59000) % 180000) {
        struct pt_session_section session = *ui_unknown_snapshot()->session;
        struct pt_snapshot all = *ui_unknown_snapshot();
        session.verdict = v.verdict;
        session.verdict_since_ms = eng->model.since.ms;
        session.is_since_found = v.is_since_found;
        snprintf(session.verdict_text, sizeof session.verdict_text, "%s", v.text);
        snprintf(session.verdict_detail, sizeof session.verdict_detail, "%s", v.detail);
        all.session = &session;
        all.connectors = section;
        all.time_ms = now_ms;
        compare_pages(seed, &all);
    }
    section_release(section);
}

/* ---- the event of a change ---- */

static int n_events;

/* What was just told of a change is what the section says in the same moment. */
static void compare_event(unsigned seed, enum pt_verdict before, int64_t now_ms)
{
    char begin[100];
    eng->model.connectors.is_dirty = true;
    const struct pt_connectors_section *section = model_connectors_section(eng);
    assert_non_null(section);
    const struct pt_connector *c = &section->connectors[0];
    snprintf(begin, sizeof begin, "sink %s -> %s%s", pt_verdict_word(before),
             pt_verdict_word(c->verdict), c->cause[0] != '\0' ? ": " : "");
    is_told(seed, begin, c, now_ms);
    section_release(section);
    n_events++;
}

static void no_verdict_breaks_its_promise(void **state)
{
    int bad = 0, n[PT_V_FAILED + 1] = {0};
    (void)state;
    for (unsigned seed = 0; seed < WORLDS && bad < 10; seed++) {
        make_world(seed);
        begin_world();
        for (int s = 0; s < SECONDS; s++) {
            int64_t now_ms = START + (int64_t)s * 1000;
            const char *broken;
            enum pt_verdict before;
            uint64_t told;
            live(s);
            if (s % 5 == 0)
                hear_state(s, now_ms);
            hear_offsets(s, now_ms);
            before = cm->has_verdict ? cm->verdict.verdict : PT_V_UNKNOWN;
            told = eng->model.events.total;
            model_connectors_judge(eng, cm, now_ms);
            if (eng->model.events.total != told)
                compare_event(seed, before, now_ms);
            n[cm->verdict.verdict]++;
            if ((broken = broken_promise(s)) != NULL) {
                print_error("world %u (%s, commits each %d s), second %d: %s: %s %s\n", seed,
                            world.is_healthy ? "healthy" : "with faults", world.commit_s, s, broken,
                            pt_verdict_word(cm->verdict.verdict), cm->verdict.cause);
                bad++;
                break;
            }
            if (s % 60 == 59)
                compare_places(seed, now_ms);
        }
        end_world();
    }
    assert_int_equal(bad, 0);
    assert_true(n_events >= WORLDS && n_pipeline_events >= WORLDS / 2);
    assert_true(n_compared >= 5 * WORLDS && n_compared_bad >= WORLDS / 2);
    /* The worlds are rich enough to mean something. */
    assert_true(n[PT_V_OK] > 10000 && n[PT_V_UNKNOWN] > 1000 && n[PT_V_STALLED] > 1000 &&
                n[PT_V_DEGRADED] + n[PT_V_FAILED] > 1000 && n[PT_V_TRANSITION] > 10);
}

/* One partition stands since 100 s, and the worker's log said why at 150 s. That another is
 * committed at 200 s clears nothing; that the same one is taken again does. */
static void another_partitions_commit_clears_no_error(void **state)
{
    struct witnesses w;
    (void)state;
    make_world(2000);
    world.n_parts = 2;
    world.is_healthy = true;
    begin_world();
    for (int i = 0; i < 2; i++)
        world.parts[i] = (struct part){.high = 1000, .committed = 1000};
    for (int s = 0; s <= 500; s++) {
        int64_t now_ms = START + (int64_t)s * 1000;
        world.parts[0].high = world.parts[1].high = 1000 + 10 * s;
        if (s < 100 || s == 400)
            world.parts[0].committed = world.parts[0].high;
        if (s % 2 == 0)
            world.parts[1].committed = world.parts[1].high;
        if (s % 5 == 0)
            hear_state(s, now_ms);
        hear_offsets(s, now_ms);
        if (s == 150) {
            cm->log_asked_ms = cm->log.time_ms = now_ms;
            cm->log.rule = rules_by_id("s3-denied");
        }
        model_connectors_judge(eng, cm, now_ms);
        conn_witnesses(eng, cm, now_ms, &w);
        if (s == 390) {
            assert_true(w.stuck > 0 && w.log_rule != NULL);
            assert_int_equal(cm->verdict.verdict, PT_V_STALLED);
            assert_string_equal(cm->verdict.rule, "s3-denied");
        }
    }
    assert_null(w.log_rule);
    cm->log.rule = NULL;
    end_world();
}

/* The machine's clock is set by an hour, either way: nothing is waited for longer, or forgotten. */
static void a_clock_that_is_set_changes_nothing(void **state)
{
    static const int64_t jumps_ms[] = {3600000, -3600000};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        make_world(1000);
        world.is_healthy = true;
        world.stuck = world.failed = world.denied = world.silent = world.strange = world.blind =
            (struct outage){SECONDS + 1, SECONDS + 1};
        begin_world();
        int64_t now_ms = START;
        for (int s = 0; s < 400; s++) {
            now_ms = START + (int64_t)s * 1000 + (s >= 200 ? jumps_ms[i] : 0);
            if (s == 200) {
                cm->next_ms[CONN_ASK_LAG] = START + 205000;
                conn_clock_moved(&eng->model.connectors, jumps_ms[i]);
                assert_int_equal(cm->next_ms[CONN_ASK_LAG], START + 205000 + jumps_ms[i]);
            }
            live(s);
            if (s % 5 == 0)
                hear_state(s, now_ms);
            hear_offsets(s, now_ms);
            model_connectors_judge(eng, cm, now_ms);
            if (s > PATIENCE_S && cm->verdict.verdict != PT_V_OK &&
                cm->verdict.verdict != PT_V_IDLE)
                fail_msg("second %d: %s %s", s, pt_verdict_word(cm->verdict.verdict),
                         cm->verdict.cause);
        }
        end_world();
    }
}

static int start(void **state)
{
    struct pt_config *cfg;
    struct pt_error err;
    const char *settings[] = {"bootstrap.servers=127.0.0.1:1", "pintop.connector.url=http://h",
                              "pintop.user.id=demo"};
    const struct pt_config_args args = {.settings = settings, .n_settings = 3};
    (void)state;
    eng = calloc(1, sizeof *eng);
    assert_non_null(eng);
    assert_int_equal(pt_config_load(&args, &cfg, &err), PT_OK);
    atomic_init(&eng->cfg, cfg);
    eng->model.sinkless_ms = PT_UNKNOWN;
    eng->model.events.cap = PT_EVENTS_MAX;
    eng->model.events.lines = calloc(PT_EVENTS_MAX, sizeof *eng->model.events.lines);
    return eng->model.events.lines != NULL ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_verdict_breaks_its_promise),
        cmocka_unit_test(another_partitions_commit_clears_no_error),
        cmocka_unit_test(a_clock_that_is_set_changes_nothing),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
