"""What people call an argument: the label of its field in the desk's dialogs and forms."""

LABELS = {
	"batch_no": "Batch",
	"bin_code": "Bin Code",
	"by_date": "By",
	"company": "Company",
	"demand_name": "For Whom",
	"demand_type": "Demand Type",
	"description": "Description",
	"expires_at": "Expires At",
	"fixed_bin": "Fixed Bin",
	"if_short": "If Less Is Available",
	"item_code": "Item",
	"item_group": "Item Group",
	"items": "Items",
	"priority": "Priority",
	"purpose": "Purpose",
	"qty": "Quantity",
	"rate": "Estimated Rate",
	"reason": "Why",
	"required_by": "Required By",
	"serial_nos": "Serial Numbers",
	"stock_status": "Stock Status",
	"to_bin": "To Bin",
	"uom": "Unit",
	"warehouse": "Warehouse",
	"zone": "Zone",
	"zone_code": "Zone Code",
	"zone_name": "Zone Name",
}


def label_of(argument: str) -> str:
	"""``items.0.qty`` is a quantity; what has no label is called by its name."""
	return LABELS.get(argument.rsplit(".", 1)[-1], argument)
