#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/printable.h"
#include "base/wipe.h"

/* cJSON goes down 1,000 levels, on the stack. */
static bool is_shallow(const char *text, size_t len)
{
    int depth = 0;
    bool is_string = false;
    for (size_t i = 0; i < len; i++) {
        if (is_string) {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                is_string = false;
        } else if (text[i] == '"') {
            is_string = true;
        } else if (text[i] == '{' || text[i] == '[') {
            if (++depth > JSON_DEPTH_MAX)
                return false;
        } else if (text[i] == '}' || text[i] == ']') {
            depth--;
        }
    }
    return true;
}

static bool is_blank_to(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n' || *at == '\0'))
        at++;
    return at >= end;
}

/* A copy with JSON_NUL where a NUL is; NULL: there is no NUL in it, or out of memory. The caller's.
 */
static char *without_nul(const char *text, size_t len)
{
    static const char nul[] = "\\u0000", instead[] = "\\uffff";
    enum { LEN = sizeof nul - 1 };
    char *copy = memmem(text, len, nul, LEN) != NULL ? malloc(len + 1) : NULL;
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    for (size_t i = 0; i + 1 < len; i++) {
        if (copy[i] != '\\')
            continue;
        if (len - i >= LEN && memcmp(copy + i, nul, LEN) == 0)
            memcpy(copy + i, instead, LEN);
        i++; /* what is escaped */
    }
    return copy;
}

pt_code json_parse(const char *text, size_t len, cJSON **json, struct pt_error *err)
{
    static const char fix[] = "Check that the address is that of the service, and not of a proxy "
                              "that answers with a page";
    const char *end = NULL;
    *json = NULL;
    if (!is_shallow(text, len))
        return pt_error_set(err, PT_EDATA, fix, "JSON: over %d levels deep", JSON_DEPTH_MAX);
    char *copy = without_nul(text, len);
    *json = cJSON_ParseWithLengthOpts(copy != NULL ? copy : text, len, &end, false);
    if (copy != NULL && end != NULL)
        end = text + (end - copy);
    wipe_bytes(copy, len);
    if (*json != NULL && end != NULL && is_blank_to(end, text + len))
        return PT_OK;
    json_free(*json);
    *json = NULL;
    if (is_blank_to(text, text + len))
        return pt_error_set(err, PT_EDATA, fix, "JSON: it is empty");
    return pt_error_set(err, PT_EDATA, fix, "JSON: malformed or cut off at byte %zu of %zu",
                        end != NULL ? (size_t)(end - text) : 0, len);
}

static void json_wipe(cJSON *json)
{
    for (cJSON *item = json; item != NULL; item = item->next) {
        if (item->valuestring != NULL)
            explicit_bzero(item->valuestring, strlen(item->valuestring));
        json_wipe(item->child);
    }
}

void json_free(cJSON *json)
{
    json_wipe(json);
    cJSON_Delete(json);
}

const cJSON *json_find(const cJSON *json, const char *path)
{
    char name[96];
    while (json != NULL && *path != '\0') {
        size_t len = strcspn(path, ".");
        if (len >= sizeof name)
            return NULL;
        memcpy(name, path, len);
        name[len] = '\0';
        json = cJSON_GetObjectItemCaseSensitive(json, name);
        path += len + (path[len] == '.');
    }
    return json == NULL || cJSON_IsNull(json) ? NULL : json;
}

const char *json_get(const cJSON *json, const char *path)
{
    return cJSON_GetStringValue(json_find(json, path));
}

void json_copy(const cJSON *json, const char *path, char *out, size_t cap)
{
    printable_str(out, cap, json_get(json, path));
}

bool json_is_true(const cJSON *json, const char *path)
{
    return cJSON_IsTrue(json_find(json, path));
}

int64_t json_int(const cJSON *json, const char *path, int64_t otherwise)
{
    static const double exact_below = 9007199254740992.0; /* 2^53 */
    const cJSON *item = json_find(json, path);
    bool is_exact = cJSON_IsNumber(item) && fabs(item->valuedouble) < exact_below;
    return is_exact ? (int64_t)item->valuedouble : otherwise;
}

int64_t json_time_ms(const cJSON *json, const char *path, int64_t otherwise)
{
    const cJSON *item = json_find(json, path);
    int64_t at_ms;
    if (cJSON_IsNumber(item) && fabs(item->valuedouble) < 9e12)
        return (int64_t)llround(item->valuedouble * 1000);
    const char *text = cJSON_GetStringValue(item);
    return text != NULL && clock_parse_iso(text, &at_ms) ? at_ms : otherwise;
}
