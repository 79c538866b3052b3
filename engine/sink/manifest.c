/* The manifest in memory and its file. The file is read with cJSON and written directly: it is
 * replaced several times a second under load, and contains only numbers and checked names. */
#include "sink/manifest.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

/* Doubles hold integers exactly up to here. */
#define MANIFEST_INT_MAX ((INT64_C(1) << 53) - 1)

static const size_t max_file_bytes = (size_t)1 << 29;

/* ---- entries ---- */

struct manifest_partition *manifest_find(const struct manifest *manifest, const char *topic,
                                         int32_t partition)
{
    for (size_t i = 0; i < manifest->n_partitions; i++) {
        struct manifest_partition *part = &manifest->partitions[i];
        if (part->partition == partition && strcmp(part->topic, topic) == 0)
            return part;
    }
    return NULL;
}

struct manifest_partition *manifest_partition(struct manifest *manifest, const char *topic,
                                              int32_t partition)
{
    struct manifest_partition *part = manifest_find(manifest, topic, partition);
    if (part)
        return part;
    part = realloc(manifest->partitions, (manifest->n_partitions + 1) * sizeof(*part));
    if (part == NULL)
        return NULL;
    manifest->partitions = part;
    part += manifest->n_partitions++;
    *part = (struct manifest_partition){.partition = partition};
    snprintf(part->topic, sizeof(part->topic), "%s", topic);
    return part;
}

bool manifest_add(struct manifest_partition *part, const struct manifest_object *object)
{
    if (part->n_objects == part->cap_objects) {
        size_t cap = part->cap_objects ? part->cap_objects * 2 : 8;
        struct manifest_object *objects = realloc(part->objects, cap * sizeof(*objects));
        if (objects == NULL)
            return false;
        part->objects = objects;
        part->cap_objects = cap;
    }
    part->objects[part->n_objects++] = *object;
    part->first_offset = part->objects[0].first_offset;
    part->next_offset = object->first_offset + object->records;
    return true;
}

void manifest_expire(struct manifest_partition *part, size_t n)
{
    for (size_t i = 0; i < n; i++)
        part->expired_records += part->objects[i].records;
    part->expired_objects += (int64_t)n;
    part->n_objects -= n;
    if (n > 0)
        memmove(part->objects, part->objects + n, part->n_objects * sizeof(*part->objects));
    part->first_offset = part->n_objects ? part->objects[0].first_offset : part->next_offset;
}

const struct manifest_object *manifest_object(const struct manifest_partition *part,
                                              int64_t first_offset)
{
    size_t low = 0, high = part->n_objects;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (part->objects[mid].first_offset < first_offset)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < part->n_objects && part->objects[low].first_offset == first_offset)
        return &part->objects[low];
    return NULL;
}

void manifest_done(struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->n_partitions; i++)
        free(manifest->partitions[i].objects);
    free(manifest->partitions);
    *manifest = (struct manifest){0};
}

/* ---- names ---- */

bool manifest_topic_is_valid(const char *topic)
{
    size_t len = strlen(topic);
    size_t good =
        strspn(topic, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return len > 0 && len <= MANIFEST_TOPIC_MAX && good == len && strcmp(topic, ".") != 0 &&
           strcmp(topic, "..") != 0;
}

void manifest_object_path(char *out, size_t cap, const char *topic, int32_t partition,
                          int64_t first_offset, const char *suffix)
{
    snprintf(out, cap, "topics/%s/partition=%" PRId32 "/%s+%" PRId32 "+%010" PRId64 "%s", topic,
             partition, topic, partition, first_offset, suffix);
}

/* ---- reading ---- */

static bool read_int(const cJSON *item, int64_t *out)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
        item->valuedouble > (double)MANIFEST_INT_MAX)
        return false;
    *out = (int64_t)item->valuedouble;
    return (double)*out == item->valuedouble;
}

static bool read_member(const cJSON *object, const char *name, int64_t *out)
{
    return read_int(cJSON_GetObjectItemCaseSensitive(object, name), out);
}

/* [first_offset, records, bytes, keys_bytes, written_ms] */
static bool manifest_read_object(const cJSON *row, struct manifest_object *object)
{
    int64_t *fields[] = {&object->first_offset, &object->records, &object->bytes,
                         &object->keys_bytes, &object->written_ms};
    const cJSON *item = cJSON_IsArray(row) ? row->child : NULL;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (item == NULL || !read_int(item, fields[i]))
            return false;
        item = item->next;
    }
    return item == NULL && object->records > 0 && object->bytes >= object->records &&
           (object->keys_bytes == 0 || object->keys_bytes >= object->records);
}

/* Returns NULL when there is no error, otherwise what is wrong. */
static const char *read_objects(const cJSON *list, struct manifest_partition *part)
{
    int64_t next_offset = part->next_offset;
    part->next_offset = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, list)
    {
        struct manifest_object object;
        if (!manifest_read_object(row, &object))
            return "an object is not five plausible numbers";
        if (object.first_offset < part->next_offset)
            return "objects overlap";
        if (!manifest_add(part, &object))
            return "out of memory";
    }
    if (part->next_offset > next_offset)
        return "an object ends after next_offset";
    part->next_offset = next_offset;
    part->first_offset = part->n_objects ? part->objects[0].first_offset : next_offset;
    return NULL;
}

static const char *read_partition(const cJSON *entry, struct manifest *manifest)
{
    const cJSON *topic = cJSON_GetObjectItemCaseSensitive(entry, "topic");
    const cJSON *objects = cJSON_GetObjectItemCaseSensitive(entry, "objects");
    int64_t number;
    if (!cJSON_IsString(topic) || !manifest_topic_is_valid(topic->valuestring))
        return "a partition has no valid topic";
    if (!read_member(entry, "partition", &number) || number > INT32_MAX)
        return "a partition has no number";
    if (manifest_find(manifest, topic->valuestring, (int32_t)number))
        return "a partition occurs twice";
    struct manifest_partition *part =
        manifest_partition(manifest, topic->valuestring, (int32_t)number);
    if (part == NULL)
        return "out of memory";
    if (!read_member(entry, "next_offset", &part->next_offset) ||
        !read_member(entry, "expired_records", &part->expired_records) ||
        !read_member(entry, "expired_objects", &part->expired_objects) ||
        !read_member(entry, "lost_records", &part->lost_records) || !cJSON_IsArray(objects))
        return "a partition lacks a number";
    return read_objects(objects, part);
}

static const char *manifest_read_manifest(const char *text, size_t len, struct manifest *manifest)
{
    cJSON *root = cJSON_ParseWithLengthOpts(text, len + 1, NULL, true);
    int64_t version;
    const char *wrong = NULL;
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "partitions");
    if (root == NULL)
        wrong = "it is not JSON";
    else if (!read_member(root, "version", &version) || version != 1)
        wrong = "it is not a manifest of version 1";
    else if (!cJSON_IsArray(list))
        wrong = "it has no partitions";
    const cJSON *entry;
    if (wrong == NULL)
        cJSON_ArrayForEach(entry, list)
        {
            wrong = read_partition(entry, manifest);
            if (wrong)
                break;
        }
    cJSON_Delete(root);
    return wrong;
}

pt_code manifest_load(const char *dir, struct manifest *manifest, struct pt_error *err)
{
    char path[PATH_MAX];
    char *text = NULL;
    size_t len = 0;
    *manifest = (struct manifest){0};
    snprintf(path, sizeof(path), "%s/manifest.json", dir);
    pt_code code = file_read(path, max_file_bytes, &text, &len, err);
    if (code == PT_ENOTFOUND) {
        manifest->is_absent = true;
        return PT_OK;
    }
    if (code != PT_OK)
        return code;
    const char *wrong = manifest_read_manifest(text, len, manifest);
    free(text);
    if (wrong == NULL)
        return PT_OK;
    manifest_done(manifest);
    return pt_error_set(
        err, PT_EDATA, "Restore the file, or move the whole sink directory away to begin a new one",
        "use %s: %s", path, wrong);
}

/* ---- writing ---- */

static void print_partition(struct buf *buf, const struct manifest_partition *part)
{
    buf_printf(buf,
               "{\"topic\":\"%s\",\"partition\":%" PRId32 ",\"next_offset\":%" PRId64
               ",\"first_offset\":%" PRId64 ",\"expired_records\":%" PRId64
               ",\"expired_objects\":%" PRId64 ",\"lost_records\":%" PRId64 ",\"objects\":[",
               part->topic, part->partition, part->next_offset, part->first_offset,
               part->expired_records, part->expired_objects, part->lost_records);
    for (size_t i = 0; i < part->n_objects; i++) {
        const struct manifest_object *object = &part->objects[i];
        char row[128];
        int len = snprintf(row, sizeof(row),
                           "%s\n[%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "]",
                           i ? "," : "", object->first_offset, object->records, object->bytes,
                           object->keys_bytes, object->written_ms);
        buf_append(buf, row, (size_t)len);
    }
    buf_puts(buf, "]}");
}

pt_code manifest_save(const char *dir, const struct manifest *manifest, struct pt_error *err)
{
    struct buf buf;
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/manifest.json", dir);
    buf_init(&buf, max_file_bytes);
    buf_puts(&buf, "{\"version\":1,\"partitions\":[");
    for (size_t i = 0; i < manifest->n_partitions; i++) {
        buf_puts(&buf, i ? ",\n" : "\n");
        print_partition(&buf, &manifest->partitions[i]);
    }
    buf_puts(&buf, "]}\n");
    pt_code code = buf.is_over ? pt_error_set(err, PT_ENOMEM, "Free some memory",
                                              "write %s: out of memory", path)
                               : file_replace(path, buf.data, buf.len, 0644, err);
    buf_done(&buf);
    return code;
}
