"""Makes AWS calls by botocore, a client that is not ours: JSON lines in, JSON lines out."""

import json
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = sys.argv[1]
session = botocore.session.get_session()
clients = {}


def client(service, key):
    if (service, key) not in clients:
        clients[service, key] = session.create_client(
            service,
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key="any",
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 2}),
        )
    return clients[service, key]


for line in sys.stdin:
    call = json.loads(line)
    try:
        method = getattr(client(call["service"], call["key"]), call["operation"])
        answer = method(**call["params"])
        answer.pop("ResponseMetadata", None)
        print(json.dumps({"ok": answer}, default=str))
    except ClientError as error:
        print(json.dumps({"error": str(error)}))
