/* A sink's own tree as a source: topics/TOPIC/partition=N/TOPIC+N+OFFSET.json, whatever folders the
 * partitioner made. The objects of one topic are read in sequence, by offset and then by partition:
 * roughly as they were sent, and what a sink adds later comes last.
 *
 * A place is the object's number in this order and the place in it, together with a hash of the
 * object's name, so that it is found again when others were added or removed meanwhile. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/log.h"
#include "stream/object_name.h"
#include "stream/source.h"

enum {
    DEPTH_MAX = 10,
    /* A directory in which so many files are not objects is not a sink's. */
    STRANGERS_MAX = 20000,
    OBJECTS_MAX = 4 * 1000 * 1000,
    NAMES_MAX_BYTES = 512 * 1024 * 1024,
    TOPICS_MAX = 64,
    PROBED = 5,
    PATH_MAX_BYTES = 1024
};
enum { PART_BITS = 24, OFFSET_BITS = 64 - PART_BITS };

struct source_objects_object {
    size_t path_at; /* in the list's names, after the directory */
    uint16_t topic;
    uint32_t hash; /* of its path: identifies its place when others came before it */
    int32_t partition;
    int64_t offset;
};

struct source_objects_list {
    char dir[PATH_MAX_BYTES];
    struct buf names; /* each with its NUL */
    struct source_objects_object *objects;
    size_t n, cap, n_strangers;
    size_t n_topics;
    char topics[TOPICS_MAX][256];
    bool is_over; /* too many, or out of memory */
};

struct objects_source {
    struct source src; /* first */
    struct source_objects_list list;
    struct source_opts opts;
    size_t at, back_at;
    struct source *ahead, *back;
    bool has_row; /* since this pass over the objects began */
    bool is_partial;
};

/* ---- names ---- */

static const char *source_objects_path_of(const struct source_objects_list *list, size_t i)
{
    return list->names.data + list->objects[i].path_at;
}

static bool full_path(const struct source_objects_list *list, size_t i, char out[PATH_MAX_BYTES])
{
    int len = snprintf(out, PATH_MAX_BYTES, "%s/%s", list->dir, source_objects_path_of(list, i));
    return len > 0 && len < PATH_MAX_BYTES;
}

/* ---- the list ---- */

static size_t source_objects_topic_index(struct source_objects_list *list, const char *name,
                                         size_t len)
{
    for (size_t i = 0; i < list->n_topics; i++)
        if (strlen(list->topics[i]) == len && memcmp(list->topics[i], name, len) == 0)
            return i;
    if (list->n_topics == TOPICS_MAX)
        return TOPICS_MAX;
    snprintf(list->topics[list->n_topics], sizeof list->topics[0], "%.*s", (int)len, name);
    return list->n_topics++;
}

static bool source_objects_add_object(struct source_objects_list *list, const char *path,
                                      const char *name, const struct object_name *object)
{
    size_t topic = source_objects_topic_index(list, name, object->topic_len);
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 256;
        struct source_objects_object *objects = realloc(list->objects, cap * sizeof *objects);
        if (!objects)
            return false;
        list->objects = objects;
        list->cap = cap;
    }
    list->objects[list->n++] =
        (struct source_objects_object){.path_at = list->names.len,
                                       .topic = (uint16_t)topic,
                                       .hash = hash32_text(HASH32_EMPTY, path),
                                       .partition = object->partition,
                                       .offset = object->offset};
    buf_append(&list->names, path, strlen(path) + 1);
    return topic < TOPICS_MAX && !list->names.is_over && list->n < OBJECTS_MAX;
}

/* A link to a directory is not followed: it may lead in a circle. */
static bool is_directory(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void source_objects_walk(struct source_objects_list *list, const char *below, int depth)
{
    char path[PATH_MAX_BYTES];
    snprintf(path, sizeof path, "%s/%s", list->dir, below);
    DIR *stream = opendir(path);
    const struct dirent *entry;
    if (!stream && errno != ENOENT)
        log_line(PT_WARN, "replay", "%.300s cannot be listed, so its objects are skipped", path);
    while (stream && !list->is_over && (entry = readdir(stream)) != NULL) {
        struct object_name object;
        char rel[PATH_MAX_BYTES], full[PATH_MAX_BYTES];
        if (entry->d_name[0] == '.' || entry->d_name[0] == '_')
            continue;
        int len = snprintf(rel, sizeof rel, "%s%s%s", below, *below ? "/" : "", entry->d_name);
        if (len < 0 || (size_t)len >= sizeof rel) {
            log_line(PT_WARN, "replay", "%.300s is skipped: its path is too long", rel);
            continue;
        }
        if (object_name_parse(entry->d_name, &object)) {
            list->is_over = !source_objects_add_object(list, rel, entry->d_name, &object);
            continue;
        }
        if (depth < DEPTH_MAX && snprintf(full, sizeof full, "%s/%s", list->dir, rel) > 0 &&
            is_directory(full))
            source_objects_walk(list, rel, depth + 1);
        list->is_over = list->is_over || (++list->n_strangers > STRANGERS_MAX && list->n == 0);
    }
    if (stream)
        closedir(stream);
}

static int source_objects_by_offset(const void *left, const void *right)
{
    const struct source_objects_object *a = left, *b = right;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    if (a->partition != b->partition)
        return a->partition < b->partition ? -1 : 1;
    return a->path_at < b->path_at ? -1 : 1;
}

static void keep_topic(struct source_objects_list *list, size_t topic)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++)
        if (list->objects[i].topic == topic)
            list->objects[kept++] = list->objects[i];
    list->n = kept;
    qsort(list->objects, list->n, sizeof *list->objects, source_objects_by_offset);
}

static void list_done(struct source_objects_list *list)
{
    buf_done(&list->names);
    free(list->objects);
}

/* ---- places ---- */

static struct source_pos outer_pos(const struct objects_source *self, size_t part,
                                   const struct source_pos *pos)
{
    return (struct source_pos){(uint64_t)part << OFFSET_BITS | pos->offset,
                               (uint64_t)self->list.objects[part].hash << 32 | (uint32_t)pos->row};
}

static struct source_pos inner_pos(const struct source_pos *pos)
{
    return (struct source_pos){pos->offset & (((uint64_t)1 << OFFSET_BITS) - 1),
                               (uint32_t)pos->row};
}

/* Returns the object of a place; list.n when it no longer exists. */
static size_t source_objects_part_of(const struct objects_source *self,
                                     const struct source_pos *pos)
{
    const struct source_objects_list *list = &self->list;
    size_t part = (size_t)(pos->offset >> OFFSET_BITS), i = 0;
    uint32_t hash = (uint32_t)(pos->row >> 32);
    if (part < list->n && list->objects[part].hash == hash)
        return part;
    while (i < list->n && list->objects[i].hash != hash)
        i++;
    return i;
}

/* ---- the source ---- */

static struct objects_source *source_objects_of(struct source *src)
{
    return (struct objects_source *)src; /* its first member */
}

static void forward_skip(void *arg, const struct source_skip *skip)
{
    struct objects_source *self = arg;
    source_skipped(&self->src, skip->file, skip->line, skip->why);
}

static pt_code open_part(struct objects_source *self, size_t part, struct source **src,
                         struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    if (!full_path(&self->list, part, path))
        return pt_error_set(err, PT_ECONFIG, "Use a shorter path",
                            "cannot replay %.100s: its path is too long",
                            source_objects_path_of(&self->list, part));
    struct source_opts opts = self->opts;
    opts.is_looping = false;
    opts.is_part = true;
    return source_file_open(path, &opts, src, err);
}

/* An unreadable object is skipped and reported like a row. */
static void skip_part(struct objects_source *self, const struct pt_error *err)
{
    source_skipped(&self->src, source_objects_path_of(&self->list, self->at), 1, err->what);
    log_line(PT_WARN, pt_stream_name(self->opts.id), "object skipped, %s", err->what);
}

static void leave_part(struct objects_source *self)
{
    source_free(self->ahead);
    self->ahead = NULL;
    self->at++;
}

/* At the end of the last object: moves to the first again, unless this whole pass had no row. */
static bool source_objects_begin_again(struct objects_source *self)
{
    if (!self->opts.is_looping || (!self->has_row && !self->is_partial))
        return false;
    self->has_row = self->is_partial = false;
    self->at = 0;
    return true;
}

static enum source_status objects_next(struct source *src, uint64_t index,
                                       struct source_record *rec, struct pt_error *err)
{
    struct objects_source *self = source_objects_of(src);
    struct pt_error own;
    struct pt_error *why = err ? err : &own;
    for (;;) {
        if (self->at >= self->list.n && !source_objects_begin_again(self))
            return SOURCE_END;
        if (!self->ahead) {
            pt_code code = open_part(self, self->at, &self->ahead, why);
            if (code == PT_EIO || code == PT_ENOMEM)
                return SOURCE_ERROR;
            if (code != PT_OK) {
                skip_part(self, why);
                self->at++;
                continue;
            }
            self->ahead->on_skip = forward_skip;
            self->ahead->on_skip_arg = self;
        }
        enum source_status status = self->ahead->ops->next(self->ahead, index, rec, why);
        if (status == SOURCE_RECORD) {
            self->has_row = true;
            rec->pos = outer_pos(self, self->at, &rec->pos);
            rec->next_pos = outer_pos(self, self->at, &rec->next_pos);
            return SOURCE_RECORD;
        }
        if (status == SOURCE_ERROR && why->code != PT_EDATA)
            return SOURCE_ERROR;
        if (status == SOURCE_ERROR)
            skip_part(self, why);
        leave_part(self);
    }
}

static pt_code refuse_gone(const struct source_pos *pos, const char *dir, struct pt_error *err)
{
    return pt_error_set(err, PT_EDATA,
                        "restore the object, or start a new account with --first-index N",
                        "cannot continue in %.100s: object %llu of the list, which is next in the "
                        "account, no longer exists",
                        dir, (unsigned long long)(pos->offset >> OFFSET_BITS) + 1);
}

static enum source_status objects_again(struct source *src, uint64_t index,
                                        const struct source_pos *pos, struct source_record *rec,
                                        struct pt_error *err)
{
    struct objects_source *self = source_objects_of(src);
    size_t part = source_objects_part_of(self, pos);
    struct source_pos inner = inner_pos(pos);
    if (part == self->list.n) {
        refuse_gone(pos, self->list.dir, err);
        return SOURCE_ERROR;
    }
    if (!self->back || self->back_at != part) {
        source_free(self->back);
        self->back = NULL;
        if (open_part(self, part, &self->back, err) != PT_OK)
            return SOURCE_ERROR;
        self->back_at = part;
    }
    enum source_status status = self->back->ops->again(self->back, index, &inner, rec, err);
    if (status == SOURCE_RECORD)
        rec->pos = *pos;
    return status;
}

static pt_code objects_seek(struct source *src, const struct source_pos *pos, struct pt_error *err)
{
    struct objects_source *self = source_objects_of(src);
    struct source_pos inner = inner_pos(pos);
    size_t part = pos->offset == 0 && pos->row == 0 ? 0 : source_objects_part_of(self, pos);
    source_free(self->ahead);
    self->ahead = NULL;
    self->has_row = false;
    self->is_partial = part > 0 || inner.offset > 0;
    self->at = 0;
    if (part == self->list.n && part > 0)
        return refuse_gone(pos, self->list.dir, err);
    pt_code code = open_part(self, part, &self->ahead, err);
    if (code == PT_OK)
        code = self->ahead->ops->seek(self->ahead, &inner, err);
    if (code != PT_OK) {
        source_free(self->ahead);
        self->ahead = NULL;
        return code;
    }
    self->ahead->on_skip = forward_skip;
    self->ahead->on_skip_arg = self;
    self->at = part;
    return PT_OK;
}

static void objects_free(struct source *src)
{
    struct objects_source *self = source_objects_of(src);
    source_free(self->ahead);
    source_free(self->back);
    list_done(&self->list);
    free(self);
}

static const struct source_ops objects_ops = {"objects", objects_next, objects_again, objects_seek,
                                              objects_free};

/* ---- whose topic it is ---- */

/* Returns whether one of the topic's first objects has a row of the stream. */
static bool is_topic_ours(struct objects_source *self, size_t topic)
{
    size_t n_probed = 0;
    for (size_t i = 0; i < self->list.n && n_probed < PROBED; i++) {
        struct source *src;
        char path[PATH_MAX_BYTES];
        struct pt_error err;
        if (self->list.objects[i].topic != topic || !full_path(&self->list, i, path))
            continue;
        n_probed++;
        if (source_file_open(path, &self->opts, &src, &err) != PT_OK)
            continue;
        bool is_sure = src->is_sure;
        source_free(src);
        if (is_sure)
            return true;
    }
    return false;
}

static pt_code source_objects_find_topic(struct objects_source *self, struct pt_error *err)
{
    struct source_objects_list *list = &self->list;
    size_t found = TOPICS_MAX;
    for (size_t topic = 0; topic < list->n_topics; topic++) {
        if (!is_topic_ours(self, topic))
            continue;
        if (found < TOPICS_MAX)
            return pt_error_set(err, PT_ECONFIG,
                                "Use the directory of one topic as the source, such as topics/NAME",
                                "cannot replay %s from %.100s: the objects of more than one topic "
                                "there have its columns: %.80s, %.80s",
                                pt_stream_name(self->opts.id), list->dir, list->topics[found],
                                list->topics[topic]);
        found = topic;
    }
    if (found == TOPICS_MAX)
        return pt_error_set(err, PT_ENOTFOUND, "Use another directory, or omit the stream",
                            "stream %s has no source: no objects below %.100s have its columns",
                            pt_stream_name(self->opts.id), list->dir);
    keep_topic(list, found);
    return PT_OK;
}

pt_code source_objects_open(const char *dir, const struct source_opts *opts, struct source **src,
                            struct pt_error *err)
{
    *src = NULL;
    struct objects_source *self = calloc(1, sizeof *self);
    if (!self)
        return pt_error_set(err, PT_ENOMEM, NULL, "cannot replay %s: out of memory", dir);
    self->src.ops = &objects_ops;
    self->src.is_sure = true;
    self->opts = *opts;
    snprintf(self->list.dir, sizeof self->list.dir, "%s", dir);
    snprintf(self->src.path, sizeof self->src.path, "%s", dir);
    buf_init(&self->list.names, NAMES_MAX_BYTES);
    source_objects_walk(&self->list, "", 0);
    pt_code code = PT_OK;
    if (self->list.is_over && self->list.n > 0)
        code = pt_error_set(err, PT_ECONFIG, "Use the directory of one topic or partition",
                            "cannot replay %s from %.100s: there are too many objects, more than "
                            "%d, or topics, more than %d",
                            pt_stream_name(opts->id), dir, OBJECTS_MAX, TOPICS_MAX);
    if (code == PT_OK)
        code = source_objects_find_topic(self, err);
    if (code == PT_OK)
        *src = &self->src;
    else
        objects_free(&self->src);
    return code;
}
