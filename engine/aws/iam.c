#include "aws/iam.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "base/printable.h"
#include "base/url.h"

#define FORM_TYPE "application/x-www-form-urlencoded; charset=utf-8"

static pt_code iam_ask(struct aws_client *client, const struct aws_keys *keys,
                       const char *operation, const struct buf *form, struct xml **xml,
                       struct pt_error *err)
{
    const struct aws_call call = {.service = &aws_iam,
                                  .operation = operation,
                                  .content_type = FORM_TYPE,
                                  .body = form->data,
                                  .body_len = form->len};
    *xml = NULL;
    if (form->is_over)
        return pt_error_set(err, PT_EFULL, "Shorten the policy",
                            "IAM %s: the request is larger than 256 KiB", operation);
    return aws_call_xml(client, keys, &call, xml, err);
}

static void iam_begin(struct buf *form, const char *action)
{
    buf_init(form, 256 * 1024);
    aws_form_add(form, "Action", action);
    aws_form_add(form, "Version", "2010-05-08");
}

static void iam_begin_role(struct buf *form, const char *action, const char *role)
{
    iam_begin(form, action);
    aws_form_add(form, "RoleName", role);
}

pt_code iam_get_role(struct aws_client *client, const struct aws_keys *keys, const char *name,
                     struct iam_role *out, struct pt_error *err)
{
    struct buf form;
    struct xml *xml;
    memset(out, 0, sizeof *out);
    iam_begin_role(&form, "GetRole", name);
    pt_code code = iam_ask(client, keys, "GetRole", &form, &xml, err);
    buf_done(&form);
    if (code != PT_OK)
        return code;
    const struct xml_node *role = xml_find(xml_root(xml), "GetRoleResult/Role");
    const char *trust = xml_get(role, "AssumeRolePolicyDocument");
    printable_str(out->arn, sizeof out->arn, xml_get(role, "Arn"));
    printable_str(out->name, sizeof out->name, xml_get(role, "RoleName"));
    printable_str(out->path, sizeof out->path, xml_get(role, "Path"));
    printable_str(out->id, sizeof out->id, xml_get(role, "RoleId"));
    out->trust = url_decode_copy(trust != NULL ? trust : "");
    xml_free(xml);
    if (out->trust == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "IAM GetRole: out of memory");
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
    iam_begin_role(&form, "UpdateAssumeRolePolicy", name);
    aws_form_add(&form, "PolicyDocument", document);
    pt_code code = iam_ask(client, keys, "UpdateAssumeRolePolicy", &form, &xml, err);
    buf_done(&form);
    xml_free(xml);
    return code;
}

/* ------------------------------------------------------------------ SimulatePrincipalPolicy */

static void iam_add_list(struct buf *form, const char *name, const char *const *items, size_t n)
{
    char member[64];
    for (size_t i = 0; i < n; i++) {
        snprintf(member, sizeof member, "%s.member.%zu", name, i + 1);
        aws_form_add(form, member, items[i]);
    }
}

/* Joins the texts of a list's members, or of one element in each of them, without repeating one. */
static void iam_join(const struct xml_node *list, const char *element, char *out, size_t cap)
{
    const struct xml_node *node = xml_find(list, "member");
    for (; node != NULL; node = xml_next(node, "member")) {
        const char *text = element != NULL ? xml_get(node, element) : node->text;
        char shown[128];
        size_t used = strlen(out);
        printable_str(shown, sizeof shown, text != NULL ? text : "");
        if (shown[0] != '\0' && strstr(out, shown) == NULL)
            snprintf(out + used, cap - used, "%s%s", used > 0 ? ", " : "", shown);
    }
}

static enum iam_verdict iam_verdict_of(const char *word)
{
    if (word == NULL)
        return IAM_UNCLEAR;
    return strcmp(word, "allowed") == 0        ? IAM_ALLOWED
           : strcmp(word, "implicitDeny") == 0 ? IAM_IMPLICIT_DENY
           : strcmp(word, "explicitDeny") == 0 ? IAM_EXPLICIT_DENY
                                               : IAM_UNCLEAR;
}

static bool iam_is_false(const struct xml_node *node, const char *path)
{
    const char *text = xml_get(node, path);
    return text != NULL && strcmp(text, "false") == 0;
}

/* Takes one result; part is that of one resource, or NULL when the result itself is about one. */
static pt_code iam_take_decision(struct iam_decisions *out, const struct xml_node *result,
                                 const struct xml_node *part, struct pt_error *err)
{
    struct iam_decision *items = aws_grow(out->items, out->n, sizeof *items);
    if (items == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "IAM SimulatePrincipalPolicy: out of memory");
    out->items = items;
    struct iam_decision *is = &items[out->n++];
    const struct xml_node *about = part != NULL ? part : result;
    const char *verdict = part != NULL ? "EvalResourceDecision" : "EvalDecision";
    printable_str(is->action, sizeof is->action, xml_get(result, "EvalActionName"));
    printable_str(is->resource, sizeof is->resource, xml_get(about, "EvalResourceName"));
    is->verdict = iam_verdict_of(xml_get(about, verdict));
    is->is_boundary_against =
        iam_is_false(about, "PermissionsBoundaryDecisionDetail/AllowedByPermissionsBoundary");
    is->is_organization_against =
        iam_is_false(result, "OrganizationsDecisionDetail/AllowedByOrganizations");
    iam_join(xml_find(about, "MatchedStatements"), "SourcePolicyId", is->policies,
             sizeof is->policies);
    iam_join(xml_find(about, "MissingContextValues"), NULL, is->contexts, sizeof is->contexts);
    return PT_OK;
}

static pt_code iam_take_decisions(struct iam_decisions *out, const struct xml_node *list,
                                  struct pt_error *err)
{
    pt_code code = PT_OK;
    const struct xml_node *result = xml_find(list, "member");
    for (; result != NULL && code == PT_OK; result = xml_next(result, "member")) {
        const struct xml_node *part = xml_find(result, "ResourceSpecificResults/member");
        if (part == NULL)
            code = iam_take_decision(out, result, NULL, err);
        for (; part != NULL && code == PT_OK; part = xml_next(part, "member"))
            code = iam_take_decision(out, result, part, err);
    }
    return code;
}

/* Takes one page; *marker is the next page's, the caller's to free, NULL at the end. */
static pt_code iam_take_page(struct iam_decisions *out, const struct xml *xml, char **marker,
                             struct pt_error *err)
{
    const struct xml_node *page = xml_find(xml_root(xml), "SimulatePrincipalPolicyResult");
    const char *more = xml_get(page, "IsTruncated"), *next = xml_get(page, "Marker");
    free(*marker);
    *marker = NULL;
    pt_code code = iam_take_decisions(out, xml_find(page, "EvaluationResults"), err);
    if (code != PT_OK || more == NULL || strcmp(more, "true") != 0)
        return code;
    if (next == NULL || *next == '\0')
        return pt_error_set(err, PT_EDATA, NULL,
                            "IAM SimulatePrincipalPolicy: more results are announced, without "
                            "saying where");
    *marker = strdup(next);
    return *marker != NULL
               ? PT_OK
               : pt_error_set(err, PT_ENOMEM, NULL, "IAM SimulatePrincipalPolicy: out of memory");
}

pt_code iam_simulate(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                     const char *const *actions, size_t n_actions, const char *const *resources,
                     size_t n_resources, struct iam_decisions *out, struct pt_error *err)
{
    char *marker = NULL;
    pt_code code = PT_OK;
    memset(out, 0, sizeof *out);
    for (int page = 0; page < AWS_PAGES_MAX; page++) {
        struct buf form;
        struct xml *xml;
        iam_begin(&form, "SimulatePrincipalPolicy");
        aws_form_add(&form, "PolicySourceArn", arn);
        iam_add_list(&form, "ActionNames", actions, n_actions);
        iam_add_list(&form, "ResourceArns", resources, n_resources);
        if (marker != NULL)
            aws_form_add(&form, "Marker", marker);
        code = iam_ask(client, keys, "SimulatePrincipalPolicy", &form, &xml, err);
        buf_done(&form);
        if (code == PT_OK)
            code = iam_take_page(out, xml, &marker, err);
        xml_free(xml);
        if (code != PT_OK || marker == NULL)
            break;
    }
    free(marker);
    return code;
}

void iam_decisions_done(struct iam_decisions *decisions)
{
    free(decisions->items);
    memset(decisions, 0, sizeof *decisions);
}
