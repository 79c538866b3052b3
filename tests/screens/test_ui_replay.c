/* The front end over a recording: the band, the keys, and what is refused there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_setup.h"
#include "session.h"

/* The fake recording: remembers the last move. */
static struct {
    struct pt_replay_state state;
    enum pt_replay_deed deed;
    int64_t time_ms;
    int deeds;
} tape;

static void tape_replay(void *arg, enum pt_replay_deed deed, int64_t time_ms)
{
    (void)arg;
    tape.deed = deed;
    tape.time_ms = time_ms;
    tape.deeds++;
}

static void tape_state(void *arg, struct pt_replay_state *state)
{
    (void)arg;
    *state = tape.state;
}

static const struct pt_snapshot *tape_acquire(void *arg)
{
    (void)arg;
    return &fixture.snap;
}

static const struct pt_link tape_link = {
    .acquire = tape_acquire, .replay = tape_replay, .replay_state = tape_state};

static int setup_replay(void **state)
{
    if (setup(state) != 0)
        return -1;
    memset(&tape, 0, sizeof tape);
    tape.state = (struct pt_replay_state){.time_ms = FIXTURE_NOW_MS,
                                          .first_ms = FIXTURE_NOW_MS - 60 * MINUTES_MS,
                                          .last_ms = FIXTURE_NOW_MS + 30 * MINUTES_MS,
                                          .speed = 1};
    ui.host.link = &tape_link;
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    return 0;
}

#define REPLAY_TEST(f) cmocka_unit_test_setup_teardown(f, setup_replay, teardown)

static void a_band_says_that_it_is_a_recording(void **state)
{
    (void)state;
    assert_true(is_shown("REPLAY  2026-11-23 03:12:38Z  paused  recorded 02:12Z to 03:42Z"));
    assert_false(is_shown("DEMO"));
    tape.state.is_playing = true;
    tape.state.speed = 10;
    next_snapshot();
    assert_true(is_shown("playing 10x  recorded"));
    tape.state.is_playing = false;
    tape.state.is_at_end = true;
    tape.state.speed = 0.5;
    next_snapshot();
    assert_true(is_shown("at its end 0.5x"));
    for (int key = '1'; key <= '7'; key++) {
        ui_key(&ui, key);
        assert_true(is_shown("REPLAY  2026-11-23"));
    }
}

/* On a real cluster, too, where there is no band otherwise. */
static void the_band_is_there_on_every_cluster(void **state)
{
    (void)state;
    fixture.session.is_embedded = false;
    next_snapshot();
    assert_true(is_shown("REPLAY  2026-11-23 03:12:38Z"));
}

static void keys_move_in_it(void **state)
{
    static const struct {
        const char *key;
        enum pt_replay_deed deed;
    } keys[] = {
        {"p", PT_REPLAY_PLAY     },
        {".", PT_REPLAY_STEP     },
        {",", PT_REPLAY_STEP_BACK},
        {">", PT_REPLAY_FASTER   },
        {"<", PT_REPLAY_SLOWER   },
        {"}", PT_REPLAY_NEXT     },
        {"{", PT_REPLAY_BACK     }
    };
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        press(keys[i].key);
        assert_int_equal(tape.deeds, i + 1);
        assert_int_equal(tape.deed, keys[i].deed);
    }
    assert_false(ui.is_frozen);
    assert_true(is_shown("p play"));
    tape.state.is_playing = true;
    next_snapshot();
    assert_true(is_shown("p pause"));
}

static void one_goes_to_a_time(void **state)
{
    (void)state;
    press("t02:30\n");
    assert_int_equal(tape.deed, PT_REPLAY_JUMP);
    assert_int_equal(tape.time_ms, FIXTURE_NOW_MS - 42 * MINUTES_MS - 38000);
    assert_int_equal(ui.n_dialogs, 0);
    press("tnever\n");
    assert_int_equal(tape.deeds, 1);
    assert_true(is_shown("this is no time"));
}

static void what_there_is_to_say_is_said_once(void **state)
{
    (void)state;
    tape.state.n_notes = 1;
    snprintf(tape.state.note, sizeof tape.state.note, "the recording ends here");
    next_snapshot();
    assert_true(is_shown("the recording ends here"));
    press("2");
    next_snapshot();
    assert_false(is_shown("the recording ends here"));
}

static void commands_are_refused(void **state)
{
    (void)state;
    assert_false(is_shown("s stop"));
    press("s");
    assert_true(is_shown("what is shown here takes no commands"));
    assert_int_equal(fake.submitted, 0);
}

/* What every check offers, and would have copied or run. */
static void change_checks(const char *choices, const char *copy)
{
    static struct pt_check checks[64];
    assert_in_range(fixture.setup.n_checks, 1, 64);
    memcpy(checks, fixture.setup.checks, fixture.setup.n_checks * sizeof *checks);
    for (size_t i = 0; i < fixture.setup.n_checks; i++) {
        checks[i].choices = choices != NULL ? choices : checks[i].choices;
        checks[i].copy = copy;
    }
    fixture.setup.checks = checks;
}

/* A recording may come from anybody: what it names is neither run nor sent nor saved. */
static void what_it_names_is_not_done(void **state)
{
    static const char *const keys[] = {"1s", "1S", "1+", "1-", "1=", "2n", "2D", "3c",
                                       "3W", "3a", "5f", "5F", "1!", "5!", "1r", "1w"};
    static const char *const words[] = {":start\n",    ":stop pin\n", ":rate 5\n", ":create a\n",
                                        ":delete a\n", ":refresh\n",  ":save\n"};
    (void)state;
    fixture_setup(&fixture);
    change_checks(NULL, "touch from-the-recording");
    ui.host.run = fake_run;
    next_snapshot();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        press(keys[i]);
        if (!is_shown("what is shown here takes no commands") || ui.n_dialogs > 0)
            fail_msg("%s is not refused", keys[i]);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        press(words[i]);
        if (!is_shown("what is shown here takes no commands") || ui.n_dialogs > 0)
            fail_msg("%s is not refused", words[i]);
    }
    assert_int_equal(fake.runs + fake.submitted + fake.saves, 0);
    /* Over an engine of this user the key is for that. */
    ui.host.link = &fake_link;
    next_snapshot();
    press("!");
    assert_int_equal(fake.runs, 1);
}

/* Nor is pintop started again with a setting that it names, and a fix in it is not this one's. */
static void what_it_offers_is_not_chosen(void **state)
{
    (void)state;
    fixture_setup(&fixture);
    change_checks("bootstrap.servers=evil:9092\tone", "");
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].state = PT_STREAM_STOPPED;
    next_snapshot();
    press("5\n");
    assert_int_equal(ui.n_dialogs, 0);
    assert_true(is_shown("there is nothing to choose for this check"));
    snprintf(fixture.setup.fix.id, sizeof fixture.setup.fix.id, "topic.create");
    next_snapshot();
    ui_key(&ui, KEY_ESC_);
    assert_int_equal(ui.n_dialogs, 0);
}

/* Nothing that it shows runs here. */
static void leaving_it_asks_nothing(void **state)
{
    (void)state;
    press("q");
    assert_int_equal(ui.n_dialogs, 0);
    assert_int_equal(fake.quits, 1);
}

/* t goes to a time there, so T turns the zone; ) and ( sort, since > and < are the speed. */
static void what_the_replay_takes_has_another_key(void **state)
{
    (void)state;
    press("T");
    assert_int_equal(ui.n_dialogs, 0);
    assert_true(is_shown("times are local time"));
    press("T");
    assert_true(is_shown("times are UTC"));
    press("2)");
    assert_true(is_shown("by TOPIC ↑"));
    press("(");
    assert_false(is_shown("by TOPIC"));
}

static void help_has_the_keys_only_there(void **state)
{
    (void)state;
    press("?");
    assert_non_null(strstr(ui.dialogs[0].text, "in a replay: faster, slower"));
    press("q");
    ui.host.link = &fake_link;
    next_snapshot();
    press("?");
    assert_null(strstr(ui.dialogs[0].text, "in a replay: faster, slower"));
}

/* Over an engine the keys say what they are for. */
static void over_an_engine_they_do_nothing(void **state)
{
    (void)state;
    ui.host.link = &fake_link;
    next_snapshot();
    assert_false(is_shown("REPLAY"));
    press("}");
    assert_true(is_shown("this is no recording: `pintop replay` shows one"));
    press("t");
    assert_int_equal(ui.n_dialogs, 0);
    assert_int_equal(tape.deeds, 0);
}

static int64_t clock_ms;

static int64_t tape_clock(void *arg)
{
    (void)arg;
    return clock_ms;
}

/* A message stays for six seconds of who reads it, however fast the recording runs, and leaves
 * although it stands still. */
static void messages_last_as_long_as_over_an_engine(void **state)
{
    (void)state;
    ui.host.mono_ms = tape_clock;
    press("s");
    assert_true(is_shown("takes no commands"));
    for (int i = 0; i < 6; i++) {
        ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS + i * 300000);
        assert_true(is_shown("takes no commands"));
        clock_ms += 1000;
    }
    clock_ms += 1000;
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    assert_false(is_shown("takes no commands"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPLAY_TEST(a_band_says_that_it_is_a_recording),
        REPLAY_TEST(the_band_is_there_on_every_cluster),
        REPLAY_TEST(keys_move_in_it),
        REPLAY_TEST(one_goes_to_a_time),
        REPLAY_TEST(what_there_is_to_say_is_said_once),
        REPLAY_TEST(messages_last_as_long_as_over_an_engine),
        REPLAY_TEST(commands_are_refused),
        REPLAY_TEST(what_it_names_is_not_done),
        REPLAY_TEST(what_it_offers_is_not_chosen),
        REPLAY_TEST(leaving_it_asks_nothing),
        REPLAY_TEST(what_the_replay_takes_has_another_key),
        REPLAY_TEST(help_has_the_keys_only_there),
        REPLAY_TEST(over_an_engine_they_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
