inventory_midplatform.stock_list("Bin Stock", {
	formatters: {
		stock_status: (value) => __(value, null, "Bin Stock"),
	},
});
