#!/usr/bin/env python3
"""A Kafka Connect worker with one sink of no known store that runs: fakeconnect.py PORT-FILE.

It listens on a free port of 127.0.0.1 and writes the port into PORT-FILE.
"""
import http.server
import json
import sys

SINK = {
    "status": {"name": "sink", "type": "sink",
               "connector": {"state": "RUNNING", "worker_id": "w:8083"},
               "tasks": [{"id": 0, "state": "RUNNING", "worker_id": "w:8083"}]},
    "info": {"name": "sink", "type": "sink", "tasks": [{"connector": "sink", "task": 0}],
             "config": {"name": "sink", "topics": "0a1b.pin", "tasks.max": "1",
                        "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector"}},
}
ANSWERS = {"/": {"version": "3.7.0", "commit": "x", "kafka_cluster_id": "fakeCluster"},
           "/connectors": {"sink": SINK}}


class Worker(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_args):
        pass

    def do_GET(self):
        answer = ANSWERS.get(self.path.split("?")[0])
        body = json.dumps(answer if answer else {"error_code": 404, "message": "none"}).encode()
        self.send_response(200 if answer else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Worker) as server:
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("%d\n" % server.server_address[1])
    server.serve_forever()
