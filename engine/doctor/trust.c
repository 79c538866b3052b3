#include "doctor/trust.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "aws/service.h"
#include "base/json.h"
#include "base/shown.h"
#include "base/text.h"

#define ACTION "sts:AssumeRole"

/* ------------------------------------------------------------------ one text, or a list of them */

/* Calls each with every text; false when it is neither a text nor a list of texts. */
static bool trust_each(const cJSON *value, void (*each)(void *arg, const char *text), void *arg)
{
    const cJSON *item;
    if (cJSON_IsString(value)) {
        each(arg, value->valuestring);
        return true;
    }
    if (!cJSON_IsArray(value))
        return false;
    cJSON_ArrayForEach(item, value)
    {
        if (!cJSON_IsString(item))
            return false;
        each(arg, item->valuestring);
    }
    return true;
}

/* * stands for any characters, ? for one; letters in either case. */
static bool trust_is_like(const char *pattern, const char *text)
{
    const char *star = NULL, *at = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            at = text;
        } else if (*pattern == '?' ||
                   tolower((unsigned char)*pattern) == tolower((unsigned char)*text)) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++at;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static void trust_see_action(void *arg, const char *text)
{
    bool *is_about = arg;
    *is_about = *is_about || trust_is_like(text, ACTION);
}

/* ------------------------------------------------------------------ principals */

/* How a statement's principals are about somebody, the more exact the higher. */
enum trust_match { MATCH_NONE, MATCH_ACCOUNT, MATCH_EVERYONE, MATCH_NAMED };

struct trust_matching {
    const struct trust_who *who;
    bool is_service_list; /* the list is that of services, otherwise that of AWS */
    enum trust_match match;
    bool is_everyone; /* "*" is among them, even when somebody is named beside it */
};

/* "123456789012" and "arn:aws:iam::123456789012:root" stand for the account; account is the fifth
 * field of the ARN of who. */
static bool trust_is_account_of(const char *text, const char *arn)
{
    char own[64], partition[32], root[160];
    if (!aws_arn_get(arn, AWS_ARN_PARTITION, partition, sizeof partition) ||
        !aws_arn_get(arn, AWS_ARN_ACCOUNT, own, sizeof own))
        return false;
    snprintf(root, sizeof root, "arn:%s:iam::%s:root", partition, own);
    return strcmp(text, own) == 0 || strcmp(text, root) == 0;
}

static void trust_see_principal(void *arg, const char *text)
{
    struct trust_matching *is = arg;
    const struct trust_who *who = is->who;
    enum trust_match match = MATCH_NONE;
    bool is_its_list = is->is_service_list == who->is_service;
    if (strcmp(text, "*") == 0)
        match = MATCH_EVERYONE;
    else if (is_its_list && strcmp(text, who->name) == 0)
        match = MATCH_NAMED;
    else if (is_its_list && !who->is_service && who->id != NULL && who->id[0] != '\0' &&
             strcmp(text, who->id) == 0)
        match = MATCH_NAMED;
    else if (is_its_list && !who->is_service && trust_is_account_of(text, who->name))
        match = MATCH_ACCOUNT;
    is->match = match > is->match ? match : is->match;
    is->is_everyone = is->is_everyone || match == MATCH_EVERYONE;
}

/* matching: names whom it is about. False: it cannot be read. */
static bool trust_match_principal(const cJSON *principal, struct trust_matching *matching)
{
    const cJSON *item;
    if (cJSON_IsString(principal)) {
        trust_see_principal(matching, principal->valuestring);
        return strcmp(principal->valuestring, "*") == 0;
    }
    if (!cJSON_IsObject(principal))
        return false;
    cJSON_ArrayForEach(item, principal)
    {
        bool is_aws = strcmp(item->string, "AWS") == 0;
        bool is_service = strcmp(item->string, "Service") == 0;
        matching->is_service_list = is_service;
        if (!is_aws && !is_service && strcmp(item->string, "Federated") != 0 &&
            strcmp(item->string, "CanonicalUser") != 0)
            return false;
        if ((is_aws || is_service) && !trust_each(item, trust_see_principal, matching))
            return false;
    }
    return true;
}

struct trust_gone {
    struct trust_whole *whole;
    const struct trust_who *who;
    size_t n;
};

/* IAM replaces the ARN of a role or user that was deleted by its unique ID. */
static void trust_see_gone(void *arg, const char *text)
{
    struct trust_gone *gone = arg;
    char *out = gone->whole->gone;
    if ((strncmp(text, "AROA", 4) != 0 && strncmp(text, "AIDA", 4) != 0) || strlen(text) < 12)
        return;
    for (size_t i = 0; i < gone->n; i++)
        if (gone->who[i].id != NULL && strcmp(gone->who[i].id, text) == 0)
            return;
    if (strstr(out, text) == NULL)
        text_list(out, sizeof gone->whole->gone, "%.40s", text);
}

/* ------------------------------------------------------------------ statements */

/* A statement, read. */
struct trust_statement {
    bool is_deny, is_assume, is_not_principal;
    const cJSON *principal, *condition;
};

static bool trust_is_member_known(const char *name)
{
    static const char *const names[] = {"Sid",    "Effect",    "Principal", "NotPrincipal",
                                        "Action", "NotAction", "Condition"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Returns why it cannot be read, NULL when it can. */
static const char *trust_read(const cJSON *json, struct trust_statement *out)
{
    const char *effect = json_get(json, "Effect");
    const cJSON *action = json_find(json, "Action"), *not_action = json_find(json, "NotAction");
    const cJSON *principal = json_find(json, "Principal"), *item;
    *out = (struct trust_statement){.condition = json_find(json, "Condition")};
    if (!cJSON_IsObject(json))
        return "it is no object";
    for (item = json->child; item != NULL; item = item->next)
        if (!trust_is_member_known(item->string))
            return "it has a member that pintop does not know";
    if (effect == NULL || (strcmp(effect, "Allow") != 0 && strcmp(effect, "Deny") != 0))
        return "its Effect is neither Allow nor Deny";
    out->is_deny = strcmp(effect, "Deny") == 0;
    out->is_not_principal = principal == NULL;
    out->principal = principal != NULL ? principal : json_find(json, "NotPrincipal");
    if ((action == NULL) == (not_action == NULL) ||
        !trust_each(action != NULL ? action : not_action, trust_see_action, &out->is_assume))
        return "its Action is neither a text nor a list of texts";
    if (not_action != NULL)
        out->is_assume = !out->is_assume;
    if (out->condition != NULL && !cJSON_IsObject(out->condition))
        return "its Condition is no object";
    if (cJSON_GetArraySize(out->condition) == 0)
        out->condition = NULL;
    return NULL;
}

static void trust_say_value(const cJSON *value, char *out, size_t cap)
{
    const cJSON *item;
    size_t used = strlen(out);
    if (cJSON_IsArray(value)) {
        for (item = value->child; item != NULL; item = item->next)
            trust_say_value(item, out, cap);
        return;
    }
    char *text = cJSON_IsString(value) ? NULL : cJSON_PrintUnformatted(value);
    if (used < cap)
        snprintf(out + used, cap - used, " %s",
                 cJSON_IsString(value) ? value->valuestring
                 : text != NULL        ? text
                                       : "…");
    cJSON_free(text);
}

/* "StringEquals aws:SourceAccount 123456789012; ArnLike aws:SourceArn arn:…" */
static void trust_say_condition(const cJSON *condition, char *out, size_t cap)
{
    char words[600] = "";
    const cJSON *operator, * key;
    cJSON_ArrayForEach(operator, condition)
    {
        cJSON_ArrayForEach(key, operator)
        {
            size_t used = strlen(words);
            snprintf(words + used, sizeof words - used, "%s%s %s",
                     used > 0 ? "; " : "", operator->string,
                     key->string != NULL ? key->string : "");
            trust_say_value(key, words, sizeof words);
        }
    }
    shown_str(out, cap, words);
}

/* Of two findings the later state of the list counts: for what is allowed and for what is denied
 * there is one each. */
static bool trust_is_stronger(enum trust_state state, enum trust_state than)
{
    static const enum trust_state order[] = {TRUST_MISSING,  TRUST_DELEGATED, TRUST_CONDITIONED,
                                             TRUST_EVERYONE, TRUST_ALLOWED,   TRUST_PERHAPS_DENIED,
                                             TRUST_DENIED};
    for (size_t i = sizeof order / sizeof *order; i-- > 0;) {
        if (order[i] == than)
            return false;
        if (order[i] == state)
            return true;
    }
    return false;
}

static void trust_find(struct trust_finding *finding, enum trust_state state,
                       const cJSON *condition)
{
    if (!trust_is_stronger(state, finding->state))
        return;
    finding->state = state;
    finding->words[0] = '\0';
    if (condition != NULL)
        trust_say_condition(condition, finding->words, sizeof finding->words);
}

/* What an Allow means for somebody. */
static enum trust_state trust_state_allowed(const struct trust_statement *is,
                                            enum trust_match match)
{
    if (is->is_not_principal)
        return match == MATCH_NONE ? TRUST_EVERYONE : TRUST_MISSING;
    if (match != MATCH_NONE && is->condition != NULL)
        return TRUST_CONDITIONED;
    return match == MATCH_NAMED      ? TRUST_ALLOWED
           : match == MATCH_EVERYONE ? TRUST_EVERYONE
           : match == MATCH_ACCOUNT  ? TRUST_DELEGATED
                                     : TRUST_MISSING;
}

/* What a Deny means for somebody. One with NotPrincipal spares those it names, but a role only when
 * its account and its sessions are named as well. */
static enum trust_state trust_state_denied(const struct trust_statement *is, enum trust_match match,
                                           bool is_service)
{
    bool is_spared = is->is_not_principal && match != MATCH_NONE;
    if (is_spared ? is_service : match == MATCH_NONE && !is->is_not_principal)
        return TRUST_MISSING;
    return is_spared || is->condition != NULL ? TRUST_PERHAPS_DENIED : TRUST_DENIED;
}

/* A judgement as it grows, statement by statement. */
struct trust_judging {
    const struct trust_who *who;
    size_t n;
    struct trust_finding *allowed, denied[TRUST_WHO_MAX];
    struct trust_whole *whole;
};

/* Returns why the statement cannot be read, NULL when it can. */
static const char *trust_take(struct trust_judging *judging, const cJSON *json)
{
    struct trust_whole *whole = judging->whole;
    struct trust_gone gone = {.whole = whole, .who = judging->who, .n = judging->n};
    struct trust_statement is;
    const char *why = trust_read(json, &is);
    if (why != NULL)
        return why;
    for (size_t i = 0; i < judging->n; i++) {
        const struct trust_who *who = &judging->who[i];
        struct trust_matching matching = {.who = who};
        if (!trust_match_principal(is.principal, &matching))
            return "its Principal is in a form that pintop does not know";
        if (is.is_assume && is.is_deny)
            trust_find(&judging->denied[i],
                       trust_state_denied(&is, matching.match, who->is_service), is.condition);
        else if (is.is_assume)
            trust_find(&judging->allowed[i], trust_state_allowed(&is, matching.match),
                       is.condition);
        whole->is_open = whole->is_open || (is.is_assume && !is.is_deny && is.condition == NULL &&
                                            (is.is_not_principal || matching.is_everyone));
    }
    if (cJSON_IsObject(is.principal))
        trust_each(json_find(is.principal, "AWS"), trust_see_gone, &gone);
    return NULL;
}

/* A Deny counts more than any Allow; a Deny that may not hold changes nothing where no statement
 * allows it. */
static void trust_join(struct trust_judging *judging)
{
    for (size_t i = 0; i < judging->n; i++) {
        const struct trust_finding *denied = &judging->denied[i];
        if (denied->state == TRUST_DENIED ||
            (denied->state == TRUST_PERHAPS_DENIED && !trust_is_added(judging->allowed[i].state)))
            judging->allowed[i] = *denied;
    }
}

static pt_code trust_unread(struct pt_error *err, const char *why)
{
    return pt_error_set(err, PT_EDATA,
                        "Look at it in the IAM console: Roles > the role > Trust "
                        "relationships",
                        "the trust policy cannot be judged: %s", why);
}

static pt_code trust_judge_json(struct trust_judging *judging, const cJSON *json,
                                struct pt_error *err)
{
    const cJSON *list = json_find(json, "Statement"), *item;
    const char *why = NULL;
    char text[200];
    int i = 1;
    if (!cJSON_IsObject(json))
        return trust_unread(err, "it is JSON, but no object");
    if (list == NULL)
        return trust_unread(err, "it has no Statement");
    for (item = cJSON_IsArray(list) ? list->child : list; item != NULL && why == NULL; i++) {
        why = trust_take(judging, item);
        item = cJSON_IsArray(list) ? item->next : NULL;
    }
    if (why == NULL)
        return PT_OK;
    snprintf(text, sizeof text, "statement %d: %s", i - 1, why);
    return trust_unread(err, text);
}

pt_code trust_judge(const char *document, const struct trust_who *who, size_t n,
                    struct trust_finding *findings, struct trust_whole *whole, struct pt_error *err)
{
    cJSON *json;
    struct pt_error why;
    struct trust_judging judging = {.who = who, .n = n, .allowed = findings, .whole = whole};
    assert(n <= TRUST_WHO_MAX);
    memset(findings, 0, n * sizeof *findings);
    memset(whole, 0, sizeof *whole);
    if (json_parse(document, strlen(document), &json, &why) != PT_OK)
        return trust_unread(err, why.what);
    pt_code code = trust_judge_json(&judging, json, err);
    trust_join(&judging);
    json_free(json);
    return code;
}

bool trust_is_added(enum trust_state state)
{
    return state == TRUST_MISSING || state == TRUST_DELEGATED;
}
