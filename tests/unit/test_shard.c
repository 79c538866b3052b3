/* Shards: the arithmetic of i/n, and what counts in indexes with a stride: the window, the
 * streamer, the rows of a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shard.h"
#include "fake_producer.h"
#include "replay_files.h"

static const uint32_t numbers[] = {1, 2, 3, 4, 7, 8, 13, 64, 1000, SHARDS_MAX};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* ---- i/n ---- */

static void test_text(void **state)
{
    static const char *const bad[] = {"",       "1",    "0/1",   "1/0",   "2/1",
                                      "-1/2",   "1/-2", "01/2",  "1/02",  "1/2 ",
                                      " 1/2",   "1 /2", "1/2/3", "a/b",   "1/",
                                      "1/1025", "+1/2", "/2",    "1.0/2", "4294967297/4294967297"};
    struct shard shard = {7, 9};
    char text[SHARD_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(shard_parse(bad[i], &shard));
        assert_true(shard.i == 7 && shard.n == 9);
    }
    assert_true(shard_parse("1024/1024", &shard));
    shard_format(shard, text);
    assert_string_equal(text, "1024/1024");
    shard_format_name(shard, text);
    assert_string_equal(text, "1024of1024");
    assert_true(shard_parse("1/1", &shard) && shard_is_whole(shard));
    shard_format_name(shard, text);
    assert_string_equal(text, "");
    assert_true(shard_parse("1/2", &shard) && !shard_is_whole(shard));
}

/* Every index belongs to exactly one of n shards, and shard_first finds the next one. */
static void test_every_index_has_one_shard(void **state)
{
    (void)state;
    for (size_t k = 0; k < NUMBERS; k++) {
        uint32_t n = numbers[k];
        for (uint64_t from = 0; from < 2 * n + 3 && from < 500; from++) {
            unsigned owners = 0;
            for (uint32_t i = 1; i <= n; i++) {
                uint64_t first = shard_first((struct shard){i, n}, from);
                assert_true(first >= from && first < from + n);
                assert_int_equal(first % n, i - 1);
                owners += first == from;
            }
            assert_int_equal(owners, 1);
        }
    }
}

static void test_counts_add_up(void **state)
{
    (void)state;
    for (size_t k = 0; k < NUMBERS; k++)
        for (uint64_t from = 0; from < 40; from += 3)
            for (uint64_t until = from; until < from + 100; until += 7) {
                uint64_t all = 0;
                for (uint32_t i = 1; i <= numbers[k]; i++)
                    all += shard_count((struct shard){i, numbers[k]}, from, until);
                assert_int_equal(all, until - from);
            }
}

/* ---- the window ---- */

/* The window of a shard does, index by index, what the window of the whole does: the same random
 * calls on both, where the k-th index of the one stands for the k-th of the other. */
struct twins {
    struct window whole, part;
    struct shard shard;
};

static uint64_t twin_of(const struct twins *twins, uint64_t k)
{
    return twins->shard.i - 1 + k * twins->shard.n;
}

static void check_twins(const struct twins *twins)
{
    struct window_figures a = window_read(&twins->whole), b = window_read(&twins->part);
    assert_int_equal(b.generated, b.delivered + b.failed + b.in_flight + b.unresolved);
    assert_int_equal(a.generated, b.generated);
    assert_int_equal(a.delivered, b.delivered);
    assert_int_equal(a.failed, b.failed);
    assert_int_equal(a.in_flight, b.in_flight);
    assert_int_equal(a.unresolved, b.unresolved);
    assert_int_equal(a.uncommitted, b.uncommitted);
    assert_int_equal(a.oldest_us, b.oldest_us);
    assert_int_equal(twin_of(twins, a.next), b.next);
    assert_int_equal(twin_of(twins, a.lowest), b.lowest);
    assert_int_equal(window_used(&twins->whole), window_used(&twins->part));
    assert_int_equal(window_is_empty(&twins->whole), window_is_empty(&twins->part));
    for (unsigned state = SLOT_FLIGHT; state <= SLOT_UNRESOLVED; state++)
        assert_int_equal(twin_of(twins, window_find(&twins->whole, a.lowest, 1u << state)),
                         window_find(&twins->part, b.lowest, 1u << state));
}

static void take_twins(struct twins *twins, int64_t now_us, bool is_given_back)
{
    uint64_t a, b;
    struct source_pos pos = {.offset = (uint64_t)now_us, .row = (uint64_t)now_us + 1};
    bool has_room = window_has_room(&twins->whole);
    assert_int_equal(has_room, window_has_room(&twins->part));
    assert_int_equal(window_take(&twins->whole, now_us, &pos, &a), has_room);
    assert_int_equal(window_take(&twins->part, now_us, &pos, &b), has_room);
    if (!has_room)
        return;
    assert_int_equal(twin_of(twins, a), b);
    assert_int_equal(window_position(&twins->part, b).offset, now_us);
    if (is_given_back) {
        window_give_back(&twins->whole, a);
        window_give_back(&twins->part, b);
    }
}

static void report_twins(struct twins *twins, unsigned what, uint64_t k, int64_t now_us)
{
    uint64_t b = twin_of(twins, k);
    if (what == 0)
        assert_int_equal(window_delivered(&twins->whole, k, 5, now_us, true),
                         window_delivered(&twins->part, b, 5, now_us, true));
    else if (what == 1)
        assert_int_equal(window_delivered(&twins->whole, k, 5, now_us, false),
                         window_delivered(&twins->part, b, 5, now_us, false));
    else if (what == 2)
        assert_int_equal(window_failed(&twins->whole, k), window_failed(&twins->part, b));
    else
        assert_int_equal(window_committed(&twins->whole, k), window_committed(&twins->part, b));
}

static void again_twins(struct twins *twins, int64_t now_us)
{
    uint64_t k = window_find(&twins->whole, 0, 1u << SLOT_FAILED);
    if (k < window_next_index(&twins->whole))
        assert_int_equal(window_take_again(&twins->whole, k, now_us),
                         window_take_again(&twins->part, twin_of(twins, k), now_us));
}

static void run_twins(struct shard shard, uint64_t seed)
{
    struct twins twins = {.shard = shard};
    assert_int_equal(window_init(&twins.whole, 20, 0, true, NULL), PT_OK);
    assert_int_equal(window_init(&twins.part, 20, shard.i - 1, true, NULL), PT_OK);
    window_set_stride(&twins.part, shard.n);
    for (int64_t t = 1; t < 400; t++) {
        uint64_t low = window_read(&twins.whole).lowest;
        switch (test_random(&seed) % 4) {
        case 0:
        case 1:
            take_twins(&twins, t, test_random(&seed) % 8 == 0);
            break;
        case 2:
            report_twins(&twins, test_random(&seed) % 4, low + test_random(&seed) % 22, t);
            break;
        default:
            again_twins(&twins, t);
        }
        check_twins(&twins);
    }
    assert_int_equal(window_end(&twins.whole), window_end(&twins.part));
    check_twins(&twins);
    window_done(&twins.whole);
    window_done(&twins.part);
}

static void test_a_window_of_every_stride(void **state)
{
    (void)state;
    for (size_t k = 0; k < NUMBERS; k++) {
        run_twins((struct shard){1, numbers[k]}, 1 + k);
        run_twins((struct shard){numbers[k], numbers[k]}, 100 + k);
        run_twins((struct shard){(numbers[k] + 1) / 2, numbers[k]}, 200 + k);
    }
}

/* An index of another shard is no index of this window, whatever cell it would fall on. */
static void test_search_from_any_index(void **state)
{
    struct window win;
    uint64_t index;
    (void)state;
    assert_int_equal(window_init(&win, 16, 2, false, NULL), PT_OK);
    window_set_stride(&win, 4);
    for (int i = 0; i < 4; i++)
        assert_true(window_take(&win, 1, NULL, &index));
    assert_int_equal(window_find(&win, 0, 1u << SLOT_FLIGHT), 2);
    assert_int_equal(window_find(&win, 3, 1u << SLOT_FLIGHT), 6);
    assert_int_equal(window_find(&win, 6, 1u << SLOT_FLIGHT), 6);
    assert_int_equal(window_find(&win, 7, 1u << SLOT_FLIGHT), 10);
    assert_int_equal(window_find(&win, 15, 1u << SLOT_FLIGHT), 18);
    assert_int_equal(window_read(&win).next, 18);
    window_done(&win);
}

/* ---- the streamer ---- */

static struct fake_producer fp;

/* --count is records of this run, whatever the stride. */
static void test_streamer_counts_records(void **state)
{
    (void)state;
    fake_producer_init(
        &fp, &(struct fake_opts){
                 .window = 16, .first_index = 2, .count = 100, .stride = 4, .rate_per_s = 1e18});
    streamer_set_wanted(&fp.st, true);
    for (int i = 0; i < 200 && streamer_state_of(&fp.st) != STREAMER_DONE; i++) {
        fake_run(&fp, 10000);
        fake_deliver(&fp, 7);
    }
    assert_int_equal(streamer_state_of(&fp.st), STREAMER_DONE);
    assert_int_equal(fp.n_sent, 100);
    for (size_t i = 0; i < fp.n_sent; i++)
        assert_int_equal(fp.sent[i].index, 2 + 4 * i);
    fake_deliver(&fp, 100);
    assert_int_equal(window_read(&fp.st.win).delivered, 100);
    assert_int_equal(window_read(&fp.st.win).lowest, 402);
    fake_producer_done(&fp);
}

/* It waits when its own window is full, not when the indexes are that far apart. */
static void test_streamer_fills_its_window(void **state)
{
    (void)state;
    fake_producer_init(
        &fp,
        &(struct fake_opts){.window = 16, .first_index = 6, .stride = 1000, .rate_per_s = 1e18});
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, 1000000);
    assert_int_equal(fp.n_sent, 16);
    assert_int_equal(streamer_state_of(&fp.st), STREAMER_WAITING);
    fake_deliver_one(&fp, 6006);
    fake_run(&fp, 1000000);
    assert_int_equal(fp.n_sent, 16);
    fake_deliver_one(&fp, 6);
    fake_run(&fp, 1000000);
    assert_int_equal(fp.n_sent, 17);
    fake_producer_done(&fp);
}

/* What a dead producer had in flight is sent again: those indexes, and no others. */
static void test_streamer_sends_again(void **state)
{
    (void)state;
    fake_producer_init(
        &fp, &(struct fake_opts){
                 .window = 16, .first_index = 1, .count = 10, .stride = 3, .rate_per_s = 1e18});
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, 1000000);
    assert_int_equal(fp.n_sent, 10);
    fake_deliver_one(&fp, 1);
    fake_deliver_one(&fp, 13);
    fake_replace(&fp);
    streamer_unpark(&fp.st, true);
    fake_run(&fp, 1000000);
    assert_int_equal(fp.n_sent, 18);
    for (uint64_t i = 0; i < 10; i++)
        assert_int_equal(fake_times_sent(&fp, 1 + 3 * i, 10), i != 0 && i != 4);
    fake_producer_done(&fp);
}

/* A count that no index can reach is no bound, and does not wrap round to an early end. */
static void test_streamer_huge_count(void **state)
{
    (void)state;
    fake_producer_init(&fp, &(struct fake_opts){.window = 16,
                                                .first_index = 1,
                                                .stride = 1024,
                                                .count = INT64_MAX,
                                                .rate_per_s = 1e18});
    assert_true(fp.st.end_index == UINT64_MAX);
    fake_producer_done(&fp);
}

/* ---- the rows of a file ---- */

enum { FILE_ROWS = 23 };

static struct source *open_rows(uint32_t i, uint32_t n, bool is_looping)
{
    char text[FILE_ROWS * 40 + 80] = "ind,first_name,last_name,age,date_joined\n";
    for (int row = 0; row < FILE_ROWS; row++) {
        char line[60];
        snprintf(line, sizeof line, "%d,A,B,%d,2020-01-01 00:00:00\n", row, 20 + row);
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s", row == 5 ? "a,bad,row\n" : line);
    }
    struct source *src = replay_source("user.csv", text, PT_USER, is_looping);
    source_set_shard(src, (struct shard){i, n});
    return src;
}

static int row_of(const struct source_record *rec)
{
    const char *at = memmem(rec->value, rec->len, "\"ind\":", 6);
    assert_non_null(at);
    return (int)strtol(at + 6, NULL, 10);
}

/* The n shards have every good row of the file, each once, and each has those at its turn. */
static void test_rows_are_dealt_out(void **state)
{
    (void)state;
    for (uint32_t n = 1; n < 30; n++) {
        int seen[FILE_ROWS] = {0};
        for (uint32_t i = 1; i <= n; i++) {
            struct source *src = open_rows(i, n, false);
            struct source_record rec;
            struct pt_error err;
            uint64_t index = i - 1;
            while (source_next_own(src, index, &rec, &err) == SOURCE_RECORD) {
                int row = row_of(&rec);
                seen[row]++;
                /* The bad row is none: those behind it are one place further ahead. */
                assert_int_equal(index, row < 5 ? row : row - 1);
                index += n;
            }
            assert_int_equal(src->bad_rows, 1);
            source_free(src);
        }
        for (int row = 0; row < FILE_ROWS; row++)
            assert_int_equal(seen[row], row != 5);
    }
}

/* At the end of a file that loops, the rows are dealt on without a break. */
static void test_rows_of_a_loop(void **state)
{
    enum { GOOD = FILE_ROWS - 1, N = 5 };
    (void)state;
    for (uint32_t i = 1; i <= N; i++) {
        struct source *src = open_rows(i, N, true);
        struct source_record rec;
        struct pt_error err;
        for (uint64_t index = i - 1; index < 5 * GOOD; index += N) {
            assert_int_equal(source_next_own(src, index, &rec, &err), SOURCE_RECORD);
            int row = row_of(&rec);
            assert_int_equal(index % GOOD, row < 5 ? row : row - 1);
        }
        source_free(src);
    }
}

/* A file that cannot be read for a moment, or ends and then grows: rows are numbers, 'E' an error
 * and
 * '.' the end. */
struct halting {
    struct source base;
    const char *script;
    size_t row;
};

static enum source_status halting_next(struct source *src, uint64_t index,
                                       struct source_record *rec, struct pt_error *err)
{
    struct halting *h = (struct halting *)src;
    (void)index;
    (void)err;
    char now = *h->script++;
    if (now == 'E' || now == '.')
        return now == 'E' ? SOURCE_ERROR : SOURCE_END;
    *rec = (struct source_record){.value = "", .pos = {.row = h->row++}};
    return SOURCE_RECORD;
}

/* Wherever it halts, the turns stay those of the rows. */
static void test_rows_behind_an_error(void **state)
{
    static const struct source_ops ops = {.name = "csv", .next = halting_next};
    static const char *const scripts[] = {"012345678", "E012345678", "0E1.2EE34.5678",
                                          "0.1.2.345.678"};
    (void)state;
    for (size_t k = 0; k < sizeof scripts / sizeof *scripts; k++)
        for (uint32_t i = 1; i <= 3; i++) {
            struct halting h = {.base = {.ops = &ops}, .script = scripts[k]};
            struct source_record rec;
            struct pt_error err;
            source_set_shard(&h.base, (struct shard){i, 3});
            for (uint64_t index = i - 1; index < 9; index += 3) {
                while (source_next_own(&h.base, index, &rec, &err) != SOURCE_RECORD) {
                }
                assert_int_equal(rec.pos.row, index);
            }
        }
}

/* The synthetic source needs no rows: its records are a function of the index. */
static void test_synthetic_is_not_dealt(void **state)
{
    struct source *src, *other;
    struct source_record rec, same;
    struct source_opts opts = {.id = PT_PIN, .source = "synthetic", .seed = 5};
    struct pt_error err;
    (void)state;
    assert_int_equal(source_open(&opts, &src, &err), PT_OK);
    assert_int_equal(source_open(&opts, &other, &err), PT_OK);
    source_set_shard(src, (struct shard){3, 4});
    for (uint64_t index = 2; index < 100; index += 4) {
        assert_int_equal(source_next_own(src, index, &rec, &err), SOURCE_RECORD);
        assert_int_equal(source_next_own(other, index, &same, &err), SOURCE_RECORD);
        assert_int_equal(rec.len, same.len);
        assert_memory_equal(rec.value, same.value, rec.len);
    }
    source_free(src);
    source_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_every_index_has_one_shard),
        cmocka_unit_test(test_counts_add_up),
        cmocka_unit_test(test_a_window_of_every_stride),
        cmocka_unit_test(test_search_from_any_index),
        cmocka_unit_test(test_streamer_counts_records),
        cmocka_unit_test(test_streamer_fills_its_window),
        cmocka_unit_test(test_streamer_sends_again),
        cmocka_unit_test(test_streamer_huge_count),
        cmocka_unit_test(test_rows_are_dealt_out),
        cmocka_unit_test(test_rows_of_a_loop),
        cmocka_unit_test(test_rows_behind_an_error),
        cmocka_unit_test(test_synthetic_is_not_dealt),
    };
    return cmocka_run_group_tests(tests, replay_dir_setup, replay_dir_teardown);
}
