/* Replay of CSV that is not as it should be: what is skipped, that nothing else is lost, and that
 * neither the log nor the memory grows with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "base/buf.h"
#include "replay_files.h"
#include "scratch.h"
#include "stream/file_reader.h"

#define USER_HEADER "ind,first_name,last_name,age,date_joined\n"
#define USER_ROW(n) n ",A,B,30,2015-10-24 11:23:51\n"
#define USER_JSON(n)                                                                               \
    "{\"ind\":" n ",\"first_name\":\"A\",\"last_name\":\"B\",\"age\":30,"                          \
    "\"date_joined\":\"2015-10-24 11:23:51\"}"

static void check_header(const char *text, const char *word)
{
    struct pt_error err;
    replay_refused(replay_write_text("h.csv", text), PT_USER, PT_ECONFIG, &err);
    if (!strstr(err.what, word))
        fail_msg("\"%s\" is not in: %s", word, err.what);
    assert_non_null(strstr(err.fix, "ind, first_name, last_name, age, date_joined"));
}

static void test_header_errors_name_the_columns(void **state)
{
    (void)state;
    check_header("", "empty");
    check_header("ind,first_name,last_name,age,date_joined,Shoe\x1b[2J\n",
                 "unknown columns: Shoe\\x1b[2J");
    check_header("ind,first_name,last_name,age\n", "missing: date_joined");
    check_header("ind,first_name,last_name,age,date_joined,age\n", "repeated columns: age");
    check_header("ind,first_name,,last_name,age,date_joined\n", "unknown columns: (no name)");
    check_header("ind,colour,age,ind\n", "unknown columns: colour; columns missing: first_name, "
                                         "last_name, date_joined; repeated columns: ind");
    check_header("1,A,B,30,x\n", "not a header");
    check_header("ind,\"first_name,last_name\n", "not a CSV header");
    struct pt_error err;
    replay_refused(replay_write("h.csv", "\xff\xfei\0n\0d\0", 8), PT_USER, PT_ECONFIG, &err);
    assert_non_null(strstr(err.what, "UTF-16"));
    source_free(replay_source("h.csv", "\xef\xbb\xbf\"age\", ind ,first_name,last_name,date_joined",
                              PT_USER, false));
}

/* One bad row between two good ones: both come, it is counted once and named by its line. */
static void check_bad_row(const char *bad, size_t len, const char *why)
{
    char text[1000];
    size_t n = (size_t)snprintf(text, sizeof text, USER_HEADER USER_ROW("1"));
    memcpy(text + n, bad, len);
    n += len;
    n += (size_t)snprintf(text + n, sizeof text - n, USER_ROW("2"));
    struct source *src = replay_open_path(replay_write("bad.csv", text, n), PT_USER, false);
    replay_log_reset();
    assert_next(src, USER_JSON("1"));
    assert_next(src, USER_JSON("2"));
    assert_end(src);
    assert_int_equal(src->bad_rows, 1);
    assert_int_equal(replay_log_count(), 1);
    assert_non_null(strstr(replay_log_line(0), "bad.csv line 3: skipped"));
    if (!strstr(replay_log_line(0), why))
        fail_msg("\"%s\" is not in: %s", why, replay_log_line(0));
    source_free(src);
}

static void test_each_kind_of_bad_row(void **state)
{
    (void)state;
#define CHECK(bad, why) check_bad_row(bad, sizeof bad - 1, why)
    CHECK("5,A,B,30\n", "4 fields, the header has 5");
    CHECK("5,A,B,30,x,y\n", "6 fields, the header has 5");
    CHECK("just a line\n", "1 fields");
    CHECK("\"\"\n", "1 fields");
    CHECK("5,A,\"B\nB\",30\n", "4 fields");
    CHECK("5,A,\"B\n\nB\",\"30\n\",x,y\n", "6 fields");
    CHECK("five,A,B,30,x\n", "ind is not a number");
    CHECK("5,\"A\nA\",B,3x,x\n", "age is not a number");
    CHECK("5,\"A\nA\",B,3.5,x\n", "age is not a whole number");
    CHECK("5,\"A,B,30,x\n", "a quote is not closed");
    CHECK("5,\"A\"A,B,30,x\n", "text follows a closing quote");
    CHECK("5,\"A\"\r,B,30,x\n", "text follows a closing quote");
    CHECK("5,A\xff,B,30,x\n", "not valid UTF-8");
    CHECK("5,A,B,30,\xed\xa0\x80\n", "not valid UTF-8");
    CHECK("5,A,B,30,\"\xc3\"\n", "not valid UTF-8");
    CHECK("5,A\0,B,30,x\n", "NUL");
    CHECK("5,A,B,30,\"x\0\"\n", "NUL");
    CHECK(",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n",
          "more than 64 fields");
#undef CHECK
}

static void test_unclosed_quote_at_the_end(void **state)
{
    (void)state;
    struct source *src = replay_source(
        "u.csv", USER_HEADER "7,\"A,B,30,x\n" USER_ROW("1") USER_ROW("2"), PT_USER, false);
    assert_next(src, USER_JSON("1"));
    assert_next(src, USER_JSON("2"));
    assert_end(src);
    assert_int_equal(src->bad_rows, 1);
    source_free(src);
    src = replay_source("u.csv", USER_HEADER USER_ROW("1") "7,A,B,30,\"", PT_USER, false);
    assert_next(src, USER_JSON("1"));
    assert_end(src);
    assert_int_equal(src->bad_rows, 1);
    source_free(src);
}

/* A good row of a doubtful region is given, a bad value in it counted. */
static void test_stray_quote_swallows_nothing(void **state)
{
    (void)state;
    struct source *src = replay_source(
        "u.csv",
        USER_HEADER "7,\"A,B,30,x\n" USER_ROW("1") "8,A,B,thirty,x\n"
                                                   "9,\"\",B,30,\"x\"\n" USER_ROW("2"),
        PT_USER, false);
    assert_next(src, USER_JSON("1"));
    assert_next(src, "{\"ind\":9,\"first_name\":\"\",\"last_name\":\"B\",\"age\":30,"
                     "\"date_joined\":\"x\"}");
    assert_next(src, USER_JSON("2"));
    assert_end(src);
    assert_int_equal(src->bad_rows, 2);
    source_free(src);
}

/* USER_HEADER, first, then rows "I,A,B,30,x" until the file has at least size bytes. */
static const char *write_rows(const char *name, const char *first, size_t size, uint64_t *n_rows)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    size_t written = (size_t)fprintf(file, USER_HEADER "%s", first);
    for (*n_rows = 0; written < size; ++*n_rows)
        written += (size_t)fprintf(file, "%llu,Anna,Bell,30,2015-10-24 11:23:51\n",
                                   (unsigned long long)*n_rows);
    assert_int_equal(fclose(file), 0);
    return path;
}

static uint64_t count_rows_in_order(struct source *src)
{
    struct source_record rec;
    struct pt_error err = {.what = ""};
    enum source_status status;
    uint64_t n = 0;
    while ((status = src->ops->next(src, n, &rec, &err)) == SOURCE_RECORD) {
        char start[64];
        int len = snprintf(start, sizeof start, "{\"ind\":%llu,", (unsigned long long)n);
        assert_memory_equal(rec.value, start, (size_t)len);
        n++;
    }
    assert_int_equal(status, SOURCE_END);
    return n;
}

static void test_unclosed_quote_in_a_large_file(void **state)
{
    (void)state;
    uint64_t n_rows;
    const char *path = write_rows("u.csv", "7,\"A,B,30,x\n", 3 * ROW_MAX_BYTES, &n_rows);
    struct source *src = replay_open_path(path, PT_USER, false);
    assert_int_equal(count_rows_in_order(src), n_rows);
    assert_int_equal(src->bad_rows, 1);
    source_free(src);
}

/* A row of len bytes in all, its text quoted over two lines or not, then a good one. */
static void check_long_row(size_t len, bool is_quoted, bool is_good)
{
    const char *start = is_quoted ? "9,A,B,30,\"\n" : "9,A,B,30,";
    size_t tail = is_quoted ? 1 : 0, used = strlen(USER_HEADER);
    char *text = malloc(len + 200);
    assert_non_null(text);
    memcpy(text, USER_HEADER, used);
    memset(text + used, 'x', len);
    memcpy(text + used, start, strlen(start));
    memset(text + used + len - tail, '"', tail);
    used += len;
    used += (size_t)snprintf(text + used, 200, "\n" USER_ROW("1"));
    struct source *src = replay_open_path(replay_write("long.csv", text, used), PT_USER, false);
    struct kept_records kept = replay_read_all(src);
    assert_int_equal(kept.n, is_good ? 2 : 1);
    assert_int_equal(src->bad_rows > 0, !is_good);
    assert_string_equal(kept.records[kept.n - 1].value, USER_JSON("1"));
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
    free(text);
}

static void test_rows_of_1_mib_and_more(void **state)
{
    (void)state;
    for (int is_quoted = 0; is_quoted < 2; is_quoted++) {
        check_long_row(ROW_MAX_BYTES - 1, is_quoted, true);
        check_long_row(ROW_MAX_BYTES, is_quoted, true);
        check_long_row(ROW_MAX_BYTES + 1, is_quoted, false);
        check_long_row(ROW_MAX_BYTES + 5000, is_quoted, false);
        check_long_row(5 * ROW_MAX_BYTES, is_quoted, false);
        check_long_row(64 * 1024 - 60, is_quoted, true);
    }
}

static void test_log_is_limited(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 100000);
    buf_puts(&text, USER_HEADER);
    for (int i = 0; i < 2500; i++)
        buf_puts(&text, "bad\n");
    struct source *src = replay_source("many.csv", text.data, PT_USER, false);
    replay_log_reset();
    assert_end(src);
    assert_int_equal(src->bad_rows, 2500);
    assert_int_equal(replay_log_count(), 22);
    assert_non_null(strstr(replay_log_line(0), "many.csv line 2: skipped"));
    assert_non_null(strstr(replay_log_line(19), "line 21: skipped"));
    assert_non_null(strstr(replay_log_line(19), "only every 1,000th"));
    assert_non_null(strstr(replay_log_line(20), "line 1001: skipped"));
    assert_non_null(strstr(replay_log_line(21), "2000 bad rows so far"));
    source_free(src);
    buf_done(&text);
}

static void test_memory_stays_constant(void **state)
{
    (void)state;
    uint64_t n_rows;
    struct source_record rec;
    struct pt_error err;
    const char *path = write_rows("big.csv", "", 64u * 1024 * 1024, &n_rows);
    struct source *src = replay_open_path(path, PT_USER, false);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(src->ops->next(src, 0, &rec, &err), SOURCE_RECORD);
        assert_int_equal(src->ops->again(src, 0, &rec.pos, &rec, &err), SOURCE_RECORD);
    }
    assert_int_equal(src->ops->seek(src, &(struct source_pos){0, 0}, &err), PT_OK);
    long before_kib = resident_kib();
    assert_int_equal(count_rows_in_order(src), n_rows);
    long grown_kib = resident_kib() - before_kib;
    print_message("%llu rows, resident memory grew by %ld KiB\n", (unsigned long long)n_rows,
                  grown_kib);
    assert_true(grown_kib < 4096);
    source_free(src);
    assert_int_equal(unlink(path), 0);
}

/* The longest row, each byte of it six in JSON: what it took is given back. */
static void test_memory_after_a_long_row(void **state)
{
    (void)state;
    char *text = malloc(2 * ROW_MAX_BYTES);
    assert_non_null(text);
    const char *start = USER_HEADER "9,A,B,30,";
    size_t used = strlen(start);
    memset(text, 1, 2 * ROW_MAX_BYTES); /* all of it resident */
    memcpy(text, start, used);
    used += ROW_MAX_BYTES - 100;
    used += (size_t)snprintf(text + used, 100, "\n" USER_ROW("1"));
    struct source *src = replay_open_path(replay_write("long.csv", text, used), PT_USER, false);
    struct source_record rec;
    struct pt_error err;
    long before_kib = resident_kib();
    assert_int_equal(src->ops->next(src, 0, &rec, &err), SOURCE_RECORD);
    assert_true(rec.len > 6 * (ROW_MAX_BYTES - 100));
    assert_int_equal(src->ops->next(src, 1, &rec, &err), SOURCE_RECORD);
    long grown_kib = resident_kib() - before_kib;
    source_free(src);
    free(text);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)grown_kib; /* sanitizers keep what is freed */
#else
    assert_true(grown_kib < 4096);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_errors_name_the_columns),
        cmocka_unit_test(test_each_kind_of_bad_row),
        cmocka_unit_test(test_unclosed_quote_at_the_end),
        cmocka_unit_test(test_stray_quote_swallows_nothing),
        cmocka_unit_test(test_unclosed_quote_in_a_large_file),
        cmocka_unit_test(test_rows_of_1_mib_and_more),
        cmocka_unit_test(test_log_is_limited),
        cmocka_unit_test(test_memory_stays_constant),
        cmocka_unit_test(test_memory_after_a_long_row),
    };
    return cmocka_run_group_tests(tests, replay_dir_setup, replay_dir_teardown);
}
