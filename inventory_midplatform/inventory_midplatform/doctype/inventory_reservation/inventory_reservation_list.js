frappe.listview_settings["Inventory Reservation"] = {
	add_fields: ["status", "reserved_qty", "waiting_qty"],
	hide_name_column: true,

	get_indicator(doc) {
		const colour = {
			Reserved: "green",
			"Partially Reserved": "orange",
			Waiting: "red",
			Consumed: "blue",
			Released: "gray",
			Expired: "gray",
			Closed: "gray",
		}[doc.status];
		return [__(doc.status, null, "Inventory Reservation"), colour || "gray", `status,=,${doc.status}`];
	},

	// Room for the quantities on a small screen, unless somebody chose otherwise.
	onload(list) {
		if (list.list_view_settings.total_fields) return;
		list.list_view_settings.total_fields = 6;
		list.setup_columns();
		list.render_header(true);
	},
};
