"""Decide what a settlement writes. Pure functions: no store, no clock, no Frappe."""

from collections.abc import Sequence
from datetime import datetime

from inventory_midplatform.domain.movement import Movement, MovementKind
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.settlement import demands, history, layers, moving, on_hold
from inventory_midplatform.domain.settlement.deallocation import deallocate_excess
from inventory_midplatform.domain.settlement.plan import ON_HOLD_TAKEN, Alert, Plan
from inventory_midplatform.domain.settlement.situation import Draft, Situation


def decide(situation: Situation) -> Plan:
	"""Return the plan of a settlement, or one that says only why it is refused."""
	draft = Draft(situation)
	moving.move_rows(situation, draft)
	unexplained = moving.adjust(situation, draft)
	movements = moving.of_one_posting_each(draft.movements)
	on_hold_taken = on_hold.taken_on_hold(movements)
	if on_hold_taken and _refuses_on_hold(situation) and all(p.may_be_refused for p in situation.postings):
		return Plan(refusal=on_hold.takes_stock_on_hold(on_hold_taken))
	for m in movements:
		draft.stock.change_on_hand(m.key, m.qty, m.qty if m.stock_status != AVAILABLE else ZERO)
	demands.consume(draft.stock, draft.reserved_for, situation.postings)
	draft.stock.fill_waiting(sorted(situation.positions))
	refusal, alerts = demands.refuse_or_alert(situation, draft.stock, situation.unexplained.rounded)
	if refusal:
		return Plan(refusal=refusal)
	over = draft.contents.overallocated() if movements else {}
	deallocated = deallocate_excess(draft.stock, draft.allocated, over)
	draft.stock.deallocate_what_is_not_reserved(draft.allocated)
	aged, layer_changes = layers.with_ages(movements, situation.positions, situation.layers)
	return Plan(
		movements=aged,
		layers=layer_changes,
		flows=history.flow_changes(situation, aged),
		allocations=draft.allocated.changes(),
		deallocated=deallocated,
		positions=draft.stock.position_changes(),
		reservations=draft.stock.reservation_changes(),
		taken_on_hold=on_hold_taken,
		alerts=[*_alerts_about_stock_on_hold(situation, on_hold_taken), *alerts],
		unexplained=unexplained,
		rounded=situation.unexplained.rounded,
		out_of_order=_out_of_order(situation, aged),
	)


def _refuses_on_hold(situation: Situation) -> bool:
	return situation.rules.refuses_on_hold and not situation.rules.may_unblock


def _alerts_about_stock_on_hold(situation: Situation, on_hold_taken: Sequence[Movement]) -> list[Alert]:
	if not _refuses_on_hold(situation):
		return []
	return [
		Alert(
			ON_HOLD_TAKEN,
			m.item_code,
			m.warehouse,
			"A document that could not be refused took stock that was on hold. Check what was sent.",
		)
		for m in on_hold_taken
	]


def _out_of_order(situation: Situation, movements: Sequence[Movement]) -> frozenset[str]:
	"""Return the items with a cancelled posting, or with one that is dated before their newest posting."""
	items = {m.item_code for m in movements if m.kind == MovementKind.CANCELLATION}
	earliest: dict[Key, datetime] = {}
	newest = dict(situation.newest)
	for m in movements:
		newest[m.key] = max(newest.get(m.key, m.posting_datetime), m.posting_datetime)
		last = situation.positions[m.key].last_change
		if last is not None and m.posting_datetime < last:
			earliest[m.key] = min(earliest.get(m.key, m.posting_datetime), m.posting_datetime)
	return frozenset(items | {key[0] for key, at in earliest.items() if at < newest[key]})
