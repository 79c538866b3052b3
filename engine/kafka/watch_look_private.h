/* What watch_look.c shares with watch_turns.c and watch_sums.c. The watcher's thread alone. */
#ifndef KAFKA_WATCH_LOOK_PRIVATE_H
#define KAFKA_WATCH_LOOK_PRIVATE_H

#include "kafka/watch_look.h"

/* Fill look->items with what this look asks about. Errors PT_ENOMEM. */
pt_code look_choose_items(struct look *look, int64_t now_us, struct pt_error *err);
/* A topic was asked: is its group at work there? Then it is asked each time for a while. */
void look_note_work(struct look_topic *known, const struct pt_topic *topic,
                    const struct pt_partition *partitions, int64_t now_us);

/* A report of this moment with nothing in it, the caller's to free; NULL without memory. */
struct watch_report *look_report_new(int64_t mono_us);
/* Copies of what the look knows, with each topic's sums. false: out of memory. */
bool look_report_fill(const struct look *look, struct watch_report *report);

#endif
