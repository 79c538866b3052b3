/* Synthetic records that are dirty on purpose: each form occurs, at its rate; and what records of
 * several streams have in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "record.h"
#include "stream/record.h"
#include "stream/source.h"

enum { COLUMNS_MAX = 12 };

/* How many records of n have each column dirty. */
static void count_dirty(enum pt_stream_id id, double pct, int n, int counts[COLUMNS_MAX])
{
    size_t n_columns;
    const struct column *columns = columns_of(id, &n_columns);
    struct record_gen gen;
    record_gen_init(&gen, 100, pct);
    memset(counts, 0, sizeof(counts[0]) * COLUMNS_MAX);
    for (int i = 0; i < n; i++) {
        struct sample sample = sample_make(&gen, id, (uint64_t)i);
        const cJSON *item = sample.json->child;
        for (size_t c = 0; c < n_columns; c++, item = item->next)
            counts[c] += is_dirty(&columns[c], item);
        sample_done(&sample);
    }
}

static void dirty_values_come_at_their_rate(void **state)
{
    (void)state;
    static const double pcts[] = {0, 0.5, 5, 50, 100};
    enum { N = 10000 };
    for (size_t i = 0; i < sizeof(pcts) / sizeof(pcts[0]); i++)
        for (int id = 0; id < PT_STREAMS; id++) {
            int counts[COLUMNS_MAX];
            size_t n;
            const struct column *columns = columns_of((enum pt_stream_id)id, &n);
            count_dirty((enum pt_stream_id)id, pcts[i], N, counts);
            for (size_t c = 0; c < n; c++) {
                double p = columns[c].dirty ? pcts[i] / 100 : 0;
                double off = counts[c] - p * N;
                /* five standard deviations; exact at 0 and 100 % */
                if (off * off > 25 * N * p * (1 - p))
                    fail_msg("%s at %g %%: %d of %d", columns[c].name, pcts[i], counts[c], N);
            }
        }
}

static void every_dirty_form_occurs(void **state)
{
    (void)state;
    struct record_gen gen;
    record_gen_init(&gen, 100, 100);
    for (int id = 0; id < PT_STREAMS; id++) {
        size_t n;
        const struct column *columns = columns_of((enum pt_stream_id)id, &n);
        int nulls[COLUMNS_MAX] = {0}, empties[COLUMNS_MAX] = {0}, words[COLUMNS_MAX] = {0};
        for (uint64_t i = 0; i < 200; i++) {
            struct sample sample = sample_make(&gen, (enum pt_stream_id)id, i);
            const cJSON *item = sample.json->child;
            for (size_t c = 0; c < n; c++, item = item->next) {
                nulls[c] += cJSON_IsNull(item);
                empties[c] += cJSON_IsString(item) && item->valuestring[0] == '\0';
                words[c] += cJSON_IsString(item) && columns[c].dirty &&
                            strcmp(item->valuestring, columns[c].dirty) == 0;
            }
            sample_done(&sample);
        }
        for (size_t c = 0; c < n; c++)
            if (columns[c].dirty) {
                assert_true(nulls[c] > 0);
                assert_true((empties[c] > 0) == (columns[c].kind == TEXT));
                assert_true((words[c] > 0) == (columns[c].kind == TEXT));
            }
    }
}

static void special_characters_occur(void **state)
{
    (void)state;
    static const char *const specials[] = {"\"", "\\", "\n", "\t", "é", "–", "日本", "😍"};
    enum { N_SPECIALS = sizeof(specials) / sizeof(specials[0]) };
    int titles[N_SPECIALS] = {0}, descriptions[N_SPECIALS] = {0};
    struct record_gen gen;
    record_gen_init(&gen, 100, 0);
    for (uint64_t i = 0; i < 5000; i++) {
        struct sample sample = sample_make(&gen, PT_PIN, i);
        for (size_t s = 0; s < N_SPECIALS; s++) {
            titles[s] += strstr(text_of(&sample, "title"), specials[s]) != NULL;
            descriptions[s] += strstr(text_of(&sample, "description"), specials[s]) != NULL;
        }
        sample_done(&sample);
    }
    assert_true(titles[0] > 0 && titles[1] > 0 && titles[7] > 0);
    for (size_t s = 0; s < N_SPECIALS; s++)
        assert_true(titles[s] + descriptions[s] > 0);
}

static void streams_join(void **state)
{
    (void)state;
    struct record_gen gen;
    record_gen_init(&gen, 100, 5);
    for (uint64_t i = 0; i < 1000; i++) {
        struct sample pin = sample_make(&gen, PT_PIN, i), geo = sample_make(&gen, PT_GEO, i),
                      user = sample_make(&gen, PT_USER, i);
        assert_true(number_of(&pin, "index") == (double)i);
        assert_true(number_of(&geo, "ind") == (double)i && number_of(&user, "ind") == (double)i);
        /* Nobody posts before joining. */
        assert_true(strcmp(text_of(&user, "date_joined"), text_of(&geo, "timestamp")) < 0);
        sample_done(&pin);
        sample_done(&geo);
        sample_done(&user);
    }
}

/* The size that the figures of the design are about. */
static void mean_sizes_are_as_planned(void **state)
{
    (void)state;
    static const double low[] = {500, 90, 80}, high[] = {700, 160, 140};
    struct record_gen gen;
    char out[RECORD_MAX_BYTES];
    record_gen_init(&gen, 100, 5);
    for (int id = 0; id < PT_STREAMS; id++) {
        double bytes = 0;
        for (uint64_t i = 0; i < 10000; i++)
            bytes += (double)record_write(&gen, (enum pt_stream_id)id, i, out) / 10000;
        assert_true(bytes > low[id] && bytes < high[id]);
    }
}

static void source_makes_the_records(void **state)
{
    (void)state;
    const struct source_opts opts = {
        .id = PT_GEO, .source = "synthetic", .seed = 9, .dirty_pct = 20};
    struct source *src = source_synthetic_new(&opts);
    assert_non_null(src);
    assert_string_equal(src->ops->name, "synthetic");
    assert_string_equal(src->path, "");
    struct record_gen gen;
    record_gen_init(&gen, opts.seed, opts.dirty_pct);
    const struct source_pos start = {0};
    for (uint64_t i = 0; i < 100; i++) {
        char expected[RECORD_MAX_BYTES];
        size_t len = record_write(&gen, PT_GEO, i / 2, expected);
        struct source_record rec;
        /* each index once by next, once by again */
        assert_int_equal(i % 2 ? src->ops->again(src, i / 2, &start, &rec, NULL)
                               : src->ops->next(src, i / 2, &rec, NULL),
                         SOURCE_RECORD);
        assert_int_equal(rec.len, len);
        assert_memory_equal(rec.value, expected, len);
        assert_true(rec.pos.offset == 0 && rec.pos.row == 0);
    }
    assert_int_equal(src->ops->seek(src, &start, NULL), PT_OK);
    assert_true(src->bad_rows == 0);
    src->ops->free(src);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dirty_values_come_at_their_rate),
        cmocka_unit_test(every_dirty_form_occurs),
        cmocka_unit_test(special_characters_occur),
        cmocka_unit_test(streams_join),
        cmocka_unit_test(mean_sizes_are_as_planned),
        cmocka_unit_test(source_makes_the_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
