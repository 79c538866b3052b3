/* What `pintop stream` says about rows of a replayed file: --dry-run, streams without a source, and
 * what was skipped. */
#ifndef CLI_STREAM_ROWS_H
#define CLI_STREAM_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "pintop/config.h"
#include "pintop/snapshot.h"

/* Removes from *streams those that have no source, and says so on stderr. With is_chosen (the
 * command line names the streams) this is an error. missing[]: why each of them was left out. */
pt_code rows_choose(const struct pt_config *cfg, bool is_chosen, unsigned *streams,
                    struct pt_error missing[PT_STREAMS], struct pt_error *err);

/* Prints count records of each stream on stdout, and what would be skipped on stderr. Returns the
 * exit status: 1 if a stream would send nothing. */
int rows_dry_run(const struct pt_config *cfg, unsigned streams, int64_t first_index, int64_t count);

/* Print how many rows were skipped, and the first of them with the reasons: on stderr, or as
 * JSON. */
void rows_print_skipped(const struct pt_stream *st);
void rows_skipped_json(cJSON *json, const struct pt_stream *st);
void rows_left_out_json(cJSON *json, const struct pt_error missing[PT_STREAMS]);

/* Errors PT_EDATA: the file was read to its end and has no record. */
pt_code rows_check_made(const struct pt_stream *st, const char *shard, const char *ended_by,
                        struct pt_error *err);
/* Returns whether the shard is all of the records. */
bool rows_is_whole(const char *shard);

#endif
