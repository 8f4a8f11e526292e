"""What the OpenAPI document says is true, whatever is asked for."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import (
    GenerationConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.settings import Settings
from tests.bot.web.hostile.behind import Behind, easel_behind

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
Operation = APIOperation[Any, Any, Any, Any]
Asked = Case[Any]
ENDLESS = "/v1/events"
LAST = "PUT /v1/queue"
"""After it nothing may be painted any more."""
PATIENCE_S = 60
FEW = 2
MANY = pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])


@pytest.fixture
def behind(settings: Settings) -> Iterator[Behind]:
    with easel_behind(settings) as behind:
        yield behind


@pytest.mark.parametrize("examples", [FEW, MANY])
def test_the_document_is_true(behind: Behind, examples: int) -> None:
    schema = _schema_of(behind)
    problems = []

    for operation in _operations_of(schema):
        for mode in GenerationMode:
            try:
                _try(behind, operation, mode, examples)
            except Unsatisfiable:
                # Some have nothing that could be wrong.
                continue
            except (Exception, FailureGroup) as problem:
                problems.append(f"{operation.label}: {problem}")

    assert not problems, "\n\n".join(problems)


def test_the_document_is_one(behind: Behind) -> None:
    _schema_of(behind).validate()


def _schema_of(behind: Behind) -> BaseSchema:
    # Who may do what is another test's; here everybody may.
    generation = GenerationConfig(with_security_parameters=False, database="none")
    project = ProjectConfig(generation=generation)
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    address = f"{behind.address}/openapi.json"
    return schemathesis.openapi.from_url(address, config=config, headers=behind.opening())


def _operations_of(schema: BaseSchema) -> list[Operation]:
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    asked = [operation for operation in found if operation.path != ENDLESS]
    return sorted(asked, key=lambda operation: operation.label == LAST)


def _try(behind: Behind, operation: Operation, mode: GenerationMode, examples: int) -> None:
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
        return
    places = {"job": behind.painted()} if "{job}" in operation.path else None
    cases = operation.as_strategy(generation_mode=mode, path_parameters=places)

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(case=cases)
    def holds(case: Asked) -> None:
        answer = case.call(behind.address, headers=behind.opening(), timeout=PATIENCE_S)
        case.validate_response(answer, checks=CHECKS)

    holds()
