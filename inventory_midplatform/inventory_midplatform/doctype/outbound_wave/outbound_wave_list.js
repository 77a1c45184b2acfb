inventory_midplatform.stock_list("Outbound Wave", {
	add_fields: ["state"],
	get_indicator: inventory_midplatform.state_indicator("Outbound Wave"),
	formatters: {
		order_count: (value) => __("{0} orders", [value]),
	},
});
