/* One row of a table of rules. */
#ifndef CONNECTOR_RULES_RULE_H
#define CONNECTOR_RULES_RULE_H

#include <stdbool.h>
#include <stddef.h>

enum rule_scope { RULE_STATE = 1, RULE_LOG = 2, RULE_API = 4 };
enum rule_weight { RULE_WARNING, RULE_ERROR, RULE_FATAL };

struct rule_look;
struct rule_words;

struct rule {
    const char *id;
    unsigned scopes; /* bits */
    const char *ere;
    enum rule_weight weight;
    bool is_generic;         /* yields to any other rule that matches in the same block */
    const char *cause, *fix; /* templates: one sentence, and one or two */
    /* A condition that no expression can describe, and words that no template can; NULL for
     * none. */
    bool (*is_it)(const struct rule_look *look);
    void (*words)(const struct rule_look *look, struct rule_words *out);
};

#endif
