/* Shared by the files of the rules: their tables, and the facts that a text contains besides its
 * rule. */
#ifndef CONNECTOR_RULES_RULES_PRIVATE_H
#define CONNECTOR_RULES_RULES_PRIVATE_H

#include "connector/rules/rules.h"

/* The end of a fix that restarts what has failed: left out when all tasks run. */
#define RESTART "[{?failed}; then restart {dead}]"

enum { LOOK_GROUPS = 6, LOOK_WORD_MAX = 1280 };

/* A text that is being matched: what the rule's expression took out of it, and the whole of it. */
struct rule_look {
    const char *text; /* whole, stack frames included */
    const struct rule_place *place;
    char group[LOOK_GROUPS][LOOK_WORD_MAX]; /* [0] the whole match; "" a group that took no part */
    char line[RULE_SAID_MAX];               /* the line with the match */
};

struct rule_table {
    const struct rule *rules;
    size_t n;
};
extern const struct rule_table rules_config, rules_data, rules_net, rules_kafka, rules_s3,
    rules_aws, rules_worker, rules_symptoms;

/* In facts.c: reads a fact from the text. Returns false when the text lacks it; out is then "". */
bool fact_of(const struct rule_look *look, const char *name, char *out, size_t cap);

/* The peer of a connection. */
enum rule_peer {
    PEER_NONE,
    PEER_BROKER,
    PEER_S3,
    PEER_STORE, /* an S3 server of the user's own: store.url */
    PEER_AWS,
    PEER_REGISTRY,
    PEER_DATABASE,
    PEER_OTHER
};
enum rule_peer fact_peer(const struct rule_look *look);

/* In words.c. */
void words_expand(const struct rule_look *look, const char *template, char *out, size_t cap);
/* Makes cause and fix from two templates. */
void words_set(const struct rule_look *look, struct rule_words *out, const char *cause,
               const char *fix);

/* In denied.c: who was denied what, on what, by which policy, and what would allow it. */
void words_denied(const struct rule_look *look, struct rule_words *out);

#endif
