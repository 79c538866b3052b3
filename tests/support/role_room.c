#include "role_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/url.h"

/* GetRole's answers: while one is sent the next may be made, so none is changed. */
enum { ROLE_ANSWERS = 128 };
static char role_answers[ROLE_ANSWERS][16384];

void role_room_is_encoded(const char *arn, const char *encoded)
{
    static size_t slot;
    assert_true(++slot < ROLE_ANSWERS);
    snprintf(role_answers[slot], sizeof role_answers[0],
             "<GetRoleResponse><GetRoleResult><Role><Arn>%s</Arn><RoleName>" ROLE_NAME "</RoleName>"
             "<Path>/</Path><RoleId>AROAOWNOWNOWNOWNOWN</RoleId><AssumeRolePolicyDocument>%s"
             "</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>",
             arn, encoded);
    local_aws_say(&aws_room, "Action=GetRole", 200, role_answers[slot]);
}

void role_room_is(const char *arn, const char *trust)
{
    struct buf encoded;
    buf_init(&encoded, 16000);
    url_encode(&encoded, trust, strlen(trust), URL_UNRESERVED);
    role_room_is_encoded(arn, encoded.data);
    buf_done(&encoded);
}

/* What the simulator is asked, one row a request. */
/* clang-format off */
static const struct {
    const char *in; /* the request is known by it */
    const char *actions[5], *resources[5];
} ASKED[] = {
    {"kafka-cluster%3AConnect",
     {"kafka-cluster:Connect", "kafka-cluster:DescribeCluster",
      "kafka-cluster:WriteDataIdempotently"},
     {DOCTOR_ROOM_ARN}},
    {"topic%2Fpins%2F1-2%2F0a1b.pin",
     {"kafka-cluster:DescribeTopic", "kafka-cluster:ReadData", "kafka-cluster:WriteData",
      "kafka-cluster:CreateTopic"},
     {"arn:aws:kafka:eu-west-1:123456789012:topic/pins/1-2/0a1b.pin",
      "arn:aws:kafka:eu-west-1:123456789012:topic/pins/1-2/0a1b.geo",
      "arn:aws:kafka:eu-west-1:123456789012:topic/pins/1-2/0a1b.user",
      "arn:aws:kafka:eu-west-1:123456789012:topic/pins/1-2/__amazon_msk_connect_*"}},
    {"group%2Fpins%2F1-2%2Fconnect-0a1b-connector",
     {"kafka-cluster:DescribeGroup", "kafka-cluster:AlterGroup"},
     {"arn:aws:kafka:eu-west-1:123456789012:group/pins/1-2/connect-0a1b-connector"}},
    {"s3%3AListBucket",
     {"s3:ListBucket", "s3:GetBucketLocation"},
     {"arn:aws:s3:::0a1b-bucket"}},
    {"s3%3APutObject",
     {"s3:PutObject", "s3:AbortMultipartUpload"},
     {"arn:aws:s3:::0a1b-bucket/topics/0a1b.pin/partition=0/0a1b.pin+0+0000000000.json"}},
};
/* clang-format on */
enum { ASKS = sizeof ASKED / sizeof *ASKED };
/* The server's thread may still be sending an answer when the next one is made: none is changed. */
enum { SIMULATED = 512, ANSWER_MAX = 16384 };
static char *simulated[SIMULATED];
static size_t n_simulated;

void role_room_rights(const char *action, const char *where, const char *is)
{
    for (size_t i = 0; i < ASKS; i++) {
        struct buf xml;
        buf_init(&xml, ANSWER_MAX);
        buf_puts(&xml, "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult>"
                       "<IsTruncated>false</IsTruncated><EvaluationResults>");
        for (size_t a = 0; a < 5 && ASKED[i].actions[a] != NULL; a++) {
            const char *name = ASKED[i].actions[a];
            buf_printf(&xml,
                       "<member><EvalActionName>%s</EvalActionName><EvalResourceName>*"
                       "</EvalResourceName><EvalDecision>allowed</EvalDecision>"
                       "<ResourceSpecificResults>",
                       name);
            for (size_t r = 0; r < 5 && ASKED[i].resources[r] != NULL; r++) {
                const char *arn = ASKED[i].resources[r];
                bool is_that =
                    action != NULL && strcmp(action, name) == 0 && strstr(arn, where) != NULL;
                buf_printf(&xml, "<member><EvalResourceName>%s</EvalResourceName>%s</member>", arn,
                           is_that ? is : ROLE_ALLOWED);
            }
            buf_puts(&xml, "</ResourceSpecificResults></member>");
        }
        buf_puts(&xml, "</EvaluationResults></SimulatePrincipalPolicyResult>"
                       "</SimulatePrincipalPolicyResponse>");
        assert_false(xml.is_over);
        assert_true(n_simulated < SIMULATED);
        simulated[n_simulated] = buf_take(&xml, NULL);
        local_aws_say(&aws_room, ASKED[i].in, 200, simulated[n_simulated++]);
    }
}

void role_room_well(void)
{
    pthread_mutex_lock(&aws_room.lock);
    aws_room.n_rules = 0;
    pthread_mutex_unlock(&aws_room.lock);
    doctor_room_well();
    role_room_is(ROLE_ARN, ROLE_TRUSTS_ALL);
    role_room_rights(NULL, "", "");
}

void role_room_without_cluster(void)
{
    role_room_well();
    local_aws_say(&aws_room, "/api/v2/clusters", 200, "{\"clusterInfoList\":[]}");
}
