/* The facts that are made of more than one line of a text: of its code, of the configuration.
 * Each fills out with a word or "", and says whether there is one. */
#ifndef CONNECTOR_RULES_FACTS_H
#define CONNECTOR_RULES_FACTS_H

#include "connector/rules_private.h"

/* rules_peer.c */
bool peer_words(const struct rule_look *look, char *out, size_t cap);
bool region_words(const struct rule_look *look, char *out, size_t cap);
bool service_words(const struct rule_look *look, char *out, size_t cap);

/* rules_settings.c */
const char *fact_setting(const struct rule_look *look, const char *name); /* its value; "" none */
/* What the class of this connector calls what Confluent's sink calls `name`. */
bool fact_setting_name(const struct rule_look *look, const char *name, char *out, size_t cap);
bool user_word(const struct rule_look *look, char *out, size_t cap);
bool login_words(const struct rule_look *look, char *out, size_t cap);
bool host_setting_words(const struct rule_look *look, char *out, size_t cap);

#endif
