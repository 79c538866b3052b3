#include "aws/ssm.h"

#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "pintop/stream.h"

pt_code ssm_get_parameter(struct aws_client *client, const struct aws_keys *keys, const char *name,
                          struct ssm_parameter *out, struct pt_error *err)
{
    cJSON *body = cJSON_CreateObject(), *json = NULL;
    memset(out, 0, sizeof *out);
    cJSON_AddStringToObject(body, "Name", name);
    cJSON_AddTrueToObject(body, "WithDecryption");
    char *text = cJSON_PrintUnformatted(body);
    cJSON_Delete(body);
    if (text == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "SSM GetParameter: no memory");
    const struct aws_call call = {.service = &aws_ssm,
                                  .operation = "GetParameter",
                                  .target = "AmazonSSM.GetParameter",
                                  .content_type = "application/x-amz-json-1.1",
                                  .body = text,
                                  .body_len = strlen(text)};
    pt_code code = aws_call_json(client, keys, &call, &json, err);
    free(text);
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
            code = pt_error_set(err, PT_ENOMEM, NULL, "SSM GetParameter: no memory");
    }
    json_free(json);
    return code;
}

void ssm_parameter_done(struct ssm_parameter *parameter)
{
    if (parameter->value != NULL)
        explicit_bzero(parameter->value, strlen(parameter->value));
    free(parameter->value);
    memset(parameter, 0, sizeof *parameter);
}
