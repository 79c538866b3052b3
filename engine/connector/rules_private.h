/* What the files of the rules share: their tables, and what a text tells beside its rule. */
#ifndef CONNECTOR_RULES_PRIVATE_H
#define CONNECTOR_RULES_PRIVATE_H

#include "connector/rules.h"

/* The end of a fix that brings what died back: left out where all tasks live. */
#define RESTART "[{?failed}; then restart {dead}]"

enum { LOOK_GROUPS = 6, LOOK_WORD_MAX = 1280 };

/* One look at a text: what the rule's expression took out of it, and all of it. */
struct rule_look {
    const char *text; /* whole, stack frames included */
    const struct rule_place *place;
    char group[LOOK_GROUPS][LOOK_WORD_MAX]; /* [0] all that matched; "" not taken part */
    char line[RULE_SAID_MAX];               /* the line that it stands in */
};

struct rule_table {
    const struct rule *rules;
    size_t n;
};
extern const struct rule_table rules_config, rules_data, rules_net, rules_kafka, rules_s3,
    rules_aws, rules_worker, rules_symptoms;

/* rules_facts.c: what a text says. False: it doesn't, out is "". */
bool fact_of(const struct rule_look *look, const char *name, char *out, size_t cap);
/* The first match of ere in text: its first group that took part. */
bool fact_take(const char *text, const char *ere, char *out, size_t cap);

/* Who stands at the other end of a connection. */
enum rule_peer {
    PEER_NONE,
    PEER_BROKER,
    PEER_S3,
    PEER_STORE, /* an S3 server of one's own: store.url */
    PEER_AWS,
    PEER_REGISTRY,
    PEER_DATABASE,
    PEER_OTHER
};
enum rule_peer fact_peer(const struct rule_look *look);

/* rules_words.c */
void words_expand(const struct rule_look *look, const char *template, char *out, size_t cap);
/* cause and fix from two templates */
void words_set(const struct rule_look *look, struct rule_words *out, const char *cause,
               const char *fix);

/* rules_denied.c: who was refused what, on what, by which policy, and what would allow it. */
void words_denied(const struct rule_look *look, struct rule_words *out);

#endif
