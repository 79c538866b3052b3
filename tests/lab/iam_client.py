"""A Kafka client that is not ours, with tokens of AWS's own signer: does the lab's MSK IAM listener
accept what it should, and refuse the rest?

iam_client.py BOOTSTRAP CA|- KEYS CASE

KEYS  the broker's file of keys; its first is used
CASE  good secret key region expired future action truncated session
Prints "accepted: N topics", or "refused: " and what the broker said.
"""
import base64
import datetime
import sys
import time

from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from aws_msk_iam_sasl_signer.MSKAuthTokenProvider import CredentialProvider
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from confluent_kafka.admin import AdminClient


def official(key_id, secret, region):
    class Provider(CredentialProvider):
        def load(self):
            return Credentials(key_id, secret)

    return MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(region, Provider())[0]


def presigned(key_id, secret, session=None, action="kafka-cluster:Connect", offset_s=0, expires_s=900):
    """botocore's presigner, where the official one can't be made to err."""
    import botocore.auth

    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset_s)
    request = AWSRequest("GET", "https://kafka.us-east-1.amazonaws.com/", params={"Action": action})
    signer = SigV4QueryAuth(Credentials(key_id, secret, session), "kafka-cluster", "us-east-1", expires_s)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: now.replace(tzinfo=None)
    signer.add_auth(request)
    assert stamp in request.url, "the clock of botocore could not be set"
    return base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")


def make_token(case, key_id, secret):
    if case == "good":
        return official(key_id, secret, "us-east-1")
    if case == "secret":
        return official(key_id, secret + "x", "us-east-1")
    if case == "key":
        return official("AKIANOBODYKNOWSTHISS", secret, "us-east-1")
    if case == "region":
        return official(key_id, secret, "eu-west-1")
    if case == "expired":
        return presigned(key_id, secret, offset_s=-1000)
    if case == "future":
        return presigned(key_id, secret, offset_s=600)
    if case == "action":
        return presigned(key_id, secret, action="kafka-cluster:DescribeCluster")
    if case == "session":
        return presigned(key_id, secret, session="anything")
    if case == "truncated":
        return official(key_id, secret, "us-east-1")[:-120]
    sys.exit("no case " + case)


def main():
    servers, ca, keys, case = sys.argv[1:]
    with open(keys) as lines:
        key_id, secret = next(lines).strip().split("=", 1)
    token = make_token(case, key_id, secret)
    said = []
    conf = {
        "bootstrap.servers": servers,
        "security.protocol": "SASL_PLAINTEXT" if ca == "-" else "SASL_SSL",
        "sasl.mechanisms": "OAUTHBEARER",
        "oauth_cb": lambda _: (token, time.time() + 900),
        "error_cb": lambda e: said.append(e.str()),
        "log_level": 0,
    }
    if ca != "-":
        conf["ssl.ca.location"] = ca
    client = AdminClient(conf)
    client.poll(1)
    try:
        print("accepted: %d topics" % len(client.list_topics(timeout=4).topics))
    except Exception as e:  # the reason comes to error_cb
        client.poll(0)
        words = [s for s in said if "authentication" in s.lower()] or said or [str(e)]
        print("refused: " + words[0])


main()
