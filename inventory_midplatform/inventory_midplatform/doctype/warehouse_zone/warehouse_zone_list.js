inventory_midplatform.stock_list("Warehouse Zone", {
	formatters: {
		zone_type: (value) => __(value, null, "Warehouse Zone"),
	},
});
