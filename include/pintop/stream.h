/* The three streams by name, and the value that means unknown. */
#ifndef PINTOP_STREAM_H
#define PINTOP_STREAM_H

#include <stdint.h>

#include "pintop/api.h"

PT_API_BEGIN

/* For integers; for doubles it is NAN. */
#define PT_UNKNOWN INT64_MIN

enum pt_stream_id { PT_PIN, PT_GEO, PT_USER, PT_STREAMS };

/* How many shards (pintop.stream.shard) there may be. */
enum { PT_SHARDS_MAX = 1024 };

/* "pin", "geo", "user". */
const char *pt_stream_name(enum pt_stream_id id);

#define PT_STREAM_BIT(id) (1u << (id))
#define PT_STREAM_ALL ((1u << PT_STREAMS) - 1u)

PT_API_END

#endif
