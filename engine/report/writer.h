/* Writing JSON straight into a buffer, without a tree in between. */
#ifndef REPORT_WRITER_H
#define REPORT_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "pintop/snapshot.h"
#include "report/field.h"

struct json_writer {
    struct buf buf;
    bool has_item;                    /* the next one needs a comma */
    const struct pt_snapshot *snap;   /* what is written is a part of it; NULL none */
    int64_t from_sample, from_minute; /* of the series: samples before it are left out */
    int64_t day; /* of the last time written, and its text: most times are of one day */
    char date[16];
};

void json_writer_init(struct json_writer *to, const struct pt_snapshot *snap);
/* The text, the caller's to free; NULL without memory. */
char *json_writer_take(struct json_writer *to);

void json_write_open(struct json_writer *to, char bracket);
void json_write_close(struct json_writer *to, char bracket);
/* Before each element of a list. */
void json_write_item(struct json_writer *to);
/* Before each member of an object; key as in a row. */
void json_write_key(struct json_writer *to, const char *key);
void json_write_null(struct json_writer *to);
void json_write_bool(struct json_writer *to, bool value);
/* PT_UNKNOWN is null. */
void json_write_int(struct json_writer *to, int64_t value);
void json_write_uint(struct json_writer *to, uint64_t value);
/* Rounded to three decimals: nobody reads more of a rate. What isn't finite is null. */
void json_write_figure(struct json_writer *to, double value);
/* With all its digits. */
void json_write_exact(struct json_writer *to, double value);
/* PT_UNKNOWN, and 0, are null. */
void json_write_time(struct json_writer *to, int64_t time_ms);
/* The seconds between two times, of which each may be unknown. */
void json_write_seconds(struct json_writer *to, int64_t from_ms, int64_t to_ms);
/* NULL is null. */
void json_write_text(struct json_writer *to, const char *text);

/* The fields of a struct, without brackets. */
void json_write_fields(struct json_writer *to, const struct field_table *table, const void *base);
/* A struct as an object. */
void json_write_object(struct json_writer *to, const struct field_table *table, const void *base);
/* A struct as a text of its own, which begins with the number of the api. */
char *json_write_document(const struct field_table *table, const void *base,
                          const struct pt_snapshot *snap);

#endif
