/* Attaching to the engine of another pintop of this user, over the socket in its state directory.
 */
#ifndef PINTOP_ATTACH_H
#define PINTOP_ATTACH_H

#include "pintop/api.h"
#include "pintop/config.h"
#include "pintop/engine.h"
#include "pintop/error.h"
#include "pintop/link.h"
#include "pintop/serving.h"

PT_API_BEGIN

/* Attaches to the engine that holds the lock of cfg's state directory: the link shows its snapshots
 * and submits its commands. What this pintop must not do, as read-only, it does not ask for. When
 * the engine goes, the link stays: it says so in the snapshot (session->link), and attaches to the
 * next engine of that directory, if it is for the same cluster. Stopping or closing the link ends
 * it alone; pt_link_end stops the engine.
 *
 * cfg      stays the caller's, unchanged until the link is closed.
 * run      only has_connectors: an engine that watches none is refused; is_oneshot: how the streams
 *          are set up here does not matter; is_stop_alone: nothing that is set up here does.
 * wait_ms  how long its first snapshot may take to come.
 * Errors   PT_ENOTFOUND nobody serves there; PT_EMISMATCH the engine is for another cluster or
 *          another account: both values are named; PT_EREFUSED it turned this pintop away, and says
 *          why; PT_ETIMEOUT it does not answer; PT_EUNSUPPORTED another version's protocol;
 *          PT_EAUTH the socket is another user's; PT_EIO; PT_ENOMEM.
 * Thread   any; waits. */
pt_code pt_attach_open(const struct pt_config *cfg, const struct pt_run *run, int64_t wait_ms,
                       struct pt_link *link, struct pt_error *err);

/* What makes an engine serve: pt_run.serving. */
extern const struct pt_serving pt_serving_socket;

PT_API_END

#endif
