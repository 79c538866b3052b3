#include "state/checkpoint.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/url.h"
#include "base/utf8.h"

/* A file name has at most 255 bytes; .json.tmp and .json.old are appended to it. */
enum { NAME_BYTES = 246, NAME_KEPT = 200 };
/* Of the signs, what stays in a name: '+' and '~' have a meaning there. */
static const char NAME_KEEPS[] = "-._";
/* Above this a double, and so cJSON, is not exact. */
#define EXACT (UINT64_C(1) << 53)

/* What the names of the topic's files begin with. */
static void checkpoint_stem(const char *cluster_id, const char *topic, struct buf *name)
{
    buf_init(name, 1024);
    url_encode(name, cluster_id, strlen(cluster_id), NAME_KEEPS);
    buf_puts(name, "+");
    url_encode(name, topic, strlen(topic), NAME_KEEPS);
}

void checkpoint_path(const char *dir, const char *cluster_id, const char *topic, struct shard shard,
                     char *out, size_t cap)
{
    char part[SHARD_TEXT];
    struct buf name;
    shard_format_name(shard, part);
    checkpoint_stem(cluster_id, topic, &name);
    buf_printf(&name, "%s%s", part[0] ? "+" : "", part);
    const char *text = name.data ? name.data : "";
    if (name.len <= NAME_BYTES)
        snprintf(out, cap, "%s/accounts/%s.json", dir, text);
    else
        snprintf(out, cap, "%s/accounts/%.*s~%016" PRIx64 ".json", dir, NAME_KEPT, text,
                 hash64_text(HASH64_EMPTY, text));
    buf_done(&name);
}

static bool add_text_u64(cJSON *object, const char *name, uint64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    return cJSON_AddStringToObject(object, name, digits) != NULL;
}

/* Written as digits, not as cJSON prints a double; as text when a double would not be exact. */
static cJSON *new_u64(uint64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    return value <= EXACT ? cJSON_CreateRaw(digits) : cJSON_CreateString(digits);
}

static bool add_u64(cJSON *object, const char *name, uint64_t value)
{
    return cJSON_AddItemToObject(object, name, new_u64(value));
}

static bool add_offsets(cJSON *object, const struct checkpoint *cp)
{
    cJSON *list = cJSON_AddArrayToObject(object, "start_offsets");
    for (size_t i = 0; list && i < cp->n_partitions; i++) {
        if (!cJSON_AddItemToArray(list, new_u64((uint64_t)cp->start_offsets[i])))
            return false;
    }
    return list != NULL;
}

char *checkpoint_format(const struct checkpoint *cp)
{
    char *text = NULL;
    cJSON *o = cJSON_CreateObject();
    if (o && cJSON_AddNumberToObject(o, "version", 1) &&
        cJSON_AddStringToObject(o, "cluster_id", cp->cluster_id) &&
        cJSON_AddStringToObject(o, "topic", cp->topic) && add_text_u64(o, "seed", cp->seed) &&
        cJSON_AddStringToObject(o, "source", cp->source) &&
        add_u64(o, "source_index", cp->source_index) &&
        add_u64(o, "source_offset", cp->source_offset) &&
        add_u64(o, "source_row", cp->source_row) &&
        cJSON_AddStringToObject(o, "shard", cp->shard) &&
        add_u64(o, "first_index", cp->first_index) && add_u64(o, "next_index", cp->next_index) &&
        add_u64(o, "taken_index", cp->taken_index) &&
        add_u64(o, "written_ms", (uint64_t)cp->written_ms) &&
        cJSON_AddStringToObject(o, "ended_why", cp->ended_why) &&
        add_u64(o, "ended_ms", (uint64_t)cp->ended_ms) && add_offsets(o, cp))
        text = cJSON_Print(o);
    cJSON_Delete(o);
    return text;
}

/* Digits and nothing else. */
static bool checkpoint_parse_digits(const char *text, uint64_t *value)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return *end == 0 && errno == 0;
}

static bool read_u64(const cJSON *item, uint64_t *value)
{
    if (cJSON_IsString(item))
        return checkpoint_parse_digits(item->valuestring, value);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= (double)EXACT))
        return false;
    *value = (uint64_t)item->valuedouble;
    return (double)*value == item->valuedouble;
}

static bool get_u64(const cJSON *o, const char *name, uint64_t *value)
{
    return read_u64(cJSON_GetObjectItemCaseSensitive(o, name), value);
}

static bool get_text(const cJSON *o, const char *name, char *out, size_t cap)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, name);
    return cJSON_IsString(item) && (size_t)snprintf(out, cap, "%s", item->valuestring) < cap;
}

static bool get_seed(const cJSON *o, uint64_t *seed)
{
    char digits[24];
    return get_text(o, "seed", digits, sizeof digits) && checkpoint_parse_digits(digits, seed);
}

static bool get_offsets(const cJSON *o, struct checkpoint *cp)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(o, "start_offsets"), *item;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > CHECKPOINT_PARTITIONS)
        return false;
    cp->n_partitions = 0;
    cJSON_ArrayForEach(item, list)
    {
        uint64_t offset;
        if (!read_u64(item, &offset) || offset > INT64_MAX)
            return false;
        cp->start_offsets[cp->n_partitions++] = (int64_t)offset;
    }
    return true;
}

static bool checkpoint_parse(const cJSON *o, struct checkpoint *cp)
{
    uint64_t version, written_ms, ended_ms;
    memset(cp, 0, sizeof *cp);
    if (!get_u64(o, "version", &version) || version != 1 ||
        !get_text(o, "cluster_id", cp->cluster_id, sizeof cp->cluster_id) ||
        !get_text(o, "topic", cp->topic, sizeof cp->topic) || !get_seed(o, &cp->seed) ||
        !get_text(o, "source", cp->source, sizeof cp->source) ||
        !get_u64(o, "source_index", &cp->source_index) ||
        !get_u64(o, "source_offset", &cp->source_offset) ||
        !get_u64(o, "source_row", &cp->source_row) ||
        !get_text(o, "shard", cp->shard, sizeof cp->shard) ||
        !get_u64(o, "first_index", &cp->first_index) ||
        !get_u64(o, "next_index", &cp->next_index) ||
        !get_u64(o, "taken_index", &cp->taken_index) || !get_u64(o, "written_ms", &written_ms) ||
        !get_text(o, "ended_why", cp->ended_why, sizeof cp->ended_why) ||
        !get_u64(o, "ended_ms", &ended_ms) || !get_offsets(o, cp))
        return false;
    cp->written_ms = (int64_t)written_ms;
    cp->ended_ms = (int64_t)ended_ms;
    return cp->first_index <= cp->next_index && cp->next_index <= cp->taken_index;
}

pt_code checkpoint_load(const char *path, struct checkpoint *cp, struct pt_error *err)
{
    char *text;
    size_t len;
    pt_code code = file_read(path, CHECKPOINT_MAX_BYTES, &text, &len, err);
    if (code != PT_OK)
        return code;
    /* Nothing may follow it, not even the zeros that a power failure may leave. */
    cJSON *o = strlen(text) == len ? cJSON_ParseWithOpts(text, NULL, true) : NULL;
    bool is_good = o && checkpoint_parse(o, cp);
    free(text);
    cJSON_Delete(o);
    if (!is_good)
        return pt_error_set(
            err, PT_EDATA,
            "Restore a good copy, or move the file away and start with --first-index N",
            "checkpoint %s: the file is not a readable checkpoint", path);
    return PT_OK;
}

struct shard checkpoint_shard(const struct checkpoint *cp)
{
    struct shard shard = SHARD_WHOLE;
    shard_parse(cp->shard, &shard);
    return shard;
}

static bool checkpoint_is_of(const struct checkpoint *cp, const char *cluster_id, const char *topic)
{
    return strncmp(cp->cluster_id, cluster_id, sizeof cp->cluster_id - 1) == 0 &&
           strncmp(cp->topic, topic, sizeof cp->topic - 1) == 0;
}

/* Whether a file may be an account of the topic, by its name: that is NAME.json, or NAME+2of4.json;
 * of one that was shortened only the beginning is known. */
static bool checkpoint_may_be(const char *file, const struct buf *stem)
{
    size_t len = strlen(file), ending = strlen(".json");
    size_t same = stem->len < NAME_KEPT ? stem->len : NAME_KEPT;
    if (len <= ending || strcmp(file + len - ending, ".json") != 0 || len < same ||
        strncmp(file, stem->data, same) != 0)
        return false;
    return stem->len >= NAME_KEPT || file[same] == '+' || len == same + ending;
}

bool checkpoint_is_named(const char *path, const char *dir, const char *cluster_id,
                         const char *topic, uint32_t n)
{
    char named[4096];
    for (uint32_t i = 1; i <= n; i++) { /* a long name has a hash in the place of the shard */
        checkpoint_path(dir, cluster_id, topic, (struct shard){i, n}, named, sizeof named);
        if (strcmp(path, named) == 0)
            return true;
    }
    return false;
}

/* Returns whether to look for more. */
static bool checkpoint_visit(const char *path, const char *cluster_id, const char *topic,
                             struct checkpoint *cp, checkpoint_found_fn found, void *arg)
{
    struct pt_error why = {0};
    pt_code code = checkpoint_load(path, cp, &why);
    if (code == PT_ENOTFOUND) /* it went away meanwhile */
        return true;
    if (code != PT_OK)
        return found(arg, path, NULL, &why);
    return !checkpoint_is_of(cp, cluster_id, topic) || found(arg, path, cp, NULL);
}

pt_code checkpoint_each(const char *dir, const char *cluster_id, const char *topic,
                        checkpoint_found_fn found, void *arg, struct pt_error *err)
{
    char path[4096 + 256], why[128];
    struct buf stem;
    struct checkpoint *cp = malloc(sizeof *cp);
    checkpoint_stem(cluster_id, topic, &stem);
    snprintf(path, sizeof path, "%s/accounts", dir);
    DIR *list = opendir(path); /* close-on-exec by POSIX */
    int number = errno;
    pt_code code = PT_OK;
    if (cp == NULL || stem.is_over)
        code = pt_error_set(err, PT_ENOMEM, NULL, "checkpoints: out of memory");
    else if (list == NULL && number != ENOENT)
        code = pt_error_set(err, PT_EIO, "Make the directory readable.", "checkpoints in %s: %s",
                            path, strerror_r(number, why, sizeof why));
    const struct dirent *entry;
    bool goes_on = cp != NULL && list != NULL && code == PT_OK;
    while (goes_on && (entry = readdir(list)) != NULL) {
        if (!checkpoint_may_be(entry->d_name, &stem))
            continue;
        snprintf(path, sizeof path, "%s/accounts/%s", dir, entry->d_name);
        goes_on = checkpoint_visit(path, cluster_id, topic, cp, found, arg);
    }
    if (list != NULL)
        closedir(list);
    buf_done(&stem);
    free(cp);
    return code;
}

/* Shortens a text that is part of an error: the end of a long one is kept, because it says more. */
static const char *checkpoint_shown(const char *text, char *out, size_t cap)
{
    size_t len = strlen(text);
    if (len < cap)
        return text;
    const char *from = text + len - (cap - sizeof "...");
    while (utf8_is_inner(*from))
        from++;
    snprintf(out, cap, "...%s", from);
    return out;
}

bool checkpoint_binds(const struct checkpoint *cp, const int64_t *ends, size_t n)
{
    if (cp->taken_index == cp->first_index)
        return false;
    if (cp->next_index > cp->first_index || n == 0 || n != cp->n_partitions)
        return true;
    return memcmp(ends, cp->start_offsets, n * sizeof *ends) != 0;
}

pt_code checkpoint_match(const struct checkpoint *cp, uint64_t seed, const char *source,
                         const char *shard, struct pt_error *err)
{
    static const char fix[] = "Use the account's own value, or --first-index N to start a new "
                              "account (the old file is kept as .old)";
    char topic[64], was[100], now[100];
    if (cp->seed != seed)
        return pt_error_set(err, PT_EMISMATCH, fix,
                            "account of %s: it was made with seed %" PRIu64
                            ", and the seed is now %" PRIu64,
                            checkpoint_shown(cp->topic, topic, sizeof topic), cp->seed, seed);
    if (strcmp(cp->source, source) != 0)
        return pt_error_set(err, PT_EMISMATCH, fix,
                            "account of %s: it was made from source %s, and the source is now %s",
                            checkpoint_shown(cp->topic, topic, sizeof topic),
                            checkpoint_shown(cp->source, was, sizeof was),
                            checkpoint_shown(source, now, sizeof now));
    if (strcmp(cp->shard, shard) != 0)
        return pt_error_set(err, PT_EMISMATCH, fix,
                            "account of %s: it was made as shard %s, and the shard is now %s",
                            checkpoint_shown(cp->topic, topic, sizeof topic), cp->shard, shard);
    return PT_OK;
}
