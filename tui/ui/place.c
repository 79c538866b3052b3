#include "ui/place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ui/when.h"

/* Reads digits up to `end`. */
static bool place_number(const char *text, char end, int64_t most, int64_t *number)
{
    char *rest;
    errno = 0;
    if (text[0] < '0' || text[0] > '9')
        return false;
    *number = strtoll(text, &rest, 10);
    return *rest == end && errno == 0 && *number <= most;
}

pt_code place_parse(const char *text, int64_t now_ms, const char *what, struct pt_command *peek,
                    struct pt_error *err)
{
    const char *at = strchr(text, '@');
    int64_t partition;
    peek->is_at = peek->is_from = false;
    peek->partition = 0;
    peek->offset = peek->from_ms = 0;
    if (text[0] == '\0' || strcmp(text, "newest") == 0)
        return PT_OK;
    if (strcmp(text, "oldest") == 0) {
        peek->is_from = true;
        return PT_OK;
    }
    if (at != NULL && place_number(text, '@', INT32_MAX, &partition) &&
        place_number(at + 1, '\0', INT64_MAX, &peek->offset)) {
        peek->is_at = true;
        peek->partition = (int32_t)partition;
        return PT_OK;
    }
    if (when_parse(text, now_ms, what, &peek->from_ms, err) == PT_OK) {
        peek->is_from = true;
        return PT_OK;
    }
    return pt_error_set(err, PT_EUSAGE, "Write " PLACE_WORDS " (2@15000).",
                        "%s '%s': this is no place in a topic", what, text);
}
