/* What went wrong, read out of state descriptions, traces and log lines: a table of rules, each a
 * POSIX ERE with a cause and what to do; and the symptoms that fields and metrics show. The table's
 * order is the order of trial. What a rule speaks of (a host, a class, a topic, a setting) it takes
 * from the text, so that the sentence can name it. Pure, but for expressions that are compiled
 * once. Thread: any. */
#ifndef CONNECTOR_RULES_H
#define CONNECTOR_RULES_H

#include <stdbool.h>
#include <stddef.h>

enum rule_scope { RULE_STATE = 1, RULE_LOG = 2, RULE_API = 4 };
enum rule_weight { RULE_WARNING, RULE_ERROR, RULE_FATAL };

struct rule {
    const char *id;
    unsigned scopes; /* bits */
    const char *ere;
    enum rule_weight weight;
    bool is_generic;         /* gives way to any other rule that matches in the same block */
    const char *cause, *fix; /* for people: a line, and a sentence or two */
    /* The same with %1 to %9, the expression's groups; NULL: it names nothing. */
    const char *says, *does;
    const char *also; /* a second ERE that must match somewhere, too; NULL none */
};

enum { RULE_WORDS_MAX = 640 };
/* A rule's words about one text. */
struct rule_words {
    char cause[RULE_WORDS_MAX], fix[RULE_WORDS_MAX];
};
/* What this rule says of a text that it matches; its plain words where the text names nothing. */
void rules_explain(const struct rule *rule, const char *text, struct rule_words *out);

size_t rules_count(void);
const struct rule *rules_at(size_t i);
const struct rule *rules_by_id(const char *id); /* NULL none; symptoms too */

/* The rule for a block of text (a log event with its stack trace, a trace, "code: message"); NULL:
 * none matches. A long text is looked at by its ends. */
const struct rule *rules_match(const char *text, unsigned scope);
/* Does this one match? */
bool rules_does_match(const struct rule *rule, const char *text);

/* Symptoms: their ids stand in verdicts; ere is NULL. */
size_t symptoms_count(void);
const struct rule *symptoms_at(size_t i);

#endif
