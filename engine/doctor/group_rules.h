/* Whether security groups let a host in. Pure. Thread: any. */
#ifndef DOCTOR_GROUP_RULES_H
#define DOCTOR_GROUP_RULES_H

#include "aws/ec2_network.h"

/* Who asks to be let in, and where. Lists are separated by commas. */
struct group_caller {
    const char *addresses; /* as the groups see them, of both families; "" not known */
    const char *groups;    /* that the caller's interface is in; "" not known */
    const char *to;        /* the address that it calls, whose family decides */
    int port;
};

/* Groups allow; nothing in them refuses. So one rule that fits is enough to be let in, and it takes
 * all of them to know that none does. */
enum group_says {
    GROUP_UNCLEAR, /* a rule may fit: by a prefix list, or since the caller is not known */
    GROUP_LETS_IN,
    GROUP_KEEPS_OUT
};

/* Judges all the groups of one interface.
 *
 * sources  appends those that may call the port, each once: "10.0.0.0/16, sg-2". */
enum group_says group_rules_judge(const struct ec2_groups *groups,
                                  const struct group_caller *caller, struct buf *sources);

/* Returns whether "10.0.0.0/16" or "2001:db8::/32" holds the address. False for what is none. */
bool group_range_has(const char *range, const char *address);

#endif
