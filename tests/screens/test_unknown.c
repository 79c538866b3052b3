/* What is not known is a dash: no page shows the numbers and times that stand for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "fixture.h"
#include "term/canvas.h"
#include "term/key.h"
#include "ui/ui.h"

static struct fixture fixture;

static void check(struct ui *ui, int rows, int cols, const char *where)
{
    static const char *const impossible[] = {"-2147483648", "2,147,483,648", "9223372036854775808",
                                             "9,223,372",   "1970",          "01 Jan",
                                             "nan",         "inf/",          "-1/",
                                             "/-1",         "106751991167d", "292278994"};
    struct canvas *canvas = canvas_new(rows, cols, false);
    assert_non_null(canvas);
    ui_size(ui, rows, cols);
    ui_draw(ui, canvas);
    char *screen = canvas_dump(canvas, false);
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++)
        if (strstr(screen, impossible[i]) != NULL)
            fail_msg("%s, %dx%d shows %s:\n%s", where, cols, rows, impossible[i], screen);
    free(screen);
    canvas_free(canvas);
}

/* Every page, at three sizes, and the sections of a connector. */
static void check_pages(const struct pt_snapshot *snap)
{
    static const char *const places[] = {"1",      "2",       "3", "3]", "3]]", "3]]]", "3]]]]",
                                         "3]]]]]", "3]]]]]]", "4", "6",  "3\n", "2\n",  "2\n]"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct ui ui;
        struct ui_link link = {.submit = NULL};
        struct looks looks = {false, false};
        assert_int_equal(ui_init(&ui, &link, &looks), PT_OK);
        ui_size(&ui, 24, 80);
        ui_snapshot(&ui, snap, FIXTURE_NOW_MS);
        for (const char *key = places[i]; *key != '\0'; key++)
            ui_key(&ui, *key == '\n' ? KEY_ENTER_ : *key);
        check(&ui, 24, 80, places[i]);
        check(&ui, 40, 120, places[i]);
        check(&ui, 60, 200, places[i]);
        ui_done(&ui);
    }
}

static void nothing_is_known(void **state)
{
    (void)state;
    check_pages(ui_unknown_snapshot());
}

static unsigned seed;

static bool is_lost(void)
{
    return rand_r(&seed) % 2 == 0;
}

static void lose(int64_t *n)
{
    if (is_lost())
        *n = PT_UNKNOWN;
}

static void lose_some(int32_t *n)
{
    if (is_lost())
        *n = is_lost() ? -1 : INT32_MIN;
}

static void lose_figure(double *n)
{
    if (is_lost())
        *n = NAN;
}

static void lose_of_stream(struct pt_stream *s)
{
    int64_t *const counts[] = {&s->since_ms,
                               &s->queued,
                               &s->uncommitted,
                               &s->account_in_topic,
                               &s->account_committed,
                               &s->newest_object_ms,
                               &s->account_generated,
                               &s->account_delivered,
                               &s->account_first_index,
                               &s->owner_pid};
    double *const figures[] = {&s->generated_per_s, &s->delivered_per_s, &s->bytes_per_s,
                               &s->ack_p50_ms,      &s->ack_p99_ms,      &s->ack_max_ms};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        lose(counts[i]);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        lose_figure(figures[i]);
}

static void lose_of_sink(struct pt_connector *c)
{
    int64_t *const counts[] = {
        &c->verdict_since_ms, &c->state_asked_ms, &c->operation_ms,    &c->tasks_max,
        &c->last_error_ms,    &c->lag_total,      &c->safe_until_ms,   &c->waiting_ms,
        &c->objects,          &c->bytes,          &c->newest_object_ms};
    double *const figures[] = {&c->lag_per_s, &c->catch_up_s, &c->out_per_s, &c->objects_per_hour,
                               &c->usd_per_hour};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        lose(counts[i]);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        lose_figure(figures[i]);
    lose_some(&c->n_tasks);
    lose_some(&c->running_tasks);
    lose_some(&c->failed_tasks);
    for (size_t i = 0; i < c->n_evidence; i++) {
        lose(&c->evidence[i].since_ms);
        lose(&c->evidence[i].asked_ms);
    }
}

static void lose_of_auth(struct pt_auth *auth)
{
    int64_t *const times[] = {
        &auth->token_made_ms,  &auth->token_expires_ms,  &auth->token_refresh_ms,
        &auth->keys_got_ms,    &auth->keys_end_ms,       &auth->keys_refresh_ms,
        &auth->login_end_ms,   &auth->offset_at_ms,      &auth->failed_ms,
        &auth->broker_said_ms, &auth->broker_refused_ms, &auth->broker_ok_ms};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        lose(times[i]);
}

static void something_is_not_known(void **state)
{
    static void (*const makers[])(struct fixture *) = {
        fixture_flowing, fixture_trouble, fixture_iam,   fixture_iam_login,  fixture_iam_trouble,
        fixture_monitor, fixture_watcher, fixture_sinks, fixture_sink_failed};
    (void)state;
    for (unsigned i = 0; i < 160; i++) {
        seed = i + 1;
        makers[i % 8](&fixture);
        lose(&fixture.snap.time_ms);
        lose(&fixture.session.verdict_since_ms);
        lose(&fixture.session.owner_pid);
        lose(&fixture.cluster.retries);
        lose(&fixture.topics_section.asked_ms);
        for (int s = 0; s < PT_STREAMS; s++)
            lose_of_stream(&fixture.streams.streams[s]);
        for (size_t t = 0; t < fixture.topics_section.n_topics; t++) {
            struct pt_topic *topic = &fixture.topics[t];
            lose(&topic->messages);
            lose(&topic->high);
            lose(&topic->lag);
            lose_some(&topic->n_partitions);
            lose_some(&topic->replication);
            lose_figure(&topic->in_per_s);
            lose_figure(&topic->out_per_s);
        }
        for (size_t c = 0; c < fixture.connectors.n_connectors; c++)
            lose_of_sink(&fixture.sinks[c]);
        lose_of_auth(&fixture.auth.auth);
        check_pages(&fixture.snap);
    }
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known),
        cmocka_unit_test(something_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
