"""Requests and answers against the shapes of botocore's own model of a service, so that this lab's servers and
pintop cannot agree on something that AWS does not know."""
import functools

import botocore.session
from botocore.validate import ParamValidator


class ShapeError(Exception):
    """It does not fit, and how."""


@functools.cache
def operation(service, name):
    return botocore.session.Session().get_service_model(service).operation_model(name)


def by_wire(shape):
    return {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}


def named(shape, value, where):
    """The same with the model's names; a name on the wire that the model does not have is an error."""
    if shape.type_name == "list" and isinstance(value, list):
        return [named(shape.member, one, where) for one in value]
    if shape.type_name != "structure" or not isinstance(value, dict):
        return value
    known = by_wire(shape)
    strange = [name for name in value if name not in known]
    if strange:
        raise ShapeError(f"{where} has no {', '.join(strange)}")
    return {known[name][0]: named(known[name][1], one, f"{where}.{name}") for name, one in value.items()}


def check(service, name, asked, told):
    """asked: all that the request names, wherever it stands in it; told: the answer's body."""
    model = operation(service, name)
    report = ParamValidator().validate(named(model.input_shape, asked, f"{name}'s request"), model.input_shape)
    if report.has_errors():
        raise ShapeError(f"{name}: {report.generate_report()}")
    report = ParamValidator().validate(named(model.output_shape, told, f"{name}'s answer"), model.output_shape)
    if report.has_errors():
        raise ShapeError(f"{name} answers: {report.generate_report()}")
