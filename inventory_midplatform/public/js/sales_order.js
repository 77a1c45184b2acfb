// Columns that are the same on every row make room for what is reserved.
inventory_midplatform.show_reserved_on_rows("Sales Order", "items", (frm, field) => {
	field("warehouse").in_list_view = 0;
	if (frm.doc.items.every((row) => row.delivery_date === frm.doc.delivery_date)) {
		field("delivery_date").in_list_view = 0;
	} else {
		field("item_code").columns = 2;
		field("rate").columns = 1;
	}
});
