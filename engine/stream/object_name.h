/* Which files of a directory are the pieces of one: a sink's objects, and the parts that Spark and
 * its like write. */
#ifndef STREAM_OBJECT_NAME_H
#define STREAM_OBJECT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an object's name says. */
struct object_name {
    size_t topic_len; /* the first bytes of the name: of one topic, or "part" */
    int32_t partition;
    int64_t offset;
};

/* TOPIC+PARTITION+OFFSET.EXT, or part-NUMBER…; false: neither. */
bool object_name_parse(const char *name, struct object_name *object);

#endif
