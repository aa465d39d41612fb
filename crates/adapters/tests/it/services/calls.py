"""Makes AWS calls by botocore, a client that is not ours: a JSON line in, a JSON line out, until the end of input."""

import json
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, key = sys.argv[1:]
session = botocore.session.get_session()
clients = {}
for line in sys.stdin:
    service, operation, params = json.loads(line)
    if service not in clients:
        clients[service] = session.create_client(
            service,
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key="any",
            config=Config(retries={"max_attempts": 2}),
        )
    try:
        answer = getattr(clients[service], operation)(**params)
        answer.pop("ResponseMetadata", None)
    except ClientError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer, default=str), flush=True)
