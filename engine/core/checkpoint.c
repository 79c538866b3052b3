#include "core/checkpoint.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

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

void checkpoint_path(const char *dir, const char *cluster_id, const char *topic, char *out,
                     size_t cap)
{
    struct buf name;
    buf_init(&name, 1024);
    append_name(&name, cluster_id);
    buf_puts(&name, "+");
    append_name(&name, topic);
    snprintf(out, cap, "%s/accounts/%s.json", dir, name.data ? name.data : "");
    buf_done(&name);
}

/* As digits, not as cJSON prints a double. Read back they are exact to 2^53, which is enough for
 * indexes and offsets; a seed may be any 64 bits and is written as text. */
static bool add_u64(cJSON *object, const char *name, uint64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    return cJSON_AddRawToObject(object, name, digits) != NULL;
}

static bool add_seed(cJSON *object, uint64_t seed)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, seed);
    return cJSON_AddStringToObject(object, "seed", digits) != NULL;
}

static bool add_offsets(cJSON *object, const struct checkpoint *cp)
{
    cJSON *list = cJSON_AddArrayToObject(object, "start_offsets");
    for (size_t i = 0; list && i < cp->n_partitions; i++) {
        char digits[24];
        snprintf(digits, sizeof digits, "%" PRId64, cp->start_offsets[i]);
        if (!cJSON_AddItemToArray(list, cJSON_CreateRaw(digits)))
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
        cJSON_AddStringToObject(o, "topic", cp->topic) && add_seed(o, cp->seed) &&
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

static bool get_u64(const cJSON *o, const char *name, uint64_t *value)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, name);
    if (!cJSON_IsNumber(item) || item->valuedouble < 0)
        return false;
    *value = (uint64_t)item->valuedouble;
    return true;
}

static bool get_text(const cJSON *o, const char *name, char *out, size_t cap)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, name);
    return cJSON_IsString(item) && (size_t)snprintf(out, cap, "%s", item->valuestring) < cap;
}

static bool get_seed(const cJSON *o, uint64_t *seed)
{
    char digits[24], *end;
    if (!get_text(o, "seed", digits, sizeof digits) || digits[0] == 0)
        return false;
    *seed = strtoull(digits, &end, 10);
    return *end == 0;
}

static bool get_offsets(const cJSON *o, struct checkpoint *cp)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(o, "start_offsets"), *item;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > CHECKPOINT_PARTITIONS)
        return false;
    cp->n_partitions = 0;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsNumber(item))
            return false;
        cp->start_offsets[cp->n_partitions++] = (int64_t)item->valuedouble;
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
    pt_code code = file_read(path, CHECKPOINT_MAX_BYTES, &text, NULL, err);
    if (code != PT_OK)
        return code;
    cJSON *o = cJSON_Parse(text);
    free(text);
    bool is_good = o && parse(o, cp);
    cJSON_Delete(o);
    if (!is_good)
        return pt_error_set(err, PT_EDATA,
                            "Put back a good copy, or move the file away and start with "
                            "--first-index N.",
                            "checkpoint %s: not readable as one", path);
    return PT_OK;
}

pt_code checkpoint_match(const struct checkpoint *cp, uint64_t seed, const char *source,
                         const char *shard, struct pt_error *err)
{
    static const char fix[] =
        "Use the account's own value, or --first-index N to start a new account (the old file is "
        "kept as .old).";
    if (cp->seed != seed)
        return pt_error_set(err, PT_EMISMATCH, fix,
                            "account of %s: made with seed %" PRIu64 ", now %" PRIu64, cp->topic,
                            cp->seed, seed);
    if (strcmp(cp->source, source) != 0)
        return pt_error_set(err, PT_EMISMATCH, fix, "account of %s: made from source %s, now %s",
                            cp->topic, cp->source, source);
    if (strcmp(cp->shard, shard) != 0)
        return pt_error_set(err, PT_EMISMATCH, fix, "account of %s: made as shard %s, now %s",
                            cp->topic, cp->shard, shard);
    return PT_OK;
}
