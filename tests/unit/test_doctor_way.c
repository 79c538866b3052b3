/* Why a broker cannot be reached: what security groups let in, by their rules, and what
 * kafka.connect says of a broker on loopback that gives no answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/group_rules.h"
#include "doctor/kafka.h"
#include "doctor/said.h"
#include "doctor_room.h"
#include "net/reach.h"
#include "silent_port.h"

/* ---- the rules ---- */

static void ranges_hold_addresses_of_their_family(void **state)
{
    (void)state;
    static const struct {
        const char *range, *address;
        bool has;
    } rows[] = {
        {"10.0.0.0/16",   "10.0.255.1",       true },
        {"10.0.0.0/16",   "10.1.0.1",         false},
        {"10.1.2.3/32",   "10.1.2.3",         true },
        {"10.1.2.3/32",   "10.1.2.2",         false},
        {"10.1.2.128/25", "10.1.2.129",       true },
        {"10.1.2.128/25", "10.1.2.127",       false},
        {"0.0.0.0/0",     "192.0.2.1",        true },
        {"::/0",          "2001:db8::1",      true },
        {"2001:db8::/33", "2001:db8::1",      true },
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::/0",          "10.0.0.1",         false},
        {"10.0.0.0/33",   "10.0.0.1",         false},
        {"10.0.0.0/",     "10.0.0.1",         false},
        {"10.0.0.0/8x",   "10.0.0.1",         false},
        {"10.0.0.0",      "10.0.0.0",         false},
        {"pl-1",          "10.0.0.0",         false},
        {"10.0.0.0/8",    "",                 false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (group_range_has(rows[i].range, rows[i].address) != rows[i].has)
            fail_msg("%s and %s", rows[i].range, rows[i].address);
}

static const struct {
    const char *sources[3];
    int from, to;
    const char *addresses, *groups, *called;
    enum group_says says;
    const char *named;
} RULES[] = {
    {{"10.0.0.0/16"},                             9098, 9098,  "10.0.4.5", "sg-9",      "10.0.0.7", GROUP_LETS_IN,   "10.0.0.0/16"},
    {{"10.0.0.0/16"},                             9098, 9098,  "10.1.2.3", "sg-9",      "10.0.0.7", GROUP_KEEPS_OUT, "10.0.0.0/16"},
    {{"10.0.0.0/16"},                             9092, 9096,  "10.0.4.5", "sg-9",      "10.0.0.7", GROUP_KEEPS_OUT, ""           },
    {{"10.0.0.0/16"},                             0,    65535, "10.0.4.5", "",          "10.0.0.7", GROUP_LETS_IN,   "10.0.0.0/16"},
    {{"10.0.0.0/16"},                             9098, 9098,  "",         "",          "10.0.0.7", GROUP_UNCLEAR,   "10.0.0.0/16"},
    {{"0.0.0.0/0"},                               9098, 9098,  "",         "",          "10.0.0.7", GROUP_LETS_IN,   "0.0.0.0/0"  },
    {{"::/0"},                                    9098, 9098,  "",         "",          "10.0.0.7", GROUP_KEEPS_OUT, "::/0"       },
    {{"::/0"},                                    9098, 9098,  "",         "",          "fd00::7",  GROUP_LETS_IN,   "::/0"       },
    {{"fd00:1::/64"},
     9098,                                              9098,
     "10.0.4.5,fd00:1::5",                                                 "",
     "fd00::7",                                                                                     GROUP_LETS_IN,
     "fd00:1::/64"                                                                                                                },
    {{"fd00:1::/64"},                             9098, 9098,  "10.0.4.5", "",          "fd00::7",  GROUP_UNCLEAR,   "fd00:1::/64"},
    {{"sg-2"},                                    9098, 9098,  "10.0.4.5", "sg-1,sg-2", "10.0.0.7", GROUP_LETS_IN,   "sg-2"       },
    {{"sg-2"},                                    9098, 9098,  "10.0.4.5", "sg-22",     "10.0.0.7", GROUP_KEEPS_OUT, "sg-2"       },
    {{"sg-2"},                                    9098, 9098,  "10.0.4.5", "",          "10.0.0.7", GROUP_UNCLEAR,   "sg-2"       },
    {{"pl-1", "10.9.0.0/16"},
     9098,                                              9098,
     "10.0.4.5",                                                           "sg-9",
     "10.0.0.7",                                                                                    GROUP_UNCLEAR,
     "pl-1, 10.9.0.0/16"                                                                                                          },
    {{"pl-1", "10.0.0.0/16"},
     9098,                                              9098,
     "10.0.4.5",                                                           "sg-9",
     "10.0.0.7",                                                                                    GROUP_LETS_IN,
     "pl-1, 10.0.0.0/16"                                                                                                          },
    {{"10.0.0.0/1", "10.0.0.0/16", "10.0.0.0/1"},
     9098,                                              9098,
     "",                                                                   "",
     "10.0.0.7",                                                                                    GROUP_UNCLEAR,
     "10.0.0.0/1, 10.0.0.0/16"                                                                                                    },
    {{""},
     9098,                                              9098,
     "10.0.4.5",                                                           "sg-9",
     "10.0.0.7",                                                                                    GROUP_UNCLEAR,
     "a source that EC2 does not report"                                                                                          },
};

static void one_rule_that_fits_lets_in_and_none_keeps_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        struct ec2_rule rules[3];
        struct ec2_group group = {.id = "sg-0", .rules = rules};
        const struct ec2_groups groups = {1, &group};
        const struct group_caller caller = {RULES[i].addresses, RULES[i].groups, RULES[i].called,
                                            9098};
        struct buf sources;
        for (; group.n_rules < 3 && RULES[i].sources[group.n_rules] != NULL; group.n_rules++) {
            struct ec2_rule *rule = &rules[group.n_rules];
            *rule = (struct ec2_rule){.port_from = RULES[i].from, .port_to = RULES[i].to};
            snprintf(rule->source, sizeof rule->source, "%s", RULES[i].sources[group.n_rules]);
        }
        buf_init(&sources, 1000);
        if (group_rules_judge(&groups, &caller, &sources) != RULES[i].says ||
            strcmp(sources.data != NULL ? sources.data : "", RULES[i].named) != 0)
            fail_msg("row %zu: %s", i, sources.data);
        buf_done(&sources);
    }
    assert_int_equal(group_rules_judge(&(struct ec2_groups){0},
                                       &(struct group_caller){"", "", "", 1}, &(struct buf){0}),
                     GROUP_UNCLEAR);
}

/* ---- a broker that gives no answer ---- */

enum { FIRST_PORT = 9098 }; /* one that brokers have */

static struct silent_port broker;
static char servers[80];

static int open_room(void **state)
{
    silent_port_open(&broker, FIRST_PORT);
    snprintf(servers, sizeof servers, "bootstrap.servers=127.0.0.1:%d", broker.port);
    return aws_room_open(state);
}

static int close_room(void **state)
{
    silent_port_close(&broker);
    unsetenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    return aws_room_close(state);
}

#define AT(server) AWS_ROOM_SET(server, "security.protocol=SASL_SSL", "sasl.mechanism=AWS_MSK_IAM")
#define CLUSTER_IN_VPC                                                                             \
    DOCTOR_ROOM_CLUSTER("ACTIVE", "\"brokerNodeGroupInfo\":{\"clientSubnets\":[\"subnet-a\"],"     \
                                  "\"securityGroups\":[\"sg-1\"]},")
#define GROUP(permissions)                                                                         \
    "<R><securityGroupInfo><item><groupId>sg-1</groupId><ipPermissions>" permissions               \
    "</ipPermissions></item></securityGroupInfo></R>"
#define ALLOWS(protocol, from, to, more)                                                           \
    "<item><ipProtocol>" protocol "</ipProtocol><fromPort>" from "</fromPort><toPort>" to          \
    "</toPort>" more "</item>"
#define EVERYTHING(more) "<item><ipProtocol>-1</ipProtocol>" more "</item>"
#define RANGE(range) "<ipRanges><item><cidrIp>" range "</cidrIp></item></ipRanges>"
#define RANGE_V6(range) "<ipv6Ranges><item><cidrIpv6>" range "</cidrIpv6></item></ipv6Ranges>"
#define MEMBERS(group) "<groups><item><groupId>" group "</groupId></item></groups>"
#define PREFIXES(list)                                                                             \
    "<prefixListIds><item><prefixListId>" list "</prefixListId></item></prefixListIds>"
#define IMDS_MACS "/latest/meta-data/network/interfaces/macs/0e:01"

static void way_well(void)
{
    doctor_room_well();
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 200, "{\"clusterInfo\":{" CLUSTER_IN_VPC "}}");
    local_aws_say(&aws_room, "AmazonSSM", 200, "{\"Parameters\":[]}");
    local_aws_say(&aws_room, "Action=DescribeKeyPairs", 200, "<R><keySet/></R>");
    local_aws_say(&aws_room, "Action=DescribeInstances", 200, "<R><reservationSet/></R>");
    local_aws_say(&aws_room, "Action=DescribeSubnets", 200,
                  "<R><subnetSet><item><subnetId>subnet-a</subnetId><vpcId>vpc-1</vpcId></item>"
                  "</subnetSet></R>");
}

/* This pintop is on an instance with that address, in sg-9. */
static void be_on_ec2(const char *vpc, const char *addresses)
{
    unsetenv("AWS_EC2_METADATA_DISABLED");
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", local_aws_url(&aws_room), 1);
    local_aws_say(&aws_room, "PUT /latest/api/token", 200, "token");
    local_aws_say(&aws_room, "GET /latest/meta-data/instance-id", 200, "i-1");
    local_aws_say(&aws_room, "GET /latest/meta-data/mac ", 200, "0e:01\n");
    local_aws_say(&aws_room, IMDS_MACS "/vpc-id", 200, vpc);
    local_aws_say(&aws_room, IMDS_MACS "/local-ipv4s", 200, addresses);
    local_aws_say(&aws_room, IMDS_MACS "/security-group-ids", 200, "sg-8\nsg-9\n");
}

static void a_timeout_is_explained_by_the_groups(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *words, *fix;
    } rows[] = {
        {GROUP(ALLOWS("tcp",                 "1",                                   "65535",        RANGE("10.0.0.0/16") RANGE_V6("::/0") MEMBERS("sg-2"))),
         "from 10.0.0.0/16, ::/0, sg-2, not from 127.0.0.1",                                                             "aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions "
         "'IpProtocol=tcp,FromPort="                                          },
        {GROUP(EVERYTHING(MEMBERS("sg-9"))), "from sg-9, which includes this host", "network ACLs"},
        {GROUP(ALLOWS("tcp",              "22",                 "22",                                    RANGE("0.0.0.0/0"))),                                                        "from nowhere, not from 127.0.0.1",
         "IpRanges=[{CidrIp=127.0.0.1/32}]' --region eu-west-1"},
    };
    way_well();
    be_on_ec2("vpc-1", "127.0.0.1\n10.9.9.9\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        local_aws_say(&aws_room, "Action=DescribeSecurityGroups", 200, rows[i].rules);
        doctor_room_says("kafka.connect", AT(servers), PT_CHECK_FAIL, rows[i].words, rows[i].fix);
    }
}

static void what_the_groups_allow_may_not_be_seen(void **state)
{
    (void)state;
    way_well();
    local_aws_say(&aws_room, "Action=DescribeSecurityGroups", 403,
                  "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message>"
                  "</Error></Errors></Response>");
    doctor_room_says("kafka.connect", AT(servers), PT_CHECK_FAIL,
                     "timed out; whether security group sg-1 lets this host in is not known (needs "
                     "ec2:DescribeSecurityGroups)",
                     "> sg-1 > Inbound rules");
    local_aws_say(&aws_room, "Action=DescribeSecurityGroups", 200, "<R><securityGroupInfo/></R>");
    doctor_room_says("kafka.connect", AT(servers), PT_CHECK_FAIL, "EC2 does not report all of them",
                     "by hand");
    /* outside of AWS the groups see an address that is not known here */
    local_aws_say(&aws_room, "Action=DescribeSecurityGroups", 200,
                  GROUP(ALLOWS("tcp", "0", "65535", RANGE("198.51.100.0/24"))));
    doctor_room_says("kafka.connect", AT(servers), PT_CHECK_FAIL,
                     "from 198.51.100.0/24, and it is not known whether this host is among them",
                     "Allow port");
}

static void a_refusal_is_not_the_groups(void **state)
{
    (void)state;
    way_well();
    setenv("HTTPS_PROXY", "http://127.0.0.1:1", 1); /* AWS is asked by http here */
    doctor_room_says("kafka.connect", AT("bootstrap.servers=127.0.0.1:1"), PT_CHECK_FAIL,
                     "127.0.0.1 port 1 was refused, or there is no route. Kafka does not go "
                     "through the proxy that HTTPS_PROXY names",
                     "something listens there");
    unsetenv("HTTPS_PROXY");
    assert_int_equal(local_aws_count(&aws_room, "Action=DescribeSecurityGroups"), 0);
}

/* A private address of IPv6 that nobody has. */
static void another_vpc_is_named_before_any_group(void **state)
{
    (void)state;
    static const char far[] = "bootstrap.servers=[fd12:3456:789a:1::1]:9098";
    way_well();
    doctor_room_says("kafka.connect", AT(far), PT_CHECK_FAIL,
                     "private address fd12:3456:789a:1::1, and this pintop seems to be outside of "
                     "its VPC",
                     "Run pintop on the EC2 host");
    be_on_ec2("vpc-2", "10.0.0.9");
    doctor_room_says("kafka.connect", AT(far), PT_CHECK_FAIL,
                     "fd12:3456:789a:1::1 in vpc-1, and this host is in vpc-2: no peering",
                     "Run pintop on a host in vpc-1");
    be_on_ec2("vpc-2", "10.0.0.9");
    local_aws_say(&aws_room, "Action=DescribeSubnets", 403,
                  "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message>"
                  "</Error></Errors></Response>");
    assert_null(strstr(doctor_room_check("kafka.connect", AT(far))->evidence, "vpc-"));
}

/* A private address is out of reach only as far as nothing there was heard of. */
static void who_is_outside_is_said_only_without_an_answer(void **state)
{
    (void)state;
    enum { OUT = 1, GUESS = 2, REFUSED = 4, OTHER_SPOKE = 8, OTHER_REFUSED = 16, OTHER_FAR = 32 };
    static const struct {
        int is;
        const char *words; /* NULL: what the connection itself tells */
    } rows[] = {
        {OUT,                 "this pintop runs outside of its VPC"       },
        {OUT | GUESS,         "this pintop seems to be outside of its VPC"},
        {GUESS,               NULL                                        },
        {OUT | REFUSED,       NULL                                        },
        {OUT | OTHER_SPOKE,   NULL                                        },
        {OUT | OTHER_REFUSED, NULL                                        },
        {OUT | OTHER_FAR,     "this pintop runs outside of its VPC"       }, /* a public one */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int is = rows[i].is;
        struct check_said said = {0};
        struct found found = {.is_aws = true,
                              .place = is & OUT ? PLACE_OUTSIDE : PLACE_UNKNOWN,
                              .is_place_guess = is & GUESS};
        struct check check = {.found = &found, .said = &said};
        struct reach hosts[2] = {
            {.host = "b-1",
             .step = REACH_TCP,
             .code = is & REFUSED ? PT_EUNREACHABLE : PT_ETIMEOUT,
             .is_refused = is & REFUSED,
             .address = "10.0.0.7",
             .why = "TCP to b-1 failed"},
            {.host = "b-2",
             .step = is & (OTHER_SPOKE | OTHER_FAR) ? REACH_DONE : REACH_TCP,
             .code = is & (OTHER_SPOKE | OTHER_FAR) ? PT_OK
                     : is & OTHER_REFUSED           ? PT_EUNREACHABLE
                                                    : PT_ETIMEOUT,
             .is_refused = is & OTHER_REFUSED},
        };
        snprintf(hosts[1].address, sizeof hosts[1].address, "%s",
                 is & OTHER_FAR ? "198.51.100.7" : "10.0.0.8");
        kafka_say_unreached(&check, hosts, 2);
        if (said.state != PT_CHECK_FAIL ||
            strstr(said.evidence, rows[i].words != NULL ? rows[i].words : "TCP to b-1 failed") ==
                NULL)
            fail_msg("row %zu: %s", i, said.evidence);
        check_said_done(&said);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_room, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_hold_addresses_of_their_family),
        cmocka_unit_test(one_rule_that_fits_lets_in_and_none_keeps_out),
        cmocka_unit_test(who_is_outside_is_said_only_without_an_answer),
        TEST(a_timeout_is_explained_by_the_groups),
        TEST(what_the_groups_allow_may_not_be_seen),
        TEST(a_refusal_is_not_the_groups),
        TEST(another_vpc_is_named_before_any_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
