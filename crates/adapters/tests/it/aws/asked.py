"""Judges how S3 and s3control are asked by how botocore asks the same and signs it: a JSON line
`[[service, operation, params], request line, headers, [access key, secret]]` in, a JSON line with what differs out, until
the end of input.
"""

import json
import sys
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import botocore.session
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

SESSION = botocore.session.get_session()


class Asked(Exception):
    """Carries the request that would be sent."""


def ask(request, **_):
    raise Asked(request)


@cache
def client_of(service):
    client = SESSION.create_client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="AKIA",
        aws_secret_access_key="any",
        config=Config(s3={"addressing_style": "path"}),
    )
    client.meta.events.register("before-send.*.*", ask)
    return client


def by_botocore(service, operation, params):
    """Gives the request by which botocore makes a call."""
    try:
        getattr(client_of(service), operation)(**params)
    except Asked as asked:
        return asked.args[0]


def signature(line, headers, credentials):
    """Gives the value of `authorization` that botocore gives a request of S3, one of its kin or S3 Tables."""
    method, target, _ = line.split(" ")
    scope = headers["authorization"].split("Credential=")[1].split(",")[0].split("/")
    names = headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    kind = SigV4Auth if scope[3] == "s3tables" else S3SigV4Auth
    auth = kind(Credentials(*credentials), scope[3], scope[2])
    request = AWSRequest(method, f"http://{headers['host']}{target}", {name: headers[name] for name in names}, b"")
    request.context["timestamp"] = headers["x-amz-date"]
    canonical = auth.canonical_request(request)
    signed = auth.signature(auth.string_to_sign(request, canonical), request)
    return f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={';'.join(names)}, Signature={signed}"


OF_S3 = ("x-amz-expected-bucket-owner", "x-amz-account-id")


def asked(document):
    (service, operation, params), line, headers, credentials = document
    theirs = by_botocore(service, operation, params)
    wanted, got = urlsplit(theirs.url), urlsplit(line.split(" ")[1])
    faults = [] if line.startswith(f"{theirs.method} ") else ["method"]
    if got.path != wanted.path:
        faults.append(f"path: {got.path}, and not {wanted.path}")
    # `x-id` is for logs alone.
    query = [[pair for pair in parse_qsl(part, True) if pair[0] != "x-id"] for part in (got.query, wanted.query)]
    if sorted(query[0]) != sorted(query[1]):
        faults.append(f"query: {query[0]}, and not {query[1]}")
    for name in OF_S3:
        theirs_value = theirs.headers.get(name)
        theirs_value = theirs_value.decode() if isinstance(theirs_value, bytes) else theirs_value
        if headers.get(name) != theirs_value:
            faults.append(f"{name}: {headers.get(name)}, and not {theirs_value}")
    if headers["authorization"] != signature(line, headers, credentials):
        faults.append(f"authorization: {headers['authorization']}, and not {signature(line, headers, credentials)}")
    return faults


for document in sys.stdin:
    print(json.dumps(asked(json.loads(document))), flush=True)
