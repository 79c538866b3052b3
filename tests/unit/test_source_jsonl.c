/* Replay of JSON lines: passed on byte for byte, what is no JSON object skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "replay_files.h"
#include "stream/file_reader.h"
#include "stream/json_check.h"

static bool is_accepted(const char *text, size_t len)
{
    size_t at;
    return json_check_object(text, len, &at) == NULL;
}

/* cJSON, which must accept whatever we do. */
static bool is_object_to_cjson(const char *text, size_t len)
{
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(text, len, &end, false);
    bool is_object = json && cJSON_IsObject(json);
    while (end && end < text + len && strchr(" \t\r\n", *end))
        end++;
    is_object = is_object && end == text + len;
    cJSON_Delete(json);
    return is_object;
}

static void test_fixture_of_places(void **state)
{
    (void)state;
    struct source *src = replay_open_path("tests/data/replay", PT_GEO, false);
    assert_string_equal(src->ops->name, "json lines");
    replay_log_reset();
    struct kept_records kept = replay_read_all(src);
    assert_int_equal(kept.n, 3);
    assert_string_equal(kept.records[0].value,
                        "{\"ind\": 7528, \"timestamp\": \"2020-08-28 03:52:47\", \"latitude\": "
                        "-89.9787, \"longitude\": -173.293, \"country\": \"Albania\"}");
    assert_string_equal(kept.records[1].value,
                        "{\"country\":\"C\\u00f4te d'Ivoire\",\"ind\":2863,\"timestamp\":"
                        "\"2020-04-27 13:34:16\",\"latitude\":-5.34445,\"longitude\":-177.924}");
    assert_int_equal(kept.records[2].pos.row, 3);
    assert_int_equal(src->bad_rows, 1);
    assert_int_equal(replay_log_count(), 1);
    assert_non_null(strstr(replay_log_line(0), "geolocation_data.jsonl line 3: skipped"));
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
}

static void test_bytes_are_kept(void **state)
{
    (void)state;
    struct source *src = replay_source("a.jsonl",
                                       "\xef\xbb\xbf{\"a\":1}\r\n\r\n \t\n\n"
                                       "  { \"b\" : [ 1 , {} ] , \"b\":2.50e+01 }\t \r\n"
                                       "{\"c\":\"\xf0\x9f\x98\x80 \\ud83d\\ude00 \x7f\"}\n"
                                       "{}",
                                       PT_PIN, false);
    assert_next(src, "{\"a\":1}");
    assert_next(src, "  { \"b\" : [ 1 , {} ] , \"b\":2.50e+01 }");
    assert_next(src, "{\"c\":\"\xf0\x9f\x98\x80 \\ud83d\\ude00 \x7f\"}");
    assert_next(src, "{}");
    assert_end(src);
    assert_int_equal(src->bad_rows, 0);
    source_free(src);
}

static void check_bad_line(const char *bad, size_t len, const char *why)
{
    char text[300] = "{\"n\":1}\n";
    size_t n = strlen(text);
    memcpy(text + n, bad, len);
    n += len;
    memcpy(text + n, "\n{\"n\":2}\n", 9);
    struct source *src = replay_open_path(replay_write("bad.jsonl", text, n + 9), PT_PIN, false);
    replay_log_reset();
    assert_next(src, "{\"n\":1}");
    assert_next(src, "{\"n\":2}");
    assert_end(src);
    assert_int_equal(src->bad_rows, 1);
    assert_int_equal(replay_log_count(), 1);
    assert_non_null(strstr(replay_log_line(0), "bad.jsonl line 2: skipped"));
    if (!strstr(replay_log_line(0), why))
        fail_msg("\"%s\" is not in: %s", why, replay_log_line(0));
    source_free(src);
}

static void test_each_kind_of_bad_line(void **state)
{
    (void)state;
#define CHECK(bad, why) check_bad_line(bad, sizeof bad - 1, why)
    CHECK("[1,2]", "an array, not one object a line (byte 1)");
    CHECK("[{\"a\":1}]", "an array");
    CHECK("hello", "not a JSON object");
    CHECK("\"{}\"", "not a JSON object");
    CHECK("12", "not a JSON object");
    CHECK("null", "not a JSON object");
    CHECK("{", "no name");
    CHECK("{\"a\":1", "ends too early");
    CHECK("{\"a\":\"b", "ends inside a string");
    CHECK("{\"a\":\"b\\", "ends inside a string");
    CHECK("{\"a\"}", "no colon");
    CHECK("{a:1}", "no name");
    CHECK("{\"a\":1,}", "no name");
    CHECK("{\"a\":[1,]}", "no value");
    CHECK("{\"a\":[1}", "no comma or bracket");
    CHECK("{\"a\":1}}", "more text behind");
    CHECK("{\"a\":1} {\"a\":2}", "more text behind");
    CHECK("{\"a\":1},", "more text behind");
    CHECK("{\"a\":01}", "no comma or bracket");
    CHECK("{\"a\":+1}", "no value");
    CHECK("{\"a\":.5}", "no value");
    CHECK("{\"a\":1.}", "bad number");
    CHECK("{\"a\":1e}", "bad number");
    CHECK("{\"a\":-}", "no value");
    CHECK("{\"a\":NaN}", "no value");
    CHECK("{\"a\":nul}", "unknown word");
    CHECK("{\"a\":True}", "no value");
    CHECK("{'a':1}", "no name");
    CHECK("{\"a\":\"\t\"}", "control byte");
    CHECK("{\"a\":\"\\x\"}", "unknown escape");
    CHECK("{\"a\":\"\\u12g4\"}", "bad \\u escape");
    CHECK("{\"a\":\"\\ud800\"}", "half a surrogate");
    CHECK("{\"a\":\"\\ude00\"}", "half a surrogate");
    CHECK("{\"a\":\"\\ud800\\u0041\"}", "half a surrogate");
    CHECK("{\"a\":\"\xff\"}", "not valid UTF-8");
    CHECK("{\"a\":\"\xc0\x80\"}", "not valid UTF-8");
    CHECK("{\"a\":\"\0\"}", "NUL");
    CHECK("{\"a\":1}\0", "NUL");
#undef CHECK
}

static void check_depth(size_t depth, bool is_good)
{
    char *text = malloc(depth * 8 + 16);
    assert_non_null(text);
    size_t n = 0;
    for (size_t i = 1; i < depth; i++)
        n += (size_t)snprintf(text + n, 8, i % 2 ? "{\"a\":" : "[");
    n += (size_t)snprintf(text + n, 8, "{}");
    for (size_t i = depth - 1; i > 0; i--)
        text[n++] = i % 2 ? '}' : ']';
    assert_int_equal(is_accepted(text, n), is_good);
    if (is_good)
        assert_true(is_object_to_cjson(text, n));
    free(text);
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    check_depth(1, true);
    check_depth(9, true);
    check_depth(JSON_DEPTH_MAX - 1, true);
    check_depth(JSON_DEPTH_MAX, true);
    check_depth(JSON_DEPTH_MAX + 1, false);
    check_depth(100 * JSON_DEPTH_MAX + 1, false);
}

/* {"a":"xxx…"} of len bytes between two short ones. */
static void check_long_line(size_t len, bool is_good)
{
    char *text = malloc(len + 64);
    assert_non_null(text);
    memset(text, 'x', len + 64);
    memcpy(text, "{\"n\":1}\n{\"a\":\"", 14);
    memcpy(text + 8 + len - 2, "\"}\r\n{\"n\":2}", 11);
    const char *path = replay_write("long.jsonl", text, 8 + len + 9);
    struct source *src = replay_open_path(path, PT_PIN, false);
    struct kept_records kept = replay_read_all(src);
    assert_int_equal(kept.n, is_good ? 3 : 2);
    if (is_good)
        assert_memory_equal(kept.records[1].value, text + 8, len);
    assert_int_equal(src->bad_rows, is_good ? 0 : 1);
    assert_string_equal(kept.records[kept.n - 1].value, "{\"n\":2}");
    assert_int_equal(kept.records[kept.n - 1].pos.row, 2);
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
    free(text);
}

static void test_lines_of_1_mib_and_more(void **state)
{
    (void)state;
    for (size_t len = 64 * 1024 - 12; len < 64 * 1024 + 4; len++)
        check_long_line(len, true);
    check_long_line(ROW_MAX_BYTES, true);
    check_long_line(ROW_MAX_BYTES + 1, false);
    check_long_line(FILE_READER_MAX - 1, false);
    check_long_line(FILE_READER_MAX, false);
    check_long_line(20 * ROW_MAX_BYTES, false);
}

static void test_memory_stays_constant(void **state)
{
    (void)state;
    enum { BIG_BYTES = 64 * 1024 * 1024 };
    const char *path = replay_path("big.jsonl");
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    size_t written = 0, n_rows = 0;
    for (; written < BIG_BYTES; n_rows++)
        written += (size_t)fprintf(file, "{\"ind\":%zu,\"text\":\"%0300zu\",\"list\":[1,2,3]}\n",
                                   n_rows, n_rows);
    assert_int_equal(fclose(file), 0);
    struct source *src = replay_open_path(path, PT_GEO, false);
    struct source_record rec;
    struct pt_error err;
    assert_int_equal(src->ops->next(src, 0, &rec, &err), SOURCE_RECORD);
    assert_int_equal(src->ops->again(src, 0, &rec.pos, &rec, &err), SOURCE_RECORD);
    long before_kib = resident_kib();
    size_t n = 1;
    while (src->ops->next(src, n, &rec, &err) == SOURCE_RECORD)
        n++;
    long grown_kib = resident_kib() - before_kib;
    print_message("%zu lines, resident memory grew by %ld KiB\n", n, grown_kib);
    assert_int_equal(n, n_rows);
    assert_int_equal(src->bad_rows, 0);
    assert_true(grown_kib < 4096);
    source_free(src);
}

/* A random value as text, without blanks in known places only. */
static void random_value(uint64_t *random, int depth, char *out, size_t cap)
{
    static const char *const plain[] = {
        "null", "true", "false",          "0",        "-1.5e3", "\"\"",      "[]",
        "{}",   "12",   "\"\\u00e9\\n\"", "\"a,}]\"", "1E-2",   "\" \\\"\"", "\"\xc3\xa9\""};
    uint32_t choice = test_random(random) % (depth > 0 ? 24 : 14);
    if (choice < 14) {
        snprintf(out, cap, "%s", plain[choice]);
        return;
    }
    char one[300], two[300];
    random_value(random, depth - 1, one, sizeof one);
    random_value(random, depth - 1, two, sizeof two);
    const char *blank = test_random(random) % 2 ? " " : "";
    int len;
    if (choice < 19)
        len = snprintf(out, cap, "[%s%s,%s%s]", blank, one, two, blank);
    else
        len = snprintf(out, cap, "{%s\"k\"%s:%s,\"\":%s}", blank, blank, one, two);
    if (len < 0 || (size_t)len >= cap)
        snprintf(out, cap, "7");
}

/* Made as valid: accepted. With a byte changed, lost or doubled: what we accept cJSON accepts. */
static void test_checker_against_cjson(void **state)
{
    (void)state;
    uint64_t random = 4711;
    size_t n_accepted = 0, n_refused = 0;
    for (int round = 0; round < 20000; round++) {
        static const char bytes[] = "{}[]:,\"\\ue0-.1tn \t/x\x01";
        char value[300], text[340];
        random_value(&random, 4, value, sizeof value);
        size_t len = (size_t)snprintf(text, sizeof text, "{\"a\":%s}", value);
        assert_true(is_accepted(text, len));
        assert_true(is_object_to_cjson(text, len));
        size_t at = test_random(&random) % len;
        switch (test_random(&random) % 3) {
        case 0:
            text[at] = bytes[test_random(&random) % (sizeof bytes - 1)];
            break;
        case 1:
            memmove(text + at, text + at + 1, len - at);
            len--;
            break;
        default:
            memmove(text + at + 1, text + at, len - at);
            len++;
            break;
        }
        if (!is_accepted(text, len)) {
            n_refused++;
            continue;
        }
        n_accepted++;
        if (!is_object_to_cjson(text, len))
            fail_msg("accepted here, refused by cJSON: %.*s", (int)len, text);
    }
    assert_true(n_accepted > 1000 && n_refused > 1000);
}

/* A text of exactly len bytes with nothing readable behind it (ASan watches). */
static void test_checker_stays_inside(void **state)
{
    (void)state;
    static const char whole[] = "{\"a\":[true,null,-1.5e+3,\"\\ud83d\\ude00\\n\"],\"b\":{}}";
    for (size_t len = 0; len < sizeof whole; len++) {
        char *text = malloc(len ? len : 1);
        assert_non_null(text);
        memcpy(text, whole, len);
        assert_int_equal(is_accepted(text, len), len == sizeof whole - 1);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixture_of_places),
        cmocka_unit_test(test_bytes_are_kept),
        cmocka_unit_test(test_each_kind_of_bad_line),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_lines_of_1_mib_and_more),
        cmocka_unit_test(test_memory_stays_constant),
        cmocka_unit_test(test_checker_against_cjson),
        cmocka_unit_test(test_checker_stays_inside),
    };
    return cmocka_run_group_tests(tests, replay_dir_setup, replay_dir_teardown);
}
