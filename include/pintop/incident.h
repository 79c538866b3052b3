/* The incident file: what a colleague needs to go on with, as one .tar. */
#ifndef PINTOP_INCIDENT_H
#define PINTOP_INCIDENT_H

#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/snapshot.h"

PT_API_BEGIN

struct pt_incident {
    const struct pt_snapshot *snap;
    const char *config; /* pt_incident_config; NULL: none */
    const char *screen; /* the screen as text; NULL none */
    /* A recording (pt_record_path), from which comes what happened before; NULL: there is none. */
    const char *recording;
    int64_t now_ms; /* Unix: of a recording, its own time */
};

/* Makes the file's name: "pintop-incident-20261130T031022Z.tar". */
void pt_incident_name(int64_t now_ms, char *out, size_t cap);

/* Makes the text of the configuration, in which secrets are ***. free(); NULL when out of memory.
 * Thread: any; no I/O. */
char *pt_incident_config(const struct pt_config *cfg);

/* Makes it: incident.md (what is wrong since when, what was seen, what was tried, what to do next),
 * the screen, the snapshot as JSON, the series of the last 15 minutes by seconds and of the last
 * 24 hours by minutes, the history of the last hours, the events, the log, each connector with its
 * evidence and what its log says, the checks of the setup, the configuration, and the versions.
 * Nothing secret is in it: secrets are ***.
 *
 * bytes   out, the caller's to free().
 * Errors  PT_ENOMEM.
 * Thread  any that may wait for the disk, when there is a recording. */
pt_code pt_incident_make(const struct pt_incident *incident, char **bytes, size_t *len,
                         struct pt_error *err);
/* Writes it with mode 0600 to a file that is not there yet. Errors PT_EEXISTS, PT_EIO, PT_EFULL;
 * there is no file then, nor a part of one. Thread: any that may wait for the disk. */
pt_code pt_incident_write(const char *path, const char *bytes, size_t len, struct pt_error *err);

PT_API_END

#endif
