/* Explains state descriptions, traces and log lines: a table of rules, each a POSIX ERE with a
 * cause and a fix; and the symptoms that fields and metrics show. Pure, except for expressions that
 * are compiled once. Thread: any.
 *
 * A cause and a fix are templates: rule_explain fills in the host, class, bucket, topic or setting
 * that the text names. In a template {name} is what was found under that name, {name|other} has
 * another word when nothing was found, and [ … ] is left out when something in it was not found. */
#ifndef CONNECTOR_RULES_RULES_H
#define CONNECTOR_RULES_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "connector/rules/rule.h"

/* What is known of the connector, so that a fix can name it. Texts may be NULL for unknown. */
struct rule_place {
    bool is_msk;   /* MSK Connect: AWS runs the worker */
    bool is_up;    /* its tasks run: there is nothing to restart */
    bool is_whole; /* the connector itself failed, not one of its tasks */
    const char *connector, *class_name, *plugin, *role, *bootstrap;
    const char *bucket, *dir, *region, *store_url;
    const char *(*get)(const void *arg, const char *setting); /* of its configuration; "" none */
    const void *arg;
};

/* Room for a denial with its resource and AWS's additions. */
enum { RULE_WORDS_MAX = 3000, RULE_SAID_MAX = 2048 };

struct rule_words {
    char cause[RULE_WORDS_MAX], fix[RULE_WORDS_MAX]; /* without templates */
    char said[RULE_SAID_MAX]; /* the line that the rule matched, printable; "" */
    bool is_named;            /* the cause names what this text is about: no need to quote it */
};

size_t rules_count(void);
const struct rule *rules_at(size_t i);
const struct rule *rules_by_id(const char *id); /* NULL none; symptoms too */

/* Returns the rule for a block of text (a log event with its stack trace, a trace, "code:
 * message"), or NULL when none matches. The innermost "Caused by" is tried first. Of a long text
 * both ends are searched. */
const struct rule *rules_match(const char *text, unsigned scope);
/* The same with what is known of the connector; words is out and may be NULL. */
const struct rule *rules_find(const char *text, unsigned scope, const struct rule_place *place,
                              struct rule_words *words);
/* Returns whether this rule matches. */
bool rules_does_match(const struct rule *rule, const char *text);

/* Makes the rule's cause and fix for this text. Returns false when the rule does not match the
 * text; the words are then the general ones. */
bool rule_explain(const struct rule *rule, const char *text, const struct rule_place *place,
                  struct rule_words *words);

/* Symptoms: their IDs appear in verdicts; ere is NULL. */
size_t symptoms_count(void);
const struct rule *symptoms_at(size_t i);

#endif
