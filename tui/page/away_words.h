/* The AWS-only view in words: topics that AWS told, because no broker can be reached. */
#ifndef PAGE_AWAY_WORDS_H
#define PAGE_AWAY_WORDS_H

#include "pintop/snapshot.h"

/* One sentence without a full stop: that it is this view and how old its figures are, or why there
 * is none; "" while the brokers tell the topics. now_ms: Unix. Cut to fit. */
void away_sentence(const struct pt_topics_section *topics, int64_t now_ms, char *out, size_t cap);

#endif
