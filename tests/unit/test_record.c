/* Synthetic records: held against cJSON's parser, and against the columns of the original tables.
 */
#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "record.h"
#include "stream/record.h"
#include "stream/source.h"

/* ---- checks of one value ---- */

/* Bytes of one well-formed UTF-8 character (Unicode 15, table 3-7), 0 for none. */
static size_t utf8_len(const unsigned char *s, size_t left)
{
    if (s[0] < 0x80)
        return 1;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || n > left)
        return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

static void assert_utf8_line(const char *raw, size_t len)
{
    const unsigned char *s = (const unsigned char *)raw;
    for (size_t i = 0, n; i < len; i += n) {
        n = utf8_len(s + i, len - i);
        if (n == 0 || s[i] < 0x20 || s[i] == 0x7f)
            fail_msg("byte %zu is control or not UTF-8: %.*s", i, (int)len, raw);
    }
}

/* Whether text has the pattern's form: 9 digit, x hex digit, anything else itself. */
static bool has_form(const char *text, const char *pattern)
{
    for (; *pattern; pattern++, text++) {
        bool is_right = *pattern == '9'   ? isdigit((unsigned char)*text) != 0
                        : *pattern == 'x' ? *text && strchr("0123456789abcdef", *text)
                                          : *text == *pattern;
        if (!is_right)
            return false;
    }
    return *text == '\0';
}

static int part(const char *text, size_t at, size_t len)
{
    int n = 0;
    for (size_t i = at; i < at + len; i++)
        n = n * 10 + (text[i] - '0');
    return n;
}

static void assert_time(const char *text)
{
    assert_true(has_form(text, "9999-99-99 99:99:99"));
    struct tm tm = {
        .tm_year = part(text, 0, 4),
        .tm_mon = part(text, 5, 2),
        .tm_mday = part(text, 8, 2),
        .tm_hour = part(text, 11, 2),
        .tm_min = part(text, 14, 2),
        .tm_sec = part(text, 17, 2),
    };
    assert_in_range(tm.tm_year, 2015, 2022);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    /* A day that does not exist comes back as another one. */
    struct tm back;
    time_t t = timegm(&tm);
    char again[32];
    strftime(again, sizeof(again), "%Y-%m-%d %H:%M:%S", gmtime_r(&t, &back));
    assert_string_equal(again, text);
}

/* Columns in order, each of its type or dirty in its own way. */
static void assert_columns(enum pt_stream_id id, const struct sample *sample)
{
    size_t n;
    const struct column *columns = columns_of(id, &n);
    const cJSON *item = sample->json->child;
    for (size_t i = 0; i < n; i++, item = item->next) {
        assert_non_null(item);
        assert_string_equal(item->string, columns[i].name);
        if (is_dirty(&columns[i], item))
            assert_non_null(columns[i].dirty);
        else if (columns[i].kind == TEXT)
            assert_true(cJSON_IsString(item));
        else
            assert_true(cJSON_IsNumber(item));
        /* Line ends and tabs are meant; any other control character is a slip in a table. */
        for (const char *at = cJSON_IsString(item) ? item->valuestring : ""; *at; at++)
            assert_true((unsigned char)*at >= 0x20 || *at == '\n' || *at == '\t');
        if (columns[i].kind == WHOLE && cJSON_IsNumber(item))
            assert_true(item->valuedouble == floor(item->valuedouble));
    }
    assert_null(item);
}

/* cJSON writes strings and whole numbers the one way that we do: quotes, backslashes, line ends
 * escaped, the rest as it is. So what it writes from what it read are our bytes. */
static void assert_round_trip(const struct sample *sample)
{
    char *again = cJSON_PrintUnformatted(sample->json);
    assert_non_null(again);
    assert_int_equal(strlen(again), sample->len);
    assert_memory_equal(again, sample->raw, sample->len);
    free(again);
}

/* ---- plausible values of clean records ---- */

static void assert_tags(const char *list)
{
    char copy[RECORD_MAX_BYTES], *tags[16], *rest = copy;
    size_t n = 0;
    snprintf(copy, sizeof(copy), "%s", list);
    for (char *tag; (tag = strsep(&rest, ","));) {
        assert_true(*tag);
        for (size_t i = 0; i < n; i++)
            assert_string_not_equal(tags[i], tag);
        tags[n++] = tag;
        assert_in_range(n, 1, 15);
    }
    assert_in_range(n, 3, 15);
}

static void assert_pin(const struct sample *sample)
{
    assert_true(has_form(text_of(sample, "unique_id"), "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx") &&
                strchr("89ab", text_of(sample, "unique_id")[19]));
    assert_in_range(strlen(text_of(sample, "title")), 8, 120);
    assert_in_range(strlen(text_of(sample, "description")), 40, 400);
    assert_in_range(strlen(text_of(sample, "poster_name")), 4, 60);
    const char *followers = text_of(sample, "follower_count");
    size_t digits = strspn(followers, "0123456789");
    assert_in_range(digits, 1, 3);
    assert_true(followers[0] != '0' &&
                (strcmp(followers + digits, "") == 0 || strcmp(followers + digits, "k") == 0 ||
                 strcmp(followers + digits, "M") == 0));
    assert_tags(text_of(sample, "tag_list"));
    const char *media = text_of(sample, "is_image_or_video");
    assert_true(strcmp(media, "image") == 0 || strcmp(media, "video") == 0 ||
                strcmp(media, "multi-video(story page format)") == 0);
    const char *src = text_of(sample, "image_src");
    assert_true(has_form(src, "https://i.pinimg.com/originals/xx/xx/xx/"
                              "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.jpg"));
    assert_true(number_of(sample, "downloaded") == 0 || number_of(sample, "downloaded") == 1);
    const char *place = text_of(sample, "save_location"), *data = "Local save in /data/";
    assert_memory_equal(place, data, strlen(data));
    assert_string_equal(place + strlen(data), text_of(sample, "category"));
}

static void assert_clean(enum pt_stream_id id, const struct sample *sample)
{
    if (id == PT_PIN) {
        assert_pin(sample);
    } else if (id == PT_GEO) {
        assert_time(text_of(sample, "timestamp"));
        assert_true(number_of(sample, "latitude") >= -90 && number_of(sample, "latitude") <= 90);
        assert_true(*text_of(sample, "country"));
    } else {
        assert_time(text_of(sample, "date_joined"));
        assert_in_range((int)number_of(sample, "age"), 16, 100);
        assert_true(*text_of(sample, "first_name") && *text_of(sample, "last_name"));
    }
}

/* ---- tests ---- */

static void check_range(const struct record_gen *gen, uint64_t first, uint64_t n, bool is_clean)
{
    for (uint64_t i = first; i < first + n; i++)
        for (int id = 0; id < PT_STREAMS; id++) {
            struct sample sample = sample_make(gen, (enum pt_stream_id)id, i);
            assert_utf8_line(sample.raw, sample.len);
            assert_columns((enum pt_stream_id)id, &sample);
            assert_true(sample.json->child->valuedouble == (double)i);
            if (id != PT_GEO)
                assert_round_trip(&sample);
            if (is_clean)
                assert_clean((enum pt_stream_id)id, &sample);
            sample_done(&sample);
        }
}

static void every_record_is_valid(void **state)
{
    (void)state;
    static const uint64_t seeds[] = {0, 1, 100, UINT64_MAX};
    struct record_gen gen;
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
        record_gen_init(&gen, seeds[i], 5);
        check_range(&gen, 0, seeds[i] == 100 ? 100000 : 10000, false);
    }
    record_gen_init(&gen, 7, 100);
    check_range(&gen, 0, 2000, false);
}

static void clean_records_are_plausible(void **state)
{
    (void)state;
    struct record_gen gen;
    record_gen_init(&gen, 100, 0);
    check_range(&gen, 0, 20000, true);
    check_range(&gen, UINT64_C(1) << 40, 2000, true);
}

static void columns_are_the_tables(void **state)
{
    (void)state;
    for (int id = 0; id < PT_STREAMS; id++) {
        size_t n, n_expected;
        const char *const *names = record_columns((enum pt_stream_id)id, &n);
        const struct column *expected = columns_of((enum pt_stream_id)id, &n_expected);
        assert_int_equal(n, n_expected);
        for (size_t i = 0; i < n; i++)
            assert_string_equal(names[i], expected[i].name);
    }
}

static void index_is_written_at_any_length(void **state)
{
    (void)state;
    static const char *const keys[] = {"index", "ind", "ind"};
    struct record_gen gen;
    record_gen_init(&gen, 100, 5);
    uint64_t power = 1;
    for (int digits = 1; digits <= 20; digits++, power *= 10) {
        const uint64_t indexes[] = {power - 1, power, digits == 20 ? UINT64_MAX : power * 10 - 1};
        for (size_t i = 0; i < 3; i++)
            for (int id = 0; id < PT_STREAMS; id++) {
                char expected[64];
                int len = snprintf(expected, sizeof(expected), "{\"%s\":%llu,\"", keys[id],
                                   (unsigned long long)indexes[i]);
                struct sample sample = sample_make(&gen, (enum pt_stream_id)id, indexes[i]);
                assert_memory_equal(sample.raw, expected, (size_t)len);
                assert_columns((enum pt_stream_id)id, &sample);
                sample_done(&sample);
            }
    }
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Neighbours, and indexes far apart, share no identity. */
static void unique_ids_are_unique(void **state)
{
    (void)state;
    enum { N = 20000 };
    static uint64_t ids[N];
    static const char head[] = "\"unique_id\":\"";
    struct record_gen gen;
    record_gen_init(&gen, 100, 0);
    for (uint64_t i = 0; i < N; i++) {
        char out[RECORD_MAX_BYTES];
        size_t len = record_write(&gen, PT_PIN, i % 2 ? i : i << 32, out);
        const char *id = memmem(out, len, head, sizeof(head) - 1);
        assert_non_null(id);
        char hex[17];
        snprintf(hex, sizeof(hex), "%.8s%.4s%.4s", id + sizeof(head) - 1, id + sizeof(head) + 8,
                 id + sizeof(head) + 18);
        ids[i] = strtoull(hex, NULL, 16);
    }
    qsort(ids, N, sizeof(ids[0]), by_value);
    for (size_t i = 1; i < N; i++)
        assert_true(ids[i - 1] != ids[i]);
}

/* FNV-1a over records of all streams. */
static uint64_t digest(uint64_t seed, double dirty_pct, uint64_t first)
{
    struct record_gen gen;
    char out[RECORD_MAX_BYTES];
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    record_gen_init(&gen, seed, dirty_pct);
    for (uint64_t i = first; i < first + 1000; i++)
        for (int id = 0; id < PT_STREAMS; id++) {
            size_t len = record_write(&gen, (enum pt_stream_id)id, i, out);
            for (size_t at = 0; at < len; at++)
                hash = (hash ^ (unsigned char)out[at]) * UINT64_C(0x100000001b3);
        }
    return hash;
}

static void records_are_functions_of_seed_and_index(void **state)
{
    (void)state;
    struct record_gen gen, other;
    char a[RECORD_MAX_BYTES], b[RECORD_MAX_BYTES];
    record_gen_init(&gen, 100, 5);
    record_gen_init(&other, 101, 5);
    memset(a, 'a', sizeof(a));
    memset(b, 'b', sizeof(b));
    /* Backwards and in another order of streams: no record depends on the one before it. */
    for (uint64_t i = 3000; i-- > 0;)
        for (int id = PT_STREAMS; id-- > 0;) {
            size_t a_len = record_write(&gen, (enum pt_stream_id)id, i, a);
            record_write(&gen, (enum pt_stream_id)((id + 1) % 3), 2999 - i, b);
            size_t b_len = record_write(&gen, (enum pt_stream_id)id, i, b);
            assert_int_equal(a_len, b_len);
            assert_memory_equal(a, b, a_len);
            b_len = record_write(&other, (enum pt_stream_id)id, i, b);
            assert_true(a_len != b_len || memcmp(a, b, a_len) != 0);
        }
}

/* The same on every machine and in every build. Changing a table or the generator changes these
 * on purpose: then say so in the commit, because a seed's records are no longer the same. */
static void records_of_a_seed_stay_the_same(void **state)
{
    (void)state;
    assert_int_equal(digest(100, 5, 0), UINT64_C(0x3060b0322c36bba1));
    assert_int_equal(digest(1, 0, UINT64_C(1) << 40), UINT64_C(0x665834729104c2cf));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_the_tables),
        cmocka_unit_test(every_record_is_valid),
        cmocka_unit_test(clean_records_are_plausible),
        cmocka_unit_test(index_is_written_at_any_length),
        cmocka_unit_test(records_are_functions_of_seed_and_index),
        cmocka_unit_test(unique_ids_are_unique),
        cmocka_unit_test(records_of_a_seed_stay_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
