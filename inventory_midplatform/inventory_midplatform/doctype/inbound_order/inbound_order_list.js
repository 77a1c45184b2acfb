inventory_midplatform.stock_list("Inbound Order", {
	add_fields: ["state", "supplier"],
	get_indicator: inventory_midplatform.state_indicator("Inbound Order"),
	// what comes without a document has none
	formatters: { source_name: (value, df, doc) => value || doc.name },
	onload: inventory_midplatform.offer_expected,
});
