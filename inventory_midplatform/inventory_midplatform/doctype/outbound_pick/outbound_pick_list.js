inventory_midplatform.stock_list("Outbound Pick");
