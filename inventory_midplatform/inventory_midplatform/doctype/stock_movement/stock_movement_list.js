inventory_midplatform.stock_list("Stock Movement", {
	formatters: {
		kind: (value) => __(value, null, "Stock Movement"),
		stock_status: (value) => __(value, null, "Bin Stock"),
	},
});
