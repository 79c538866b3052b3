/* `status --nagios`: a snapshot as one line for Nagios and what speaks its protocol (Icinga,
 * Naemon, Checkmk). The format follows the Nagios plugin development guidelines: status, text, `|`,
 * performance data. */
#ifndef CLI_NAGIOS_H
#define CLI_NAGIOS_H

#include <stddef.h>

#include "pintop/snapshot.h"

/* Exit status and word: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
enum nagios_status { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };
enum nagios_status nagios_status_of(enum pt_verdict verdict);

/* Writes the line, without a newline; returns the exit status. */
enum nagios_status nagios_line(const struct pt_snapshot *snap, char *out, size_t cap);
/* Replaces what would end the text: `|`, and control bytes. */
void nagios_clean(char *text);

#endif
