/* Checks as the caller has them. */
#include <stdlib.h>
#include <string.h>

#include "pintop/doctor.h"

size_t pt_check_pack(struct pt_check *check, char *room)
{
    const char **texts[] = {&check->evidence, &check->fix,   &check->copy,
                            &check->identity, &check->brief, &check->choices};
    size_t size = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t len = strlen(*texts[i]) + 1;
        if (room != NULL)
            *texts[i] = memcpy(room + size, *texts[i], len);
        size += len;
    }
    return size;
}

void pt_checks_done(struct pt_checks *checks)
{
    free(checks->memory);
    memset(checks, 0, sizeof *checks);
}

size_t pt_checks_count(const struct pt_checks *checks, enum pt_check_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < checks->n; i++)
        n += checks->rows[i].state == state;
    return n;
}

bool pt_checks_are_good(const struct pt_checks *checks)
{
    bool are = true;
    for (size_t i = 0; i < checks->n; i++)
        are &= checks->rows[i].state != PT_CHECK_FAIL &&
               (checks->rows[i].state != PT_CHECK_UNKNOWN || checks->rows[i].is_denied ||
                checks->rows[i].is_early);
    return are;
}
