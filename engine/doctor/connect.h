/* The parts of the checks of MSK Connect. Thread: the check's. */
#ifndef DOCTOR_CONNECT_H
#define DOCTOR_CONNECT_H

#include "connector/sink.h"
#include "doctor/check.h"

/* mskconnect.plugin */
void connect_check_plugin(struct check *check);
extern const struct check_fix connect_plugin_fix;

/* mskconnect.connector */
void connect_check_connector(struct check *check);
/* Finds the operator's connector: pintop.connector.name, else <UserID>-connector, else the only one
 * that begins with the UserID. arn: out; "" there is none, then name is what it would be called.
 * Returns false when that cannot be said, and err says why; PT_ECONFIG: several are there;
 * PT_EFULL: there are more than are listed, and none of these is it. */
bool connect_find(struct check *check, char *arn, size_t cap, char *name, size_t name_cap,
                  struct pt_error *err);
/* Makes it. */
extern const struct check_fix connect_connector_fix;

/* sink.flow */
void connect_check_flow(struct check *check);
/* Its action: sends one record of each stream, and waits for their objects. */
extern const struct check_fix connect_send_fix;
/* Whether one record alone becomes an object while the action waits: with flush.size 1, or after a
 * rotation by the clock. limit_ms: out, how long that may take, with time to spare. why: out, a
 * sentence without its full stop that says why not; "" it does. */
bool connect_is_alone_written(const struct check *check, const struct sink *sink, int64_t *limit_ms,
                              char *why, size_t cap);

#endif
