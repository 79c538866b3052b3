/* Verdicts in simulated worlds in which the truth is known (worlds.h). Every verdict is checked
 * against the truth, and all places that show a verdict are compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/connector.h"
#include "cli/print.h"
#include "cli/status.h"
#include "connector/watch/connectors.h"
#include "desk/section.h"
#include "parts/session.h"
#include "term/canvas.h"
#include "test_desk.h"
#include "ui/dispatch.h"
#include "ui/frame.h"
#include "widget/format.h"
#include "worlds.h"

/* ---- what must hold ---- */

static int64_t longest_wait_s(int s)
{
    int64_t longest = 0;
    for (int i = 0; i < world.n_parts; i++)
        if (world.parts[i].waits_since_s >= 0 && s - world.parts[i].waits_since_s > longest)
            longest = s - world.parts[i].waits_since_s;
    return longest;
}

/* What is wrong with the verdict; NULL: nothing. */
static const char *broken_promise(int s)
{
    const struct judgement *j = &cm->verdict;
    bool is_good = j->verdict == PT_V_OK || j->verdict == PT_V_IDLE;
    if (is_good && longest_wait_s(s) > PATIENCE_S)
        return "OK or IDLE, although records have waited too long";
    if (is_good && (heard_state_s < 0 || s - heard_state_s > FRESH_S))
        return "OK or IDLE, although the state was not read recently";
    if (is_good && (heard_offsets_s < 0 || s - heard_offsets_s > OFFSETS_FRESH_S))
        return "OK or IDLE, although the offsets were not read recently";
    if (is_good && heard_lag > 0 && !heard_commit)
        return "OK or IDLE, although records wait and the group has never committed";
    if (is_good && (!heard_running || !heard_tasks))
        return "OK or IDLE, although a task failed or the state is an unknown word";
    if (world.is_healthy && j->verdict > PT_V_TRANSITION)
        return "an alarm in a world without faults";
    if (world.is_healthy && s > PATIENCE_S && !is_good)
        return "neither OK nor IDLE after three minutes of a world without faults";
    if (!is_good && j->cause[0] == '\0')
        return "no cause is given";
    if (j->verdict > PT_V_PAUSED && j->fix[0] == '\0')
        return "no fix is given";
    if (is_good && j->cause[0] != '\0')
        return "OK or IDLE, with a cause";
    return NULL;
}

/* ---- one verdict at every place ---- */

static char *draw_page(const struct pt_snapshot *snap, int key)
{
    struct ui ui;
    const struct ui_host host = {.link = NULL};
    const struct looks looks = {false, false};
    enum { ROWS = 50, COLS = 200 };
    assert_int_equal(ui_init(&ui, &host, &looks), PT_OK);
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

/* What is printed on stdout between print_begin and print_end; the caller frees it. */
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

/* Check that the value follows this label, and ends the line if is_line. An empty value is not
 * checked. */
static void is_printed(const char *text, const char *label, const char *value, bool is_line,
                       unsigned seed)
{
    char line[PT_TEXT_MAX + 64];
    snprintf(line, sizeof line, "%s%s%s", label, value, is_line ? "\n" : "");
    if (value[0] != '\0')
        is_shown(text, line, label, seed);
}

/* Check that `status`, `connector status` and `diagnose` print the verdict in full. */
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
    is_shown(status, head, "the lag", seed);
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

/* Compare what both pages and the JSON show of the verdict, its cause, its time and the lag. */
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
        is_shown(overview, from.s, "the verdict's time", seed);
        is_shown(page, from.s, "the verdict's time", seed);
    }
    if (c->lag_total != PT_UNKNOWN) {
        snprintf(lag, sizeof lag, "lag %s", show_count(c->lag_total).s);
        is_shown(overview, lag, "the lag", seed);
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

/* Check the event of a change: these words, the cause, and the time of the change if that is not
 * now. */
static void is_told(unsigned seed, const char *begin, const struct pt_connector *c, int64_t now_ms)
{
    const char *text = test_desk_event(&desk);
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
        return; /* this verdict is about more than the sink */
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
    connectors.is_dirty = true;
    const struct pt_connectors_section *section = conn_models_section(&connectors);
    assert_non_null(section);
    desk.now = (struct pt_snapshot){
        .streams = &streams, .cluster = &cluster, .connectors = section, .topics = &topics};
    session_of.moves = (struct moves){.in_ms = now_ms, .watched_since_ms = START};
    uint64_t told = test_desk_events(&desk);
    enum pt_verdict before = session_of.verdict.verdict;
    session_judge(&session_of, now_ms);
    const struct verdict v = session_of.verdict;
    const struct pt_connector *c = &section->connectors[0];
    bool is_good = c->verdict == PT_V_OK || c->verdict == PT_V_IDLE;
    if (v.verdict != c->verdict && !is_good)
        fail_msg("world %u: the sink is %s, the pipeline %s", seed, pt_verdict_word(c->verdict),
                 pt_verdict_word(v.verdict));
    if (!is_good) {
        assert_non_null(strstr(v.text, c->cause));
        assert_int_equal(session_of.since.ms, c->verdict_since_ms);
        assert_true(v.is_of_sink && v.is_since_found == c->is_since_found);
    }
    if (test_desk_events(&desk) != told)
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
    /* An unknown figure is null, and never the number that stands for unknown. */
    assert_null(strstr(text, "-9223372036854775808"));
    assert_null(strstr(text, "-2147483648"));
    assert_null(strstr(text, "1970-"));
    cJSON_Delete(json);
    free(text);
    if (now_ms % 180000 == (START + 59000) % 180000) {
        struct pt_session_section session = *ui_unknown_snapshot()->session;
        struct pt_snapshot all = *ui_unknown_snapshot();
        session.verdict = v.verdict;
        session.verdict_hop = v.hop;
        session.verdict_since_ms = session_of.since.ms;
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

/* The event of a change must agree with the section of the same moment. */
static void compare_event(unsigned seed, enum pt_verdict before, int64_t now_ms)
{
    char begin[100];
    connectors.is_dirty = true;
    const struct pt_connectors_section *section = conn_models_section(&connectors);
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
            told = test_desk_events(&desk);
            conn_models_judge(&connectors, cm, now_ms);
            if (test_desk_events(&desk) != told)
                compare_event(seed, before, now_ms);
            n[cm->verdict.verdict]++;
            if ((broken = broken_promise(s)) != NULL) {
                print_error("world %u (%s, commits every %d s), second %d: %s: %s %s\n", seed,
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
    /* The worlds are varied enough for the test to mean something. */
    assert_true(n[PT_V_OK] > 10000 && n[PT_V_UNKNOWN] > 1000 && n[PT_V_STALLED] > 1000 &&
                n[PT_V_DEGRADED] + n[PT_V_FAILED] > 1000 && n[PT_V_TRANSITION] > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_verdict_breaks_its_promise),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
