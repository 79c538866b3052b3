/* Reads a file of a recording into its lines. What cannot be unpacked is left out: a block that was
 * cut off at the end, or damage in the middle, after which the next gzip member counts. Thread:
 * any that may wait for the disk. */
#ifndef RECORD_UNPACK_H
#define RECORD_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"
#include "record/json_text.h"

enum line_kind {
    LINE_OTHER,  /* of a later version, or damaged */
    LINE_HEADER, /* {"recording":…}: who records, since when */
    LINE_KEY,    /* {"api":…}: a whole snapshot */
    LINE_MINUTE, /* {"minute":…}: the patch since the last whole one, or the last of these */
    LINE_DELTA,  /* {"delta":…}: the patch since the line before of any of these kinds */
    LINE_MARK    /* {"mark":…}: something that history tells */
};

/* One line; of a LINE_MINUTE, LINE_DELTA, LINE_MARK and LINE_HEADER the value alone. sum: of all
 * but the header, what its last member says (line_sum); that of a mark is right. */
struct record_line {
    enum line_kind kind;
    struct piece value;
    uint32_t sum;
};

/* The checksum of a whole snapshot or a mark (before: 0), or of a patch after the one that it leads
 * from: so it shows damage of a line, and that a line before it is missing. */
uint32_t line_sum(uint32_t before, const char *text, size_t len);
/* How a line ends that has one: "…,\"sum\":\"89abcdef\"}". */
#define LINE_SUM_FORMAT ",\"sum\":\"%08" PRIx32 "\"}"
enum { LINE_SUM_CHARS = 18 };

struct unpacked {
    char *text;
    size_t len;
    struct record_line *lines;
    size_t n_lines;
    bool is_cut;  /* something was left out */
    bool is_open; /* it ends after a flush, but has no end: it is being written, or its writer was
                     killed */
};

/* Errors PT_ENOTFOUND, PT_EIO, PT_ENOMEM; PT_EDATA: it is not a recording; PT_EFULL: unpacked it
 * would be larger than 256 MiB. */
pt_code unpack_file(const char *path, struct unpacked *out, struct pt_error *err);
/* The same of a file's bytes. name: for errors. */
pt_code unpack_bytes(const char *name, const void *bytes, size_t len, struct unpacked *out,
                     struct pt_error *err);
void unpacked_done(struct unpacked *unpacked);

/* The time that is among the first members of a line's value (Unix ms). False: there is none. */
bool line_time(const struct piece *value, int64_t *time_ms);

#endif
