inventory_midplatform.stock_list("Bin Allocation");
