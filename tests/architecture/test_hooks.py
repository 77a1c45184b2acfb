"""hooks.py holds strings only, so it says by hand what the operations say by themselves; the two must agree."""

from inventory_midplatform import hooks
from inventory_midplatform.api import v1
from inventory_midplatform.api.operation import OPERATIONS


def test_every_operation_has_its_path_on_a_site():
	assert v1.__all__
	expected = {
		op.path: f"inventory_midplatform.adapters.site.http.{op.name.replace('.', '_')}"
		for op in OPERATIONS.values()
	}
	assert hooks.override_whitelisted_methods == expected
