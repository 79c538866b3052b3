/* Walking a JSON text without reading its values: where each member and element begins and ends.
 * The text may be anything; what is not JSON ends the walk. Thread: any. */
#ifndef RECORD_JSON_TEXT_H
#define RECORD_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of a text; no NUL ends it. */
struct piece {
    const char *text;
    size_t len;
};

bool piece_is(const struct piece *a, const struct piece *b);
/* Whether it begins with this character. */
bool piece_begins(const struct piece *piece, char c);

/* Returns where the value that begins at `at` ends; NULL: there is none, or it is cut off. */
const char *json_text_past(const char *at, const char *end);

/* The members of an object, or the elements of an array, without blanks between them. */
struct text_walk {
    const char *at, *end;
    bool is_first, is_bad; /* is_bad: it is not JSON */
};

/* Begins with a value that begins with the bracket. */
struct text_walk text_walk_begin(const struct piece *value, char bracket);
/* The next member: its key within its quotes, and its value. False: there is none, or is_bad. */
bool text_walk_member(struct text_walk *walk, struct piece *key, struct piece *value);
/* The next element. */
bool text_walk_element(struct text_walk *walk, struct piece *value);

#endif
