/* Changes from one snapshot to the next: applied one after the other they give what the whole
 * snapshots give, each new thing travels once, and what does not follow is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "desk/section.h"
#include "pintop/report.h"
#include "report_fill.h"

static struct pt_error err;

/* ---- an engine that changes its mind at random ---- */

static uint64_t delta_seed;

static uint64_t dice(uint64_t sides)
{
    delta_seed = delta_seed * 6364136223846793005u + 1442695040888963407u;
    return (delta_seed >> 33) % sides;
}

static struct world {
    struct pt_snapshot now;
    uint64_t versions, snapshots, next_event, next_line, next_id;
    char *filled; /* JSON of which sections are taken */
} world;

static const struct pt_event *say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static const struct pt_event *say(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const struct pt_event *event = event_new(PT_INFO, "test", fmt, args);
    va_end(args);
    return event;
}

static void put(const void **slot, void *section)
{
    ((struct pt_section *)section)->version = ++world.versions;
    section_release(*slot);
    *slot = section;
}
#define PUT(member, section) put((const void **)(void *)&world.now.member, section)

/* Sections without rows that are kept: any of another snapshot. */
static void change_plain(uint64_t which)
{
    const struct pt_snapshot *other = NULL;
    assert_int_equal(pt_snapshot_read(world.filled, strlen(world.filled), &other, &err), PT_OK);
    const void *taken[] = {other->session,    other->cluster, other->streams, other->topics,
                           other->connectors, other->auth,    other->setup};
    const void **slots[] = {
        (const void **)(void *)&world.now.session,    (const void **)(void *)&world.now.cluster,
        (const void **)(void *)&world.now.streams,    (const void **)(void *)&world.now.topics,
        (const void **)(void *)&world.now.connectors, (const void **)(void *)&world.now.auth,
        (const void **)(void *)&world.now.setup};
    struct pt_session_section *session = (struct pt_session_section *)(uintptr_t)other->session;
    snprintf(session->verdict_text, sizeof session->verdict_text, "number %d", (int)world.versions);
    section_acquire(taken[which]);
    put(slots[which], (void *)(uintptr_t)taken[which]);
    pt_snapshot_release(other);
}

static void change_events(void)
{
    const struct pt_events_section *old = world.now.events;
    size_t n_old = old != NULL ? old->n_events : 0, n_new = dice(4);
    size_t dropped = n_old > 20 ? dice(n_old + 1) : 0, n = n_old - dropped + n_new;
    struct pt_events_section *s = section_new(sizeof *s + n * sizeof *s->events);
    const struct pt_event **events = (const struct pt_event **)(void *)(s + 1);
    s->section.let_go = section_drop_events;
    for (size_t i = dropped; i < n_old; i++)
        events[s->n_events++] = event_acquire(old->events[i]);
    while (s->n_events < n)
        events[s->n_events++] = say("event %d", (int)world.next_event++);
    s->first_number = world.next_event - n;
    s->events = events;
    PUT(events, s);
}

static void change_log(void)
{
    const struct pt_log_section *old = world.now.log;
    size_t n_old = old != NULL ? old->n_lines : 0, n_new = dice(9);
    size_t dropped = n_old + n_new > 50 ? n_old + n_new - 50 : 0, n = n_old - dropped + n_new;
    struct pt_log_section *s = section_new(sizeof *s + n * sizeof *s->lines);
    const struct pt_event **lines = (const struct pt_event **)(void *)(s + 1);
    s->section.let_go = section_drop_lines;
    for (size_t i = dropped; i < n_old; i++)
        lines[s->n_lines++] = event_acquire(old->lines[i]);
    while (s->n_lines < n)
        lines[s->n_lines++] = say("line %d of the log", (int)world.next_line++);
    s->first_number = world.next_line - n;
    s->lines = lines;
    PUT(log, s);
}

/* Sometimes the whole ring becomes another one, as after a restart. */
static struct pt_series_section *samples_after(const struct pt_series_section *old)
{
    struct pt_series_section *s = section_new(sizeof *s);
    struct pt_section head = s->section;
    if (old != NULL)
        *s = *old;
    s->section = head;
    if (old == NULL || dice(60) == 0)
        s->last_sample = (int64_t)dice(3) - 1;
    for (uint64_t n = dice(20) == 0 ? dice(1500) : 1; n > 0; n--) {
        size_t at = (size_t)++s->last_sample % PT_SERIES_LEN;
        s->produced[at] = dice(5) == 0 ? NAN : (float)dice(100000) / 7;
        s->in[at] = (float)dice(1000);
        s->out[at] = dice(2) == 0 ? NAN : (float)s->last_sample;
        s->lag[at] = (float)dice(1000000);
        s->ack_p99_ms[at] = dice(3) == 0 ? NAN : (float)dice(5000) / 3;
        s->token_left_s[at] = (float)dice(900);
    }
    s->last_sample_ms = 1795403558001 + (int64_t)world.versions * 1000;
    return s;
}

static void change_series(void)
{
    struct pt_series_section *s = samples_after(world.now.series);
    PUT(series, s);
}

static void change_minutes(void)
{
    struct pt_series_section *s = samples_after(world.now.minutes);
    PUT(minutes, s);
}

static struct result *delta_result(uint64_t id, enum pt_result_state state)
{
    struct result *result = result_new(id, PT_CMD_TOPIC_PEEK);
    struct pt_line *line = calloc(1, sizeof *line + 40);
    char *text = (char *)(line + 1);
    result->pub.state = state;
    snprintf(text, 40, "what %d brought", (int)id);
    line->text = text;
    result->pub.lines = line;
    result->pub.n_lines = 1;
    result->pub.bytes = sizeof *line + 40;
    return result;
}

/* A result is added, or one that runs is replaced by its end, which then comes last. */
static void change_results(void)
{
    const struct pt_completed_section *old = world.now.completed;
    struct pt_completed_section *s = section_new(sizeof *s);
    size_t n_old = old != NULL ? old->n_results : 0;
    size_t gone = n_old > 0 && dice(2) == 0   ? dice(n_old)
                  : n_old == PT_COMPLETED_MAX ? 0
                                              : SIZE_MAX;
    uint64_t id = gone != SIZE_MAX ? old->results[gone]->id : ++world.next_id;
    s->section.let_go = section_drop_results;
    for (size_t i = 0; i < n_old; i++) {
        if (i == gone)
            continue;
        section_acquire(old->results[i]);
        s->results[s->n_results++] = old->results[i];
    }
    s->results[s->n_results++] =
        &delta_result(id, dice(2) == 0 ? PT_RESULT_RUNNING : PT_RESULT_DONE)->pub;
    PUT(completed, s);
}

static void change(uint64_t which)
{
    if (which < 7)
        change_plain(which);
    else if (which == 7)
        change_events();
    else if (which == 8)
        change_log();
    else if (which == 9)
        change_series();
    else if (which == 10)
        change_minutes();
    else
        change_results();
}

static const struct pt_snapshot *publish(void)
{
    world.now.time_ms = 1795403558001 + (int64_t)world.snapshots * 50;
    return snapshot_new(&world.now, ++world.snapshots);
}

static void world_begin(uint64_t seed)
{
    static const char small[] =
        "{\"api\":1,\"context\":\"c\",\"cluster\":{\"errors\":3,\"brokers\":[{\"id\":1}]},"
        "\"topics\":[{\"name\":\"a\",\"partitions\":2}],\"streams\":[{\"generated\":7}],"
        "\"connectors\":[{\"name\":\"x\"}],\"token\":{\"principal\":\"me\"}}";
    delta_seed = seed;
    world = (struct world){.next_event = 1, .next_line = 1};
    report_fill_begin();
    /* Full of everything once; else small, since it is read at each change. */
    world.filled = seed == 1 ? pt_snapshot_json(report_filled_snapshot()) : strdup(small);
    for (uint64_t i = 0; i < 12; i++)
        change(i);
}

static void world_end(void)
{
    sections_release(&world.now);
    free(world.filled);
}

/* The next snapshot at the other end, in place of the one before. */
static void follow(const char *line, const struct pt_snapshot **there)
{
    const struct pt_snapshot *next = NULL;
    char *exact = malloc(strlen(line));
    memcpy(exact, line, strlen(line));
    if (pt_snapshot_apply(exact, strlen(line), *there, &next, &err) != PT_OK)
        fail_msg("%.300s: %s", line, err.what);
    free(exact);
    pt_snapshot_release(*there);
    *there = next;
}

static void are_the_same(const struct pt_snapshot *a, const struct pt_snapshot *b)
{
    char *one = pt_snapshot_json(a), *other = pt_snapshot_json(b);
    assert_string_equal(one, other);
    free(one);
    free(other);
}

/* ---- what follows gives the whole ---- */

static void changes_give_the_whole(void **state)
{
    size_t n_whole = 0, n_changes = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        world_begin(seed);
        const struct pt_snapshot *sent = NULL, *there = NULL;
        for (int step = 0; step < (seed == 1 ? 25 : 60); step++) {
            for (uint64_t n = dice(4); n > 0; n--)
                change(dice(12));
            const struct pt_snapshot *now = publish();
            if (dice(3) == 0 && sent != NULL) { /* this client was slow and gets the next one */
                pt_snapshot_release(now);
                continue;
            }
            char *line = pt_snapshot_delta_json(now, dice(30) == 0 ? NULL : sent);
            assert_null(strchr(line, '\n'));
            follow(line, &there);
            are_the_same(now, there);
            char *whole = pt_snapshot_json(now);
            n_whole += strlen(whole);
            n_changes += strlen(line);
            free(whole);
            free(line);
            pt_snapshot_release(sent);
            sent = now;
        }
        pt_snapshot_release(sent);
        pt_snapshot_release(there);
        world_end();
    }
    assert_true(n_changes < n_whole / 3);
}

static void what_did_not_change_is_shared(void **state)
{
    (void)state;
    world_begin(7);
    const struct pt_snapshot *first = publish(), *there = NULL;
    char *line = pt_snapshot_delta_json(first, NULL);
    assert_true(strncmp(line, "{\"api\":1,\"keyframe\":true,", 25) == 0);
    follow(line, &there);
    free(line);
    change_plain(2);
    change_results();
    const struct pt_snapshot *second = publish(), *before = pt_snapshot_acquire(there);
    line = pt_snapshot_delta_json(second, first);
    assert_true(strncmp(line, "{\"api\":1,\"keyframe\":false,", 26) == 0);
    assert_null(strstr(line, "\"cluster\""));
    follow(line, &there);
    assert_ptr_equal(there->session, before->session);
    assert_ptr_equal(there->topics, before->topics);
    assert_ptr_equal(there->log, before->log);
    assert_ptr_equal(there->setup, before->setup);
    assert_ptr_not_equal(there->streams, before->streams);
    assert_true(there->streams->section.version == second->streams->section.version);
    assert_true(there->session->section.version == first->session->section.version);
    free(line);
    pt_snapshot_release(before);
    pt_snapshot_release(there);
    pt_snapshot_release(first);
    pt_snapshot_release(second);
    world_end();
}

/* Of what only grows, a change has the new rows alone. */
static void each_thing_travels_once(void **state)
{
    (void)state;
    world_begin(9);
    for (int i = 0; i < 12; i++) {
        change_events();
        change_log();
        change_series();
        change_results();
    }
    const struct pt_snapshot *first = publish(), *there = NULL;
    char *line = pt_snapshot_delta_json(first, NULL);
    follow(line, &there);
    free(line);
    struct pt_completed_section *s = section_new(sizeof *s);
    s->section.let_go = section_drop_results;
    section_acquire(first->completed->results[0]);
    s->results[s->n_results++] = first->completed->results[0];
    s->results[s->n_results++] = &delta_result(777777, PT_RESULT_DONE)->pub;
    PUT(completed, s);
    change_series();
    const struct pt_snapshot *second = publish();
    line = pt_snapshot_delta_json(second, first);
    assert_non_null(strstr(line, "what 777777 brought"));
    char *once = strstr(line, "brought");
    assert_null(strstr(once + 1, "brought"));
    assert_true(strlen(line) < 2500);
    const struct pt_result *kept = there->completed->results[0];
    follow(line, &there);
    are_the_same(second, there);
    assert_ptr_equal(there->completed->results[0], kept);
    free(line);
    pt_snapshot_release(there);
    pt_snapshot_release(first);
    pt_snapshot_release(second);
    world_end();
}

/* ---- what does not follow ---- */

static void delta_is_refused(const struct pt_snapshot *before, const char *json, const char *why)
{
    const struct pt_snapshot *snap = before;
    pt_code code = pt_snapshot_apply(json, strlen(json), before, &snap, &err);
    if (code != PT_EDATA || strstr(err.what, why) == NULL)
        fail_msg("%s: %s: %s", json, pt_code_word(code), err.what);
    assert_null(snap);
}

static void what_does_not_follow_is_refused(void **state)
{
    static const struct {
        const char *json, *why;
    } cases[] = {
        {"{\"api\":1,\"events_from\":1,\"events_first_number\":9,\"revisions\":{\"events\":2}}",
         "its events do not follow"                                                                                        },
        {"{\"api\":1,\"events_from\":9,\"events_first_number\":1,\"revisions\":{\"events\":2}}",
         "its events do not follow"                                                                                        },
        {"{\"api\":1,\"events_from\":0,\"events_first_number\":18446744073709551615,"
         "\"revisions\":{\"events\":2}}",                                               "its events do not follow"},
        {"{\"api\":1,\"log_from\":1,\"log\":{\"first_number\":3},\"revisions\":{\"log\":2}}",
         "its log lines do not follow"                                                                                     },
        {"{\"api\":1,\"results_order\":[{\"id\":5}],\"revisions\":{\"completed\":2}}",
         "a result that was not there"                                                                                     },
        {"{\"api\":1,\"series\":{\"last_sample\":7,\"in\":[1,2]},\"revisions\":{\"series\":2}}",
         "fewer samples"                                                                                                   },
        {"{\"api\":1,\"series\":{\"last_sample\":0,\"in\":[1,2]},\"revisions\":{\"series\":2}}",
         "more samples"                                                                                                    },
        {"{\"api\":1,\"keyframe\":1}",                                                           "true or false"           },
        {"{\"api\":1",                                                                           "ends in the middle"      },
    };
    const struct pt_snapshot *before = NULL;
    const char *first = "{\"api\":1,\"keyframe\":true}";
    (void)state;
    delta_is_refused(NULL, "{\"api\":1}", "no snapshot came before it");
    assert_int_equal(pt_snapshot_apply(first, strlen(first), NULL, &before, &err), PT_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        delta_is_refused(before, cases[i].json, cases[i].why);
    pt_snapshot_release(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_give_the_whole),
        cmocka_unit_test(what_did_not_change_is_shared),
        cmocka_unit_test(each_thing_travels_once),
        cmocka_unit_test(what_does_not_follow_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
