inventory_midplatform.stock_list("Inventory Request", {
	add_fields: ["status", "currency"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,

	formatters: {
		request_type: (value) => __(value, null, "Inventory Request"),
		requested_by: (value) => inventory_midplatform.escape(frappe.user.full_name(value)),
	},

	get_indicator(doc) {
		const colour = {
			Draft: "red",
			Pending: "orange",
			Approved: "green",
			Rejected: "red",
			Cancelled: "gray",
		}[doc.status];
		return [__(doc.status, null, "Inventory Request"), colour || "gray", `status,=,${doc.status}`];
	},
});
