// What every row repeats gives way to what is kept for it.
inventory_midplatform.kept_on_rows.show("Sales Order", "items", (frm, field) => {
	field("warehouse").in_list_view = 0;
	if (frm.doc.items.every((row) => row.delivery_date === frm.doc.delivery_date)) {
		field("delivery_date").in_list_view = 0;
	} else {
		field("item_code").columns = 2;
		field("rate").columns = 1;
	}
});
