/* Which way leads from the cluster's subnets to the bucket, over an EC2 on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "doctor_store.h"

static void the_way_to_s3_is_judged_by_routes_and_endpoints(void **state)
{
    (void)state;
    static const struct {
        const char *tables, *endpoints;
        enum pt_check_state state;
        const char *words, *fix;
    } rows[] = {
        {TABLES(TABLE("rtb-1",   MAIN,                   NAT)),                                                NO_ENDPOINTS,        PT_CHECK_OK,                                           "reach it through nat-1",
         NULL},
 /* workers have no public address: an internet gateway is no way */
        {TABLES(TABLE("rtb-1",                   MAIN,                                         IGW)),                                                                          NO_ENDPOINTS,                                                                       PT_CHECK_FAIL,
         "S3 cannot be reached from subnet-a, subnet-b", "aws ec2 create-vpc-endpoint --vpc-id vpc-1 --service-name com.amazonaws.eu-west-1.s3 "
         "--route-table-ids rtb-1 --region eu-west-1"},
        {TABLES(TABLE("rtb-1",         MAIN, "")), NO_ENDPOINTS,                    PT_CHECK_FAIL,                                                      "S3 cannot be reached from",
         "--route-table-ids rtb-1 --region"},
 /* a NAT gateway that was deleted */
        {TABLES(TABLE("rtb-1",                  MAIN,
         ROUTE("0.0.0.0/0",                                                                   "<natGatewayId>nat-1</natGatewayId>",                                        "blackhole"))),
         NO_ENDPOINTS, PT_CHECK_FAIL, "S3 cannot be reached from", "rtb-1"},
 /* one subnet has a table of its own, which the endpoint is not on */
        {TABLES(TABLE("rtb-1",   MAIN,    "") TABLE("rtb-2",                                                                                    OF("subnet-b"), "")),
         ENDPOINT("Gateway", "available", ON("rtb-1")), PT_CHECK_FAIL,
         "S3 cannot be reached from subnet-b: there is", "--route-table-ids rtb-2 --region"},
        {TABLES(TABLE("rtb-1",         MAIN,    "") TABLE("rtb-2",                                                 OF("subnet-b"),                                                                    NAT)),
         ENDPOINT("Gateway", "available", ON("rtb-1")), PT_CHECK_OK, "through vpce-1, nat-1", NULL},
        {TABLES(TABLE("rtb-1",     MAIN,          "")),ENDPOINT("Gateway",                                                                                                        "pending",                                                                                                                                                  ON("rtb-1")),
         PT_CHECK_FAIL, "S3 cannot be reached from", "create-vpc-endpoint"},
        {TABLES(TABLE("rtb-1",         MAIN, "")),
         ENDPOINT("Interface",                                      "available",                                                                        "<privateDnsEnabled>true</privateDnsEnabled>"),
         PT_CHECK_OK, "through vpce-1", NULL},
        {TABLES(TABLE("rtb-1",     MAIN,          "")),
         ENDPOINT("Interface",                                                                                                        "available",                                                                                                                                                  "<privateDnsEnabled>false</privateDnsEnabled>"),
         PT_CHECK_FAIL, "S3 cannot be reached from", "create-vpc-endpoint"},
        {TABLES(TABLE("rtb-1",           MAIN,
         ROUTE("0.0.0.0/0",                                                          "<transitGatewayId>tgw-1</transitGatewayId>",                                                                             "active"))),
         NO_ENDPOINTS, PT_CHECK_WARN, "the default route of subnet-a goes to tgw-1, behind which",
         "VPC > Endpoints"},
        {TABLES(TABLE("rtb-9",                  OF("subnet-z"),             NAT)),                                                                                  NO_ENDPOINTS,PT_CHECK_WARN,
         "Not checked: how the cluster's subnets reach it (EC2 does not", "by hand"},
        {"<R><rou", NO_ENDPOINTS,                       PT_CHECK_WARN,                                                        "Not checked: how the",                                                               "by hand"                                                                                                               },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        aws_room_close(NULL);
        aws_room_open(NULL);
        store_well();
        local_aws_say(&aws_room, "Action=DescribeRouteTables", 200, rows[i].tables);
        local_aws_say(&aws_room, "Action=DescribeVpcEndpoints", 200, rows[i].endpoints);
        doctor_room_says("s3.bucket", PLAIN, rows[i].state, rows[i].words, rows[i].fix);
    }
}

/* One subnet has no way, another leads somewhere: whichever comes first, it fails. */
static void a_subnet_without_a_way_counts_beside_one_that_is_not_known(void **state)
{
    (void)state;
#define TGW ROUTE("0.0.0.0/0", "<transitGatewayId>tgw-1</transitGatewayId>", "active")
    static const char *const tables[] = {
        TABLES(TABLE("rtb-1", OF("subnet-a"), TGW) TABLE("rtb-10", OF("subnet-b"), "")),
        TABLES(TABLE("rtb-1", OF("subnet-b"), TGW) TABLE("rtb-10", OF("subnet-a"), "")),
        TABLES(TABLE("rtb-10", OF("subnet-b"), "")), /* no table is told for the first */
    };
    store_well();
    local_aws_say(&aws_room, "Action=DescribeVpcEndpoints", 200, NO_ENDPOINTS);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        local_aws_say(&aws_room, "Action=DescribeRouteTables", 200, tables[i]);
        doctor_room_says("s3.bucket", PLAIN, PT_CHECK_FAIL, "S3 cannot be reached",
                         "--route-table-ids rtb-10 --region");
    }
    local_aws_say(&aws_room, "Action=DescribeRouteTables", 200,
                  TABLES(TABLE("rtb-9", OF("subnet-b"), NAT)));
    doctor_room_says("s3.bucket", PLAIN, PT_CHECK_WARN,
                     "EC2 does not report the route table of subnet-a", "by hand");
}

/* Repeats item between head and tail; # in it is the number, in four digits. */
static const char *many(char *text, size_t cap, const char *head, const char *item, int n,
                        const char *tail)
{
    size_t used = (size_t)snprintf(text, cap, "%s", head);
    for (int i = 0; i < n; i++)
        for (const char *at = item; *at != '\0'; at++)
            used += *at == '#' ? (size_t)snprintf(text + used, cap - used, "%04d", i)
                               : (size_t)snprintf(text + used, cap - used, "%c", *at);
    assert_true((size_t)snprintf(text + used, cap - used, "%s", tail) < cap - used);
    return text;
}

static void all_of_many_subnets_are_seen(void **state)
{
    static char tables[65536];
    (void)state;
    store_well();
    local_aws_say(&aws_room, "Action=DescribeVpcEndpoints", 200, NO_ENDPOINTS);
    /* the last two of 200 are on a table with a NAT gateway; the main table has none */
    local_aws_say(
        &aws_room, "Action=DescribeRouteTables", 200,
        many(tables, sizeof tables,
             "<R><routeTableSet>" TABLE(
                 "rtb-1", MAIN, "") "<item><routeTableId>rtb-2</routeTableId><associationSet>",
             "<item><subnetId>subnet-0123456789##</subnetId></item>", 200,
             OF("subnet-a") OF("subnet-b") "</associationSet><routeSet>" NAT
                                           "</routeSet></item></routeTableSet></R>"));
    doctor_room_says("s3.bucket", PLAIN, PT_CHECK_OK, "reach it through nat-1", NULL);
}

static void a_command_is_never_cut(void **state)
{
    static char tables[65536], cluster[8192], subnets[4096];
    (void)state;
    store_well();
    many(subnets, sizeof subnets, "", "\"subnet-#-#\",", 40, "\"subnet-a\"");
    snprintf(cluster, sizeof cluster,
             "{\"clusterInfo\":{" DOCTOR_ROOM_CLUSTER(
                 "ACTIVE", "\"brokerNodeGroupInfo\":{\"clientSubnets\":[%s]},") "}}",
             subnets);
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 200, cluster);
    local_aws_say(&aws_room, "Action=DescribeVpcEndpoints", 200, NO_ENDPOINTS);
    local_aws_say(&aws_room, "Action=DescribeRouteTables", 200,
                  many(tables, sizeof tables, "<R><routeTableSet>",
                       "<item><routeTableId>rtb-0123456789abc#</routeTableId><associationSet>"
                       "<item><subnetId>subnet-#-#</subnetId></item></associationSet>"
                       "</item>",
                       40, TABLE("rtb-1", MAIN, NAT) "</routeTableSet></R>"));
    doctor_room_says("s3.bucket", PLAIN, PT_CHECK_FAIL, " other subnets: there is neither",
                     "--route-table-ids TABLES --region eu-west-1");
}

static void what_is_told_in_part_is_not_known(void **state)
{
    static char tables[400000];
    (void)state;
    store_well();
    local_aws_say(&aws_room, "Action=DescribeVpcEndpoints", 200, NO_ENDPOINTS);
    /* more tables than are read: that of the subnets may be among the others */
    local_aws_say(&aws_room, "Action=DescribeRouteTables", 200,
                  many(tables, sizeof tables, "<R><routeTableSet>" TABLE("rtb-1", MAIN, ""),
                       "<item><routeTableId>rtb-#</routeTableId><associationSet><item><subnetId>"
                       "subnet-#</subnetId></item></associationSet></item>",
                       1000, "</routeTableSet></R>"));
    doctor_room_says("s3.bucket", PLAIN, PT_CHECK_WARN,
                     "EC2 does not report the route table of subnet-a", "by hand");
}

static void a_way_that_may_not_be_seen_is_said_and_is_no_failure(void **state)
{
    (void)state;
    static const struct {
        const char *call, *action;
    } rows[] = {
        {"Action=DescribeSubnets",      "ec2:DescribeSubnets"     },
        {"Action=DescribeRouteTables",  "ec2:DescribeRouteTables" },
        {"Action=DescribeVpcEndpoints", "ec2:DescribeVpcEndpoints"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char words[80];
        aws_room_close(NULL);
        aws_room_open(NULL);
        store_well();
        local_aws_say(&aws_room, rows[i].call, 403, DENIED("x"));
        snprintf(words, sizeof words, "needs %s)", rows[i].action);
        doctor_room_says("s3.bucket", PLAIN, PT_CHECK_WARN, words, "by hand");
    }
    /* without the list of endpoints a NAT gateway is still a way */
    local_aws_say(&aws_room, "Action=DescribeRouteTables", 200, TABLES(TABLE("rtb-1", MAIN, NAT)));
    doctor_room_says("s3.bucket", PLAIN, PT_CHECK_OK, "reach it through nat-1", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, aws_room_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_way_to_s3_is_judged_by_routes_and_endpoints),
        TEST(a_subnet_without_a_way_counts_beside_one_that_is_not_known),
        TEST(all_of_many_subnets_are_seen),
        TEST(a_command_is_never_cut),
        TEST(what_is_told_in_part_is_not_known),
        TEST(a_way_that_may_not_be_seen_is_said_and_is_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
