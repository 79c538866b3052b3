/* Reading JSON from a text that may be anything: cut off, hostile, of another program. One pass
 * without a tree; what is found goes into memory of the reader's own (scratch), which is limited
 * and goes with it.
 *
 * The first error is kept, and every function that returns false has set one. */
#ifndef REPORT_READER_H
#define REPORT_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/series.h"
#include "pintop/snapshot.h"
#include "report/field.h"

struct scratch_block;

enum { SERIES_KINDS = 2 };

/* How many samples there were of each ring of a section; SIZE_MAX: it was not there. */
struct sample_counts {
    const void *section; /* NULL: this place is free */
    size_t n[PT_SERIES_FIGURES];
};

struct json_reader {
    const char *text, *at, *end;
    const char *what; /* "snapshot": for errors */
    const char *key;  /* the member that is read, within its quotes; NULL none */
    size_t key_len;
    int depth;
    struct scratch_block *blocks;
    size_t room_left;
    char *decoded; /* the last text that had escapes, or wasn't plain */
    size_t decoded_cap;
    bool has_api;
    /* The topics read so far have room for more, and their partitions. */
    struct pt_topic *topics;
    struct pt_partition *partitions;
    size_t cap_topics, n_partitions, cap_partitions;
    unsigned revised; /* bits: the sections whose version was there */
    struct sample_counts samples[SERIES_KINDS];
    pt_code code;
    struct pt_error *err; /* may be NULL */
};

/* A piece of the text; of no length without a NUL. */
struct span {
    const char *text;
    size_t len;
};

void json_reader_init(struct json_reader *from, const char *what, const char *json, size_t len,
                      struct pt_error *err);
void json_reader_done(struct json_reader *from);

/* Keep the first error, with where it is; always false. */
bool json_read_fail(struct json_reader *from, pt_code code, const char *why);
bool json_read_no_memory(struct json_reader *from);

/* Zeroed memory that lasts as long as the reader. NULL: there is too much of it (an error). */
void *scratch_new(struct json_reader *from, size_t size);
/* Room for one more in an array of *cap elements of which n are used. */
bool scratch_grow(struct json_reader *from, void **array, size_t n, size_t *cap, size_t size);

static inline bool json_has_more(const struct json_reader *from)
{
    return from->at < from->end;
}
void json_pass_blanks(struct json_reader *from);
/* Take this byte, behind blanks, if it is the next one. */
bool json_read_is(struct json_reader *from, char c);
/* It must be. */
bool json_read_must(struct json_reader *from, char c);
/* null, if it is the next one. */
bool json_read_is_null(struct json_reader *from);
bool json_read_bool(struct json_reader *from, bool *value);
/* An integer from least to most, digit by digit. */
bool json_read_int(struct json_reader *from, int64_t least, int64_t most, int64_t *value);
bool json_read_uint(struct json_reader *from, uint64_t most, uint64_t *value);
bool json_read_real(struct json_reader *from, double *value);
/* A string, without its escapes: in the JSON itself, or in a buffer that the next one overwrites.
 */
bool json_read_string(struct json_reader *from, struct span *value);
/* A string made printable: into out[cap], or as a copy in scratch memory. */
bool json_read_text(struct json_reader *from, bool has_lines, char *out, size_t cap);
bool json_read_copy(struct json_reader *from, bool has_lines, const char **value);
/* The next member of an object: its key, from the quote to the colon. false: the object ended, or
 * an error. *is_first begins true. */
bool json_read_member(struct json_reader *from, bool *is_first, struct span *key);
/* It is that of a row. */
bool json_is_key(const char *row, const struct span *key);
/* The next element of a list is there. false: the list ended, or an error. */
bool json_read_element(struct json_reader *from, bool *is_first);
/* Any value, checked and dropped. */
bool json_read_past(struct json_reader *from);

/* One struct, an object in the JSON. What the JSON leaves out is unknown; what has no row is
 * passed over. */
bool json_read_object(struct json_reader *from, const struct field_table *table, void *base);
/* All of it is unknown. Pointers of FIELD_PART stay. */
void json_forget(const struct field_table *table, void *base);
/* The whole text: an object with the number of the api, and nothing behind it. */
bool json_read_document(struct json_reader *from, const struct field_table *table, void *base);

#endif
