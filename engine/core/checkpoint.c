#include "core/checkpoint.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

/* A file system's names have at most 255 bytes, and .json.tmp and .json.old are made of it. */
enum { NAME_BYTES = 246, NAME_KEPT = 200 };
/* Above it a double, and with it cJSON, is not exact. */
#define EXACT (UINT64_C(1) << 53)

static void append_name(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (is_plain)
            buf_append(out, text, 1);
        else
            buf_printf(out, "%%%02X", c);
    }
}

/* FNV-1a, 64 bits. */
static uint64_t hash(const char *text)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return sum;
}

void checkpoint_path(const char *dir, const char *cluster_id, const char *topic, char *out,
                     size_t cap)
{
    struct buf name;
    buf_init(&name, 1024);
    append_name(&name, cluster_id);
    buf_puts(&name, "+");
    append_name(&name, topic);
    const char *text = name.data ? name.data : "";
    if (name.len <= NAME_BYTES)
        snprintf(out, cap, "%s/accounts/%s.json", dir, text);
    else
        snprintf(out, cap, "%s/accounts/%.*s~%016" PRIx64 ".json", dir, NAME_KEPT, text,
                 hash(text));
    buf_done(&name);
}

static bool add_text_u64(cJSON *object, const char *name, uint64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    return cJSON_AddStringToObject(object, name, digits) != NULL;
}

/* As digits, not as cJSON prints a double; as text where a double would not be exact. */
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
static bool parse_digits(const char *text, uint64_t *value)
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
        return parse_digits(item->valuestring, value);
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
    return get_text(o, "seed", digits, sizeof digits) && parse_digits(digits, seed);
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

static bool parse(const cJSON *o, struct checkpoint *cp)
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
    /* Nothing behind it, not even the zeros that a power cut may leave. */
    cJSON *o = strlen(text) == len ? cJSON_ParseWithOpts(text, NULL, true) : NULL;
    bool is_good = o && parse(o, cp);
    free(text);
    cJSON_Delete(o);
    if (!is_good)
        return pt_error_set(err, PT_EDATA,
                            "Put back a good copy, or move the file away and start with "
                            "--first-index N.",
                            "checkpoint %s: not readable as one", path);
    return PT_OK;
}

/* A text that fits beside another one into an error: of a long one the end, which tells more. */
static const char *shown(const char *text, char *out, size_t cap)
{
    size_t len = strlen(text);
    if (len < cap)
        return text;
    const char *from = text + len - (cap - sizeof "...");
    while (((unsigned char)*from & 0xc0) == 0x80)
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
    static const char fix[] =
        "Use the account's own value, or --first-index N to start a new account (the old file is "
        "kept as .old).";
    char topic[64], was[100], now[100];
    if (cp->seed != seed)
        return pt_error_set(err, PT_EMISMATCH, fix,
                            "account of %s: made with seed %" PRIu64 ", now %" PRIu64,
                            shown(cp->topic, topic, sizeof topic), cp->seed, seed);
    if (strcmp(cp->source, source) != 0)
        return pt_error_set(err, PT_EMISMATCH, fix, "account of %s: made from source %s, now %s",
                            shown(cp->topic, topic, sizeof topic),
                            shown(cp->source, was, sizeof was), shown(source, now, sizeof now));
    if (strcmp(cp->shard, shard) != 0)
        return pt_error_set(err, PT_EMISMATCH, fix, "account of %s: made as shard %s, now %s",
                            shown(cp->topic, topic, sizeof topic), cp->shard, shard);
    return PT_OK;
}
