"""What services take for granted of a store, on both engines."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.adapters.standalone.store import opener
from inventory_midplatform.ports import Context
from inventory_midplatform.tests.platform import unique


@pytest.fixture(params=["sqlite", "mariadb"])
def platform(request: pytest.FixtureRequest) -> StandalonePlatform:
	found: StandalonePlatform = request.getfixturevalue(request.param)
	return found


def test_sums_are_rounded_so_that_no_dust_is_left(platform: StandalonePlatform) -> None:
	item, warehouse = platform.make_item(), platform.make_warehouse()
	row = {"item_code": item, "warehouse": warehouse, "on_hand": Decimal("0.1")}
	for _ in range(3):
		with platform.context() as ctx:
			ctx.store.add("Stock Position", ("item_code", "warehouse"), [row], add=("on_hand",))
	stored = platform.rows("SELECT on_hand FROM `tabStock Position` WHERE item_code = %(item)s", item=item)
	assert [str(float(r["on_hand"])) for r in stored] == ["0.3"]
	with platform.context() as ctx:
		ctx.store.execute("DELETE FROM `tabStock Position` WHERE item_code = %(item)s", {"item": item})


def test_add_inserts_sums_and_overwrites(platform: StandalonePlatform) -> None:
	item, warehouse = platform.make_item(), platform.make_warehouse()
	key = {"item_code": item, "warehouse": warehouse}
	for qty, queue in ((2, "first"), (3, "second")):
		with platform.context() as ctx:
			row = {**key, "ordered_qty": qty, "stock_queue": queue}
			ctx.store.add(
				"Bin", ("item_code", "warehouse"), [row], add=("ordered_qty",), put=("stock_queue",)
			)
	rows = platform.rows("SELECT * FROM `tabBin` WHERE item_code = %(item)s", item=item)
	assert [(float(r["ordered_qty"]), r["stock_queue"]) for r in rows] == [(5.0, "second")]
	assert rows[0]["creation"] < rows[0]["modified"]


def test_execute_counts_the_rows_its_condition_met(platform: StandalonePlatform) -> None:
	"""Also those that hold the new value already: check and change in one statement depends on it."""
	names = [platform.make_supplier() for _ in range(3)]
	with platform.context() as ctx:
		sql = "UPDATE `tabSupplier` SET supplier_name = 'same' WHERE name IN %(names)s"
		assert [ctx.store.execute(sql, {"names": names}) for _ in range(2)] == [3, 3]
		assert ctx.store.execute(sql, {"names": ["nobody"]}) == 0


def test_lists_and_percent_signs_in_sql(platform: StandalonePlatform) -> None:
	names = [platform.make_supplier() for _ in range(2)]
	for many in (names, tuple(names)):
		found = platform.rows("SELECT name FROM `tabSupplier` WHERE name IN %(names)s", names=many)
		assert sorted(r["name"] for r in found) == sorted(names)
	assert platform.rows("SELECT name FROM `tabSupplier` WHERE name IN %(names)s", names=[]) == []
	found = platform.rows(
		"SELECT name FROM `tabSupplier` WHERE name LIKE '%%' AND name = %(name)s", name=names[0]
	)
	assert found == [{"name": names[0]}]
	assert platform.rows("SELECT '100%%' AS literal") == [{"literal": "100%"}]


def test_moments_and_days_come_back_as_they_went(platform: StandalonePlatform) -> None:
	moment, day = datetime(2026, 2, 3, 4, 5, 6, 789), date(2026, 2, 28)
	warehouse = platform.make_warehouse()
	with platform.context() as ctx:
		name = unique()
		ctx.store.insert(
			"Stock Ledger Entry", [{"name": name, "warehouse": warehouse, "posting_datetime": moment}]
		)
		ctx.store.insert("Material Request", [{"name": name, "schedule_date": day}])
		row = ctx.store.rows(
			"SELECT sle.posting_datetime, mr.schedule_date, mr.transaction_date FROM `tabStock Ledger Entry` sle"
			" JOIN `tabMaterial Request` mr ON mr.name = sle.name WHERE sle.posting_datetime = %(moment)s"
			" AND sle.name = %(name)s AND mr.schedule_date < %(after)s",
			{"moment": moment, "name": name, "after": date(2026, 3, 1)},
		)
	assert row == [{"posting_datetime": moment, "schedule_date": day, "transaction_date": None}]


def test_a_savepoint_undoes_its_block_only(platform: StandalonePlatform) -> None:
	committed, undone = unique(), unique()

	def block(ctx: Context) -> None:
		with ctx.store.savepoint():
			ctx.store.insert("Supplier", [{"name": undone}])
			with ctx.store.savepoint():
				ctx.store.insert("Supplier", [{"name": f"{undone}-inner"}])
			raise RuntimeError("undo")

	with platform.context() as ctx:
		ctx.store.insert("Supplier", [{"name": committed}])
		with pytest.raises(RuntimeError, match="undo"):
			block(ctx)
	found = platform.rows("SELECT name FROM `tabSupplier` WHERE name LIKE %(like)s", like=f"{undone}%")
	assert found == []
	assert platform.rows("SELECT name FROM `tabSupplier` WHERE name = %(name)s", name=committed)


def test_what_raises_is_rolled_back(platform: StandalonePlatform) -> None:
	name = unique()

	def fail() -> None:
		with platform.context() as ctx:
			ctx.store.insert("Supplier", [{"name": name}])
			raise RuntimeError("no")

	with pytest.raises(RuntimeError, match="no"):
		fail()
	assert platform.rows("SELECT name FROM `tabSupplier` WHERE name = %(name)s", name=name) == []


@pytest.mark.parametrize(
	("sql", "transient"),
	[
		("INSERT INTO `tabSupplier` (name) VALUES (%(name)s)", True),
		("SELECT nothing FROM `tabSupplier`", False),
	],
)
def test_a_taken_key_is_transient_and_a_wrong_statement_is_not(
	platform: StandalonePlatform, sql: str, transient: bool
) -> None:
	name = platform.make_supplier()
	with platform.context() as ctx:
		with pytest.raises(Exception, match=r"UNIQUE|Duplicate|nothing") as raised:
			ctx.store.execute(sql, {"name": name})
		assert ctx.store.is_transient(raised.value) is transient
		assert not ctx.store.is_transient(ValueError())


def test_numbers_are_never_null_and_keys_are_never_null(platform: StandalonePlatform) -> None:
	name = unique()
	with platform.context() as ctx:
		ctx.store.insert("Bin Stock", [{"name": name, "item_code": name, "bin": name, "warehouse": name}])
		row = ctx.store.rows(
			"SELECT qty, batch_no, stock_owner FROM `tabBin Stock` WHERE name = %(n)s", {"n": name}
		)[0]
		assert (float(row["qty"]), row["batch_no"], row["stock_owner"]) == (0.0, "", "")
		ctx.store.execute("DELETE FROM `tabBin Stock` WHERE name = %(n)s", {"n": name})


def test_opened_again_the_schema_gets_what_is_missing(platform: StandalonePlatform) -> None:
	with platform.context() as ctx:
		ctx.store.execute("ALTER TABLE `tabToDo` DROP COLUMN assigned_by")
		ctx.store.execute("DELETE FROM `tabSingles` WHERE doctype = 'Schema'")
	Standalone(platform.standalone.url)
	platform.create("ToDo", {"status": "Open", "assigned_by": "Administrator"})


@pytest.mark.parametrize("url", ["postgres://x", "sqlite://", "sqlite:///", "", "platform.sqlite"])
def test_urls_of_no_database(url: str) -> None:
	with pytest.raises(ValueError, match=r"name a file|no database of this kind"):
		opener(url)
