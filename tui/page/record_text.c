#include "page/record_text.h"

#include <stdio.h>

#include "widget/format.h"

const char *record_value(const struct pt_peeked *record)
{
    if (record->value == NULL)
        return "null (a tombstone)";
    return record->value_bytes == 0 ? "(empty)" : record->value;
}

/* The size of the value, "127 bytes", or that it is null or empty. */
static void record_size(const struct pt_peeked *record, char *out, size_t cap)
{
    if (record->value == NULL)
        snprintf(out, cap, "null: a tombstone, which deletes its key where the topic is compacted");
    else if (record->value_bytes == 0)
        snprintf(out, cap, "empty, 0 bytes");
    else
        snprintf(out, cap, "%s byte%s", show_count(record->value_bytes).s,
                 record->value_bytes == 1 ? "" : "s");
}

char *record_text(const struct pt_peeked *record)
{
    char *text = NULL, size[100];
    bool has_headers = record->headers != NULL && record->headers[0] != '\0';
    record_size(record, size, sizeof size);
    if (asprintf(&text, "partition %d, offset %s\ntime %s\nkey %s\nvalue %s%s\n%s%s%s\n%s",
                 record->partition, show_count(record->offset).s, show_stamp(record->time_ms).s,
                 record->key != NULL ? record->key : "null", size, record->is_cut ? ", cut" : "",
                 has_headers ? "headers\n" : "no headers", has_headers ? record->headers : "", "\n",
                 record->value != NULL ? record->value : "") < 0)
        return NULL;
    return text;
}
