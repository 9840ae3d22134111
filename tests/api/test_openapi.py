"""The OpenAPI document against the running server (schemathesis)."""

import itertools
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from kadence.web.endpoints import api_document
from kadence.web.routes import BASE_PATHS, OWN_BASE_PATHS, OWN_ROUTES, ROUTES
from tests.conftest import DEEP
from tests.world import World, make_company

load_all_checks()
EXAMPLES = {"sqlite": 30 if DEEP else 4, "postgresql": 8}
"""Generated cases of an operation, by engine, beside those that cover its schema one by one.

Shapes cannot differ by engine: on PostgreSQL a few show that each operation works there.
"""
LEFT_OUT = re.compile(r"(\.png|/(burnup|flow|forecast)\.svg)$")
"""A chart takes the same parameters in both formats, those left out take those of others."""
OF_A_PERSON = re.compile(r"/(people|invitations)/{user_id}$")
"""Changes somebody, who is therefore nobody that other tests know."""
OPERATIONS = [
    pytest.param(path, method, id=f"{method.upper()} {path}")
    for path, methods in api_document()["paths"].items()
    for method in methods
    if not LEFT_OUT.search(path)
]
TRIED = OPERATIONS if DEEP else OPERATIONS[::5]
"""In the deep suite every operation: the cases that cover a schema take seconds for each."""


@pytest.fixture(scope="session")
def document() -> BaseSchema:
    """The document as schemathesis reads it."""
    return schemathesis.openapi.from_dict(api_document())


@pytest.fixture(scope="session")
def generated() -> BaseSchema:
    """The document, for generated cases alone, without those that cover a schema one by one."""
    made = schemathesis.openapi.from_dict(api_document())
    made.config.phases.coverage.enabled = False
    return made


@pytest.mark.both_engines(deep=True)
@pytest.mark.deep
@pytest.mark.parametrize(("path", "method"), TRIED)
def test_the_server_does_what_its_document_says(
    world: World, document: BaseSchema, generated: BaseSchema, path: str, method: str
) -> None:
    engine = world.database.partition(":")[0]
    schema = document if engine == "sqlite" else generated

    def check(case: schemathesis.Case[Any]) -> None:
        part = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
        if case.path_parameters and (part is None or part.mode == GenerationMode.POSITIVE):
            # Ids of a space made for this one request, and of what is in it.
            case.path_parameters = world.make_space().ids(case.operation.path)
            if OF_A_PERSON.search(case.operation.path):
                case.path_parameters = {"user_id": world.make_person()}
        response = case.call(base_url=world.url, headers=world.headers())
        excluded = [*forgiven(response), *forgiven_query(case, response)]
        case.validate_response(response, excluded_checks=excluded, headers=world.headers())

    # What schemathesis' own decorator does for every operation at import: fifteen seconds of CPU
    # in each process, of which most tests are not there.
    tested = build_operation_test(
        config=schema.config,
        operation=schema[path][method.upper()],
        test_func=check,
        given_kwargs={},
        feedback=FeedbackSources(),
        explicit_settings=settings(
            max_examples=EXAMPLES[engine],
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
    tested()


def forgiven(response: schemathesis.Response) -> list[Any]:
    """A rule may refuse data of the right shape: a 400 with a code is an answer to valid data.

    So is one about U+0000 in a key or a text deep inside, where no schema says what may stand, and
    one about a body that changes nothing, which generators of clients have no form for.
    """
    if response.status_code != 400:
        return []
    said = response.json()
    broken_rule = "code" in said or said["message"].endswith("should be deleted with force")
    nul = said["message"] == "Text should NOT contain U+0000"
    nul = nul and "u0000" in str(response.request.body)
    changes_nothing = said["message"].startswith("Iteration should have at least one of: ")
    return [positive_data_acceptance] if broken_rule or nul or changes_nothing else []


def forgiven_query(case: schemathesis.Case[Any], response: schemathesis.Response) -> list[Any]:
    """Unknown keys in a query are ignored by contract, which OpenAPI has no word for.

    So a query that is wrong by nothing but unknown keys may be accepted. Of headers none is
    declared but the token's, so any others are right.
    """
    modes = {place: part.mode for place, part in case.meta.components.items()} if case.meta else {}
    wrong = {place for place, mode in modes.items() if mode == GenerationMode.NEGATIVE}
    if not wrong or not wrong <= {ParameterLocation.QUERY, ParameterLocation.HEADER}:
        return []
    declared = {
        parameter["name"]: parameter["schema"]
        for parameter in case.operation.definition.raw.get("parameters", [])
        if parameter["in"] == "query"
    }
    sent = parse_qsl(urlsplit(str(response.request.url)).query, keep_blank_values=True)
    right = all(fits(value, declared[name]) for name, value in sent if name in declared)
    return [negative_data_rejection] if right else []


def fits(text: str, schema: dict[str, Any]) -> bool:
    """Whether a query value, as it is on the wire, is of the declared type."""
    if text == "":
        return True  # counts as absent
    patterns = {"integer": r"-?[0-9]+", "boolean": "true|false|0|1", "string": r"[^\0]*"}
    pattern = "|".join(schema["enum"]) if "enum" in schema else patterns[schema["type"]]
    return re.fullmatch(schema.get("pattern", f"({pattern})?"), text) is not None


@pytest.mark.deep
def test_stories_along_the_documents_links(world: World, document: BaseSchema) -> None:
    """What one operation made is looked at, changed and deleted by others."""
    numbers = itertools.count()

    class Story(document.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            # Told again, a story must go as it did before, whatever others have left behind.
            made = make_company(world.database, f"Story{next(numbers)}")
            self.headers = {"Authorization": f"Bearer {made.token}"}

        def get_call_kwargs(self, _case: schemathesis.Case[Any]) -> dict[str, Any]:
            return {"headers": self.headers, "base_url": world.url}

        def validate_response(
            self, response: schemathesis.Response, case: schemathesis.Case[Any], **kwargs: Any
        ) -> None:
            excluded = [*forgiven(response), *forgiven_query(case, response)]
            case.validate_response(response, excluded_checks=excluded, headers=kwargs["headers"])

    Story.run(
        settings=settings(
            max_examples=60 if DEEP else 6,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
    )


def test_every_link_leads_to_an_operation_that_takes_it() -> None:
    operations = {
        operation["operationId"]: operation
        for methods in api_document()["paths"].values()
        for operation in methods.values()
    }
    for operation in operations.values():
        for link in operation["responses"].get("200", {}).get("links", {}).values():
            target = operations[link["operationId"]]
            takes = {parameter["name"] for parameter in target["parameters"]}
            assert set(link.get("parameters", {})) <= takes


def test_the_document_is_served_as_it_was_tested(world: World) -> None:
    served = world.http.get(f"{world.url}/schema/openapi.json").json()
    assert served == api_document()
    assert served["openapi"] == "3.1.0"


def test_generators_find_each_operation_once_and_no_body_that_holds_itself() -> None:
    document = api_document()
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    named = [operation["operationId"] for operation in operations]
    assert len(named) == len(set(named))
    schemas = document["components"]["schemas"]
    below = {name: names_in(schema) for name, schema in schemas.items()}
    for body in set().union(*(names_in(one.get("requestBody")) for one in operations)):
        reached: set[str] = set()
        queue = {body}
        while queue:
            queue = set().union(*(below[name] for name in queue)) - reached
            reached |= queue
        assert body not in reached


def names_in(part: object) -> set[str]:
    """The schemas that a part of the document refers to."""
    return set(re.findall(r"#/components/schemas/(\w+)", str(part)))


def test_every_route_is_in_the_document() -> None:
    paths = api_document()["paths"]
    served = ((BASE_PATHS, ROUTES), (OWN_BASE_PATHS, OWN_ROUTES))
    assert {(r.method.lower(), bases[0] + r.path) for bases, part in served for r in part} == {
        (method, path)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if operation["tags"] != ["Not served yet"]
    }
    for methods in paths.values():
        for operation in methods.values():
            assert operation["summary"]
            if operation["tags"] == ["Not served yet"]:
                continue
            for answer in operation["responses"]["200"]["content"].values():
                assert answer["schema"]
