/* Replay of CSV: what a row becomes. Bad rows and files are in test_source_csv_bad.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "base/buf.h"
#include "replay_files.h"
#include "stream/record.h"
#include "stream/row_json.h"

#define GEO_HEADER "ind,timestamp,latitude,longitude,country\n"

static void test_columns_are_the_tables(void **state)
{
    (void)state;
    for (int id = 0; id < PT_STREAMS; id++) {
        size_t n, n_record;
        const struct row_column *columns = row_columns((enum pt_stream_id)id, &n);
        const char *const *names = record_columns((enum pt_stream_id)id, &n_record);
        assert_int_equal(n, n_record);
        for (size_t i = 0; i < n; i++)
            assert_string_equal(columns[i].name, names[i]);
    }
}

static void test_fixture_of_posts(void **state)
{
    (void)state;
    struct source *src = replay_open_path("tests/data/replay/pinterest_data.csv", PT_PIN, false);
    assert_string_equal(src->ops->name, "csv");
    assert_string_equal(src->path, "tests/data/replay/pinterest_data.csv");
    assert_next(src, "{\"index\":7528,\"unique_id\":\"fbe53c66-3442-4773-b19e-d3ec6f54dddf\","
                     "\"title\":\"No Title Data Available\","
                     "\"description\":\"No description available Story format\","
                     "\"poster_name\":\"User Info Error\",\"follower_count\":\"User Info Error\","
                     "\"tag_list\":\"N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e\","
                     "\"is_image_or_video\":\"multi-video(story page format)\","
                     "\"image_src\":\"Image src error.\",\"downloaded\":0,"
                     "\"save_location\":\"Local save in /data/art\",\"category\":\"art\"}");
    assert_next(src, "{\"index\":2863,\"unique_id\":\"9bf39437-42a6-4f02-99a0-9a0383d8cd70\","
                     "\"title\":\"25 Super Fun \\\"Summer\\\" Crafts, for Kids\","
                     "\"description\":\"Keep the kids busy:\\r\\n- paint\\r\\n- glue, and \\\\ "
                     "scissors\",\"poster_name\":\"Of Life & Lisa\",\"follower_count\":\"124k\","
                     "\"tag_list\":\"Summer Crafts For Kids,Fun Crafts\","
                     "\"is_image_or_video\":\"image\","
                     "\"image_src\":\"https://i.pinimg.example/originals/b3/bc/e2.jpg\","
                     "\"downloaded\":1,\"save_location\":\"Local save in /data/diy\","
                     "\"category\":\"diy\"}");
    assert_next(src, "{\"index\":5730,\"unique_id\":\"1e1f0c8b-9fcf-460b-9154-c775827206eb\","
                     "\"title\":\"Island Oasis \xf0\x9f\x8f\x9d\xef\xb8\x8f Coupon Organizer\","
                     "\"description\":\"\",\"poster_name\":\"\",\"follower_count\":\"0\","
                     "\"tag_list\":\"\",\"is_image_or_video\":\"\",\"image_src\":\"\","
                     "\"downloaded\":null,\"save_location\":\"\",\"category\":\"travel\"}");
    assert_end(src);
    assert_int_equal(src->bad_rows, 0);
    source_free(src);
}

static void test_fixture_of_users(void **state)
{
    (void)state;
    struct source *src = replay_open_path("tests/data/replay", PT_USER, false);
    struct kept_records kept = replay_read_all(src);
    assert_int_equal(kept.n, 4);
    assert_string_equal(kept.records[2].value,
                        "{\"ind\":5730,\"first_name\":\"Rachel\",\"last_name\":\"Davis\","
                        "\"age\":36,\"date_joined\":\"2015-12-08 20:02:43\"}");
    assert_string_equal(kept.records[3].value,
                        "{\"ind\":8304,\"first_name\":\"Charles\",\"last_name\":\"Berry\","
                        "\"age\":null,\"date_joined\":\"2015-12-28 04:21:39\"}");
    assert_int_equal(kept.records[3].pos.row, 4);
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
}

/* A field as it stands in a geo row's latitude; NULL: the row is bad. */
static void check_latitude(const char *field, const char *expected)
{
    char text[400], json[400];
    snprintf(text, sizeof text, GEO_HEADER "1,t,%s,2,c\n2,t,0,0,c\n", field);
    struct source *src = replay_source("n.csv", text, PT_GEO, false);
    if (expected) {
        snprintf(
            json, sizeof json,
            "{\"ind\":1,\"timestamp\":\"t\",\"latitude\":%s,\"longitude\":2,\"country\":\"c\"}",
            expected);
        assert_next(src, json);
    }
    assert_next(src,
                "{\"ind\":2,\"timestamp\":\"t\",\"latitude\":0,\"longitude\":0,\"country\":\"c\"}");
    assert_end(src);
    assert_int_equal(src->bad_rows, expected ? 0 : 1);
    source_free(src);
}

static void test_decimals(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"-89.9787",            "-89.9787"           },
        {"",                    "null"               },
        {"\"\"",                "null"               },
        {"\"1.5\"",             "1.5"                },
        {" 12.25 ",             "12.25"              },
        {".5",                  "0.5"                },
        {"-.5",                 "-0.5"               },
        {"7.",                  "7"                  },
        {"007.50",              "7.50"               },
        {"0",                   "0"                  },
        {"00",                  "0"                  },
        {"-0.0",                "-0.0"               },
        {"1e-05",               "1e-05"              },
        {"1.5E+2",              "1.5e+2"             },
        {"9.0e3",               "9.0e3"              },
        {"0.12345678901234567", "0.12345678901234567"},
    };
    static const char *const bad[] = {"x",    "1.2.3",  "-",   "+1",   ".",         "e5",
                                      "1e",   "1e+",    "--1", "1 2",  "nanx",      "inf",
                                      "0x10", "1e9999", "1;5", "1\"2", "\"1\"\"\"", "-."};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        check_latitude(good[i][0], good[i][1]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_latitude(bad[i], NULL);
}

static void check_value_as(const struct csv_dialect *dialect, enum column_type type,
                           const char *field, const char *expected)
{
    struct csv_field one = {field, strlen(field), false, false};
    size_t cap = ROW_JSON_BYTES(one.len);
    char *out = malloc(cap); /* exactly what is promised, for ASan */
    const char *why = NULL;
    assert_non_null(out);
    char *end = row_json_put(out, type, &one, dialect, &why);
    if (expected) {
        assert_non_null(end);
        assert_true((size_t)(end - out) <= cap);
        assert_int_equal(end - out, strlen(expected));
        assert_memory_equal(out, expected, strlen(expected));
    } else {
        assert_null(end);
        assert_non_null(why);
    }
    free(out);
}

static const struct csv_dialect comma = {',', false}, semicolon = {';', false},
                                escapes = {',', true};

static void check_value(enum column_type type, const char *field, const char *expected)
{
    check_value_as(&comma, type, field, expected);
}

static void test_words_for_nothing(void **state)
{
    (void)state;
    static const char *const nothing[] = {"",   "NaN", "nan",  "None", "NULL",  "null",
                                          "NA", "N/A", "<NA>", "\\N",  " NaN ", "NaT"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        check_value(COLUMN_INT, nothing[i], "null");
        check_value(COLUMN_FLAG, nothing[i], "null");
        check_value(COLUMN_DECIMAL, nothing[i], "null");
    }
    check_value(COLUMN_TEXT, "None", "\"None\"");
    check_value(COLUMN_TEXT, "NaN", "\"NaN\"");
    check_value(COLUMN_TEXT, "\\N", "null");
    check_value(COLUMN_TEXT, "\\Na", "\"\\\\Na\"");
    check_value(COLUMN_INT, "nanx", NULL);
    check_value(COLUMN_FLAG, "yes", NULL);
    check_value(COLUMN_INT, "True", NULL);
    check_value(COLUMN_DECIMAL, "inf", NULL);
}

static void test_decimal_comma(void **state)
{
    (void)state;
    check_value_as(&semicolon, COLUMN_DECIMAL, "-89,9787", "-89.9787");
    check_value_as(&semicolon, COLUMN_DECIMAL, "1.5", "1.5");
    check_value_as(&semicolon, COLUMN_DECIMAL, "1.234,5", NULL);
    check_value_as(&semicolon, COLUMN_DECIMAL, "1,2,3", NULL);
    check_value_as(&semicolon, COLUMN_INT, "1,5", NULL);
    check_value_as(&comma, COLUMN_DECIMAL, "1,5", NULL);
}

static void test_escapes_in_text(void **state)
{
    (void)state;
    check_value_as(&escapes, COLUMN_TEXT, "a \\\"b\\\" c\\\\d", "\"a \\\"b\\\" c\\\\d\"");
    check_value_as(&escapes, COLUMN_TEXT, "a\\\nb", "\"a\\nb\"");
    check_value_as(&escapes, COLUMN_TEXT, "a\\qb\\", "\"a\\\\qb\\\\\"");
    check_value_as(&comma, COLUMN_TEXT, "a\\\"b", "\"a\\\\\\\"b\"");
}

static void test_integers_and_flags(void **state)
{
    (void)state;
    check_value(COLUMN_INT, "0", "0");
    check_value(COLUMN_INT, "-17", "-17");
    check_value(COLUMN_INT, "25.0", "25");
    check_value(COLUMN_INT, "0012", "12");
    check_value(COLUMN_INT, "9223372036854775807", "9223372036854775807");
    check_value(COLUMN_INT, "9223372036854775808", NULL);
    check_value(COLUMN_INT, "25.5", NULL);
    check_value(COLUMN_INT, "1e3", NULL);
    check_value(COLUMN_INT, "12a", NULL);
    check_value(COLUMN_INT, ".0", NULL);
    check_value(COLUMN_FLAG, "1", "1");
    check_value(COLUMN_FLAG, "0.0", "0");
    check_value(COLUMN_FLAG, "", "null");
    check_value(COLUMN_FLAG, "2", NULL);
    check_value(COLUMN_FLAG, "-1", NULL);
    check_value(COLUMN_FLAG, "10", NULL);
    check_value(COLUMN_FLAG, "True", "1");
    check_value(COLUMN_FLAG, "FALSE", "0");
    check_value(COLUMN_FLAG, "truex", NULL);
    check_value(COLUMN_TEXT, "a\x01\t\n\r\b\f\x1f\x7f\"\\/",
                "\"a\\u0001\\t\\n\\r\\b\\f\\u001f\x7f\\\"\\\\/\"");
}

/* However much of a row is in the buffer: either more is asked for, or all of it is understood. */
static void check_prefixes(const char *text, size_t n_fields, uint64_t lines)
{
    size_t len = strlen(text);
    struct csv_row row;
    for (size_t n = 0; n < len; n++) {
        char *part = malloc(n + 1); /* exactly as long, for ASan */
        assert_non_null(part);
        memcpy(part, text, n);
        assert_int_equal(csv_parse(part, n, false, &comma, &row), CSV_MORE);
        free(part);
    }
    assert_int_equal(csv_parse(text, len, false, &comma, &row), CSV_ROW);
    assert_int_equal(row.bytes, len);
    assert_int_equal(row.n_fields, n_fields);
    assert_int_equal(row.lines, lines);
}

static void test_parser_asks_for_more(void **state)
{
    (void)state;
    check_prefixes("\n", 1, 1);
    check_prefixes("\r\n", 1, 1);
    check_prefixes("a,b\n", 2, 1);
    check_prefixes(",,\r\n", 3, 1);
    check_prefixes("\"a\"\"b\",\"\",\"\"\"\"\r\n", 3, 1);
    check_prefixes("\"\n,\r\n\",x\"y\rz\n", 2, 3);
}

static void test_line_ends_and_blank_lines(void **state)
{
    (void)state;
    struct source *src = replay_source("u.csv",
                                       "ind,first_name,last_name,age,date_joined\r\n\r\n"
                                       "1,A,B,30,x\r\n\n2,\"A\",B,30,\"x\"\r\n\r\n"
                                       "3,a\"b\"c,B,30,x\ry\n4,A,B,30,x\r",
                                       PT_USER, false);
    const char *rest = "\"last_name\":\"B\",\"age\":30,\"date_joined\":\"x";
    char json[200];
    for (int i = 1; i <= 4; i++) {
        snprintf(json, sizeof json, "{\"ind\":%d,\"first_name\":\"%s\",%s%s\"}", i,
                 i == 3 ? "a\\\"b\\\"c" : "A", rest, i == 3 ? "\\ry" : "");
        assert_next(src, json);
    }
    assert_end(src);
    assert_int_equal(src->bad_rows, 0);
    source_free(src);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_the_tables),
        cmocka_unit_test(test_fixture_of_posts),
        cmocka_unit_test(test_fixture_of_users),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_integers_and_flags),
        cmocka_unit_test(test_words_for_nothing),
        cmocka_unit_test(test_decimal_comma),
        cmocka_unit_test(test_escapes_in_text),
        cmocka_unit_test(test_parser_asks_for_more),
        cmocka_unit_test(test_line_ends_and_blank_lines),
    };
    return cmocka_run_group_tests(tests, replay_dir_setup, replay_dir_teardown);
}
