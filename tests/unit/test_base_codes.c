/* How bytes are written as text and read back: JSON, percent-encoding, base64, hexadecimal digits,
 * UTF-8; sums of texts; memory that is overwritten. The expected values are RFC 4648's, RFC 3986's,
 * RFC 3629's and the FNV authors' own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/url.h"
#include "base/utf8.h"
#include "base/wipe.h"

#define N(array) (sizeof(array) / sizeof *(array))

/* ---- JSON ---- */

static cJSON *parsed(const char *text)
{
    cJSON *json;
    struct pt_error err;
    if (json_parse(text, strlen(text), &json, &err) != PT_OK)
        fail_msg("%s: %s", text, err.what);
    return json;
}

static void json_is_asked_by_paths(void **state)
{
    char out[8];
    cJSON *json = parsed(" {\"a\":{\"b\":null,\"t\":\"x\\u001by\",\"yes\":true,\"no\":false}} \n");
    (void)state;
    assert_null(json_find(json, "a.b"));
    assert_null(json_find(json, "a.t.more"));
    assert_null(json_find(NULL, "a"));
    assert_string_equal(json_get(json, "a.t"), "x\033y");
    json_copy(json, "a.t", out, sizeof out);
    assert_string_equal(out, "x\\x1by");
    json_copy(json, "a.none", out, sizeof out);
    assert_string_equal(out, "");
    assert_true(json_is_true(json, "a.yes"));
    assert_false(json_is_true(json, "a.no"));
    assert_false(json_is_true(json, "a.t"));
    json_free(json);
}

static void json_numbers_are_exact_or_none(void **state)
{
    cJSON *json = parsed("{\"n\":-7,\"big\":9007199254740993,\"t\":\"7\",\"s\":1.5,"
                         "\"at\":\"2026-01-02T03:04:05Z\",\"off\":\"yesterday\"}");
    (void)state;
    assert_int_equal(json_int(json, "n", 1), -7);
    assert_int_equal(json_int(json, "big", 1), 1);
    assert_int_equal(json_int(json, "t", 1), 1);
    assert_int_equal(json_int(json, "none", 1), 1);
    assert_int_equal(json_time_ms(json, "s", -1), 1500);
    assert_int_equal(json_time_ms(json, "at", -1), INT64_C(1767323045000));
    assert_int_equal(json_time_ms(json, "off", -1), -1);
    json_free(json);
}

static void json_keeps_what_is_behind_a_nul(void **state)
{
    cJSON *json = parsed("{\"a\":\"x\\u0000y\",\"b\":\"x\\\\u0000y\"}");
    (void)state;
    assert_string_equal(json_get(json, "a"), "x" JSON_NUL "y");
    assert_string_equal(json_get(json, "b"), "x\\u0000y");
    json_free(json);
}

static void json_depth_is_bounded(void **state)
{
    char deep[2 * JSON_DEPTH_MAX + 3];
    struct pt_error err;
    cJSON *json;
    (void)state;
    memset(deep, '[', JSON_DEPTH_MAX + 1);
    memset(deep + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    assert_int_equal(json_parse(deep, 2 * JSON_DEPTH_MAX + 2, &json, &err), PT_EDATA);
    assert_null(json);
    assert_int_equal(json_parse(deep + 1, 2 * JSON_DEPTH_MAX, &json, &err), PT_OK);
    json_free(json);
    json_free(
        parsed("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\"]"));
}

/* ---- percent-encoding ---- */

static void urls_are_encoded(void **state)
{
    static const struct {
        const char *text, *kept, *want;
    } cases[] = {
        {"",            URL_UNRESERVED,     ""                },
        {"aZ09-._~",    URL_UNRESERVED,     "aZ09-._~"        },
        {"aZ09-._~",    "-._",              "aZ09-._%7E"      },
        {"a b/c+d%",    URL_UNRESERVED,     "a%20b%2Fc%2Bd%25"},
        {"a b/c",       URL_UNRESERVED "/", "a%20b/c"         },
        {"\xc3\xa9\n!", URL_UNRESERVED,     "%C3%A9%0A%21"    },
        {"arn:aws:x",   URL_UNRESERVED,     "arn%3Aaws%3Ax"   },
    };
    (void)state;
    for (size_t i = 0; i < N(cases); i++) {
        struct buf out;
        buf_init(&out, 100);
        buf_puts(&out, "");
        url_encode(&out, cases[i].text, strlen(cases[i].text), cases[i].kept);
        assert_string_equal(out.data, cases[i].want);
        char *back = url_decode_copy(out.data);
        assert_string_equal(back, cases[i].text);
        free(back);
        buf_done(&out);
    }
}

static void a_nul_is_encoded(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 100);
    url_encode(&out, "a\0b", 3, URL_UNRESERVED);
    assert_string_equal(out.data, "a%00b");
    buf_done(&out);
}

static void what_is_not_encoded_stays(void **state)
{
    static const char *const cases[][2] = {
        {"a+b",    "a+b"     },
        {"%",      "%"       },
        {"%4",     "%4"      },
        {"%4g",    "%4g"     },
        {"%%41",   "%A"      },
        {"%c3%A9", "\xc3\xa9"},
    };
    (void)state;
    for (size_t i = 0; i < N(cases); i++) {
        char text[16];
        snprintf(text, sizeof text, "%s", cases[i][0]);
        size_t n = url_decode(text, text, strlen(text));
        assert_int_equal(n, strlen(cases[i][1]));
        assert_string_equal(text, cases[i][1]);
    }
    /* Digits behind the end are not its own. */
    char out[8];
    assert_int_equal(url_decode(out, "a%41", 3), 3);
    assert_string_equal(out, "a%4");
}

static void paths_fit_or_are_empty(void **state)
{
    char out[24];
    (void)state;
    assert_true(url_path(out, sizeof out, "/c/", "a/b", "/status"));
    assert_string_equal(out, "/c/a%2Fb/status");
    assert_false(url_path(out, sizeof out, "/c/", "a/b/c/d/e/f/g", "/status"));
    assert_string_equal(out, "");
}

/* ---- base64, hexadecimal ---- */

static void base64_of_the_rfc(void **state)
{
    static const char *const cases[][2] = {
        {"",      ""        },
        {"f",     "Zg=="    },
        {"fo",    "Zm8="    },
        {"foo",   "Zm9v"    },
        {"foob",  "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
    };
    (void)state;
    for (size_t i = 0; i < N(cases); i++) {
        char *text = base64_make(cases[i][0], strlen(cases[i][0]));
        assert_string_equal(text, cases[i][1]);
        free(text);
    }
}

static void base64_of_any_bytes(void **state)
{
    static const unsigned char bytes[] = {0xfb, 0xff, 0xfe, 0x00, 0x80};
    char *text = base64_make(bytes, sizeof bytes), *url = base64url_make(bytes, sizeof bytes);
    (void)state;
    assert_string_equal(text, "+//+AIA=");
    assert_string_equal(url, "-__-AIA");
    free(text);
    free(url);
}

static void base64_signs(void **state)
{
    int n = 0;
    (void)state;
    assert_int_equal(base64_bits('A'), 0);
    assert_int_equal(base64_bits('z'), 51);
    assert_int_equal(base64_bits('9'), 61);
    assert_int_equal(base64_bits('+'), 62);
    assert_int_equal(base64_bits('/'), 63);
    for (int c = 0; c < 256; c++)
        n += base64_bits((char)c) >= 0;
    assert_int_equal(n, 64);
}

static void hex_digits(void **state)
{
    char out[7];
    int n = 0;
    (void)state;
    hex_put("\x00\x7f\xff", 3, out);
    assert_string_equal(out, "007fff");
    assert_int_equal(hex_digit('0'), 0);
    assert_int_equal(hex_digit('a'), 10);
    assert_int_equal(hex_digit('F'), 15);
    for (int c = 0; c < 256; c++)
        n += hex_digit((char)c) >= 0;
    assert_int_equal(n, 22);
}

/* ---- UTF-8 ---- */

static void utf8_there_and_back(void **state)
{
    (void)state;
    for (unsigned rune = 1; rune <= 0x10ffff; rune++) {
        char out[UTF8_MAX];
        unsigned back = 0;
        size_t n = utf8_put(out, rune);
        bool is_half = rune >= 0xd800 && rune <= 0xdfff; /* of a pair in UTF-16: no character */
        if (utf8_next(out, out + n, &back) != (is_half ? 0 : n) || (!is_half && back != rune) ||
            utf8_is_text(out, n) == is_half)
            fail_msg("U+%04X: %zu bytes, read as U+%04X", rune, n, back);
    }
}

static void utf8_that_is_none(void **state)
{
    static const char *const cases[] = {
        "\x80",
        "\xc3",
        "\xc3(",
        "\xc0\xaf", /* too long for its character */
        "\xe0\x80\xaf",
        "\xe2\x82",
        "\xed\xa0\x80",
        "\xf0\x80\x80\xaf",
        "\xf0\x9f\x98",
        "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xff",
    };
    (void)state;
    for (size_t i = 0; i < N(cases); i++) {
        assert_int_equal(utf8_next(cases[i], cases[i] + strlen(cases[i]), NULL), 0);
        assert_false(utf8_is_text(cases[i], strlen(cases[i])));
    }
    assert_int_equal(utf8_next("", "", NULL), 0);
    assert_true(utf8_is_text("", 0));
    assert_false(utf8_is_text("a\0b", 3));
}

/* ---- sums ---- */

static void fnv_of_its_authors(void **state)
{
    (void)state;
    assert_true(hash64_text(HASH64_EMPTY, "") == UINT64_C(0xcbf29ce484222325));
    assert_true(hash64_text(HASH64_EMPTY, "a") == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(hash64_text(HASH64_EMPTY, "foobar") == UINT64_C(0x85944171f73967e8));
    assert_true(hash64_text(hash64_text(HASH64_EMPTY, "foo"), "bar") ==
                UINT64_C(0x85944171f73967e8));
    assert_true(hash64_byte(HASH64_EMPTY, 0) == UINT64_C(0xaf63bd4c8601b7df));
    assert_true(hash32_text(HASH32_EMPTY, "") == 0x811c9dc5);
    assert_true(hash32_text(HASH32_EMPTY, "a") == 0xe40c292c);
    assert_true(hash32_text(HASH32_EMPTY, "foobar") == 0xbf9cf968);
}

/* ---- memory ---- */

static void grown_memory_keeps_its_bytes(void **state)
{
    char *bytes = wipe_grow(NULL, 0, 0, 8);
    (void)state;
    assert_non_null(bytes);
    memcpy(bytes, "secret", 7);
    bytes = wipe_grow(bytes, 7, 8, 64);
    assert_string_equal(bytes, "secret");
    wipe_bytes(bytes, 64);
    wipe_bytes(NULL, 64);
    wipe_text(NULL);
    wipe_text(strdup("secret"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_asked_by_paths),
        cmocka_unit_test(json_numbers_are_exact_or_none),
        cmocka_unit_test(json_keeps_what_is_behind_a_nul),
        cmocka_unit_test(json_depth_is_bounded),
        cmocka_unit_test(urls_are_encoded),
        cmocka_unit_test(a_nul_is_encoded),
        cmocka_unit_test(what_is_not_encoded_stays),
        cmocka_unit_test(paths_fit_or_are_empty),
        cmocka_unit_test(base64_of_the_rfc),
        cmocka_unit_test(base64_of_any_bytes),
        cmocka_unit_test(base64_signs),
        cmocka_unit_test(hex_digits),
        cmocka_unit_test(utf8_there_and_back),
        cmocka_unit_test(utf8_that_is_none),
        cmocka_unit_test(fnv_of_its_authors),
        cmocka_unit_test(grown_memory_keeps_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
