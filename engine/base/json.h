/* JSON that comes from outside, by cJSON: bounded in depth, asked by paths. Thread: one at a time.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "pintop/error.h"

enum { JSON_DEPTH_MAX = 64 };

/* Parse a whole text: one value, and nothing but blanks after it.
 * json    out; json_free, which wipes its strings. NULL after an error.
 * Errors  PT_EDATA (malformed, cut off, over 64 levels), PT_ENOMEM. */
pt_code json_parse(const char *text, size_t len, cJSON **json, struct pt_error *err);
void json_free(cJSON *json);
/* What stands for a NUL ("\u0000") in the texts of a parsed answer: a C string would end there.
 * U+FFFF, which no text has. */
#define JSON_NUL "\xef\xbf\xbf"

/* What is at "a.b.c"; NULL: nothing, or null. */
const cJSON *json_find(const cJSON *json, const char *path);
/* Its text, or NULL when it is not a text. */
const char *json_get(const cJSON *json, const char *path);
/* Its text copied into out, "" when it is not a text. */
void json_copy(const cJSON *json, const char *path, char *out, size_t cap);
bool json_is_true(const cJSON *json, const char *path);
/* A whole number, or otherwise. */
int64_t json_int(const cJSON *json, const char *path, int64_t otherwise);
/* An ISO 8601 text, or a number of seconds, as Unix milliseconds; or otherwise. */
int64_t json_time_ms(const cJSON *json, const char *path, int64_t otherwise);

#endif
