inventory_midplatform.stock_list("Warehouse Bin", {
	add_fields: ["count_requested", "disabled"],

	get_indicator(doc) {
		if (doc.disabled) return [__("Disabled"), "gray", "disabled,=,1"];
		return doc.count_requested
			? [__("To Be Counted", null, "Warehouse Bin"), "orange", "count_requested,is,set"]
			: [__("In Use", null, "Warehouse Bin"), "green", "disabled,=,0"];
	},
});
