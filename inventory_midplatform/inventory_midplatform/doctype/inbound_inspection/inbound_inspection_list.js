inventory_midplatform.stock_list("Inbound Inspection");
