// Columns that are the same on every row make room for what is reserved.
inventory_midplatform.show_reserved_on_rows("Material Request", "items", (frm, field) => {
	if (frm.doc.items.every((row) => row.schedule_date === frm.doc.schedule_date)) {
		field("schedule_date").in_list_view = 0;
	} else {
		field("item_code").columns = 2;
		field("warehouse").columns = 2;
	}
});
