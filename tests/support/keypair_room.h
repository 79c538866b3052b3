/* For tests, over doctor_room: EC2 has the pair 0a1b-key, and SSM its private key. */
#ifndef SUPPORT_KEYPAIR_ROOM_H
#define SUPPORT_KEYPAIR_ROOM_H

#include "doctor_room.h"
#include "scratch.h"
#include "shell.h"

#define KEYPAIR_DENIED(action)                                                                     \
    "{\"Message\":\"User: arn:aws:iam::123456789012:user/u is not authorized to perform: " action  \
    " because no identity-based policy allows it\",\"__type\":\"AccessDeniedException\"}"
#define KEYPAIR_DENIED_XML(action)                                                                 \
    "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized "  \
    "to perform this operation. User: arn:aws:iam::123456789012:user/u is not authorized to "      \
    "perform: " action " because no identity-based policy allows the action</Message></Error>"     \
    "</Errors><RequestID>1</RequestID></Response>"
#define KEYPAIR_PAIR(name, id, fingerprint)                                                        \
    "<item><keyPairId>" id "</keyPairId><keyName>" name "</keyName><keyType>rsa</keyType>"         \
    "<keyFingerprint>" fingerprint "</keyFingerprint></item>"
#define KEYPAIR_PAIRS(items)                                                                       \
    "<DescribeKeyPairsResponse><keySet>" items "</keySet></DescribeKeyPairsResponse>"
#define KEYPAIR_HOST(id, key)                                                                      \
    "<item><instancesSet><item><instanceId>" id "</instanceId><instanceState><name>running</name>" \
    "</instanceState><keyName>" key "</keyName></item></instancesSet></item>"
#define KEYPAIR_HOSTS(items)                                                                       \
    "<DescribeInstancesResponse><reservationSet>" items "</reservationSet>"                        \
    "</DescribeInstancesResponse>"

/* AWS has both. The private key is the file `stored` of the scratch folder. */
void keypair_room_well(void);
/* EC2 has this pair alone. */
void keypair_room_pair(const char *name, const char *id, const char *fingerprint);
/* SSM's parameters all have this type, and the text of this file. */
void keypair_room_parameter(const char *file, const char *type);
/* EC2's fingerprint of a pair that it made, by openssl. */
const char *keypair_room_created(const char *file);

/* Has a check's fix done by a process of its own, which is killed (SIGKILL) in the middle: 24
 * times, each a little later. begin makes everything as it was; look sees what is there after the
 * kill, and once more after the fix was done again and the check says ok. */
void keypair_room_kill(const char *id, const char *setting, void (*begin)(void),
                       void (*look)(void));
/* For main: true when this process is that one; it has done the fix then. */
bool keypair_room_is_killed(int argc, char **argv);

#endif
