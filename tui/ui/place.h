/* Where in a topic records are to be read, as people write it. */
#ifndef UI_PLACE_H
#define UI_PLACE_H

#include "pintop/command.h"
#include "pintop/error.h"

/* What place_parse takes, for prompts and errors. */
#define PLACE_WORDS "newest, oldest, a time like 03:10 or -15m, or PARTITION@OFFSET"

/* Sets where the records begin: "newest" (also ""), "oldest", a time of ui/when.h, or "2@15000": in
 * partition 2 from offset 15000 on.
 *
 * now_ms  Unix.
 * what    the option, as the error names it.
 * peek    out: is_at, partition and offset, or is_from and from_ms.
 * Errors  PT_EUSAGE. */
pt_code place_parse(const char *text, int64_t now_ms, const char *what, struct pt_command *peek,
                    struct pt_error *err);

#endif
