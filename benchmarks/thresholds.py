"""What is below its threshold, and the drafts that ask for it, beside ERPNext's reorder job."""

import time
from typing import Any

import frappe

from benchmarks import bulk
from benchmarks.at_site import Queries, begin, scaled
from benchmarks.figures import Figure, Part, profile, repeated, seconds, short, span
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.services.replenishment import material_requests, suggest

PLACES = 5
ON_HAND = 100
AIM = 100


def fill(items: int, places: list[str]) -> None:
	"""Every item in every warehouse: a bin, a position that agrees with it, and a threshold that it is above."""
	bulk.forget_stock()
	bulk.items("LOW", items)
	bulk.bins("LOW", items, places, ON_HAND)
	frappe.db.sql(
		"INSERT INTO `tabStock Position` (name, owner, creation, modified, modified_by, item_code, warehouse,"
		" on_hand, on_hold, reserved, last_change) SELECT name, owner, creation, modified, modified_by, item_code,"
		" warehouse, actual_qty, 0, 0, modified FROM `tabBin`"
	)
	frappe.db.sql(
		"INSERT INTO `tabItem Reorder` (name, owner, creation, modified, modified_by, parent, parenttype,"
		" parentfield, idx, warehouse, warehouse_reorder_level, warehouse_reorder_qty, material_request_type)"
		" SELECT name, owner, creation, modified, modified_by, item_code, 'Item', 'reorder_levels', 1, warehouse,"
		f" {ON_HAND // 2}, {ON_HAND}, 'Purchase' FROM `tabBin`"
	)
	frappe.db.commit()
	bulk.analyze("Item", "Item Reorder", "Bin", "Stock Position")


def make_short(items: int) -> None:
	frappe.db.sql(
		"UPDATE `tabItem Reorder` SET warehouse_reorder_level = %(level)s WHERE parent <= %(last)s",
		{"level": 2 * ON_HAND, "last": f"LOW-{items:06}"},
	)
	frappe.db.commit()


def erpnext_job() -> tuple[float, float, int, int]:
	"""Seconds of the evaluation, seconds of the request, its rows, and the statements of the evaluation; undone."""
	from erpnext.stock import reorder_item

	create, inside = reorder_item.create_material_request, [0.0, 0, 0]

	def timed(requests: Any) -> Any:
		inside[2] = queries.count
		made: list[Any] = []
		inside[0] = seconds(lambda: made.extend(create(requests)))
		inside[1] = sum(len(m.items) for m in made)
		return made

	reorder_item.create_material_request = timed
	try:
		with Queries() as queries:
			used = seconds(reorder_item._reorder_item)
	finally:
		reorder_item.create_material_request = create
		frappe.db.rollback()
	return used - inside[0], inside[0], int(inside[1]), int(inside[2])


def main() -> None:
	begin()
	part = Part("thresholds")
	items, short_items = scaled(10_000, least=20), scaled(200, least=2)
	fill(items, bulk.warehouses(PLACES))
	thresholds, size = items * PLACES, f"{items * PLACES:,} thresholds"

	def look() -> list[Any]:
		return suggest.suggest(site_context())

	assert look() == []
	none_short = repeated(5, look)
	part.profiles["suggest, none short"] = profile(look)
	make_short(short_items)
	expected = short_items * PLACES
	assert len(look()) == expected
	times = repeated(5, look)
	with Queries() as counted:
		look()
	# ERPNext looks at every threshold alike, short or not: its evaluation, which takes a minute or more, stands for both.
	evaluation, request, rows, statements = erpnext_job()
	assert rows == expected, rows
	_compare(part, "Low stock looked for, none short", size, none_short, evaluation)
	size = f"{thresholds:,} thresholds, {expected:,} short"
	_compare(part, "Low stock looked for", size, times, evaluation)
	part.add(
		Figure(
			"The same, SQL statements",
			size,
			str(counted.count),
			f"reorder job {statements:,}",
			statements / counted.count,
		)
	)
	result: dict[str, Any] = {}
	started = time.perf_counter()
	result.update(material_requests.create_material_requests(site_context()))
	whole = time.perf_counter() - started
	assert not result["failed"], result["failed"][:3]
	assert sum(len(created["items"]) for created in result["created"]) == expected
	drafting = whole - sorted(times)[2]
	part.add(
		Figure(
			f"Drafts for what is short: {len(result['created'])} drafts, one a warehouse",
			f"{expected:,} rows",
			f"{short(drafting)} s",
			f"reorder job, one request, submitted {short(request)} s",
			request / drafting,
		)
	)
	frappe.db.rollback()
	part.profiles["suggest, some short"] = profile(look)
	part.report()


def _compare(part: Part, what: str, size: str, times: list[float], evaluation: float) -> None:
	ratio = evaluation / sorted(times)[len(times) // 2]
	part.add(
		Figure(
			what,
			size,
			span(times),
			f"reorder job, its evaluation {short(evaluation)} s",
			ratio,
			f"≥ {AIM}×",
			ratio >= AIM,
			{"here s": times, "beside s": [evaluation]},
		)
	)


if __name__ == "__main__":
	main()
