#include "connector/rules.h"

#include <ctype.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector/rules_table.h"

enum { LOOK_MAX = 64 * 1024, GROUPS = 10, GROUP_SHOWN = 240, RULES_MAX = 160, PLACES_MAX = 16 };

/* clang-format off */
static const struct rule symptoms[] = {
    {"no-records-matched", 0, NULL, RULE_ERROR, false,
     "the topics get records, the connector reads none",
     "Compare topics or topics.regex with the list of topics (whole names must match); look at the "
     "group's lag"},
    {"records-read-none-written", 0, NULL, RULE_ERROR, false,
     "records are read, no object is written: flush.size isn't reached",
     "Lower flush.size, or set rotate.schedule.interval.ms with timezone"},
    {"errored-tasks", 0, NULL, RULE_FATAL, false,
     "tasks have failed, though the state says RUNNING",
     "Read their trace or log, mend the cause, then restart the failed tasks"},
    {"fewer-tasks", 0, NULL, RULE_WARNING, false,
     "fewer tasks run than tasks.max asks for",
     "Nothing, when the topics have fewer partitions; else more workers"},
    {"lag-grows", 0, NULL, RULE_ERROR, false,
     "records come faster than the sink takes them",
     "Raise flush.size, tasks.max (up to the partitions) and workers"},
    {"rebalance-storm", 0, NULL, RULE_ERROR, false,
     "the workers rebalance again and again",
     "See whether workers run out of memory or a batch takes too long"},
    {"no-logs", 0, NULL, RULE_WARNING, false,
     "the connector delivers no worker log: nothing to diagnose with",
     "Log delivery can't be added later: delete it and create it again with a log group"},
    {"plugin-not-active", 0, NULL, RULE_FATAL, false,
     "the connector's plugin isn't ACTIVE",
     "See why in its description; check that the object is a ZIP with JARs, make the plugin anew"},
    {"subnet-full", 0, NULL, RULE_ERROR, false,
     "fewer workers run than the capacity asks for: the subnets may have no free address",
     "Use subnets with free addresses: each worker takes one"},
    {"auth-port-mismatch", 0, NULL, RULE_FATAL, false,
     "the bootstrap servers' port isn't one for the connector's authentication",
     "Take the string that `pintop discover` shows for that authentication"},
    {"region-mismatch", 0, NULL, RULE_FATAL, false,
     "s3.region isn't the region of the bucket",
     "Set s3.region to the bucket's own (the sink's default is us-west-2)"},
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof *(table))

static regex_t compiled[RULES_MAX], compiled_also[RULES_MAX];
static bool is_compiled[RULES_MAX];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void compile(void)
{
    for (size_t i = 0; i < rules_table_count && i < RULES_MAX; i++) {
        const struct rule *rule = &rules_table[i];
        is_compiled[i] =
            regcomp(&compiled[i], rule->ere, REG_EXTENDED | REG_NEWLINE) == 0 &&
            (rule->also == NULL ||
             regcomp(&compiled_also[i], rule->also, REG_EXTENDED | REG_NEWLINE | REG_NOSUB) == 0);
    }
}

size_t rules_count(void)
{
    return rules_table_count;
}

const struct rule *rules_at(size_t i)
{
    return &rules_table[i];
}

size_t symptoms_count(void)
{
    return COUNT(symptoms);
}

const struct rule *symptoms_at(size_t i)
{
    return &symptoms[i];
}

const struct rule *rules_by_id(const char *id)
{
    for (size_t i = 0; i < rules_table_count; i++)
        if (strcmp(rules_table[i].id, id) == 0)
            return &rules_table[i];
    for (size_t i = 0; i < COUNT(symptoms); i++)
        if (strcmp(symptoms[i].id, id) == 0)
            return &symptoms[i];
    return NULL;
}

static bool matches(const struct rule *rule, const char *text, regmatch_t *groups)
{
    bool is_one = rule >= rules_table && rule < rules_table + rules_table_count;
    size_t i = is_one ? (size_t)(rule - rules_table) : RULES_MAX;
    pthread_once(&once, compile);
    return i < RULES_MAX && is_compiled[i] &&
           regexec(&compiled[i], text, groups != NULL ? GROUPS : 0, groups, 0) == 0 &&
           (rule->also == NULL || regexec(&compiled_also[i], text, 0, NULL, 0) == 0);
}

bool rules_does_match(const struct rule *rule, const char *text)
{
    return matches(rule, text, NULL);
}

/* ------------------------------------------------------------------ words */

/* A group as it may stand in a sentence: without blanks at its ends, not too long. */
static size_t put_group(char *out, size_t cap, const char *text, regmatch_t group)
{
    const char *from = text + group.rm_so, *to = text + group.rm_eo;
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (to > from && (isspace((unsigned char)to[-1]) || to[-1] == ',' || to[-1] == '.'))
        to--;
    size_t len = (size_t)(to - from);
    int n = snprintf(out, cap, "%.*s%s", (int)(len > GROUP_SHOWN ? GROUP_SHOWN : len), from,
                     len > GROUP_SHOWN ? " …" : "");
    return n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
}

/* false: it names a group, and none of those that it names is there. */
static bool fill(const char *form, const char *text, const regmatch_t *groups, char *out,
                 size_t cap)
{
    size_t used = 0;
    bool does_name = false, has_any = false;
    for (const char *p = form; *p != '\0' && used + 1 < cap; p++) {
        if (*p != '%' || !isdigit((unsigned char)p[1])) {
            out[used++] = *p;
            continue;
        }
        regmatch_t group = groups[*++p - '0'];
        does_name = true;
        if (group.rm_so < 0 || group.rm_eo == group.rm_so)
            continue;
        has_any = true;
        used += put_group(out + used, cap - used, text, group);
    }
    out[used] = '\0';
    return !does_name || has_any;
}

/* The first place at which the text names something: another alternative of the expression, which
 * names nothing, may match before it. */
static bool explain(const struct rule *rule, const char *text, struct rule_words *out)
{
    struct rule_words words;
    regmatch_t groups[GROUPS];
    if (rule->says == NULL)
        return false;
    for (int tries = 0; tries < PLACES_MAX && matches(rule, text, groups); tries++) {
        if (fill(rule->says, text, groups, words.cause, sizeof words.cause)) {
            if (rule->does == NULL || !fill(rule->does, text, groups, words.fix, sizeof words.fix))
                snprintf(words.fix, sizeof words.fix, "%s", rule->fix);
            *out = words;
            return true;
        }
        text += groups[0].rm_eo > 0 ? groups[0].rm_eo : 1;
    }
    return false;
}

void rules_explain(const struct rule *rule, const char *text, struct rule_words *out)
{
    size_t len = strlen(text);
    snprintf(out->cause, sizeof out->cause, "%s", rule->cause);
    snprintf(out->fix, sizeof out->fix, "%s", rule->fix);
    if (explain(rule, len > LOOK_MAX ? text + len - LOOK_MAX : text, out) || len <= LOOK_MAX)
        return;
    char *head = strndup(text, LOOK_MAX);
    if (head != NULL)
        explain(rule, head, out);
    free(head);
}

/* ------------------------------------------------------------------ which rule */

static const struct rule *match(const char *text, unsigned scope)
{
    const struct rule *generic = NULL;
    for (size_t i = 0; i < rules_table_count; i++) {
        const struct rule *rule = &rules_table[i];
        if ((rule->scopes & scope) == 0 || !rules_does_match(rule, text))
            continue;
        if (!rule->is_generic)
            return rule;
        generic = generic != NULL ? generic : rule;
    }
    return generic;
}

const struct rule *rules_match(const char *text, unsigned scope)
{
    size_t len = strlen(text);
    if (len <= 2 * LOOK_MAX)
        return match(text, scope);
    const struct rule *tail = match(text + len - LOOK_MAX, scope);
    if (tail != NULL && !tail->is_generic)
        return tail;
    char *head = strndup(text, LOOK_MAX);
    const struct rule *found = head != NULL ? match(head, scope) : NULL;
    free(head);
    return found != NULL && (tail == NULL || !found->is_generic) ? found : tail;
}
