"""An AWS endpoint for tests: it verifies every signature by botocore's own signer, answers STS, MSK, a
container's and an instance's credentials, and misbehaves on request.

aws_server.py KEYS BROKERS [PEM]

KEYS     "<key id>=<secret>[,<session token>[,<end RFC 3339>[,<principal>]]]" a line, read at each call; keys of roles
         that are taken on are added, so that the broker accepts them too
BROKERS  the bootstrap servers of the MSK cluster that it has, for IAM
PEM      its certificate and key: then it speaks TLS
GET /connect?… : what its connectors say (mskconnect_api.py). GET /topics?… : what MSK's topic operations say, and
AWS/Kafka's metrics (msk_topics_api.py).
Prints its address, then a line for each call: "STS GetCallerIdentity by AKID: 200".

GET /control?mode=…&n=…&skip=…&op=…&skew_s=…&role_s=…  the next n calls (all: n=-1) of operation op (all: none), after
  skip of them: ok, throttle, error, hang, drip, cut, html, deny, expired, empty, hold. hang never answers; hold does
  what was asked, and does not answer then; of both "…: held" is printed when it begins. skew_s: its clock; role_s:
  how long a role's keys live; owner: whose the buckets are; forbidden: what a role may not do. Answers at once.
GET /cluster?state=…&iam=off&zookeeper=…&servers=…  what the first cluster is; /clusters?names=… those that there are.
"""
import datetime
import http.client
import io
import json
import os
import secrets
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msk_topics_api
import mskconnect_api
from botocore.auth import SigV4Auth, S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEYS, BROKERS = sys.argv[1], sys.argv[2]
SCHEME = "https" if len(sys.argv) > 3 else "http"
ACCOUNT = "123456789012"
FIRST = open(KEYS, encoding="utf-8").readline().partition("=")[0]  # whose rights a role has
# With MOTO=http://HOST:PORT the account begins empty: EC2, IAM, SSM and S3 are that server's, which looks at
# no signature; each call is verified here first. CLUSTERS are the names of those that there are.
MOTO = os.environ.get("MOTO", "")
writes = []  # the calls that changed something, in order; GET /writes tells them
state = {"mode": "ok", "n": 0, "skip": 0, "op": "", "skew_s": 0, "role_s": 0, "forbidden": "", "owner": ACCOUNT}
lock = threading.Lock()
spare = {}  # clusters by their names, also those that are not there now
arns = {}  # key id -> who it is
granted = set()  # the actions of the policies that were put


def now():
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=state["skew_s"])


def known_keys():
    keys = {}
    with open(KEYS, encoding="utf-8") as file:
        for line in file:
            name, _, rest = line.strip().partition("=")
            if rest:
                parts = rest.split(",")
                keys[name] = (parts[0], parts[1] if len(parts) > 1 and parts[1] else None,
                              parts[2] if len(parts) > 2 and parts[2] else None)
    return keys


class Refused(Exception):
    def __init__(self, code, message, status=403):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def verify(handler, body):
    """Who signed it; Refused when the signature isn't what botocore makes of the request."""
    header = handler.headers.get("Authorization", "")
    if not header.startswith("AWS4-HMAC-SHA256 "):
        raise Refused("MissingAuthenticationToken", "Missing Authentication Token")
    parts = dict(p.strip().split("=", 1) for p in header[len("AWS4-HMAC-SHA256 "):].split(","))
    key_id, day, region, service, _ = parts["Credential"].split("/")
    if key_id not in known_keys():
        raise Refused("InvalidClientTokenId", "The security token included in the request is invalid.")
    secret, token, end = known_keys()[key_id]
    if token != handler.headers.get("X-Amz-Security-Token"):
        raise Refused("InvalidClientTokenId", "The security token included in the request is invalid.")
    if end and datetime.datetime.fromisoformat(end.replace("Z", "+00:00")) <= now():
        raise Refused("ExpiredToken", "The security token included in the request is expired")
    stamp = handler.headers["X-Amz-Date"]
    signed_at = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    if abs((signed_at - now()).total_seconds()) > 300:
        raise Refused("SignatureDoesNotMatch", f"Signature expired: {stamp} is now earlier than "
                                               f"{now():%Y%m%dT%H%M%SZ}")
    names = parts["SignedHeaders"].split(";")
    if "host" not in names or "x-amz-date" not in names:
        raise Refused("IncompleteSignature", "host and x-amz-date must be signed")
    headers = {name: handler.headers[name] for name in names}
    request = AWSRequest(handler.command, f"{SCHEME}://{handler.headers['Host']}{handler.path}",
                         data=body, headers=headers)
    request.context["timestamp"] = stamp
    signer = (S3SigV4Auth if service == "s3" else SigV4Auth)(Credentials(key_id, secret), service, region)
    wanted = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    if wanted != parts["Signature"] or day != stamp[:8]:
        raise Refused("SignatureDoesNotMatch", "The request signature we calculated does not match the "
                                               "signature you provided.")
    return key_id


def give_keys(arn, seconds, prefix="ASIA"):
    key_id = prefix + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    secret, token = secrets.token_urlsafe(30), secrets.token_urlsafe(200)
    end = (now() + datetime.timedelta(seconds=state["role_s"] or seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with lock, open(KEYS, "a", encoding="utf-8") as file:
        file.write(f"{key_id}={secret},{token},{end},{FIRST}\n")
    arns[key_id] = arn
    return key_id, secret, token, end


def xml(action, inner):
    return (200, "text/xml", f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            f"<{action}Result>{inner}</{action}Result></{action}Response>")


def answer_sts(form, key_id):
    action = form.get("Action")
    if action == "GetCallerIdentity":
        arn = arns.get(key_id, f"arn:aws:iam::{ACCOUNT}:user/lab")
        return xml(action, f"<Arn>{arn}</Arn><UserId>U</UserId><Account>{ACCOUNT}</Account>")
    if action in ("AssumeRole", "AssumeRoleWithWebIdentity"):
        role = form["RoleArn"].split("/")[-1]
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{form['RoleSessionName']}"
        new = give_keys(arn, int(form.get("DurationSeconds", 3600)))
        return xml(action, f"<AssumedRoleUser><Arn>{arn}</Arn></AssumedRoleUser><Credentials>"
                   f"<AccessKeyId>{new[0]}</AccessKeyId><SecretAccessKey>{new[1]}</SecretAccessKey>"
                   f"<SessionToken>{new[2]}</SessionToken><Expiration>{new[3]}</Expiration></Credentials>")
    raise Refused("InvalidAction", f"Could not find operation {action}", 400)


CLUSTERS = [msk_topics_api.cluster("lab"), msk_topics_api.cluster("other"), msk_topics_api.cluster("quiet", serverless=True)]
if "CLUSTERS" in os.environ:
    CLUSTERS = [msk_topics_api.cluster(name) for name in os.environ["CLUSTERS"].split(",") if name]
if MOTO:
    mskconnect_api.world["is_empty"] = True
    mskconnect_api.connectors.clear()


def answer_msk(command, path, query, body):
    """Each page of the list has one cluster."""
    if path == "/api/v2/clusters":
        prefix = query.get("clusterNameFilter", "")
        found = [c for c in CLUSTERS if c["clusterName"].startswith(prefix)]
        at = int(query.get("nextToken", "0"))
        page = {"clusterInfoList": found[at:at + 1]}
        if at + 1 < len(found):
            page["nextToken"] = str(at + 1)
        return (200, "application/json", json.dumps(page))
    for one in CLUSTERS:
        arn = urllib.parse.quote(one["clusterArn"], safe="")
        if path == f"/api/v2/clusters/{arn}":
            if "provisioned" in one:
                one["provisioned"]["enhancedMonitoring"] = msk_topics_api.world["level"]
            return (200, "application/json", json.dumps({"clusterInfo": one}))
        if path == f"/v1/clusters/{arn}/nodes":
            return (200, "application/json", json.dumps(msk_topics_api.nodes(1)))
        if path.startswith(f"/v1/clusters/{arn}/topics"):
            told = msk_topics_api.answer(command, one["clusterArn"], path.partition("/topics")[2], query, body)
            return (200, "application/json", json.dumps(told))
        if path == f"/v1/clusters/{arn}/bootstrap-brokers":
            servers = one.get("servers", BROKERS) if one["clusterName"] == "lab" else "b-1.x.c7.kafka.us-east-1.amazonaws.com:9098"
            return (200, "application/json", json.dumps({"bootstrapBrokerStringSaslIam": servers}))
    raise Refused("NotFoundException", "The requested resource doesn't exist.", 404)


def answer_simulated(form):
    """Every action on every resource is allowed, but for those in state["forbidden"], until a policy grants them."""
    forbidden = set(state["forbidden"].split(",")) - granted
    actions = [v for k, v in form.items() if k.startswith("ActionNames.member.")]
    resources = [v for k, v in form.items() if k.startswith("ResourceArns.member.")] or ["*"]
    rows = "".join(f"<member><EvalActionName>{a}</EvalActionName><EvalResourceName>{r}</EvalResourceName><EvalDecision>"
                   f"{'implicitDeny' if a in forbidden else 'allowed'}</EvalDecision>"
                   "<MatchedStatements/></member>" for a in actions for r in resources)
    return (200, "text/xml", "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults>"
            f"{rows}</EvaluationResults><IsTruncated>false</IsTruncated></SimulatePrincipalPolicyResult>"
            "</SimulatePrincipalPolicyResponse>")


READS = ("Describe", "Get", "List", "Simulate", "Head", "Filter", "Assume")


def take_policy(form):
    """What PutRolePolicy lets a role do."""
    for statement in json.loads(form["PolicyDocument"])["Statement"]:
        granted.update(statement["Action"])


def is_write(command, service, operation):
    if service in ("kafka", "kafkaconnect", "s3"):
        return command in ("POST", "PUT", "DELETE")
    return not operation.rpartition(".")[2].startswith(READS)


def forward(handler, body):
    """What the other server answers: status, headers and body."""
    link = http.client.HTTPConnection(urllib.parse.urlsplit(MOTO).netloc, timeout=20)
    headers = {name: value for name, value in handler.headers.items() if name.lower() != "connection"}
    link.request(handler.command, handler.path, body=body, headers=headers)
    answer = link.getresponse()
    data = answer.read()
    link.close()
    handler.send_response(answer.status)
    for name, value in answer.getheaders():
        if name.lower() not in ("transfer-encoding", "content-length", "connection", "date", "server"):
            handler.send_header(name, value)
    length = answer.getheader("Content-Length") if handler.command == "HEAD" else None
    handler.send_header("Content-Length", length or str(len(data)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(data)
    return answer.status


def answer_of(handler, service, path, query, form, body, key_id):
    """By the service that the signature is for."""
    target = handler.headers.get("X-Amz-Target", "")
    try:
        if service == "kafka":
            return answer_msk(handler.command, path, query, body)
        if service == "kafkaconnect":
            return (200, "application/json", json.dumps(mskconnect_api.answer(handler.command, path, query, body)))
        if service == "monitoring":
            return (200, "application/x-amz-json-1.0", json.dumps(mskconnect_api.answer_metrics(body)))
        if service == "logs":
            return (200, "application/x-amz-json-1.1", json.dumps(mskconnect_api.answer_logs(target, body)))
        if MOTO and service == "iam":
            return answer_simulated(form)
        if service == "iam":
            return (200, "text/xml", mskconnect_api.answer_role(form))
        if service == "s3":
            return (200, "application/xml", mskconnect_api.answer_s3(query),
                    [("x-amz-bucket-region", mskconnect_api.world["region"])])
    except msk_topics_api.TopicsError as why:
        raise Refused(why.code, why.message, why.status) from why
    except mskconnect_api.NotFound as why:
        raise Refused("NotFoundException", str(why), 404) from why
    except mskconnect_api.Exists as why:
        raise Refused("ResourceAlreadyExistsException", str(why), 400) from why
    except mskconnect_api.Conflict as why:
        raise Refused("ConflictException", str(why), 409) from why
    return answer_sts(form, key_id)


HOST_FACTS = {"/latest/meta-data/placement/region": "us-east-1", "/latest/meta-data/instance-id": "i-0abc",
              "/latest/meta-data/mac": "02:00:00:00:00:01",
              "/latest/meta-data/network/interfaces/macs/02:00:00:00:00:01/vpc-id": "vpc-0abc"}


def answer_imds(handler, path):
    """Version 2 only: without its token nothing is told."""
    roles = "/latest/meta-data/iam/security-credentials/"
    if path == "/latest/api/token" and handler.command == "PUT":
        return (200, "text/plain", "the-imds-token")
    if handler.headers.get("X-aws-ec2-metadata-token") != "the-imds-token":
        raise Refused("Unauthorized", "no token", 401)
    if path in HOST_FACTS:
        return (200, "text/plain", HOST_FACTS[path])
    if path == roles:
        return (200, "text/plain", "host-role")
    if path == roles + "host-role":
        new = give_keys(f"arn:aws:sts::{ACCOUNT}:assumed-role/host-role/i-0abc", 3600)
        return (200, "application/json", json.dumps({"Code": "Success", "AccessKeyId": new[0],
                "SecretAccessKey": new[1], "Token": new[2], "Expiration": new[3]}))
    raise Refused("NotFound", path, 404)


def answer_portal(handler, query):
    """IAM Identity Center's: a login is good while it is one of these."""
    if handler.headers.get("x-amz-sso_bearer_token") != "the-login":
        raise Refused("UnauthorizedException", "Session token not found or invalid", 401)
    if query["account_id"] != ACCOUNT:
        raise Refused("ForbiddenException", "No access", 403)
    new = give_keys(f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_{query['role_name']}/me", 3600)
    end = datetime.datetime.fromisoformat(new[3].replace("Z", "+00:00"))
    return (200, "application/json", json.dumps({"roleCredentials": {
        "accessKeyId": new[0], "secretAccessKey": new[1], "sessionToken": new[2],
        "expiration": int(end.timestamp() * 1000)}}))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms behind the head, for the client to have taken that

    def log_message(self, *args):
        pass

    def date_time_string(self, timestamp=None):
        return super().date_time_string(time.time() + state["skew_s"])

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

    def refuse(self, service, refused):
        if service in ("kafka", "kafkaconnect") or self.path.startswith("/federation/"):
            self.send(refused.status, "application/json", json.dumps({"message": refused.message}),
                      [("x-amzn-ErrorType", refused.code)])
        elif service in ("logs", "monitoring"):
            self.send(refused.status, "application/x-amz-json-1.1",
                      json.dumps({"__type": refused.code, "message": refused.message}))
        else:
            self.send(refused.status, "text/xml", "<ErrorResponse><Error><Type>Sender</Type><Code>"
                      f"{refused.code}</Code><Message>{refused.message}</Message></Error></ErrorResponse>")

    def misbehave(self, mode, service, name):
        """True: it was answered, in its way."""
        if mode == "throttle":
            self.refuse(service, Refused("ThrottlingException", "Rate exceeded", 400))
        elif mode == "error":
            self.refuse(service, Refused("InternalFailure", "An internal error has occurred.", 500))
        elif mode == "deny":
            self.refuse(service, Refused("AccessDenied", "User: x is not authorized to perform: y", 403))
        elif mode == "expired":
            self.refuse(service, Refused("ExpiredToken", "The security token included in the request is "
                                                         "expired", 403))
        elif mode == "html":
            self.send(502, "text/html", "<html><body>Bad gateway</body></html>")
        elif mode == "empty":
            self.send(200, "text/xml", "")
        elif mode == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"<GetCallerIdentityResponse>")
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(2)
        elif mode in ("hang", "drip"):
            if mode == "drip":
                self.send_response(200)
                self.send_header("Content-Length", "1000000")
                self.end_headers()
            else:
                print(f"{name}: held", flush=True)
            for _ in range(600):
                if mode == "drip":
                    self.wfile.write(b" ")
                    self.wfile.flush()
                time.sleep(0.2)
            self.close_connection = True
        else:
            return False
        return True

    def control(self, query):
        for name, value in query.items():
            state[name] = value if name in ("mode", "op", "forbidden", "owner") else int(value)
        if "n" not in query:
            state["n"] = -1
        if "skip" not in query:
            state["skip"] = 0
        granted.clear()
        return "ok"

    def connect(self, query):
        mskconnect_api.control(query)
        return "ok"

    def network(self, query):
        """subnets=…&groups=… : where the brokers of the clusters are."""
        for one in CLUSTERS:
            if "provisioned" in one:
                one["provisioned"]["brokerNodeGroupInfo"] = {"clientSubnets": query["subnets"].split(","),
                                                             "securityGroups": query["groups"].split(",")}
        return "ok"

    def cluster(self, query):
        """Members of the first cluster, like state=CREATING."""
        kind = CLUSTERS[0]["provisioned"]
        if "iam" in query:
            kind["clientAuthentication"]["sasl"]["iam"]["enabled"] = query.pop("iam") != "off"
        if "zookeeper" in query:
            kind["zookeeperConnectString"] = query.pop("zookeeper")
        CLUSTERS[0].update(query)
        return "ok"

    def clusters(self, query):
        """Those of the names; the first one stays as it is."""
        names = [name for name in query.get("names", "").split(",") if name]
        left = {one["clusterName"]: one for one in CLUSTERS}
        spare.update(left)
        CLUSTERS[:] = [spare.get(name) or msk_topics_api.cluster(name) for name in names]
        return "ok"

    def told_writes(self, _query):
        return json.dumps(writes)

    def unsigned(self, path, query, form):
        """What is told without a signature; None: it needs one."""
        if path.startswith("/latest/"):
            return answer_imds(self, path)
        if path == "/creds":
            new = give_keys(f"arn:aws:sts::{ACCOUNT}:assumed-role/task/x", 3600)
            return (200, "application/json", json.dumps(
                {"AccessKeyId": new[0], "SecretAccessKey": new[1], "Token": new[2], "Expiration": new[3]}))
        if path == "/federation/credentials":
            return answer_portal(self, query)
        if form.get("Action") == "AssumeRoleWithWebIdentity":
            return answer_sts(form, None)
        return None

    def handle_call(self):
        path, _, text = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
        if path in DESK:
            return self.send(200, "text/plain", DESK[path](self, query) + "\n")
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        credential = self.headers.get("Authorization", "").partition("Credential=")[2].split("/")
        service = credential[3] if len(credential) > 3 else "sts"
        form = dict(urllib.parse.parse_qsl(body.decode("latin-1"))) if self.command == "POST" else {}
        operation = form.get("Action") or self.headers.get("X-Amz-Target") or f"{self.command} {path}"
        name = f"{service} {operation} by {credential[0] or 'nobody'}"
        with lock:
            is_hit = state["n"] != 0 and state["op"] in f"{operation}?{text}"
            is_skipped = is_hit and state["skip"] > 0
            state["skip"] -= 1 if is_skipped else 0
            is_hit = is_hit and not is_skipped
            mode = state["mode"] if is_hit else "ok"
            state["n"] -= 1 if is_hit and state["n"] > 0 else 0
        if mode == "hold":
            return self.hold(name, service, operation, path, query, form, body)
        if self.misbehave(mode, service, name):
            return print(f"{name}: {mode}", flush=True)
        self.answer_call(name, service, operation, path, query, form, body)

    def hold(self, *call):
        """Does it, and tells nobody."""
        wire, self.wfile = self.wfile, io.BytesIO()
        self.answer_call(*call)
        self.wfile, self.close_connection = wire, True
        print(f"{call[0]}: held", flush=True)
        self.connection.settimeout(120)
        try:
            self.connection.recv(1)  # until the client goes
        except OSError:
            pass

    def answer_call(self, name, service, operation, path, query, form, body):
        try:
            answer = self.unsigned(path, query, form)
            if answer is None:
                key_id = verify(self, body)
                if self.headers.get("x-amz-expected-bucket-owner", state["owner"]) != state["owner"]:
                    raise Refused("AccessDenied", "Access Denied")
                if is_write(self.command, service, operation):
                    writes.append(f"{service} {operation}")
                if operation == "PutRolePolicy":
                    take_policy(form)
                if MOTO and service in ("ec2", "iam", "ssm", "s3") and operation != "SimulatePrincipalPolicy":
                    return print(f"{name}: {forward(self, body)}", flush=True)
                answer = answer_of(self, service, path, query, form, body, key_id)
            self.send(*answer)
            print(f"{name}: {answer[0]}", flush=True)
        except Refused as refused:
            self.refuse(service, refused)
            print(f"{name}: {refused.code}", flush=True)
        except ConnectionAbortedError:  # the answer is lost
            self.close_connection = True
            self.connection.shutdown(2)
            print(f"{name}: lost", flush=True)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_call


# What a test asks of the server itself.
DESK = {"/control": Handler.control, "/connect": Handler.connect, "/network": Handler.network,
        "/cluster": Handler.cluster, "/clusters": Handler.clusters, "/topics": lambda _handler, query: msk_topics_api.control(query),
        "/writes": Handler.told_writes}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # the client went away


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(f"http{'s' if len(sys.argv) > 3 else ''}://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
