#include "term/pacing.h"

#include "pintop/stream.h"

enum { SECOND_MS = 1000 };

static int64_t pacing_since(int64_t then_ms, int64_t now_ms)
{
    return then_ms == PT_UNKNOWN ? PT_UNKNOWN : now_ms - then_ms;
}

/* Whether a happened, and b not after it. */
static bool pacing_is_last(int64_t a_ms, int64_t b_ms)
{
    return a_ms != PT_UNKNOWN && (b_ms == PT_UNKNOWN || a_ms > b_ms);
}

enum pacing_why pacing_away(const struct pacing_facts *facts)
{
    /* A key is pressed by somebody who looks, whatever the terminal says of its window. */
    bool is_out = pacing_is_last(facts->focus_out_ms, facts->focus_in_ms);
    bool is_in = pacing_is_last(facts->focus_in_ms, facts->focus_out_ms);
    if (is_out && !pacing_is_last(facts->key_ms, facts->focus_out_ms))
        return PACING_UNFOCUSED;
    int64_t idle_ms = pacing_since(facts->key_ms, facts->now_ms);
    return !is_in && idle_ms != PT_UNKNOWN && idle_ms >= PACING_IDLE_MS ? PACING_IDLE : PACING_FULL;
}

/* The time that the link needs for a frame, as far as it has been seen; PT_UNKNOWN: not known. */
static int64_t pacing_cost_ms(const struct pacing_facts *facts, enum pacing_why *why)
{
    int64_t write_ms = facts->write_ms, answer_ms = facts->round_trip_ms;
    int64_t waits_ms = pacing_since(facts->pending_ms, facts->now_ms);
    int64_t asks_ms = pacing_since(facts->asked_ms, facts->now_ms);
    if (waits_ms != PT_UNKNOWN && (write_ms == PT_UNKNOWN || waits_ms > write_ms))
        write_ms = waits_ms;
    /* Silence is evidence only from a terminal that has answered before, and not for ever. */
    if (answer_ms != PT_UNKNOWN && asks_ms != PT_UNKNOWN && asks_ms > answer_ms)
        answer_ms = asks_ms < PACING_ANSWER_MS ? asks_ms : PT_UNKNOWN;
    bool is_write = write_ms != PT_UNKNOWN && (answer_ms == PT_UNKNOWN || write_ms > answer_ms);
    *why = is_write ? PACING_WRITE : PACING_ANSWER;
    return is_write ? write_ms : answer_ms;
}

/* Twice what the link needs, so that half of it is free for keys: in whole seconds. */
static int64_t pacing_slow_ms(int64_t cost_ms)
{
    int64_t every_ms = (2 * cost_ms + SECOND_MS - 1) / SECOND_MS * SECOND_MS;
    return every_ms > PACING_MOST_MS ? PACING_MOST_MS : every_ms;
}

static void pacing_choose(const struct pacing_facts *facts, struct pacing *pacing)
{
    enum pacing_why why, away = facts->is_urgent ? PACING_FULL : pacing_away(facts);
    int64_t cost_ms = pacing_cost_ms(facts, &why);
    pacing->every_ms = facts->wanted_ms;
    if (cost_ms != PT_UNKNOWN && cost_ms > pacing->every_ms && cost_ms <= PACING_SLOW_MS)
        pacing->every_ms = cost_ms; /* what is wanted at once comes as fast as the link is */
    if (cost_ms != PT_UNKNOWN && cost_ms > PACING_SLOW_MS) {
        pacing->every_ms = pacing_slow_ms(cost_ms);
        pacing->why = why;
        pacing->why_ms = cost_ms;
    }
    if (away != PACING_FULL && pacing->every_ms < PACING_AWAY_MS) {
        pacing->every_ms = PACING_AWAY_MS;
        pacing->why = away;
    }
}

static int64_t pacing_left(int64_t from_ms, int64_t wait_ms, int64_t now_ms)
{
    if (from_ms == PT_UNKNOWN)
        return 0;
    int64_t left = from_ms + wait_ms - now_ms;
    return left > 0 ? left : 0;
}

struct pacing pacing_next(const struct pacing_facts *facts)
{
    struct pacing pacing = {.why = PACING_FULL, .why_ms = PT_UNKNOWN};
    pacing_choose(facts, &pacing);
    if (facts->pending_ms != PT_UNKNOWN) {
        pacing.update_left_ms = pacing.key_left_ms = -1;
        return pacing;
    }
    pacing.update_left_ms = pacing_left(facts->updated_ms, pacing.every_ms, facts->now_ms);
    /* A frame whose answer is still to come is on its way. Data waits for its end; a key does not,
     * but several keys share a frame. */
    bool is_on_its_way = facts->asked_ms != PT_UNKNOWN && facts->round_trip_ms != PT_UNKNOWN;
    if (!is_on_its_way)
        return pacing;
    int64_t answer_left_ms = pacing_left(facts->asked_ms, PACING_ANSWER_MS, facts->now_ms);
    if (answer_left_ms > pacing.update_left_ms)
        pacing.update_left_ms = answer_left_ms;
    if (answer_left_ms > 0)
        pacing.key_left_ms = pacing_left(facts->framed_ms, PACING_KEY_MS, facts->now_ms);
    return pacing;
}
