/* The facts that are made from more than one line of a text, from code, or from the
 * configuration. Each function fills out with a word or "", and returns whether there is one. */
#ifndef CONNECTOR_RULES_FACTS_H
#define CONNECTOR_RULES_FACTS_H

#include "connector/rules/rules_private.h"

/* In peer.c. */
bool peer_words(const struct rule_look *look, char *out, size_t cap);
bool region_words(const struct rule_look *look, char *out, size_t cap);
bool service_words(const struct rule_look *look, char *out, size_t cap);

/* In settings.c. */
const char *fact_setting(const struct rule_look *look, const char *name); /* its value; "" none */
/* The setting of this connector's class that corresponds to `name` of Confluent's sink. */
bool fact_setting_name(const struct rule_look *look, const char *name, char *out, size_t cap);
bool user_word(const struct rule_look *look, char *out, size_t cap);
bool login_words(const struct rule_look *look, char *out, size_t cap);
bool host_setting_words(const struct rule_look *look, char *out, size_t cap);

#endif
