#include "aws/iam.h"

#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "base/printable.h"

#define FORM_TYPE "application/x-www-form-urlencoded; charset=utf-8"

static pt_code ask(struct aws_client *client, const struct aws_keys *keys, const char *operation,
                   const struct buf *form, struct xml **xml, struct pt_error *err)
{
    const struct aws_call call = {.service = &aws_iam,
                                  .operation = operation,
                                  .content_type = FORM_TYPE,
                                  .body = form->data,
                                  .body_len = form->len};
    *xml = NULL;
    if (form->is_over)
        return pt_error_set(err, PT_EFULL, "Shorten the policy",
                            "IAM %s: the request is over 256 KiB", operation);
    return aws_call_xml(client, keys, &call, xml, err);
}

static void begin(struct buf *form, const char *action, const char *role)
{
    buf_init(form, 256 * 1024);
    aws_form_add(form, "Action", action);
    aws_form_add(form, "Version", "2010-05-08");
    aws_form_add(form, "RoleName", role);
}

pt_code iam_get_role(struct aws_client *client, const struct aws_keys *keys, const char *name,
                     struct iam_role *out, struct pt_error *err)
{
    struct buf form;
    struct xml *xml;
    memset(out, 0, sizeof *out);
    begin(&form, "GetRole", name);
    pt_code code = ask(client, keys, "GetRole", &form, &xml, err);
    buf_done(&form);
    if (code != PT_OK)
        return code;
    const struct xml_node *role = xml_find(xml_root(xml), "GetRoleResult/Role");
    const char *trust = xml_get(role, "AssumeRolePolicyDocument");
    const char *seconds = xml_get(role, "MaxSessionDuration");
    printable_str(out->arn, sizeof out->arn, xml_get(role, "Arn"));
    printable_str(out->name, sizeof out->name, xml_get(role, "RoleName"));
    printable_str(out->path, sizeof out->path, xml_get(role, "Path"));
    out->max_session_s = seconds != NULL ? strtoll(seconds, NULL, 10) : -1;
    out->trust = aws_percent_decode(trust != NULL ? trust : "");
    xml_free(xml);
    if (out->trust == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "IAM GetRole: no memory");
    return PT_OK;
}

void iam_role_done(struct iam_role *role)
{
    free(role->trust);
    memset(role, 0, sizeof *role);
}

pt_code iam_update_trust(struct aws_client *client, const struct aws_keys *keys, const char *name,
                         const char *document, struct pt_error *err)
{
    struct buf form;
    struct xml *xml;
    begin(&form, "UpdateAssumeRolePolicy", name);
    aws_form_add(&form, "PolicyDocument", document);
    pt_code code = ask(client, keys, "UpdateAssumeRolePolicy", &form, &xml, err);
    buf_done(&form);
    xml_free(xml);
    return code;
}
