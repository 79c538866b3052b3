/* Java's .properties files, read and written: only the grammar, no meaning.
 *
 * Comments begin with # or !; key and value are separated by =, : or blanks; a backslash at a
 * line's end continues it; \t \n \r \f \uXXXX and \<any> are escapes. Unlike in Java, bytes are
 * UTF-8.
 * Source: java.util.Properties.load. Limits: 1 MiB a file, 64 KiB a line with its continuations. */
#ifndef CONFIG_PROPERTIES_H
#define CONFIG_PROPERTIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "pintop/error.h"

enum { PROPERTIES_FILE_MAX = 1048576, PROPERTIES_LINE_MAX = 65536 };

/* Receives one property. key and value are valid during the call; line is where it begins, from
 * 1. Anything but PT_OK ends the parsing and becomes its result. */
typedef pt_code (*properties_fn)(void *arg, const char *key, const char *value, int line,
                                 struct pt_error *err);

/* Parses text, in order; a key that occurs twice is passed on twice.
 *
 * name    of the file, for errors ("name:12: …").
 * Errors  PT_ECONFIG: too large, a line too long, a NUL, not UTF-8, a broken \u. The text is never
 *         quoted, as it may be a secret. */
pt_code properties_parse(const char *text, size_t len, const char *name, properties_fn each,
                         void *arg, struct pt_error *err);

/* The same from a file. Errors also PT_ENOTFOUND (no such file), PT_EIO. */
pt_code properties_read(const char *path, properties_fn each, void *arg, struct pt_error *err);

/* Appends "key=value\n" so that properties_parse returns both unchanged. */
void properties_write(struct buf *buf, const char *key, const char *value);

#endif
