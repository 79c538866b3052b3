#include "aws/denial.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* ------------------------------------------------------------------ reading */

/* The word behind a mark, up to a blank (in quotes: up to the next one); a final point doesn't
 * belong to it. */
static void word_after(const char *message, const char *mark, char *out, size_t cap)
{
    const char *at = strcasestr(message, mark);
    out[0] = '\0';
    if (at == NULL)
        return;
    at += strlen(mark);
    at += strspn(at, " (");
    bool is_quoted = *at == '"';
    at += strspn(at, "\"'");
    size_t len = strcspn(at, is_quoted ? "\"\n" : " \"'\n\t),");
    while (len > 0 && strchr(".;:", at[len - 1]) != NULL)
        len--;
    snprintf(out, cap, "%.*s", (int)(len < cap - 1 ? len : cap - 1), at);
}

/* From the line on that says what is refused. */
static const char *sentence_of(const char *message)
{
    const char *at = strcasestr(message, "authorized to perform");
    while (at != NULL && at > message && at[-1] != '\n')
        at--;
    return at != NULL ? at : message;
}

static enum aws_denier denier_of(const char *message)
{
    static const struct {
        const char *words;
        enum aws_denier denier;
    } kinds[] = {
        {"service control policy",  AWS_DENIER_SCP     },
        {"resource control policy", AWS_DENIER_RCP     },
        {"permissions boundary",    AWS_DENIER_BOUNDARY},
        {"session policy",          AWS_DENIER_SESSION },
        {"VPC endpoint policy",     AWS_DENIER_ENDPOINT},
        {"endpoint policy",         AWS_DENIER_ENDPOINT},
        {"trust policy",            AWS_DENIER_TRUST   },
        {"identity-based policy",   AWS_DENIER_IDENTITY},
        {"resource-based policy",   AWS_DENIER_RESOURCE},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcasestr(message, kinds[i].words) != NULL)
            return kinds[i].denier;
    return AWS_DENIER_UNKNOWN;
}

void aws_denial_read(const char *message, const struct aws_action *row, struct aws_denial *denial)
{
    memset(denial, 0, sizeof *denial);
    message = sentence_of(message);
    denial->denier = denial->said = denier_of(message);
    denial->is_perhaps_absent =
        strstr(message, "the resource does not exist in this Region") != NULL;
    denial->is_explicit = strcasestr(message, "explicit deny in") != NULL ||
                          strcasestr(message, "with an explicit deny") != NULL;
    denial->is_encoded = strcasestr(message, "encoded authorization failure message") != NULL;
    word_after(message, "User:", denial->who, sizeof denial->who);
    word_after(message, "authorized to perform:", denial->action, sizeof denial->action);
    if (strchr(denial->action, ':') == NULL)
        word_after(message, "authorized to perform ", denial->action, sizeof denial->action);
    if (strchr(denial->action, ':') == NULL)
        denial->action[0] = '\0';
    word_after(message, "on resource:", denial->resource, sizeof denial->resource);
    if (denial->action[0] == '\0' && row != NULL)
        text_copy(denial->action, sizeof denial->action, row->action);
    /* The schema's version is asked for by its id alone: that right knows no resource. */
    if (denial->resource[0] == '\0' && strcmp(denial->action, "glue:GetSchemaVersion") == 0)
        text_copy(denial->resource, sizeof denial->resource, "*");
    /* A role says itself who may take it on; without a word about another policy it is that. */
    bool is_assume = strncmp(denial->action, "sts:AssumeRole", 14) == 0;
    if (is_assume &&
        (denial->denier == AWS_DENIER_UNKNOWN || denial->denier == AWS_DENIER_RESOURCE))
        denial->denier = AWS_DENIER_TRUST;
    bool is_key = strncmp(denial->action, "kms:", 4) == 0 ||
                  strcasestr(message, "kms key") != NULL || strstr(message, ":kms:") != NULL ||
                  strstr(message, "KMS.AccessDenied") != NULL;
    if (is_key && (denial->denier == AWS_DENIER_UNKNOWN || denial->denier == AWS_DENIER_RESOURCE ||
                   denial->denier == AWS_DENIER_IDENTITY))
        denial->denier = AWS_DENIER_KMS;
}

/* ------------------------------------------------------------------ in words */

const char *aws_denial_says(const struct aws_denial *d)
{
    static const struct {
        const char *missing, *forbids;
    } words[] = {
        [AWS_DENIER_UNKNOWN] = {"which policy refuses it is not said",
                                "a policy denies it explicitly"                                     },
        [AWS_DENIER_IDENTITY] = {"none of its policies allows it",
                                "one of its own policies denies it explicitly"                      },
        [AWS_DENIER_RESOURCE] = {"the policy of the resource does not allow it",
                                "the policy of the resource denies it explicitly"                   },
        [AWS_DENIER_SCP] = {"no service control policy of the organization allows it",
                                "a service control policy of the organization denies it explicitly" },
        [AWS_DENIER_RCP] = {"no resource control policy of the organization allows it",
                                "a resource control policy of the organization denies it explicitly"},
        [AWS_DENIER_BOUNDARY] = {"its permissions boundary does not allow it",
                                "its permissions boundary denies it explicitly"                     },
        [AWS_DENIER_SESSION] = {"the policy of its session does not allow it",
                                "the policy of its session denies it explicitly"                    },
        [AWS_DENIER_ENDPOINT] = {"the policy of the VPC endpoint does not allow it",
                                "the policy of the VPC endpoint denies it explicitly"               },
        [AWS_DENIER_TRUST] = {"the role's trust policy does not let it, or its own policies don't",
                                "a policy denies it explicitly"                                     },
        [AWS_DENIER_KMS] = {"the key's own policy or those of the identity do not allow it",
                                "a policy denies it explicitly"                                     },
    };
    if (d->is_perhaps_absent)
        return "there is no such key in this region, or the key's own policy does not allow it";
    enum aws_denier who = d->said != AWS_DENIER_UNKNOWN ? d->said : d->denier;
    return d->is_explicit ? words[who].forbids : words[who].missing;
}

/* ------------------------------------------------------------------ the next step */

static void fix_key(const struct aws_denial *d, const char *what, const char *who, char *out,
                    size_t cap)
{
    const char *action =
        strncmp(d->action, "kms:", 4) == 0 ? d->action : "kms:Decrypt and kms:GenerateDataKey";
    const char *key = strstr(what, ":kms:") != NULL ? what : "the KMS key";
    if (d->is_explicit)
        snprintf(out, cap,
                 "Take away the Deny of %s to %s (the key policy of %s, or an identity policy)",
                 action, who, key);
    else
        snprintf(out, cap,
                 "%sllow %s to %s in the key policy of %s, and in an identity policy of its own",
                 d->is_perhaps_absent
                     ? "See that the key is in the region and account that its ARN says; then a"
                     : "A",
                 action, who, key);
}

/* A trust policy names the role, not a session of it: "arn:aws:iam::1:role/r" of
 * "arn:aws:sts::1:assumed-role/r/session". */
static void role_of(const char *who, char *out, size_t cap)
{
    static const char mark[] = ":assumed-role/";
    const char *role = strstr(who, mark), *service = strstr(who, ":sts::");
    if (role == NULL || service == NULL || service > role) {
        snprintf(out, cap, "%s", who);
        return;
    }
    const char *name = role + sizeof mark - 1;
    snprintf(out, cap, "%.*s:iam::%.*s:role/%.*s", (int)(service - who), who,
             (int)(role - service) - 6, service + 6, (int)strcspn(name, "/"), name);
}

static void fix_trust(const struct aws_denial *d, const char *what, const char *who, char *out,
                      size_t cap)
{
    char role[320];
    bool is_web = strcmp(d->action, "sts:AssumeRoleWithWebIdentity") == 0;
    role_of(who, role, sizeof role);
    if (is_web)
        snprintf(out, cap,
                 "The role's trust policy must allow sts:AssumeRoleWithWebIdentity to the token's "
                 "issuer, with its audience and subject: look at it with `aws iam get-role`");
    else
        snprintf(
            out, cap,
            "The trust policy of %s must name %s (and its conditions, ExternalId for instance, "
            "must hold); in another account its own identity policy must allow sts:AssumeRole "
            "too",
            what, role);
}

void aws_denial_fix(const struct aws_denial *d, char *out, size_t cap)
{
    const char *action = d->action[0] != '\0' ? d->action : "the action";
    const char *what = d->resource[0] != '\0' ? d->resource : "its resource";
    const char *who = d->who[0] != '\0' ? d->who : "this identity (`pintop whoami` names it)";
    if (d->is_encoded && d->denier == AWS_DENIER_UNKNOWN) {
        snprintf(out, cap,
                 "Allow %s to %s; which policy says no is in the encoded message: `aws sts "
                 "decode-authorization-message --encoded-message …` tells it",
                 action, who);
        return;
    }
    switch (d->denier) {
    case AWS_DENIER_SCP:
    case AWS_DENIER_RCP:
        snprintf(out, cap,
                 "The organization's %s policy %s %s: only the organization's administrators can "
                 "change that, no policy of this account can",
                 d->denier == AWS_DENIER_SCP ? "service control" : "resource control",
                 d->is_explicit ? "forbids" : "doesn't allow", action);
        break;
    case AWS_DENIER_BOUNDARY:
        snprintf(out, cap, "%s %s in the permissions boundary of %s",
                 d->is_explicit ? "Take away the Deny of" : "Allow", action, who);
        break;
    case AWS_DENIER_SESSION:
        snprintf(out, cap,
                 "The session of %s was made with a policy of its own that %s %s: make it anew "
                 "without that policy, or with this action in it",
                 who, d->is_explicit ? "forbids" : "doesn't allow", action);
        break;
    case AWS_DENIER_ENDPOINT:
        snprintf(out, cap,
                 "%s %s on %s in the policy of the VPC endpoint that the call goes through",
                 d->is_explicit ? "Take away the Deny of" : "Allow", action, what);
        break;
    case AWS_DENIER_RESOURCE:
        snprintf(out, cap, "%s %s to %s in the policy of the resource itself, %s",
                 d->is_explicit ? "Take away the Deny of" : "Allow", action, who, what);
        break;
    case AWS_DENIER_TRUST:
        fix_trust(d, what, who, out, cap);
        break;
    case AWS_DENIER_KMS:
        fix_key(d, what, who, out, cap);
        break;
    case AWS_DENIER_IDENTITY:
        if (d->is_explicit)
            snprintf(out, cap,
                     "Take away the Deny of %s in the identity policy of %s: an Allow beside it "
                     "doesn't help",
                     action, who);
        else
            snprintf(out, cap, "Allow %s on %s in an identity policy of %s", action, what, who);
        break;
    case AWS_DENIER_UNKNOWN:
        if (d->is_explicit)
            snprintf(out, cap,
                     "A policy denies %s to %s explicitly: find that Deny; an Allow elsewhere "
                     "doesn't help",
                     action, who);
        else
            snprintf(out, cap,
                     "Allow %s on %s to %s; AWS doesn't say which policy refuses it: its identity "
                     "policy first; if that has it, look for a Deny in the policy of the resource, "
                     "of the VPC endpoint and of the organization",
                     action, what, who);
        break;
    }
}
