"""MSK's topic operations, and AWS/Kafka's metrics, as a cluster without reachable brokers has them (aws_server.py).

GET /topics?… : behind_s=N  lists and descriptions are so many seconds behind the changes
                lost=1      the answer of the next change does not come, though it is made
                level=…     the monitoring level of the clusters: which metrics there are
                rate=…&lag=…&group=…  what each topic's metrics say
"""
import base64
import json
import time
import urllib.parse

import aws_shapes

ACCOUNT = "123456789012"
topics = {}   # name -> {"n", "replication", "configs", "since", "until"}
world = {"behind_s": 0, "lost": 0, "level": "PER_TOPIC_PER_BROKER", "rate": 2.5, "lag": 40, "group": "connect-lab-sink"}


class TopicsError(Exception):
    def __init__(self, code, message, status):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def cluster(name, serverless=False):
    kind = {"serverless": {"vpcConfigs": [{"subnetIds": ["subnet-8", "subnet-9"], "securityGroupIds": ["sg-8"]},
                                          {"subnetIds": ["subnet-0"]}],
                           "clientAuthentication": {"sasl": {"iam": {"enabled": True}}}}} if serverless else {
        "provisioned": {"numberOfBrokerNodes": 1, "currentBrokerSoftwareInfo": {"kafkaVersion": "3.9.2"},
                        "brokerNodeGroupInfo": {"clientSubnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"]},
                        "zookeeperConnectString": f"z-1.{name}.abc123.c7.kafka.us-east-1.amazonaws.com:2181",
                        "clientAuthentication": {"sasl": {"iam": {"enabled": True}}}}}
    return {"clusterArn": f"arn:aws:kafka:us-east-1:{ACCOUNT}:cluster/{name}/a1b2c3d4-5678-90ab-cdef-11111",
            "clusterName": name, "clusterType": "SERVERLESS" if serverless else "PROVISIONED",
            "state": "ACTIVE", "currentVersion": "K1", **kind}


def control(query):
    for name, value in query.items():
        world[name] = value if name in ("level", "group") else float(value) if name == "rate" else int(value)
    return "ok"


def is_told(topic):
    """Whether the lists have it by now."""
    late = time.time() - world["behind_s"]
    return topic["since"] <= late and (topic["until"] is None or topic["until"] > late)


def find(name):
    topic = topics.get(name)
    if topic is None or topic["until"] is not None:
        raise TopicsError("NotFoundException", f"The topic {name} does not exist.", 404)
    return topic


def info(arn, name, topic):
    return {"topicArn": arn.replace(":cluster/", ":topic/") + "/" + name, "topicName": name,
            "partitionCount": topic["n"], "replicationFactor": topic["replication"]}


def changed(arn, name, status):
    told = info(arn, name, topics[name])
    return {"topicArn": told["topicArn"], "topicName": name, "status": status}


def page(items, query, member):
    """Two elements each, so that each list has pages."""
    at = int(query.get("nextToken", "0"))
    answer = {member: items[at:at + 2]}
    if at + 2 < len(items):
        answer["nextToken"] = str(at + 2)
    return answer


def decoded(text):
    return dict(line.split("=", 1) for line in base64.b64decode(text, validate=True).decode().split("\n"))


def create(arn, body):
    asked = json.loads(body)
    name = asked["topicName"]
    if not isinstance(asked["partitionCount"], int) or asked["partitionCount"] < 1 or asked["replicationFactor"] < 1:
        raise TopicsError("BadRequestException", "partitionCount and replicationFactor must be 1 or more", 400)
    if name in topics and topics[name]["until"] is None:
        raise TopicsError("TopicExistsException", f"Topic '{name}' already exists.", 409)
    topics[name] = {"n": asked["partitionCount"], "replication": asked["replicationFactor"], "until": None,
                    "since": time.time(), "configs": decoded(asked["configs"]) if "configs" in asked else {}}
    return changed(arn, name, "CREATING")


def update(arn, name, body):
    topic, asked = find(name), json.loads(body)
    if ("partitionCount" in asked) == ("configs" in asked):
        raise TopicsError("BadRequestException", "You can update either the partition count or the configurations", 400)
    if asked.get("partitionCount", topic["n"]) < topic["n"]:
        raise TopicsError("KafkaRequestException", f"The topic has {topic['n']} partitions, which is higher than asked for", 400)
    topic["n"] = asked.get("partitionCount", topic["n"])
    topic["configs"].update(decoded(asked["configs"]) if "configs" in asked else {})
    return changed(arn, name, "UPDATING")


def one(command, arn, name, body):
    if command == "DELETE":
        topic = find(name)
        topic["until"] = time.time()
        return changed(arn, name, "DELETING")
    if command == "PUT":
        return update(arn, name, body)
    topic = find(name)
    lines = "\n".join(f"{key}={value}" for key, value in sorted(topic["configs"].items()))
    return {**info(arn, name, topic), "status": "ACTIVE", "configs": base64.b64encode(lines.encode()).decode()}


def check_shapes(command, arn, rest, query, body, told):
    parts = [urllib.parse.unquote(part) for part in rest.split("/")[1:]]
    name = {(0, "POST"): "CreateTopic", (0, "GET"): "ListTopics", (1, "GET"): "DescribeTopic", (1, "PUT"): "UpdateTopic",
            (1, "DELETE"): "DeleteTopic", (2, "GET"): "DescribeTopicPartitions"}[len(parts), command]
    asked = {"clusterArn": arn, **query, **(json.loads(body) if body else {})}
    if parts:
        asked["topicName"] = parts[0]
    if "maxResults" in asked:
        asked["maxResults"] = int(asked["maxResults"])
    aws_shapes.check("kafka", name, asked, told)


def answer(command, arn, rest, query, body):
    """rest: what follows …/topics."""
    told = told_of(command, arn, rest, query, body)
    if told is None:
        raise TopicsError("BadRequestException", f"no such operation: {command} {rest}", 400)
    try:
        check_shapes(command, arn, rest, query, body, told)
    except aws_shapes.ShapeError as why:
        raise TopicsError("BadRequestException", str(why), 400) from why
    if command != "GET" and world["lost"]:
        world["lost"] = 0
        raise ConnectionAbortedError
    return told


def told_of(command, arn, rest, query, body):
    parts = [urllib.parse.unquote(part) for part in rest.split("/")[1:]]
    if not parts and command == "POST":
        return create(arn, body)
    if not parts and command == "GET":
        shown = sorted(name for name, topic in topics.items() if is_told(topic))
        shown = [name for name in shown if name.startswith(query.get("topicNameFilter", ""))]
        return page([{**info(arn, name, topics[name]), "outOfSyncReplicaCount": 0} for name in shown], query, "topics")
    if len(parts) == 2 and parts[1] == "partitions" and command == "GET":
        topic = find(parts[0])
        replicas = list(range(1, topic["replication"] + 1))
        return page([{"partition": p, "leader": 1, "replicas": replicas, "isr": replicas} for p in range(topic["n"])],
                    query, "partitions")
    return one(command, arn, parts[0], body) if len(parts) == 1 else None


def nodes(n):
    return {"nodeInfoList": [{"brokerNodeInfo": {"brokerId": i, "endpoints": [f"b-{i}.x"]}} for i in range(1, n + 1)]}


def metric(name, dimensions, end_s):
    """Times and values, newest first; none where the level, or nobody, has such a metric."""
    if dimensions.get("Topic") not in topics:
        return [], []
    is_rate = name in ("MessagesInPerSec", "BytesInPerSec")
    if is_rate and not world["level"].startswith("PER_TOPIC"):
        return [], []
    if not is_rate and dimensions.get("Consumer Group") != world["group"]:
        return [], []
    value = {"MessagesInPerSec": world["rate"], "BytesInPerSec": 512 * world["rate"], "SumOffsetLag": world["lag"],
             "MaxOffsetLag": world["lag"], "EstimatedMaxTimeLag": 90}.get(name)
    newest = int(end_s) // 60 * 60 - 60
    return ([newest, newest - 60], [value, value]) if value is not None else ([], [])
