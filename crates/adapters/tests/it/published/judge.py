"""Judges what notifiers send by what others publish: a JSON line `[kind, document]` in, a JSON line with its faults out,
until the end of input.

card    Adaptive Cards as Microsoft's SDK for Teams has them, which is generated from the schema
blocks  Slack's own SDK
ocsf    the class of a finding, generated from the OCSF schema
aws     the service models of botocore
signed  the reference implementation of Standard Webhooks
"""

import json
import sys

import botocore.session
from botocore.validate import ParamValidator
from microsoft_teams.cards import core
from ocsf_emitter import _models as ocsf_models
from pydantic import BaseModel, ValidationError
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from standardwebhooks.webhooks import Webhook, WebhookVerificationError


def by_model(model, document):
    """Gives the faults of a document, and every member that its model does not know."""
    try:
        read = model.model_validate(document)
    except ValidationError as error:
        return [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    return list(unknown(read, ""))


def unknown(read, place):
    if isinstance(read, BaseModel):
        yield from (f"{place}.{name}: no such member" for name in read.model_extra or {})
        for name in type(read).model_fields:
            yield from unknown(getattr(read, name), f"{place}.{name}")
    elif isinstance(read, list):
        for number, element in enumerate(read):
            yield from unknown(element, f"{place}.{number}")


ELEMENTS = {
    model.model_fields["type"].default: model
    for model in vars(core).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and "type" in model.model_fields
}


def card(document):
    """Judges each element by its own model: the card's holds only what all elements have."""
    document = dict(document)
    document.pop("$schema", None)
    # Teams documents `Full`, its SDK writes `full`: learn.microsoft.com, "Format cards in Teams", "Full width Adaptive Card".
    if document.get("msteams") == {"width": "Full"}:
        document["msteams"] = {"width": "full"}
    faults = [] if document.get("type") == "AdaptiveCard" else ["type: no AdaptiveCard"]
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if "type" in node:
                model = ELEMENTS.get(node["type"])
                faults += by_model(model, node) if model else [f"{node['type']}: no such element"]
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    # What the parent keeps as a mere element has members that only its own model knows.
    return [fault for fault in faults if not is_of_child(fault)]


def is_of_child(fault):
    return fault.endswith("no such member") and fault.startswith((".body.", ".inlines.", ".actions."))


def blocks(document):
    try:
        read = Block.parse_all(document)
        for block in read:
            block.validate_json()
    except SlackObjectFormationError as error:
        return [str(error)]
    written = [block.to_dict() for block in read]
    return [] if written == document else [f"read back otherwise: {written}"]


# The models are generated without profiles; these members are the cloud profile's.
OF_CLOUD = {"cloud_partition", "region"}


def ocsf(document):
    document = dict(document)
    faults = by_model(ocsf_models.Cloud, document.pop("cloud", {}))
    if not isinstance(document.pop("unmapped", {}), dict):
        faults.append("unmapped: no object")
    resources = document.get("resources", [])
    document["resources"] = [
        {name: value for name, value in resource.items() if name not in OF_CLOUD} for resource in resources
    ]
    if document.get("type_uid") != document.get("class_uid", 0) * 100 + document.get("activity_id", 0):
        faults.append("type_uid: not of this class and activity")
    return faults + by_model(ocsf_models.DetectionFinding, document)


SESSION = botocore.session.get_session()


def aws(document):
    service, operation, params = document
    shape = SESSION.get_service_model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(params, shape)
    return [report.generate_report()] if report.has_errors() else []


def signed(document):
    key, headers, body = document
    try:
        Webhook(key).verify(body, headers)
    except WebhookVerificationError as error:
        return [str(error)]
    return []


JUDGES = {"card": card, "blocks": blocks, "ocsf": ocsf, "aws": aws, "signed": signed}

for line in sys.stdin:
    kind, document = json.loads(line)
    print(json.dumps(JUDGES[kind](document)), flush=True)
