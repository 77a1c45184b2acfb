"""What happens on which day, from small files."""

from datetime import date
from decimal import Decimal

import pytest

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.importing import adventureworks, plan


def planned(folder, months: int | None = None) -> list[plan.Day]:
	extract = adventureworks.read(folder)
	return list(plan.days(extract, plan.period_of(extract, months)))


def test_days_come_in_order_and_only_where_something_happens(make_folder) -> None:
	days = planned(make_folder())
	assert [d.date.isoformat() for d in days] == [
		"2015-01-01",
		"2015-01-02",
		"2015-01-05",
		"2015-01-06",
		"2015-01-07",
		"2015-01-08",
	]
	assert [len(d.orders) for d in days] == [1, 1, 0, 1, 0, 0]
	assert len(days[0].orders[0].lines) == 2
	assert len(days[-1].receipts[0].lines) == len(days[-2].returns) == 1


def test_production_is_on_mondays_for_what_is_made_and_sold(make_folder) -> None:
	producing = {d.date: d.recent_sales for d in planned(make_folder()) if d.recent_sales is not None}
	assert producing == {date(2015, 1, 5): {"BIKE": Decimal(3)}}


def test_production_looks_back_two_weeks_and_ends_two_weeks_after_the_last_sale(make_folder) -> None:
	sales = ["SO1,1,2015-01-01,BIKE,2,1", "SO2,1,2015-01-15,BIKE,5,1"]
	returns = ["2015-03-01,BIKE,1"]
	days = planned(make_folder(sales_lines=sales, returns=returns))
	recent = [(d.date.day, d.recent_sales["BIKE"]) for d in days if d.recent_sales is not None]
	assert recent == [(5, 2), (12, 2), (19, 5), (26, 5)]


def test_lines_of_one_purchase_that_came_on_one_day_are_one_receipt(make_folder) -> None:
	rows = [
		"1,ACME,2011-01-02,2011-01-05,2011-01-08,TUBE,10,2.5,10,2,8",
		"1,ACME,2011-01-02,2011-01-05,2011-01-08,TUBE,10,2.5,1,0,1",
		"1,ACME,2011-01-02,2011-01-05,2011-01-09,TUBE,10,2.5,1,0,1",
	]
	days = planned(make_folder(purchase_lines=rows))
	assert [len(r.lines) for d in days for r in d.receipts] == [2, 1]


def test_a_short_period_is_one_with_purchases_and_a_shortage(make_folder) -> None:
	sales = ["SO1,1,2015-01-01,BIKE,1,1", "SO2,1,2015-02-10,BIKE,9,1", "SO3,1,2015-05-05,BIKE,9,1"]
	purchases = ["1,ACME,2011-02-02,2011-02-05,2011-02-08,TUBE,10,2.5,10,2,8"]
	extract = adventureworks.read(make_folder(sales_lines=sales, purchase_lines=purchases))
	assert plan.period_of(extract, 1) == plan.Period(date(2015, 2, 1), date(2015, 2, 28))
	assert plan.period_of(extract, 12).first == date(2015, 1, 1)
	assert plan.period_of(extract) == plan.Period(date(2015, 1, 1), date(2015, 5, 5))
	assert [d.date for d in plan.days(extract, plan.period_of(extract, 1)) if d.orders] == [date(2015, 2, 10)]


def test_a_short_period_begins_with_the_sales_where_nothing_is_short(make_folder) -> None:
	extract = adventureworks.read(make_folder(purchase_lines=[]))
	assert plan.period_of(extract, 2) == plan.Period(date(2015, 1, 1), date(2015, 2, 28))


def test_no_sales_and_no_month_are_refused(make_folder) -> None:
	with pytest.raises(InvalidInput) as error:
		plan.period_of(adventureworks.read(make_folder(sales_lines=[])))
	assert error.value.code == "nothing_to_load"
	with pytest.raises(InvalidInput):
		plan.period_of(adventureworks.read(make_folder()), 0)


def test_another_period_or_other_rows_are_another_plan(make_folder) -> None:
	extract = adventureworks.read(make_folder())
	whole, month = plan.period_of(extract), plan.period_of(extract, 1)
	other = adventureworks.read(make_folder(returns=[]))
	prints = {
		plan.fingerprint(extract, whole),
		plan.fingerprint(extract, month),
		plan.fingerprint(other, whole),
	}
	assert len(prints) == 3
