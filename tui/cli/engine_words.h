/* What the commands say of an engine that runs in another process. */
#ifndef CLI_ENGINE_WORDS_H
#define CLI_ENGINE_WORDS_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

/* The records of the streams of a snapshot that made some: delivered ones, and those whose outcome
 * is open. */
void engine_sums(const struct pt_snapshot *snap, int64_t *delivered, int64_t *unresolved);
/* The bits of the streams that are at work. */
unsigned engine_going(const struct pt_snapshot *snap);
/* Writes the names of these streams: "pin, user"; "" for none. */
void engine_names(unsigned streams, char *out, size_t cap);

/* Returns the beginning of a command's JSON: when, and whose engine it is. */
cJSON *engine_said(const struct pt_snapshot *snap);
/* Adds the streams as `status --json` has them, and prints it; takes json. */
pt_code engine_said_print(cJSON *json, const struct pt_snapshot *snap, struct pt_error *err);

#endif
