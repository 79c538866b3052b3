"""MSK Connect, CloudWatch, CloudWatch Logs, IAM and S3 as far as pintop asks them about connectors, for aws_server.py.

Connectors live in memory and go through their states by the clock. A test sets what one says:

GET /connect?name=…&state=…&code=…&message=…&errored=…&running=…&workers=…&auth=…&servers=…&log_group=…&region=…
             &operation=TYPE,STATE,code,message&log=TEXT (lines; appended)&plugin=STATE&trust=0|1&newest_s=…&n=…
             &settings=JSON (added to its configuration; null takes one out)&role=…
    In an account that began empty, plugin=STATE is what its custom plugins are in; ACTIVE: what the clock says.
    n: so many of that name's kind (name-1 …), for long lists. Other words stay as they are.
"""
import datetime
import itertools
import json
import time
import urllib.parse

import aws_shapes
import msk_topics_api

ACCOUNT = "123456789012"
PAGE = 2  # connectors of a page
PASSING = {"CREATING": "RUNNING", "PAUSING": "PAUSED", "RESUMING": "RUNNING", "RESTARTING": "RUNNING", "UPDATING": "RUNNING",
           "DELETING": ""}
PASSES_AFTER_S = 4
connectors = {}
numbers = itertools.count(1)
world = {"trust": True, "plugin": "ACTIVE", "region": "us-east-1", "newest_s": 5}


class NotFound(Exception):
    pass


class Conflict(Exception):
    pass


def iso(at):
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Connector:
    def __init__(self, name, body):
        self.name, self.body = name, body
        self.arn = f"arn:aws:kafkaconnect:us-east-1:{ACCOUNT}:connector/{name}/{next(numbers):08d}-1111-2222"
        self.state, self.since, self.made = "RUNNING", time.time(), time.time()
        self.code = self.message = None
        self.errored, self.running, self.workers, self.failed_at = 0, 3, 1, 0
        self.version, self.operations, self.log = 1, [], []

    def go(self, state):
        self.state, self.since = state, time.time()

    def now(self):
        """By the clock: passing states end by themselves."""
        if self.state in PASSING and time.time() - self.since > PASSES_AFTER_S:
            end = PASSING[self.state]
            if not end:
                connectors.pop(self.arn, None)
            self.go(end or "DELETED")
            for operation in self.operations:
                if operation["state"].endswith("IN_PROGRESS"):
                    operation["state"] = operation["state"].replace("IN_PROGRESS", "COMPLETE")
                    operation["ended"] = time.time()
        return self.state

    def operate(self, kind, state):
        arn = self.arn.replace(":connector/", ":connector-operation/") + f"/{next(numbers)}"
        self.operations.insert(0, {"arn": arn, "type": kind, "state": state, "made": time.time(), "ended": None,
                                   "code": None, "message": None})
        return arn

    def listed(self):
        body = self.body
        return {"connectorArn": self.arn, "connectorName": self.name, "connectorState": self.now(),
                "creationTime": iso(self.made), "currentVersion": f"V{self.version}",
                "kafkaConnectVersion": body.get("kafkaConnectVersion", "2.7.1"), "capacity": body["capacity"],
                "kafkaCluster": body["kafkaCluster"],
                "kafkaClusterClientAuthentication": body["kafkaClusterClientAuthentication"],
                "kafkaClusterEncryptionInTransit": body["kafkaClusterEncryptionInTransit"],
                "plugins": body["plugins"], "serviceExecutionRoleArn": body["serviceExecutionRoleArn"],
                "logDelivery": body.get("logDelivery"), "connectorDescription": None, "workerConfiguration": None}

    def described(self):
        reason = {"code": self.code, "message": self.message} if self.code else None
        return dict(self.listed(), connectorConfiguration=self.body["connectorConfiguration"], stateDescription=reason)


def body_of(name, words):
    group = words.get("log_group", "/msk/connect")
    return {
        "connectorConfiguration": {"connector.class": "io.confluent.connect.s3.S3SinkConnector",
                                   "topics.regex": words.get("topics", "0a1b2c3d4e5f\\..*"), "tasks.max": "3", "flush.size": "1",
                                   "s3.bucket.name": "0a1b2c3d4e5f-bucket", "s3.region": "us-east-1"},
        "capacity": {"provisionedCapacity": {"mcuCount": 1, "workerCount": 1}, "autoScaling": None},
        "kafkaCluster": {"apacheKafkaCluster": {"bootstrapServers": words.get("servers", "b-1.lab:9098"),
                                                "vpc": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}},
        "kafkaClusterClientAuthentication": {"authenticationType": words.get("auth", "IAM")},
        "kafkaClusterEncryptionInTransit": {"encryptionType": "TLS"},
        "plugins": [{"customPlugin": {"customPluginArn": plugin()["customPluginArn"], "revision": 1}}],
        "serviceExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/0a1b2c3d4e5f-ec2-access-role",
        "logDelivery": {"workerLogDelivery": {"cloudWatchLogs": {"enabled": bool(group), "logGroup": group or None},
                                              "s3": {"enabled": False}, "firehose": {"enabled": False}}},
    }


def control(words):
    world["trust"] = words.get("trust", "1" if world["trust"] else "0") == "1"
    world["plugin"] = words.get("plugin", world["plugin"])
    world["region"] = words.get("region", world["region"])
    world["newest_s"] = int(words.get("newest_s", world["newest_s"]))
    if words.get("gone"):
        for arn in [c.arn for c in connectors.values() if c.name == words["gone"]]:
            del connectors[arn]
    if "name" not in words:
        return
    for i in range(int(words.get("n", 1))):
        set_one(words["name"] + (f"-{i + 1:03d}" if "n" in words else ""), words)


def set_one(name, words):
    one = next((c for c in connectors.values() if c.name == name), None)
    if one is None or words.get("again"):
        one = Connector(name, body_of(name, words))
        connectors[one.arn] = one
    if "servers" in words or "auth" in words or "log_group" in words or "topics" in words:
        one.body = body_of(name, words)
        one.version += 1
    for setting, value in json.loads(words.get("settings", "{}")).items():
        one.body["connectorConfiguration"].pop(setting, None)
        if value is not None:
            one.body["connectorConfiguration"][setting] = value
    if "role" in words:
        one.body["serviceExecutionRoleArn"] = words["role"]
    if "state" in words:
        one.go(words["state"])
        one.version += 1
    for word in ("code", "message"):
        if word in words:
            setattr(one, word, words[word] or None)
    for word in ("errored", "running", "workers"):
        if word in words:
            setattr(one, word, int(words[word]))
    if "errored" in words:
        one.failed_at = time.time() if int(words["errored"]) else 0
    if "operation" in words:
        kind, state, code, message = (words["operation"].split(",", 3) + ["", "", ""])[:4]
        one.operate(kind, state)
        one.operations[0].update(code=code or None, message=message or None, ended=time.time())
        one.version += 1
    if "log" in words:
        one.log += [(time.time(), line) for line in words["log"].split("\n")]


made_plugins = {}  # ARN -> what CreateCustomPlugin was asked for
PLUGIN_S = 1.0     # how long one is being made


def made_plugin(arn):
    one = made_plugins[arn]
    place = one["body"]["location"]["s3Location"]
    is_made = time.time() - one["at"] >= PLUGIN_S
    state = "CREATING" if not is_made else world["plugin"]
    return {"customPluginArn": arn, "name": one["body"]["name"], "customPluginState": state,
            "creationTime": iso(one["at"]),
            "stateDescription": {"code": "x", "message": "the object is no ZIP"} if "FAILED" in state else None,
            "latestRevision": {"revision": 1, "contentType": one["body"]["contentType"], "creationTime": iso(one["at"]),
                               "location": {"s3Location": {"bucketArn": place["bucketArn"], "fileKey": place["fileKey"]}}}}


def answer_made_plugins(method, parts, query, body):
    """The plugins of an account that begins empty."""
    if method == "POST":
        wanted = json.loads(body)
        if any(one["body"]["name"] == wanted["name"] for one in made_plugins.values()):
            raise Conflict("A custom plugin with this name already exists.")
        arn = f"arn:aws:kafkaconnect:us-east-1:{ACCOUNT}:custom-plugin/{wanted['name']}/made-{len(made_plugins)}"
        made_plugins[arn] = {"body": wanted, "at": time.time()}
        return {"customPluginArn": arn, "customPluginState": "CREATING", "name": wanted["name"], "revision": 1}
    if len(parts) == 1:
        found = [made_plugin(arn) for arn in made_plugins
                 if made_plugins[arn]["body"]["name"].startswith(query.get("namePrefix", ""))]
        return pages(found, query, "customPlugins")
    if parts[1] not in made_plugins:
        raise NotFound("A custom plugin with this ARN doesn't exist.")
    if method == "DELETE":
        del made_plugins[parts[1]]
        return {"customPluginArn": parts[1], "customPluginState": "DELETING"}
    return made_plugin(parts[1])


def plugin():
    arn = f"arn:aws:kafkaconnect:us-east-1:{ACCOUNT}:custom-plugin/0a1b2c3d4e5f-plugin/abcd-1"
    return {"customPluginArn": arn, "name": "0a1b2c3d4e5f-plugin", "customPluginState": world["plugin"],
            "latestRevision": {"revision": 1, "contentType": "ZIP"},
            "stateDescription": {"code": "x", "message": "the object is no ZIP"} if "FAILED" in world["plugin"] else None}


def pages(items, query, name):
    at = int(query.get("nextToken") or 0)
    answer = {name: items[at:at + PAGE]}
    answer["nextToken"] = str(at + PAGE) if at + PAGE < len(items) else None
    return answer


def find(arn):
    one = connectors.get(arn)
    if one is None or one.now() == "DELETED":
        raise NotFound("A connector with this ARN doesn't exist.")
    return one


def operation_json(operation, is_whole):
    answer = {"connectorOperationArn": operation["arn"], "connectorOperationType": operation["type"],
              "connectorOperationState": operation["state"], "creationTime": iso(operation["made"]),
              "endTime": iso(operation["ended"]) if operation["ended"] else None}
    if is_whole:
        answer["errorInfo"] = {"code": operation["code"], "message": operation["message"]} if operation["code"] else None
        answer["operationSteps"] = []
    return answer


def answer(method, path, query, body):
    """kafkaconnect: the JSON."""
    parts = [urllib.parse.unquote(p) for p in path.split("/")[2:]]
    for one in list(connectors.values()):
        one.now()
    if parts == ["connectors"] and method == "GET":
        found = [c.listed() for c in connectors.values() if c.name.startswith(query.get("connectorNamePrefix", ""))]
        return pages(found, query, "connectors")
    if parts == ["connectors"] and method == "POST":
        wanted = json.loads(body)
        if any(c.name == wanted["connectorName"] for c in connectors.values()):
            raise Conflict("A connector with this name already exists.")
        one = Connector(wanted["connectorName"], wanted)
        one.go("CREATING")
        connectors[one.arn] = one
        return {"connectorArn": one.arn, "connectorName": one.name, "connectorState": one.state}
    if parts[0] == "custom-plugins" and world.get("is_empty"):
        return answer_made_plugins(method, parts, query, body)
    if parts[0] == "custom-plugins":
        return pages([plugin()], query, "customPlugins") if len(parts) == 1 else plugin()
    if parts[0] == "connectorOperations":
        for one in connectors.values():
            for operation in one.operations:
                if operation["arn"] == parts[1]:
                    return operation_json(operation, True)
        raise NotFound("no such operation")
    one = find(parts[1])
    what = parts[2] if len(parts) > 2 else ""
    if what == "operations":
        return pages([operation_json(o, False) for o in one.operations], query, "connectorOperations")
    if method == "GET":
        return one.described()
    if method == "DELETE":
        one.go("DELETING")
        return {"connectorArn": one.arn, "connectorState": one.state}
    kinds = {"pause": ("PAUSING", "PAUSE_CONNECTOR", "PAUSE_IN_PROGRESS"),
             "resume": ("RESUMING", "RESUME_CONNECTOR", "RESUME_IN_PROGRESS"),
             "restart": ("RESTARTING", "RESTART_CONNECTOR", "RESTART_IN_PROGRESS"),
             "": ("UPDATING", "UPDATE_CONNECTOR_CONFIGURATION", "UPDATE_IN_PROGRESS")}
    state, kind, step = kinds[what]
    if not what:
        if query.get("currentVersion") != f"V{one.version}":
            raise Conflict("The connector was changed in between.")
        one.body["connectorConfiguration"] = json.loads(body)["connectorConfiguration"]
        one.version += 1
    if what == "restart":
        one.errored, one.running = 0, 3
    one.go(state)
    return {"connectorArn": one.arn, "connectorState": state, "connectorOperationArn": one.operate(kind, step)}


def metric_values(one, name, start, end):
    def errored(at):
        return one.errored if one.failed_at and at >= one.failed_at - 60 else 0
    values = {"RunningTaskCount": lambda at: one.running if one.failed_at and at >= one.failed_at - 60 else 3,
              "ErroredTaskCount": errored, "WorkerCount": lambda at: one.workers,
              "SinkRecordReadRate": lambda at: 6.0, "SinkRecordSendRate": lambda at: 6.0,
              "RebalanceCompletedTotal": lambda at: 1.0}.get(name)
    if values is None:
        return [], []
    times = list(range(int(end) // 60 * 60, max(int(start), int(end) - 3600), -60))
    return times, [values(at) for at in times]


def answer_metrics(body):
    asked = json.loads(body)
    results = []
    for query in asked["MetricDataQueries"]:
        metric = query["MetricStat"]["Metric"]
        if metric["Namespace"] == "AWS/Kafka":
            by = {d["Name"]: d["Value"] for d in metric["Dimensions"]}
            times, values = msk_topics_api.metric(metric["MetricName"], by, asked["EndTime"])
            results.append({"Id": query["Id"], "Label": metric["MetricName"], "Timestamps": times, "Values": values,
                            "StatusCode": "Complete"})
            continue
        name = metric["Dimensions"][0]["Value"]
        one = next((c for c in connectors.values() if c.name == name), None)
        times, values = metric_values(one, metric["MetricName"], asked["StartTime"], asked["EndTime"]) if one else ([], [])
        results.append({"Id": query["Id"], "Label": metric["MetricName"], "Timestamps": times, "Values": values,
                        "StatusCode": "Complete"})
    aws_shapes.check("cloudwatch", "GetMetricData", asked, {"MetricDataResults": results})
    return {"MetricDataResults": results}


class Exists(Exception):
    pass


log_groups = set()


def answer_logs(target, body):
    asked = json.loads(body)
    if target.endswith("CreateLogGroup"):
        if asked["logGroupName"] in log_groups:
            raise Exists("The specified log group already exists")
        log_groups.add(asked["logGroupName"])
        return {}
    events = []
    for one in connectors.values():
        delivery = one.body["logDelivery"]["workerLogDelivery"]["cloudWatchLogs"]
        if delivery.get("logGroup") == asked["logGroupName"]:
            events += [{"logStreamName": f"{one.name}-1", "timestamp": int(at * 1000), "message": line,
                        "eventId": str(i)} for i, (at, line) in enumerate(one.log) if at * 1000 >= asked.get("startTime", 0)]
    if not asked.get("startFromHead", True):
        events.reverse()
    events = events[:asked.get("limit", 10000)]
    # An empty page that has a next one comes first, as AWS does.
    if "nextToken" not in asked:
        return {"events": [], "nextToken": "t"}
    return {"events": events}


def answer_role(form):
    principal = "kafkaconnect.amazonaws.com" if world["trust"] else "ec2.amazonaws.com"
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                                 "Principal": {"Service": principal}}]})
    name = form["RoleName"]
    return (f"<GetRoleResponse><GetRoleResult><Role><RoleName>{name}</RoleName><Path>/</Path>"
            f"<Arn>arn:aws:iam::{ACCOUNT}:role/{name}</Arn>"
            f"<AssumeRolePolicyDocument>{urllib.parse.quote(policy)}</AssumeRolePolicyDocument>"
            "</Role></GetRoleResult></GetRoleResponse>")


def answer_s3(query):
    """One object, so many seconds old, whatever is asked for."""
    prefix = query.get("prefix", "")
    at = iso(time.time() - world["newest_s"])
    content = (f"<Contents><Key>{prefix}x+0+0000000007.json</Key><Size>10</Size><LastModified>{at}</LastModified>"
               '<ETag>"x"</ETag></Contents>') if world["newest_s"] >= 0 else ""
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{content}</ListBucketResult>"
