/* The three streams by name, and what stands for what is not known. */
#ifndef PINTOP_STREAM_H
#define PINTOP_STREAM_H

#include <stdint.h>

/* Of integers; of doubles it is NAN. */
#define PT_UNKNOWN INT64_MIN

enum pt_stream_id { PT_PIN, PT_GEO, PT_USER, PT_STREAMS };

/* "pin", "geo", "user". */
const char *pt_stream_name(enum pt_stream_id id);

#define PT_STREAM_BIT(id) (1u << (id))
#define PT_STREAM_ALL ((1u << PT_STREAMS) - 1u)

#endif
