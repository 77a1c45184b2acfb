"""A reservation's parts add up to its quantity after every change."""

from datetime import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.labels import label_of
from inventory_midplatform.domain.reservation import (
	Demand,
	Reservation,
	consumed_among,
	demanded_again_among,
	in_queue_order,
	reserved_for,
)

amounts = st.integers(0, 40).map(lambda n: Decimal(n) / 4)


@st.composite
def reservations(draw, name="R"):
	reserved, waiting, consumed, released = (draw(amounts) for _ in range(4))
	return Reservation(
		name=name,
		item_code="ITEM",
		warehouse="STORE",
		demand=Demand("Sales Order", "SO-1", "row"),
		qty=reserved + waiting + consumed + released,
		made_at=datetime(2026, 1, draw(st.integers(1, 3))),
		priority=draw(st.integers(0, 2)),
		reserved=reserved,
		waiting=waiting,
		consumed=consumed,
		released=released,
	)


several = st.integers(1, 4).flatmap(
	lambda n: st.tuples(*(reservations(name=f"R{i}") for i in range(n))).map(list)
)


def adds_up(r: Reservation) -> bool:
	parts = (r.reserved, r.waiting, r.consumed, r.released)
	return r.qty == sum(parts) and min(parts) >= 0


@given(reservations(), st.data())
def test_what_is_reassigned_is_neither_more_nor_less_and_stays_reserved(r, data):
	qty = min(data.draw(amounts), r.open)
	giver, receiver = r.reassign(qty, "NEW", Demand("Project", "P-1"))
	assert adds_up(giver)
	assert adds_up(receiver)
	assert giver.reserved + receiver.reserved == r.reserved
	assert giver.waiting + receiver.waiting == r.waiting
	assert receiver.qty == qty == giver.released - r.released
	assert receiver.reserved == min(qty, r.reserved)
	assert receiver.demand == Demand("Project", "P-1")
	assert giver.demand == r.demand


@given(reservations(name="R1"), reservations(name="R2"))
def test_the_superseded_reservation_passes_on_the_better_place(r, other):
	stands = r.inherit_queue_place(other)
	ahead = [(-x.priority, x.made_at) for x in (r, other)]
	assert (-stands.priority, stands.made_at) == min(ahead)
	assert (stands.name, stands.waiting) == (r.name, r.waiting)


@given(several)
def test_the_name_decides_only_between_reservations_made_at_once(waiting):
	turn = in_queue_order(reversed(waiting))
	places = [(-r.priority, r.made_at, r.name) for r in turn]
	assert places == sorted(places)


@given(reservations(), amounts)
def test_superseding_leaves_what_is_reserved_and_consumed(r, qty):
	smaller = r.supersede(qty)
	assert adds_up(smaller)
	assert (smaller.reserved, smaller.consumed) == (r.reserved, r.consumed)
	assert r.qty - smaller.qty == min(qty, r.waiting + r.released)
	assert smaller.waiting == max(r.waiting - qty, 0)


@given(several, amounts)
def test_a_delivery_is_consumed_once_among_several(of_demand, qty):
	changed = {r.name: r for r in consumed_among(of_demand, qty)}
	after = [changed.get(r.name, r) for r in of_demand]
	assert all(map(adds_up, after))
	open_before, open_after = (sum(r.open for r in rs) for rs in (of_demand, after))
	assert open_before - open_after == min(qty, open_before)


@given(several, amounts)
def test_what_comes_back_is_demanded_again_once_among_several(of_demand, qty):
	changed = {r.name: r for r in demanded_again_among(of_demand, qty)}
	after = [changed.get(r.name, r) for r in of_demand]
	assert all(map(adds_up, after))
	consumed = sum(r.consumed for r in of_demand)
	assert consumed - sum(r.consumed for r in after) == min(qty, consumed)


def test_terms_in_a_sentence_are_in_the_readers_language() -> None:
	def reserved_by(demand: Demand, qty: str) -> Reservation:
		now, reserved = datetime(2026, 1, 1), Decimal(qty)
		return Reservation("R", "ITEM", "STORE", demand, reserved, now, reserved=reserved)

	reservations = [
		reserved_by(Demand("Sales Order", "SO-7", "row"), "3"),
		reserved_by(Demand("", "W1"), "0.5"),
		*(reserved_by(Demand("Web", f"W{n}"), "1") for n in range(5)),
	]
	error = Conflict(
		"{name} is {status}: reserved for {owners}.",
		name="Released",
		status="Released",
		owners=reserved_for(reservations, 3),
	)
	assert (
		error.message()
		== "Released is Released: reserved for Sales Order SO-7 (3), W1 (0.5), Web W0 (1) … +4."
	)
	zh = {
		"Sales Order": "销售订单",
		"Released": "已释放",
		"{name} is {status}: reserved for {owners}.": "{name}{status}：{owners}",
	}
	shown = error.message(lambda text: zh.get(text, text))
	assert shown == "Released已释放：销售订单 SO-7 (3), W1 (0.5), Web W0 (1) … +4"


def test_an_argument_is_shown_by_its_name_or_by_its_label() -> None:
	error = InvalidInput("{argument} is missing.", argument="items.0.qty")
	zh = {"{argument} is missing.": "缺少“{argument}”。", "Quantity": "数量"}
	assert error.message() == "items.0.qty is missing."
	assert error.message(lambda text: zh.get(text, text)) == "缺少“items.0.qty”。"
	assert error.message(lambda text: zh.get(text, text), label_of) == "缺少“数量”。"
	assert error.message(str, label_of) == "Quantity is missing."
	assert (
		InvalidInput("{argument} is missing.", argument="limit").message(str, label_of) == "limit is missing."
	)


def test_a_term_is_translated_in_its_context() -> None:
	error = InvalidInput(
		"{bin}: {stock_status}, {known}", bin="Quality", stock_status="Quality", known="FIFO, Own"
	)
	zh = {("Quality", "Bin Stock"): "待检", ("FIFO", "Storage Policy"): "先进先出"}
	assert (
		error.message(lambda text, context="": zh.get((text, context), text))
		== "Quality: 待检, 先进先出, Own"
	)
