"""Cumulative available-to-promise with look-ahead: the rule on any supply and demand."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from inventory_midplatform.domain.available_to_promise import Event, projection

TODAY = date(2026, 3, 2)


def day(n: int) -> date:
	return TODAY + timedelta(days=n)


quantities = st.integers(-50, 50).map(lambda n: Decimal(n) / 2)
events = st.lists(
	st.builds(
		Event,
		qty=quantities,
		due=st.none() | st.integers(-5, 20).map(day),
		document=st.text("AB", max_size=2),
		waits=st.booleans(),
	),
	max_size=12,
)
openings = st.integers(-20, 40).map(Decimal)
days = st.integers(0, 25).map(day)


def balance_on(opening: Decimal, what: list[Event], on: date) -> Decimal:
	"""The projected balance, the long way round."""
	known = [e for e in what if e.qty < 0 or (e.due is not None and e.due >= TODAY)]
	happened = [e for e in known if e.waits or (e.due or TODAY) <= on]
	return opening + sum((e.qty for e in happened), Decimal(0))


@given(openings, events, days)
def test_the_promise_is_the_lowest_balance_from_that_day_on(opening, what, by):
	what = [e for e in what if not (e.waits and e.qty > 0)]
	horizon = [by + timedelta(days=n) for n in range(30)]
	least = min(balance_on(opening, what, on) for on in horizon)
	assert projection(TODAY, opening, what).promisable(by) == max(least, Decimal(0))


@given(openings, events, days, days)
def test_a_later_day_never_promises_less(opening, what, one, other):
	found = projection(TODAY, opening, what)
	assert found.promisable(min(one, other)) <= found.promisable(max(one, other))


@given(openings, events, days)
def test_the_promised_quantity_can_be_promised_and_then_nothing_more(opening, what, by):
	"""Once it is promised, every later balance still holds, and that day has nothing left."""
	promised = projection(TODAY, opening, what).promisable(by)
	after = projection(TODAY, opening, [*what, Event(-promised, by, document="NEW")])
	assert after.promisable(by) == 0
	before_that = balance_on(opening, what, by)
	if promised:
		assert before_that - promised >= 0
		assert all(step.balance >= 0 for step in after.steps if step.on > by)


@given(openings, events, st.integers(1, 60).map(Decimal))
def test_the_earliest_day_is_the_first_that_promises_the_quantity(opening, what, qty):
	found = projection(TODAY, opening, what)
	earliest = found.earliest(qty)
	if earliest is None:
		assert found.promisable(day(100)) < qty
		return
	assert found.promisable(earliest) >= qty
	assert earliest == TODAY or found.promisable(earliest - timedelta(days=1)) < qty


@given(openings, events)
@example(Decimal(0), [Event(Decimal(5), None), Event(Decimal(5), TODAY - timedelta(days=1))])
def test_nothing_is_lost_or_counted_twice(opening, what):
	found = projection(TODAY, opening, what)
	events = [step.event for step in found.steps] + list(found.undated)
	assert sorted(map(repr, events)) == sorted(repr(e) for e in what if e.qty)
	running = opening
	for step in found.steps:
		running += step.event.qty
		assert step.balance == running
	assert [step.on for step in found.steps] == sorted(step.on for step in found.steps)


def test_what_a_later_demand_needs_is_not_promised_now():
	found = projection(TODAY, Decimal(10), [Event(Decimal(-8), day(5), "Sales Order", "SO-1")])
	assert found.promisable(TODAY) == 2


def test_it_is_promised_if_supply_comes_before_that_demand():
	what = [Event(Decimal(-8), day(5)), Event(Decimal(8), day(4))]
	assert projection(TODAY, Decimal(10), what).promisable(TODAY) == 10


def test_nothing_is_promised_for_a_day_that_is_past():
	assert projection(TODAY, Decimal(10), []).promisable(TODAY - timedelta(days=1)) == 0


def test_waiting_demands_get_the_first_supply_whenever_they_are_due():
	what = [Event(Decimal(-10), None, waits=True), Event(Decimal(10), day(3)), Event(Decimal(10), day(9))]
	found = projection(TODAY, Decimal(0), what)
	assert [found.promisable(day(n)) for n in (0, 3, 8, 9)] == [0, 0, 0, 10]
	assert found.earliest(Decimal(1)) == day(9)
