/* Replay of JSON: rows are found wherever they stand and passed on byte for byte, what is none is
 * skipped with line and reason. The checker alone is in test_json_check.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "base/buf.h"
#include "replay_files.h"
#include "scratch.h"
#include "stream/file_reader.h"

/* A row of places; what is in it may be anything. */
#define ROW(n) "{\"ind\":" n ",\"timestamp\":\"t\",\"country\":\"c\"}"
#define WITH(more) "{\"ind\":7,\"timestamp\":\"t\",\"country\":\"c\"," more "}"

static void test_fixture_of_places(void **state)
{
    (void)state;
    struct source *src = replay_open_path("tests/data/replay", PT_GEO, false);
    assert_string_equal(src->ops->name, "json");
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
    struct source *src = replay_source(
        "a.jsonl",
        "\xef\xbb\xbf" ROW("1") "\r\n\r\n \t\n\n"
                                "  { \"ind\" : 1 , \"x\" : [ 1 , {} ] , \"latitude\":2.50e+01,"
                                " \"longitude\":[]}\t \r\n" WITH(
                                    "\"c\":\"\xf0\x9f\x98\x80 \\ud83d\\ude00 \x7f\"") "\n" ROW("2"),
        PT_GEO, false);
    assert_next(src, ROW("1"));
    assert_next(src,
                "{ \"ind\" : 1 , \"x\" : [ 1 , {} ] , \"latitude\":2.50e+01, \"longitude\":[]}");
    assert_next(src, WITH("\"c\":\"\xf0\x9f\x98\x80 \\ud83d\\ude00 \x7f\""));
    assert_next(src, ROW("2"));
    assert_end(src);
    assert_int_equal(src->bad_rows, 0);
    source_free(src);
}

static void check_bad_line(const char *bad, size_t len, const char *why)
{
    char text[400] = ROW("1") "\n";
    size_t n = strlen(text);
    memcpy(text + n, bad, len);
    n += len;
    memcpy(text + n, "\n" ROW("2") "\n", sizeof ROW("2") + 1);
    n += sizeof ROW("2") + 1;
    struct source *src = replay_open_path(replay_write("bad.jsonl", text, n), PT_GEO, false);
    replay_log_reset();
    assert_next(src, ROW("1"));
    assert_next(src, ROW("2"));
    assert_end(src);
    if (src->bad_rows != 1 || !strstr(src->skips[0].why, why))
        fail_msg("%llu bad, \"%s\" for \"%s\": %s", (unsigned long long)src->bad_rows, why, bad,
                 src->skips[0].why);
    assert_int_equal(replay_log_count(), 1);
    assert_non_null(strstr(replay_log_line(0), "bad.jsonl line 2: skipped"));
    assert_int_equal(src->skips[0].line, 2);
    source_free(src);
}

static void test_each_kind_of_bad_line(void **state)
{
    (void)state;
#define CHECK(bad, why) check_bad_line(bad, sizeof bad - 1, why)
    CHECK("[1,2]", "not a JSON object");
    CHECK("hello", "not a JSON object");
    CHECK("\"{}\"", "not a JSON object");
    CHECK("12", "not a JSON object");
    CHECK("\"{\\\"ind\\\":1}\"", "encoded twice");
    CHECK("{\"ind\":{\"0\":1},\"timestamp\":{\"0\":\"x\"},\"latitude\":{\"0\":2}}", "by columns");
    CHECK("{\"IND\": [1,2],\"timestamp\":[3],\"latitude\":[4]}", "by columns");
    CHECK("{\"ind\":1,\"timestamp\":3,\"latitude\": {\"0\":4}}", "by columns");
    CHECK("null", "not a JSON object");
    CHECK("{}", "none of the columns of geo (ind, timestamp, ...)");
    CHECK("{\"a\":1}", "none of the columns");
    CHECK("[{\"a\":1}]", "none of the columns");
    CHECK("{\"ind\":1,\"latitude\":2}", "only 2 of the 5 columns of geo");
    CHECK("{\"timestamp\":1,\"latitude\":2,\"longitude\":3}", "no column ind");
    CHECK("{\"ind\":1", "a comma or bracket is missing");
    CHECK("{\"a\":\"b", "control byte");
    CHECK("{\"a\":\"b\\", "unknown escape");
    CHECK("{\"a\"}", "a colon is missing");
    CHECK("{a:1}", "a name is missing");
    CHECK(WITH(""), "a name is missing");
    CHECK(WITH("\"a\":[1,]"), "a value is missing");
    CHECK(WITH("\"a\":[1"), "a comma or bracket is missing");
    CHECK(WITH("\"a\":01"), "a comma or bracket is missing");
    CHECK(WITH("\"a\":+1"), "a value is missing");
    CHECK(WITH("\"a\":.5"), "a value is missing");
    CHECK(WITH("\"a\":1."), "bad number");
    CHECK(WITH("\"a\":1e"), "bad number");
    CHECK(WITH("\"a\":-"), "a value is missing");
    CHECK(WITH("\"a\":Infinity"), "a value is missing");
    CHECK(WITH("\"a\":nul"), "unknown word");
    CHECK("{'ind': 1, 'country': 'it''s'}", "Python's own format");
    CHECK("{'ind': 7528, 'timestamp': datetime.datetime(2020, 8, 28, 3, 52), 'country': \"a'b\"}",
          "Python's own format");
    CHECK(WITH("\"a\":\"\t\""), "control byte");
    CHECK(WITH("\"a\":\"\\x\""), "unknown escape");
    CHECK(WITH("\"a\":\"\\u12g4\""), "bad \\u escape");
    CHECK(WITH("\"a\":\"\\ud800\""), "half a surrogate");
    CHECK(WITH("\"a\":\"\\ude00\""), "half a surrogate");
    CHECK(WITH("\"a\":\"\\ud800\\u0041\""), "half a surrogate");
    CHECK(WITH("\"a\":\"\xff\""), "not valid UTF-8");
    CHECK(WITH("\"a\":\"Caf\xe9\""), "iconv -f LATIN1");
    CHECK(WITH("\"a\":\"\xc0\x80\""), "not valid UTF-8");
    CHECK(WITH("\"a\":\"\0\""), "NUL");
    CHECK("\0", "NUL");
#undef CHECK
}

/* What stands around rows is stepped over, whatever it is; what is bad in a list is one row. */
static void check_rows(const char *text, const char *const *rows, uint64_t bad_rows)
{
    struct source *src = replay_source("rows.json", text, PT_GEO, false);
    struct kept_records kept = replay_read_all(src);
    for (size_t i = 0; rows[i]; i++) {
        if (i >= kept.n || strcmp(kept.records[i].value, rows[i]) != 0)
            fail_msg("row %zu of %s: %s", i, text, i < kept.n ? kept.records[i].value : "none");
    }
    size_t n = 0;
    while (rows[n])
        n++;
    assert_int_equal(kept.n, n);
    if (src->bad_rows != bad_rows)
        fail_msg("%llu bad rows of %s, the first: %s", (unsigned long long)src->bad_rows, text,
                 src->skips[0].why);
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
}

static void test_shapes(void **state)
{
    (void)state;
    static const char *const one[] = {ROW("1"), NULL};
    static const char *const two[] = {ROW("1"), ROW("2"), NULL};
    check_rows(ROW("1") ROW("2"), two, 0);
    check_rows("[" ROW("1") "," ROW("2") "]", two, 0);
    check_rows("\xef\xbb\xbf \n [\r\n" ROW("1") " ,\r\n" ROW("2") "\r\n]\r\n", two, 0);
    check_rows("[" ROW("1") "]\n[" ROW("2") "]", two, 0);
    check_rows(ROW("1") ",\n" ROW("2") ",\n", two, 0);
    check_rows(ROW("1") "}\n" ROW("2"), two, 0);
    check_rows("[{\"ind\":1,\n\t\"timestamp\":\"t\" ,\r\n\"country\":\"c\"\n}\n,\n" ROW("2") "]",
               two, 0);
    check_rows("{\"data\":[" ROW("1") "," ROW("2") "],\"n\":2,\"next\":null}", two, 0);
    check_rows("{\"schema\":{\"fields\":[{\"name\":\"ind\"}]},\"data\":[" ROW("1") "]}", one, 1);
    check_rows("{\"records\":[{\"value\":" ROW("1") "},{\"value\":" ROW("2") "}]}", two, 0);
    check_rows("{\"0\":" ROW("1") ",\"1\":" ROW("2") "}", two, 0);
    check_rows(
        "[\n{\"type\":\"header\",\"version\":\"5.2.0\"},\n"
        "{\"type\":\"database\",\"name\":\"p\"},\n"
        "{\"type\":\"table\",\"name\":\"geolocation_data\",\"database\":\"p\",\"data\":\n[\n" ROW(
            "1") ",\n" ROW("2") "\n]\n}\n]\n",
        two, 0);
    /* A bad one costs itself and no other. */
    check_rows("[" ROW("1") ",{\"ind\":oops,\"timestamp\":1,\"country\":2}," ROW("2") "]", two, 1);
    check_rows("[" ROW("1") ",7,\"x\"," ROW("2") "]", two, 1);
    check_rows("{\"data\":[{\"ind\":oops}," ROW("1") "," ROW("2") "]}", two, 1);
    check_rows("[" ROW("1") ",\n{\n \"ind\": oops,\n \"timestamp\": 1,\n \"country\": {\"a\": "
                            "2}\n},\n" ROW("2") "]",
               two, 1);
    check_rows("{\"ind\":7,\"country\":\n" ROW("1") "\n" ROW("2"), two, 1);
    check_rows("[]", (const char *const[]){NULL}, 0);
    check_rows("[\n]\n", (const char *const[]){NULL}, 0);
}

/* All on one line, longer than any buffer: a bad row costs itself, also where a quote is missing.
 */
/* Cut off between two rows a file holds good rows alone: that it has lost some is told, once. */
static void test_a_list_without_its_end(void **state)
{
    const char *const one[] = {ROW("1"), NULL}, *const two[] = {ROW("1"), ROW("2"), NULL};
    (void)state;
    check_rows("[" ROW("1") "]\n", one, 0);
    check_rows(" [\n" ROW("1") ",\n" ROW("2") "\n]\n\n", two, 0);
    check_rows("[" ROW("1") ",\n" ROW("2") ",\n", two, 1);
    check_rows("[\n" ROW("1"), one, 1);
    check_rows("[" ROW("1") ",\n{\"ind\":2,\"coun", one, 1);
    check_rows(ROW("1") "\n" ROW("2"), two, 0);
}

static void test_bad_rows_of_a_long_line(void **state)
{
    (void)state;
    enum { ROWS = 60000 };
    static const char *const bad[] = {"{\"ind\":oops,\"timestamp\":1,\"country\":\"c\"}",
                                      "{\"ind\":1,\"timestamp\":\"t,\"country\":\"c\"}",
                                      "{\"ind\":1,\"timestamp\":\"t\",\"country\":\"c}",
                                      "{\"ind\":1,\"timestamp\":\"t\",\"country\":\"\xe9\"}"};
    FILE *file = fopen(scratch_path("line.json"), "we");
    assert_non_null(file);
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "%s%s, " ROW("%d"), i ? "," : "[", bad[i % 4], i);
    fputs("]", file);
    assert_int_equal(fclose(file), 0);
    struct source *src = replay_open_path(scratch_path("line.json"), PT_GEO, false);
    struct source_record rec;
    struct pt_error err;
    for (int i = 0; i < ROWS; i++) {
        char want[100];
        int len = snprintf(want, sizeof want, ROW("%d"), i);
        if (src->ops->next(src, 0, &rec, &err) != SOURCE_RECORD || rec.len != (size_t)len ||
            memcmp(rec.value, want, rec.len) != 0)
            fail_msg("row %d is %.*s", i, (int)rec.len, rec.value);
    }
    assert_end(src);
    assert_int_equal(src->bad_rows, ROWS);
    source_free(src);
}

static void test_what_python_writes(void **state)
{
    (void)state;
    struct source *src = replay_source(
        "python.json",
        WITH("\"a\": NaN, \"NaN\":[None,True, False,nan]") "\n"
                                                           "{\"IND\":1,\"TimeStamp\":\"NaN, "
                                                           "True\",\"country\":null,\"Other\":{"
                                                           "\"IND\":2}}\n",
        PT_GEO, false);
    assert_next(src, WITH("\"a\": null, \"NaN\":[null,true, false,null]"));
    assert_next(src,
                "{\"ind\":1,\"timestamp\":\"NaN, True\",\"country\":null,\"Other\":{\"IND\":2}}");
    assert_end(src);
    assert_int_equal(src->bad_rows, 0);
    source_free(src);
}

/* One file feeds the stream whose columns it has; an export of a database has all three. */
static void test_columns_decide(void **state)
{
    (void)state;
    struct pt_error err;
    const char *path = replay_write_text("geo.json", ROW("1") "\n" ROW("2") "\n");
    replay_refused(path, PT_PIN, PT_ENOTFOUND, &err);
    assert_non_null(strstr(err.what, "stream pin has no source"));
    assert_non_null(strstr(err.what, "the columns of geo, not those of pin"));
    replay_refused(path, PT_USER, PT_ENOTFOUND, &err);
    replay_refused("tests/data/sources/geo-pyrepr.json", PT_PIN, PT_ENOTFOUND, &err);
    replay_refused("tests/data/replay/pinterest_data.csv", PT_USER, PT_ENOTFOUND, &err);
    assert_non_null(strstr(err.what, "the columns of pin, not those of user"));
    static const char user[] = "{\"ind\":5,\"first_name\":\"A\",\"age\":3}";
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_puts(&text, "[\n{\"type\":\"header\",\"version\":\"5\"},\n"
                    "{\"type\":\"table\",\"name\":\"geolocation_data\",\"data\":\n[\n");
    for (int i = 0; i < 3000; i++)
        buf_puts(&text, i ? ",\n" ROW("1") : ROW("1"));
    buf_puts(&text, "\n]\n}\n,{\"type\":\"table\",\"name\":\"user_data\",\"data\":\n[\n");
    buf_puts(&text, user);
    buf_puts(&text, "\n]\n}\n]\n");
    path = replay_write_text("all.json", text.data);
    struct source *src = replay_open_path(path, PT_USER, false);
    assert_next(src, user);
    assert_end(src);
    assert_int_equal(src->bad_rows, 0);
    source_free(src);
    src = replay_open_path(path, PT_GEO, false);
    struct kept_records kept = replay_read_all(src);
    assert_int_equal(kept.n, 3000);
    assert_int_equal(src->bad_rows, 0);
    kept_records_done(&kept);
    source_free(src);
    replay_refused(path, PT_PIN, PT_ENOTFOUND, &err);
    buf_done(&text);
}

/* A row of len bytes between two short ones. */
static void check_long_line(size_t len, bool is_good)
{
    static const char head[] = ROW("1") "\n", begin[] = "{\"ind\":2,\"timestamp\":3,\"country\":\"";
    char *text = malloc(len + 200);
    assert_non_null(text);
    memset(text, 'x', len + 200);
    size_t n = sizeof head - 1;
    memcpy(text, head, n);
    memcpy(text + n, begin, sizeof begin - 1);
    memcpy(text + n + len - 2, "\"}\r\n" ROW("3"), sizeof ROW("3") + 3);
    const char *path = replay_write("long.jsonl", text, n + len + 2 + sizeof ROW("3") - 1);
    struct source *src = replay_open_path(path, PT_GEO, false);
    struct kept_records kept = replay_read_all(src);
    assert_int_equal(kept.n, is_good ? 3 : 2);
    if (is_good)
        assert_memory_equal(kept.records[1].value, text + n, len);
    assert_int_equal(src->bad_rows, is_good ? 0 : 1);
    assert_string_equal(kept.records[kept.n - 1].value, ROW("3"));
    assert_int_equal(kept.records[kept.n - 1].pos.row, 2);
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
    free(text);
}

static void test_lines_of_1_mib_and_more(void **state)
{
    (void)state;
    for (size_t len = 64 * 1024 - 60; len < 64 * 1024 + 4; len++)
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
    const char *path = scratch_path("big.jsonl");
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    size_t written = 0, n_rows = 0;
    for (; written < BIG_BYTES; n_rows++)
        written += (size_t)fprintf(
            file, "{\"ind\":%zu,\"country\":\"%0300zu\",\"timestamp\":[1,2,3]}\n", n_rows, n_rows);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixture_of_places),
        cmocka_unit_test(test_bytes_are_kept),
        cmocka_unit_test(test_each_kind_of_bad_line),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_a_list_without_its_end),
        cmocka_unit_test(test_bad_rows_of_a_long_line),
        cmocka_unit_test(test_what_python_writes),
        cmocka_unit_test(test_columns_decide),
        cmocka_unit_test(test_lines_of_1_mib_and_more),
        cmocka_unit_test(test_memory_stays_constant),
    };
    return cmocka_run_group_tests(tests, replay_dir_setup, replay_dir_teardown);
}
