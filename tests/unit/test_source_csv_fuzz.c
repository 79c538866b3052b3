/* Random CSV files from known values: each good row must come back with these values, in order,
 * each bad row must be counted once, and again and seek must give the same bytes. The writer
 * here shares no code with the parser; cJSON reads the result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "base/buf.h"
#include "replay_files.h"

enum { ROWS_MAX = 60, FIELDS_MAX = 12, TEXT_MAX = 80 };
enum kind { KIND_TEXT, KIND_INT, KIND_FLAG, KIND_DECIMAL };

struct shape {
    enum pt_stream_id id;
    size_t n;
    const char *names[FIELDS_MAX];
    enum kind kinds[FIELDS_MAX];
};

static const struct shape shapes[] = {
    {PT_PIN,
     12, {"index", "unique_id", "title", "description", "poster_name", "follower_count", "tag_list",
      "is_image_or_video", "image_src", "downloaded", "save_location", "category"},
     {KIND_INT, 0, 0, 0, 0, 0, 0, 0, 0, KIND_FLAG, 0, 0}},
    {PT_GEO,
     5,  {"ind", "timestamp", "latitude", "longitude", "country"},
     {KIND_INT, 0, KIND_DECIMAL, KIND_DECIMAL, 0}       },
    {PT_USER,
     5,  {"ind", "first_name", "last_name", "age", "date_joined"},
     {KIND_INT, 0, 0, KIND_INT, 0}                      },
};

/* The values of a good row; an empty number is null. */
struct known_row {
    char fields[FIELDS_MAX][TEXT_MAX];
};

struct fuzz {
    uint64_t random;
    const struct shape *shape;
    bool is_crlf, has_bom, has_unnamed, has_unclosed;
    size_t order[FIELDS_MAX]; /* the column of each field */
    struct buf text;
    struct known_row *rows;
    size_t n_rows, n_bad;
};

static uint32_t below(struct fuzz *fuzz, uint32_t n)
{
    return n ? test_random(&fuzz->random) % n : 0;
}

/* After a stray quote, a text such as `","` could end a row that looks good, and the number of
 * bad rows would be unknown. In files with such rows all texts begin with a letter. */
static void random_text(struct fuzz *fuzz, char *out)
{
    static const char *const pieces[] = {
        "a",   "Zz",   "7",    " ",        ",",
        "\"",  "\n",   "\r\n", "\r",       "\\",
        "\t",  "\x01", "\x7f", "\xc3\xa9", "\xf0\x9f\x98\x80",
        "{",   "}",    "'",    ";",        "\"\"",
        ",\"", "null",
    };
    size_t n = below(fuzz, 12), used = 0;
    if (fuzz->has_unclosed)
        used = (size_t)snprintf(out, TEXT_MAX, "t");
    out[used] = 0;
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(out + used, TEXT_MAX - used, "%s",
                                 pieces[below(fuzz, sizeof pieces / sizeof *pieces)]);
}

static void random_field(struct fuzz *fuzz, size_t column, char *out)
{
    bool is_empty = column > 0 && below(fuzz, 8) == 0;
    out[0] = 0;
    switch (fuzz->shape->kinds[column]) {
    case KIND_TEXT:
        random_text(fuzz, out);
        break;
    case KIND_INT:
        if (!is_empty)
            snprintf(out, TEXT_MAX, "%d", (int)below(fuzz, 100000) - 1000);
        break;
    case KIND_FLAG:
        if (!is_empty)
            snprintf(out, TEXT_MAX, "%u", below(fuzz, 2));
        break;
    case KIND_DECIMAL:
        if (!is_empty)
            snprintf(out, TEXT_MAX, "%.*f", (int)below(fuzz, 6),
                     (below(fuzz, 360000) - 180e3) / 1e3);
        break;
    }
}

/* Write a field by RFC 4180: with quotes where they are required, and sometimes where they are
 * not. */
static void write_field(struct fuzz *fuzz, const char *text)
{
    bool is_quoted = strpbrk(text, ",\"\r\n") != NULL || (*text && below(fuzz, 4) == 0);
    if (!is_quoted) {
        buf_puts(&fuzz->text, text);
        return;
    }
    buf_puts(&fuzz->text, "\"");
    for (const char *p = text; *p; p++)
        buf_append(&fuzz->text, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
    buf_puts(&fuzz->text, "\"");
}

static void end_line(struct fuzz *fuzz)
{
    buf_puts(&fuzz->text, fuzz->is_crlf ? "\r\n" : "\n");
}

static void write_header(struct fuzz *fuzz)
{
    size_t n = fuzz->shape->n;
    for (size_t i = 0; i < n; i++)
        fuzz->order[i] = i;
    for (size_t i = n - 1; i > 0; i--) {
        size_t other = below(fuzz, (uint32_t)i + 1), kept = fuzz->order[i];
        fuzz->order[i] = fuzz->order[other];
        fuzz->order[other] = kept;
    }
    if (fuzz->has_bom)
        buf_puts(&fuzz->text, "\xef\xbb\xbf");
    if (fuzz->has_unnamed)
        buf_puts(&fuzz->text, ",");
    for (size_t i = 0; i < n; i++) {
        buf_puts(&fuzz->text, i ? "," : "");
        write_field(fuzz, fuzz->shape->names[fuzz->order[i]]);
    }
    end_line(fuzz);
}

/* n_fields: how many fields are written. broken: the column whose value is replaced by instead. */
static void write_row(struct fuzz *fuzz, const struct known_row *row, size_t n_fields,
                      size_t broken, const char *instead, size_t instead_len)
{
    if (fuzz->has_unnamed)
        buf_printf(&fuzz->text, "%zu,", fuzz->n_rows);
    for (size_t i = 0; i < n_fields; i++) {
        size_t column = fuzz->order[i % fuzz->shape->n];
        buf_puts(&fuzz->text, i ? "," : "");
        if (instead && column == broken)
            buf_append(&fuzz->text, instead, instead_len);
        else
            write_field(fuzz, row->fields[column]);
    }
    end_line(fuzz);
}

static void write_bad_row(struct fuzz *fuzz)
{
    struct known_row row;
    size_t n = fuzz->shape->n;
    for (size_t i = 0; i < n; i++)
        random_field(fuzz, i, row.fields[i]);
    fuzz->n_bad++;
    switch (below(fuzz, fuzz->has_unclosed ? 7 : 5)) {
    case 0:
        write_row(fuzz, &row, n, 0, "x12", 3);
        break;
    case 1:
        write_row(fuzz, &row, n, 1, "a\xfe z", 4);
        break;
    case 2:
        write_row(fuzz, &row, n, 1, "a\0z", 3);
        break;
    case 3: /* one line: it is unknown how many lines of a longer one count as rows */
        for (size_t i = 0; i < n; i++)
            snprintf(row.fields[i], TEXT_MAX, "1");
        write_row(fuzz, &row, n - 1, 0, NULL, 0);
        break;
    case 4:
        for (size_t i = 0; i < n; i++)
            snprintf(row.fields[i], TEXT_MAX, "1");
        write_row(fuzz, &row, n + 1 + below(fuzz, 3), 0, NULL, 0);
        break;
    case 5:
        buf_puts(&fuzz->text, "5,\"never closed");
        end_line(fuzz);
        break;
    default:
        buf_puts(&fuzz->text, "5,\"closed\" too early,\"and again");
        end_line(fuzz);
        break;
    }
}

static void make_file(struct fuzz *fuzz)
{
    size_t n = below(fuzz, ROWS_MAX);
    write_header(fuzz);
    for (size_t i = 0; i < n; i++) {
        if (below(fuzz, 5) == 0) {
            write_bad_row(fuzz);
            continue;
        }
        if (below(fuzz, 20) == 0)
            end_line(fuzz); /* an empty line is not a row */
        struct known_row *row = &fuzz->rows[fuzz->n_rows++];
        for (size_t column = 0; column < fuzz->shape->n; column++)
            random_field(fuzz, column, row->fields[column]);
        write_row(fuzz, row, fuzz->shape->n, 0, NULL, 0);
    }
    if (below(fuzz, 3) == 0 && fuzz->n_rows > 0)
        fuzz->text.len -= fuzz->is_crlf ? 2 : 1; /* the last line may lack its end */
}

static void check_record(const struct shape *shape, const struct known_row *row,
                         const struct kept_record *kept)
{
    const char *end;
    cJSON *json = cJSON_ParseWithLengthOpts(kept->value, kept->len, &end, false);
    assert_non_null(json);
    assert_ptr_equal(end, kept->value + kept->len);
    const cJSON *item = json->child;
    for (size_t i = 0; i < shape->n; i++, item = item->next) {
        assert_non_null(item);
        assert_string_equal(item->string, shape->names[i]);
        if (shape->kinds[i] == KIND_TEXT) {
            assert_true(cJSON_IsString(item));
            assert_string_equal(item->valuestring, row->fields[i]);
        } else if (row->fields[i][0] == 0) {
            assert_true(cJSON_IsNull(item));
        } else {
            assert_true(cJSON_IsNumber(item));
            assert_true(item->valuedouble == strtod(row->fields[i], NULL));
        }
    }
    assert_null(item);
    cJSON_Delete(json);
}

static void check_file(struct fuzz *fuzz)
{
    const char *path = replay_write("fuzz.csv", fuzz->text.data, fuzz->text.len);
    struct source *src = replay_open_path(path, fuzz->shape->id, false);
    struct kept_records kept = replay_read_all(src);
    assert_int_equal(kept.n, fuzz->n_rows);
    assert_int_equal(src->bad_rows, fuzz->n_bad);
    for (size_t i = 0; i < kept.n; i++)
        check_record(fuzz->shape, &fuzz->rows[i], &kept.records[i]);
    replay_check_again_and_seek(src, &kept);
    kept_records_done(&kept);
    source_free(src);
}

static void test_random_files(void **state)
{
    (void)state;
    const char *rounds = getenv("PT_FUZZ_ROUNDS");
    long n = rounds ? strtol(rounds, NULL, 10) : 400;
    for (long round = 0; round < n; round++) {
        struct fuzz fuzz = {.random = 0x9e3779b97f4a7c15u * (uint64_t)(round + 1)};
        fuzz.shape = &shapes[round % 3];
        fuzz.is_crlf = below(&fuzz, 2);
        fuzz.has_bom = below(&fuzz, 2);
        fuzz.has_unnamed = below(&fuzz, 2);
        fuzz.has_unclosed = below(&fuzz, 2);
        fuzz.rows = calloc(ROWS_MAX, sizeof *fuzz.rows);
        assert_non_null(fuzz.rows);
        buf_init(&fuzz.text, 1024 * 1024);
        make_file(&fuzz);
        check_file(&fuzz);
        buf_done(&fuzz.text);
        free(fuzz.rows);
    }
}

/* Random bytes: the source must come to an end, and give the same bytes again. */
static void test_random_bytes(void **state)
{
    (void)state;
    static const char bytes[] = "\"\",,\n\r1a0.-e\0\xff\xc3\xa9 \"\n";
    uint64_t random = 77;
    for (int round = 0; round < 300; round++) {
        struct buf text;
        buf_init(&text, 100000);
        buf_puts(&text, "ind,first_name,last_name,age,date_joined\n");
        for (uint32_t i = test_random(&random) % 3000; i > 0; i--)
            buf_append(&text, &bytes[test_random(&random) % (sizeof bytes - 1)], 1);
        struct source *src =
            replay_open_path(replay_write("bytes.csv", text.data, text.len), PT_USER, false);
        struct kept_records kept = replay_read_all(src);
        replay_check_again_and_seek(src, &kept);
        kept_records_done(&kept);
        source_free(src);
        buf_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_files),
        cmocka_unit_test(test_random_bytes),
    };
    return cmocka_run_group_tests(tests, replay_dir_setup, replay_dir_teardown);
}
