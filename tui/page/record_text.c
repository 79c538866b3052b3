#include "page/record_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- JSON ---- */

enum { JSON_DEPTH_MAX = 40, JSON_INDENT = 2 };

static void json_break(FILE *out, int depth)
{
    fprintf(out, "\n%*s", depth * JSON_INDENT, "");
}

/* Copies a string with its quotes; returns what follows it, NULL when it does not end. */
static const char *json_copy_string(const char *at, FILE *out)
{
    do {
        if (*at == '\\' && at[1] != '\0')
            fputc(*at++, out);
        fputc(*at++, out);
        if (*at == '\0')
            return NULL;
    } while (*at != '"');
    fputc('"', out);
    return at + 1;
}

struct json_lines {
    FILE *out;
    char opened[JSON_DEPTH_MAX];
    int depth;
    char before; /* the last sign that is no blank */
};

/* Copies one sign between strings, with the line breaks that belong to it. next: the one behind it
 * that is no blank. False: what is opened and closed does not match. */
static bool json_copy_sign(struct json_lines *to, char sign, char next)
{
    bool is_opened = sign == '{' || sign == '[', is_closed = sign == '}' || sign == ']';
    char opens = sign == '}' ? '{' : '[', closes = sign == '{' ? '}' : ']';
    if (is_opened ? to->depth == JSON_DEPTH_MAX
                  : is_closed && (to->depth == 0 || to->opened[to->depth - 1] != opens))
        return false;
    if (is_opened)
        to->opened[to->depth++] = sign;
    else if (is_closed && --to->depth >= 0 && to->before != opens) /* {} stays as it is */
        json_break(to->out, to->depth);
    fputc(sign, to->out);
    if (sign == ',' || (is_opened && next != closes))
        json_break(to->out, to->depth);
    else if (sign == ':')
        fputc(' ', to->out);
    to->before = sign;
    return true;
}

/* Writes a JSON object or list with a line for each value; only blanks between values are other
 * ones. False: the text is no such JSON, or was cut. */
static bool json_write_lines(const char *text, FILE *out)
{
    struct json_lines to = {.out = out};
    if (text[0] != '{' && text[0] != '[')
        return false;
    for (const char *at = text; *at != '\0';) {
        size_t blanks = strspn(at, " ");
        at += blanks;
        if (blanks > 0 && strchr("{[,:", to.before) == NULL && strchr("}],:", *at) == NULL)
            return false; /* between two values: leaving it out would make one of them */
        if (*at == '"') {
            to.before = '"';
            at = json_copy_string(at, out);
            if (at == NULL)
                return false;
        } else if (*at != '\0') {
            if (!json_copy_sign(&to, *at, at[1 + strspn(at + 1, " ")]))
                return false;
            at++;
        }
        if (to.depth == 0 && at[strspn(at, " ")] != '\0')
            return false;
    }
    return to.depth == 0;
}

/* free(); NULL: it is not JSON. */
static char *json_lines(const char *text)
{
    char *lines = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&lines, &len);
    if (out == NULL)
        return NULL;
    bool is_json = json_write_lines(text, out);
    fclose(out);
    if (is_json)
        return lines;
    free(lines);
    return NULL;
}

/* ---- the whole ---- */

char *record_text(const struct pt_peeked *record)
{
    char *text = NULL, size[100];
    char *lines = record->value != NULL && !record->is_cut ? json_lines(record->value) : NULL;
    bool has_headers = record->headers != NULL && record->headers[0] != '\0';
    record_size(record, size, sizeof size);
    if (asprintf(&text, "partition %d, offset %s\ntime %s\nkey %s\nvalue %s%s\n%s%s%s\n%s",
                 record->partition, show_count(record->offset).s, show_stamp(record->time_ms).s,
                 record->key != NULL ? record->key : "null", size, record->is_cut ? ", cut" : "",
                 has_headers ? "headers\n" : "no headers", has_headers ? record->headers : "", "\n",
                 lines != NULL           ? lines
                 : record->value != NULL ? record->value
                                         : "") < 0)
        text = NULL;
    free(lines);
    return text;
}
