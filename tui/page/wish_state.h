/* The state of the streams as it is shown: wishes without an answer are shown as if they had been
 * carried out (struct wish). */
#ifndef PAGE_WISH_STATE_H
#define PAGE_WISH_STATE_H

#include "page/desk.h"

const struct pt_stream *wish_stream(const struct page_desk *desk, enum pt_stream_id id);
/* The state and the pace of a stream, with its wishes. */
enum pt_stream_state wish_state(const struct page_desk *desk, enum pt_stream_id id);
double wish_rate(const struct page_desk *desk, enum pt_stream_id id);
/* Whether the stream is to run after its last wish; the next wish is then to stop it. */
bool wish_is_on(const struct page_desk *desk, enum pt_stream_id id);
/* Whether this pintop can start and stop the stream: it has a topic, no other pintop runs it, and
 * pintop was not started with --readonly. */
bool wish_can(const struct page_desk *desk, enum pt_stream_id id);
/* Whether a stream of this process runs or is stopping. */
bool wish_any_runs(const struct page_desk *desk);

#endif
