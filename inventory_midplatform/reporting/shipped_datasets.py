"""The datasets that the app brings: stock, in warehouses and in bins, ages, waiting demand, orders, alerts, KPIs."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from inventory_midplatform.domain.ageing import Bands
from inventory_midplatform.domain.flows import Flow
from inventory_midplatform.domain.inbound import INBOUND
from inventory_midplatform.domain.outbound import OUTBOUND
from inventory_midplatform.domain.position import AVAILABLE, ON_HOLD
from inventory_midplatform.domain.stock_flow import USAGE, StockFlow
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.datasets import Dataset, Dimension, Figure, Opens, Parameters
from inventory_midplatform.reporting.kpi_dataset import KEY_FIGURES
from inventory_midplatform.reporting.stock_ageing import UNIT_VALUE
from inventory_midplatform.services.ledger import snapshots
from inventory_midplatform.services.ledger.stored_reservations import WAITING_STATUSES


def _warehouse(column: str, **more: Any) -> Dimension:
	return Dimension(
		"warehouse",
		"Warehouse",
		column,
		"Link",
		"Warehouse",
		has_one_company=True,
		parent="parent_warehouse",
		**more,
	)


COMPANY = Dimension(
	"company", "Company", "wh.company", "Link", "Company", may_be_empty=True, has_one_company=True
)
ITEM_GROUP = Dimension(
	"item_group",
	"Item Group",
	"item.item_group",
	"Link",
	"Item Group",
	parent="parent_item_group",
	may_be_empty=True,
)
UNIT = Dimension("stock_uom", "Unit", "item.stock_uom", "Link", "UOM", may_be_empty=True, has_one_unit=True)


def _item(column: str) -> Dimension:
	return Dimension("item_code", "Item", column, "Link", "Item", has_one_unit=True)


def _joined(alias: str) -> dict[str, str]:
	"""Return the joins of a table with an item and a warehouse."""
	return {
		"item": f"JOIN `tabItem` item ON item.name = {alias}.item_code",
		"wh": f"JOIN `tabWarehouse` wh ON wh.name = {alias}.warehouse",
		"company": "LEFT JOIN `tabCompany` company ON company.name = wh.company",
		"book": (
			f"LEFT JOIN `tabBin` book ON book.item_code = {alias}.item_code AND book.warehouse = {alias}.warehouse"
		),
	}


STOCK = Dataset(
	"stock",
	"Stock",
	"`tabStock Position` p",
	_joined("p"),
	(_item("p.item_code"), ITEM_GROUP, _warehouse("p.warehouse"), COMPANY, UNIT),
	(
		Figure("on_hand", "SUM(p.on_hand)"),
		Figure("on_hold", "SUM(p.on_hold)"),
		Figure("reserved", "SUM(p.reserved)"),
		Figure("available", "SUM(p.on_hand - p.on_hold - p.reserved)"),
		Figure("waiting", "SUM(p.waiting)"),
		Figure("value", "SUM(COALESCE(book.stock_value, 0))"),
		Figure("items", "COUNT(DISTINCT CASE WHEN p.on_hand <> 0 THEN p.item_code END)"),
		Figure("positions", "COUNT(CASE WHEN p.on_hand <> 0 THEN 1 END)"),
	),
	Opens(
		"report",
		"Realtime Stock",
		{name: name for name in ("company", "warehouse", "item_group", "item_code")},
	),
	condition="(p.on_hand <> 0 OR p.on_hold <> 0 OR p.reserved <> 0 OR p.waiting <> 0)",
)


BINS = Dataset(
	"bins",
	"Stock in Bins",
	"`tabBin Stock` stock",
	{"bin": "JOIN `tabWarehouse Bin` bin ON bin.name = stock.bin", **_joined("stock")},
	(
		Dimension("zone", "Zone", "bin.zone", "Link", "Warehouse Zone", may_be_empty=True),
		Dimension("bin", "Bin", "stock.bin", "Link", "Warehouse Bin", has_one_company=True),
		Dimension(
			"stock_status",
			"Stock Status",
			"stock.stock_status",
			"Select",
			domain=lambda ctx, params: (AVAILABLE, *ON_HOLD),
		),
		Dimension(
			"batch_no", "Batch", "stock.batch_no", "Link", "Batch", may_be_empty=True, has_one_unit=True
		),
		_item("stock.item_code"),
		ITEM_GROUP,
		_warehouse("stock.warehouse"),
		COMPANY,
		UNIT,
	),
	(
		Figure("qty", "SUM(stock.qty)"),
		Figure("value", f"SUM(stock.qty * {UNIT_VALUE})"),
		Figure("items", "COUNT(DISTINCT stock.item_code)"),
		Figure("bins", "COUNT(DISTINCT stock.bin)"),
	),
	Opens(
		"list",
		"Bin Stock",
		{name: name for name in ("bin", "stock_status", "batch_no", "item_code", "warehouse")},
	),
	condition="stock.qty <> 0 AND stock.stock_owner = ''",
)


def _bands(ctx: Context, params: Parameters) -> Bands:
	return Bands.parsed(params.get("bands") or ctx.settings.ageing_bands)


def _band_names(ctx: Context, params: Parameters) -> Sequence[str]:
	return _bands(ctx, params).names


def _of_ages(ctx: Context, params: Parameters) -> Row:
	"""A band's first day for each of the most bands there can be; those beyond the last are before every receipt."""
	today = ctx.clock.now().date()
	days = _bands(ctx, params).last_days
	begins = {
		f"band_{i}": today - timedelta(days=days[i]) if i < len(days) else "0001-01-01" for i in range(8)
	}
	return {"today": today, **begins}


AGE = "CASE WHEN layer.received_on > %(today)s THEN 0 ELSE {age} END"
LAYER_VALUE = f"layer.remaining_qty * {UNIT_VALUE}"
BAND = " ".join(
	["CASE", *(f"WHEN layer.received_on >= %(band_{i})s THEN {i}" for i in range(8)), "ELSE 8 END"]
)

AGES = Dataset(
	"ages",
	"Age of Stock",
	# from positions, whose warehouses have an index
	"`tabStock Position` p",
	{
		"layer": "JOIN `tabReceipt Layer` layer ON layer.item_code = p.item_code AND layer.warehouse = p.warehouse",
		**_joined("p"),
	},
	(
		Dimension("band", "Age (Days)", BAND, "Select", domain=_band_names, is_index=True),
		_item("p.item_code"),
		ITEM_GROUP,
		_warehouse("p.warehouse"),
		COMPANY,
		UNIT,
		Dimension(
			"batch_no", "Batch", "layer.batch_no", "Link", "Batch", may_be_empty=True, has_one_unit=True
		),
		Dimension("received_on", "Received On", "layer.received_on", "Date"),
	),
	(
		Figure("qty", "SUM(layer.remaining_qty)"),
		Figure("value", f"SUM({LAYER_VALUE})"),
		Figure(
			"mean_age",
			f"SUM(({AGE}) * layer.remaining_qty)",
			by="SUM(layer.remaining_qty)",
			is_weighed=True,
			by_value=(f"SUM(({AGE}) * {LAYER_VALUE})", f"SUM({LAYER_VALUE})"),
		),
		Figure("oldest_age", f"MAX({AGE})"),
		Figure("items", "COUNT(DISTINCT p.item_code)"),
	),
	Opens(
		"report",
		"Inventory Ageing",
		{
			**{name: name for name in ("company", "warehouse", "item_group", "item_code", "bands")},
			"band": "only",
		},
	),
	condition="layer.remaining_qty > 0",
	params=("company", "warehouse", "item_group", "item_code", "bands"),
	values=_of_ages,
	terms=lambda store: {"age": store.days_between("layer.received_on", "%(today)s")},
)


def _flowing(column: str) -> str:
	"""Return the sum of what is no transfer: between warehouses of one company nothing comes in or goes out."""
	return f"SUM(CASE WHEN s.flow <> %(transfer)s THEN s.{column} ELSE 0 END)"


def _used(out: str, back: str = "") -> str:
	used = f"SUM(CASE WHEN s.flow IN %(usage)s THEN s.{out} ELSE 0 END)"
	return f"{used} - SUM(CASE WHEN s.flow = %(sale)s THEN s.{back} ELSE 0 END)" if back else used


CHANGES = Dataset(
	"changes",
	"In and Out",
	"`tabStock Snapshot` s",
	_joined("s"),
	(
		Dimension("day", "Day", "s.snapshot_date", "Date"),
		Dimension(
			"flow", "Flow", "s.flow", "Select", domain=lambda ctx, params: [f.value for f in StockFlow]
		),
		_item("s.item_code"),
		ITEM_GROUP,
		_warehouse("s.warehouse"),
		COMPANY,
		UNIT,
	),
	(
		Figure("qty_in", _flowing("qty_in")),
		Figure("qty_out", _flowing("qty_out")),
		Figure(
			"transferred_qty", "SUM(CASE WHEN s.flow = %(transfer)s THEN s.qty_in - s.qty_out ELSE 0 END)"
		),
		Figure("net_change", "SUM(s.qty_in - s.qty_out)"),
		Figure("gross_usage", _used("qty_out")),
		Figure("net_usage", _used("qty_out", "qty_in")),
		Figure("value_in", _flowing("value_in")),
		Figure("value_out", _flowing("value_out")),
		Figure("cost_of_usage", _used("value_out", "value_in")),
	),
	Opens(
		"report",
		"In and Out Trend",
		{name: name for name in ("company", "warehouse", "item_group", "item_code")},
		period=("from_date", "to_date"),
	),
	condition="(s.qty_in <> 0 OR s.qty_out <> 0 OR s.value_in <> 0 OR s.value_out <> 0)",
	values=lambda ctx, params: {
		"usage": [flow.value for flow in USAGE],
		"sale": StockFlow.SALE.value,
		"transfer": StockFlow.TRANSFER.value,
	},
	begins=snapshots.history_begins,
	day="day",
)

WAITING = Dataset(
	"waiting",
	"Waiting Demand",
	"`tabInventory Reservation` r",
	_joined("r"),
	(
		_item("r.item_code"),
		ITEM_GROUP,
		_warehouse("r.warehouse"),
		COMPANY,
		UNIT,
		Dimension("demand_type", "Demand Type", "r.demand_type", may_be_empty=True),
		Dimension("demand_name", "For Whom", "r.demand_name", may_be_empty=True),
		Dimension("day", "Day", "r.creation", "Datetime"),
	),
	(Figure("waiting", "SUM(r.waiting_qty)"), Figure("demands", "COUNT(*)")),
	Opens(
		"report",
		"Stock-outs and Waiting Demand",
		{name: name for name in ("company", "warehouse", "item_group", "item_code")},
	),
	condition="r.status IN %(waiting_statuses)s AND r.waiting_qty > 0",
	values=lambda ctx, params: {"waiting_statuses": WAITING_STATUSES},
)


def _orders(name: str, label: str, flow: Flow, party: str) -> Dataset:
	"""The orders of a flow: in which state they are, for which customer or from which supplier (``party``)."""
	states = [state.name for state in flow.states]
	return Dataset(
		name,
		label,
		f"`tab{flow.doctype}` o",
		{"wh": "LEFT JOIN `tabWarehouse` wh ON wh.name = o.warehouse"},
		(
			Dimension("state", "Status", "o.state", "Select", domain=lambda ctx, params: states),
			_warehouse("o.warehouse", may_be_empty=True),
			COMPANY,
			Dimension("day", "Day", "o.creation", "Datetime"),
			Dimension("due", "Due", "o.due", "Date"),
			Dimension("source_type", "Document Type", "o.source_type", may_be_empty=True),
			Dimension(party.lower(), party, f"o.{party.lower()}", "Link", party, may_be_empty=True),
		),
		(Figure("orders", "COUNT(*)"),),
		Opens(
			"list",
			flow.doctype,
			{
				"day": "creation",
				**{f: f for f in ("state", "warehouse", "company", "due", "source_type", party.lower())},
			},
		),
		params=("company", "warehouse"),
	)


OUTBOUND_ORDERS = _orders("outbound", "Outbound Orders", OUTBOUND, "Customer")
INBOUND_ORDERS = _orders("inbound", "Inbound Orders", INBOUND, "Supplier")

ALERTS = Dataset(
	"alerts",
	"Alerts",
	"`tabInventory Alert` a",
	{
		"item": "LEFT JOIN `tabItem` item ON item.name = a.item_code",
		"wh": "LEFT JOIN `tabWarehouse` wh ON wh.name = a.warehouse",
	},
	(
		Dimension("kind", "Kind", "a.alert_type", "Select"),
		Dimension("status", "Status", "a.status", "Select", domain=lambda ctx, params: ("Open", "Closed")),
		Dimension("item_code", "Item", "a.item_code", "Link", "Item", may_be_empty=True),
		_warehouse("a.warehouse", may_be_empty=True),
		COMPANY,
		Dimension("day", "Day", "a.opened_at", "Datetime"),
	),
	(Figure("alerts", "COUNT(*)"),),
	Opens(
		"list",
		"Inventory Alert",
		{
			"kind": "alert_type",
			"status": "status",
			"item_code": "item_code",
			"warehouse": "warehouse",
			"day": "opened_at",
		},
	),
)

DATASETS: tuple[Dataset, ...] = (
	STOCK,
	BINS,
	AGES,
	CHANGES,
	WAITING,
	OUTBOUND_ORDERS,
	INBOUND_ORDERS,
	ALERTS,
	KEY_FIGURES,
)
