/* What is not known is a dash: no page shows the numbers and times that stand for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "fixture_answers.h"
#include "fixture_connector.h"
#include "term/canvas.h"
#include "term/key.h"
#include "ui/dispatch.h"
#include "ui/frame.h"

static struct fixture fixture;

/* "inf" as a figure, not within a word. */
static bool has_infinity(const char *screen)
{
    for (const char *at = screen; (at = strstr(at, "inf")) != NULL; at += 3)
        if ((at == screen || !isalpha((unsigned char)at[-1])) && !isalpha((unsigned char)at[3]))
            return true;
    return false;
}

static void check(struct ui *ui, int rows, int cols, const char *where)
{
    static const char *const impossible[] = {"-2147483648", "2,147,483,648", "9223372036854775808",
                                             "9,223,372",   "1970",          "01 Jan",
                                             "nan",         "infinity",      "-1/",
                                             "/-1",         "106751991167d", "292278994"};
    struct canvas *canvas = canvas_new(rows, cols, false);
    assert_non_null(canvas);
    ui_size(ui, rows, cols);
    ui_draw(ui, canvas);
    char *screen = canvas_dump(canvas, false);
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++)
        if (strstr(screen, impossible[i]) != NULL)
            fail_msg("%s, %dx%d shows %s:\n%s", where, cols, rows, impossible[i], screen);
    if (has_infinity(screen))
        fail_msg("%s, %dx%d shows an infinity:\n%s", where, cols, rows, screen);
    free(screen);
    canvas_free(canvas);
}

/* ---- what the details of a topic and of a connector show */

static struct pt_described_partition partitions[3];
static struct pt_peeked records[3];
static const struct pt_config_entry configs[] = {
    {"cleanup.policy", "delete", true, false, NULL}
};
static struct pt_described_group groups[2];
static struct pt_lag lags[3];

static pt_code submit(void *arg, const struct pt_command *cmd, uint64_t *id, struct pt_error *err)
{
    (void)arg;
    (void)err;
    *id = cmd->kind == PT_CMD_TOPIC_PEEK ? 2 : cmd->kind == PT_CMD_TOPIC_GROUPS ? 3 : 1;
    return PT_OK;
}

static void answer(struct pt_completed_section *completed)
{
    fixture_answers(
        completed,
        &(struct pt_result){.n_partitions = sizeof partitions / sizeof *partitions,
                            .partitions = partitions,
                            .n_configs = 1,
                            .configs = configs,
                            .has_configs = true},
        &(struct pt_result){.n_records = sizeof records / sizeof *records, .records = records},
        &(struct pt_result){.n_groups = sizeof groups / sizeof *groups, .groups = groups});
}

/* Every page, at three sizes, and the sections of a connector. */
static void check_pages(const struct pt_snapshot *snap)
{
    static const char *const places[] = {"1",     "2",      "3",       "3]",     "3]]",   "3]]]",
                                         "3]]]]", "3]]]]]", "3]]]]]]", "4",      "6",     "3\n",
                                         "2\n",   "2\n]",   "2\n]]",   "2\n]]]", "2\n\n", "7"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct ui ui;
        const struct pt_link link = {.submit = submit};
        struct ui_host host = {.link = &link};
        struct looks looks = {false, false};
        assert_int_equal(ui_init(&ui, &host, &looks), PT_OK);
        ui_size(&ui, 24, 80);
        ui_snapshot(&ui, snap, FIXTURE_NOW_MS);
        for (const char *key = places[i]; *key != '\0'; key++)
            ui_key(&ui, *key == '\n' ? KEY_ENTER_ : *key);
        if (snap == &fixture.snap)
            answer(&fixture.completed);
        ui_snapshot(&ui, snap, FIXTURE_NOW_MS);
        check(&ui, 24, 80, places[i]);
        check(&ui, 40, 120, places[i]);
        check(&ui, 60, 200, places[i]);
        ui_done(&ui);
    }
}

/* There it is null. */
static void check_json(const struct pt_snapshot *snap)
{
    static const char *const impossible[] = {
        "922337203685477", "-2147483648", "\"1970-", "e+18", "nan", "292278994-"};
    char *json = pt_snapshot_json(snap);
    assert_non_null(json);
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++)
        if (strstr(json, impossible[i]) != NULL)
            fail_msg("the JSON has %s: %.160s", impossible[i],
                     strstr(json, impossible[i]) - 60 > json ? strstr(json, impossible[i]) - 60
                                                             : json);
    free(json);
}

static void nothing_is_known(void **state)
{
    (void)state;
    check_pages(ui_unknown_snapshot());
    check_json(ui_unknown_snapshot());
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

/* Division by nothing gives infinity: nobody can use that figure either. */
static void lose_figure(double *n)
{
    if (is_lost())
        *n = is_lost() ? NAN : is_lost() ? INFINITY : -INFINITY;
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

static void lose_of_groups(void)
{
    for (int i = 0; i < 2; i++) {
        groups[i] = (struct pt_described_group){.group = "readers",
                                                .state = "Stable",
                                                .members = 2,
                                                .lag = 40,
                                                .known_lag = 40,
                                                .n_partitions = 3,
                                                .n_committed = 3};
        lose(&groups[i].members);
        lose(&groups[i].lag);
        lose(&groups[i].known_lag);
        lose_some(&groups[i].n_committed);
        lose_some(&groups[i].n_unknown);
        lose_some(&groups[i].n_partitions);
    }
}

static void lose_of_details(void)
{
    lose_of_groups();
    for (int i = 0; i < 3; i++) {
        partitions[i] = (struct pt_described_partition){
            i, 1, 3, 3, {1, 2, 3},
                100, 21305, 21265
        };
        records[i] = (struct pt_peeked){.partition = i,
                                        .offset = 21302,
                                        .time_ms = FIXTURE_NOW_MS - 1500,
                                        .key = "63900",
                                        .value = "{\"ind\":63911}",
                                        .headers = "",
                                        .value_bytes = 13};
        lags[i] = (struct pt_lag){"demo.pin", i, 21265, 21305, 40, FIXTURE_NOW_MS - 4000, false};
        lose_some(&partitions[i].leader);
        lose_some(&partitions[i].n_in_sync);
        lose_some(&partitions[i].n_replicas);
        lose(&partitions[i].low);
        lose(&partitions[i].high);
        lose(&partitions[i].committed);
        lose(&records[i].offset);
        lose(&records[i].time_ms);
        lose(&records[i].value_bytes);
        lose(&lags[i].committed);
        lose(&lags[i].high);
        lose(&lags[i].lag);
        lose(&lags[i].moved_ms);
    }
}

static void lose_of_brokers(struct pt_cluster_section *cluster)
{
    lose(&cluster->since_ms);
    lose(&cluster->last_error_ms);
    for (size_t i = 0; i < cluster->n_brokers; i++) {
        lose(&cluster->brokers[i].since_ms);
        lose_figure(&cluster->brokers[i].rtt_ms);
        lose_figure(&cluster->brokers[i].throttle_ms);
        lose_figure(&cluster->brokers[i].rtt_p99_ms);
        lose_figure(&cluster->brokers[i].sent_bytes_per_s);
        lose_some(&cluster->brokers[i].leads);
        lose_some(&cluster->brokers[i].behind);
    }
}

static void something_is_not_known(void **state)
{
    static void (*const makers[])(struct fixture *) = {
        fixture_flowing, fixture_trouble, fixture_iam,   fixture_iam_login,  fixture_iam_trouble,
        fixture_monitor, fixture_watcher, fixture_sinks, fixture_sink_failed};
    (void)state;
    for (unsigned i = 0; i < 160; i++) {
        seed = i + 1;
        makers[i % (sizeof makers / sizeof *makers)](&fixture);
        lose_of_details();
        lose_of_brokers(&fixture.cluster);
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
            lose(&topic->committed);
            lose(&topic->lag);
            lose_some(&topic->n_partitions);
            lose_some(&topic->replication);
            lose_figure(&topic->in_per_s);
            lose_figure(&topic->out_per_s);
        }
        for (size_t c = 0; c < fixture.connectors.n_connectors; c++)
            lose_of_sink(&fixture.sinks[c]);
        for (size_t c = 0; c < fixture.connectors.n_connectors; c++) {
            fixture.sinks[c].lags = lags;
            fixture.sinks[c].n_lags = 3;
        }
        lose_of_auth(&fixture.auth.auth);
        check_pages(&fixture.snap);
        check_json(&fixture.snap);
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
