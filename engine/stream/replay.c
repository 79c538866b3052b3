/* Replays the rows of a file. Knows no format. */
#include "stream/replay.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "stream/foreign.h"
#include "stream/text_scan.h"

enum { BAD_LOGGED = 20, BAD_LOGGED_EACH = 1000 };

static struct replay *replay_of(struct source *src)
{
    return (struct replay *)src; /* its first member */
}

static pt_code skip_mark(struct replay *replay, struct pt_error *err)
{
    const char *bytes;
    size_t len;
    bool is_last;
    pt_code code = file_reader_peek(&replay->ahead, FOREIGN_BYTES, &bytes, &len, &is_last, err);
    if (code == PT_OK)
        code = foreign_refuse(replay->file.shown, bytes, len, err);
    if (code == PT_OK && len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        replay->first.offset = 3;
    return code;
}

pt_code replay_open(struct replay *replay, const char *path, const struct source_opts *opts,
                    struct pt_error *err)
{
    replay->id = opts->id;
    replay->is_looping = opts->is_looping;
    file_reader_init(&replay->ahead, &replay->file);
    file_reader_init(&replay->back, &replay->file);
    pt_code code = replay_file_open(&replay->file, path, err);
    if (code == PT_OK)
        code = skip_mark(replay, err);
    if (code != PT_OK)
        return code;
    memcpy(replay->src.path, replay->file.path, sizeof replay->src.path);
    file_reader_seek(&replay->ahead, &replay->first);
    return PT_OK;
}

void replay_done(struct replay *replay)
{
    file_reader_done(&replay->ahead);
    file_reader_done(&replay->back);
    replay_file_close(&replay->file);
}

void replay_set_first(struct replay *replay, const struct source_pos *first)
{
    replay->first = *first;
    file_reader_seek(&replay->ahead, first);
}

static void log_bad_row(const struct replay *replay, uint64_t n, const struct row *row)
{
    char more[80] = "";
    if (n == BAD_LOGGED)
        snprintf(more, sizeof more, " (from here on only every 1,000th bad row is logged)");
    else if (n > BAD_LOGGED)
        snprintf(more, sizeof more, " (%llu bad rows so far)", (unsigned long long)n);
    if (n <= BAD_LOGGED || n % BAD_LOGGED_EACH == 0)
        log_line(PT_WARN, pt_stream_name(replay->id), "%s line %llu: skipped, %s%s",
                 replay->file.shown, (unsigned long long)replay->ahead.pos.row + row->line + 1,
                 row->why, more);
}

static void count_bad_row(struct replay *replay, enum row_status status, const struct row *row)
{
    uint64_t offset = replay->ahead.pos.offset;
    /* The rest of a multi-line row that was counted with its first line. */
    if (offset < replay->doubtful_end)
        return;
    if (status == ROW_BAD_SHAPE)
        replay->doubtful_end = offset + row->bytes;
    uint64_t line = replay->ahead.pos.row + row->line + 1;
    uint64_t n = source_skipped(&replay->src, replay->file.shown, line, row->why);
    log_bad_row(replay, n, row);
}

/* A file that was cut off between two rows contains only good rows, and yet not all of them. */
static void check_end(struct replay *replay)
{
    struct row row = {0};
    const char *why = replay->ends != NULL && !replay->is_partial ? replay->ends(replay) : NULL;
    if (why == NULL)
        return;
    snprintf(row.why, sizeof row.why, "%s", why);
    count_bad_row(replay, ROW_BAD, &row);
}

/* At the end: moves to the first row again, unless this whole pass had no good one. */
static bool replay_begin_again(struct replay *replay)
{
    if (!replay->is_looping || (!replay->has_row && !replay->is_partial))
        return false;
    replay->has_row = false;
    replay->is_partial = false;
    replay->doubtful_end = 0;
    file_reader_seek(&replay->ahead, &replay->first);
    return true;
}

enum source_status replay_next(struct source *src, uint64_t index, struct source_record *rec,
                               struct pt_error *err)
{
    struct replay *replay = replay_of(src);
    struct file_reader *reader = &replay->ahead;
    struct row row;
    (void)index;
    for (;;) {
        enum row_status status = replay->read(replay, reader, &row, err);
        switch (status) {
        case ROW_GOOD:
            replay->has_row = true;
            *rec = (struct source_record){row.value, row.len, reader->pos, reader->pos};
            file_reader_skip(reader, row.bytes, row.lines);
            rec->next_pos = reader->pos;
            return SOURCE_RECORD;
        case ROW_BLANK:
        case ROW_OTHER:
            file_reader_skip(reader, row.bytes, row.lines);
            break;
        case ROW_BAD:
            count_bad_row(replay, status, &row);
            file_reader_skip(reader, row.bytes, row.lines);
            break;
        case ROW_BAD_SHAPE:
            count_bad_row(replay, status, &row);
            if (file_reader_skip_line(reader, err) != PT_OK)
                return SOURCE_ERROR;
            break;
        case ROW_NONE:
            check_end(replay);
            if (!replay_begin_again(replay))
                return SOURCE_END;
            break;
        case ROW_ERROR:
            return SOURCE_ERROR;
        }
    }
}

enum source_status replay_again(struct source *src, uint64_t index, const struct source_pos *pos,
                                struct source_record *rec, struct pt_error *err)
{
    struct replay *replay = replay_of(src);
    struct row row;
    file_reader_seek(&replay->back, pos);
    enum row_status status = replay->read(replay, &replay->back, &row, err);
    if (status == ROW_ERROR)
        return SOURCE_ERROR;
    if (status != ROW_GOOD) {
        pt_error_set(err, PT_EDATA, "Restore the original file and start again",
                     "cannot read record %llu again: %s line %llu no longer contains it, because "
                     "the file was changed meanwhile",
                     (unsigned long long)index, replay->file.shown,
                     (unsigned long long)pos->row + 1);
        return SOURCE_ERROR;
    }
    *rec = (struct source_record){
        row.value, row.len, *pos, {0, 0}
    };
    return SOURCE_RECORD;
}

pt_code replay_refuse_other(const struct replay *replay, enum pt_stream_id other,
                            struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    snprintf(fix, sizeof fix, "set pintop.stream.%s.source to the file of %s, or omit the stream",
             pt_stream_name(replay->id), pt_stream_name(replay->id));
    return pt_error_set(err, PT_ENOTFOUND, fix,
                        "stream %s has no source: %s holds the columns of %s, not those of %s",
                        pt_stream_name(replay->id), replay->file.shown, pt_stream_name(other),
                        pt_stream_name(replay->id));
}

static pt_code refuse_pos(const struct replay *replay, const struct source_pos *pos,
                          const char *why, struct pt_error *err)
{
    return pt_error_set(
        err, PT_EDATA, "Restore the original file, or start a new account with --first-index N",
        "cannot continue at byte %llu (line %llu) of %s: %s", (unsigned long long)pos->offset,
        (unsigned long long)pos->row + 1, replay->file.shown, why);
}

/* Checks that a row may begin there, or that it is the very end. */
static pt_code check_place(struct replay *replay, const struct source_pos *pos,
                           struct pt_error *err)
{
    struct source_pos before = {pos->offset - 1, pos->row};
    const char *bytes;
    size_t len;
    bool is_last;
    file_reader_seek(&replay->ahead, &before);
    pt_code code = file_reader_peek(&replay->ahead, 2, &bytes, &len, &is_last, err);
    if (code != PT_OK)
        return code;
    if (len == 0)
        return refuse_pos(replay, pos, "the file ends before it", err);
    if (len > 1 && !replay->begins(bytes, len))
        return refuse_pos(replay, pos, "no row begins there", err);
    return PT_OK;
}

pt_code replay_seek(struct source *src, const struct source_pos *pos, struct pt_error *err)
{
    struct replay *replay = replay_of(src);
    bool is_first = pos->offset <= replay->first.offset;
    pt_code code = is_first ? PT_OK : check_place(replay, pos, err);
    if (code != PT_OK) {
        file_reader_seek(&replay->ahead, &replay->first);
        return code;
    }
    replay->has_row = false;
    replay->is_partial = !is_first;
    replay->doubtful_end = 0;
    file_reader_seek(&replay->ahead, is_first ? &replay->first : pos);
    return PT_OK;
}

const char *replay_text_problem(const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    while ((p = text_scan_ascii(p, end)) < end) {
        size_t n = *p == 0 ? 0 : utf8_next(p, end, NULL);
        if (n == 0)
            return *p == 0 ? "it contains NUL bytes" : REPLAY_NOT_UTF8;
        p += n;
    }
    return NULL;
}
