/* Figures as people read them. Each returns a value: use it inside one expression, or keep it. */
#ifndef UI_FORMAT_H
#define UI_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

struct shown {
    char s[40];
};

/* "63,916"; PT_UNKNOWN is a dash. */
struct shown show_count(int64_t n);
/* A count that can't be below 0: what is, stands for nothing known, and is a dash. */
struct shown show_some(int64_t n);
/* The same in at most cols columns: exact while it fits, then "12.3M". */
struct shown show_count_in(int64_t n, int cols);
/* Records a second in at most 5 columns: "0.0", "29.8", "1,204", "12.3k". NAN is a dash. */
struct shown show_rate(double per_s);
/* Megabytes a second in at most 5 columns. */
struct shown show_mb(double bytes_per_s);
/* The pace that was asked for, in at most 4 columns: "10", "0.5", "max", "orig", "20k". */
struct shown show_pace(double per_s);
/* A latency in at most 5 columns: "1.2ms", "41ms", "1.2s". */
struct shown show_ms(double ms);
/* An age in at most 6 columns: "18ms" is not one; "2s", "11m02s", "1h20m", "7d". */
struct shown show_age(int64_t ms);
/* How long ago that was; a dash when either is no time. */
struct shown show_since(int64_t time_ms, int64_t now_ms);
/* Since when, and for how long: "07:46Z (2s)"; of what was found so, "07:46Z or before (2s)". */
struct shown show_from(int64_t time_ms, int64_t now_ms, bool is_found);
/* The age of the oldest record: 0 is a dash. */
struct shown show_oldest(int64_t ms);
/* Blanks before it, or behind it, up to cols columns. */
struct shown show_right(struct shown text, int cols);
struct shown show_left(struct shown text, int cols);
/* "$0.11". */
struct shown show_usd(double usd);
/* "512 B", "12.3 MB". */
struct shown show_bytes(int64_t bytes);
/* UTC: "07:46Z", "07:46:58Z", and with the day when it is not now's: "30 Nov 01:52Z". */
struct shown show_minute(int64_t time_ms, int64_t now_ms);
struct shown show_second(int64_t time_ms);
/* With the day, in 16 columns: "23 Nov 07:46:58Z"; and all of it: "2026-11-23 07:46:58.123Z". */
struct shown show_day_second(int64_t time_ms);
struct shown show_stamp(int64_t time_ms);

#endif
