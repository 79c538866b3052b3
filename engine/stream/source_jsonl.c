/* JSON lines: each line is one JSON object, passed on byte for byte, without the blanks at its end.
 * The columns are not looked at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stream/json_check.h"
#include "stream/replay.h"

/* The whole line at the reader's place. ROW_GOOD: *text, *len without its end, bytes and lines with
 * it. */
static enum row_status read_line(struct file_reader *reader, struct row *row, const char **text,
                                 size_t *len, struct pt_error *err)
{
    size_t want = 1, seen = 0;
    for (;;) {
        bool is_last;
        if (file_reader_peek(reader, want, text, len, &is_last, err) != PT_OK)
            return ROW_ERROR;
        if (*len == 0)
            return ROW_NONE;
        const char *line_feed = memchr(*text + seen, '\n', *len - seen);
        if (line_feed || is_last) {
            row->bytes = line_feed ? (size_t)(line_feed - *text) + 1 : *len;
            row->lines = line_feed != NULL;
            *len = row->bytes - row->lines;
            return ROW_GOOD;
        }
        if (*len >= FILE_READER_MAX)
            return ROW_BAD_SHAPE;
        seen = *len;
        want = *len < FILE_READER_MAX / 2 ? *len * 2 : FILE_READER_MAX;
    }
}

static size_t trimmed_len(const char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t' || text[len - 1] == '\r'))
        len--;
    return len;
}

static enum row_status check_line(const char *text, size_t len, struct row *row)
{
    const char *why = replay_text_problem(text, len);
    if (why) {
        snprintf(row->why, sizeof row->why, "%s", why);
        return ROW_BAD;
    }
    size_t at;
    why = json_check_object(text, len, &at);
    if (why) {
        snprintf(row->why, sizeof row->why, "%s (byte %zu)", why, at + 1);
        return ROW_BAD;
    }
    row->value = text;
    row->len = len;
    return ROW_GOOD;
}

static enum row_status read_row(struct replay *replay, struct file_reader *reader, struct row *row,
                                struct pt_error *err)
{
    const char *text;
    size_t len;
    (void)replay;
    row->bytes = 0;
    enum row_status status = read_line(reader, row, &text, &len, err);
    if (status == ROW_GOOD) {
        len = trimmed_len(text, len);
        if (len == 0)
            return ROW_BLANK;
        if (len <= ROW_MAX_BYTES)
            return check_line(text, len, row);
        status = ROW_BAD;
    }
    if (status == ROW_BAD || status == ROW_BAD_SHAPE)
        snprintf(row->why, sizeof row->why, "the line is longer than 1 MiB");
    return status;
}

static void jsonl_free(struct source *src)
{
    struct replay *replay = (struct replay *)src;
    replay_done(replay);
    free(replay);
}

static const struct source_ops jsonl_ops = {"json lines", replay_next, replay_again, replay_seek,
                                            jsonl_free};

pt_code source_jsonl_open(const char *path, const struct source_opts *opts, struct source **src,
                          struct pt_error *err)
{
    *src = NULL;
    struct replay *replay = calloc(1, sizeof *replay);
    if (!replay)
        return pt_error_set(err, PT_ENOMEM, NULL, "cannot replay %s: out of memory", path);
    replay->src.ops = &jsonl_ops;
    pt_code code = replay_open(replay, path, opts, read_row, err);
    if (code == PT_OK)
        *src = &replay->src;
    else
        jsonl_free(&replay->src);
    return code;
}
