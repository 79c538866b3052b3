/* A bucket on loopback with everything around it as it should be: for the tests of its checks. */
#ifndef UNIT_DOCTOR_STORE_H
#define UNIT_DOCTOR_STORE_H

#include "doctor_room.h"
#include "local_bucket.h"

#define PLAIN AWS_ROOM_SET(NULL)
#define IN_VPC                                                                                     \
    "\"brokerNodeGroupInfo\":{\"clientSubnets\":[\"subnet-a\",\"subnet-b\"],\"securityGroups\":["  \
    "\"sg-1\"]},"
#define SUBNETS                                                                                    \
    "<R><subnetSet><item><subnetId>subnet-a</subnetId><vpcId>vpc-1</vpcId></item><item><subnetId>" \
    "subnet-b</subnetId><vpcId>vpc-1</vpcId></item></subnetSet></R>"
#define ROUTE(to, by, state)                                                                       \
    "<item><destinationCidrBlock>" to "</destinationCidrBlock>" by "<state>" state "</state></"    \
    "item>"
#define NAT ROUTE("0.0.0.0/0", "<natGatewayId>nat-1</natGatewayId>", "active")
#define IGW ROUTE("0.0.0.0/0", "<gatewayId>igw-1</gatewayId>", "active")
#define LOCAL ROUTE("10.0.0.0/16", "<gatewayId>local</gatewayId>", "active")
#define TABLE(id, of, routes)                                                                      \
    "<item><routeTableId>" id "</routeTableId><associationSet>" of                                 \
    "</associationSet><routeSet>" LOCAL routes "</routeSet></item>"
#define MAIN "<item><main>true</main></item>"
#define OF(subnet) "<item><main>false</main><subnetId>" subnet "</subnetId></item>"
#define TABLES(tables) "<R><routeTableSet>" tables "</routeTableSet></R>"
#define ENDPOINT(type, state, more)                                                                \
    "<R><vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId><vpcEndpointType>" type         \
    "</vpcEndpointType><state>" state "</state>" more "</item></vpcEndpointSet></R>"
#define ON(table) "<routeTableIdSet><item>" table "</item></routeTableIdSet>"
#define NO_ENDPOINTS "<R><vpcEndpointSet/></R>"
#define BLOCKED                                                                                    \
    "<R><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"          \
    "<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true"                       \
    "</RestrictPublicBuckets></R>"
#define DENIED(action)                                                                             \
    "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized "  \
    "to perform: " action "</Message></Error></Errors></Response>"

static struct local_bucket bucket;

/* All is as it should be. */
static void store_well(void)
{
    doctor_room_well();
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 200,
                  "{\"clusterInfo\":{" DOCTOR_ROOM_CLUSTER("ACTIVE", IN_VPC) "}}");
    local_aws_say(&aws_room, "publicAccessBlock", 200, BLOCKED);
    local_aws_say(&aws_room, "Action=DescribeSubnets", 200, SUBNETS);
    local_aws_say(&aws_room, "Action=DescribeRouteTables", 200, TABLES(TABLE("rtb-1", MAIN, "")));
    local_aws_say(&aws_room, "Action=DescribeVpcEndpoints", 200,
                  ENDPOINT("Gateway", "available", ON("rtb-1")));
    local_bucket_start(&bucket, &aws_room, "0a1b-bucket");
}

#endif
