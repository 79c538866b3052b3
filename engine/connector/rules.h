/* What went wrong, read out of state descriptions, traces and log lines: a table of rules, each a
 * POSIX ERE with a cause and what to do; and the symptoms that fields and metrics show. Pure, but
 * for expressions that are compiled once. Thread: any.
 *
 * A cause and a fix are templates: rule_explain fills in whose host, class, bucket, topic or
 * setting the text speaks of. In a template {name} is what was found under that name, {name|other}
 * has another word where nothing was, and [ … ] is left out when something in it wasn't found. */
#ifndef CONNECTOR_RULES_H
#define CONNECTOR_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "connector/rule.h"

/* What the connector says of itself, so that a fix can name it. Texts may be NULL: not known. */
struct rule_place {
    bool is_msk;   /* MSK Connect: AWS runs the worker */
    bool is_up;    /* its tasks live: there is nothing to restart */
    bool is_whole; /* it died itself, not one of its tasks */
    const char *connector, *class_name, *plugin, *role, *bootstrap;
    const char *bucket, *dir, *region, *store_url;
    const char *(*get)(const void *arg, const char *setting); /* of its configuration; "" none */
    const void *arg;
};

/* A denial with its resource and what AWS adds to it fits. */
enum { RULE_WORDS_MAX = 3000, RULE_SAID_MAX = 2048 };

struct rule_words {
    char cause[RULE_WORDS_MAX], fix[RULE_WORDS_MAX]; /* without templates */
    char said[RULE_SAID_MAX]; /* the line that the rule goes by, printable; "" */
    bool is_named;            /* the cause names what this text speaks of: no need to quote it */
};

size_t rules_count(void);
const struct rule *rules_at(size_t i);
const struct rule *rules_by_id(const char *id); /* NULL none; symptoms too */

/* The rule for a block of text (a log event with its stack trace, a trace, "code: message"); NULL:
 * none matches. The innermost "Caused by" is looked at first. A long text is looked at by its
 * ends. */
const struct rule *rules_match(const char *text, unsigned scope);
/* The same beside what is known of the connector; words: out, may be NULL. */
const struct rule *rules_find(const char *text, unsigned scope, const struct rule_place *place,
                              struct rule_words *words);
/* Does this one match? */
bool rules_does_match(const struct rule *rule, const char *text);

/* The rule's cause and fix for this text. False: the text isn't one that the rule matches; the
 * words are then those that need nothing from it. */
bool rule_explain(const struct rule *rule, const char *text, const struct rule_place *place,
                  struct rule_words *words);

/* Symptoms: their ids stand in verdicts; ere is NULL. */
size_t symptoms_count(void);
const struct rule *symptoms_at(size_t i);

#endif
