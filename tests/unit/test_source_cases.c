/* Exports as people have them: each is read, or it is said which it is and what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <zlib.h>

#include "base/buf.h"
#include "replay_files.h"
#include "scratch.h"
#include "stream/file_reader.h"
#include "stream/object_name.h"

#define USER_HEADER "ind,first_name,last_name,age,date_joined\n"
#define USER_ROW(n) n ",A,B,30,x\n"
#define USER_JSON(n)                                                                               \
    "{\"ind\":" n ",\"first_name\":\"A\",\"last_name\":\"B\",\"age\":30,\"date_joined\":\"x\"}"

/* ---- the cases kept in files ---- */

struct expected {
    const char *file;
    int n_rows, n_bad;
    const char *member, *value; /* of the first row, as JSON */
};

static void check_case(const struct expected *want)
{
    char path[200];
    snprintf(path, sizeof path, "tests/data/sources/%s", want->file);
    enum pt_stream_id id = strncmp(want->file, "geo", 3) == 0 ? PT_GEO : PT_PIN;
    struct source *src = replay_open_path(path, id, false);
    struct kept_records kept = replay_read_all(src);
    if ((int)kept.n != want->n_rows || (int)src->bad_rows != want->n_bad)
        fail_msg("%s: %zu rows, %d bad: %s", want->file, kept.n, (int)src->bad_rows,
                 src->skips[0].why);
    for (size_t i = 0; i < kept.n; i++) {
        cJSON *row = cJSON_ParseWithOpts(kept.records[i].value, NULL, true);
        if (!row || strchr(kept.records[i].value, '\n'))
            fail_msg("%s: not one line of JSON: %s", want->file, kept.records[i].value);
        if (i == 0) {
            char *value = cJSON_PrintUnformatted(cJSON_GetObjectItem(row, want->member));
            if (!value || strcmp(value, want->value) != 0)
                fail_msg("%s: %s is %s", want->file, want->member, value ? value : "missing");
            cJSON_free(value);
        }
        cJSON_Delete(row);
    }
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
}

static void test_files(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {"pin-lines.json",           2, 0, "downloaded",  "0"                                    },
        {"pin-array.json",           2, 0, "downloaded",  "0"                                    },
        {"pin-array-indent.json",    2, 0, "category",    "\"mens-fashion\""                     },
        {"pin-pretty-objects.json",  2, 0, "category",    "\"mens-fashion\""                     },
        {"pin-concat.json",          2, 0, "index",       "7528"                                 },
        {"pin-phpmyadmin.json",      2, 0, "index",       "7528"                                 },
        {"pin.json.gz",              1, 0, "index",       "7528"                                 },
        {"pin-nan.json",             1, 0, "poster_name", "null"                                 },
        {"pin-nan.csv",              1, 0, "downloaded",  "null"                                 },
        {"pin-bool.csv",             1, 0, "downloaded",  "1"                                    },
        {"pin-backslash-escape.csv", 2, 0, "title",       "\"He said \\\"hi\\\"\""               },
        {"pin-unnamed0.csv",         1, 0, "index",       "7528"                                 },
        {"pin-upper.csv",            1, 0, "index",       "7528"                                 },
        {"pin-tab.tsv",              2, 0, "tag_list",    "\"N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e\""},
        {"pin-semicolon.csv",        2, 0, "tag_list",    "\"N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e\""},
        {"pin-latin1.csv",           0, 1, "",            ""                                     },
        {"geo-pyrepr.json",          0, 1, "",            ""                                     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(&cases[i]);
}

/* ---- CSV ---- */

static void check_users(const char *text, int n_good)
{
    struct source *src = replay_source("u", text, PT_USER, false);
    struct kept_records kept = replay_read_all(src);
    if ((int)kept.n != n_good || src->bad_rows != 0)
        fail_msg("%zu rows, %d bad (%s) of: %s", kept.n, (int)src->bad_rows, src->skips[0].why,
                 text);
    for (int i = 0; i < n_good; i++)
        assert_string_equal(kept.records[i].value, i == 0 ? USER_JSON("1") : USER_JSON("2"));
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
}

static void test_separators_and_headers(void **state)
{
    (void)state;
    check_users("ind|first_name|last_name|age|date_joined\n1|A|B|30|x\n2|A|B|30|x", 2);
    check_users("Ind;First_Name;LAST_NAME;Age;date_joined\r\n1;A;B;30;x\r\n2;A;B;30;x\r\n", 2);
    check_users("ind\tfirst_name\tlast_name\tage\tdate_joined\n1\tA\tB\t30\tx\n", 1);
    check_users("sep=;\r\nind;first_name;last_name;age;date_joined\r\n1;A;B;30;x\r\n", 1);
    check_users("\xef\xbb\xbfsep=|\nind|first_name|last_name|age|date_joined\n1|A|B|30|x", 1);
    check_users(",ind,first_name,last_name,age,date_joined\n0,1,A,B,30,x\n1,2,A,B,30,x\n", 2);
    check_users("\"\",\"ind\",\"first_name\",\"last_name\",\"age\",\"date_joined\"\n"
                "\"1\",1,\"A\",\"B\",30,\"x\"\n",
                1);
    check_users("Unnamed: 0.1,Unnamed: 0,ind,first_name,last_name,age,date_joined\n"
                "0,0,1,A,B,30,x\n1,1,2,A,B,30.0,x\n",
                2);
    check_users("ind;first_name;last_name;age;date_joined;\n1;A;B;30;x;\n", 1);
    check_users("date_joined,age,last_name,first_name,ind\nx,30,B,A,1\n", 1);
}

static void test_escaped_quotes(void **state)
{
    (void)state;
    struct source *src = replay_source("q.csv",
                                       USER_HEADER "1,\"say \\\"a\\\", b\",B,30,x\n"
                                                   "2,\"end \\\"\",\"c\\\\d\",30,x\n"
                                                   "3,\"two \"\"x\"\"\",B,30,x\n"
                                                   "4,\"line \\\"\none\",B,30,x\n",
                                       PT_USER, false);
    static const char *const names[] = {"say \\\"a\\\", b", "end \\\"", "two \\\"x\\\"",
                                        "line \\\"\\none"};
    struct kept_records kept = replay_read_all(src);
    assert_int_equal(src->bad_rows, 0);
    assert_int_equal(kept.n, 4);
    for (int i = 0; i < 4; i++) {
        char want[200];
        snprintf(want, sizeof want,
                 "{\"ind\":%d,\"first_name\":\"%s\",\"last_name\":\"%s\",\"age\":30,"
                 "\"date_joined\":\"x\"}",
                 i + 1, names[i], i == 1 ? "c\\\\d" : "B");
        assert_string_equal(kept.records[i].value, want);
    }
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
    /* What a backslash stands before is looked at like the rest. */
    src = replay_source("q.csv",
                        USER_HEADER "1,\"a\\\"b\\\xea\",B,30,x\n2,\"a\\\"b\\\xc3\xa9\",B,30,x\n",
                        PT_USER, false);
    assert_next(src,
                "{\"ind\":2,\"first_name\":\"a\\\"b\\\\\xc3\xa9\",\"last_name\":\"B\",\"age\":30,"
                "\"date_joined\":\"x\"}");
    assert_end(src);
    assert_int_equal(src->bad_rows, 1);
    source_free(src);
    /* Where backslashes are text, they stay: a folder's name ends with one. */
    src = replay_source(
        "q.csv", USER_HEADER "1,\"C:\\\",\"\",30,x\n2,\"D:\\\",\"e\\f\",30,x\n" USER_ROW("3"),
        PT_USER, false);
    assert_next(src, "{\"ind\":1,\"first_name\":\"C:\\\\\",\"last_name\":\"\",\"age\":30,"
                     "\"date_joined\":\"x\"}");
    assert_next(src, "{\"ind\":2,\"first_name\":\"D:\\\\\",\"last_name\":\"e\\\\f\",\"age\":30,"
                     "\"date_joined\":\"x\"}");
    assert_next(src, USER_JSON("3"));
    assert_end(src);
    source_free(src);
}

/* ---- gzip ---- */

static const char *write_gz(const char *name, const char *text, size_t len, const char *mode)
{
    const char *path = scratch_path(name);
    gzFile file = gzopen(path, mode);
    assert_non_null(file);
    assert_int_equal(gzwrite(file, text, (unsigned)len), len);
    assert_int_equal(gzclose(file), Z_OK);
    return path;
}

static void test_gzip_of_each(void **state)
{
    (void)state;
    static const char *const texts[] = {USER_HEADER USER_ROW("1") USER_ROW("2"),
                                        "[" USER_JSON("1") ",\n" USER_JSON("2") "]",
                                        USER_JSON("1") "\n" USER_JSON("2") "\n"};
    for (size_t i = 0; i < 3; i++) {
        /* Its bytes tell, not its name; two members are one file. */
        size_t half = strlen(texts[i]) / 2;
        const char *path = write_gz("packed", texts[i], half, "wb");
        write_gz("packed", texts[i] + half, strlen(texts[i]) - half, "ab");
        struct source *src = replay_open_path(path, PT_USER, false);
        struct kept_records kept = replay_read_all(src);
        assert_int_equal(kept.n, 2);
        assert_string_equal(kept.records[0].value, USER_JSON("1"));
        assert_string_equal(kept.records[1].value, USER_JSON("2"));
        replay_check_again_and_seek(src, &kept);
        kept_records_done(&kept);
        source_free(src);
    }
}

enum { MANY_ROWS = 1200000 };

/* Far enough for several of the kept states: from any place back and forth, in bounded memory. */
static void test_gzip_goes_back(void **state)
{
    (void)state;
    const char *path = scratch_path("many.csv.gz");
    gzFile file = gzopen(path, "wb1");
    assert_non_null(file);
    gzputs(file, USER_HEADER);
    for (int i = 0; i < MANY_ROWS; i++)
        gzprintf(file, "%d,Anna,Bell,30,2015-10-24 11:23:51\n", i);
    assert_int_equal(gzclose(file), Z_OK);
    struct source *src = replay_open_path(path, PT_USER, false);
    struct source_pos *places = calloc(MANY_ROWS, sizeof *places);
    struct source_record rec;
    struct pt_error err = {.what = ""};
    assert_non_null(places);
    for (int i = 0; i < MANY_ROWS; i++) {
        assert_int_equal(src->ops->next(src, 0, &rec, &err), SOURCE_RECORD);
        places[i] = rec.pos;
    }
    assert_end(src);
    uint64_t random = 7;
    for (int n = 0; n < 60; n++) {
        char want[40];
        uint32_t i = test_random(&random) % MANY_ROWS;
        int len = snprintf(want, sizeof want, "{\"ind\":%u,", i);
        if (src->ops->again(src, i, &places[i], &rec, &err) != SOURCE_RECORD)
            fail_msg("%s", err.what);
        assert_memory_equal(rec.value, want, (size_t)len);
        assert_int_equal(src->ops->seek(src, &places[i], &err), PT_OK);
        assert_int_equal(src->ops->next(src, i, &rec, &err), SOURCE_RECORD);
        assert_memory_equal(rec.value, want, (size_t)len);
    }
    struct source_pos behind = {places[MANY_ROWS - 1].offset + 1000000, 1};
    assert_int_equal(src->ops->seek(src, &behind, &err), PT_EDATA);
    free(places);
    source_free(src);
}

static void test_damaged_gzip(void **state)
{
    (void)state;
    struct buf text;
    struct source_record rec;
    struct pt_error err = {.what = ""};
    buf_init(&text, 1 << 20);
    buf_puts(&text, USER_HEADER);
    for (int i = 0; i < 20000; i++)
        buf_printf(&text, "%d,A%d,B%d,30,x\n", i, i * 7919, i * 104729);
    const char *path = write_gz("cut.csv.gz", text.data, text.len, "wb");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size / 2), 0);
    struct source *src = replay_open_path(path, PT_USER, false);
    int n = 0;
    enum source_status status;
    while ((status = src->ops->next(src, 0, &rec, &err)) == SOURCE_RECORD)
        n++;
    assert_int_equal(status, SOURCE_ERROR);
    assert_true(n > 1000);
    assert_int_equal(err.code, PT_EDATA);
    assert_non_null(strstr(err.what, "cut.csv.gz: the gzip file ends too early"));
    source_free(src);
    buf_done(&text);
}

/* ---- what isn't read ---- */

static void check_foreign(const void *bytes, size_t len, const char *is, const char *fix)
{
    struct pt_error err;
    replay_refused(replay_write("foreign", bytes, len), PT_USER, PT_ECONFIG, &err);
    if (!strstr(err.what, is) || !strstr(err.fix, fix))
        fail_msg("\"%s\", \"%s\" are not in: %s. %s", is, fix, err.what, err.fix);
}

/* A header may stand behind lines that hold nothing; rows keep their line numbers. */
static void test_blank_lines_first(void **state)
{
    (void)state;
    struct source *src =
        replay_source("blank.csv", "\n\r\n" USER_HEADER USER_ROW("7") "bad\n", PT_USER, false);
    struct kept_records kept = replay_read_all(src);
    assert_int_equal(kept.n, 1);
    assert_int_equal(src->bad_rows, 1);
    assert_int_equal(src->skips[0].line, 5);
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
}

static void test_foreign_kinds(void **state)
{
    (void)state;
#define CHECK(bytes, is, fix) check_foreign(bytes, sizeof bytes - 1, is, fix)
    CHECK("\xff\xfei\0n\0d\0", "UTF-16", "iconv -f UTF-16 ");
    CHECK("\xfe\xff\0i\0n\0d", "UTF-16", "iconv -f UTF-16 ");
    CHECK("i\0n\0d\0,\0f\0i\0", "UTF-16", "iconv -f UTF-16LE");
    CHECK("\0i\0n\0d\0,\0f\0i", "UTF-16", "iconv -f UTF-16BE");
    CHECK("\xff\xfe\0\0i\0\0\0", "UTF-32", "UTF-32");
    CHECK("PAR1\x15\x04", "a Parquet file", "CSV or JSON");
    CHECK("ORC\x08\x03", "an ORC file", "CSV or JSON");
    CHECK("\x04\x22\x4d\x18xy", "packed with lz4", "npack");
    CHECK("---\n- ind: 1\n", "a YAML file", "CSV or JSON");
    CHECK("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer",
          "git lfs pull");
    CHECK("1\t{\"ind\":1}\n", "other text precedes the JSON object", "print.key");
    CHECK("ab\0cd\n", "not text", "CSV or JSON");
    CHECK("ind,first_name\r1,A\r", "CR only", "tr '");
    CHECK("Obj\x01\x04", "an Avro file", "CSV or JSON");
    CHECK("PK\x03\x04\x14", "zip archive", "CSV");
    CHECK("SQLite format 3", "SQLite", "CSV");
    CHECK("\xfd"
          "7zXZ\0",
          "xz", "npack");
    CHECK("-- phpMyAdmin SQL Dump\n-- version 5", "an SQL dump", "phpMyAdmin");
    CHECK("INSERT INTO `user_data` VALUES (1,", "an SQL dump", "CSV");
    CHECK("<!DOCTYPE html>", "a web page", "CSV");
    CHECK("<?xml version", "XML", "CSV");
#undef CHECK
}

/* ---- a sink's tree ---- */

static void test_object_names(void **state)
{
    (void)state;
    static const char *const good[] = {"demo.pin+0+0000000123.json", "a+12+7.json.gz",
                                       "part-00003-c0ffee.csv", "part-1.json"};
    static const char *const bad[] = {
        "demo.pin", "+0+1.json",         "a+x+1.json",         "a+0+1",      "a+0+1.keys.json",
        "a+0.json", "a+99999999999+1.j", "a+0+1.headers.json", "part-x.csv", "partition=0"};
    struct object_name name;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(object_name_parse(good[i], &name));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (object_name_parse(bad[i], &name))
            fail_msg("taken: %s", bad[i]);
    assert_true(object_name_parse("demo.pin+3+0000000123.json", &name));
    assert_int_equal(name.topic_len, 8);
    assert_int_equal(name.partition, 3);
    assert_int_equal(name.offset, 123);
}

static void make_dirs(const char *name)
{
    char path[200];
    for (const char *p = name; (p = strchr(p, '/')) != NULL; p++) {
        snprintf(path, sizeof path, "%.*s", (int)(p - name), name);
        mkdir(scratch_path(path), 0700);
    }
}

static void write_object(const char *name, const char *text)
{
    make_dirs(name);
    if (strcmp(name + strlen(name) - 3, ".gz") == 0)
        write_gz(name, text, strlen(text), "wb");
    else
        replay_write_text(name, text);
}

static void write_tree(void)
{
    write_object("b/topics/demo.user/partition=0/demo.user+0+0000000000.json", USER_JSON("1") "\n");
    write_object("b/topics/demo.user/partition=1/demo.user+1+0000000000.json",
                 USER_JSON("2") "\n" USER_JSON("3") "\n");
    write_object("b/topics/demo.user/partition=0/demo.user+0+0000000001.json.gz",
                 USER_JSON("4") "\noops\n");
    write_object("b/topics/demo.user/partition=1/demo.user+1+0000000010.json", USER_JSON("5"));
    write_object("b/topics/demo.user/partition=0/demo.user+0+0000000000.keys.json", "\"1\"\n");
    write_object("b/topics/demo.geo/year=2026/month=01/demo.geo+0+0000000000.json",
                 "{\"ind\":9,\"latitude\":1,\"country\":2}\n");
}

static void check_tree(const char *dir)
{
    struct source *src = replay_open_path(scratch_path(dir), PT_USER, false);
    assert_string_equal(src->ops->name, "objects");
    struct kept_records kept = replay_read_all(src);
    assert_int_equal(kept.n, 5);
    for (int i = 0; i < 5; i++) {
        char want[200];
        snprintf(want, sizeof want, USER_JSON("%d"), i + 1);
        assert_string_equal(kept.records[i].value, want);
    }
    assert_int_equal(src->bad_rows, 1);
    assert_non_null(strstr(src->skips[0].file, "demo.user+0+0000000001.json.gz"));
    assert_int_equal(src->skips[0].line, 2);
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
}

static void test_a_sinks_tree(void **state)
{
    (void)state;
    struct pt_error err;
    struct source_record rec;
    write_tree();
    check_tree("b");
    check_tree("b/topics/");
    check_tree("b/topics/demo.user");
    struct source *src = replay_open_path(scratch_path("b"), PT_GEO, false);
    assert_next(src, "{\"ind\":9,\"latitude\":1,\"country\":2}");
    assert_end(src);
    source_free(src);
    src = replay_open_path(scratch_path("b/topics/demo.user/partition=1"), PT_USER, true);
    for (int i = 0; i < 3; i++) {
        assert_next(src, USER_JSON("2"));
        assert_next(src, USER_JSON("3"));
        assert_next(src, USER_JSON("5"));
    }
    source_free(src);
    replay_refused(scratch_path("b"), PT_PIN, PT_ENOTFOUND, &err);
    assert_non_null(strstr(err.what, "stream pin has no source"));
    /* Objects that came or went meanwhile don't move the place. */
    src = replay_open_path(scratch_path("b"), PT_USER, false);
    assert_int_equal(src->ops->next(src, 0, &rec, &err), SOURCE_RECORD);
    assert_int_equal(src->ops->next(src, 1, &rec, &err), SOURCE_RECORD);
    struct source_pos place = rec.pos, next = rec.next_pos;
    source_free(src);
    write_object("b/topics/demo.user/partition=0/demo.user+0+0000000000.json.gz",
                 USER_JSON("7") "\n");
    src = replay_open_path(scratch_path("b"), PT_USER, false);
    assert_int_equal(src->ops->seek(src, &next, &err), PT_OK);
    assert_next(src, USER_JSON("3"));
    assert_int_equal(src->ops->again(src, 1, &place, &rec, &err), SOURCE_RECORD);
    assert_memory_equal(rec.value, USER_JSON("2"), rec.len);
    source_free(src);
    assert_int_equal(
        unlink(scratch_path("b/topics/demo.user/partition=1/demo.user+1+0000000000.json")), 0);
    src = replay_open_path(scratch_path("b"), PT_USER, false);
    assert_int_equal(src->ops->seek(src, &next, &err), PT_EDATA);
    assert_non_null(strstr(err.what, "no longer exists"));
    source_free(src);
    write_object("c/topics/one/x/one+0+1.json", USER_JSON("1"));
    write_object("c/topics/two/x/two+0+1.json", USER_JSON("1"));
    replay_refused(scratch_path("c"), PT_USER, PT_ECONFIG, &err);
    assert_non_null(strstr(err.what, "more than one topic"));
}

static void test_parts_of_spark(void **state)
{
    (void)state;
    write_object("out/part-00001-ab.csv", USER_HEADER USER_ROW("2"));
    write_object("out/part-00000-ab.csv", USER_HEADER USER_ROW("1"));
    write_object("out/_SUCCESS", "");
    struct source *src = replay_open_path(scratch_path("out"), PT_USER, false);
    assert_next(src, USER_JSON("1"));
    assert_next(src, USER_JSON("2"));
    assert_end(src);
    assert_int_equal(src->bad_rows, 0);
    source_free(src);
}

/* A directory with the three in three formats, under names of somebody's own. */
static void test_three_formats(void **state)
{
    (void)state;
    write_object("mix/people.tsv",
                 "ind\tfirst_name\tlast_name\tage\tdate_joined\n1\tA\tB\t30\tx\n");
    write_object("mix/where.json", "[\n{\"ind\":9,\"latitude\":1,\"country\":2}\n]\n");
    write_object("mix/notes.txt", "nothing here\n");
    static const char pin[] = "{\"index\":1,\"unique_id\":2,\"title\":3,\"description\":4,"
                              "\"tag_list\":5,\"category\":6}";
    write_gz("mix/posts.gz", pin, sizeof pin - 1, "wb");
    struct source *src = replay_open_path(scratch_path("mix"), PT_USER, false);
    assert_next(src, USER_JSON("1"));
    source_free(src);
    src = replay_open_path(scratch_path("mix"), PT_GEO, false);
    assert_next(src, "{\"ind\":9,\"latitude\":1,\"country\":2}");
    source_free(src);
    src = replay_open_path(scratch_path("mix"), PT_PIN, false);
    assert_next(src, pin);
    source_free(src);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),          cmocka_unit_test(test_separators_and_headers),
        cmocka_unit_test(test_escaped_quotes), cmocka_unit_test(test_gzip_of_each),
        cmocka_unit_test(test_gzip_goes_back), cmocka_unit_test(test_damaged_gzip),
        cmocka_unit_test(test_foreign_kinds),  cmocka_unit_test(test_blank_lines_first),
        cmocka_unit_test(test_object_names),   cmocka_unit_test(test_a_sinks_tree),
        cmocka_unit_test(test_parts_of_spark), cmocka_unit_test(test_three_formats),
    };
    return cmocka_run_group_tests(tests, replay_dir_setup, replay_dir_teardown);
}
