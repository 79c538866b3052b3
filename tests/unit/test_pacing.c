/* When the screen is drawn next, from what is known of the link, of the focus and of the keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pintop/stream.h"
#include "term/pacing.h"
#include "ui/refresh.h"

/* A good link, somebody who has just pressed a key, and a screen that was drawn just now. */
static struct pacing_facts good(void)
{
    return (struct pacing_facts){.now_ms = 100000,
                                 .updated_ms = 100000,
                                 .framed_ms = 100000,
                                 .wanted_ms = 1000,
                                 .pending_ms = PT_UNKNOWN,
                                 .write_ms = 0,
                                 .asked_ms = PT_UNKNOWN,
                                 .round_trip_ms = 12,
                                 .key_ms = 99000,
                                 .focus_in_ms = PT_UNKNOWN,
                                 .focus_out_ms = PT_UNKNOWN};
}

static void expect(const struct pacing_facts *facts, int64_t every_ms, enum pacing_why why)
{
    struct pacing pacing = pacing_next(facts);
    assert_int_equal(pacing.every_ms, every_ms);
    assert_int_equal(pacing.why, why);
}

static void a_good_link_gives_what_is_wanted(void **state)
{
    (void)state;
    struct pacing_facts facts = good();
    expect(&facts, 1000, PACING_FULL);
    assert_int_equal(pacing_next(&facts).update_left_ms, 1000);
    assert_int_equal(pacing_next(&facts).key_left_ms, 0);
    facts.now_ms += 999;
    assert_int_equal(pacing_next(&facts).update_left_ms, 1);
    facts.wanted_ms = 50;
    assert_int_equal(pacing_next(&facts).update_left_ms, 0);
    facts.updated_ms = PT_UNKNOWN;
    facts.wanted_ms = 1000;
    assert_int_equal(pacing_next(&facts).update_left_ms, 0);
}

static void a_slow_answer_slows_the_updates(void **state)
{
    (void)state;
    struct pacing_facts facts = good();
    facts.round_trip_ms = PACING_SLOW_MS;
    expect(&facts, 1000, PACING_FULL);
    facts.wanted_ms = 50; /* as fast as the link is, and no faster */
    expect(&facts, PACING_SLOW_MS, PACING_FULL);
    facts.round_trip_ms = 900;
    expect(&facts, 2000, PACING_ANSWER);
    assert_int_equal(pacing_next(&facts).why_ms, 900);
    assert_int_equal(pacing_next(&facts).key_left_ms, 0);
    facts.round_trip_ms = 60000;
    expect(&facts, PACING_MOST_MS, PACING_ANSWER);
}

static void a_terminal_that_accepts_nothing_gets_nothing(void **state)
{
    (void)state;
    struct pacing_facts facts = good();
    facts.pending_ms = facts.now_ms - 40;
    struct pacing pacing = pacing_next(&facts);
    assert_true(pacing.update_left_ms == -1 && pacing.key_left_ms == -1);
    facts.pending_ms = facts.now_ms - 1800;
    expect(&facts, 4000, PACING_WRITE);
    facts.pending_ms = PT_UNKNOWN;
    facts.write_ms = 1800;
    expect(&facts, 4000, PACING_WRITE);
    assert_int_equal(pacing_next(&facts).why_ms, 1800);
    assert_int_equal(pacing_next(&facts).key_left_ms, 0);
}

static void data_waits_for_the_answer_and_keys_share_frames_meanwhile(void **state)
{
    (void)state;
    struct pacing_facts facts = good();
    facts.asked_ms = facts.updated_ms = facts.framed_ms = facts.now_ms - 1200;
    struct pacing pacing = pacing_next(&facts);
    assert_int_equal(pacing.why, PACING_ANSWER);
    assert_int_equal(pacing.why_ms, 1200);
    assert_int_equal(pacing.update_left_ms, PACING_ANSWER_MS - 1200);
    assert_int_equal(pacing.key_left_ms, 0);
    facts.framed_ms = facts.now_ms - 50; /* a key was answered just now */
    assert_int_equal(pacing_next(&facts).key_left_ms, PACING_KEY_MS - 50);
    facts.asked_ms = facts.now_ms - PACING_ANSWER_MS; /* the answer is given up */
    assert_int_equal(pacing_next(&facts).key_left_ms, 0);
}

static void a_terminal_that_has_never_answered_holds_nothing_back(void **state)
{
    (void)state;
    struct pacing_facts facts = good();
    facts.round_trip_ms = PT_UNKNOWN;
    for (int64_t ago_ms = 0; ago_ms < 30000; ago_ms += 500) {
        facts.asked_ms = facts.now_ms - ago_ms;
        expect(&facts, 1000, PACING_FULL);
        assert_int_equal(pacing_next(&facts).update_left_ms, 1000);
        assert_int_equal(pacing_next(&facts).key_left_ms, 0);
    }
}

/* An answer that was lost is no reason to go slow for ever: the writes decide again. */
static void an_answer_that_was_given_up_says_nothing(void **state)
{
    (void)state;
    struct pacing_facts facts = good();
    facts.asked_ms = facts.now_ms - PACING_ANSWER_MS;
    expect(&facts, 1000, PACING_FULL);
    facts.write_ms = 1800;
    expect(&facts, 4000, PACING_WRITE);
}

static void who_looks_elsewhere_gets_few_updates(void **state)
{
    (void)state;
    struct pacing_facts facts = good();
    facts.focus_in_ms = 98000;
    facts.focus_out_ms = 99500;
    expect(&facts, PACING_AWAY_MS, PACING_UNFOCUSED);
    facts.is_urgent = true; /* the end of pintop is shown as it is */
    expect(&facts, 1000, PACING_FULL);
    facts.is_urgent = false;
    facts.wanted_ms = 50;
    expect(&facts, PACING_AWAY_MS, PACING_UNFOCUSED);
    facts.key_ms = 99600; /* whoever presses a key looks, whatever the terminal says */
    expect(&facts, 50, PACING_FULL);
    facts.key_ms = 99000;
    facts.focus_in_ms = 99700;
    expect(&facts, 50, PACING_FULL);
}

static void who_is_away_gets_few_updates(void **state)
{
    (void)state;
    struct pacing_facts facts = good();
    facts.now_ms = facts.updated_ms = 10000000;
    facts.key_ms = facts.now_ms - PACING_IDLE_MS + 1;
    expect(&facts, 1000, PACING_FULL);
    facts.key_ms--;
    expect(&facts, PACING_AWAY_MS, PACING_IDLE);
    facts.focus_in_ms = 5000; /* the window is known to be in front */
    expect(&facts, 1000, PACING_FULL);
    facts.round_trip_ms = 900;
    expect(&facts, 2000, PACING_ANSWER);
    facts.focus_out_ms = 6000;
    facts.key_ms = 1000;
    expect(&facts, PACING_AWAY_MS, PACING_UNFOCUSED);
    facts.round_trip_ms = 4000; /* slower than that is said of the link */
    expect(&facts, 8000, PACING_ANSWER);
}

/* ---- a dashboard in virtual time ---- */

/* What a terminal does in a world, by chance. */
struct world {
    unsigned seed;
    struct pacing_facts facts;
    int64_t write_until_ms, answer_at_ms; /* PT_UNKNOWN: never */
    int64_t key_since_ms;                 /* the oldest key without a frame */
    int64_t write_max_ms, answer_max_ms;
    bool has_answers, has_focus;
    int64_t focus_since_ms; /* since when it is looked at again, and not drawn yet */
};

static int chance(struct world *world, int n)
{
    return rand_r(&world->seed) % n;
}

static void world_make(struct world *world, unsigned seed)
{
    *world = (struct world){.seed = seed, .facts = good()};
    world->facts.round_trip_ms = PT_UNKNOWN;
    world->facts.now_ms = world->facts.key_ms = 1;
    world->facts.updated_ms = world->facts.framed_ms = PT_UNKNOWN;
    world->write_until_ms = world->answer_at_ms = PT_UNKNOWN;
    world->key_since_ms = world->focus_since_ms = PT_UNKNOWN;
    world->write_max_ms = chance(world, 3) == 0 ? 1 + chance(world, 4000) : 0;
    world->answer_max_ms = 1 + chance(world, 6000);
    world->has_answers = chance(world, 4) != 0;
    world->has_focus = chance(world, 2) == 0;
}

static void world_send(struct world *world, bool is_update)
{
    struct pacing_facts *facts = &world->facts;
    assert_true(facts->pending_ms == PT_UNKNOWN); /* never two frames */
    if (world->key_since_ms != PT_UNKNOWN)
        assert_true(facts->now_ms - world->key_since_ms <= world->write_max_ms + PACING_KEY_MS);
    if (is_update && world->focus_since_ms != PT_UNKNOWN) {
        int64_t late_ms = facts->now_ms - world->focus_since_ms;
        assert_true(late_ms <= PACING_MOST_MS + world->write_max_ms);
        world->focus_since_ms = PT_UNKNOWN;
    }
    world->key_since_ms = PT_UNKNOWN;
    facts->framed_ms = facts->now_ms;
    if (is_update)
        facts->updated_ms = facts->now_ms;
    facts->write_ms = world->write_max_ms > 0 ? chance(world, (int)world->write_max_ms + 1) : 0;
    if (facts->write_ms > 0) {
        facts->pending_ms = facts->now_ms;
        world->write_until_ms = facts->now_ms + facts->write_ms;
    }
    bool may_ask = facts->asked_ms == PT_UNKNOWN || facts->now_ms - facts->asked_ms >= 30000;
    if (is_update && may_ask && chance(world, 5) == 0) {
        facts->asked_ms = facts->now_ms;
        world->answer_at_ms = world->has_answers
                                  ? facts->now_ms + 1 + chance(world, (int)world->answer_max_ms)
                                  : PT_UNKNOWN;
    }
}

static void world_happens(struct world *world)
{
    struct pacing_facts *facts = &world->facts;
    if (world->write_until_ms != PT_UNKNOWN && facts->now_ms >= world->write_until_ms)
        facts->pending_ms = world->write_until_ms = PT_UNKNOWN;
    if (world->answer_at_ms != PT_UNKNOWN && facts->now_ms >= world->answer_at_ms) {
        facts->round_trip_ms = facts->now_ms - facts->asked_ms;
        facts->asked_ms = world->answer_at_ms = PT_UNKNOWN;
    }
    if (chance(world, 500) == 0) {
        facts->key_ms = facts->now_ms;
        if (world->key_since_ms == PT_UNKNOWN)
            world->key_since_ms = facts->now_ms;
    }
    if (world->has_focus && chance(world, 3000) == 0)
        facts->focus_out_ms = facts->now_ms;
    if (world->has_focus && chance(world, 3000) == 0) {
        facts->focus_in_ms = facts->now_ms;
        world->focus_since_ms = facts->now_ms;
    }
}

/* In every world no frame is begun while another one is being written, and a key is answered as
 * soon as the terminal takes anything, at most PACING_KEY_MS later. Time never stands still. */
static void a_key_is_answered_in_every_world(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 300; seed++) {
        struct world world;
        world_make(&world, seed);
        struct pacing_facts *facts = &world.facts;
        int64_t updates = 0;
        for (; facts->now_ms < 60000; facts->now_ms++) {
            world_happens(&world);
            struct pacing pacing = pacing_next(facts);
            assert_true(pacing.every_ms >= 1000 && pacing.every_ms <= PACING_MOST_MS);
            if (pacing.update_left_ms == 0) {
                world_send(&world, true);
                updates++;
            } else if (world.key_since_ms != PT_UNKNOWN && pacing.key_left_ms == 0) {
                world_send(&world, false);
            }
            if (world.key_since_ms != PT_UNKNOWN &&
                facts->now_ms - world.key_since_ms > world.write_max_ms + PACING_KEY_MS)
                fail_msg("world %u: a key waits for %d ms", seed,
                         (int)(facts->now_ms - world.key_since_ms));
        }
        /* Each update waits 10 s at most, and then for a write and an answer. */
        if (updates < 60000 / (PACING_MOST_MS + PACING_ANSWER_MS + world.write_max_ms))
            fail_msg("world %u: only %d updates in a minute", seed, (int)updates);
        if (updates > 61)
            fail_msg("world %u: %d updates in a minute", seed, (int)updates);
    }
}

/* ---- when the terminal is asked ---- */

static bool asks(struct screen_link link, int64_t now_ms, bool is_looked_at, bool is_slow,
                 bool *is_alone)
{
    return refresh_must_ask(&link, 1000, now_ms, is_looked_at, is_slow, is_alone);
}

static void the_terminal_is_asked_rarely(void **state)
{
    (void)state;
    bool is_alone;
    struct screen_link link = {.asks = 0, .round_trip_ms = PT_UNKNOWN, .last_ask_ms = PT_UNKNOWN};
    assert_false(asks(link, 1999, false, false, &is_alone));
    assert_true(asks(link, 2000, false, false, &is_alone));
    assert_false(is_alone); /* nothing is sent for its sake while nobody looks */
    link.asks = 1;
    link.last_ask_ms = 2000;
    assert_false(asks(link, 31999, true, false, &is_alone));
    assert_true(asks(link, 32000, false, false, &is_alone));
    link.asks = 3; /* it does not answer: then only for whoever looks */
    assert_false(asks(link, 900000, false, false, &is_alone));
    assert_true(asks(link, 900000, true, false, &is_alone));
    assert_true(is_alone);
    link.round_trip_ms = 5;
    assert_false(asks(link, 11999, true, false, &is_alone));
    assert_true(asks(link, 12000, true, false, &is_alone));
    assert_false(asks(link, 61999, false, false, &is_alone));
    assert_true(asks(link, 62000, false, false, &is_alone));
    link.bytes = 4096; /* a link that has become slow is noticed before much waits */
    assert_false(asks(link, 11999, false, false, &is_alone));
    assert_true(asks(link, 12000, false, false, &is_alone));
    assert_false(is_alone);
    assert_true(asks(link, 2001, false, true, &is_alone)); /* a slow link: to see when it is over */
    assert_false(is_alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_link_gives_what_is_wanted),
        cmocka_unit_test(a_slow_answer_slows_the_updates),
        cmocka_unit_test(a_terminal_that_accepts_nothing_gets_nothing),
        cmocka_unit_test(data_waits_for_the_answer_and_keys_share_frames_meanwhile),
        cmocka_unit_test(a_terminal_that_has_never_answered_holds_nothing_back),
        cmocka_unit_test(an_answer_that_was_given_up_says_nothing),
        cmocka_unit_test(who_looks_elsewhere_gets_few_updates),
        cmocka_unit_test(who_is_away_gets_few_updates),
        cmocka_unit_test(a_key_is_answered_in_every_world),
        cmocka_unit_test(the_terminal_is_asked_rarely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
