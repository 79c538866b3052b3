/* Which role it is. */
#include <string.h>

#include "base/text.h"
#include "doctor/role.h"

/* A name, perhaps behind a path. */
static bool is_role_name(const char *path)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "+=,.@_-/";
    const char *name = strrchr(path, '/');
    size_t len = strlen(name != NULL ? name + 1 : path);
    return len > 0 && len <= 64 && strlen(path) < 600 && path[strspn(path, signs)] == '\0';
}

bool role_name(struct check *check, char name[ROLE_NAME_MAX], char *arn, size_t cap)
{
    static const char own[] = "pintop.connector.role.arn";
    const char *set = check_set(check, own);
    bool is_arn = set != NULL && strncmp(set, "arn:", 4) == 0;
    arn[0] = '\0';
    if (set == NULL ||
        (pt_config_given(check->cfg, own) == NULL && check->found->user_id[0] == '\0')) {
        check_unknown(check, "Set pintop.user.id, or pintop.connector.role.arn.",
                      "needs user.id: the role is named after it");
        return false;
    }
    const char *path = is_arn ? strstr(set, ":role/") : set;
    path = is_arn && path != NULL ? path + strlen(":role/") : path;
    if (path == NULL || !is_role_name(path)) {
        check_fail(check,
                   "Set pintop.connector.role.arn to a role's name, or to its ARN as IAM shows it: "
                   "arn:aws:iam::ACCOUNT:role/NAME.",
                   "%s is %s, and that is no role", own, set);
        return false;
    }
    const char *last = strrchr(path, '/');
    text_copy(name, ROLE_NAME_MAX, last != NULL ? last + 1 : path);
    if (is_arn)
        text_copy(arn, cap, set);
    return true;
}

const char *role_ec2_service(const struct check *check)
{
    return strcmp(aws_partition(check->found->region), "aws-cn") == 0 ? "ec2.amazonaws.com.cn"
                                                                      : "ec2.amazonaws.com";
}
