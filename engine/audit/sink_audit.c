#include "audit/sink_audit.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#include "sink/manifest.h"

static const size_t max_object_file_bytes = (size_t)1 << 30;

struct sink_audit_text {
    char *bytes;
    size_t len;
};

struct sink_audit_scan {
    const char *dir, *topic;
    sink_scan_fn record;
    void *arg;
    struct pt_error *err, *damage;
    struct manifest manifest;
    struct sink_audit_text values, keys; /* of the current object */
};

static pt_code sink_audit_damaged(struct sink_audit_scan *scan, const char *path, const char *why)
{
    return pt_error_set(scan->err, PT_EDATA,
                        "Restore the object from a copy, or count its records as missing: it was "
                        "changed after it was written",
                        "cannot trust %s: %s", path, why);
}

static size_t count_lines(const struct sink_audit_text *text)
{
    size_t lines = 0;
    const char *p = text->bytes, *end = p + text->len;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        lines++;
        p++;
    }
    return lines;
}

/* Compares one file of an object with the manifest. */
static pt_code read_lines(struct sink_audit_scan *scan, const struct manifest_partition *part,
                          const struct manifest_object *object, bool is_keys, bool *is_absent)
{
    char below[MANIFEST_PATH_MAX], path[PATH_MAX];
    struct sink_audit_text *text = is_keys ? &scan->keys : &scan->values;
    manifest_object_path(below, sizeof(below), part->topic, part->partition, object->first_offset,
                         is_keys ? ".keys.json" : ".json");
    snprintf(path, sizeof(path), "%s/%s", scan->dir, below);
    free(text->bytes);
    text->bytes = NULL;
    pt_code code = file_read(path, max_object_file_bytes, &text->bytes, &text->len, scan->err);
    *is_absent = code == PT_ENOTFOUND;
    if (*is_absent)
        return sink_audit_damaged(scan, path, "it is missing, although the manifest lists it");
    if (code != PT_OK)
        return code;
    if ((int64_t)text->len != (is_keys ? object->keys_bytes : object->bytes))
        return sink_audit_damaged(scan, path, "its length differs from the manifest");
    if (text->bytes[text->len - 1] != '\n' || (int64_t)count_lines(text) != object->records)
        return sink_audit_damaged(scan, path, "its number of lines differs from the manifest");
    return PT_OK;
}

/* Returns the key in one line of a keys file; the caller deletes *item. The key of a record by hand
 * stands in an array, and is no stream's. */
static const char *parse_key(const char *line, size_t len, cJSON **item)
{
    *item = cJSON_ParseWithLength(line, len);
    return cJSON_IsArray(*item) ? "" : cJSON_GetStringValue(*item);
}

static pt_code call_back(struct sink_audit_scan *scan, int32_t partition,
                         const struct manifest_object *object, int64_t from_offset,
                         int64_t *records)
{
    const char *value = scan->values.bytes, *values_end = value + scan->values.len;
    const char *key_line = object->keys_bytes > 0 ? scan->keys.bytes : NULL;
    for (int64_t i = 0; i < object->records; i++) {
        const char *end = memchr(value, '\n', (size_t)(values_end - value));
        const char *key_end = key_line ? strchr(key_line, '\n') : NULL;
        if (object->first_offset + i >= from_offset) {
            cJSON *item = NULL;
            const char *key =
                key_end ? parse_key(key_line, (size_t)(key_end - key_line), &item) : NULL;
            bool goes_on = scan->record(scan->arg, partition, object->first_offset + i, key, value,
                                        (size_t)(end - value));
            cJSON_Delete(item);
            if (!goes_on)
                return pt_error_set(scan->err, PT_ECANCELLED, NULL, "audit: cancelled");
            ++*records;
        }
        value = end + 1;
        key_line = key_end ? key_end + 1 : NULL;
    }
    return PT_OK;
}

/* A concurrent sink may have deleted the object after we read the manifest: then the present
 * manifest does not list it any more. */
static bool has_expired(struct sink_audit_scan *scan, const struct manifest_partition *part,
                        int64_t first_offset)
{
    struct manifest now;
    if (manifest_load(scan->dir, &now, NULL) != PT_OK)
        return false;
    const struct manifest_partition *is = manifest_find(&now, part->topic, part->partition);
    bool answer = is && manifest_object(is, first_offset) == NULL;
    manifest_done(&now);
    return answer;
}

static pt_code scan_object(struct sink_audit_scan *scan, const struct manifest_partition *part,
                           size_t i, struct sink_scan_partition *out)
{
    const struct manifest_object *object = &part->objects[i];
    int64_t end = object->first_offset + object->records;
    bool is_absent = false;
    if (end <= out->from_offset)
        return PT_OK;
    pt_code code = read_lines(scan, part, object, false, &is_absent);
    if (code == PT_OK && object->keys_bytes > 0)
        code = read_lines(scan, part, object, true, &is_absent);
    if (code != PT_OK && is_absent && has_expired(scan, part, object->first_offset)) {
        int64_t from =
            object->first_offset > out->from_offset ? object->first_offset : out->from_offset;
        out->expired_records += object->records;
        out->expired_since += end - from;
        out->first_offset =
            i + 1 < part->n_objects ? part->objects[i + 1].first_offset : part->next_offset;
        if (scan->err)
            *scan->err = (struct pt_error){0};
        return PT_OK;
    }
    if (code == PT_EDATA || is_absent) {
        out->damaged_objects++;
        if (scan->damage->code == PT_OK && scan->err)
            *scan->damage = *scan->err;
        return PT_OK;
    }
    return code != PT_OK
               ? code
               : call_back(scan, part->partition, object, out->from_offset, &out->records);
}

static pt_code scan_partition(struct sink_audit_scan *scan, const struct manifest_partition *part,
                              int64_t from_offset, struct sink_scan_partition *out)
{
    *out = (struct sink_scan_partition){.partition = part->partition,
                                        .from_offset = from_offset,
                                        .first_offset = part->first_offset,
                                        .next_offset = part->next_offset,
                                        .expired_records = part->expired_records,
                                        .lost_records = part->lost_records};
    if (part->expired_records > 0 && part->first_offset > from_offset)
        out->expired_since = part->first_offset - from_offset;
    if (out->expired_since > part->expired_records)
        out->expired_since = part->expired_records;
    pt_code code = PT_OK;
    for (size_t i = 0; i < part->n_objects && code == PT_OK; i++)
        code = scan_object(scan, part, i, out);
    return code;
}

static int64_t start_of(const struct sink_scan_from *from, size_t n_from, int32_t partition)
{
    for (size_t i = 0; i < n_from; i++)
        if (from[i].partition == partition)
            return from[i].offset;
    return 0;
}

static pt_code sink_audit_scan_topic(struct sink_audit_scan *scan,
                                     const struct sink_scan_from *from, size_t n_from,
                                     struct sink_scan_result *result)
{
    const struct manifest *manifest = &scan->manifest;
    result->partitions = calloc(manifest->n_partitions + 1, sizeof(*result->partitions));
    if (result->partitions == NULL)
        return pt_error_set(scan->err, PT_ENOMEM, "Free some memory", "audit: out of memory");
    pt_code code = PT_OK;
    for (size_t i = 0; i < manifest->n_partitions && code == PT_OK; i++) {
        const struct manifest_partition *part = &manifest->partitions[i];
        if (strcmp(part->topic, scan->topic) == 0)
            code = scan_partition(scan, part, start_of(from, n_from, part->partition),
                                  &result->partitions[result->n_partitions++]);
    }
    return code;
}

pt_code sink_scan(const char *dir, const char *topic, const struct sink_scan_from *from,
                  size_t n_from, sink_scan_fn record, void *arg, struct sink_scan_result *result,
                  struct pt_error *err)
{
    struct pt_error own;
    struct sink_audit_scan scan = {.dir = dir,
                                   .topic = topic,
                                   .record = record,
                                   .arg = arg,
                                   .err = err ? err : &own,
                                   .damage = &result->damage};
    *result = (struct sink_scan_result){0};
    pt_code code = manifest_load(dir, &scan.manifest, scan.err);
    if (code == PT_OK)
        code = sink_audit_scan_topic(&scan, from, n_from, result);
    manifest_done(&scan.manifest);
    free(scan.values.bytes);
    free(scan.keys.bytes);
    return code;
}

void sink_scan_done(struct sink_scan_result *result)
{
    free(result->partitions);
    *result = (struct sink_scan_result){0};
}
