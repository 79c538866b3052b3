#include "aws/ssm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "base/printable.h"
#include "base/wipe.h"
#include "pintop/stream.h"

/* Takes the request's body, which may be NULL, over. */
static pt_code ssm_ask(struct aws_client *client, const struct aws_keys *keys,
                       const char *operation, cJSON *body, cJSON **json, struct pt_error *err)
{
    char target[64];
    char *text = body != NULL ? cJSON_PrintUnformatted(body) : NULL;
    cJSON_Delete(body);
    *json = NULL;
    if (text == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "SSM %s: out of memory", operation);
    snprintf(target, sizeof target, "AmazonSSM.%s", operation);
    const struct aws_call call = {.service = &aws_ssm,
                                  .operation = operation,
                                  .target = target,
                                  .content_type = "application/x-amz-json-1.1",
                                  .body = text,
                                  .body_len = strlen(text)};
    pt_code code = aws_call_json(client, keys, &call, json, err);
    free(text);
    return code;
}

pt_code ssm_get_parameter(struct aws_client *client, const struct aws_keys *keys, const char *name,
                          struct ssm_parameter *out, struct pt_error *err)
{
    cJSON *body = cJSON_CreateObject(), *json = NULL;
    memset(out, 0, sizeof *out);
    cJSON_AddStringToObject(body, "Name", name);
    cJSON_AddTrueToObject(body, "WithDecryption");
    pt_code code = ssm_ask(client, keys, "GetParameter", body, &json, err);
    const char *value = json_get(json, "Parameter.Value");
    if (code == PT_OK && value == NULL)
        code = pt_error_set(err, PT_EDATA, "Check the endpoint",
                            "SSM GetParameter: the answer has no Value");
    if (code == PT_OK && value != NULL) {
        out->value = strdup(value);
        json_copy(json, "Parameter.Type", out->type, sizeof out->type);
        out->version = json_int(json, "Parameter.Version", PT_UNKNOWN);
        out->modified_ms = json_time_ms(json, "Parameter.LastModifiedDate", PT_UNKNOWN);
        if (out->value == NULL)
            code = pt_error_set(err, PT_ENOMEM, NULL, "SSM GetParameter: out of memory");
    }
    json_free(json);
    return code;
}

void ssm_parameter_done(struct ssm_parameter *parameter)
{
    wipe_text(parameter->value);
    memset(parameter, 0, sizeof *parameter);
}

/* ------------------------------------------------------------------ the list */

enum { SSM_PAGE = 50 };

static cJSON *list_body(const char *begin, const char *token)
{
    cJSON *body = cJSON_CreateObject(), *filter = cJSON_CreateObject();
    cJSON_AddStringToObject(filter, "Key", "Name");
    cJSON_AddStringToObject(filter, "Option", "BeginsWith");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(filter, "Values"), cJSON_CreateString(begin));
    cJSON_AddItemToArray(cJSON_AddArrayToObject(body, "ParameterFilters"), filter);
    cJSON_AddNumberToObject(body, "MaxResults", SSM_PAGE);
    if (token[0] != '\0')
        cJSON_AddStringToObject(body, "NextToken", token);
    return body;
}

/* Returns false when out of memory. */
static bool ssm_take_page(const cJSON *json, size_t limit, struct ssm_list *out)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, json_find(json, "Parameters"))
    {
        struct ssm_listed *grown =
            out->n < limit ? aws_grow(out->items, out->n, sizeof *grown) : NULL;
        if (grown == NULL)
            return out->n >= limit;
        out->items = grown;
        struct ssm_listed *listed = &grown[out->n++];
        printable_str(listed->name, sizeof listed->name, json_get(item, "Name"));
        json_copy(item, "Type", listed->type, sizeof listed->type);
    }
    return true;
}

pt_code ssm_describe_parameters(struct aws_client *client, const struct aws_keys *keys,
                                const char *begin, size_t limit, struct ssm_list *out,
                                struct pt_error *err)
{
    char token[1024] = "";
    pt_code code;
    int pages = 0;
    memset(out, 0, sizeof *out);
    do {
        cJSON *json;
        code = ssm_ask(client, keys, "DescribeParameters", list_body(begin, token), &json, err);
        if (code != PT_OK)
            break;
        if (!ssm_take_page(json, limit, out))
            code = pt_error_set(err, PT_ENOMEM, NULL, "SSM DescribeParameters: out of memory");
        json_copy(json, "NextToken", token, sizeof token);
        json_free(json);
    } while (code == PT_OK && token[0] != '\0' && out->n < limit && ++pages < AWS_PAGES_MAX);
    out->is_truncated = token[0] != '\0';
    if (code != PT_OK)
        ssm_list_done(out);
    return code;
}

void ssm_list_done(struct ssm_list *list)
{
    free(list->items);
    memset(list, 0, sizeof *list);
}
