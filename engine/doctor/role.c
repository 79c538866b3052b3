/* Checks of the role that the host and the connector take on: that it is there, what it may do, who
 * may assume it, and the Java client's file that names it. */
#include "doctor/role.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "doctor/rights.h"

#define MANUAL "AWS console, IAM > Roles"

/* ------------------------------------------------------------------ iam.role */

/* IAM looks a role up in the caller's own account only. */
static bool is_of_own_account(struct check *check, const char *arn)
{
    char account[16], fix[300];
    const char *at = strstr(arn, ":iam::");
    if (at == NULL || check->found->account[0] == '\0')
        return true;
    snprintf(account, sizeof account, "%.*s", (int)strcspn(at + 6, ":"), at + 6);
    if (strcmp(account, check->found->account) == 0)
        return true;
    snprintf(fix, sizeof fix,
             "Use credentials of account %s (--profile), or correct pintop.connector.role.arn.",
             account);
    check_unknown(check, fix, "the role %s is of account %s, and your credentials are of %s", arn,
                  account, check->found->account);
    return false;
}

static void say_no_role(struct check *check, const char *name, const char *arn)
{
    char command[1400], fix[1600], path[640] = "";
    const char *ec2 = role_ec2_service(check);
    const char *start = strstr(arn, ":role/"), *end = strrchr(arn, '/');
    if (start != NULL && end > start + strlen(":role"))
        snprintf(path, sizeof path, " --path %.*s", (int)(end + 1 - start - strlen(":role")),
                 start + strlen(":role"));
    snprintf(command, sizeof command,
             "aws iam create-role --role-name %s%s --assume-role-policy-document "
             "'{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
             "{\"Service\":[\"%s\",\"kafkaconnect.amazonaws.com\"]},\"Action\":\"sts:AssumeRole\"}"
             "]}'",
             name, path, ec2);
    snprintf(fix, sizeof fix,
             "Correct pintop.connector.role.arn, or ask for the role, or create it: %s", command);
    check_copy(check, command);
    check_fail(check, fix, "there is no role %s in account %s", name,
               check->found->account[0] != '\0' ? check->found->account : "of your credentials");
}

/* A role at another path than the configured ARN says: what uses that ARN does not find it. */
static bool is_at_path(struct check *check, const struct iam_role *role, const char *arn)
{
    char fix[AWS_ARN_MAX + 100];
    if (arn[0] == '\0' || strcmp(arn, role->arn) == 0)
        return true;
    snprintf(fix, sizeof fix, "Set pintop.connector.role.arn to %s.", role->arn);
    check_fail(check, fix, "pintop.connector.role.arn is %s, but the role %s has the ARN %s", arn,
               role->name, role->arn);
    return false;
}

static void role_say_missing(struct check *check, const struct iam_role *role,
                             const struct rights *rights)
{
    struct buf fix;
    bool has_forbidden = rights->forbidden.len > 0, has_command = rights->command.len > 0;
    bool has_denied = rights->denied.len > 0, has_perhaps = rights->perhaps.len > 0;
    buf_init(&fix, 3 * RIGHTS_TEXT_MAX);
    if (has_command)
        buf_printf(&fix, "Allow the role to do it: %s", rights->command.data);
    if (has_forbidden)
        buf_printf(&fix, "%sRemove %s where it is: no policy of the role can overrule it.",
                   has_command ? " — " : "",
                   has_command ? "first what forbids the rest" : "what forbids it");
    check_copy(check, has_command ? rights->command.data : role->arn);
    check_fail(check, fix.data, "%s exists, but %s%s%s%s%s%s", role->name,
               has_denied || has_perhaps ? "no policy allows it to do this: " : "",
               has_denied ? rights->denied.data : "", has_denied && has_perhaps ? "; " : "",
               has_perhaps ? rights->perhaps.data : "",
               !has_forbidden              ? ""
               : has_denied || has_perhaps ? ". Forbidden: "
                                           : "it is forbidden to do this: ",
               has_forbidden ? rights->forbidden.data : "");
    buf_done(&fix);
}

static void say_role_rights(struct check *check, const struct iam_role *role,
                            const struct rights *rights)
{
    char fix[RIGHTS_TEXT_MAX];
    if (rights->denied.len > 0 || rights->forbidden.len > 0) {
        role_say_missing(check, role, rights);
    } else if (rights->perhaps.len > 0) {
        snprintf(fix, sizeof fix, "Look at the bucket's policy, or allow the role to do it: %s",
                 rights->command.len > 0 ? rights->command.data : "by a policy of its own.");
        if (rights->command.len > 0)
            check_copy(check, rights->command.data);
        check_warn(check, fix,
                   "%s exists. Its own policies do not allow it to do this, so that the bucket's "
                   "policy, which pintop has not looked at, would have to: %s",
                   role->arn, rights->perhaps.data);
    } else if (rights->unclear.len > 0 || rights->is_cut) {
        if (rights->needs != NULL)
            snprintf(fix, sizeof fix,
                     "See to %s first, since IAM is asked about permissions by name.",
                     rights->needs);
        else
            snprintf(fix, sizeof fix,
                     "Ask for iam:SimulatePrincipalPolicy on the role (pintop doctor --policy "
                     "setup prints it), or look by hand: " MANUAL " > the role > Permissions.");
        check_warn(check, fix, "%s exists, but %sits permissions are unknown: %s", role->arn,
                   rights->n_allowed > 0 ? "some of " : "",
                   rights->unclear.len > 0 ? rights->unclear.data : "out of memory");
    } else {
        check_ok(check,
                 "%s; it has the %zu permissions on topics, group and bucket that a sink needs",
                 role->arn, rights->n_allowed);
    }
}

static void check_role_rights(struct check *check, const struct iam_role *role)
{
    char who[120];
    struct rights rights;
    snprintf(who, sizeof who, "role %s", role->name);
    check_identity(check, who);
    rights_ask(check, role, check->found->cluster.arn, &rights);
    say_role_rights(check, role, &rights);
    rights_done(&rights);
}

static void check_pipeline_role(struct check *check)
{
    struct found *found = check->found;
    struct pt_error err;
    char name[ROLE_NAME_MAX], arn[AWS_ARN_MAX];
    if (!role_name(check, name, arn, sizeof arn) || !is_of_own_account(check, arn))
        return;
    iam_role_done(&found->role);
    found->has_role = false;
    pt_code code = iam_get_role(check->client, check->keys, name, &found->role, &err);
    if (code == PT_ENOTFOUND) {
        say_no_role(check, name, arn);
        return;
    }
    if (code != PT_OK) {
        check_error(check, &err);
        return;
    }
    if (found->role.arn[0] == '\0') {
        check_unknown(check, "Look at it in the console: " MANUAL ".",
                      "IAM answered about the role %s without its ARN", name);
        return;
    }
    found->has_role = true;
    check_copy(check, found->role.arn);
    if (is_at_path(check, &found->role, arn))
        check_role_rights(check, &found->role);
}

const struct check_row checks_of_role[] = {
    {.id = "iam.role",
     .title = "the role and its permissions",
     .step = "8",
     .needs = "aws.login",
     .after = "user.id msk.cluster",
     .manual = MANUAL ".",
     .use = CHECK_AWS,
     .is_signed = true,
     .limit_ms = 10000,
     .run = check_pipeline_role},
    {.id = "iam.trust",
     .title = "who may assume the role",
     .step = "8",
     .needs = "aws.login",
     .after = "user.id iam.role",
     .manual = MANUAL " > the role > Trust relationships.",
     .use = CHECK_AWS,
     .is_signed = true,
     .run = check_trust,
     .fix = &fix_trust_policy},
    {.id = "client.properties",
     .title = "the Java client's file",
     .step = "9",
     .after = "aws.login user.id iam.role msk.bootstrap",
     .use = CHECK_AWS,
     .run = check_java_file,
     .fix = &fix_java_file},
    {.id = NULL              },
};
