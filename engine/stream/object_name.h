/* Recognises files of a directory that are parts of one data set: a sink's objects, and the
 * parts that Spark and similar programs write. */
#ifndef STREAM_OBJECT_NAME_H
#define STREAM_OBJECT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The parts of an object's name. */
struct object_name {
    size_t topic_len; /* the length of the name's first part: a topic, or "part" */
    int32_t partition;
    int64_t offset;
};

/* Parses TOPIC+PARTITION+OFFSET.EXT, or part-NUMBER…; returns false for other names. */
bool object_name_parse(const char *name, struct object_name *object);

#endif
