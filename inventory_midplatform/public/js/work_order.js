// Quantities are as wide as a number.
inventory_midplatform.show_reserved_on_rows("Work Order", "required_items", (frm, field) => {
	field("required_qty").columns = 1;
	field("transferred_qty").columns = 1;
});
