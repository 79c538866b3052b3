/* Checks of the key pair: the private key that AWS keeps, and the pair that EC2 has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/ssm.h"
#include "base/text.h"
#include "doctor/hosts.h"
#include "doctor/keypair_rows.h"

#define PLACE "/ec2/keypair/" /* where EC2 keeps the private keys of pairs, by their IDs */
#define CONSOLE "AWS console, "

enum { PARAMETERS_MAX = 200 };

/* ------------------------------------------------------------------ which pair it is */

/* How many pairs it may be; one: it is that one. err: the hosts could not be asked. */
struct pair_choice {
    size_t n;
    const struct ec2_key_pair *pair;
    struct pt_error err;
};

static const struct ec2_key_pair *pair_by_id(const struct ec2_key_pairs *pairs, const char *id)
{
    for (size_t i = 0; i < pairs->n; i++)
        if (strcmp(pairs->items[i].id, id) == 0)
            return &pairs->items[i];
    return NULL;
}

static const struct ec2_key_pair *pair_by_key(const struct ec2_key_pairs *pairs,
                                              const struct keyfile *key)
{
    for (size_t i = 0; i < pairs->n; i++)
        if (keyfile_is(key, pairs->items[i].fingerprint))
            return &pairs->items[i];
    return NULL;
}

static struct pair_choice pair_by_name(const struct ec2_key_pairs *pairs, const char *name,
                                       bool is_whole)
{
    struct pair_choice choice = {0};
    for (size_t i = 0; i < pairs->n; i++) {
        const char *at = pairs->items[i].name;
        if (is_whole ? strcmp(at, name) != 0 : strstr(at, name) == NULL)
            continue;
        choice.n++;
        choice.pair = &pairs->items[i];
    }
    return choice;
}

/* The pair that hosts with the UserID in their names were launched with. */
static struct pair_choice pair_of_hosts(struct check *check, const struct ec2_key_pairs *pairs)
{
    char name[256] = "";
    struct ec2_instances hosts;
    struct pair_choice choice = {0};
    bool are_several = false;
    pt_code code = hosts_of_user(check, &hosts, &choice.err);
    if (code == PT_OK && hosts.is_truncated)
        code = pt_error_set(&choice.err, PT_EDATA,
                            "Set pintop.keypair.parameter to " PLACE "ID of the pair that is yours",
                            "more than %zu hosts have %s in their names: which key pair is yours "
                            "is not known",
                            hosts.n, check->found->user_id);
    if (code != PT_OK) {
        ec2_instances_done(&hosts);
        return choice;
    }
    for (size_t i = 0; i < hosts.n; i++) {
        const char *own = hosts.items[i].key_name;
        are_several |= own[0] != '\0' && name[0] != '\0' && strcmp(own, name) != 0;
        if (own[0] != '\0')
            text_copy(name, sizeof name, own);
    }
    ec2_instances_done(&hosts);
    if (name[0] != '\0' && !are_several)
        choice = pair_by_name(pairs, name, true);
    return choice;
}

static struct pair_choice choose_pair(struct check *check, const struct ec2_key_pairs *pairs)
{
    const char *user = check->found->user_id;
    if (user[0] == '\0')
        return (struct pair_choice){.n = pairs->n, .pair = pairs->items};
    struct pair_choice choice = pair_by_name(pairs, user, true);
    if (choice.n == 0)
        choice = pair_by_name(pairs, user, false);
    return choice.n == 0 && pairs->n > 0 ? pair_of_hosts(check, pairs) : choice;
}

static void keep_pair(struct found *found, const struct ec2_key_pair *pair)
{
    if (pair != NULL)
        found->key_pair = *pair;
}

/* ------------------------------------------------------------------ which parameter it is */

static void name_pairs(const struct ec2_key_pairs *pairs, const char *part, char *out, size_t cap)
{
    out[0] = '\0';
    for (size_t i = 0; i < pairs->n; i++)
        if (strstr(pairs->items[i].name, part) != NULL)
            text_list(out, cap, "%s (%s)", pairs->items[i].name, pairs->items[i].id);
}

static void say_no_pair(struct check *check, const struct ec2_key_pairs *pairs, size_t n)
{
    const struct found *found = check->found;
    char names[700];
    static const char fix[] = "Set pintop.keypair.parameter to " PLACE
                              "ID with the ID of the pair that your host was launched with (EC2 "
                              "console > Instances > the host > Key pair assigned at launch).";
    name_pairs(pairs, n > 0 ? found->user_id : "", names, sizeof names);
    if (n > 0)
        check_fail(check, fix, "%zu key pairs may be yours: %s", n, names);
    else if (pairs->n == 0)
        check_fail(check,
                   "Check the region, or make a pair: EC2 console > Key Pairs > Create key pair.",
                   "EC2 has no key pair in %s", check->client->region);
    else
        check_fail(check, fix,
                   "no key pair has %s in its name, and no host with %s in its name was launched "
                   "with one; there are: %s",
                   found->user_id, found->user_id, names);
}

/* EC2's list is denied: a single key in the Parameter Store is taken for the one. Returns false
 * after saying why there is none. */
static bool choose_listed(struct check *check, const struct pt_error *why, char *out, size_t cap)
{
    struct ssm_list list;
    struct pt_error err;
    if (ssm_describe_parameters(check->client, check->keys, PLACE, PARAMETERS_MAX, &list, &err) !=
        PT_OK) {
        check_error(check, why);
        return false;
    }
    size_t n = list.n;
    if (n == 1)
        text_copy(out, cap, list.items[0].name);
    ssm_list_done(&list);
    if (n == 1)
        return true;
    check_error(check, why);
    if (n > 1 && why->code == PT_EAUTH)
        check_unknown(check,
                      "Set pintop.keypair.parameter to one of them (AWS console, Systems Manager > "
                      "Parameter Store), or have ec2:DescribeKeyPairs allowed.",
                      "needs ec2:DescribeKeyPairs: the Parameter Store has %zu keys below " PLACE
                      ", and only EC2 tells whose they are",
                      n);
    return false;
}

/* Returns false after saying why it is not known. pairs: n is 0 where EC2 did not tell them. */
static bool choose_parameter(struct check *check, const struct ec2_key_pairs *pairs,
                             const struct pt_error *why, char *out, size_t cap)
{
    const char *own = pt_config_given(check->cfg, "pintop.keypair.parameter");
    if (own != NULL) {
        text_copy(out, cap, own);
        if (strncmp(own, PLACE, strlen(PLACE)) == 0)
            keep_pair(check->found, pair_by_id(pairs, own + strlen(PLACE)));
        return true;
    }
    if (why->code != PT_OK)
        return choose_listed(check, why, out, cap);
    const struct pair_choice choice = choose_pair(check, pairs);
    if (choice.err.code != PT_OK) {
        check_error(check, &choice.err);
        return false;
    }
    if (choice.n != 1) {
        say_no_pair(check, pairs, choice.n);
        return false;
    }
    keep_pair(check->found, choice.pair);
    snprintf(out, cap, PLACE "%s", choice.pair->id);
    return true;
}

/* ------------------------------------------------------------------ keypair.parameter */

/* Its type, last: whoever may not decrypt must not see the key. */
static void say_parameter(struct check *check, const char *name,
                          const struct ssm_parameter *parameter)
{
    const struct found *found = check->found;
    char of[300] = "";
    if (found->key_pair.name[0] != '\0')
        snprintf(of, sizeof of, " of the key pair %s", found->key_pair.name);
    if (strcmp(parameter->type, "SecureString") == 0)
        check_ok(check, "%s%s: SecureString, version %lld, %s of %d bits; it is never shown", name,
                 of, (long long)parameter->version, found->stored_key.kind, found->stored_key.bits);
    else
        check_warn(
            check,
            "Store it again as a SecureString, under another name: aws ssm put-parameter --type "
            "SecureString --name NAME --value file://FILE.pem; set pintop.keypair.parameter "
            "to that name, and delete this one once it works.",
            "%s%s holds the private key as %s instead of SecureString: everybody with "
            "ssm:GetParameter reads it",
            name, of,
            parameter->type[0] != '\0' ? parameter->type : "a type that AWS does not report");
}

static void look_into(struct check *check, const struct ec2_key_pairs *pairs, const char *name,
                      const struct ssm_parameter *parameter)
{
    struct found *found = check->found;
    char who[340];
    struct pt_error err;
    snprintf(who, sizeof who, "the parameter %s", name);
    if (keyfile_read(parameter->value, strlen(parameter->value), who, &found->stored_key, &err) !=
        PT_OK) {
        check_fail(check,
                   "Set pintop.keypair.parameter to the one with the private key, or ask who "
                   "made the key pair for its .pem file.",
                   "%s", err.what);
        return;
    }
    text_copy(found->key_parameter, sizeof found->key_parameter, name);
    found->has_stored_key = true;
    if (found->key_pair.name[0] == '\0')
        keep_pair(found, pair_by_key(pairs, &found->stored_key));
    if (found->key_pair.fingerprint[0] != '\0' &&
        !keyfile_is(&found->stored_key, found->key_pair.fingerprint)) {
        found->has_stored_key = false;
        check_fail(check, "Set pintop.keypair.parameter to the parameter with this pair's key.",
                   "%s holds another key than EC2's pair %s, whose fingerprint is %s", name,
                   found->key_pair.name, found->key_pair.fingerprint);
        return;
    }
    say_parameter(check, name, parameter);
}

static void say_not_stored(struct check *check, const char *name)
{
    const char *pair = check->found->key_pair.name;
    check_fail(
        check,
        "Ask who made the key pair for its .pem file, and set pintop.keypair.file to it; AWS "
        "keeps no second copy of a private key.",
        "the Parameter Store of %s has no %s%s%s", check->client->region, name,
        pair[0] != '\0' ? ": nobody put the private key there when the key pair was made: " : "",
        pair);
}

static void check_parameter(struct check *check)
{
    struct ec2_key_pairs pairs;
    struct ssm_parameter parameter = {0};
    struct pt_error why = {.code = PT_OK}, err;
    char name[300];
    ec2_describe_key_pairs(check->client, check->keys, &pairs, &why);
    if (choose_parameter(check, &pairs, &why, name, sizeof name)) {
        pt_code code = ssm_get_parameter(check->client, check->keys, name, &parameter, &err);
        if (code == PT_OK)
            look_into(check, &pairs, name, &parameter);
        else if (code == PT_ENOTFOUND)
            say_not_stored(check, name);
        else
            check_error(check, &err);
        ssm_parameter_done(&parameter);
    }
    ec2_key_pairs_done(&pairs);
}

/* ------------------------------------------------------------------ ec2.keypair */

/* Where keypair.parameter could not learn the pair, it is the one with the file's key. Returns
 * false after saying why it is not known. */
static bool know_pair(struct check *check, struct ec2_key_pair *out)
{
    const struct found *found = check->found;
    struct ec2_key_pairs pairs;
    struct pt_error err;
    *out = found->key_pair;
    if (out->name[0] != '\0')
        return true;
    if (ec2_describe_key_pairs(check->client, check->keys, &pairs, &err) != PT_OK) {
        check_error(check, &err);
        return false;
    }
    const struct ec2_key_pair *pair = pair_by_key(&pairs, &found->file_key);
    if (pair != NULL)
        *out = *pair;
    else
        check_fail(check,
                   "Set pintop.keypair.file to the private key of your host's pair, or correct the "
                   "region.",
                   "none of the %zu key pairs in %s has the key of %s", pairs.n,
                   check->client->region, found->key_file);
    bool is_known = pair != NULL;
    ec2_key_pairs_done(&pairs);
    return is_known;
}

static void say_other_key(struct check *check, const struct ec2_key_pair *pair)
{
    const struct found *found = check->found;
    char fix[1500];
    if (found->has_stored_key)
        snprintf(fix, sizeof fix,
                 "Move %s away; pintop doctor --fix keypair.file then writes the right one.",
                 found->key_file);
    else
        snprintf(fix, sizeof fix, "Set pintop.keypair.file to the private key of %s.", pair->name);
    check_fail(check, fix, "%s holds another key than EC2's pair %s, whose fingerprint is %s",
               found->key_file, pair->name, pair->fingerprint);
}

static void check_pair(struct check *check)
{
    const struct found *found = check->found;
    struct ec2_key_pair pair;
    if (!found->has_file_key) {
        check_unknown(check, NULL, "needs keypair.file: which key %s holds cannot be seen",
                      found->key_file);
        return;
    }
    if (!know_pair(check, &pair))
        return;
    if (pair.fingerprint[0] == '\0')
        check_unknown(check, "Look at it by hand: " CONSOLE "EC2 > Key Pairs.",
                      "EC2 gives no fingerprint for its key pair %s", pair.name);
    else if (keyfile_is(&found->file_key, pair.fingerprint))
        check_ok(check, "%s (%s): %s is its private key, by EC2's fingerprint %s", pair.name,
                 pair.id, found->key_file, pair.fingerprint);
    else
        say_other_key(check, &pair);
}

const struct check_row checks_of_keypair[] = {
    {.id = "keypair.parameter",
     .title = "the private key in AWS's Parameter Store",
     .step = "2",
     .needs = "aws.login",
     .after = "place user.id",
     .manual = CONSOLE "Systems Manager > Parameter Store.",
     .use = CHECK_AWS,
     .is_signed = true,
     .is_off_host = true,
     .run = check_parameter},
    {.id = "keypair.file",
     .title = "the private key on this host",
     .step = "2",
     .after = "place user.id keypair.parameter",
     .use = CHECK_AWS,
     .is_off_host = true,
     .run = check_key_file,
     .fix = &key_file_fix},
    {.id = "keypair.gitignore",
     .title = "git keeps the private key out",
     .step = "3",
     .after = "place keypair.file",
     .use = CHECK_AWS,
     .is_off_host = true,
     .run = check_gitignore,
     .fix = &gitignore_fix},
    {.id = "ec2.keypair",
     .title = "EC2's key pair",
     .step = "4",
     .needs = "aws.login keypair.file",
     .after = "place keypair.parameter",
     .manual = CONSOLE "EC2 > Key Pairs.",
     .use = CHECK_AWS,
     .is_signed = true,
     .is_off_host = true,
     .run = check_pair},
    {.id = NULL      },
};
