/* What the servers and the kind of login say together: ports that take another login than the one
 * that is configured, and a login that is never asked for. Warnings, as a proxy or a port mapping
 * may make it right. */
#ifndef CONFIG_SERVERS_H
#define CONFIG_SERVERS_H

#include "config/store.h"

/* After the cluster is settled. Errors PT_ECONFIG: the servers are a placeholder. */
pt_code servers_check(struct pt_config *cfg, struct pt_error *err);

#endif
