#include "record/unpack.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"

enum { GZIP_ONLY = 15 + 16, ROOM_BYTES = 1 << 16 };
static const size_t FILE_BYTES_MAX = (size_t)128 << 20, TEXT_BYTES_MAX = (size_t)256 << 20;

/* How zlib begins each member that is not given a name or a time. */
static const char magic[8] = {'\x1f', '\x8b', '\x08', 0, 0, 0, 0, 0};

/* The next member from `at` on; NULL: there is none. */
static const char *unpack_member(const char *at, const char *end)
{
    return at < end ? memmem(at, (size_t)(end - at), magic, sizeof magic) : NULL;
}

/* How zlib ends a flush (Z_SYNC_FLUSH): an empty stored block. */
static const char flushed[4] = {0, 0, '\xff', '\xff'};

static bool is_flushed(const char *at, const char *end)
{
    return end - at > (ptrdiff_t)sizeof flushed &&
           memcmp(end - sizeof flushed, flushed, sizeof flushed) == 0;
}

/* Inflates one member; returns where the next one may begin. */
static const char *unpack_inflate(const char *at, const char *end, struct buf *out,
                                  struct unpacked *about)
{
    unsigned char *room = malloc(ROOM_BYTES);
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)at, .avail_in = (unsigned)(end - at)};
    int rc = Z_MEM_ERROR;
    if (room != NULL && inflateInit2(&z, GZIP_ONLY) == Z_OK) {
        do {
            z.next_out = room;
            z.avail_out = ROOM_BYTES;
            rc = inflate(&z, Z_SYNC_FLUSH);
            buf_append(out, room, ROOM_BYTES - z.avail_out);
        } while (rc == Z_OK && !out->is_over && (z.avail_in > 0 || z.avail_out == 0));
        inflateEnd(&z);
    }
    free(room);
    if (rc == Z_STREAM_END)
        return (const char *)z.next_in;
    if ((rc == Z_OK || rc == Z_BUF_ERROR) && z.avail_in == 0 && is_flushed(at, end)) {
        about->is_open = true;
        return NULL;
    }
    about->is_cut = true;
    buf_puts(out, "\n"); /* the line that was cut off ends here: nobody understands it */
    return unpack_member(at + 1, end);
}

static const struct {
    const char *begins;
    enum line_kind kind;
} kinds[] = {
    {"{\"recording\":", LINE_HEADER},
    {"{\"minute\":",    LINE_MINUTE},
    {"{\"delta\":",     LINE_DELTA },
    {"{\"mark\":",      LINE_MARK  },
};

uint32_t line_sum(uint32_t before, const char *text, size_t len)
{
    return (uint32_t)crc32_z(before, (const unsigned char *)text, len);
}

/* Takes the sum from the end of a line, whose text ends with a brace where it stood. */
static bool unpack_sum(char *text, size_t *len, uint32_t *sum)
{
    char *tail = text + *len - LINE_SUM_CHARS, again[LINE_SUM_CHARS + 1];
    if (*len <= LINE_SUM_CHARS || memcmp(tail, ",\"sum\":\"", 8) != 0)
        return false;
    *sum = (uint32_t)strtoul(tail + 8, NULL, 16);
    snprintf(again, sizeof again, LINE_SUM_FORMAT, *sum);
    if (memcmp(again, tail, LINE_SUM_CHARS) != 0)
        return false;
    tail[0] = '}';
    *len -= LINE_SUM_CHARS - 1;
    return true;
}

static enum line_kind unpack_kind(const char *text, size_t len, size_t *begins)
{
    *begins = 0;
    if (len > 7 && memcmp(text, "{\"api\":", 7) == 0)
        return LINE_KEY;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        *begins = strlen(kinds[i].begins);
        if (len > *begins && memcmp(text, kinds[i].begins, *begins) == 0)
            return kinds[i].kind;
    }
    return LINE_OTHER;
}

static struct record_line unpack_line(char *text, size_t len)
{
    struct record_line line = {.kind = LINE_OTHER};
    size_t begins;
    if (json_text_past(text, text + len) != text + len || text[0] != '{')
        return line;
    enum line_kind kind = unpack_kind(text, len, &begins);
    bool has_sum = kind != LINE_HEADER && kind != LINE_OTHER;
    if (has_sum && !unpack_sum(text, &len, &line.sum))
        return line;
    line.value = (struct piece){text + begins, len - begins - (begins > 0)};
    /* A mark leads from nothing, so it is judged here. */
    if (kind != LINE_MARK || line_sum(0, line.value.text, line.value.len) == line.sum)
        line.kind = kind;
    return line;
}

static bool unpack_lines(struct unpacked *out)
{
    size_t n = 0;
    for (size_t i = 0; i < out->len; i++)
        n += out->text[i] == '\n';
    out->lines = calloc(n + 1, sizeof *out->lines);
    if (out->lines == NULL)
        return false;
    char *at = out->text, *end = out->text + out->len, *stop;
    /* What has no newline was cut off. */
    for (; at < end && (stop = memchr(at, '\n', (size_t)(end - at))) != NULL; at = stop + 1) {
        struct record_line line = unpack_line(at, (size_t)(stop - at));
        if (line.kind != LINE_OTHER)
            out->lines[out->n_lines++] = line;
        else
            out->is_cut = out->is_cut || stop > at;
    }
    return true;
}

static pt_code unpack_judge(const char *name, const struct unpacked *out, bool is_over,
                            struct pt_error *err)
{
    if (is_over)
        return pt_error_set(err, PT_EFULL, "Record a shorter time to one file.",
                            "recording: %s is too large", name);
    if (out->n_lines > 0)
        return PT_OK;
    return pt_error_set(err, PT_EDATA,
                        "Name a file that `pintop --record FILE` has written, or one of the "
                        "directory record/ below the state directory.",
                        "recording: %s is not a recording", name);
}

pt_code unpack_bytes(const char *name, const void *bytes, size_t len, struct unpacked *out,
                     struct pt_error *err)
{
    struct buf text;
    const char *at = bytes, *end = at + len;
    *out = (struct unpacked){0};
    buf_init(&text, TEXT_BYTES_MAX);
    at = unpack_member(at, end);
    while (at != NULL && at < end && !text.is_over) {
        at = unpack_inflate(at, end, &text, out);
        at = at != NULL ? unpack_member(at, end) : NULL;
    }
    bool is_over = text.is_over;
    if (!is_over && text.len > 0) {
        out->text = buf_take(&text, &out->len);
        if (out->text == NULL || !unpack_lines(out)) {
            unpacked_done(out);
            return pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
        }
    }
    pt_code code = unpack_judge(name, out, is_over, err);
    buf_done(&text);
    if (code != PT_OK)
        unpacked_done(out);
    return code;
}

pt_code unpack_file(const char *path, struct unpacked *out, struct pt_error *err)
{
    char *bytes = NULL;
    size_t len = 0;
    *out = (struct unpacked){0};
    pt_code code = file_read(path, FILE_BYTES_MAX, &bytes, &len, err);
    if (code == PT_OK)
        code = unpack_bytes(path, bytes, len, out, err);
    free(bytes);
    return code;
}

void unpacked_done(struct unpacked *unpacked)
{
    free(unpacked->text);
    free(unpacked->lines);
    *unpacked = (struct unpacked){0};
}

bool line_time(const struct piece *object, int64_t *time_ms)
{
    struct text_walk walk = text_walk_begin(object, '{');
    struct piece key, value;
    char text[40];
    for (int i = 0; i < 4 && text_walk_member(&walk, &key, &value); i++) {
        if (key.len != 4 || memcmp(key.text, "time", 4) != 0 || value.len < 3)
            continue;
        snprintf(text, sizeof text, "%.*s", (int)(value.len - 2), value.text + 1);
        return clock_parse_iso(text, time_ms);
    }
    return false;
}
