/* Recognises a file that was passed as a properties file by mistake: usually a file that is
 * stored next to it. By content, never by name. Pure. Thread: any. */
#ifndef CONFIG_GUESS_H
#define CONFIG_GUESS_H

#include <stddef.h>

#include "pintop/error.h"

/* PT_OK: it may be a properties file. PT_ECONFIG: "FILE is JSON, and not a properties file",
 * with the equivalent in properties as the fix. */
pt_code guess_refuse(const char *path, const char *text, size_t len, struct pt_error *err);

#endif
