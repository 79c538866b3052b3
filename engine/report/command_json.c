/* Commands, results and errors as JSON, both ways. */
#include <stdlib.h>
#include <string.h>

#include "desk/section.h"
#include "pintop/report.h"
#include "report/pack.h"
#include "report/reader.h"
#include "report/settle.h"
#include "report/tables.h"
#include "report/writer.h"

char *pt_error_json(const struct pt_error *error)
{
    return json_write_document(&error_table, error, NULL);
}

char *pt_command_json(const struct pt_command *cmd)
{
    return json_write_document(&command_table, cmd, NULL);
}

char *pt_result_json(const struct pt_result *result)
{
    return json_write_document(&result_table, result, NULL);
}

pt_code pt_error_read(const char *json, size_t len, struct pt_error *error, struct pt_error *err)
{
    struct json_reader from;
    json_reader_init(&from, "error", json, len, err);
    bool is_good = json_read_document(&from, &error_table, error);
    json_reader_done(&from);
    if (!is_good)
        memset(error, 0, sizeof *error);
    return from.code;
}

pt_code pt_command_read(const char *json, size_t len, struct pt_command **cmd, struct pt_error *err)
{
    struct json_reader from;
    struct pt_command draft;
    *cmd = NULL;
    json_reader_init(&from, "command", json, len, err);
    if (json_read_document(&from, &command_table, &draft) &&
        ((int)draft.kind >= 0 || json_read_fail(&from, PT_EDATA, "it names no command"))) {
        char *block = malloc(field_pack(&command_table, &draft, NULL, sizeof draft));
        if (block != NULL) {
            *cmd = memcpy(block, &draft, sizeof draft);
            field_pack(&command_table, *cmd, block, sizeof draft);
        } else {
            json_read_no_memory(&from);
        }
    }
    json_reader_done(&from);
    return from.code;
}

void pt_command_free(struct pt_command *cmd)
{
    free(cmd);
}

/* Each array of a result is one allocation, its strings behind it. */
static bool settle_array(const struct field *field, struct pt_result *result)
{
    size_t size = field_pack_one(field, result, NULL, 0);
    char *block = size > 0 ? malloc(size) : NULL;
    if (block != NULL) {
        field_pack_one(field, result, block, 0);
        result->bytes += size;
        return true;
    }
    memset((char *)result + field->offset, 0, field->size);
    return size == 0;
}

const struct pt_result *settle_result(const struct pt_result *draft)
{
    bool is_whole = true;
    struct result *result = result_new(draft->id, draft->kind);
    if (result == NULL)
        return NULL;
    result->pub = *draft;
    result->pub.refs = 1;
    result->pub.bytes = 0;
    for (size_t i = 0; i < result_table.n; i++)
        if (result_table.fields[i].kind == FIELD_LIST)
            is_whole = settle_array(&result_table.fields[i], &result->pub) && is_whole;
    if (is_whole)
        return &result->pub;
    result_release(&result->pub);
    return NULL;
}

pt_code pt_result_read(const char *json, size_t len, const struct pt_result **result,
                       struct pt_error *err)
{
    struct json_reader from;
    *result = NULL;
    json_reader_init(&from, "result", json, len, err);
    struct pt_result *draft = scratch_new(&from, sizeof *draft);
    if (draft != NULL && json_read_document(&from, &result_table, draft)) {
        *result = settle_result(draft);
        if (*result == NULL)
            json_read_no_memory(&from);
    }
    json_reader_done(&from);
    return from.code;
}

void pt_result_release(const struct pt_result *result)
{
    result_release(result);
}
