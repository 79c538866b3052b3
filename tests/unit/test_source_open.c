/* Which file a stream is replayed from, and how a replay goes on: loops, checkpoints, files that
 * change meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "replay_files.h"
#include "scratch.h"

#define USER_HEADER "ind,first_name,last_name,age,date_joined\n"
#define USER_ROW(n) n ",A,B,30,x\n"
#define USER_JSON(n)                                                                               \
    "{\"ind\":" n ",\"first_name\":\"A\",\"last_name\":\"B\",\"age\":30,\"date_joined\":\"x\"}"

#define GEO_JSON "{\"ind\":1,\"latitude\":2,\"country\":\"c\"}"
#define PIN_JSON                                                                                   \
    "{\"index\":1,\"unique_id\":2,\"title\":3,\"description\":4,\"tag_list\":5,\"category\":6}"

static void test_synthetic(void **state)
{
    (void)state;
    struct source *src = replay_open_path("synthetic", PT_GEO, false);
    struct source_record rec;
    struct pt_error err;
    assert_string_equal(src->ops->name, "synthetic");
    assert_string_equal(src->path, "");
    assert_int_equal(src->ops->next(src, 5, &rec, &err), SOURCE_RECORD);
    assert_memory_equal(rec.value, "{", 1);
    source_free(src);
    src = replay_open_path(NULL, PT_GEO, false);
    assert_string_equal(src->ops->name, "synthetic");
    source_free(src);
    source_free(NULL);
}

static void check_kind(const char *name, const char *text, const char *kind)
{
    struct source *src = replay_source(name, text, PT_USER, false);
    assert_string_equal(src->ops->name, kind);
    source_free(src);
}

static void test_kind_by_what_it_holds(void **state)
{
    (void)state;
    check_kind("k.csv", USER_HEADER, "csv");
    check_kind("k.CSV", USER_HEADER, "csv");
    check_kind("k.json", "ind", "json");
    check_kind("k.jsonl", "", "json");
    check_kind("k.Ndjson.gz", "log\n{}", "json");
    check_kind("k.json", USER_HEADER, "csv");
    check_kind("k.csv", "{\"ind\":1}", "json");
    check_kind("k.txt", USER_HEADER, "csv");
    check_kind("k.txt", "\xef\xbb\xbf\n {\"a\":1}", "json");
    check_kind("k", "[1]", "json");
    check_kind("k", "\xef\xbb\xbf" USER_HEADER, "csv");
}

static void make_directory(const char *name)
{
    assert_int_equal(mkdir(scratch_path(name), 0700), 0);
}

static void test_directory(void **state)
{
    (void)state;
    char path[700];
    make_directory("export");
    /* By their columns, whatever their names. */
    replay_write_text("export/user_data.ndjson", USER_JSON("1") "\n");
    replay_write_text("export/places.json", "[" GEO_JSON "]");
    replay_write_text("export/pinterest_data.jsonl", PIN_JSON "\n");
    replay_write_text("export/old-pins.jsonl", PIN_JSON "\n" PIN_JSON "\n");
    replay_write_text("export/user_data.txt", "");
    replay_write_text("export/README", "ind is the key\n");
    static const char *const values[] = {PIN_JSON, GEO_JSON, USER_JSON("1")};
    for (int id = 0; id < PT_STREAMS; id++) {
        struct source *src = replay_open_path(scratch_path("export"), (enum pt_stream_id)id, false);
        assert_next(src, values[id]);
        source_free(src);
    }
    snprintf(path, sizeof path, "%s//", scratch_path("export"));
    struct source *src = replay_open_path(path, PT_USER, false);
    assert_string_equal(src->path, scratch_path("export/user_data.ndjson"));
    source_free(src);
}

static void check_words(const struct pt_error *err, const char *word)
{
    if (!strstr(err->what, word))
        fail_msg("\"%s\" is not in: %s", word, err->what);
}

static void test_directory_errors_name_what_is_there(void **state)
{
    (void)state;
    struct pt_error err;
    make_directory("none");
    replay_refused(scratch_path("none"), PT_PIN, PT_ENOTFOUND, &err);
    check_words(&err, "it is empty");
    replay_write_text("none/pins\x1b[31m.csv", "");
    replay_refused(scratch_path("none"), PT_PIN, PT_ENOTFOUND, &err);
    check_words(&err, "stream pin has no source");
    check_words(&err, "has its columns; it contains pins\\x1b[31m.csv");
    assert_non_null(strstr(err.fix, "pintop.stream.pin.source"));
    for (int i = 0; i < 7; i++) {
        char name[32];
        snprintf(name, sizeof name, "none/%d", i);
        replay_write_text(name, "");
    }
    replay_refused(scratch_path("none"), PT_PIN, PT_ENOTFOUND, &err);
    check_words(&err, "and 3 more");
    make_directory("two");
    replay_write_text("two/user_data.csv", USER_HEADER);
    replay_write_text("two/user_data.json", USER_JSON("1"));
    replay_refused(scratch_path("two"), PT_USER, PT_ECONFIG, &err);
    check_words(&err,
                "more than one file there could be the right one: user_data.csv, user_data.json");
    /* A broken one that is named like the export is told as what it is. */
    make_directory("broken");
    replay_write_text("broken/user_data.csv", "ind,first_name,last_name,age\n1,A,B,30\n");
    replay_refused(scratch_path("broken"), PT_USER, PT_ECONFIG, &err);
    check_words(&err, "user_data.csv as user: columns missing: date_joined");
}

static void test_files_that_cannot_be_replayed(void **state)
{
    (void)state;
    struct pt_error err;
    char path[2000];
    replay_refused(scratch_path("missing.csv"), PT_USER, PT_ECONFIG, &err);
    check_words(&err, "missing.csv: No such file");
    assert_int_equal(mkfifo(scratch_path("pipe.csv"), 0600), 0);
    replay_refused(scratch_path("pipe.csv"), PT_USER, PT_ECONFIG, &err);
    check_words(&err, "not a regular file");
    replay_refused("/dev/null", PT_USER, PT_ECONFIG, &err);
    check_words(&err, "not a regular file");
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = 0;
    replay_refused(path, PT_USER, PT_ECONFIG, &err);
    check_words(&err, "1999 bytes, and the limit is 1023");
    /* A long path leaves room for the reason. */
    path[200] = 0;
    replay_refused(path, PT_USER, PT_ECONFIG, &err);
    check_words(&err, "No such file");
}

static void test_loops(void **state)
{
    (void)state;
    struct source *src =
        replay_source("loop.csv", USER_HEADER USER_ROW("1") "bad\n" USER_ROW("2"), PT_USER, true);
    for (int i = 0; i < 5; i++) {
        assert_next(src, USER_JSON("1"));
        assert_next(src, USER_JSON("2"));
    }
    assert_int_equal(src->bad_rows, 5);
    source_free(src);
    src = replay_source("loop.jsonl", USER_JSON("1") "\n" USER_JSON("2"), PT_USER, true);
    for (int i = 0; i < 5; i++) {
        assert_next(src, USER_JSON("1"));
        assert_next(src, USER_JSON("2"));
    }
    source_free(src);
}

static void test_a_loop_without_good_rows_ends(void **state)
{
    (void)state;
    static const char *const texts[] = {USER_HEADER, USER_HEADER "bad\nworse\n\n"};
    for (size_t i = 0; i < 2; i++) {
        struct source *src = replay_source("loop.csv", texts[i], PT_USER, true);
        assert_end(src);
        assert_end(src);
        assert_int_equal(src->bad_rows, i == 0 ? 0 : 2);
        source_free(src);
    }
    struct source *src = replay_source("loop.jsonl", "[1,\n2]\n", PT_USER, true);
    assert_end(src);
    assert_int_equal(src->bad_rows, 2);
    source_free(src);
}

/* A checkpoint behind the last good row of a file that loops: on with the first. */
static void test_loop_from_a_checkpoint(void **state)
{
    (void)state;
    struct pt_error err;
    struct source_record rec;
    struct source *src =
        replay_source("loop.csv", USER_HEADER USER_ROW("1") "bad\n", PT_USER, true);
    assert_int_equal(src->ops->next(src, 0, &rec, &err), SOURCE_RECORD);
    assert_int_equal(src->ops->seek(src, &rec.next_pos, &err), PT_OK);
    assert_next(src, USER_JSON("1"));
    assert_next(src, USER_JSON("1"));
    source_free(src);
}

static void check_seek_refused(struct source *src, uint64_t offset, const char *word)
{
    struct pt_error err = {.what = ""};
    struct source_pos pos = {offset, 1};
    assert_int_equal(src->ops->seek(src, &pos, &err), PT_EDATA);
    check_words(&err, word);
    assert_non_null(strstr(err.fix, "--first-index"));
    assert_next(src, USER_JSON("1"));
}

static void test_seek_checks_the_place(void **state)
{
    (void)state;
    struct pt_error err;
    struct source *src =
        replay_source("seek.csv", USER_HEADER USER_ROW("1") USER_ROW("2"), PT_USER, false);
    uint64_t first = strlen(USER_HEADER), row = strlen(USER_ROW("1"));
    check_seek_refused(src, first + 1, "no row begins there");
    check_seek_refused(src, first + 2 * row + 1, "the file ends before it");
    check_seek_refused(src, UINT64_C(1) << 40, "the file ends before it");
    assert_int_equal(src->ops->seek(src, &(struct source_pos){first + row, 2}, &err), PT_OK);
    assert_next(src, USER_JSON("2"));
    assert_end(src);
    assert_int_equal(src->ops->seek(src, &(struct source_pos){first + 2 * row, 3}, &err), PT_OK);
    assert_end(src);
    /* The start of the file is the first row, not the header. */
    assert_int_equal(src->ops->seek(src, &(struct source_pos){0, 0}, &err), PT_OK);
    assert_next(src, USER_JSON("1"));
    source_free(src);
}

enum { MANY_ROWS = 20000 };

/* A file of several buffers, its first row read. */
static struct source *open_many(const char *name, bool is_looping)
{
    FILE *file = fopen(scratch_path(name), "we");
    assert_non_null(file);
    fputs(USER_HEADER, file);
    for (int i = 0; i < MANY_ROWS; i++)
        fprintf(file, "%d,A,B,30,x\n", i + 1);
    assert_int_equal(fclose(file), 0);
    struct source *src = replay_open_path(scratch_path(name), PT_USER, is_looping);
    assert_next(src, USER_JSON("1"));
    return src;
}

/* The rows in the buffer still come, in order; then the error. */
static void check_stops(struct source *src, const char *word)
{
    struct pt_error err = {.what = ""};
    struct source_record rec;
    int n = 0;
    enum source_status status;
    while ((status = src->ops->next(src, 0, &rec, &err)) == SOURCE_RECORD)
        assert_true(++n < MANY_ROWS);
    assert_int_equal(status, SOURCE_ERROR);
    assert_int_equal(err.code, PT_EDATA);
    check_words(&err, word);
    assert_true(err.fix[0] != 0);
    assert_int_equal(src->ops->next(src, 0, &rec, &err), SOURCE_ERROR);
    assert_int_equal(src->bad_rows, 0);
    source_free(src);
}

static void test_shortened(void **state)
{
    (void)state;
    struct source *src = open_many("short.csv", false);
    assert_int_equal(truncate(scratch_path("short.csv"), 70000), 0);
    check_stops(src, "was shortened meanwhile, from ");
    /* Small files are in the buffer whole; it shows at their end. */
    src = replay_source("short.csv", USER_HEADER USER_ROW("1") USER_ROW("2"), PT_USER, true);
    assert_next(src, USER_JSON("1"));
    assert_int_equal(truncate(scratch_path("short.csv"), 5), 0);
    check_stops(src, "was shortened");
}

static void test_replaced_removed_rewritten(void **state)
{
    (void)state;
    struct source *src = open_many("a.csv", false);
    source_free(open_many("b.csv", false));
    assert_int_equal(rename(scratch_path("b.csv"), scratch_path("a.csv")), 0);
    check_stops(src, "was replaced by another");
    src = open_many("a.csv", true);
    assert_int_equal(unlink(scratch_path("a.csv")), 0);
    check_stops(src, "was removed");
    src = open_many("a.csv", false);
    FILE *file = fopen(scratch_path("a.csv"), "re+");
    assert_non_null(file);
    fputs("something else", file);
    assert_int_equal(fclose(file), 0);
    check_stops(src, "was rewritten meanwhile");
}

static void test_again_after_a_change(void **state)
{
    (void)state;
    struct pt_error err = {.what = ""};
    struct source_record rec;
    struct source *src = open_many("again.csv", false);
    struct source_pos pos = {strlen(USER_HEADER), 1};
    assert_int_equal(truncate(scratch_path("again.csv"), 60), 0);
    assert_int_equal(src->ops->again(src, 0, &pos, &rec, &err), SOURCE_ERROR);
    check_words(&err, "shortened");
    source_free(src);
    src = open_many("again.csv", false);
    pos = (struct source_pos){strlen(USER_HEADER) + 3, 1};
    assert_int_equal(src->ops->again(src, 17, &pos, &rec, &err), SOURCE_ERROR);
    check_words(&err, "cannot read record 17 again");
    check_words(&err, "again.csv line 2");
    assert_next(src, USER_JSON("2"));
    source_free(src);
}

static void test_appended_rows_come_too(void **state)
{
    (void)state;
    struct source *src = replay_source("grow.csv", USER_HEADER USER_ROW("1"), PT_USER, false);
    assert_next(src, USER_JSON("1"));
    FILE *file = fopen(scratch_path("grow.csv"), "ae");
    assert_non_null(file);
    fputs(USER_ROW("2"), file);
    assert_int_equal(fclose(file), 0);
    assert_next(src, USER_JSON("2"));
    assert_end(src);
    source_free(src);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_synthetic),
        cmocka_unit_test(test_kind_by_what_it_holds),
        cmocka_unit_test(test_directory),
        cmocka_unit_test(test_directory_errors_name_what_is_there),
        cmocka_unit_test(test_files_that_cannot_be_replayed),
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_a_loop_without_good_rows_ends),
        cmocka_unit_test(test_loop_from_a_checkpoint),
        cmocka_unit_test(test_seek_checks_the_place),
        cmocka_unit_test(test_shortened),
        cmocka_unit_test(test_replaced_removed_rewritten),
        cmocka_unit_test(test_again_after_a_change),
        cmocka_unit_test(test_appended_rows_come_too),
    };
    return cmocka_run_group_tests(tests, replay_dir_setup, replay_dir_teardown);
}
