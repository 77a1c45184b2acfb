"""Every argument that a person fills in has a label, and it is the one the desk shows."""

import json
import re
from collections import defaultdict
from pathlib import Path

from inventory_midplatform.api import v1
from inventory_midplatform.api.operation import OPERATIONS
from inventory_midplatform.domain.labels import LABELS

PACKAGE = Path(__file__).parents[2] / "inventory_midplatform"
assert v1, "importing it registers the operations"

OF_PROGRAMS = frozenset(
	[
		"against",
		"by",
		"by_warehouse",
		"text",
		"approver",
		"place",
		"to",
		"to_step",
		"file_name",
		"attachment",
		"content",
		"bin",
		"code",
		"brief",
		"outbound_order",
		"outside_waves",
		"counted",
		"dataset",
		"days",
		"delivery_note",
		"demand_line",
		"doctype",
		"document",
		"from_bin",
		"full_bin",
		"group",
		"limit",
		"line",
		"lines",
		"max_orders",
		"measures",
		"mine",
		"min_hours",
		"modified",
		"name",
		"names",
		"new_name",
		"offset",
		"only",
		"order",
		"package",
		"params",
		"policy",
		"request_type",
		"search",
		"start",
		"state",
		"status",
		"strategy",
		"totals",
		"values",
		"where",
	]
)
"""Arguments that nobody writes into a field of the desk: the record at hand says them, or only a program sends them."""

IN_DIALOGS = re.compile(r'fieldname: "(\w+)",.*?label: __\("([^"]+)"', re.S)


def labels_in_the_desk() -> dict[str, set[str]]:
	found = defaultdict(set)
	for path in PACKAGE.glob("inventory_midplatform/doctype/*/*.json"):
		for field in json.loads(path.read_text(encoding="utf-8"))["fields"]:
			found[field["fieldname"]].add(field.get("label"))
	for path in [*PACKAGE.glob("public/js/**/*.js"), *PACKAGE.glob("inventory_midplatform/*/*/*.js")]:
		for fieldname, label in IN_DIALOGS.findall(path.read_text(encoding="utf-8")):
			found[fieldname].add(label)
	return found


def test_every_argument_has_a_label_or_is_for_programs() -> None:
	arguments = {name for operation in OPERATIONS.values() for name in operation.arguments.model_fields}
	assert arguments - set(LABELS) == OF_PROGRAMS


def test_labels_are_those_of_the_desk() -> None:
	shown = labels_in_the_desk()
	wrong = {name: (label, shown[name]) for name, label in LABELS.items() if label not in shown[name]}
	assert not wrong
