inventory_midplatform.stock_list("Inventory Alert", {
	add_fields: ["status"],
	get_indicator(doc) {
		const colour = doc.status === "Open" ? "red" : "gray";
		return [__(doc.status, null, "Inventory Alert"), colour, `status,=,${doc.status}`];
	},
});
