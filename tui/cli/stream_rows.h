/* What `pintop stream` says about rows of a replayed file: --dry-run, streams without a source, and
 * what was skipped. */
#ifndef CLI_STREAM_ROWS_H
#define CLI_STREAM_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "pintop/config.h"
#include "pintop/snapshot.h"

/* Leave out of *streams those that have no source, and say so on stderr; with is_chosen (the
 * command line names them) that is an error. missing[]: what was left out. */
pt_code rows_choose(const struct pt_config *cfg, bool is_chosen, unsigned *streams,
                    struct pt_error missing[PT_STREAMS], struct pt_error *err);

/* Print count records of each stream on stdout, and what would be skipped on stderr. Returns the
 * exit status: 1 where a stream would send nothing. */
int rows_dry_run(const struct pt_config *cfg, unsigned streams, int64_t first_index, int64_t count);

/* How many rows were skipped, and the first of them with their reasons: on stderr, as keys. */
void rows_print_skipped(const struct pt_stream *st);
void rows_skipped_json(cJSON *json, const struct pt_stream *st);
void rows_left_out_json(cJSON *json, const struct pt_error missing[PT_STREAMS]);

/* PT_EDATA: the file is read to its end, and no record was ever made of it. */
pt_code rows_check_made(const struct pt_stream *st, const char *ended_by, struct pt_error *err);

#endif
