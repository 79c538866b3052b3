/* The texts of an incident file; each function appends one. Thread: any. */
#ifndef INCIDENT_TEXTS_H
#define INCIDENT_TEXTS_H

#include "base/buf.h"
#include "pintop/incident.h"

typedef void (*incident_text_fn)(const struct pt_incident *incident, struct buf *out);

/* incident.md: what is wrong since when, what was seen, what was tried, what to do next. past: the
 * sentence about what happened before (incident_past). */
void incident_page(const struct pt_incident *incident, const char *past, struct buf *out);
void incident_series(const struct pt_incident *incident, struct buf *out);
void incident_minutes(const struct pt_incident *incident, struct buf *out);
void incident_events(const struct pt_incident *incident, struct buf *out);
void incident_log(const struct pt_incident *incident, struct buf *out);
void incident_connectors(const struct pt_incident *incident, struct buf *out);
void incident_setup(const struct pt_incident *incident, struct buf *out);
void incident_config(const struct pt_incident *incident, struct buf *out);
void incident_versions(const struct pt_incident *incident, struct buf *out);

#define INCIDENT_HISTORY "history.txt"

/* "2026-11-30 03:10:22Z"; "unknown". */
enum { INCIDENT_TIME_MAX = 24 };
const char *incident_time(char out[INCIDENT_TIME_MAX], int64_t time_ms);
/* "63916"; "unknown". */
const char *incident_count(char out[INCIDENT_TIME_MAX], int64_t n);

#endif
