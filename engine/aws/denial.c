#include "aws/denial.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* ------------------------------------------------------------------ reading */

/* Copies the word after a mark, up to a blank (in quotes: up to the next quote), without a final
 * full stop. */
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

/* Returns the text from the line on that says what is denied. */
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
    /* Glue asks for a schema version by its ID only: that permission has no resource. */
    if (denial->resource[0] == '\0' && strcmp(denial->action, "glue:GetSchemaVersion") == 0)
        text_copy(denial->resource, sizeof denial->resource, "*");
    /* A role's own trust policy decides who may assume it; unless the message names another
     * policy, that is the one. */
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
        [AWS_DENIER_UNKNOWN] = {"AWS does not say which policy denies it",
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
        [AWS_DENIER_TRUST] =
            {"the role's trust policy does not allow it, or its own policies do not",
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

/* What a fix names; a placeholder stands for what is unknown. */
struct parties {
    const char *action, *what, *who;
};

/* Writes one denier's fix to out. */
typedef void (*fix_fn)(const struct aws_denial *d, const struct parties *of, char *out, size_t cap);

static const char *change_of(const struct aws_denial *d)
{
    return d->is_explicit ? "Remove the Deny of" : "Allow";
}

static const char *effect_of(const struct aws_denial *d)
{
    return d->is_explicit ? "forbids" : "does not allow";
}

static void fix_encoded(const struct parties *of, char *out, size_t cap)
{
    snprintf(out, cap,
             "Allow %s to %s. The encoded message names the policy that denies it: decode it "
             "with `aws sts decode-authorization-message --encoded-message …`",
             of->action, of->who);
}

static void fix_organization(const struct aws_denial *d, const struct parties *of, char *out,
                             size_t cap)
{
    snprintf(out, cap,
             "Ask the administrators of the organization: its %s policy %s %s, which no policy "
             "of this AWS account can change",
             d->denier == AWS_DENIER_SCP ? "service control" : "resource control", effect_of(d),
             of->action);
}

static void fix_boundary(const struct aws_denial *d, const struct parties *of, char *out,
                         size_t cap)
{
    snprintf(out, cap, "%s %s in the permissions boundary of %s", change_of(d), of->action,
             of->who);
}

static void fix_session(const struct aws_denial *d, const struct parties *of, char *out, size_t cap)
{
    snprintf(out, cap,
             "Create the session of %s again without its session policy, which %s %s, or with "
             "this action in it",
             of->who, effect_of(d), of->action);
}

static void fix_endpoint(const struct aws_denial *d, const struct parties *of, char *out,
                         size_t cap)
{
    snprintf(out, cap, "%s %s on %s in the policy of the VPC endpoint that the call uses",
             change_of(d), of->action, of->what);
}

static void fix_resource(const struct aws_denial *d, const struct parties *of, char *out,
                         size_t cap)
{
    snprintf(out, cap, "%s %s to %s in the policy of the resource itself, %s", change_of(d),
             of->action, of->who, of->what);
}

static void fix_key(const struct aws_denial *d, const struct parties *of, char *out, size_t cap)
{
    const char *action =
        strncmp(d->action, "kms:", 4) == 0 ? d->action : "kms:Decrypt and kms:GenerateDataKey";
    const char *key = strstr(of->what, ":kms:") != NULL ? of->what : "the KMS key";
    if (d->is_explicit)
        snprintf(out, cap,
                 "Remove the Deny of %s to %s (the key policy of %s, or an identity policy)",
                 action, of->who, key);
    else
        snprintf(out, cap,
                 "%sllow %s to %s in the key policy of %s, and in one of its identity policies",
                 d->is_perhaps_absent
                     ? "Check that the key is in the region and AWS account of its ARN; then a"
                     : "A",
                 action, of->who, key);
}

/* A trust policy names the role, not a session of it: "arn:aws:iam::1:role/r" for
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

static void fix_trust(const struct aws_denial *d, const struct parties *of, char *out, size_t cap)
{
    char role[320];
    bool is_web = strcmp(d->action, "sts:AssumeRoleWithWebIdentity") == 0;
    role_of(of->who, role, sizeof role);
    if (is_web)
        snprintf(out, cap,
                 "Allow sts:AssumeRoleWithWebIdentity to the token's issuer, with its audience and "
                 "subject, in the role's trust policy (`aws iam get-role` shows it)");
    else
        snprintf(
            out, cap,
            "Let the trust policy of %s name %s (and let its conditions hold, such as ExternalId); "
            "in another AWS account the identity's own policy must allow sts:AssumeRole too",
            of->what, role);
}

static void fix_identity(const struct aws_denial *d, const struct parties *of, char *out,
                         size_t cap)
{
    if (d->is_explicit)
        snprintf(out, cap,
                 "Remove the Deny of %s in the identity policy of %s: an additional Allow does "
                 "not help",
                 of->action, of->who);
    else
        snprintf(out, cap, "Allow %s on %s in an identity policy of %s", of->action, of->what,
                 of->who);
}

static void fix_unknown(const struct aws_denial *d, const struct parties *of, char *out, size_t cap)
{
    if (d->is_explicit)
        snprintf(out, cap, "Find and remove the Deny of %s to %s: an Allow elsewhere does not help",
                 of->action, of->who);
    else
        snprintf(out, cap,
                 "Allow %s on %s to %s. AWS does not say which policy denies it: check the "
                 "identity policy first; if that allows it, look for a Deny in the policies of "
                 "the resource, the VPC endpoint and the organization",
                 of->action, of->what, of->who);
}

void aws_denial_fix(const struct aws_denial *d, char *out, size_t cap)
{
    static const fix_fn fixes[] = {
        [AWS_DENIER_UNKNOWN] = fix_unknown,   [AWS_DENIER_IDENTITY] = fix_identity,
        [AWS_DENIER_RESOURCE] = fix_resource, [AWS_DENIER_SCP] = fix_organization,
        [AWS_DENIER_RCP] = fix_organization,  [AWS_DENIER_BOUNDARY] = fix_boundary,
        [AWS_DENIER_SESSION] = fix_session,   [AWS_DENIER_ENDPOINT] = fix_endpoint,
        [AWS_DENIER_TRUST] = fix_trust,       [AWS_DENIER_KMS] = fix_key,
    };
    const struct parties of = {
        .action = d->action[0] != '\0' ? d->action : "the action",
        .what = d->resource[0] != '\0' ? d->resource : "its resource",
        .who = d->who[0] != '\0' ? d->who : "this identity (`pintop whoami` names it)",
    };
    if (d->is_encoded && d->denier == AWS_DENIER_UNKNOWN)
        fix_encoded(&of, out, cap);
    else
        fixes[d->denier](d, &of, out, cap);
}
