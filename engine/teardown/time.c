/* When a thing was created, as a note and a service tell it. */
#include "base/clock.h"
#include "base/text.h"
#include "teardown/teardown.h"

bool teardown_is_time_of(const struct created *note, int64_t created_ms, int64_t limit_ms)
{
    static const int64_t skew_ms = 5 * 60 * 1000;
    return created_ms >= note->begun_ms - skew_ms && created_ms <= note->begun_ms + limit_ms;
}

const char *teardown_time(int64_t ms, char *out, size_t cap)
{
    if (ms < 0)
        text_copy(out, cap, "at an unknown time");
    else
        clock_format_ms(ms, out, cap);
    return out;
}
