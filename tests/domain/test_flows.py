"""A flow's table is sound, and what is read from it is what it says."""

from pathlib import Path

import pytest

from inventory_midplatform.api import v1
from inventory_midplatform.api.operation import OPERATIONS
from inventory_midplatform.domain.errors import Conflict, NotPermitted
from inventory_midplatform.domain.flows import Flow, described
from inventory_midplatform.domain.inbound import INBOUND
from inventory_midplatform.domain.outbound import OUTBOUND, TO_ACCEPT, TO_PICK, TO_SHIP
from inventory_midplatform.domain.roles import BUYER, MANAGER, OPERATION_ROLES, OPERATOR
from inventory_midplatform.domain.waves import WAVE

FLOWS = {"inbound": INBOUND, "outbound": OUTBOUND, "wave": WAVE}
DOCS = Path(__file__).parents[2] / "docs" / "flows.md"
each_flow = pytest.mark.parametrize("module", FLOWS)


def states(flow: Flow) -> set[str]:
	return {state.name for state in flow.states}


@each_flow
def test_every_state_is_reached_and_left_unless_it_is_final(module: str) -> None:
	flow = FLOWS[module]
	changes = (*flow.steps, *flow.events)
	reached = {flow.initial, *(to for change in changes for tos in change.moves.values() for to in tos)}
	left = {state for step in flow.steps if step.name != "reopen" for state in step.moves}
	assert reached == states(flow)
	assert left == states(flow) - flow.final


@each_flow
def test_every_step_is_an_operation_for_the_same_roles(module: str) -> None:
	assert v1.__all__
	for step in FLOWS[module].steps:
		name = f"{module}.{step.name}"
		assert OPERATION_ROLES[name] == step.roles
		assert OPERATIONS[name].writes
		assert set(step.needs) <= set(OPERATIONS[name].arguments.model_fields)


def test_next_steps_are_those_of_the_state_and_the_roles() -> None:
	def names(state: str, *roles: str) -> list[str]:
		return [step.name for step in OUTBOUND.next_steps(state, roles)]

	assert names(TO_ACCEPT, OPERATOR) == ["accept"]
	assert names(TO_ACCEPT, MANAGER) == ["accept", "cancel"]
	assert names(TO_SHIP, OPERATOR) == ["ship", "unpick"]
	assert names(TO_PICK, BUYER) == []


def test_a_step_is_refused_by_role_before_state() -> None:
	with pytest.raises(NotPermitted) as refused:
		OUTBOUND.require("ship", "OUT-1", TO_ACCEPT, [BUYER])
	assert refused.value.code == "step_not_permitted"
	with pytest.raises(Conflict) as out_of_order:
		OUTBOUND.require("ship", "OUT-1", TO_ACCEPT, [OPERATOR])
	assert (out_of_order.value.code, out_of_order.value.details["state"]) == ("wrong_state", TO_ACCEPT)
	assert OUTBOUND.require("ship", "OUT-1", TO_SHIP, [OPERATOR]).label == "Ship"


def test_the_written_document_is_up_to_date() -> None:
	assert DOCS.read_text(encoding="utf-8") == described(FLOWS.values()), "run `make openapi`"
