"""Write a plan: all rows of a table together."""

from collections.abc import Iterable

from inventory_midplatform.domain.movement import Movement
from inventory_midplatform.domain.settlement.plan import Plan
from inventory_midplatform.ports import Context
from inventory_midplatform.services import alerts, operation_log
from inventory_midplatform.services.ledger import deallocation, movements, receipt_layers, snapshots
from inventory_midplatform.services.ledger.allocations import write_allocations
from inventory_midplatform.services.ledger.positions import write_positions
from inventory_midplatform.services.ledger.stored_reservations import write_reservations


def write(ctx: Context, plan: Plan) -> None:
	"""Write what a plan says. The caller has locked the positions.

	Alerts of positions that cover their reservations again are closed. Raises the plan's refusal, or Conflict
	(``too_large``).
	"""
	if plan.refusal:
		raise plan.refusal
	_log_taken_on_hold(ctx, plan.taken_on_hold)
	for alert in plan.alerts:
		alerts.open_alert(ctx, alert.kind, alert.item_code, alert.warehouse, alert.message)
	receipt_layers.write_layers(ctx, plan.layers)
	movements.record(ctx, plan.movements)
	snapshots.record(ctx, plan.flows)
	if plan.began and (begins := snapshots.history_begins(ctx)):
		# of stock that begins here, what the books posted before is taken from them
		snapshots.refresh(ctx, plan.began, begins)
	deallocation.report(ctx, plan.deallocated)
	write_allocations(ctx, plan.allocations)
	write_positions(ctx, plan.positions)
	write_reservations(ctx, plan.reservations)
	for changed in plan.positions:
		if changed.covers_again:
			alerts.close_alert(ctx, alerts.BELOW_RESERVED, *changed.now.key)


def _log_taken_on_hold(ctx: Context, stock: Iterable[Movement]) -> None:
	operation_log.write(
		ctx,
		[
			operation_log.entry(
				ctx,
				"Take Stock on Hold",
				m.voucher_type,
				m.voucher_no,
				item_code=m.item_code,
				warehouse=m.warehouse,
				qty=-m.qty,
				from_value=m.stock_status,
				reason=m.bin,
			)
			for m in stock
		],
	)
