/* What a file is that was given as a properties file and is none: files that lie beside it, and
 * are given in its place. By content, never by name. Pure. Thread: any. */
#ifndef CONFIG_GUESS_H
#define CONFIG_GUESS_H

#include <stddef.h>

#include "pintop/error.h"

/* PT_OK: nothing speaks against it. PT_ECONFIG: "FILE is JSON, and not a properties file",
 * with how to say it as properties. */
pt_code guess_refuse(const char *path, const char *text, size_t len, struct pt_error *err);

#endif
