/* What `pintop status` prints. */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "pintop/snapshot.h"

/* A snapshot for people, on stdout. */
void status_print(const struct pt_snapshot *snap);

#endif
