/* What keys do on every page: the footer, the line behind `:`, contexts, copying, the Log and Auth
 * pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "session.h"
#include "ui/ask.h"

static void the_auth_page_renews_and_copies(void **state)
{
    (void)state;
    press("4y");
    assert_string_equal(fake.copied, "");
    assert_string_equal(ui_page(&ui)->word, "auth");
    fixture_iam(&fixture);
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    press("y");
    assert_string_equal(fake.copied,
                        "arn:aws:sts::123456789012:assumed-role/msk-access/pintop-1795403320-4127");
    ui_key(&ui, KEY_ESC_); /* the text to select */
    press("r");
    assert_int_equal(fake.last.kind, PT_CMD_REFRESH);
}

/* A token is signed for the second that has begun: it lasts 15 minutes, not a part of a second
 * less. */
static void a_token_lasts_whole_seconds(void **state)
{
    (void)state;
    fixture_iam(&fixture);
    fixture.auth.auth.token_made_ms += 600;
    next_snapshot();
    press("4");
    assert_true(is_shown(" of 15m00s, expires 03:23:40Z"));
}

/* The newest renewal stands at the top; the keys reach the oldest one. */
static void the_renewals_scroll(void **state)
{
    (void)state;
    fixture_iam(&fixture);
    fixture.auth.auth.n_refreshes = 0;
    for (int i = PT_REFRESHES_MAX; i > 0; i--) {
        char text[32];
        snprintf(text, sizeof text, "renewal number %d.", i);
        fixture_refresh(&fixture, i * MINUTES_MS, true, text);
    }
    next_snapshot();
    press("4");
    assert_true(is_shown("renewal number 1."));
    assert_false(is_shown("renewal number 12."));
    press("G");
    assert_true(is_shown("renewal number 12."));
    assert_false(is_shown("renewal number 1."));
    next_snapshot(); /* it stays there */
    assert_true(is_shown("renewal number 12."));
    press("j"); /* the last row stays at the bottom */
    assert_true(is_shown("renewal number 11."));
    press("g");
    assert_true(is_shown("renewal number 1."));
    ui_key(&ui, KEY_PGDN_);
    ui_key(&ui, KEY_PGDN_);
    assert_false(is_shown("renewal number 1."));
    ui_size(&ui, 60, 80); /* all of them fit */
    canvas_free(canvas);
    canvas = canvas_new(60, 80, false);
    assert_true(is_shown("renewal number 1."));
    assert_true(is_shown("renewal number 12."));
}

/* Keys do not act on a panel that a small screen hides. */
static void hidden_events_take_no_keys(void **state)
{
    (void)state;
    press("\t\t");
    assert_true(is_shown("Enter in full"));
    ui_size(&ui, 10, 80);
    press("\n");
    assert_int_equal(ui.n_dialogs, 0);
    assert_string_equal(ui_page(&ui)->word, "topics");
}

/* Tab reaches the chart; the arrows then read the values of one second, until Esc. */
static void the_chart_is_read_by_the_arrows(void **state)
{
    (void)state;
    press("\t\t\t");
    assert_true(is_shown(">RECORDS/s"));
    assert_true(is_shown("at 03:12:37Z"));
    press("hhh");
    assert_true(is_shown("at 03:12:31Z")); /* a column of braille has two seconds */
    press("ll");
    assert_true(is_shown("at 03:12:35Z"));
    press("g");
    assert_true(is_shown("at 03:10:58Z")); /* the oldest */
    press("lG");
    assert_true(is_shown("at 03:12:37Z"));
    press("\033");
    assert_false(is_shown("at 03:12:37Z"));
    assert_true(is_shown(" RECORDS/s"));
}

/* ] shows a longer time up to a day, [ a shorter one; the arrows take another figure. */
static void the_chart_shows_other_spans_and_figures(void **state)
{
    (void)state;
    fixture.minutes.last_sample = 0;
    fixture.minutes.last_sample_ms = FIXTURE_NOW_MS / 60000 * 60000;
    fixture.minutes.token_left_s[0] = NAN;
    press("[");
    assert_true(is_shown(", live")); /* there is none shorter */
    press("]");
    assert_true(is_shown(", by 2s"));
    press("]]]]]]]]]]]]]");
    assert_true(is_shown("by 10m"));
    assert_true(is_shown("RECORDS/s"));
    press("\t\t\tj");
    assert_true(is_shown(">LAG of the sink, records"));
    press("kk");
    assert_true(is_shown(">TOKEN"));
    assert_true(is_shown("left \342\200\223")); /* no token is needed here, so nothing is known */
    press("[[[[[[[[[[[[[j");
    assert_true(is_shown("at 03:12:37Z"));
}

/* Where a pintop began after another one, the chart says so; and until when it is CloudWatch's. */
static void the_chart_shows_where_its_samples_come_from(void **state)
{
    (void)state;
    int64_t last_ms = FIXTURE_NOW_MS / 60000 * 60000;
    fixture.minutes.last_sample = 99;
    fixture.minutes.last_sample_ms = last_ms;
    for (int i = 0; i < 100; i++)
        fixture.minutes.in[i] = fixture.minutes.out[i] = i == 60 ? NAN : 5;
    press("]]]]]]"); /* a minute, or longer */
    assert_true(is_shown(", by "));
    assert_false(is_shown(" S    R  C"));
    fixture.minutes.n_restarts = 1;
    fixture.minutes.restarts[0] =
        (struct pt_restart){last_ms - 40 * 60000, last_ms - 39 * INT64_C(60000)};
    assert_true(is_shown(" S    R  C"));
    assert_false(is_shown("CloudWatch"));
    fixture.minutes.away = (struct pt_away_past){
        .first_ms = last_ms - 200 * INT64_C(60000), .period_ms = 300000, .n = 24};
    for (size_t i = 0; i < 24; i++)
        fixture.minutes.away.samples[i] = (struct pt_away_sample){5, NAN};
    assert_true(is_shown("  AS\n") && is_shown("CloudWatch to 01:33:00Z"));
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
        {"4", '/',            "there is no list here"     },
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
        if (!is_shown("no match for \"nowhere-at-all\""))
            fail_msg("page %s does not say that nothing was found", places[i]);
        ui_key(&ui, KEY_ESC_);
    }
    press("6/started\n");
    assert_false(is_shown("no match for"));
    press("2/PIN\n");
    assert_false(is_shown("no match for"));
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
    assert_true(is_shown("Enter confirm   Esc cancel"));
    ui_key(&ui, KEY_ESC_);
    show_sink_failed();
    press("3c");
    assert_true(is_shown("number or Enter chooses"));
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

static void the_first_choice_leads_somewhere(void **state)
{
    (void)state;
    ask_first(&ui);
    press("2");
    ui_key(&ui, KEY_CTRL_('u'));
    press("kafka\n");
    assert_true(is_shown("host:port"));
    press(":9092\n");
    assert_string_equal(fake.connected, "bootstrap.servers=kafka:9092");
    ask_first(&ui);
    press("2localhost:1\n"); /* what is offered gives way to it */
    assert_string_equal(fake.connected, "bootstrap.servers=localhost:1");
    ask_first(&ui);
    press("1");
    assert_string_equal(fake.connected, "bootstrap.servers=embedded");
    ask_first(&ui);
    press("3\n");
    assert_true(is_shown("One word"));
    press("0a1b\n\n");
    assert_true(is_shown("like us-east-1"));
    press("eu-west-1\n");
    assert_string_equal(fake.connected, "pintop.user.id=0a1b pintop.aws.region=eu-west-1 "
                                        "pintop.msk.cluster=auto");
    assert_string_equal(ui_page(&ui)->word, "setup");
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
    assert_string_equal(ui_page(&ui)->word, "log");
    press(":auth\n");
    assert_string_equal(ui_page(&ui)->word, "auth");
    /* A word too many is not passed over: half of what was meant would be done. */
    before = fake.submitted;
    press(":stop pin geo\n");
    assert_int_equal(fake.submitted, before);
    assert_true(is_shown("Usage: stop [pin,geo,user]"));
    ui_key(&ui, KEY_ESC_);
    press(":overview now\n");
    assert_true(is_shown("Usage: overview"));
    ui_key(&ui, KEY_ESC_);
    assert_string_equal(ui_page(&ui)->word, "auth");
}

static void copying_shows_the_plain_text(void **state)
{
    (void)state;
    press("y");
    assert_memory_equal(fake.copied, "OK since ", 9);
    assert_non_null(strstr(fake.copied, ": records flow"));
    assert_true(is_shown("OSC 52"));
}

/* The newest line that matches is selected, and stays so among the lines around it. */
static void the_log_is_filtered_and_shows_what_was_found(void **state)
{
    (void)state;
    press("6/started\n");
    assert_true(is_shown(">01:52:38Z info    user     started"));
    assert_false(is_shown("TRANSITION -> OK"));
    press("k");
    assert_true(is_shown(">01:52:38Z info    geo      started"));
    ui_key(&ui, KEY_ESC_);
    assert_true(is_shown(">01:52:38Z info    geo      started"));
    assert_true(is_shown("TRANSITION -> OK"));
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
    const struct CMUnitTest tests[] = {
        UI_TEST(the_auth_page_renews_and_copies),
        UI_TEST(a_token_lasts_whole_seconds),
        UI_TEST(the_renewals_scroll),
        UI_TEST(hidden_events_take_no_keys),
        UI_TEST(the_chart_is_read_by_the_arrows),
        UI_TEST(the_chart_shows_other_spans_and_figures),
        UI_TEST(the_chart_shows_where_its_samples_come_from),
        UI_TEST(keys_without_a_meaning_say_so),
        UI_TEST(a_search_without_a_hit_says_so),
        UI_TEST(a_dialog_has_its_own_footer),
        UI_TEST(asking_again_says_when),
        UI_TEST(the_first_choice_leads_somewhere),
        UI_TEST(settings_are_saved_under_a_name),
        UI_TEST(a_context_is_changed_only_when_it_is_meant),
        UI_TEST(the_command_line_has_a_few_words),
        UI_TEST(copying_shows_the_plain_text),
        UI_TEST(the_log_is_filtered_and_shows_what_was_found),
        UI_TEST(keys_of_control_bytes_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
