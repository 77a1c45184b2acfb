"""hooks.py holds strings only, so it says by hand what the operations say by themselves; the two must agree."""

from inventory_midplatform import hooks
from inventory_midplatform.api import v1
from inventory_midplatform.api.operation import OPERATIONS, PATH


def test_every_operation_has_its_path_on_a_site():
	assert v1.__all__
	expected = {
		op.path: f"inventory_midplatform.adapters.site.http.{op.name.replace('.', '_')}"
		for op in OPERATIONS.values()
	}
	ours = {path: to for path, to in hooks.override_whitelisted_methods.items() if path.startswith(PATH)}
	assert ours == expected


def test_of_frappes_own_only_those_are_replaced_that_can_do_without_permissions():
	others = {path for path in hooks.override_whitelisted_methods if not path.startswith(PATH)}
	search = {"frappe.desk.search.search_link", "frappe.desk.search.search_widget"}
	assert others == {"frappe.client.get_count", *search}
