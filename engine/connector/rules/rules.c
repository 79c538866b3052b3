/* Finds the rule for a text. The expressions in the tables come from the source of Apache Kafka,
 * of the connectors and of AWS's libraries, from public issues about them, and from AWS's
 * guides. Causes and fixes are our own words. */
#include "connector/rules/rules.h"

#include <pthread.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/printable.h"
#include "connector/rules/loss.h"
#include "connector/rules/rules_private.h"

enum {
    LOOK_MAX = 64 * 1024,
    RULES_MAX = 400,
    CAUSES_MAX = 32,
    /* How much of a line is searched: a record or a list of classes in it may have any length,
     * and some expressions take quadratic time. */
    LINE_HEAD = 6 * 1024,
    LINE_TAIL = 2 * 1024
};

/* In the order in which they are tried. */
static const struct rule_table *const tables[] = {
    &rules_config, &rules_s3, &rules_aws, &rules_data, &rules_kafka, &rules_net, &rules_worker,
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct rule *all[RULES_MAX];
static regex_t compiled[RULES_MAX];
static bool is_compiled[RULES_MAX];
static size_t n_all;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void rules_compile(void)
{
    for (size_t t = 0; t < COUNT(tables); t++)
        for (size_t i = 0; i < tables[t]->n && n_all < RULES_MAX; i++) {
            all[n_all] = &tables[t]->rules[i];
            is_compiled[n_all] =
                regcomp(&compiled[n_all], all[n_all]->ere, REG_EXTENDED | REG_NEWLINE) == 0;
            n_all++;
        }
}

size_t rules_count(void)
{
    pthread_once(&once, rules_compile);
    return n_all;
}

const struct rule *rules_at(size_t i)
{
    pthread_once(&once, rules_compile);
    return all[i];
}

size_t symptoms_count(void)
{
    return rules_symptoms.n;
}

const struct rule *symptoms_at(size_t i)
{
    return &rules_symptoms.rules[i];
}

const struct rule *rules_by_id(const char *id)
{
    for (size_t i = 0; i < rules_count(); i++)
        if (strcmp(all[i]->id, id) == 0)
            return all[i];
    for (size_t i = 0; i < rules_symptoms.n; i++)
        if (strcmp(rules_symptoms.rules[i].id, id) == 0)
            return &rules_symptoms.rules[i];
    for (size_t i = 0; i < loss_rules_count; i++)
        if (strcmp(loss_rules[i].id, id) == 0)
            return &loss_rules[i];
    return NULL;
}

/* ------------------------------------------------------------------ the text in parts */

/* A text without its stack frames and without the middle of very long lines, split before each
 * "Caused by": the last part is the root cause. */
struct rules_parts {
    char *text;
    char *part[CAUSES_MAX];
    size_t n;
};

static bool is_frame(const char *line)
{
    const char *word = line + strspn(line, " \t");
    return word > line && (strncmp(word, "at ", 3) == 0 || strncmp(word, "... ", 4) == 0);
}

static bool is_cause(const char *line)
{
    return strncmp(line + strspn(line, " \t"), "Caused by", 9) == 0;
}

static void rules_cut(struct rules_parts *parts, char *at)
{
    /* When there are very many parts, the outermost ones and the innermost one are kept. */
    if (parts->n == CAUSES_MAX)
        parts->n--;
    if (at > parts->text)
        at[-1] = '\0';
    parts->part[parts->n++] = at;
}

static char *rules_put_line(char *to, const char *line, size_t n)
{
    if (n > LINE_HEAD + LINE_TAIL) {
        memcpy(to, line, LINE_HEAD);
        to += LINE_HEAD;
        line += n - LINE_TAIL;
        n = LINE_TAIL;
    }
    memcpy(to, line, n);
    return to + n;
}

static bool take_parts(struct rules_parts *parts, const char *text, size_t len)
{
    char *to = malloc(len + 1);
    memset(parts, 0, sizeof *parts);
    if (to == NULL)
        return false;
    parts->text = to;
    rules_cut(parts, to);
    for (const char *line = text, *end = text + len; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t n = stop != NULL ? (size_t)(stop - line) + 1 : (size_t)(end - line);
        if (!is_frame(line)) {
            if (is_cause(line) && to > parts->text)
                rules_cut(parts, to);
            to = rules_put_line(to, line, n);
        }
        line += n;
    }
    *to = '\0';
    return true;
}

/* ------------------------------------------------------------------ matching */

static void take_groups(struct rule_look *look, const char *part, const regmatch_t *m)
{
    for (size_t i = 0; i < LOOK_GROUPS; i++) {
        look->group[i][0] = '\0';
        if (m[i].rm_so >= 0)
            printable_copy(look->group[i], sizeof look->group[i], part + m[i].rm_so,
                           (size_t)(m[i].rm_eo - m[i].rm_so));
    }
    const char *line = part + m[0].rm_so, *end = part + m[0].rm_so;
    while (line > part && line[-1] != '\n')
        line--;
    end += strcspn(end, "\n");
    while (end > line && (end[-1] == ' ' || end[-1] == '\r'))
        end--;
    const char *colon = is_cause(line) ? memchr(line, ':', (size_t)(end - line)) : NULL;
    if (colon != NULL)
        for (line = colon + 1; line < end && *line == ' ';)
            line++;
    printable_copy(look->line, sizeof look->line, line, (size_t)(end - line));
}

static bool try_rule(size_t i, const char *part, struct rule_look *look)
{
    regmatch_t m[LOOK_GROUPS];
    if (!is_compiled[i] || regexec(&compiled[i], part, LOOK_GROUPS, m, 0) != 0)
        return false;
    take_groups(look, part, m);
    return all[i]->is_it == NULL || all[i]->is_it(look);
}

/* Finds the first rule for the innermost part; generic ones only when no other rule matches any
 * part. */
static const struct rule *rules_match_parts(const struct rules_parts *parts, unsigned scope,
                                            bool is_generic, struct rule_look *look)
{
    for (size_t p = parts->n; p > 0; p--)
        for (size_t i = 0; i < n_all; i++) {
            const struct rule *rule = all[i];
            if (rule->is_generic == is_generic && (rule->scopes & scope) != 0 &&
                try_rule(i, parts->part[p - 1], look))
                return rule;
        }
    return NULL;
}

static const struct rule *rules_look_at(const char *text, size_t len, unsigned scope,
                                        struct rule_look *look)
{
    struct rules_parts parts;
    if (!take_parts(&parts, text, len))
        return NULL;
    const struct rule *rule = rules_match_parts(&parts, scope, false, look);
    if (rule == NULL)
        rule = rules_match_parts(&parts, scope, true, look);
    free(parts.text);
    return rule;
}

static const struct rule *rules_find_in(const char *text, unsigned scope, struct rule_look *look)
{
    size_t len = strlen(text);
    pthread_once(&once, rules_compile);
    look->text = text;
    if (len <= 2 * LOOK_MAX)
        return rules_look_at(text, len, scope, look);
    look->text = text + len - LOOK_MAX;
    const struct rule *tail = rules_look_at(look->text, LOOK_MAX, scope, look);
    if (tail != NULL && !tail->is_generic)
        return tail;
    struct rule_look *head_look = malloc(sizeof *head_look);
    char *head = strndup(text, LOOK_MAX);
    const struct rule *found = NULL;
    if (head_look != NULL && head != NULL) {
        *head_look = *look;
        head_look->text = head;
        found = rules_look_at(head, LOOK_MAX, scope, head_look);
        if (found != NULL && (tail == NULL || !found->is_generic)) {
            *look = *head_look;
            look->text = look->line; /* the head itself is restored */
        } else {
            found = NULL;
        }
    }
    free(head_look);
    free(head);
    return found != NULL ? found : tail;
}

static const struct rule_place nowhere;

/* The cause contains words from the text. */
static bool rules_is_named(const struct rule *rule, const struct rule_look *look, const char *cause)
{
    char plain[RULE_WORDS_MAX];
    struct rule_look *bare = calloc(1, sizeof *bare);
    if (bare == NULL)
        return false;
    bare->text = "";
    bare->place = look->place;
    words_expand(bare, rule->cause, plain, sizeof plain);
    free(bare);
    return strcmp(plain, cause) != 0;
}

static void rules_explain(const struct rule *rule, const struct rule_look *look,
                          struct rule_words *words)
{
    words->cause[0] = words->fix[0] = '\0';
    printable_copy(words->said, sizeof words->said, look->line, strlen(look->line));
    if (rule->words != NULL)
        rule->words(look, words);
    if (words->cause[0] == '\0')
        words_expand(look, rule->cause, words->cause, sizeof words->cause);
    if (words->fix[0] == '\0')
        words_expand(look, rule->fix, words->fix, sizeof words->fix);
    words->is_named = rules_is_named(rule, look, words->cause);
}

/* Prepares a text for matching. Its secrets are masked first, because a word that a rule takes out
 * of it no longer stands beside the name that marks it as a secret. masked belongs to the caller,
 * who keeps it as long as the look. NULL when out of memory. */
static struct rule_look *look_new(const char *text, const struct rule_place *place, char **masked)
{
    struct rule_look *look = calloc(1, sizeof *look);
    *masked = look != NULL ? mask_copy(text) : NULL;
    if (*masked == NULL) {
        free(look);
        return NULL;
    }
    look->place = place != NULL ? place : &nowhere;
    return look;
}

const struct rule *rules_find(const char *text, unsigned scope, const struct rule_place *place,
                              struct rule_words *words)
{
    char *masked;
    struct rule_look *look = look_new(text, place, &masked);
    if (words != NULL)
        memset(words, 0, sizeof *words);
    if (look == NULL)
        return NULL;
    const struct rule *rule = rules_find_in(masked, scope, look);
    if (rule != NULL && words != NULL)
        rules_explain(rule, look, words);
    free(masked);
    free(look);
    return rule;
}

const struct rule *rules_match(const char *text, unsigned scope)
{
    return rules_find(text, scope, NULL, NULL);
}

/* Tries this rule only, innermost part first. */
static bool look_for(const struct rule *rule, const char *text, struct rule_look *look)
{
    struct rules_parts parts;
    size_t i = 0, len = strlen(text);
    pthread_once(&once, rules_compile);
    while (i < n_all && all[i] != rule)
        i++;
    if (i == n_all)
        return false;
    if (len > LOOK_MAX) {
        text += len - LOOK_MAX;
        len = LOOK_MAX;
    }
    look->text = text;
    bool is_found = false;
    if (take_parts(&parts, text, len))
        for (size_t p = parts.n; p > 0 && !is_found; p--)
            is_found = try_rule(i, parts.part[p - 1], look);
    free(parts.text);
    return is_found;
}

bool rules_does_match(const struct rule *rule, const char *text)
{
    char *masked;
    struct rule_look *look = look_new(text, NULL, &masked);
    if (look == NULL)
        return false;
    bool does = look_for(rule, masked, look);
    free(masked);
    free(look);
    return does;
}

bool rule_explain(const struct rule *rule, const char *text, const struct rule_place *place,
                  struct rule_words *words)
{
    char *masked;
    struct rule_look *look = look_new(text, place, &masked);
    memset(words, 0, sizeof *words);
    if (look == NULL)
        return false;
    bool does = look_for(rule, masked, look);
    if (!does) {
        memset(look->group, 0, sizeof look->group);
        look->line[0] = '\0';
        look->text = masked;
    }
    rules_explain(rule, look, words);
    free(masked);
    free(look);
    return does;
}
