// What every row repeats gives way to what is kept for it.
inventory_midplatform.kept_on_rows.show("Material Request", "items", (frm, field) => {
	if (frm.doc.items.every((row) => row.schedule_date === frm.doc.schedule_date)) {
		field("schedule_date").in_list_view = 0;
	} else {
		field("item_code").columns = 2;
		field("warehouse").columns = 2;
	}
});
