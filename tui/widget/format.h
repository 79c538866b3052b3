/* Formats figures for people. Each function returns the text by value: use it within the same
 * expression, or keep the struct. */
#ifndef WIDGET_FORMAT_H
#define WIDGET_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

struct shown {
    char s[40];
};

/* Whether this thread wants figures without rounding and without letters, however long they are.
 * Returns what it wanted before. */
bool show_set_exact(bool is_exact);

/* "63,916"; PT_UNKNOWN is a dash. */
struct shown show_count(int64_t n);
/* A count that cannot be negative: a negative value means unknown, and is a dash. */
struct shown show_some(int64_t n);
/* A count in at most cols columns: exact while it fits, then "12.3M"; PT_UNKNOWN is a dash. */
struct shown show_count_in(int64_t n, int cols);
/* The same for what must stay exact as long as it can: "12345678901" before "12.3G". */
struct shown show_offset_in(int64_t n, int cols);
/* Records per second in at most 5 columns: "0.0", "29.8", "1,204", "12.3k". NAN is a dash. */
struct shown show_rate(double per_s);
/* Megabytes per second in at most 5 columns. */
struct shown show_mb(double bytes_per_s);
/* The pace that was set, in at most 4 columns: "10", "0.5", "max", "orig", "20k". */
struct shown show_pace(double per_s);
/* A latency in at most 5 columns: "1.2ms", "41ms", "1.2s". */
struct shown show_ms(double ms);
/* An age in at most 6 columns, never in milliseconds: "2s", "11m02s", "1h20m", "7d". */
struct shown show_age(int64_t ms);
/* The time from time_ms to now_ms; a dash when one of them is unknown. */
struct shown show_since(int64_t time_ms, int64_t now_ms);
/* Since when and for how long: "07:46Z (2s)". is_found: it was so already when pintop started to
 * watch, "07:46Z or before (2s)". */
struct shown show_from(int64_t time_ms, int64_t now_ms, bool is_found);
/* The age of the oldest record; 0 is a dash. */
struct shown show_oldest(int64_t ms);
/* The text with blanks before it (show_right) or after it (show_left), up to cols columns. */
struct shown show_right(struct shown text, int cols);
struct shown show_left(struct shown text, int cols);
/* "$0.11". */
struct shown show_usd(double usd);
/* "512 B", "12.3 MB". */
struct shown show_bytes(int64_t bytes);
/* Times are UTC, and end in Z, unless this thread has asked for local time: then they have no mark,
 * and whoever shows them says the zone. Returns what was asked for before. */
bool show_set_local(bool is_local);
bool show_is_local(void);
/* What the clock says besides the time: "Z", or " CET". */
struct shown show_zone(int64_t now_ms);
/* "UTC", or "local time: CET, UTC+01:00". */
struct shown show_zone_words(int64_t now_ms);
/* "07:46Z", "07:46:58Z". show_minute adds the day, "30 Nov 01:52Z", when the time is more than
 * 12 hours ago and not of today. */
struct shown show_minute(int64_t time_ms, int64_t now_ms);
struct shown show_second(int64_t time_ms);
/* With the day, in 16 columns: "23 Nov 07:46:58Z". In full: "2026-11-23 07:46:58.123Z",
 * or "… 08:46:58.123+01:00". */
struct shown show_day_second(int64_t time_ms);
struct shown show_stamp(int64_t time_ms);

#endif
