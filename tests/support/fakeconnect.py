#!/usr/bin/env python3
"""A Kafka Connect worker that says what a test wants: fakeconnect.py PORT-FILE [CASES.json].

It listens on a free port of 127.0.0.1 and writes the port into PORT-FILE. CASES:
  {name: {"state": of the connector, "ctrace": its trace, "config": {setting: value}, "tasks": [{"state", "trace"}]}}
  "*": [status, message or null] instead of every answer but the version; null: a web page
  "late": seconds after which each answer comes
It is read at each request: a test may replace it.
With $FAKECONNECT_PEM, a file with a key and its certificate, it speaks TLS.
Without CASES it has one sink of no known store that runs.
"""
import http.server
import json
import os
import ssl
import sys
import time
import urllib.parse

SINK = {"config": {"topics": "0a1b.pin", "tasks.max": "1",
                   "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector"},
        "tasks": [{"state": "RUNNING"}]}
WORKER = "w:8083"


def read_cases():
    """As the file is now: a test may have replaced it."""
    if len(sys.argv) < 3:
        return {"sink": SINK}
    with open(sys.argv[2], encoding="utf-8") as rules:
        return json.load(rules)


def status(name, case):
    connector = {"state": case.get("state", "RUNNING"), "worker_id": WORKER}
    if case.get("ctrace"):
        connector["trace"] = case["ctrace"]
    tasks = [dict(task, id=i, worker_id=WORKER) for i, task in enumerate(case.get("tasks", []))]
    return {"name": name, "type": "sink", "connector": connector, "tasks": tasks}


def info(name, case):
    tasks = [{"connector": name, "task": i} for i, _ in enumerate(case.get("tasks", []))]
    return {"name": name, "type": "sink", "config": dict(case.get("config", {}), name=name), "tasks": tasks}


def answer(path):
    """The HTTP status, and what is said: JSON, or the text of a page."""
    parts = [urllib.parse.unquote(part) for part in path.strip("/").split("/") if part]
    cases = read_cases()
    time.sleep(cases.pop("late", 0))
    if not parts:
        return 200, {"version": "3.7.0", "commit": "x", "kafka_cluster_id": "fakeCluster"}
    if "*" in cases:
        code, message = cases["*"]
        return code, "<html>log in</html>" if message is None else {"error_code": code, "message": message}
    if len(parts) == 1:
        return 200, {name: {"status": status(name, case), "info": info(name, case)} for name, case in cases.items()}
    case = cases.get(parts[1])
    if case is None:
        return 404, {"error_code": 404, "message": "Connector %s not found" % parts[1]}
    what = parts[2] if len(parts) > 2 else ""
    return 200, status(parts[1], case) if what == "status" else info(parts[1], case)["config"] if what else info(parts[1], case)


class Worker(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def do_GET(self):
        code, said = answer(self.path.split("?")[0])
        body = (said if isinstance(said, str) else json.dumps(said)).encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/html" if isinstance(said, str) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Worker) as server:
    if os.environ.get("FAKECONNECT_PEM"):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(os.environ["FAKECONNECT_PEM"])
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("%d\n" % server.server_address[1])
    server.serve_forever()
