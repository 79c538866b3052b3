/* The checks of the brokers: how they log in (kafka_login.c), why they are not reached
 * (kafka_way.c), what is on them (kafka_topics.c), and what is allowed (kafka_acl.c). */
#ifndef DOCTOR_KAFKA_H
#define DOCTOR_KAFKA_H

#include "aws/msk_token.h"
#include "doctor/check.h"

enum { KAFKA_LIMIT_MS = 12000, ACL_LIMIT_MS = 20000 };

/* The configuration that a Kafka client uses here: with the servers that AWS named, unless others
 * are configured. */
const struct pt_config *kafka_client_config(const struct check *check);
/* Makes an IAM token where the cluster needs one; otherwise out stays empty. Errors as for
 * credentials. */
pt_code kafka_make_token(struct check *check, const struct pt_config *cfg, struct msk_token *out,
                         struct pt_error *err);

struct reach;
/* Says why brokers cannot be reached: at least one of them is not. */
void kafka_say_unreached(struct check *check, const struct reach *hosts, size_t n);

void kafka_check_topics(struct check *check);
void kafka_check_acl(struct check *check);
extern const struct check_fix kafka_topics_fix;

#endif
