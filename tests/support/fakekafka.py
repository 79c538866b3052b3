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
  late      {API key: seconds} after which requests of that kind are answered; "all": of any kind
  late_times  how many requests of a kind are late (all)
  login     [error code, words] of every SASL login; [0, ""] takes any
It speaks old versions only (Kafka 1.0 and before); librdkafka takes what both know.
"""
import json
import socketserver
import struct
import sys
import time

PRODUCE, FETCH, OFFSETS, METADATA, COMMITTED, COORDINATOR, HANDSHAKE, API_VERSIONS, CREATE, PRODUCER_ID, LOGIN = (
    0, 1, 2, 3, 9, 10, 17, 18, 19, 22, 36)
VERSIONS = {API_VERSIONS: (0, 0), METADATA: (0, 4), CREATE: (0, 2), PRODUCE: (3, 7), FETCH: (4, 4),
            OFFSETS: (1, 1), COORDINATOR: (0, 1), PRODUCER_ID: (0, 1), 32: (0, 1), 20: (0, 1),
            COMMITTED: (1, 1), 15: (0, 0), 16: (0, 0), HANDSHAKE: (0, 1), LOGIN: (0, 0)}

with open(sys.argv[1], encoding="utf-8") as file:
    RULES = json.load(file)
LATE = {}
TOPICS = dict(RULES.get("topics", {}))


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
            offset = RULES.get("committed", {}).get(name, -1)
            out += struct.pack(">iq", request.number(">i"), offset) + text("") + struct.pack(">h", 0)
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


ANSWERS = {HANDSHAKE: handshake, LOGIN: login,
           API_VERSIONS: api_versions, METADATA: metadata, CREATE: create, OFFSETS: offsets,
           COMMITTED: committed, PRODUCE: produce, PRODUCER_ID: producer_id, COORDINATOR: coordinator}


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
            if key in RULES.get("close_on", []) or key not in ANSWERS:
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
            answer = ANSWERS[key](version, request, address)
            self.wfile.write(struct.pack(">ii", len(answer) + 4, number) + answer)


socketserver.ThreadingTCPServer.daemon_threads = True
with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection) as server:
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write("%d\n" % server.server_address[1])
    server.serve_forever()
