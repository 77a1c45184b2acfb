inventory_midplatform.stock_list("Stock Operation Log", {
	formatters: {
		operation: (value) => __(value, null, "Stock Operation Log"),
	},
});
