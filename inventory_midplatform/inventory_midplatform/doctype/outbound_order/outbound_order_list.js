inventory_midplatform.stock_list("Outbound Order", {
	add_fields: ["state", "priority", "customer"],
	get_indicator: inventory_midplatform.state_indicator("Outbound Order"),
	onload: (list) => inventory_midplatform.offer_wave(list),
});
