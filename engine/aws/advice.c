#include "aws/advice.h"

#include <stdio.h>
#include <string.h>

/* A name that a shell takes as it stands. */
static bool is_plain(const char *name)
{
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "_-.@/+=:")] == '\0';
}

void aws_login_command(const char *verb, const char *profile, char *out, size_t cap)
{
    const char *quote = is_plain(profile) ? "" : strchr(profile, '\'') != NULL ? "\"" : "'";
    snprintf(out, cap, "%s --profile %s%.100s%s", verb, quote, profile, quote);
}

/* What a key's own first letters tell; NULL: nothing. */
static const char *odd_pair(const struct aws_keys *keys)
{
    if (keys->id == NULL)
        return NULL;
    if (strncmp(keys->id, "ASIA", 4) == 0 && keys->token == NULL)
        return "A key that begins with ASIA needs its session token, and there is none beside it. ";
    if (strncmp(keys->id, "AKIA", 4) == 0 && keys->token != NULL)
        return "A key that begins with AKIA has no session token, but there is one beside it. ";
    return NULL;
}

static void of_file(const struct aws_keys *keys, char *out, size_t cap)
{
    char command[160];
    aws_login_command("aws configure", keys->place_profile, command, sizeof command);
    snprintf(out, cap,
             "Put new keys into profile %.100s of %.200s (`%s`%s); pintop reads that file again "
             "by itself",
             keys->place_profile, keys->place_path, command,
             keys->token != NULL ? ", or what wrote these with their session token" : "");
}

static void of_sso(const struct aws_keys *keys, char *out, size_t cap)
{
    char command[160];
    aws_login_command("aws sso login", keys->place_profile, command, sizeof command);
    snprintf(out, cap, "Run `%s`: pintop takes the new login by itself", command);
}

static void of_place(const struct aws_keys *keys, char *out, size_t cap)
{
    switch (keys->place) {
    case AWS_PLACE_ENVIRONMENT:
        snprintf(
            out, cap,
            "Set new ones in pintop's environment (AWS_ACCESS_KEY_ID there goes before the AWS "
            "files), or unset them for a profile's; then start pintop again");
        break;
    case AWS_PLACE_FILE:
        of_file(keys, out, cap);
        break;
    case AWS_PLACE_JAAS:
        snprintf(out, cap,
                 "Write new ones into sasl.jaas.config, where they stand (awsRoleAccessKeyId, "
                 "awsRoleSecretAccessKey, awsRoleSessionToken); then start pintop again");
        break;
    case AWS_PLACE_PROCESS:
        snprintf(out, cap,
                 "The program that credential_process of profile %.100s names gives them: sign in "
                 "with it anew, or run it by hand to see what it gives; pintop asks it again by "
                 "itself",
                 keys->place_profile);
        break;
    case AWS_PLACE_SSO:
        of_sso(keys, out, cap);
        break;
    case AWS_PLACE_WEB_IDENTITY:
        snprintf(out, cap,
                 "STS gives them for the token in %.200s: see that it is still written anew (in "
                 "Kubernetes by the kubelet, for the pod's service account) and that the role "
                 "trusts who issues it; pintop asks again by itself",
                 keys->place_path);
        break;
    case AWS_PLACE_CONTAINER:
        snprintf(out, cap,
                 "This container's agent gives them: pintop asks it again by itself; if it stays, "
                 "see the role of the task (ECS) or of the pod (EKS), and start that anew");
        break;
    case AWS_PLACE_IMDS:
        snprintf(out, cap,
                 "This EC2 instance's role gives them: pintop asks for new ones by itself; if it "
                 "stays, see the instance profile that is attached to the instance, and its role");
        break;
    case AWS_PLACE_UNKNOWN:
        snprintf(out, cap, "Get new ones where these come from");
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
                                "pintop takes the role on again by itself. If that fails, it is "
                                "the keys behind it: ");
    else if (odd != NULL)
        used = (size_t)snprintf(out, cap, "%s", odd);
    if (used < cap)
        of_place(keys, out + used, cap - used);
}
