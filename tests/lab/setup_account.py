"""What the class gives to an operator, in the AWS account of a moto server: a VPC, a host with its key pair, the
key in the Parameter Store, a role that only EC2 may take on, and a bucket. And what can go wrong with it.

setup_account.py URL USER_ID     makes it, prints "ADDRESS SUBNET GROUP" (its own address, and where the brokers
                                 are), and waits for what else is to be done:
GET /break/NAME, /repair/NAME    one of the faults below, and the same undone
GET /put?key=…&file=…            an object of the bucket, out of a file
GET /delete?key=…
GET /look?what=…                 what is there: uploads, instances
Answers a line; 404: there is no such fault.
"""
import json
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

URL, USER = sys.argv[1], sys.argv[2]
ROLE, BUCKET, PAIR = f"{USER}-ec2-access-role", f"{USER}-bucket", f"{USER}-key-pair"
ARN = f"arn:aws:iam::123456789012:role/{ROLE}"
HOST = "127.0.0.1"  # where the class's host answers


def client(service, region="us-east-1"):
    return boto3.client(service, endpoint_url=URL, region_name=region, aws_access_key_id="seed",
                        aws_secret_access_key="seed")


ec2, iam, ssm, s3 = client("ec2"), client("iam"), client("ssm"), client("s3")
known = {}  # what was made: ids by their names


# ---- keys

def pem_of(key, style=serialization.PrivateFormat.TraditionalOpenSSL, passphrase=None):
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, style, lock).decode()


def public_of(key):
    return key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)


def new_pair(key):
    """Imported, because this server makes the fingerprint of a pair of its own by another rule than EC2."""
    return ec2.import_key_pair(KeyName=PAIR, PublicKeyMaterial=public_of(key))["KeyPairId"]


def put_parameter(value, kind="SecureString"):
    ssm.put_parameter(Name=known["parameter"], Type=kind, Value=value, Overwrite=True)


# ---- the role

def trust(services, arns=(), **more):
    principal = {"Service": services}
    if arns:
        principal["AWS"] = list(arns)
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}]}


WHOLE = trust(["ec2.amazonaws.com", "kafkaconnect.amazonaws.com"], [ARN])
# In the short form that IAM takes, too: neither the statement nor its principal is a list.
SHORT = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Sid": "ByHand",
                                                "Principal": {"Service": "ec2.amazonaws.com"}}}
DENIED = {"Version": "2012-10-17", "Statement": WHOLE["Statement"] + [
    {"Effect": "Deny", "Principal": {"Service": "kafkaconnect.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
CONDITIONED = trust(["ec2.amazonaws.com", "kafkaconnect.amazonaws.com"], [ARN],
                    Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}})
OPEN = trust(["ec2.amazonaws.com", "kafkaconnect.amazonaws.com"], [ARN, "*"])


def set_trust(document):
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(document))


def new_role(document):
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(document))


def delete_role():
    for name in iam.list_role_policies(RoleName=ROLE)["PolicyNames"]:
        iam.delete_role_policy(RoleName=ROLE, PolicyName=name)
    iam.delete_role(RoleName=ROLE)


# ---- the network and the host

def network():
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    known["vpc"] = vpc
    known["subnet"] = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    known["group"] = ec2.create_security_group(GroupName="brokers", Description="x", VpcId=vpc)["GroupId"]
    known["table"] = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["RouteTableId"]
    new_endpoint()


def new_endpoint():
    known["endpoint"] = ec2.create_vpc_endpoint(VpcId=known["vpc"], ServiceName="com.amazonaws.us-east-1.s3",
                                            VpcEndpointType="Gateway",
                                            RouteTableIds=[known["table"]])["VpcEndpoint"]["VpcEndpointId"]


def new_host(name, key=PAIR, is_public=True):
    """Its address is this machine's own, so that an SSH server here is the host's."""
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}]
    image = known.setdefault("image", ec2.describe_images()["Images"][0]["ImageId"])
    one = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=known["subnet"], TagSpecifications=tags,
                            **({"KeyName": key} if key else {}))["Instances"][0]["InstanceId"]
    if is_public:
        ec2.associate_address(AllocationId=known["address"], InstanceId=one, AllowReassociation=True)
    return one


def change_host(**how):
    ec2.terminate_instances(InstanceIds=[known["host"]])
    known["host"] = new_host(USER, **how)


def seed():
    network()
    known["address"] = ec2.allocate_address(Domain="vpc", Address=HOST)["AllocationId"]
    known["key"] = rsa.generate_private_key(65537, 2048)
    known["pair"] = new_pair(known["key"])
    known["parameter"] = f"/ec2/keypair/{known['pair']}"
    put_parameter(pem_of(known["key"]))
    known["host"] = new_host(USER)
    new_role(trust(["ec2.amazonaws.com"]))
    s3.create_bucket(Bucket=BUCKET)
    block_public(True)


def block_public(is_blocked):
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), is_blocked)
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=block)


def far_bucket():
    client("s3", "eu-west-1").create_bucket(Bucket=f"{USER}-far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})


def other_pair():
    """Somebody made a pair of the same name anew."""
    ec2.delete_key_pair(KeyName=PAIR)
    new_pair(rsa.generate_private_key(65537, 2048))


def own_pair():
    """The same key again: it gets another ID, and its parameter another name."""
    ec2.delete_key_pair(KeyName=PAIR)
    ssm.delete_parameter(Name=known["parameter"])
    known["parameter"] = f"/ec2/keypair/{new_pair(known['key'])}"
    put_parameter(pem_of(known["key"]))


def good_parameter():
    put_parameter(pem_of(known["key"]))


# name -> what breaks it, and what undoes that where no advice of pintop's does
FAULTS = {
    "parameter-plain": (lambda: put_parameter(pem_of(known["key"]), "String"), good_parameter),
    "parameter-gone": (lambda: ssm.delete_parameter(Name=known["parameter"]), good_parameter),
    "parameter-other-key": (lambda: put_parameter(pem_of(rsa.generate_private_key(65537, 2048))), good_parameter),
    "parameter-passphrase": (lambda: put_parameter(pem_of(known["key"], passphrase=b"geheim")), good_parameter),
    "parameter-public": (lambda: put_parameter(public_of(known["key"]).decode()), good_parameter),
    "parameter-ed25519": (lambda: put_parameter(pem_of(
        ed25519.Ed25519PrivateKey.generate(), serialization.PrivateFormat.OpenSSH)), good_parameter),
    "pair-made-anew": (other_pair, own_pair),
    "host-stopped": (lambda: ec2.stop_instances(InstanceIds=[known["host"]]), None),
    "host-gone": (lambda: ec2.terminate_instances(InstanceIds=[known["host"]]),
                  lambda: known.update(host=new_host(USER))),
    "host-twice": (lambda: known.update(twin=new_host(USER, is_public=False)),
                   lambda: ec2.terminate_instances(InstanceIds=[known["twin"]])),
    "host-without-key": (lambda: change_host(key=None), change_host),
    "role-gone": (delete_role, lambda: new_role(WHOLE)),
    "trust-lost": (lambda: set_trust(trust(["ec2.amazonaws.com"])), lambda: set_trust(WHOLE)),
    "trust-short": (lambda: set_trust(SHORT), lambda: set_trust(WHOLE)),
    "trust-conditioned": (lambda: set_trust(CONDITIONED), lambda: set_trust(WHOLE)),
    "trust-denied": (lambda: set_trust(DENIED), lambda: set_trust(WHOLE)),
    "trust-open": (lambda: set_trust(OPEN), lambda: set_trust(WHOLE)),
    "bucket-public": (lambda: block_public(False), lambda: block_public(True)),
    "bucket-far": (far_bucket, lambda: s3.delete_bucket(Bucket=f"{USER}-far")),
    "endpoint-gone": (lambda: ec2.delete_vpc_endpoints(VpcEndpointIds=[known["endpoint"]]), new_endpoint),
}


def look(what):
    if what == "uploads":
        return len(s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))
    if what == "trust":
        return json.dumps(iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"])
    if what == "objects":
        return " ".join(o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []))
    return known[what]


class Desk(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def done(self):
        path, _, text = self.path.partition("?")
        words = dict(urllib.parse.parse_qsl(text))
        _, verb, *name = path.split("/")
        if verb in ("break", "repair"):
            FAULTS[name[0]][verb == "repair"]()
        elif verb == "put":
            s3.upload_file(words["file"], BUCKET, words["key"])
        elif verb == "delete":
            s3.delete_object(Bucket=BUCKET, Key=words["key"])
        elif verb == "look":
            return look(words["what"])
        return "done"

    def do_GET(self):
        try:
            status, says = 200, self.done()
        except Exception as why:  # said to the test, which ends
            status, says = 404, f"{type(why).__name__}: {why}"
        self.send_response(status)
        self.end_headers()
        self.wfile.write(f"{says}\n".encode())


seed()
server = HTTPServer(("127.0.0.1", 0), Desk)
print(f"http://127.0.0.1:{server.server_port} {known['subnet']} {known['group']}", flush=True)
server.serve_forever()
