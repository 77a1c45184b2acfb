inventory_midplatform.stock_list("Serial Location");
