inventory_midplatform.stock_list("Inbound Receipt Line");
