#!/usr/bin/env python3
"""AWS as far as pintop asks it about connectors, well or not: fakeaws.py PORT-FILE RULES.json [CERTIFICATE].

It looks at no signature, listens on a free port of 127.0.0.1 (with TLS, if a PEM file of key and certificate
is given) and writes the port into PORT-FILE. RULES:
  connectors  {name: {"state", "code", "message", "config": {}, "errored", "running", "log": [{"stream", "age_ms",
              "message"}], "operation": [type, state, hours ago]}}; an S3 sink of 0a1b.pin that runs, but for
              what is said
  deny, hang, page  parts of paths or of operations' names that are denied, never answered, or answered by a
              proxy's web page; "": all
  late        {such a part: seconds} after which it is answered
  say         {such a part: the whole answer}, XML or JSON
The answers themselves are tests/lab/mskconnect_api.py's.
"""
import http.server
import json
import os
import ssl
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lab"))
import mskconnect_api  # noqa: E402

with open(sys.argv[2], encoding="utf-8") as file:
    RULES = json.load(file)
CONFIG = {"connector.class": "io.confluent.connect.s3.S3SinkConnector", "topics": "0a1b.pin", "tasks.max": "3",
          "flush.size": "1", "s3.bucket.name": "0a1b-bucket", "s3.region": "us-east-1"}
FOR_EVER = threading.Event()

mskconnect_api.world["region"] = "us-east-1"
for name, case in RULES.get("connectors", {}).items():
    words = {"log_group": "/msk/" + name, **{k: str(v) for k, v in case.items() if k in ("state", "errored", "running")}}
    mskconnect_api.set_one(name, words)
    one = next(c for c in mskconnect_api.connectors.values() if c.name == name)
    one.body["connectorConfiguration"] = case.get("config", CONFIG)
    one.code, one.message = case.get("code"), case.get("message")
    one.made -= 3600
    one.since += 1e9  # no state passes by itself
    if "operation" in case:
        kind, state, hours = case["operation"]
        one.operate(kind, state)
        begun = time.time() - hours * 3600
        one.operations[0].update(made=begun, ended=None if state.endswith("PROGRESS") else begun + 60,
                                 code="UnknownError.Unknown", message="The last operation failed.")
    one.log = [(time.time() - event["age_ms"] / 1000, event["message"]) for event in case.get("log", [])]


def sts(form):
    action = form.get("Action", "")
    return (f"<{action}Response><{action}Result><Arn>arn:aws:iam::123456789012:user/test</Arn><UserId>U</UserId>"
            f"<Account>123456789012</Account></{action}Result></{action}Response>")


class Aws(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def send(self, status, kind, text):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def is_ruled(self, rule, what):
        return any(part in what for part in RULES.get(rule, []))

    def handle_call(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, text = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
        form = dict(urllib.parse.parse_qsl(body.decode("latin-1")))
        scope = self.headers.get("Authorization", "").partition("Credential=")[2].split("/")
        service = scope[3] if len(scope) > 3 else "sts"
        target = self.headers.get("X-Amz-Target", "")
        what = " ".join((urllib.parse.unquote(path), target, form.get("Action", "")))
        if self.is_ruled("hang", what):
            FOR_EVER.wait()
        for part, seconds in RULES.get("late", {}).items():
            if part in what:
                time.sleep(seconds)
        if self.is_ruled("page", what):
            return self.send(200, "text/html", "<html><title>Sign in</title></html>")
        if self.is_ruled("deny", what):
            return self.send(403, "application/json", json.dumps(
                {"__type": "AccessDeniedException", "message": f"User: test is not authorized to perform {service}:X"}))
        for part, text in RULES.get("say", {}).items():
            if part in what:
                return self.send(200, "text/xml" if text.startswith("<") else "application/json", text)
        return self.answer(service, target, path, query, form, body)

    def answer(self, service, target, path, query, form, body):
        try:
            if service == "kafkaconnect":
                said = mskconnect_api.answer(self.command, path, query, body)
            elif service == "monitoring":
                said = mskconnect_api.answer_metrics(body)
            elif service == "logs":
                said = mskconnect_api.answer_logs(target, body)
            elif service == "kafka":
                said = {"clusterInfoList": []}
            elif service == "s3":
                return self.send(200, "application/xml", mskconnect_api.answer_s3(query))
            elif service == "iam":
                return self.send(200, "text/xml", mskconnect_api.answer_role(form))
            else:
                return self.send(200, "text/xml", sts(form))
        except mskconnect_api.NotFound as why:
            return self.send(404, "application/json", json.dumps({"message": str(why)}))
        except mskconnect_api.Exists as why:
            return self.send(400, "application/json", json.dumps(
                {"__type": "ResourceAlreadyExistsException", "message": str(why)}))
        return self.send(200, "application/json", json.dumps(said))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_call


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, request, client_address):
        pass  # the client went away


with Server(("127.0.0.1", 0), Aws) as server:
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3])
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("%d\n" % server.server_address[1])
    server.serve_forever()
