"""Arguments of the API that repeat a table of the domain have the same values: a type for Pydantic cannot be computed."""

from typing import get_args

import pytest

from inventory_midplatform.api.v1 import outbound, wave
from inventory_midplatform.domain.flows import Flow
from inventory_midplatform.domain.outbound import OUTBOUND, SHORT_REASONS
from inventory_midplatform.domain.waves import WAVE


@pytest.mark.parametrize(("argument", "flow"), [(outbound.State, OUTBOUND), (wave.State, WAVE)])
def test_a_list_is_filtered_by_the_states_of_its_flow(argument: object, flow: Flow) -> None:
	assert set(get_args(argument)) == {"", *(state.name for state in flow.states)}


def test_the_reasons_of_a_short_pick_are_those_of_the_flow() -> None:
	assert get_args(outbound.ShortReason) == SHORT_REASONS
