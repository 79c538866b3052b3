/* The text of a record by hand: every record comes back as it was written, and every mistake is
 * told by its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pintop/draft.h"

static struct pt_draft *read_good(const char *text, size_t len)
{
    struct pt_draft *draft = NULL;
    char *mistakes = NULL;
    struct pt_error err;
    pt_code code = pt_draft_read(text, len, &draft, &mistakes, &err);
    if (code != PT_OK)
        print_message("%s\n", mistakes != NULL ? mistakes : err.what);
    assert_int_equal(code, PT_OK);
    assert_null(mistakes);
    assert_non_null(draft);
    return draft;
}

static struct pt_draft *read_text(const char *text)
{
    return read_good(text, strlen(text));
}

static void assert_bytes(const char *is, size_t is_len, const char *want, size_t want_len)
{
    assert_int_equal(is == NULL, want == NULL);
    if (want == NULL)
        return;
    assert_int_equal(is_len, want_len);
    assert_memory_equal(is, want, want_len);
}

static void assert_same(const struct pt_draft *is, const struct pt_draft *want)
{
    assert_bytes(is->key, is->key_len, want->key, want->key_len);
    assert_bytes(is->value, is->value_len, want->value, want->value_len);
    assert_int_equal(is->partition, want->partition);
    assert_int_equal(is->n_headers, want->n_headers);
    for (size_t i = 0; i < want->n_headers; i++) {
        assert_string_equal(is->headers[i].name, want->headers[i].name);
        assert_bytes(is->headers[i].value, is->headers[i].value_len, want->headers[i].value,
                     want->headers[i].value_len);
    }
}

static void round_trip(const struct pt_draft *want)
{
    char *text = pt_draft_write(want, "a remark\n\nvalue:");
    assert_non_null(text);
    for (const char *at = text; *at != '\0'; at++)
        assert_true((unsigned char)*at >= 0x20 || *at == '\n' || *at == '\t');
    struct pt_draft *is = read_text(text);
    assert_same(is, want);
    pt_draft_free(is);
    free(text);
}

/* ---- random records ---- */

static uint64_t seed = 88172645463325252u;

static unsigned next(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % below);
}

/* Any byte, or only signs that mean something in the text. */
static size_t random_bytes(char *out, unsigned max, bool may_have_nul)
{
    static const char signs[] = "\"\\=:# \t\r\nx0f\xc3\xa4\xef\xbb\xbf";
    size_t len = next(max + 1);
    bool is_signs = next(2) == 0;
    for (size_t i = 0; i < len; i++) {
        out[i] = is_signs ? signs[next(sizeof signs - 1)] : (char)next(256);
        if (out[i] == '\0' && !may_have_nul)
            out[i] = '=';
    }
    return len;
}

static void test_random_records_come_back(void **state)
{
    static char key[64], value[512], names[8][32], values[8][64];
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct pt_draft want = {.partition = (int)next(4) - 1};
        if (next(4) > 0) {
            want.key = key;
            want.key_len = random_bytes(key, sizeof key, true);
        }
        if (next(4) > 0) {
            want.value = value;
            want.value_len = random_bytes(value, sizeof value, true);
        }
        want.n_headers = next(9);
        for (size_t i = 0; i < want.n_headers; i++) {
            names[i][random_bytes(names[i], sizeof names[i] - 1, false)] = '\0';
            want.headers[i].name = names[i];
            if (next(4) > 0) {
                want.headers[i].value = values[i];
                want.headers[i].value_len = random_bytes(values[i], sizeof values[i], true);
            }
        }
        round_trip(&want);
    }
}

static void test_each_byte_comes_back(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char one[] = {(char)byte, '\0'}, three[] = {'a', (char)byte, 'b'};
        struct pt_draft want = {.partition = -1,
                                .key = one,
                                .key_len = 1,
                                .value = three,
                                .value_len = sizeof three,
                                .n_headers = 2};
        want.headers[0] = (struct pt_draft_header){byte != 0 ? one : "n", one, 1};
        want.headers[1] = (struct pt_draft_header){"", three, sizeof three};
        round_trip(&want);
        want.value = one;
        want.value_len = 1;
        round_trip(&want);
    }
}

/* ---- what a person writes ---- */

static void test_fields_are_read(void **state)
{
    (void)state;
    struct pt_draft *draft = read_text("# a remark\n\nkey:  order 17 \r\nheader: source = by hand\n"
                                       "header: empty=\nheader: none\n"
                                       "header: \"a=b\"=\"\\x00\\\"\\n\"\npartition: 12\nvalue:\n"
                                       "# not a remark\nkey: not a key\n\n");
    assert_bytes(draft->key, draft->key_len, "order 17", 8);
    assert_int_equal(draft->partition, 12);
    assert_int_equal(draft->n_headers, 4);
    assert_string_equal(draft->headers[0].name, "source");
    assert_bytes(draft->headers[0].value, draft->headers[0].value_len, "by hand", 7);
    assert_bytes(draft->headers[1].value, draft->headers[1].value_len, "", 0);
    assert_null(draft->headers[2].value);
    assert_string_equal(draft->headers[3].name, "a=b");
    assert_bytes(draft->headers[3].value, draft->headers[3].value_len, "\0\"\n", 3);
    assert_bytes(draft->value, draft->value_len, "# not a remark\nkey: not a key\n", 30);
    pt_draft_free(draft);
}

/* A field without a text is as if it was not there; the empty key is written in quotes. */
static void test_null_and_empty_differ(void **state)
{
    (void)state;
    struct pt_draft *draft = read_text("key:\nheader:\npartition:\nvalue:\n");
    assert_null(draft->key);
    assert_int_equal(draft->n_headers, 0);
    assert_int_equal(draft->partition, -1);
    assert_bytes(draft->value, draft->value_len, "", 0);
    pt_draft_free(draft);
    draft = read_text("key: \"\"\nvalue: null\n\n");
    assert_bytes(draft->key, draft->key_len, "", 0);
    assert_null(draft->value);
    pt_draft_free(draft);
    draft = read_text("value: base64\nAAH/\n");
    assert_bytes(draft->value, draft->value_len, "\0\x01\xff", 3);
    pt_draft_free(draft);
}

/* Files of other editors: a byte order mark, CR LF, no line break at the end, bytes that are no
 * UTF-8, a NUL. */
static void test_files_as_they_come(void **state)
{
    (void)state;
    struct pt_draft *draft = read_text("\xef\xbb\xbfkey: k\r\nvalue:\r\na\r\nb\r\n");
    assert_bytes(draft->key, draft->key_len, "k", 1);
    assert_bytes(draft->value, draft->value_len, "a\r\nb", 4);
    pt_draft_free(draft);
    draft = read_text("key: \xff\nvalue:\n\xfe");
    assert_bytes(draft->key, draft->key_len, "\xff", 1);
    assert_bytes(draft->value, draft->value_len, "\xfe", 1);
    pt_draft_free(draft);
    static const char nul[] = "value:\na\0b\n";
    draft = read_good(nul, sizeof nul - 1);
    assert_bytes(draft->value, draft->value_len, "a\0b", 3);
    pt_draft_free(draft);
}

static void test_nothing_is_nothing(void **state)
{
    (void)state;
    assert_true(pt_draft_is_empty("", 0));
    assert_true(pt_draft_is_empty("# a\n\n  \r\n#b", 11));
    assert_false(pt_draft_is_empty("# a\nvalue:\n", 11));
    assert_false(pt_draft_is_empty("x", 1));
}

static void assert_mistakes(const char *text, const char *want)
{
    struct pt_draft *draft = NULL;
    char *mistakes = NULL;
    struct pt_error err;
    assert_int_equal(pt_draft_read(text, strlen(text), &draft, &mistakes, &err), PT_EDATA);
    assert_null(draft);
    assert_string_equal(mistakes, want);
    char what[600];
    snprintf(what, sizeof what, "record: %.*s", (int)strcspn(want, "\n"), want);
    assert_string_equal(err.what, what);
    free(mistakes);
}

static void test_each_mistake_has_a_sentence(void **state)
{
    (void)state;
    assert_mistakes("kye: a\nkey: a\nkey: b\nheader: =b\nheader: \"a\\q\"=1\npartition: two\n"
                    "partition: 1 2\nkey: \"a\nkey: \"a\" b\nnonsense\nvalue:\nx",
                    "line 1: 'kye' is no field; the fields are key, header, partition and value\n"
                    "line 3: the key is given twice\n"
                    "line 4: the header has no name before the =\n"
                    "line 5: behind a backslash in quotes only \" \\ n r t and xHH are known\n"
                    "line 6: the partition is a whole number, like 0\n"
                    "line 7: the partition is given twice\n"
                    "line 7: the partition is a whole number, like 0\n"
                    "line 8: the key is given twice\n"
                    "line 8: the closing double quote is missing\n"
                    "line 9: the key is given twice\n"
                    "line 9: something stands behind the closing double quote\n"
                    "line 10: 'nonsense' is no field; the fields are key, header, partition and "
                    "value");
    assert_mistakes("key: a\n",
                    "there is no line 'value:'; a record without a value, which deletes "
                    "its key, has 'value: null'");
    assert_mistakes("value: {\"a\":1}\n",
                    "line 1: the value begins in the line below 'value:'; only 'base64' or 'null' "
                    "may stand behind it");
    assert_mistakes("value: base64\n***\n",
                    "line 1: what stands below 'value: base64' is not base64");
    assert_mistakes("value: null\n\nx\n", "line 2: below 'value: null' there must be nothing");
    assert_mistakes("header: \"\\x00\"=1\nvalue:\n",
                    "line 1: a header's name cannot contain a NUL byte");
    assert_mistakes("partition: 12345678\nvalue:\n",
                    "line 1: the partition is a whole number, like 0");
}

/* What cannot be shown does not reach a sentence, and their number is limited. */
static void test_sentences_are_safe_and_limited(void **state)
{
    (void)state;
    struct pt_draft *draft = NULL;
    char *mistakes = NULL, text[400] = "", *at = text;
    assert_int_equal(pt_draft_read("\x1b[2J: a\nvalue:\n", 15, &draft, &mistakes, NULL), PT_EDATA);
    assert_null(strchr(mistakes, 0x1b));
    free(mistakes);
    for (int i = 0; i < 30; i++)
        at += snprintf(at, (size_t)(text + sizeof text - at), "x%d: 1\n", i);
    assert_int_equal(pt_draft_read(text, strlen(text), &draft, &mistakes, NULL), PT_EDATA);
    assert_non_null(strstr(mistakes, "\nand 11 more"));
    free(mistakes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_records_come_back),
        cmocka_unit_test(test_each_byte_comes_back),
        cmocka_unit_test(test_fields_are_read),
        cmocka_unit_test(test_null_and_empty_differ),
        cmocka_unit_test(test_files_as_they_come),
        cmocka_unit_test(test_nothing_is_nothing),
        cmocka_unit_test(test_each_mistake_has_a_sentence),
        cmocka_unit_test(test_sentences_are_safe_and_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
