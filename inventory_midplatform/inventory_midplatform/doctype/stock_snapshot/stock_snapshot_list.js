inventory_midplatform.stock_list("Stock Snapshot");
