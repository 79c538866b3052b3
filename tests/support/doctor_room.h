/* A place for tests of the setup's checks: over aws_room, one check at a time, with what it said.
 */
#ifndef SUPPORT_DOCTOR_ROOM_H
#define SUPPORT_DOCTOR_ROOM_H

#include "aws_room.h"
#include "pintop/doctor.h"

#define DOCTOR_ROOM_ARN "arn:aws:kafka:eu-west-1:123456789012:cluster/pins/1-2"
#define DOCTOR_ROOM_CLUSTER(state, more)                                                           \
    "\"clusterArn\":\"" DOCTOR_ROOM_ARN "\",\"clusterName\":\"pins\",\"state\":\"" state "\","     \
    "\"clusterType\":\"PROVISIONED\",\"provisioned\":{\"numberOfBrokerNodes\":3,"                  \
    "\"clientAuthentication\":{\"sasl\":{\"iam\":{\"enabled\":true}}}," more                       \
    "\"currentBrokerSoftwareInfo\":{\"kafkaVersion\":\"2.8.1\"}}"

/* Says who the caller is, and that the cluster "pins" is there, active, with its brokers. */
void doctor_room_well(void);
/* Makes one check (and those that it needs) with these settings over aws_room's, and UserID 0a1b.
 * What it said is valid until the next call. */
const struct pt_check *doctor_room_check(const char *id, const char *const *settings);
/* The same; fails the test unless it has this state, and these texts are in its evidence and fix
 * (NULL: there is no fix). */
void doctor_room_says(const char *id, const char *const *settings, enum pt_check_state state,
                      const char *evidence, const char *fix);
/* Has the check's fix done; returns what the check says afterwards. plan: what must be in the plan;
 * NULL: no fix may be planned. */
const struct pt_check *doctor_room_fix(const char *id, const char *const *settings,
                                       const char *plan);

/* Has the check's fix done, whatever it would be, and returns how that ended. */
struct pt_error doctor_room_fix_ends(const char *id, const char *const *settings);
/* What was shown last of a log beside that fix; "" nothing. */
const char *doctor_room_log(void);

#endif
