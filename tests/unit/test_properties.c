/* Java's .properties grammar: what a file means, and what is refused with which line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/properties.h"

enum { GOT_MAX = 64 };

struct got {
    char *keys[GOT_MAX], *values[GOT_MAX];
    int lines[GOT_MAX];
    int n;
};

static pt_code collect(void *arg, const char *key, const char *value, int line,
                       struct pt_error *err)
{
    struct got *got = arg;
    (void)err;
    assert_true(got->n < GOT_MAX);
    got->keys[got->n] = strdup(key);
    got->values[got->n] = strdup(value);
    got->lines[got->n++] = line;
    return PT_OK;
}

static void got_done(struct got *got)
{
    for (int i = 0; i < got->n; i++) {
        free(got->keys[i]);
        free(got->values[i]);
    }
}

static pt_code parse(const char *text, struct got *got, struct pt_error *err)
{
    *got = (struct got){0};
    memset(err, 0, sizeof *err);
    return properties_parse(text, strlen(text), "client.properties", collect, got, err);
}

static void assert_one(const struct got *got, int i, int line, const char *key, const char *value)
{
    assert_true(i < got->n);
    assert_string_equal(got->keys[i], key);
    assert_string_equal(got->values[i], value);
    assert_int_equal(got->lines[i], line);
}

static void test_every_form_in_a_file(void **state)
{
    struct got got = {0};
    struct pt_error err = {0};
    int i = 0;
    (void)state;
    assert_int_equal(properties_read("tests/data/config/grammar.properties", collect, &got, &err),
                     PT_OK);
    assert_one(&got, i++, 4, "plain", "value");
    assert_one(&got, i++, 5, "colon", "value");
    assert_one(&got, i++, 6, "blank", "value");
    assert_one(&got, i++, 7, "tab", "value");
    assert_one(&got, i++, 8, "leading", "blanks kept behind  ");
    assert_one(&got, i++, 9, "both", "= second");
    assert_one(&got, i++, 10, "escaped key=:", "a\tb\nc\\dqe");
    assert_one(&got, i++, 11, "unicode", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_one(&got, i++, 12, "raw", "h\xc3\xa9");
    assert_one(&got, i++, 13, "long", "one, two, # three");
    assert_one(&got, i++, 16, "no.value", "");
    assert_one(&got, i++, 17, "empty", "");
    assert_one(&got, i++, 18, "even", "ends in \\");
    assert_one(&got, i++, 19, "double", "1");
    assert_one(&got, i++, 20, "double", "2");
    assert_one(&got, i++, 21, "carriage", "return");
    assert_one(&got, i++, 22, "form", "feed");
    assert_one(&got, i++, 23, "last", "cut");
    assert_int_equal(got.n, i);
    got_done(&got);
}

static void test_nothing_in_a_file(void **state)
{
    static const char *const texts[] = {"",   "\n\n\r\n",  "# only\n!comments",
                                        "\\", "   \\\n\n", " "};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct got got;
        struct pt_error err;
        assert_int_equal(parse(texts[i], &got, &err), PT_OK);
        assert_int_equal(got.n, 0);
    }
}

static void test_escapes_become_utf8_of_every_length(void **state)
{
    struct got got;
    struct pt_error err;
    (void)state;
    assert_int_equal(
        parse("a=\\u0001\\u007F\\u0080\\u07ff\\u0800\\uFFFD\\uD800\\uDC00\\uDBFF\\uDFFF", &got,
              &err),
        PT_OK);
    assert_one(&got, 0, 1, "a",
               "\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbd\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    got_done(&got);
}

static void test_a_comment_is_not_continued(void **state)
{
    struct got got;
    struct pt_error err;
    (void)state;
    assert_int_equal(parse("# a \\\nb=1\n", &got, &err), PT_OK);
    assert_int_equal(got.n, 1);
    assert_one(&got, 0, 2, "b", "1");
    got_done(&got);
}

static void test_malformed_lines_are_named_and_not_quoted(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"a=1\nb=hunter2\\u12g4\n",    "client.properties:2: malformed \\u escape"  },
        {"b=hunter2\\u12",             "client.properties:1: malformed \\u escape"  },
        {"b=hunter2\\u0000",           "client.properties:1: malformed \\u escape"  },
        {"b=hunter2\\ud83d!",          "client.properties:1: malformed \\u escape"  },
        {"b=hunter2\\ude00",           "client.properties:1: malformed \\u escape"  },
        {"b=hunter2\\ud83d\\u0041",    "client.properties:1: malformed \\u escape"  },
        {"\\u00=hunter2",              "client.properties:1: malformed \\u escape"  },
        {"a=1\n\n=hunter2",            "client.properties:3: a value has no name"   },
        {"a=hunter2\xff",              "client.properties:1: this is not UTF-8 text"},
        {"a=1\na=2 \\\n  hunter2\xc3", "client.properties:2: this is not UTF-8 text"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct got got;
        struct pt_error err;
        assert_int_equal(parse(rows[i].text, &got, &err), PT_ECONFIG);
        assert_string_equal(err.what, rows[i].says);
        assert_true(err.fix[0] != 0);
        assert_null(strstr(err.fix, "hunter2"));
        got_done(&got);
    }
}

static void test_a_nul_is_refused(void **state)
{
    static const char text[] = "a=1\nb=x\0y\n";
    struct got got = {0};
    struct pt_error err;
    (void)state;
    assert_int_equal(properties_parse(text, sizeof text - 1, "f", collect, &got, &err), PT_ECONFIG);
    assert_string_equal(err.what, "f:2: this is not UTF-8 text");
    got_done(&got);
}

/* key=xxx… of len bytes in all, broken by continuations every `every` bytes. */
static char *long_line(size_t len, size_t every)
{
    char *text = malloc(2 * len + 16), *p = text;
    p += snprintf(p, 3, "k=");
    for (size_t i = 2; i < len; i++) {
        *p++ = 'x';
        if (every && i % every == 0) {
            *p++ = '\\';
            *p++ = '\n';
        }
    }
    *p = 0;
    return text;
}

static void test_lines_and_files_are_bounded(void **state)
{
    struct got got;
    struct pt_error err;
    (void)state;
    char *text = long_line(PROPERTIES_LINE_MAX, 0);
    assert_int_equal(parse(text, &got, &err), PT_OK);
    assert_int_equal(strlen(got.values[0]), PROPERTIES_LINE_MAX - 2);
    got_done(&got);
    free(text);
    for (size_t every = 0; every <= 100; every += 100) {
        text = long_line(PROPERTIES_LINE_MAX + 1, every);
        assert_int_equal(parse(text, &got, &err), PT_ECONFIG);
        assert_non_null(strstr(err.what, "client.properties:1: the line is too long"));
        free(text);
    }
    text = malloc(PROPERTIES_FILE_MAX + 1);
    memset(text, '\n', PROPERTIES_FILE_MAX + 1);
    got = (struct got){0};
    assert_int_equal(properties_parse(text, PROPERTIES_FILE_MAX, "f", collect, &got, &err), PT_OK);
    assert_int_equal(properties_parse(text, PROPERTIES_FILE_MAX + 1, "f", collect, &got, &err),
                     PT_ECONFIG);
    assert_string_equal(err.what, "f: larger than 1 MiB");
    free(text);
}

static void test_files_that_cannot_be_read(void **state)
{
    struct pt_error err;
    (void)state;
    assert_int_equal(properties_read("/nonexistent/\x1b[31mx.properties", collect, NULL, &err),
                     PT_ENOTFOUND);
    assert_string_equal(err.what, "/nonexistent/\\x1b[31mx.properties: the file does not exist");
    assert_int_equal(properties_read("/", collect, NULL, &err), PT_EIO);
    assert_non_null(strstr(err.what, "/: cannot read: "));
    assert_int_equal(properties_read("/dev/zero", collect, NULL, &err), PT_ECONFIG);
    assert_string_equal(err.what, "/dev/zero: larger than 1 MiB");
}

static void test_what_is_written_is_read_back(void **state)
{
    static const char *const texts[][2] = {
        {"plain",                "value"                   },
        {"with blank=and:colon", "  leading, trailing  "   },
        {"#key",                 "#value"                  },
        {"!k",                   "\\back\\slash\\u0041\\"  },
        {"tabs\t",               "\t\n\r\f\x01\x1b\x7f"    },
        {"unicode-\xc3\xa9",     "\xf0\x9f\x98\x80 = : ! #"},
        {"empty",                ""                        },
    };
    enum { N = sizeof texts / sizeof *texts };
    struct buf buf;
    struct got got;
    struct pt_error err;
    (void)state;
    buf_init(&buf, 4096);
    for (int i = 0; i < N; i++)
        properties_write(&buf, texts[i][0], texts[i][1]);
    assert_int_equal(parse(buf.data, &got, &err), PT_OK);
    assert_int_equal(got.n, N);
    for (int i = 0; i < N; i++)
        assert_one(&got, i, i + 1, texts[i][0], texts[i][1]);
    got_done(&got);
    buf_done(&buf);
}

static pt_code refuse(void *arg, const char *key, const char *value, int line, struct pt_error *err)
{
    (void)value;
    (*(int *)arg)++;
    return line < 2 ? PT_OK : pt_error_set(err, PT_ENAME, NULL, "%s", key);
}

static void test_a_refusal_ends_the_parsing(void **state)
{
    int calls = 0;
    struct pt_error err;
    (void)state;
    assert_int_equal(properties_parse("a=1\nb=2\nc=3\n", 12, "f", refuse, &calls, &err), PT_ENAME);
    assert_int_equal(calls, 2);
    assert_string_equal(err.what, "b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_in_a_file),
        cmocka_unit_test(test_nothing_in_a_file),
        cmocka_unit_test(test_escapes_become_utf8_of_every_length),
        cmocka_unit_test(test_a_comment_is_not_continued),
        cmocka_unit_test(test_malformed_lines_are_named_and_not_quoted),
        cmocka_unit_test(test_a_nul_is_refused),
        cmocka_unit_test(test_lines_and_files_are_bounded),
        cmocka_unit_test(test_files_that_cannot_be_read),
        cmocka_unit_test(test_what_is_written_is_read_back),
        cmocka_unit_test(test_a_refusal_ends_the_parsing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
