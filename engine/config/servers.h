/* Checks the servers against the kind of login: ports that accept another login than the
 * configured one, and a login that is never used. These are warnings, because a proxy or a port
 * mapping may make it right. */
#ifndef CONFIG_SERVERS_H
#define CONFIG_SERVERS_H

#include "config/store.h"

/* After the cluster is settled. Errors PT_ECONFIG: the servers are a placeholder. */
pt_code servers_check(struct pt_config *cfg, struct pt_error *err);

#endif
