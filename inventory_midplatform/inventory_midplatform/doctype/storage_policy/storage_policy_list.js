const strategy = (value) => inventory_midplatform.escape(__(value || "", null, "Storage Policy"));

inventory_midplatform.stock_list("Storage Policy", {
	formatters: {
		put_away_strategy: strategy,
		removal_strategy: strategy,
	},
});
