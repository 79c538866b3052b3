/* Facts that a text itself contains, without the configuration. The functions return false when it
 * lacks the fact; out is then "". Thread: any. */
#ifndef CONNECTOR_RULES_TEXT_FACTS_H
#define CONNECTOR_RULES_TEXT_FACTS_H

#include <stdbool.h>
#include <stddef.h>

/* A fact by its name: "host", "port", "topic" … */
bool fact_of_text(const char *text, const char *name, char *out, size_t cap);
/* The first match of ere in text: its second group if that took part, otherwise its first. */
bool fact_take(const char *text, const char *ere, char *out, size_t cap);

#endif
