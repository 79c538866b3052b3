/* Checks of what a Kafka client needs on this host. pintop has it built in. */
#include "doctor/check.h"
#include "kafka/ask.h"

static void check_client(struct check *check)
{
    check_not_needed(check,
                     "pintop has both built in: librdkafka %s instead of Java 8 and the Kafka "
                     "client, and its own IAM tokens instead of aws-msk-iam-auth",
                     rd_kafka_version_str());
}

const struct check_row checks_of_client[] = {
    {.id = "client",
     .title = "Java, the Kafka client, the IAM jar",
     .step = "6-7",
     .use = CHECK_ALWAYS,
     .run = check_client},
    {.id = NULL },
};
