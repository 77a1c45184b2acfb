inventory_midplatform.stock_list("Receipt Layer");
