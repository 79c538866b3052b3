/* Shared by the commands on topics that go through AWS. */
#ifndef AWAY_TOPICS_PRIVATE_H
#define AWAY_TOPICS_PRIVATE_H

#include "away/topics.h"

#define THROUGH_AWS "through the AWS API, because no broker can be reached"

enum { AWAY_CLUSTER_MAX = 72, AWAY_WHY_MAX = 300 };
/* After a lost answer the topic is looked for as long as that. */
enum { AWAY_LOOK_MS = 5000, AWAY_BETWEEN_MS = 500 };

void away_say(struct pt_result *result, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Credentials and the cluster, for a topic whose name can be one. is_new: the rule for names of new
 * topics holds, too. away_call_done, also after an error. */
pt_code away_begin_topic(struct away *away, struct away_call *call, const char *topic, bool is_new,
                         struct pt_error *err);
/* The same for a change, which a read-only pintop refuses (PT_EREADONLY). */
pt_code away_begin_change(struct away *away, struct away_call *call, const char *topic, bool is_new,
                          struct pt_error *err);
/* The name within the ARN: "...:cluster/NAME/...". Returns out. */
const char *away_cluster_name(const struct away_call *call, char *out, size_t cap);
pt_code away_no_topic(const char *topic, struct pt_error *err);
/* Waits AWAY_BETWEEN_MS. */
void away_nap(void);
/* Puts lines "key=value" into result->configs, as one allocation with its texts. */
void away_take_configs(const char *lines, struct pt_result *result);

#endif
