"""Answers one question about a JSON document on standard input, as JSON.

match URL   [[pattern, event], …] → whether each matches, by the emulator's TestEventPattern
yaml        [path, …]             → the documents, with CloudFormation's short forms as {"!Tag": value}
deployed URL  name                → what the emulator has of a deployment
told URL      event               → what the topic is told once the event is in the queue, and what the schedules' calls give
"""

import json
import sys


def client(service, url):
    import botocore.session

    session = botocore.session.get_session()
    session.set_credentials("111122223333", "any")
    return session.create_client(service, region_name="eu-west-1", endpoint_url=url)


def match(url):
    events = client("events", url)
    return [
        events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))["Result"]
        for pattern, event in json.load(sys.stdin)
    ]


def read_yaml():
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    def short_form(loader, tag, node):
        if isinstance(node, yaml.ScalarNode):
            value = loader.construct_scalar(node)
        elif isinstance(node, yaml.SequenceNode):
            value = loader.construct_sequence(node, deep=True)
        else:
            value = loader.construct_mapping(node, deep=True)
        return {"!" + tag: value}

    Loader.add_multi_constructor("!", short_form)
    documents = []
    for path in json.load(sys.stdin):
        with open(path, encoding="utf-8") as text:
            documents.append(yaml.load(text, Loader))
    return documents


def deployed(url):
    name = json.load(sys.stdin)
    events, sqs, functions = client("events", url), client("sqs", url), client("lambda", url)
    rules = {}
    for bus in events.list_event_buses()["EventBuses"]:
        for rule in events.list_rules(EventBusName=bus["Name"])["Rules"]:
            targets = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus["Name"])["Targets"]
            rules[rule["Name"]] = {
                "state": rule["State"],
                "pattern": json.loads(rule["EventPattern"]),
                "targets": [target["Arn"] for target in targets],
            }
    address = sqs.get_queue_url(QueueName=name + "-events")["QueueUrl"]
    scheduler = client("scheduler", url)
    return {
        "rules": rules,
        "queue": sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["All"])["Attributes"],
        "environment": functions.get_function_configuration(FunctionName=name + "-events")["Environment"]["Variables"],
        "mappings": [
            {"source": mapping["EventSourceArn"], "types": mapping.get("FunctionResponseTypes")}
            for mapping in functions.list_event_source_mappings()["EventSourceMappings"]
        ],
        "inputs": sorted(
            scheduler.get_schedule(Name=schedule["Name"])["Target"]["Input"]
            for schedule in scheduler.list_schedules()["Schedules"]
        ),
        "table": client("dynamodb", url).describe_table(TableName=name)["Table"]["KeySchema"],
        "made up": events.put_events(Entries=[{"Source": "aws.s3", "DetailType": "x", "Detail": "{}"}])[
            "FailedEntryCount"
        ],
    }


def told(url):
    event = json.load(sys.stdin)
    sqs, sns, functions = client("sqs", url), client("sns", url), client("lambda", url)
    inbox = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = "arn:aws:sqs:eu-west-1:111122223333:inbox"
    allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=inbox, Attributes={"Policy": policy})
    sns.subscribe(TopicArn="arn:aws:sns:eu-west-1:111122223333:bucketwatch", Protocol="sqs", Endpoint=arn)
    queue = sqs.get_queue_url(QueueName="bucketwatch-events")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(event))
    messages = []
    for _ in range(60):
        messages += sqs.receive_message(QueueUrl=inbox, WaitTimeSeconds=1).get("Messages", [])
        if messages:
            break

    def call(function, order):
        answer = functions.invoke(FunctionName="bucketwatch-" + function, Payload=json.dumps({"bucketwatch": order}))
        return json.load(answer["Payload"])

    return {
        "subjects": [json.loads(message["Body"])["Subject"] for message in messages],
        "tick": call("events", "tick"),
        "self-check": call("events", "self-check"),
        "reconcile": call("reconcile", "reconcile"),
    }


QUESTIONS = {"match": match, "yaml": read_yaml, "deployed": deployed, "told": told}
json.dump(QUESTIONS[sys.argv[1]](*sys.argv[2:]), sys.stdout)
