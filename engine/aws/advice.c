#include "aws/advice.h"

#include <stdio.h>
#include <string.h>

/* True for a name that a shell accepts without quotes. */
static bool advice_is_plain(const char *name)
{
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "_-.@/+=:")] == '\0';
}

void aws_login_command(const char *verb, const char *profile, char *out, size_t cap)
{
    const char *quote = advice_is_plain(profile) ? "" : strchr(profile, '\'') != NULL ? "\"" : "'";
    snprintf(out, cap, "%s --profile %s%.100s%s", verb, quote, profile, quote);
}

/* What the first letters of an access key ID reveal; NULL for nothing. */
static const char *odd_pair(const struct aws_keys *keys)
{
    if (keys->id == NULL)
        return NULL;
    if (strncmp(keys->id, "ASIA", 4) == 0 && keys->token == NULL)
        return "An access key that begins with ASIA needs its session token, and there is none. ";
    if (strncmp(keys->id, "AKIA", 4) == 0 && keys->token != NULL)
        return "An access key that begins with AKIA has no session token, but one is configured. ";
    return NULL;
}

static void of_file(const struct aws_keys *keys, char *out, size_t cap)
{
    char command[160];
    aws_login_command("aws configure", keys->place_profile, command, sizeof command);
    snprintf(out, cap,
             "Put new credentials into profile %.100s of %.200s (`%s`%s); pintop reads the file "
             "again automatically",
             keys->place_profile, keys->place_path, command,
             keys->token != NULL
                 ? ", or the program that wrote the present ones with their session token"
                 : "");
}

static void of_sso(const struct aws_keys *keys, char *out, size_t cap)
{
    char command[160];
    aws_login_command("aws sso login", keys->place_profile, command, sizeof command);
    snprintf(out, cap, "Run `%s`; pintop uses the new login automatically", command);
}

static void of_place(const struct aws_keys *keys, char *out, size_t cap)
{
    switch (keys->place) {
    case AWS_PLACE_ENVIRONMENT:
        snprintf(
            out, cap,
            "Set new credentials in pintop's environment (AWS_ACCESS_KEY_ID there takes precedence "
            "over the AWS files), or unset them to use a profile; then restart pintop");
        break;
    case AWS_PLACE_FILE:
        of_file(keys, out, cap);
        break;
    case AWS_PLACE_JAAS:
        snprintf(out, cap,
                 "Write new credentials into sasl.jaas.config (awsRoleAccessKeyId, "
                 "awsRoleSecretAccessKey, awsRoleSessionToken); then restart pintop");
        break;
    case AWS_PLACE_PROCESS:
        snprintf(out, cap,
                 "Sign in again with the program in credential_process of profile %.100s, or run "
                 "it by hand to see its output; pintop runs it again automatically",
                 keys->place_profile);
        break;
    case AWS_PLACE_SSO:
        of_sso(keys, out, cap);
        break;
    case AWS_PLACE_WEB_IDENTITY:
        snprintf(out, cap,
                 "Check that the token file %.200s is still renewed (in Kubernetes by the kubelet, "
                 "for the pod's service account), and that the role trusts the issuer of the "
                 "token; pintop asks STS again automatically",
                 keys->place_path);
        break;
    case AWS_PLACE_CONTAINER:
        snprintf(
            out, cap,
            "Wait: pintop asks the container's agent again automatically. If the error persists, "
            "check the role of the task (ECS) or of the pod (EKS), and restart the task or pod");
        break;
    case AWS_PLACE_IMDS:
        snprintf(
            out, cap,
            "Wait: pintop asks for new credentials of the EC2 instance's role automatically. If "
            "the error persists, check the instance profile that is attached to the instance, "
            "and its role");
        break;
    case AWS_PLACE_UNKNOWN:
        snprintf(out, cap, "Get new credentials from their source");
        break;
    }
}

void aws_advice(const struct aws_keys *keys, enum aws_trouble trouble, char *out, size_t cap)
{
    const char *odd = trouble == AWS_KEYS_REFUSED ? odd_pair(keys) : NULL;
    size_t used = 0;
    out[0] = '\0';
    if (keys->is_role)
        used = (size_t)snprintf(out, cap,
                                "Wait: pintop assumes the role again automatically. If that fails, "
                                "the credentials behind it are the cause: ");
    else if (odd != NULL)
        used = (size_t)snprintf(out, cap, "%s", odd);
    if (used < cap)
        of_place(keys, out + used, cap - used);
}
