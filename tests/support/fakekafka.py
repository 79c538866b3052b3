#!/usr/bin/env python3
"""A broker that answers what a test wants: fakekafka.py RULES.json PORT-FILE.

It listens on a free port of 127.0.0.1 and writes the port into PORT-FILE. RULES:
  topics    {name: partitions}
  brokers   how many brokers the metadata lists (1)
  adv       [host, port] that the metadata advertises, instead of its own
  produce   [error code] of every produce request
  meta_err  {topic: error code}: the topic has no partitions
  create    {part of a topic's name: [error code, words]} of CreateTopics
  close_on  API keys of requests on which the connection ends
  hang_on   API keys of requests that are never answered
  high      {topic: high watermark} of each of its partitions (0)
  committed {topic: offset} of every group; of others none
  committed_err  {topic: error code} of the offsets that groups have committed in its partition 0
  late      {API key: seconds} after which requests of that kind are answered; "all": of any kind
  late_times  how many requests of a kind are late (all)
  login     [error code, words] of every SASL login; [0, ""] takes any
  settings  {topic: {key: value}}: what topics set themselves; with it settings can be read and
            changed, and partitions added
  settings_then  the same, from the second time on that settings of topics are read
  lose      {API key: "made" or "not made"}: the answer to a change of that kind is lost
  mute      true: after a lost answer nothing is answered any more
  log       a file that gets a line for each change: its API key, its topic, and what is asked for
It speaks old versions only (Kafka 1.0 and before); librdkafka takes what both know.
"""
import json
import socketserver
import struct
import sys
import time

PRODUCE, FETCH, OFFSETS, METADATA, COMMITTED, COORDINATOR, HANDSHAKE, API_VERSIONS, CREATE, PRODUCER_ID, LOGIN = (
    0, 1, 2, 3, 9, 10, 17, 18, 19, 22, 36)
DESCRIBE_CONFIGS, ALTER_CONFIGS, CREATE_PARTITIONS, ALTER_SOME_CONFIGS = (32, 33, 37, 44)
TOPIC = 2  # a kind of what has settings; 4 is a broker
VERSIONS = {API_VERSIONS: (0, 0), METADATA: (0, 4), CREATE: (0, 2), PRODUCE: (3, 7), FETCH: (4, 4),
            OFFSETS: (1, 1), COORDINATOR: (0, 1), PRODUCER_ID: (0, 1), 32: (0, 1),
            ALTER_CONFIGS: (0, 0), CREATE_PARTITIONS: (0, 0), ALTER_SOME_CONFIGS: (0, 0), 20: (0, 1),
            COMMITTED: (1, 1), 15: (0, 0), 16: (0, 0), HANDSHAKE: (0, 1), LOGIN: (0, 0)}

with open(sys.argv[1], encoding="utf-8") as file:
    RULES = json.load(file)
LATE = {}
TOPICS = dict(RULES.get("topics", {}))
SETTINGS = {name: dict(own) for name, own in RULES.get("settings", {}).items()}
DEFAULTS = {"cleanup.policy": "delete", "retention.bytes": "-1", "retention.ms": "604800000"}


class Lost(Exception):
    """The answer to a request is lost."""


class Mute:
    is_on = False


def text(value):
    if value is None:
        return struct.pack(">h", -1)
    data = value.encode()
    return struct.pack(">h", len(data)) + data


class Reader:
    def __init__(self, data, at):
        self.data, self.at = data, at

    def number(self, form):
        value = struct.unpack_from(form, self.data, self.at)[0]
        self.at += struct.calcsize(form)
        return value

    def text(self):
        size = self.number(">h")
        if size < 0:
            return None
        self.at += size
        return self.data[self.at - size:self.at].decode()


def api_versions(version, _request, _address):
    rows = b"".join(struct.pack(">hhh", key, low, high) for key, (low, high) in VERSIONS.items())
    return struct.pack(">hi", 35 if version > 0 else 0, len(VERSIONS)) + rows


def metadata(version, request, address):
    host, port = address
    count = request.number(">i")
    all_topics = count < 0 or (count == 0 and version == 0)
    names = list(TOPICS) if all_topics else [request.text() for _ in range(count)]
    brokers = RULES.get("brokers", 1)
    out = struct.pack(">i", 0) if version >= 3 else b""
    out += struct.pack(">i", brokers)
    for broker in range(1, brokers + 1):
        out += struct.pack(">i", broker) + text(host) + struct.pack(">i", port)
        out += text(None) if version >= 1 else b""
    out += text("fakeCluster") if version >= 2 else b""
    out += struct.pack(">i", 1) if version >= 1 else b""
    out += struct.pack(">i", len(names))
    for name in names:
        error = RULES.get("meta_err", {}).get(name, 0) or (0 if name in TOPICS else 3)
        partitions = 0 if error else TOPICS[name]
        out += struct.pack(">h", error) + text(name) + (b"\0" if version >= 1 else b"")
        out += struct.pack(">i", partitions)
        for partition in range(partitions):
            out += struct.pack(">hiiiiii", 0, partition, 1, 1, 1, 1, 1)
    return out


def create(version, request, _address):
    results = []
    for _ in range(request.number(">i")):
        name, partitions, _replicas = request.text(), request.number(">i"), request.number(">h")
        for _ in range(request.number(">i")):
            request.number(">i")
            for _ in range(request.number(">i")):
                request.number(">i")
        for _ in range(request.number(">i")):
            request.text(), request.text()
        error = next((rule for part, rule in RULES.get("create", {}).items() if part in name), None)
        if error is None:
            TOPICS[name] = max(partitions, 1)
        results.append((name, error or (0, None)))
    out = struct.pack(">i", 0) if version >= 2 else b""
    out += struct.pack(">i", len(results))
    for name, (code, words) in results:
        out += text(name) + struct.pack(">h", code) + (text(words) if version >= 1 else b"")
    return out


def offsets(_version, request, _address):
    request.number(">i")
    count = request.number(">i")
    out = struct.pack(">i", count)
    for _ in range(count):
        name, partitions = request.text(), request.number(">i")
        out += text(name) + struct.pack(">i", partitions)
        for _ in range(partitions):
            partition, when = request.number(">i"), request.number(">q")
            high = RULES.get("high", {}).get(name, 0) if when == -1 else 0
            out += struct.pack(">ihqq", partition, 0, -1, high)
    return out


def committed(_version, request, _address):
    request.text()
    count = request.number(">i")
    out = struct.pack(">i", count)
    for _ in range(count):
        name, partitions = request.text(), request.number(">i")
        out += text(name) + struct.pack(">i", partitions)
        for _ in range(partitions):
            partition, offset = request.number(">i"), RULES.get("committed", {}).get(name, -1)
            error = RULES.get("committed_err", {}).get(name, 0) if partition == 0 else 0
            out += struct.pack(">iq", partition, -1 if error else offset) + text("")
            out += struct.pack(">h", error)
    return out


def produce(version, request, _address):
    request.text()
    request.number(">h"), request.number(">i")
    code = (RULES.get("produce") or [0])[0]
    count = request.number(">i")
    out = struct.pack(">i", count)
    for _ in range(count):
        name, partitions = request.text(), request.number(">i")
        out += text(name) + struct.pack(">i", partitions)
        for _ in range(partitions):
            partition, size = request.number(">i"), request.number(">i")
            request.at += size
            out += struct.pack(">ihqq", partition, code, 0, -1)
            out += struct.pack(">q", 0) if version >= 5 else b""
    return out + struct.pack(">i", RULES.get("throttle", 0))


def producer_id(_version, _request, _address):
    return struct.pack(">ihqh", 0, RULES.get("init_err", 0), 1000, 0)


def coordinator(_version, _request, address):
    host, port = address
    return struct.pack(">ih", 0, 0) + text(None) + struct.pack(">i", 1) + text(host) + struct.pack(
        ">i", port)


def handshake(_version, request, _address):
    return struct.pack(">hi", 0, 1) + text(request.text())


def login(_version, _request, _address):
    code, words = RULES.get("login", [0, ""])
    return struct.pack(">h", code) + text(words) + struct.pack(">i", 0)


def describe_configs(_version, request, _address):
    results = b""
    count = request.number(">i")
    kinds = set()
    for _ in range(count):
        kind, name, names = request.number(">b"), request.text(), request.number(">i")
        kinds.add(kind)
        for _ in range(max(names, 0)):
            request.text()
        own = SETTINGS.get(name, {})
        results += struct.pack(">h", 0) + text(None) + struct.pack(">b", kind) + text(name)
        results += struct.pack(">i", len(DEFAULTS))
        for key, default in DEFAULTS.items():
            # Of the topic itself, or the default; not read-only, not sensitive, without synonyms.
            results += text(key) + text(own.get(key, default))
            results += struct.pack(">bbbi", 0, 1 if key in own else 5, 0, 0)
    if "settings_then" in RULES and TOPIC in kinds:
        SETTINGS.update(RULES["settings_then"])
    return struct.pack(">ii", 0, count) + results


def make(key, name, asked, change):
    """Carries a change out, and answers it, as the rules say."""
    if "log" in RULES:
        with open(RULES["log"], "a", encoding="utf-8") as log:
            log.write("%d %s %s\n" % (key, name, asked))
    lost = RULES.get("lose", {}).get(str(key))
    if lost != "not made":
        change()
    if lost:
        Mute.is_on = RULES.get("mute", False)
        raise Lost


def alter_configs(key, request):
    changes = []
    for _ in range(request.number(">i")):
        kind, name, configs = request.number(">b"), request.text(), []
        for _ in range(request.number(">i")):
            config, operation = request.text(), 0
            if key == ALTER_SOME_CONFIGS:
                operation = request.number(">b")
            configs.append((config, operation, request.text()))
        changes.append((kind, name, configs))
    is_only_asked = request.number(">b")
    out = struct.pack(">ii", 0, len(changes))
    for kind, name, configs in changes:
        own = dict(SETTINGS.get(name, {})) if key == ALTER_SOME_CONFIGS else {}
        for config, operation, value in configs:
            own.pop(config, None)
            if operation == 0:
                own[config] = value
        if not is_only_asked:
            make(key, name, sorted(own.items()), lambda: SETTINGS.__setitem__(name, own))
        out += struct.pack(">h", 0) + text(None) + struct.pack(">b", kind) + text(name)
    return out


def alter_all(_version, request, _address):
    return alter_configs(ALTER_CONFIGS, request)


def alter_some(_version, request, _address):
    return alter_configs(ALTER_SOME_CONFIGS, request)


def create_partitions(_version, request, _address):
    changes = []
    for _ in range(request.number(">i")):
        changes.append((request.text(), request.number(">i")))
        for _ in range(max(request.number(">i"), 0)):
            for _ in range(request.number(">i")):
                request.number(">i")
    request.number(">i")
    is_only_asked = request.number(">b")
    out = struct.pack(">ii", 0, len(changes))
    for name, count in changes:
        if not is_only_asked:
            make(CREATE_PARTITIONS, name, count, lambda: TOPICS.__setitem__(name, count))
        out += text(name) + struct.pack(">h", 0) + text(None)
    return out


ANSWERS = {HANDSHAKE: handshake, LOGIN: login,
           API_VERSIONS: api_versions, METADATA: metadata, CREATE: create, OFFSETS: offsets,
           COMMITTED: committed, PRODUCE: produce, PRODUCER_ID: producer_id, COORDINATOR: coordinator}
if "settings" in RULES:
    ANSWERS.update({DESCRIBE_CONFIGS: describe_configs, ALTER_CONFIGS: alter_all,
                    ALTER_SOME_CONFIGS: alter_some, CREATE_PARTITIONS: create_partitions})


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            try:
                head = self.rfile.read(4)
                body = self.rfile.read(struct.unpack(">i", head)[0]) if len(head) == 4 else b""
            except ConnectionError:
                return
            if not body:
                return
            key, version, number = struct.unpack_from(">hhi", body, 0)
            if key in RULES.get("close_on", []) or key not in ANSWERS or Mute.is_on:
                return
            if key in RULES.get("hang_on", []):
                continue
            LATE[key] = LATE.get(key, 0) + 1
            if LATE[key] <= RULES.get("late_times", LATE[key]):
                late = RULES.get("late", {})
                time.sleep(late.get(str(key), late.get("all", 0)))
            request = Reader(body, 8)
            request.text()
            address = RULES.get("adv", ["127.0.0.1", self.server.server_address[1]])
            try:
                answer = ANSWERS[key](version, request, address)
            except Lost:
                return
            self.wfile.write(struct.pack(">ii", len(answer) + 4, number) + answer)


socketserver.ThreadingTCPServer.daemon_threads = True
with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection) as server:
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write("%d\n" % server.server_address[1])
    server.serve_forever()
