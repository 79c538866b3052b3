/* The reader of a ZIP's directory: archives made here byte by byte, whole, in ZIP64, and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/zip.h"

enum { ARCHIVE_MAX = 512 * 1024 };

struct archive {
    unsigned char data[ARCHIVE_MAX];
    size_t len;
    size_t n_reads, n_bytes; /* asked for */
    bool is_failing;
};
static struct archive archive;

static void put(uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        archive.data[archive.len++] = (unsigned char)(i < 8 ? value >> 8 * i : 0);
}

static void put_text(const char *text)
{
    size_t len = strlen(text);
    memcpy(archive.data + archive.len, text, len);
    archive.len += len;
}

/* One member of the directory; is_64: its sizes are in the extra field. */
static void put_member(const char *name, uint64_t bytes, bool is_64, bool is_encrypted)
{
    put(0x02014b50, 4);
    put(20, 2);
    put(20, 2);
    put(is_encrypted ? 1 : 0, 2);
    put(8, 2);
    put(0, 8); /* time, date, sum */
    put(is_64 ? 0xffffffff : bytes / 2, 4);
    put(is_64 ? 0xffffffff : bytes, 4);
    put(strlen(name), 2);
    put(is_64 ? 4 + 3 + 4 + 16 : 0, 2);
    put(0, 2 + 2 + 2 + 4 + 4); /* comment, disk, attributes, place */
    put_text(name);
    if (!is_64)
        return;
    put(0x7875, 2); /* another one first */
    put(3, 2);
    put(0, 3);
    put(1, 2);
    put(16, 2);
    put(bytes, 8);
    put(bytes / 2, 8);
}

static void put_end(size_t n, size_t bytes, size_t offset, const char *comment)
{
    put(0x06054b50, 4);
    put(0, 4);
    put(n, 2);
    put(n, 2);
    put(bytes, 4);
    put(offset, 4);
    put(strlen(comment), 2);
    put_text(comment);
}

static void begin(size_t before)
{
    memset(&archive, 0, sizeof archive);
    put(0x04034b50, 4); /* of a local header: the rest is not looked at */
    archive.len = before;
}

/* Two members behind `before` bytes. */
static void make_plain(size_t before, const char *comment)
{
    begin(before);
    put_member("p-10.0.3/lib/kafka-connect-s3-10.0.3.jar", 1000, false, false);
    put_member("p-10.0.3/", 0, false, true);
    put_end(2, archive.len - before, before, comment);
}

static void make_64(void)
{
    begin(100);
    put_member("big.bin", UINT64_C(5) << 32, true, false);
    size_t at = archive.len;
    put(0x06064b50, 4);
    put(44, 8);
    put(45, 2);
    put(45, 2);
    put(0, 8);
    put(1, 8);
    put(1, 8);
    put(at - 100, 8);
    put(100, 8);
    put(0x07064b50, 4);
    put(0, 4);
    put(at, 8);
    put(1, 4);
    put_end(0xffff, 0xffffffff, 0xffffffff, "");
}

static pt_code zip_test_read(void *arg, int64_t offset, void *data, size_t len,
                             struct pt_error *err)
{
    (void)arg;
    archive.n_reads++;
    archive.n_bytes += len;
    if (archive.is_failing)
        return pt_error_set(err, PT_ETIMEOUT, NULL, "no answer");
    if (offset < 0 || (uint64_t)offset + len > archive.len)
        fail_msg("%zu bytes at %lld of %zu", len, (long long)offset, archive.len);
    memcpy(data, archive.data + offset, len);
    return PT_OK;
}

struct seen {
    size_t n;
    struct zip_member members[4];
    size_t limit;
};

static bool see(void *arg, const struct zip_member *member)
{
    struct seen *seen = arg;
    if (seen->n < 4)
        seen->members[seen->n] = *member;
    seen->n++;
    return seen->n != seen->limit;
}

static pt_code list(struct seen *seen, size_t *n, struct pt_error *err)
{
    const struct zip_source source = {.bytes = (int64_t)archive.len, .read = zip_test_read};
    archive.n_reads = archive.n_bytes = 0;
    *seen = (struct seen){.limit = seen->limit};
    return zip_list(&source, see, seen, n, err);
}

static void members_are_read_with_few_ranges(void **state)
{
    (void)state;
    static const struct {
        size_t before;
        const char *comment;
        size_t n_reads;
    } rows[] = {
        {4,      "",                  1},
        {40,     "made by hand PK\5", 1},
        {200000, "",                  1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct seen seen = {0};
        struct pt_error err;
        size_t n;
        make_plain(rows[i].before, rows[i].comment);
        assert_int_equal(list(&seen, &n, &err), PT_OK);
        assert_int_equal(n, 2);
        assert_string_equal(seen.members[0].name, "p-10.0.3/lib/kafka-connect-s3-10.0.3.jar");
        assert_int_equal(seen.members[0].bytes, 1000);
        assert_false(seen.members[0].is_encrypted);
        assert_true(seen.members[1].is_encrypted);
        assert_int_equal(archive.n_reads, rows[i].n_reads);
        assert_true(archive.n_bytes <= 70000);
    }
}

static void a_large_directory_takes_one_read_more(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct pt_error err;
    size_t n;
    begin(1000);
    for (int i = 0; i < 2000; i++) {
        char name[64];
        snprintf(name, sizeof name, "p/lib/a-rather-long-name-of-a-jar-%04d.jar", i);
        put_member(name, 10, false, false);
    }
    put_end(2000, archive.len - 1000, 1000, "");
    assert_true(archive.len > 150000);
    assert_int_equal(list(&seen, &n, &err), PT_OK);
    assert_int_equal(n, 2000);
    assert_int_equal(archive.n_reads, 2);
    assert_true(archive.n_bytes < archive.len); /* nothing of the rest, nothing twice */
    seen.limit = 3;
    assert_int_equal(list(&seen, &n, &err), PT_OK);
    assert_int_equal(n, 3);
}

static void what_stands_before_the_archive_is_passed_over(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct pt_error err;
    size_t n;
    begin(300);
    put_member("a.jar", 1, false, false);
    put_end(1, archive.len - 300, 200, ""); /* as if 100 bytes had been put in front */
    assert_int_equal(list(&seen, &n, &err), PT_OK);
    assert_string_equal(seen.members[0].name, "a.jar");
}

static void zip64_is_read(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct pt_error err;
    size_t n;
    make_64();
    assert_int_equal(list(&seen, &n, &err), PT_OK);
    assert_int_equal(n, 1);
    assert_int_equal(seen.members[0].bytes, INT64_C(5) << 32);
}

/* ---- what is no zip, or a broken one ---- */

static void set(size_t from_end, uint64_t value, int bytes)
{
    size_t len = archive.len;
    archive.len = len - from_end;
    put(value, bytes);
    archive.len = len;
}

static void make_empty(void)
{
    archive.len = 0;
}
static void make_short(void)
{
    begin(10);
}
static void make_page(void)
{
    begin(0);
    put_text("<!DOCTYPE html><html><body>404 not found</body></html>");
}
static void make_cut(void)
{
    make_plain(5000, "");
    archive.len -= 60;
}
static void make_huge_directory(void)
{
    make_plain(50, "");
    set(10, 0x7fffffff, 4);
}
static void make_directory_over_max(void)
{
    make_64();
    set(22 + 20 + 56 - 40, UINT64_C(1) << 62, 8);
}
static void make_outside(void)
{
    make_plain(50, "");
    set(6, 0x7fffffff, 4);
}
static void make_too_many(void)
{
    make_plain(50, "");
    set(12, 60000, 2);
}
static void make_wrong_member(void)
{
    make_plain(50, "");
    archive.data[50] = 'X';
}
static void make_long_name(void)
{
    make_plain(50, "");
    archive.data[50 + 28] = archive.data[50 + 29] = 0xff;
}
static void make_nul_in_name(void)
{
    make_plain(50, "");
    archive.data[50 + 46 + 3] = 0;
}
static void make_no_64(void)
{
    make_64();
    set(22 + 20, 0, 4);
}
static void make_64_elsewhere(void)
{
    make_64();
    set(22 + 20 - 8, 5, 8);
}
static void make_64_far(void)
{
    make_64();
    set(22 + 20 - 8, UINT64_MAX, 8);
}
static void make_bare_64(void)
{
    begin(30);
    put_end(0xffff, 0xffffffff, 0xffffffff, "");
}
static void make_several_files(void)
{
    make_plain(50, "");
    set(18, 3, 2);
}

static void what_is_no_zip_is_said(void **state)
{
    (void)state;
    static const struct {
        void (*make)(void);
        const char *words;
    } rows[] = {
        {make_empty,              "it is empty"                            },
        {make_short,              "too short"                              },
        {make_page,               "it is no zip: it has no directory"      },
        {make_cut,                "it was cut off"                         },
        {make_huge_directory,     "outside of the file"                    },
        {make_directory_over_max, "outside of the file"                    },
        {make_outside,            "outside of the file"                    },
        {make_too_many,           "too small for its members"              },
        {make_wrong_member,       "a member of its directory"              },
        {make_long_name,          "a member of its directory"              },
        {make_nul_in_name,        "a member of its directory"              },
        {make_no_64,              "its ZIP64 end is missing"               },
        {make_64_elsewhere,       "its ZIP64 end is not where it should be"},
        {make_64_far,             "its ZIP64 end is missing"               },
        {make_bare_64,            "its ZIP64 end is missing"               },
        {make_several_files,      "one of several files"                   },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct seen seen = {0};
        struct pt_error err = {0};
        size_t n;
        rows[i].make();
        if (list(&seen, &n, &err) != PT_EDATA || strstr(err.what, rows[i].words) == NULL ||
            err.fix[0] == '\0')
            fail_msg("row %zu: %s (%s), wanted %s", i, err.what, err.fix, rows[i].words);
    }
}

static void every_cut_and_every_changed_byte_is_survived(void **state)
{
    (void)state;
    struct pt_error err;
    struct seen seen = {0};
    size_t n;
    static struct archive whole;
    for (int is_64 = 0; is_64 < 2; is_64++) {
        is_64 ? make_64() : make_plain(30, "a comment");
        whole = archive;
        for (size_t cut = 0; cut < whole.len; cut++) {
            archive.len = cut;
            assert_int_not_equal(list(&seen, &n, &err), PT_OK);
        }
        for (size_t at = 0; at < whole.len; at++)
            for (int bit = 0; bit < 8; bit++) {
                archive = whole;
                archive.data[at] ^= (unsigned char)(1 << bit);
                pt_code code = list(&seen, &n, &err);
                assert_true(code == PT_OK || code == PT_EDATA || code == PT_EFULL);
                assert_true(n <= 4);
            }
    }
}

static void a_read_that_fails_ends_it(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct pt_error err;
    size_t n;
    make_plain(50, "");
    archive.is_failing = true;
    assert_int_equal(list(&seen, &n, &err), PT_ETIMEOUT);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_read_with_few_ranges),
        cmocka_unit_test(a_large_directory_takes_one_read_more),
        cmocka_unit_test(what_stands_before_the_archive_is_passed_over),
        cmocka_unit_test(zip64_is_read),
        cmocka_unit_test(what_is_no_zip_is_said),
        cmocka_unit_test(every_cut_and_every_changed_byte_is_survived),
        cmocka_unit_test(a_read_that_fails_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
