"""docs/openapi.json is what the operations say. ``make openapi`` writes it."""

import json
from pathlib import Path

from inventory_midplatform.api import openapi, v1
from inventory_midplatform.api.operation import OPERATIONS
from inventory_midplatform.domain.roles import OPERATION_ROLES

WRITTEN = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_written_document_is_up_to_date() -> None:
	assert v1.__all__
	document = json.loads(json.dumps(openapi.document()))
	assert json.loads(WRITTEN.read_text(encoding="utf-8")) == document, "run `make openapi`"


def test_every_operation_says_who_may_call_it() -> None:
	assert set(OPERATIONS) == set(OPERATION_ROLES)
