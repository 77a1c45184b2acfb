// Quantities are as wide as a number.
inventory_midplatform.kept_on_rows.show("Work Order", "required_items", (frm, field) => {
	field("required_qty").columns = 1;
	field("transferred_qty").columns = 1;
});
