/* What keys do: wishes, questions, refusals; over snapshots made by hand and a fake engine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "fixture.h"
#include "pintop/config.h"
#include "term/key.h"
#include "ui/wish.h"

/* The fake engine: remembers the last command. */
static struct {
    struct pt_command last;
    char topic[300], connector[300], config[300];
    int submitted, quits, suspends, saves;
    uint64_t id;
    pt_code answer;
    char connected[100], copied[300], saved[64];
    const char *plan; /* NULL: there is no such file */
} fake;

static struct fixture fixture;
static struct ui ui;
static struct canvas *canvas;

static pt_code fake_submit(void *arg, const struct pt_command *cmd, uint64_t *id,
                           struct pt_error *err)
{
    (void)arg;
    if (fake.answer != PT_OK)
        return pt_error_set(err, fake.answer, "use another name", "topic name: it is not allowed");
    fake.last = *cmd;
    snprintf(fake.topic, sizeof fake.topic, "%s", cmd->topic != NULL ? cmd->topic : "");
    snprintf(fake.connector, sizeof fake.connector, "%s",
             cmd->connector != NULL ? cmd->connector : "");
    snprintf(fake.config, sizeof fake.config, "%s", cmd->n_configs > 0 ? cmd->configs[0] : "");
    fake.submitted++;
    *id = ++fake.id;
    return PT_OK;
}

static void fake_quit(void *arg)
{
    (void)arg;
    fake.quits++;
}

static void fake_suspend(void *arg)
{
    (void)arg;
    fake.suspends++;
}

static bool fake_copy(void *arg, const char *text)
{
    (void)arg;
    snprintf(fake.copied, sizeof fake.copied, "%s", text);
    return true;
}

static pt_code fake_save(void *arg, const char *name, char *path, size_t cap, struct pt_error *err)
{
    (void)arg;
    fake.saves++;
    snprintf(fake.saved, sizeof fake.saved, "%s", name);
    if (strchr(name, '/') != NULL)
        return pt_error_set(err, PT_ECONFIG, "letters, digits, . _ -", "context name: has a slash");
    snprintf(path, cap, "/tmp/%s.properties", name);
    return PT_OK;
}

static pt_code fake_save_plan(void *arg, const char *name, char **plan, struct pt_error *err)
{
    (void)arg;
    *plan = fake.plan != NULL ? strdup(fake.plan) : NULL;
    if (strchr(name, '/') != NULL)
        return pt_error_set(err, PT_ECONFIG, "letters, digits, . _ -", "context name: has a slash");
    return PT_OK;
}

static void fake_connect(void *arg, const char *servers)
{
    (void)arg;
    snprintf(fake.connected, sizeof fake.connected, "%s", servers);
}

static int setup(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    struct ui_link link = {.submit = fake_submit,
                           .quit = fake_quit,
                           .suspend = fake_suspend,
                           .copy = fake_copy,
                           .save = fake_save,
                           .save_plan = fake_save_plan,
                           .connect = fake_connect};
    struct looks looks = {false, false};
    fixture_flowing(&fixture);
    canvas = canvas_new(24, 80, false);
    if (canvas == NULL || ui_init(&ui, &link, &looks) != PT_OK)
        return -1;
    ui_size(&ui, 24, 80);
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ui_done(&ui);
    canvas_free(canvas);
    return 0;
}

static bool is_shown(const char *text)
{
    ui_draw(&ui, canvas);
    char *screen = canvas_dump(canvas, false);
    bool is = strstr(screen, text) != NULL;
    free(screen);
    return is;
}

static void press(const char *keys)
{
    for (; *keys != '\0'; keys++)
        ui_key(&ui, *keys == '\n' ? KEY_ENTER_ : *keys);
}

static void next_snapshot(void)
{
    fixture.snap.section.version++;
    ui_snapshot(&ui, &fixture.snap, ui.now_ms + 1000);
}

/* --- wishes -------------------------------------------------------------------------------------
 */

static void a_wish_shows_before_the_engine_answers(void **state)
{
    (void)state;
    assert_true(is_shown("s stop pin"));
    press("s");
    assert_int_equal(fake.submitted, 1);
    assert_int_equal(fake.last.kind, PT_CMD_STOP);
    assert_int_equal(fake.last.streams, PT_STREAM_BIT(PT_PIN));
    assert_true(is_shown(">pin                 stopping"));
    static struct pt_result done = {.id = 1, .state = PT_RESULT_DONE};
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &done;
    fixture.streams.streams[PT_PIN].state = PT_STREAM_STOPPED;
    fixture.streams.streams[PT_PIN].is_wanted = false;
    next_snapshot();
    press("jk"); /* drops the word at the foot */
    assert_true(is_shown("s start pin"));
    assert_true(is_shown("S stop geo, user"));
    press("s");
    assert_int_equal(fake.last.kind, PT_CMD_START);
    assert_true(is_shown(">pin                 starting"));
}

/* A key that comes while the last wish is not answered is kept: it is done as soon as it can be. */
static void a_wish_is_kept_until_it_can_be_done(void **state)
{
    (void)state;
    press("s");
    assert_int_equal(fake.submitted, 1);
    fixture.streams.streams[PT_PIN].state = PT_STREAM_STOPPING;
    fixture.streams.streams[PT_PIN].is_wish_pending = true;
    next_snapshot();
    press("=");
    press("200\n");
    assert_int_equal(fake.last.kind, PT_CMD_RATE);
    assert_true(fake.last.rate_per_s == 200);
    press("s");
    assert_int_equal(fake.submitted, 2);
    assert_true(is_shown("pin: start as soon as the last wish is answered"));
    press("s"); /* taken back, and wished again */
    assert_true(is_shown("pin: stopping"));
    press("s");
    assert_int_equal(fake.submitted, 2);
    press("jk");
    assert_true(is_shown("s stop pin"));
    static struct pt_result done = {.id = 1, .state = PT_RESULT_DONE};
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &done;
    next_snapshot();
    assert_int_equal(fake.submitted, 2); /* it stops still */
    fixture.streams.streams[PT_PIN].state = PT_STREAM_STOPPED;
    fixture.streams.streams[PT_PIN].is_wanted = false;
    fixture.streams.streams[PT_PIN].is_wish_pending = false;
    next_snapshot();
    assert_int_equal(fake.submitted, 3);
    assert_int_equal(fake.last.kind, PT_CMD_START);
    assert_int_equal(fake.last.streams, PT_STREAM_BIT(PT_PIN));
    next_snapshot();
    assert_int_equal(fake.submitted, 3); /* once */
}

/* S while one of them is not answered: the others at once, that one later. */
static void all_means_all(void **state)
{
    (void)state;
    press("s");
    press("S"); /* geo and user run still: they stop too */
    assert_int_equal(fake.last.kind, PT_CMD_STOP);
    assert_int_equal(fake.last.streams, PT_STREAM_BIT(PT_GEO) | PT_STREAM_BIT(PT_USER));
    press("S");
    assert_int_equal(fake.submitted, 2);
    assert_true(is_shown("pin, geo, user: start as soon as"));
    press("q");
    assert_true(is_shown("Quit?"));
}

static void stopped_with(int64_t generated, int64_t in_topic)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct pt_stream *stream = &fixture.streams.streams[i];
        stream->state = PT_STREAM_STOPPED;
        stream->is_wanted = false;
        stream->account_first_index = generated >= 0 ? 0 : PT_UNKNOWN;
        stream->account_generated = stream->account_delivered = generated;
        stream->account_in_topic = in_topic;
    }
    fixture.session.is_embedded = false;
    fixture.connectors.n_connectors = 0;
    next_snapshot();
}

static void streams_go_beside_the_records_of_others_only_when_it_is_meant(void **state)
{
    (void)state;
    stopped_with(-1, PT_UNKNOWN);
    press("S");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("Start, beside the records of others?"));
    assert_true(is_shown("demo.pin holds 63,914 records that this pintop did not make."));
    press("\n"); /* the default is No */
    assert_int_equal(fake.submitted, 0);
    press("s");
    assert_true(is_shown("demo.pin holds 63,914"));
    assert_false(is_shown("demo.geo holds"));
    press("y");
    assert_int_equal(fake.submitted, 1);
    assert_int_equal(fake.last.streams, PT_STREAM_BIT(PT_PIN));
    press(":start geo\n");
    assert_int_equal(fake.submitted, 1);
    assert_true(is_shown("demo.geo holds 63,914"));
    press("n");
    /* Its own records, and none of others: nothing to ask. */
    ui.wishes[PT_PIN].is_pending = false;
    stopped_with(1000, 1000);
    press("S");
    assert_int_equal(fake.submitted, 2);
    /* Somebody else writes there, too. */
    for (int i = 0; i < PT_STREAMS; i++)
        ui.wishes[i].is_pending = false;
    stopped_with(1000, 1001);
    press("s");
    assert_int_equal(fake.submitted, 2);
    assert_true(is_shown("demo.pin holds 1 record that this pintop did not make."));
    press("n");
    /* Nobody has counted yet. */
    stopped_with(-1, PT_UNKNOWN);
    fixture.topics_section.n_topics = 0;
    fixture.topics_section.asked_ms = PT_UNKNOWN;
    next_snapshot();
    press("s");
    assert_int_equal(fake.submitted, 2);
    assert_true(is_shown("What demo.pin holds isn't known yet"));
    press("n");
    fixture.topics_section.asked_ms = FIXTURE_NOW_MS;
    next_snapshot();
    press("s"); /* the topic isn't there: nothing of anybody's */
    assert_int_equal(fake.submitted, 3);
}

static void a_wish_that_fails_says_why(void **state)
{
    (void)state;
    press("S");
    assert_int_equal(fake.last.streams, PT_STREAM_ALL);
    static struct pt_result failed = {.id = 1, .state = PT_RESULT_FAILED};
    pt_error_set(&failed.error, PT_ELOCKED, "stop it there", "streams: pintop 4127 has them");
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &failed;
    next_snapshot();
    assert_true(is_shown("streams: pintop 4127 has them"));
    assert_true(is_shown("Next: stop it there"));
    press("x");
    assert_false(is_shown("pintop 4127"));
    assert_true(is_shown(">pin                 running")); /* as the snapshot says */
}

static void an_unanswered_wish_is_forgotten(void **state)
{
    (void)state;
    press("s");
    assert_true(ui_is_waiting(&ui));
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS + 11000);
    assert_true(is_shown(">pin                 running"));
}

static void readonly_and_watchers_refuse(void **state)
{
    (void)state;
    fixture.session.is_readonly = true;
    next_snapshot();
    assert_true(is_shown("READONLY"));
    assert_false(is_shown("stop pin"));
    press("s");
    press("S");
    press("+");
    press("n");
    press("2D");
    assert_int_equal(fake.submitted, 0);
    assert_int_equal(ui.n_dialogs, 0);
    fixture_watcher(&fixture);
    next_snapshot();
    press("1s");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("pid 4127"));
}

/* --- pace ---------------------------------------------------------------------------------------
 */

static void the_pace_goes_in_steps(void **state)
{
    (void)state;
    static const double up[] = {1, 2, 5, 10, 20, 50, 100};
    for (size_t i = 0; i + 1 < sizeof up / sizeof *up; i++) {
        assert_true(wish_next_rate(up[i], true) == up[i + 1]);
        assert_true(wish_next_rate(up[i + 1], false) == up[i]);
    }
    assert_true(wish_next_rate(500000, true) == PT_RATE_MAX);
    assert_true(wish_next_rate(PT_RATE_MAX, false) == 500000);
    assert_true(wish_next_rate(7, true) == 10);
    assert_true(wish_next_rate(7, false) == 5);
    assert_true(wish_next_rate(PT_RATE_ORIGINAL, true) == 5);
    assert_true(wish_next_rate(0.5, true) == 1);
    press("+");
    assert_int_equal(fake.last.kind, PT_CMD_RATE);
    assert_true(fake.last.rate_per_s == 20);
    assert_true(is_shown("running    20"));
    press("+"); /* from what is shown, not from what was answered */
    assert_true(fake.last.rate_per_s == 50);
    press("--");
    assert_true(fake.last.rate_per_s == 10);
}

static void a_rate_can_be_typed(void **state)
{
    (void)state;
    press("=");
    ui_key(&ui, KEY_CTRL_('u'));
    press("fast\n");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("max, original"));
    ui_key(&ui, KEY_CTRL_('u'));
    press("10.5k"); /* what Enter would do is shown first */
    assert_true(is_shown("Enter: 10,500 records a second"));
    ui_key(&ui, KEY_CTRL_('u'));
    press("0.5");
    assert_true(is_shown("Enter: 0.5 records a second"));
    press("\n");
    assert_true(fake.last.rate_per_s == 0.5);
    assert_int_equal(ui.n_dialogs, 0);
}

/* --- ends ---------------------------------------------------------------------------------------
 */

static void quitting_asks_while_a_stream_runs(void **state)
{
    (void)state;
    press("q");
    assert_true(is_shown("pin, geo, user"));
    press("\n"); /* the default is No */
    assert_int_equal(fake.quits, 0);
    press("q");
    ui_key(&ui, KEY_ESC_);
    assert_int_equal(fake.quits, 0);
    press("qy");
    assert_int_equal(fake.quits, 1);
    assert_true(ui.is_quitting);
    press("s"); /* nothing else is done any more */
    assert_int_equal(fake.submitted, 0);
    press("q"); /* do not wait */
    assert_int_equal(fake.quits, 2);
}

static void quitting_at_rest_asks_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < PT_STREAMS; i++) {
        fixture.streams.streams[i].state = PT_STREAM_STOPPED;
        fixture.streams.streams[i].is_wanted = false;
    }
    next_snapshot();
    press("q");
    assert_int_equal(fake.quits, 1);
    assert_int_equal(ui.n_dialogs, 0);
}

static void suspending_asks_while_a_stream_runs(void **state)
{
    (void)state;
    ui_ask_suspend(&ui);
    assert_int_equal(fake.suspends, 0);
    press("n");
    assert_int_equal(fake.suspends, 0);
    ui_ask_suspend(&ui);
    press("y");
    assert_int_equal(fake.suspends, 1);
}

/* --- topics -------------------------------------------------------------------------------------
 */

static void deleting_takes_the_typed_name(void **state)
{
    (void)state;
    press("2D");
    assert_true(is_shown("120 of them"));
    assert_true(is_shown("offset 0"));
    press("demo.pin\n");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("That is not demo.geo"));
    ui_key(&ui, KEY_CTRL_('u'));
    press("demo.geo\n");
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_DELETE);
    assert_string_equal(fake.topic, "demo.geo");
}

static void a_refused_name_keeps_the_question_open(void **state)
{
    (void)state;
    press("2n");
    assert_true(is_shown("demo._")); /* the prefix is typed already, with the cursor behind it */
    fake.answer = PT_ENAME;
    press("a b\n");
    assert_true(is_shown("it is not allowed"));
    assert_int_equal(ui.n_dialogs, 1);
    fake.answer = PT_OK;
    ui_key(&ui, KEY_CTRL_('u'));
    press("demo.x\n");
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_CREATE);
    assert_string_equal(fake.topic, "demo.x");
    assert_int_equal(ui.n_dialogs, 0);
}

static void a_filter_follows_as_it_is_typed(void **state)
{
    (void)state;
    press("2/us");
    assert_false(is_shown("demo.pin"));
    assert_true(is_shown("demo.user"));
    press("\n");
    assert_true(is_shown("1 of 3  /us"));
    ui_key(&ui, KEY_ESC_);
    assert_true(is_shown("demo.pin"));
}

/* --- the rest ------------------------------------------------------------------------------------
 */

static void made_topic_listed(const char *name)
{
    fixture_topic(&fixture, name, -1);
    next_snapshot();
}

static void a_topic_made_here_is_chosen_when_it_is_listed(void **state)
{
    (void)state;
    press("nextra\n");
    assert_string_equal(fake.topic, "demo.extra");
    static struct pt_result done = {.id = 1,
                                    .kind = PT_CMD_TOPIC_CREATE,
                                    .state = PT_RESULT_DONE,
                                    .topic = "zz.extra",
                                    .text = "Created topic zz.extra."};
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &done;
    next_snapshot(); /* the word comes first, the list later */
    assert_true(is_shown("Created topic zz.extra."));
    assert_true(is_shown(">pin"));
    made_topic_listed("zz.extra");
    assert_true(is_shown(">zz.extra"));
    press("2");
    assert_true(is_shown(">zz.extra"));
    press("g"); /* and it is not chosen again */
    next_snapshot();
    assert_false(is_shown(">zz.extra"));
}

static void a_key_is_worth_more_than_a_topic_that_was_made(void **state)
{
    (void)state;
    press("nextra\n");
    static struct pt_result done = {
        .id = 1, .kind = PT_CMD_TOPIC_CREATE, .state = PT_RESULT_DONE, .topic = "zz.extra"};
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &done;
    next_snapshot();
    press("j");
    made_topic_listed("zz.extra");
    assert_true(is_shown(">geo"));
}

static void the_auth_page_renews_and_copies(void **state)
{
    (void)state;
    press("4y");
    assert_string_equal(fake.copied, "");
    assert_int_equal(ui.page, PAGE_AUTH);
    fixture_iam(&fixture);
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    press("y");
    assert_string_equal(fake.copied,
                        "arn:aws:sts::123456789012:assumed-role/msk-access/pintop-1795403320-4127");
    ui_key(&ui, KEY_ESC_); /* the text to select */
    press("r");
    assert_int_equal(fake.last.kind, PT_CMD_REFRESH);
}

static void show_sink_failed(void)
{
    fixture_sink_failed(&fixture);
    next_snapshot();
}

static void what_is_not_there_is_not_offered(void **state)
{
    (void)state;
    static const char *const places[] = {"1", "2", "3", "4", "6", "1?"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        press(places[i]);
        assert_false(is_shown("Setup"));
        assert_false(is_shown("later"));
        assert_false(is_shown("1-6"));
    }
    press("x5");
    assert_true(is_shown("5 does nothing here; ? shows the keys"));
    assert_int_equal(ui.page, PAGE_OVERVIEW);
    ask_first(&ui);
    assert_false(is_shown("not in this version"));
    press("3");
    assert_int_equal(ui.n_dialogs, 1); /* there is no third choice */
}

/* A key without a meaning says so, whichever it is and wherever one is. */
static void keys_without_a_meaning_say_so(void **state)
{
    (void)state;
    static const struct {
        const char *page;
        int key;
        const char *says;
    } cases[] = {
        {"1", 'X',            "X does nothing here"       },
        {"1", 'D',            "D does nothing here"       },
        {"1", KEY_CTRL_('b'), "Ctrl-B does nothing here"  },
        {"1", KEY_DELETE_,    "Delete does nothing here"  },
        {"1", KEY_RIGHT_,     "that key does nothing here"},
        {"1", 0,              "That key does nothing here"},
        {"2", '[',            "[ does nothing here"       },
        {"4", 's',            "s does nothing here"       },
        {"4", '/',            "/ does nothing here"       },
        {"6", 'c',            "c does nothing here"       },
        {"1", KEY_ESC_,       "this is the first page"    },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        press(cases[i].page);
        ui_key(&ui, cases[i].key);
        if (!is_shown(cases[i].says))
            fail_msg("page %s, key %d: does not say \"%s\"", cases[i].page, cases[i].key,
                     cases[i].says);
    }
    ui_key(&ui, 'j');
    assert_false(is_shown("does nothing"));
}

static void a_search_without_a_hit_says_so(void **state)
{
    (void)state;
    static const char *const places[] = {"1", "2", "3", "6"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        press(places[i]);
        press("/nowhere-at-all\n");
        if (!is_shown("nothing here has \"nowhere-at-all\""))
            fail_msg("page %s does not say that nothing was found", places[i]);
        ui_key(&ui, KEY_ESC_);
    }
    press("6/started\n");
    assert_false(is_shown("nothing here has"));
    press("2/PIN\n");
    assert_false(is_shown("nothing here has"));
}

/* What an open question, menu, text takes stands at the foot, not what the page below takes. */
static void a_dialog_has_its_own_footer(void **state)
{
    (void)state;
    assert_true(is_shown("q quit"));
    press("q");
    assert_true(is_shown("y yes   n no"));
    assert_false(is_shown("q quit"));
    press("n?");
    assert_true(is_shown("any other key closes"));
    assert_false(is_shown("q quit\n"));
    press("xn");
    assert_true(is_shown("Enter does it   Esc leaves it"));
    ui_key(&ui, KEY_ESC_);
    show_sink_failed();
    press("3c");
    assert_true(is_shown("number or Enter chooses"));
}

/* The same number is the same action, whatever the state: what can't be done says why. */
static void the_numbers_of_the_menu_stay(void **state)
{
    (void)state;
    static const char *const states[] = {"RUNNING", "PAUSED", "FAILED", "UNASSIGNED", ""};
    show_sink_failed();
    fixture.sinks[0].can = PT_CONN_CAN_RESTART | PT_CONN_CAN_RESTART_FAILED | PT_CONN_CAN_PAUSE |
                           PT_CONN_CAN_UPDATE | PT_CONN_CAN_DELETE;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        snprintf(fixture.sinks[0].state, sizeof fixture.sinks[0].state, "%s", states[i]);
        fixture.sinks[0].failed_tasks = (int32_t)i - 1;
        next_snapshot();
        press("3c");
        assert_true(is_shown("1  Restart it, all tasks"));
        assert_true(is_shown("2  Restart the failed tasks only"));
        assert_true(is_shown("3  Pause it"));
        assert_true(is_shown("4  Resume it"));
        assert_true(is_shown("5  Change a setting"));
        assert_true(is_shown("6  Create one from the template"));
        assert_true(is_shown("7  Delete it"));
        assert_int_equal(is_shown("it isn't paused"), i != 1);
        assert_int_equal(is_shown("it doesn't run now"), i == 1);
        press("6"); /* this worker can't */
        assert_int_equal(ui.n_dialogs, 1);
        assert_true(is_shown("6 can't be done:"));
        ui_key(&ui, KEY_ESC_);
    }
}

static void asking_again_says_when(void **state)
{
    (void)state;
    press("r");
    assert_int_equal(fake.last.kind, PT_CMD_REFRESH);
    assert_true(is_shown("asking everything again"));
    static struct pt_result done = {
        .id = 1, .kind = PT_CMD_REFRESH, .state = PT_RESULT_DONE, .text = "asked again"};
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &done;
    next_snapshot();
    assert_true(is_shown("asked again 03:12:39Z"));
}

/* ---- connectors ---- */

static void show(void (*make)(struct fixture *f))
{
    make(&fixture);
    next_snapshot();
}

static void a_connector_is_restarted_when_it_is_meant(void **state)
{
    (void)state;
    show(fixture_sink_failed);
    press("3c");
    assert_true(is_shown("FAILED: S3 refuses the connector's role (403)"));
    assert_true(is_shown("1  Restart it, all tasks"));
    assert_true(is_shown("2  Restart the failed tasks only (that takes Connect 3.0)"));
    assert_true(is_shown("4  Resume it                     (it isn't paused)"));
    press("4");
    assert_int_equal(ui.n_dialogs, 1);
    assert_true(is_shown("4 can't be done: it isn't paused."));
    press("1");
    assert_true(is_shown("Restart 0a1b2c3d4e5f-connector?"));
    assert_true(is_shown("Cause now: S3 refuses"));
    press("\n"); /* No is what Enter means */
    assert_int_equal(fake.submitted, 0);
    press("c1y");
    assert_int_equal(fake.last.kind, PT_CMD_CONNECTOR_RESTART);
    assert_false(fake.last.is_failed_only);
    assert_string_equal(fake.connector, fixture.sinks[0].id);
}

/* The list may be in another order when it is answered: it is the one that was asked about. */
static void the_question_keeps_its_connector(void **state)
{
    (void)state;
    show(fixture_sinks);
    press("3\nc1");
    struct pt_connector first = fixture.sinks[0];
    fixture.sinks[0] = fixture.sinks[1];
    fixture.sinks[1] = first;
    next_snapshot();
    press("y");
    assert_string_equal(fake.connector, first.id);
}

static void deleting_wants_the_name_typed(void **state)
{
    (void)state;
    show(fixture_sink_failed);
    press("3c7");
    assert_true(is_shown("Type its name to delete it"));
    press("something\n");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("That is not 0a1b2c3d4e5f-connector"));
    for (int i = 0; i < 9; i++)
        ui_key(&ui, KEY_BACKSPACE_);
    press("0a1b2c3d4e5f-connector\n");
    assert_int_equal(fake.last.kind, PT_CMD_CONNECTOR_DELETE);
}

static void a_setting_is_shown_as_a_difference_before_it_is_sent(void **state)
{
    static struct pt_line lines[] = {
        {.time_ms = PT_UNKNOWN, .level = "-", .text = "flush.size=1"   },
        {.time_ms = PT_UNKNOWN, .level = "+", .text = "flush.size=1000"}
    };
    static struct pt_result plan = {.kind = PT_CMD_CONNECTOR_UPDATE, .state = PT_RESULT_DONE};
    (void)state;
    show(fixture_sink_failed);
    press("3c5flush.size=1000\n");
    assert_true(fake.last.is_plan);
    assert_string_equal(fake.config, "flush.size=1000");
    plan.id = fake.id;
    plan.n_lines = 2;
    plan.lines = lines;
    snprintf(plan.topic, sizeof plan.topic, "0a1b2c3d4e5f-connector");
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &plan;
    next_snapshot();
    assert_true(is_shown("- flush.size=1"));
    assert_true(is_shown("+ flush.size=1000"));
    press("n");
    assert_int_equal(fake.submitted, 1);
    press("c5flush.size=1000\n");
    plan.id = fake.id;
    next_snapshot();
    press("y");
    assert_int_equal(fake.submitted, 3);
    assert_false(fake.last.is_plan);
    assert_int_equal(fake.last.kind, PT_CMD_CONNECTOR_UPDATE);
}

static void the_menu_has_the_probe_too(void **state)
{
    (void)state;
    show(fixture_sink_failed);
    fixture.sinks[0].is_s3 = false;
    next_snapshot();
    press("3c");
    assert_true(is_shown("8  Test a write into its store"));
    assert_true(is_shown("(it writes to no S3 store)"));
    press("8");
    assert_int_equal(fake.submitted, 0);
    ui_key(&ui, KEY_ESC_);
    fixture.sinks[0].is_s3 = true;
    next_snapshot();
    press("c8");
    assert_int_equal(fake.submitted, 1);
    assert_int_equal(fake.last.kind, PT_CMD_CONNECTOR_PROBE);
    assert_true(fake.last.is_plan); /* nothing is written before the question */
    fixture.session.is_readonly = true;
    next_snapshot();
    press("c");
    assert_true(is_shown("READONLY"));
    assert_int_equal(fake.submitted, 1);
}

/* What would be written, where and with whose keys is shown first; exactly that is then done, and
 * its answer read. */
static void a_probe_asks_before_it_writes(void **state)
{
    static struct pt_line lines[] = {
        {.time_ms = PT_UNKNOWN,
         .level = "+",
         .text = "write s3://objects/topics/.pintop-probe-1, read it, delete it"      },
        {.time_ms = PT_UNKNOWN, .level = "who", .text = "with the connector's own key"}
    };
    static struct pt_line steps[] = {
        {.time_ms = PT_UNKNOWN, .level = "FAIL", .text = "write topics/x: refused after 0.02 s"}
    };
    static struct pt_result result = {.kind = PT_CMD_CONNECTOR_PROBE, .state = PT_RESULT_DONE};
    (void)state;
    show(fixture_sink_failed);
    fixture.sinks[0].is_s3 = true;
    next_snapshot();
    press("3W");
    assert_int_equal(fake.last.kind, PT_CMD_CONNECTOR_PROBE);
    assert_true(fake.last.is_plan);
    result.id = fake.id;
    result.n_lines = 2;
    result.lines = lines;
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &result;
    next_snapshot();
    assert_true(is_shown("+ write s3://objects/topics/.pintop-probe-1"));
    assert_true(is_shown("with the connector's own key"));
    press("\n"); /* No is what Enter means */
    assert_int_equal(fake.submitted, 1);
    press("W");
    result.id = fake.id;
    next_snapshot();
    press("y");
    assert_int_equal(fake.submitted, 3);
    assert_false(fake.last.is_plan);
    result.id = fake.id;
    result.n_lines = 1;
    result.lines = steps;
    snprintf(result.text, sizeof result.text, "the store refuses the sink's writes: AccessDenied");
    next_snapshot();
    assert_true(is_shown("What the store answered"));
    assert_true(is_shown("FAIL write topics/x: refused after 0.02 s"));
    assert_true(is_shown("refuses the sink's writes: AccessDenied"));
    press("q");
    fixture.session.is_readonly = true;
    next_snapshot();
    press("W");
    assert_int_equal(fake.submitted, 3);
    assert_true(is_shown("READONLY"));
}

static void readonly_changes_no_connector(void **state)
{
    (void)state;
    show(fixture_sink_failed);
    fixture.session.is_readonly = true;
    next_snapshot();
    press("3c");
    assert_true(is_shown("READONLY"));
    assert_int_equal(ui.n_dialogs, 0);
}

static void an_open_connector_that_vanishes_is_told(void **state)
{
    (void)state;
    show(fixture_sinks);
    press("3\n");
    assert_true(is_shown("1 of 3"));
    fixture.sinks[0] = fixture.sinks[2];
    fixture.connectors.n_connectors = 2;
    next_snapshot();
    assert_true(is_shown("that connector is gone"));
    assert_true(is_shown("CONNECTOR"));
}

/* What a list shows of a back end that has not answered of late is not of now, and says so. */
static void an_old_state_shows_its_age(void **state)
{
    (void)state;
    ui_size(&ui, 40, 120);
    canvas_free(canvas);
    canvas = canvas_new(40, 120, false);
    show(fixture_sinks);
    press("3");
    assert_false(is_shown("53s"));
    fixture.sinks[0].is_state_stale = true;
    fixture.sinks[0].state_asked_ms = fixture.snap.time_ms - 53000;
    fixture.snap.section.version++;
    ui_snapshot(&ui, &fixture.snap, fixture.snap.time_ms);
    assert_true(is_shown("RUNNING 53s"));
    press("1");
    assert_true(is_shown("API: RUNNING (53s old)"));
}

static void what_costs_much_is_asked(void **state)
{
    (void)state;
    show(fixture_sink_failed);
    fixture.session.confirm_objects_per_hour = 100000;
    for (int i = 0; i < PT_STREAMS; i++) {
        fixture.streams.streams[i].state = PT_STREAM_STOPPED;
        fixture.streams.streams[i].is_wanted = false;
        fixture.streams.streams[i].target_per_s = 2;
    }
    next_snapshot();
    press("S"); /* 3 x 2/s: 21,600 an hour */
    assert_int_equal(fake.submitted, 1);
    assert_true(is_shown("about 21,600 objects/h, $0.11/h (flush.size 1)"));
    ui.wishes[0].is_pending = ui.wishes[1].is_pending = ui.wishes[2].is_pending = false;
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].target_per_s = 10;
    next_snapshot();
    press("S"); /* 108,000 */
    assert_int_equal(fake.submitted, 1);
    assert_true(is_shown("about 108,000 objects/h, $0.54/h"));
    press("\n");
    assert_int_equal(fake.submitted, 1);
    press("Sy");
    assert_int_equal(fake.submitted, 2);
    assert_int_equal(fake.last.kind, PT_CMD_START);
}

static void the_embedded_sink_costs_nothing(void **state)
{
    (void)state;
    fixture.sinks[0].is_s3 = true;
    fixture.sinks[0].flush_size = 1;
    press("S");
    assert_int_equal(fake.submitted, 1);
    assert_false(is_shown("objects/h"));
}

static void the_first_choice_leads_somewhere(void **state)
{
    (void)state;
    ask_first(&ui);
    press("2");
    ui_key(&ui, KEY_CTRL_('u'));
    press("kafka\n");
    assert_true(is_shown("host:port"));
    press(":9092\n");
    assert_string_equal(fake.connected, "kafka:9092");
    ask_first(&ui);
    press("2localhost:1\n"); /* what is offered gives way to it */
    assert_string_equal(fake.connected, "localhost:1");
    ask_first(&ui);
    press("1");
    assert_string_equal(fake.connected, "embedded");
    ask_first(&ui);
    ui_key(&ui, KEY_ESC_);
    assert_int_equal(fake.quits, 1);
}

static void settings_are_saved_under_a_name(void **state)
{
    (void)state;
    press("w");
    ui_key(&ui, KEY_CTRL_('u'));
    press("a/b\n");
    assert_true(is_shown("has a slash"));
    ui_key(&ui, KEY_CTRL_('u'));
    press("mine\n");
    assert_string_equal(fake.saved, "mine");
    assert_true(is_shown("saved as /tmp/mine.properties"));
}

/* A file that is there is changed when its changes were seen and meant. */
static void a_context_is_changed_only_when_it_is_meant(void **state)
{
    (void)state;
    fake.plan = "- pintop.stream.rate=10\n+ pintop.stream.rate=200\n";
    press("wmine\n");
    assert_int_equal(fake.saves, 0);
    assert_true(is_shown("Change the context mine?"));
    assert_true(is_shown("+ pintop.stream.rate=200"));
    press("\n"); /* No */
    assert_int_equal(fake.saves, 0);
    press("wmine\n");
    fake.plan = "- pintop.stream.rate=11\n+ pintop.stream.rate=200\n"; /* somebody was quicker */
    press("y");
    assert_int_equal(fake.saves, 0);
    assert_true(is_shown("- pintop.stream.rate=11"));
    press("y");
    assert_int_equal(fake.saves, 1);
    fake.plan = "";
    press("wmine\n");
    assert_int_equal(fake.saves, 1);
    assert_true(is_shown("nothing to save: context mine says all this already"));
    fake.plan = NULL;
}

static void the_command_line_has_a_few_words(void **state)
{
    (void)state;
    press(":stop geo,user\n");
    assert_int_equal(fake.last.kind, PT_CMD_STOP);
    assert_int_equal(fake.last.streams, PT_STREAM_BIT(PT_GEO) | PT_STREAM_BIT(PT_USER));
    press(":rate max pin\n");
    assert_true(fake.last.rate_per_s == PT_RATE_MAX);
    int before = fake.submitted;
    press(":stop nobody\n");
    assert_int_equal(fake.submitted, before);
    assert_true(is_shown("stop [pin,geo,user]"));
    ui_key(&ui, KEY_CTRL_('u'));
    press("nonsense\n");
    assert_true(is_shown("There is no word \"nonsense\". Words: start stop rate"));
    ui_key(&ui, KEY_ESC_);
    press(":log\n");
    assert_int_equal(ui.page, PAGE_LOG);
    press(":auth\n");
    assert_int_equal(ui.page, PAGE_AUTH);
    /* A word too many is not passed over: half of what was meant would be done. */
    before = fake.submitted;
    press(":stop pin geo\n");
    assert_int_equal(fake.submitted, before);
    assert_true(is_shown("Usage: stop [pin,geo,user]"));
    ui_key(&ui, KEY_ESC_);
    press(":overview now\n");
    assert_true(is_shown("Usage: overview"));
    ui_key(&ui, KEY_ESC_);
    assert_int_equal(ui.page, PAGE_AUTH);
}

static void copying_shows_the_plain_text(void **state)
{
    (void)state;
    press("y");
    assert_memory_equal(fake.copied, "OK since ", 9);
    assert_non_null(strstr(fake.copied, ": records flow"));
    assert_true(is_shown("OSC 52"));
}

/* Later by so much, with nothing else new. */
static void later(int64_t ms)
{
    fixture.snap.section.version++;
    ui_snapshot(&ui, &fixture.snap, ui.now_ms + ms);
}

static void details_stay_fresh_and_say_their_age(void **state)
{
    (void)state;
    static struct pt_peeked records[] = {
        {.offset = 7, .time_ms = FIXTURE_NOW_MS, .key = "a",  .headers = ""        },
        {.offset = 8, .time_ms = FIXTURE_NOW_MS, .value = "", .headers = "h=1\nk=2"},
    };
    static struct pt_result describe = {.kind = PT_CMD_TOPIC_DESCRIBE, .state = PT_RESULT_DONE};
    static struct pt_result peek = {.kind = PT_CMD_TOPIC_PEEK, .state = PT_RESULT_DONE};
    press("2\n");
    assert_int_equal(fake.submitted, 2);
    later(20000); /* not answered: not asked twice */
    assert_int_equal(fake.submitted, 2);
    describe.id = 1;
    peek.id = 2;
    peek.records = records;
    peek.n_records = 2;
    fixture.completed.n_results = 2;
    fixture.completed.results[0] = &describe;
    fixture.completed.results[1] = &peek;
    later(1000);
    assert_true(is_shown("21s old"));
    assert_true(is_shown("null (a tombstone)"));
    assert_true(is_shown("(empty)"));
    assert_true(is_shown("23 Nov 03:12:38Z"));
    assert_int_equal(fake.submitted, 3); /* old by now: the records, which are looked at, again */
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_PEEK);
    peek.id = 3;
    records[1].offset = 9;
    later(1000);
    assert_true(is_shown(" 9 "));
    assert_true(is_shown("1s old"));
    later(3000);
    assert_int_equal(fake.submitted, 3);
    press("\n");
    assert_true(is_shown("partition 0, offset 9"));
    assert_true(is_shown("time 2026-11-23 03:12:38.000Z"));
    assert_true(is_shown("value empty, 0 bytes"));
    assert_true(is_shown("h=1"));
    assert_true(is_shown("k=2"));
    ui_key(&ui, KEY_ESC_);
    press("j\n"); /* who reads is not disturbed */
    assert_true(is_shown("value null: a tombstone"));
    ui_key(&ui, KEY_ESC_);
    later(60000);
    assert_int_equal(fake.submitted, 3);
    assert_true(is_shown("1m04s old, g follows again"));
    press("g"); /* follows at once */
    assert_int_equal(fake.submitted, 4);
    press("p");
    later(60000);
    assert_int_equal(fake.submitted, 4); /* frozen */
    press("p]");
    later(1000);
    assert_int_equal(fake.submitted, 5);
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_DESCRIBE);
    describe.id = 5;
    describe.state = PT_RESULT_FAILED;
    pt_error_set(&describe.error, PT_EKAFKA, "wait", "describe: the broker is away");
    later(1000);
    assert_true(is_shown("the broker is away"));
    describe.state = PT_RESULT_DONE;
}

/* The record that a sink stands at is one key away. */
static void the_record_at_the_committed_offset_is_opened(void **state)
{
    (void)state;
    static struct pt_peeked record = {.partition = 2,
                                      .offset = 21600,
                                      .time_ms = FIXTURE_NOW_MS,
                                      .key = "k",
                                      .value = "not json",
                                      .headers = "",
                                      .value_bytes = 8};
    static struct pt_result peek = {.kind = PT_CMD_TOPIC_PEEK, .state = PT_RESULT_DONE};
    show_sink_failed();
    press("3]]\n");
    const struct pt_lag *lag = &fixture.sinks[0].lags[0];
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_PEEK);
    assert_true(fake.last.is_at);
    assert_string_equal(fake.topic, lag->topic);
    assert_int_equal(fake.last.partition, lag->partition);
    assert_int_equal(fake.last.offset, lag->committed);
    assert_int_equal(fake.last.count, 1);
    assert_true(is_shown("reading the record at which it stands"));
    peek.id = fake.id;
    peek.records = &record;
    peek.n_records = 1;
    snprintf(peek.topic, sizeof peek.topic, "%s", lag->topic);
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &peek;
    next_snapshot();
    assert_true(is_shown("It takes this record next."));
    assert_true(is_shown("partition 2, offset 21,600"));
    assert_true(is_shown("not json"));
    press("y");
    assert_non_null(strstr(fake.copied, "not json"));
}

/* A long cause is folded, ends in an ellipsis where there is no room, and Enter shows all of it. */
static void a_long_cause_is_never_cut_unsaid(void **state)
{
    (void)state;
    show_sink_failed();
    struct pt_connector *c = &fixture.sinks[0];
    size_t len = 0;
    for (int i = 1; i <= 60; i++)
        len += (size_t)snprintf(c->cause + len, sizeof c->cause - len, "word%02d ", i);
    snprintf(c->rule, sizeof c->rule, "a-rule");
    next_snapshot();
    press("3");
    assert_true(is_shown("word01"));
    assert_true(is_shown("word30"));
    assert_true(is_shown("…"));
    assert_false(is_shown("word60"));
    press("\n\n");
    assert_int_equal(ui.n_dialogs, 1);
    assert_true(is_shown("word60"));
}

static void an_open_record_is_copied_and_stays_open(void **state)
{
    (void)state;
    press("6");
    press("\n");
    assert_int_equal(ui.n_dialogs, 1);
    press("y");
    assert_int_equal(ui.n_dialogs, 1);
    assert_non_null(strstr(fake.copied, "TRANSITION -> OK"));
    assert_true(is_shown("sent to the clipboard (OSC 52)"));
    press("x");
    assert_int_equal(ui.n_dialogs, 0);
}

static void the_log_is_searched_from_the_newest(void **state)
{
    (void)state;
    press("6/started\n");
    assert_true(is_shown(">01:52:38Z info    user     started"));
    press("N");
    assert_true(is_shown(">01:52:38Z info    geo      started"));
    press("n");
    assert_true(is_shown(">01:52:38Z info    user     started"));
    press("n");
    assert_true(is_shown("no more lines that way have \"started\""));
    press("G"); /* follows again */
    fixture_event(&fixture, 0, PT_INFO, "pintop", "the very newest");
    next_snapshot();
    assert_true(is_shown(">03:12:38Z info    pintop   the very newest"));
}

static void keys_of_control_bytes_do_nothing(void **state)
{
    (void)state;
    for (int key = 0; key < 32; key++)
        if (key != KEY_CTRL_('l'))
            ui_key(&ui, key);
    assert_int_equal(fake.submitted, 0);
    press("n\x01\x02z");
    assert_int_equal(fake.quits, 0);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
#define UI_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        UI_TEST(a_wish_shows_before_the_engine_answers),
        UI_TEST(a_wish_is_kept_until_it_can_be_done),
        UI_TEST(all_means_all),
        UI_TEST(streams_go_beside_the_records_of_others_only_when_it_is_meant),
        UI_TEST(a_wish_that_fails_says_why),
        UI_TEST(an_unanswered_wish_is_forgotten),
        UI_TEST(readonly_and_watchers_refuse),
        UI_TEST(the_pace_goes_in_steps),
        UI_TEST(a_rate_can_be_typed),
        UI_TEST(quitting_asks_while_a_stream_runs),
        UI_TEST(quitting_at_rest_asks_nothing),
        UI_TEST(suspending_asks_while_a_stream_runs),
        UI_TEST(deleting_takes_the_typed_name),
        UI_TEST(a_refused_name_keeps_the_question_open),
        UI_TEST(a_filter_follows_as_it_is_typed),
        UI_TEST(a_topic_made_here_is_chosen_when_it_is_listed),
        UI_TEST(a_key_is_worth_more_than_a_topic_that_was_made),
        UI_TEST(the_auth_page_renews_and_copies),
        UI_TEST(what_is_not_there_is_not_offered),
        UI_TEST(keys_without_a_meaning_say_so),
        UI_TEST(a_search_without_a_hit_says_so),
        UI_TEST(a_dialog_has_its_own_footer),
        UI_TEST(the_numbers_of_the_menu_stay),
        UI_TEST(asking_again_says_when),
        UI_TEST(a_long_cause_is_never_cut_unsaid),
        UI_TEST(an_open_record_is_copied_and_stays_open),
        UI_TEST(details_stay_fresh_and_say_their_age),
        UI_TEST(the_record_at_the_committed_offset_is_opened),
        UI_TEST(a_connector_is_restarted_when_it_is_meant),
        UI_TEST(the_question_keeps_its_connector),
        UI_TEST(deleting_wants_the_name_typed),
        UI_TEST(a_setting_is_shown_as_a_difference_before_it_is_sent),
        UI_TEST(the_menu_has_the_probe_too),
        UI_TEST(a_probe_asks_before_it_writes),
        UI_TEST(readonly_changes_no_connector),
        UI_TEST(an_open_connector_that_vanishes_is_told),
        UI_TEST(an_old_state_shows_its_age),
        UI_TEST(what_costs_much_is_asked),
        UI_TEST(the_embedded_sink_costs_nothing),
        UI_TEST(the_first_choice_leads_somewhere),
        UI_TEST(settings_are_saved_under_a_name),
        UI_TEST(a_context_is_changed_only_when_it_is_meant),
        UI_TEST(the_command_line_has_a_few_words),
        UI_TEST(copying_shows_the_plain_text),
        UI_TEST(the_log_is_searched_from_the_newest),
        UI_TEST(keys_of_control_bytes_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
