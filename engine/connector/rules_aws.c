/* What AWS answers beside S3: credentials, roles, secrets, Glue; and MSK Connect's own words about
 * a connector that it could not make or keep. */
#include <string.h>

#include "connector/rules_private.h"

#define LOG (RULE_LOG | RULE_API)
#define ANY (RULE_LOG | RULE_API | RULE_STATE)
#define MSK (RULE_API | RULE_STATE) /* MSK Connect's own words, which no worker logs */

/* A denial of S3 or of the brokers has rules of its own. */
static bool is_other_denial(const struct rule_look *look)
{
    return strstr(look->text, "(Service: Amazon S3") == NULL;
}

/* Who wanted to take which role, or to pass it on: the right is another one each time. */
static void words_role(const struct rule_look *look, struct rule_words *out)
{
    char action[64], resource[LOOK_WORD_MAX], principal[300];
    if (!fact_of(look, "action", action, sizeof action) ||
        !fact_of(look, "resource", resource, sizeof resource) ||
        !fact_of(look, "principal", principal, sizeof principal))
        return;
    if (strcmp(action, "iam:PassRole") == 0)
        words_set(
            look, out,
            "{principal} is not allowed to pass the role {resource} on to MSK Connect "
            "(iam:PassRole)[ (request id {request})]",
            "Allow {principal} the action iam:PassRole on {resource}, and let the trust policy "
            "of that role name kafkaconnect.amazonaws.com; then create the connector again");
    else
        words_set(
            look, out,
            "{principal} is not allowed to assume the role {resource} (sts:AssumeRole)[ "
            "(request id {request})]",
            "Let the trust policy of {resource} name {principal} (for the connector's own role: "
            "kafkaconnect.amazonaws.com), and allow sts:AssumeRole on it if it is of another "
            "account; then restart the connector");
}

/* clang-format off */
static const struct rule rules[] = {
    /* MSK Connect. */
    {"msk-subnet-full", MSK,
     "(not enough|insufficient|[Nn]o|run out of|not have enough)[^.\n]* free (private )?(IP|addresses)|InsufficientFreeAddressesInSubnet|InsufficientFreeAddresses|does(n't| not) have enough (free|available) (IP )?addresses|(not enough|[Nn]o|[Ii]nsufficient) (available )?IP addresses[^.]*",
     RULE_FATAL, false,
     "a subnet of the connector has no free IP address for its workers[ (subnet {subnet})]",
     "Free addresses in the subnet[ {subnet}] (each worker takes one), or delete the connector and create it again with other subnets: the subnets of a connector cannot be changed",
     NULL, NULL},
    {"msk-linked-role", MSK,
     "[Ss]ervice[- ][Ll]inked [Rr]ole[^.\n]*|AWSServiceRoleForKafkaConnect|iam:CreateServiceLinkedRole",
     RULE_FATAL, false,
     "MSK Connect has no service-linked role in this account (AWSServiceRoleForKafkaConnect): it needs it to put network interfaces into the subnets",
     "Create it once: aws iam create-service-linked-role --aws-service-name kafkaconnect.amazonaws.com; or allow iam:CreateServiceLinkedRole to whoever creates the connector. Then create the connector again",
     NULL, NULL},
    {"msk-plugin-changed", MSK,
     "([Pp]lugin|S3)[^.\n]* (object|file|ZIP)[^.\n]* (has |was |have been |been )*(changed|modified|deleted|replaced|overwritten)|ETag[^.\n]*(does not|doesn't) match[^.\n]*|object version[^.\n]*(does not exist|changed)",
     RULE_FATAL, false,
     "the ZIP of the custom plugin[ {plugin}] in S3 is not the one any more that the plugin was made from",
     "Put the object back as it was, or create a new custom plugin from the new ZIP and create the connector anew with it: a plugin is bound to the object as it was",
     NULL, NULL},
    {"msk-plugin-unreadable", MSK,
     "(custom )?[Pp]lugin[^.\n]*(could not be|cannot be|can't be|not) (read|found|accessed|downloaded)[^.\n]*|not a valid (ZIP|zip|JAR|jar)[^.\n]*|InvalidInput\\.[A-Za-z]*Plugin[A-Za-z]*",
     RULE_FATAL, false,
     "MSK Connect cannot use the object that the custom plugin[ {plugin}] is made from",
     "See that the object is there and is a ZIP (or a JAR) with JARs in it: aws s3api head-object, unzip -l; then create a new custom plugin from it",
     NULL, NULL},
    {"msk-capacity", MSK,
     "[Ii]nsufficient [Cc]apacity|InsufficientCapacity|not (enough|have sufficient) capacity[^.\n]*|capacity (is )?(not available|unavailable)",
     RULE_FATAL, false,
     "AWS has no capacity for the workers of the connector at the moment",
     "Create the connector again later, or with subnets in other availability zones, or with fewer MCUs",
     NULL, NULL},
    {"msk-quota", MSK,
     "ServiceQuotaExceededException:? *[^\n]*|(limit|quota) (of|for) [^.\n]*(connectors|workers|MCUs?|plugins)[^.\n]*(exceeded|reached)|([Ee]xceeds?|exceeded|reached) [^.\n]*(limit|quota)[^.\n]*(connectors|workers|MCUs?)",
     RULE_FATAL, false,
     "a quota of MSK Connect in this account is used up[: {0}]",
     "Delete connectors that nobody needs, or ask for a higher quota (Service Quotas, MSK Connect)",
     NULL, NULL},
    {"msk-security-group", MSK,
     "InvalidGroup\\.NotFound[^\n]*|[Ss]ecurity group[^.\n]*[^.\n]*(does not exist|not found|invalid)",
     RULE_FATAL, false,
     "a security group of the connector does not exist[: {sg}]",
     "Create the connector again with a security group of the cluster's VPC",
     NULL, NULL},
    {"msk-subnet-gone", MSK,
     "InvalidSubnetID\\.NotFound|[Ss]ubnet[^.\n]*[^.\n]*(does not exist|not found|invalid)",
     RULE_FATAL, false,
     "a subnet of the connector does not exist[: {subnet}]",
     "Create the connector again with subnets of the cluster's VPC",
     NULL, NULL},
    {"msk-log-group", MSK,
     "(log group|LogGroup)[^.\n]*(does not exist|doesn't exist|not found)[^.\n]*|InvalidInput\\.[A-Za-z]*Log[A-Za-z]*",
     RULE_FATAL, false,
     "the log group that the connector delivers its log to does not exist",
     "Create the log group in CloudWatch Logs (aws logs create-log-group), then create the connector again",
     NULL, NULL},
    {"role-trust", ANY,
     "not authorized to perform: (sts:AssumeRole|iam:PassRole)|[Uu]nable to assume (the )?(service execution )?role[^.\n]*|(execution role|role)[^.\n]* (cannot|can't|could not) be assumed[^.\n]*",
     RULE_FATAL, false,
     "the role {role|of the connector} can't be taken: its trust, or the right to pass it, is missing",
     "Let the trust policy of {role|the role} name kafkaconnect.amazonaws.com with sts:AssumeRole, and allow whoever creates the connector iam:PassRole on it; then create or restart the connector",
     NULL, words_role},
    /* Credentials. */
    {"kafka-creds-missing", LOG,
     "Failed to find AWS IAM Credentials|Unable to load (AWS )?credentials from any",
     RULE_FATAL, false,
     "no AWS credentials reach the worker: every place where it looks for them is empty",
     "[{?msk}Let the trust policy of {role|the service execution role} name kafkaconnect.amazonaws.com, and see that STS can be reached from the subnets (interface endpoint com.amazonaws.{region|REGION}.sts, or NAT)][{?own}Give the worker's process credentials: an instance or task role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in its environment]" RESTART,
     NULL, NULL},
    {"aws-expired", LOG,
     "ExpiredTokenException|security token included in the request is expired",
     RULE_FATAL, false,
     "the temporary AWS credentials of the worker have run out",
     "Give the worker a role instead of keys that end after hours, or new keys; then restart it",
     NULL, NULL},
    {"aws-key-unknown", LOG,
     "InvalidClientTokenId|UnrecognizedClientException|security token included in the request is invalid",
     RULE_FATAL, false,
     "AWS does not know the access key that the worker signs with (or a temporary key lacks its session token)",
     "Correct the keys of the worker (a key that begins with ASIA needs its session token), then restart it",
     NULL, NULL},
    {"aws-clock", LOG,
     "Signature expired: |Signature not yet current|RequestExpired",
     RULE_FATAL, false,
     "the clock of the worker is off by more than 5 minutes: AWS refuses its signatures",
     "Set the worker's clock (NTP)" RESTART,
     NULL, NULL},
    {"secret-missing", LOG,
     "Secrets Manager can't find the specified secret|ParameterNotFoundException|ParameterNotFound",
     RULE_FATAL, false,
     "a secret that the configuration refers to does not exist in this account and region",
     "Correct the name in the configuration's reference to it, or create the secret in the region of the worker; then restart the connector",
     NULL, NULL},
    {"config-provider", LOG,
     "Could not (resolve|read properties from) [^\n]*|Unable to resolve [$].[^ \n]*|No config provider [^\n]*|config\\.providers[^\n]*not found",
     RULE_FATAL, false,
     "a reference to a secret or file in the configuration cannot be resolved on the worker[: {0}]",
     "See that the worker's config.providers has that provider, and that the file or secret is there and readable for the worker; then restart the connector",
     NULL, NULL},
    {"aws-denied", LOG,
     "not authorized to perform:? [a-z-]+:[A-Za-z]+|AccessDeniedException \\(Service|\\(Service: A[A-Za-z]+; Status Code: 40[03]; Error Code: AccessDeniedException",
     RULE_FATAL, false,
     "AWS refuses the connector's role a call",
     "Allow the call in a policy of the role" RESTART,
     is_other_denial, words_denied},
    {"aws-throttled", LOG,
     "(ThrottlingException|Throttling: Rate exceeded|TooManyRequestsException|ProvisionedThroughputExceededException|RequestLimitExceeded)",
     RULE_ERROR, false,
     "AWS asks the connector for fewer calls[ ({1})]",
     "Fewer tasks, or a higher quota of that service; a restart only sends the same calls again",
     NULL, NULL},
    /* Glue. */
    {"glue-not-found", LOG,
     "EntityNotFoundException[^\n]*([Rr]egistry|[Ss]chema)[^\n]*|(Schema|Registry) is not found[^\n]*|AWSSchemaRegistryException[^\n]*EntityNotFound",
     RULE_FATAL, false,
     "the Glue schema registry has no such schema or registry",
     "Correct value.converter.registry.name, schemaName and region, or let the converter make it (schemaAutoRegistrationEnabled=true with glue:CreateSchema)" RESTART,
     NULL, NULL},
    {"glue-data", LOG,
     "GlueSchemaRegistryIncompatibleDataException[^\n]*|Data is not compatible with schema registry[^\n]*|Invalid schema registry header version byte[^\n]*",
     RULE_FATAL, false,
     "{record|a record} was not written with the Glue schema registry, but the converter reads only such records",
     "Use the converter that fits what is produced (for plain JSON: org.apache.kafka.connect.json.JsonConverter)" RESTART,
     NULL, NULL},
    {"glue-failed", LOG,
     "AWSSchemaRegistryException: *([^\n]*)",
     RULE_FATAL, true,
     "the Glue schema registry did not give the schema[: {1}]",
     "The last Caused by of the trace is the reason: a right (glue:GetSchemaVersion), the way to Glue, or the registry's name",
     NULL, NULL},
};
/* clang-format on */

const struct rule_table rules_aws = {rules, sizeof rules / sizeof *rules};
