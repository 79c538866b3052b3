"""Servers that say secrets wherever servers do, each with a mark of its own (SECRET01MARK …), for
tests/pty/test_secrets. secrets_server.py FOLDER

Writes into FOLDER, port.worker last:
  port.worker     Kafka Connect's REST below /good; below /html, /xml, /json, /moved, /denied a worker or a
                  proxy that refuses; below /keys and /nokeys a container's credentials; else AWS, which
                  looks at no signature
  port.refusing   the same, but AWS refuses each call; and a proxy that refuses CONNECT
  shown           "NAME=VALUE": each setting of the sink as it may be shown
  marks           every mark that these servers say
"""
import base64
import json
import os
import re
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lab"))
import mskconnect_api  # noqa: E402

FOLDER = sys.argv[1]
STARS = "***"


def mark(n):
    return f"SECRET{n:02d}MARK"


def b64(text):
    return base64.b64encode(text.encode()).decode()


PEM = "-----BEGIN RSA PRIVATE KEY-----\n%s\n-----END RSA PRIVATE KEY-----"


def pem(n):
    return PEM % (f"MIIEow{mark(n)}AAKCAQEA7bq\nx{mark(n)}Zk1uRsT0==")


JWT = "eyJhbGciOiJIUzI1NiJ9." + b64('{"sub":"%s"}' % mark(39)).rstrip("=") + "." + mark(39)

# NAME: (value, as it may be shown); one string is shown as it is.
SETTINGS = {
    # ---- by name
    "connection.password": (mark(1), STARS),
    "db.pwd": (mark(2), STARS),
    "connection.pass": (mark(3), STARS),
    "api.key": (mark(4), STARS),
    "azure.account.key": (mark(5) + "==", STARS),
    "dbPassword": (f"a,b {mark(6)}", STARS),
    "http.auth.clientSecret": (mark(7), STARS),
    "http.headers.authorization": ("Basic " + b64("me:" + mark(8)), STARS),
    "aws.secret.access.key": (mark(9) + "/abc+d", STARS),
    "consumer.override.sasl.jaas.config":
        (f'org.apache.kafka.common.security.scram.ScramLoginModule required username="u" password="{mark(10)}";', STARS),
    "ssl.keystore.key": (pem(11), STARS),
    "alert.webhook.url": (f"https://example.com/{mark(12)}", STARS),
    "basic.auth.user.info": (f"me:{mark(13)}", STARS),
    "http.cookie": (f"session={mark(14)}", STARS),
    # ---- by shape, below names that say nothing
    "connection.url": (f"jdbc:postgresql://db:{mark(15)}@h:5432/x", "jdbc:postgresql://db:***@h:5432/x"),
    "source.url": (f"jdbc:mysql://h/x?user=a&password={mark(16)}&ssl=true", "jdbc:mysql://h/x?user=a&password=***&ssl=true"),
    "sql.url": (f"jdbc:sqlserver://h:1433;databaseName=x;User Id=sa;Password={mark(17)};encrypt=true",
                "jdbc:sqlserver://h:1433;databaseName=x;User Id=sa;Password=***;encrypt=true"),
    "oracle.url": (f"jdbc:oracle:thin:scott/{mark(18)}@//h:1521/x", "jdbc:oracle:thin:scott/***@//h:1521/x"),
    "hook": (f"https://example.com/x?token={mark(19)}&n=1", "https://example.com/x?token=***&n=1"),
    "chat": (f"https://hooks.slack.com/services/T0/B0/{mark(20)}", "https://hooks.slack.com/services/***"),
    "headers": (f"Accept:*/*|Authorization:Bearer {mark(21)}", "Accept:*/*|Authorization:***"),
    "azure.connection": (f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={mark(22)}==;EndpointSuffix=core.windows.net",
                         "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=***;EndpointSuffix=core.windows.net"),
    "blob": (f"https://a.blob.core.windows.net/c?sv=2024&sig={mark(23)}%2B&se=2027", "https://a.blob.core.windows.net/c?sv=2024&sig=***&se=2027"),
    "options.json": (json.dumps({"user": "bob", "password": mark(24)}), '{"user": "bob", "password": "***"}'),
    "nested.json": (json.dumps({"a": {"b": json.dumps({"client_secret": mark(25), "x": 1})}}),
                    '{"a": {"b": "{\\"client_secret\\": \\"***\\", \\"x\\": 1}"}}'),
    "pairs.json": (json.dumps([{"name": "db.password", "value": mark(26)}, {"name": "n", "value": "2"}]),
                   '[{"name": "db.password", "value": "***"}, {"name": "n", "value": "2"}]'),
    "keys": (f"AKIAIOSFODNN7EXAMPLE:{mark(27)}x/K7MDENG/bPxRfiCYEXAMPLEKEY", "AKIA***MPLE:***"),
    "temporary": (f"ASIA{mark(28)}WXYZ", "ASIA***WXYZ"),
    "note": (f"made with {pem(29)} by bob", "made with -----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY----- by bob"),
    "login": (f'org.X required username="u" password="{mark(30)}";', 'org.X required username="u" password="***";'),
    "mongo": (f"mongodb+srv://a:{mark(31)}@c0.example.net/db", "mongodb+srv://a:***@c0.example.net/db"),
    "opts": (f"-Djavax.net.ssl.keyStorePassword={mark(32)} -Xmx1g", "-Djavax.net.ssl.keyStorePassword=*** -Xmx1g"),
    "command": (f"tool --password {mark(33)} --host h", "tool --password *** --host h"),
    "xml": (f"<c><password>{mark(34)}</password><user>bob</user></c>", "<c><password>***</password><user>bob</user></c>"),
    "repository": (f"https://ghp_{mark(35)}0123456789abcdefghijkl@github.com/a/b", "https://***@github.com/a/b"),
    "redis": (f"redis://:{mark(36)}@h:6379", "redis://:***@h:6379"),
    "bot": (f"xoxb-{mark(37)}-0123456789", "xoxb-***"),
    "map": (f"{{user=bob, my.secret={mark(38)}, x=1}}", "{user=bob, my.secret=***, x=1}"),
    "bearer": (JWT, "eyJ***"),
    # ---- what is no secret, although it looks a little like one
    "connector.class": "io.confluent.connect.s3.S3SinkConnector",
    "topics": "demo.pin",
    "tasks.max": "1",
    "s3.bucket.name": "demo-bucket",
    "s3.region": "us-east-1",
    "flush.size": "1000",
    "token.expiry.hours": "5",
    "topic.keys": "a,b",
    "primary.key.fields": "id",
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "s3.credentials.provider.class": "com.amazonaws.auth.DefaultAWSCredentialsProviderChain",
    "bypass": "yes",
    "max.tokens": "3",
    "password.reset.days": "30",
    "aws.access.key.id": "theirs",
    "ssl.key.location": "/etc/key.pem",
    "sasl.oauthbearer.token.endpoint.url": "https://login.example.com/oauth2/token",
    "field.path": "payload/secret/name",
}


def value_of(setting):
    return setting if isinstance(setting, str) else setting[0]


def shown_of(setting):
    return setting if isinstance(setting, str) else setting[1]


CONFIG = {name: value_of(one) for name, one in SETTINGS.items()}
CONFIG["name"] = "leaky"
FRAMES = "\n".join(f"\tat org.apache.kafka.connect.runtime.Worker{i}.run(Worker.java:{i})" for i in range(9))
TASK_TRACE = f"""org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.
{FRAMES}
Caused by: java.sql.SQLException: no connection to jdbc:mysql://h/x?user=a&password={mark(41)} as {{"token":"{mark(42)}"}}
\tat a.b.C.d(C.java:1)
Caused by: java.io.IOException: POST https://u:{mark(43)}@h:8443/x?api_key={mark(44)} with Authorization: Bearer {mark(45)}: 500
Caused by: com.example.LoginException: nobody is let in with {mark(9)}/abc+d, '{mark(10)}', {mark(15)} or {mark(5)}==
"""
CONNECTOR_TRACE = f"""java.lang.IllegalStateException: config {{connection.password={mark(46)}, topics=x}}
Caused by: org.apache.kafka.common.config.ConfigException: Invalid value {mark(47)} for configuration sink.auth.password: too short
"""
STATUS = {"name": "leaky", "type": "sink",
          "connector": {"state": "FAILED", "worker_id": "10.0.0.1:8083", "trace": CONNECTOR_TRACE},
          "tasks": [{"id": 0, "state": "FAILED", "worker_id": "10.0.0.1:8083", "trace": TASK_TRACE}]}
INFO = {"name": "leaky", "type": "sink", "config": CONFIG, "tasks": [{"connector": "leaky", "task": 0}]}

PAGE = f"""<html><head><title>502</title></head><body><form><input type="hidden" name="csrf_token" value="{mark(48)}">
<a href="https://u:{mark(49)}@proxy/?session_token={mark(50)}">again</a></form></body></html>"""
XML = f"""<?xml version="1.0"?><Error><Code>InvalidAccessKeyId</Code><Message>no such key, SecretKey={mark(51)}</Message>
<SecretAccessKey>{mark(52)}</SecretAccessKey><SessionToken>{mark(53)}</SessionToken></Error>"""
REFUSAL = {"error_code": 400, "message": "Connector configuration is invalid and contains the following 1 error(s):\n"
           f"Invalid value {mark(54)} for configuration connection.password: Must not be; url jdbc:x://a:{mark(55)}@h"}

LOG = [
    f"[Worker-0a] [2026-11-29 01:52:06,000] INFO [leaky|task-0] JdbcConfig values: \tconnection.password = {mark(56)}",
    f"[Worker-0a] [2026-11-29 01:52:07,951] ERROR [leaky|task-0] WorkerSinkTask{{id=leaky-0}} Task threw an uncaught and "
    "unrecoverable exception (o.a.k.c.runtime.WorkerTask:191)",
    f"[Worker-0a] org.apache.kafka.connect.errors.ConnectException: cannot sign with AccountKey={mark(57)}==;EndpointSuffix=c",
] + ["[Worker-0a] " + line for line in pem(58).split("\n")] + [
    f"[Worker-0a] Caused by: java.lang.RuntimeException: GET https://h/x?X-Amz-Security-Token={mark(59)}&X-Amz-Signature={mark(60)}: 403",
]
DESCRIPTION = f'The connector failed: {{"api_key": "{mark(61)}"}} at https://u:{mark(62)}@h'
OPERATION = f"Invalid value {mark(63)} for configuration my.password"
mskconnect_api.control({"name": "leaky", "state": "FAILED", "code": "UnknownError.Unknown", "message": DESCRIPTION,
                        "errored": "1", "running": "0", "log": "\n".join(LOG),
                        "operation": "UPDATE_CONNECTOR_CONFIGURATION,UPDATE_FAILED,InvalidInput," + OPERATION})
for one in mskconnect_api.connectors.values():
    one.body["connectorConfiguration"] = {name: value for name, value in CONFIG.items() if name != "name"}


def sts(form):
    action = form.get("Action", "")
    return (f"<{action}Response><{action}Result><Arn>arn:aws:iam::123456789012:user/lab</Arn><UserId>U</UserId>"
            f"<Account>123456789012</Account></{action}Result></{action}Response>")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    does_refuse = False

    def log_message(self, *args):
        pass

    def send(self, status, kind, text, headers=()):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def send_json(self, status, value):
        self.send(status, "application/json", json.dumps(value))

    def worker(self, path):
        if path == "/":
            return self.send_json(200, {"version": "3.9.0", "commit": "x", "kafka_cluster_id": "y"})
        if path.startswith("/connectors?"):
            return self.send_json(200, {"leaky": {"status": STATUS, "info": INFO}})
        if path.endswith("/status"):
            return self.send_json(200, STATUS)
        if path == "/connectors/leaky":
            return self.send_json(200, INFO)
        return self.send_json(400, REFUSAL)

    def refuse(self, how):
        if how == "moved":
            return self.send(302, "text/html", "", [("Location", f"http://u:{mark(64)}@h/login?ticket_token={mark(65)}")])
        if how == "xml":
            return self.send(500, "application/xml", XML)
        if how == "html":
            return self.send(502, "text/html", PAGE)
        if how == "denied":
            return self.send_json(401, {"error_code": 401, "message": "Basic " + b64("x:" + mark(66)) + " is refused"})
        return self.send_json(500, REFUSAL)

    def aws(self, path, query, form, body):
        scope = self.headers.get("Authorization", "").partition("Credential=")[2].split("/")
        service = scope[3] if len(scope) > 3 else "sts"
        target = self.headers.get("X-Amz-Target", "")
        if service == "kafkaconnect":
            return self.send_json(200, mskconnect_api.answer(self.command, path, query, body))
        if service == "monitoring":
            return self.send_json(200, mskconnect_api.answer_metrics(body))
        if service == "logs":
            return self.send_json(200, mskconnect_api.answer_logs(target, body))
        if service == "s3":
            return self.send(200, "application/xml", mskconnect_api.answer_s3(query))
        if service == "kafka":
            return self.send_json(200, {"clusterInfoList": []})
        if service == "iam":
            return self.send(200, "text/xml", mskconnect_api.answer_role(form))
        return self.send(200, "text/xml", sts(form))

    def aws_refuses(self):
        service = self.headers.get("Authorization", "").partition("Credential=")[2].split("/")[3:4]
        if service and service[0] in ("kafkaconnect", "kafka"):
            return self.send_json(403, {"message": f"no: token={mark(67)}", "Message": f"password={mark(67)}"})
        return self.send(403, "text/xml", f"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>The canonical "
                         f"string was x-amz-security-token:{mark(68)} and SecretAccessKey: {mark(69)}</Message></Error>"
                         f"<SecretAccessKey>{mark(70)}</SecretAccessKey></ErrorResponse>")

    def handle_call(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, text = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
        form = dict(urllib.parse.parse_qsl(body.decode("latin-1")))
        first = path.split("/")[1] if "/" in path else ""
        if first == "good":
            self.worker(self.path[len("/good"):] or "/")
        elif first in ("html", "xml", "json", "moved", "denied"):
            self.refuse(first)
        elif first == "keys":
            self.send_json(200, {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": mark(72), "Token": mark(73),
                                 "Expiration": "2099-01-01T00:00:00Z"})
        elif first == "nokeys":
            self.send_json(403, {"Code": "x", "message": f"Authorization: {mark(74)} is no token"})
        elif self.does_refuse:
            self.aws_refuses()
        else:
            try:
                self.aws(path, query, form, body)
            except (mskconnect_api.NotFound, mskconnect_api.Conflict) as why:
                self.send_json(404, {"message": str(why)})

    def do_CONNECT(self):
        self.send(407, "text/html", PAGE, [("Proxy-Authenticate", f'Basic realm="token={mark(75)}"')])

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_call


class Refusing(Handler):
    does_refuse = True


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, request, client_address):
        pass  # the client went away


def put(name, text):
    path = os.path.join(FOLDER, name)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


def main():
    with open(__file__, encoding="utf-8") as file:
        own = sorted({int(n) for n in re.findall(r"(?:mark|pem)\((\d+)\)", file.read())})
    put("marks", "".join(mark(n) + "\n" for n in own))
    put("shown", "".join(f"{name}={shown_of(one)}\n" for name, one in SETTINGS.items()))
    good, refusing = Server(("127.0.0.1", 0), Handler), Server(("127.0.0.1", 0), Refusing)
    threading.Thread(target=refusing.serve_forever, daemon=True).start()
    put("port.refusing", f"{refusing.server_port}\n")
    put("port.worker", f"{good.server_port}\n")
    good.serve_forever()


main()
