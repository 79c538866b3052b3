/* A record before it is produced, as a person writes it: a text of a few fields, and the value
 * below them.
 *
 *     key: order-17
 *     header: source=by hand
 *     partition: 2
 *     value:
 *     {"id":17}
 *
 * Lines above "value:" that are empty or begin with # are left out. A field without a text is as if
 * its line was not there. Where a key or a header cannot be written as it is, it stands in double
 * quotes, with \" \\ \n \r \t and \xHH for any byte; a header without "=" has the value null. The
 * value is everything below its line, byte for byte, without the last line break, which editors
 * add; below "value: base64" it is base64, and "value: null" makes a tombstone.
 *
 * Pure. Thread: any. */
#ifndef PINTOP_DRAFT_H
#define PINTOP_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/error.h"

PT_API_BEGIN

enum {
    PT_DRAFT_BYTES_MAX = 16 << 20, /* of a text */
    PT_DRAFT_HEADERS_MAX = 100
};

/* The header that is added to a record by hand where a stream of pintop writes the topic: audit
 * tells it by that from the stream's own. */
#define PT_DRAFT_MARK "pintop-by-hand"

struct pt_draft_header {
    const char *name;  /* ends with a NUL, and has none in it */
    const char *value; /* NULL: null */
    size_t value_len;
};

struct pt_draft {
    const char *key; /* NULL: none */
    size_t key_len;
    const char *value; /* NULL: null, a tombstone */
    size_t value_len;
    int32_t partition; /* -1: the key decides, or chance without a key */
    size_t n_headers;
    struct pt_draft_header headers[PT_DRAFT_HEADERS_MAX];
};

/* Whether a text has nothing but empty lines and comments: nothing is to be produced. */
bool pt_draft_is_empty(const char *text, size_t len);
/* Reads a text; it need not end with a NUL.
 * draft     out: one allocation, pt_draft_free; NULL after an error.
 * mistakes  out, may be NULL: a sentence in a line for each mistake, the caller's, free; NULL none.
 * Errors    PT_EDATA: the first mistake; PT_ENOMEM. */
pt_code pt_draft_read(const char *text, size_t len, struct pt_draft **draft, char **mistakes,
                      struct pt_error *err);
void pt_draft_free(struct pt_draft *draft);
/* The text that pt_draft_read makes the same record of: UTF-8 without control bytes but line breaks
 * and tabs. remarks: lines that are put before it, each as a comment; NULL none.
 * Returns the caller's, free; NULL when out of memory, or when it is too large. */
char *pt_draft_write(const struct pt_draft *draft, const char *remarks);

PT_API_END

#endif
