inventory_midplatform.stock_list("Inventory Reservation", {
	add_fields: ["status", "reserved_qty", "waiting_qty"],
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
});
