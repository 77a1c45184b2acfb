WITH RECURSIVE group_members AS (
	SELECT DISTINCT reorder.warehouse_group AS counted_in, reorder.warehouse_group AS warehouse
	FROM `tabItem Reorder` reorder WHERE reorder.warehouse_group <> ''
	UNION
	SELECT above.counted_in, child.name
	FROM `tabWarehouse` child JOIN group_members above ON child.parent_warehouse = above.warehouse
),
outstanding_requests AS (SELECT r.name AS row_name, r.modified AS row_modified, d.name AS demand_name, r.name AS demand_line, item.name AS item_code, wh.name AS warehouse, 0 AS by_invoice, r.idx AS idx, d.docstatus AS docstatus, d.status AS status, r.stock_qty AS stock_qty, r.ordered_qty AS delivered, r.schedule_date AS due
FROM `tabMaterial Request Item` r
JOIN `tabMaterial Request` d ON d.name = r.parent
JOIN `tabItem` item ON item.name = r.item_code
JOIN `tabWarehouse` wh ON wh.name = CASE d.material_request_type WHEN 'Material Issue' THEN r.warehouse
	ELSE COALESCE(NULLIF(r.from_warehouse, ''), d.set_from_warehouse) END
WHERE d.docstatus = 1 AND d.per_ordered < 100 AND d.material_request_type IN ('Material Issue', 'Material Transfer') AND d.status NOT IN ('Stopped') AND r.stock_qty > r.ordered_qty AND d.material_request_type IN ('Material Issue', 'Material Transfer')
	AND item.is_stock_item = 1 AND wh.is_group = 0
	AND (%(work_orders_reserve)s = 0 OR COALESCE(d.work_order, '') = '')
),
outstanding_work_orders AS (SELECT r.name AS row_name, r.modified AS row_modified, d.name AS demand_name, '' AS demand_line, r.item_code AS item_code, wh.name AS warehouse, 0 AS by_invoice, r.idx AS idx, d.docstatus AS docstatus, d.status AS status, r.required_qty AS stock_qty, CASE d.skip_transfer WHEN 1 THEN r.consumed_qty ELSE r.transferred_qty END + COALESCE((
		SELECT SUM(part.transfer_qty - part.qty)
		FROM `tabStock Entry` entry JOIN `tabStock Entry Detail` part ON part.parent = entry.name
		WHERE entry.work_order = d.name AND part.conversion_factor <> 1 AND part.s_warehouse <> '' AND entry.docstatus = 1 AND entry.is_return = 0
	AND ((d.skip_transfer = 0 AND entry.purpose = 'Material Transfer for Manufacture')
		OR (d.skip_transfer = 1 AND entry.purpose IN ('Manufacture', 'Material Consumption for Manufacture')))
			AND COALESCE(NULLIF(part.original_item, ''), part.item_code) = r.item_code
	), 0) AS delivered, d.planned_start_date AS due
FROM `tabWork Order Item` r
JOIN `tabWork Order` d ON d.name = r.parent
JOIN `tabItem` item ON item.name = r.item_code
LEFT JOIN `tabWarehouse` wh ON wh.name = CASE WHEN d.skip_transfer = 1 AND d.from_wip_warehouse = 1 THEN d.wip_warehouse
	ELSE COALESCE(NULLIF(r.source_warehouse, ''), d.source_warehouse) END AND wh.is_group = 0
WHERE d.docstatus = 1 AND d.from_wip_warehouse = 1 AND d.skip_transfer = 1 AND 1 = 1 AND d.status NOT IN ('Closed', 'Stopped', 'Completed') AND 1 = 1 AND r.include_item_in_manufacturing = 1 AND item.is_stock_item = 1
),
demand_outside_bin AS (
	SELECT demand.item_code, demand.warehouse, SUM(demand.qty) AS qty
	FROM (
		SELECT requested.item_code, requested.warehouse, requested.stock_qty - requested.delivered AS qty
		FROM outstanding_requests requested
		UNION ALL
		SELECT made.item_code, made.warehouse, made.stock_qty - made.delivered
		FROM outstanding_work_orders made
	) demand
	WHERE demand.qty > 0 AND demand.warehouse IS NOT NULL
	GROUP BY demand.item_code, demand.warehouse
),
stock AS (
	SELECT position.item_code, position.warehouse,
		COALESCE(position.on_hand, 0) - COALESCE(position.on_hold, 0) - COALESCE(position.reserved, 0) AS available,
		COALESCE(position.waiting, 0) AS waiting
	FROM `tabStock Position` position
),
books AS (
	SELECT bin.item_code, bin.warehouse,
		COALESCE(bin.reserved_qty, 0) + COALESCE(bin.reserved_qty_for_production, 0) AS demanded,
		COALESCE(bin.reserved_qty_for_sub_contract, 0) + COALESCE(bin.reserved_qty_for_production_plan, 0) AS planned_for,
		COALESCE(bin.ordered_qty, 0) + COALESCE(bin.indented_qty, 0) + COALESCE(bin.planned_qty, 0) AS on_order
	FROM `tabBin` bin
),
reorder_levels AS (
	SELECT reorder.name, reorder.parent AS item_code, reorder.warehouse, '' AS counted_in,
		reorder.warehouse_reorder_level AS threshold, reorder.warehouse_reorder_qty AS reorder_qty,
		reorder.material_request_type AS request_type, 'Item Reorder' AS source, reorder.idx
	FROM `tabItem Reorder` reorder
	WHERE reorder.parenttype = 'Item' AND (reorder.warehouse_reorder_level <> 0 OR reorder.warehouse_reorder_qty > 0)
		AND COALESCE(reorder.material_request_type, '') <> 'Material Issue' AND (COALESCE(reorder.warehouse_group, '') = '' OR reorder.warehouse_group = reorder.warehouse)
),
template_levels AS (
	SELECT reorder.name, variant.name AS item_code, reorder.warehouse, '' AS counted_in,
		reorder.warehouse_reorder_level AS threshold, reorder.warehouse_reorder_qty AS reorder_qty,
		reorder.material_request_type AS request_type, 'Item Reorder' AS source, reorder.idx
	FROM `tabItem` variant
	JOIN `tabItem` template ON template.name = variant.variant_of AND template.disabled = 0 AND template.is_stock_item = 1
		AND (template.end_of_life IS NULL OR template.end_of_life > %(today)s OR template.end_of_life = '0000-00-00')
	JOIN `tabItem Reorder` reorder ON reorder.parent = template.name
	WHERE variant.variant_of <> '' AND reorder.parenttype = 'Item' AND (reorder.warehouse_reorder_level <> 0 OR reorder.warehouse_reorder_qty > 0)
		AND COALESCE(reorder.material_request_type, '') <> 'Material Issue'
		AND NOT EXISTS (SELECT 1 FROM `tabItem Reorder` r WHERE r.parent = variant.name AND r.parenttype = 'Item') AND (COALESCE(reorder.warehouse_group, '') = '' OR reorder.warehouse_group = reorder.warehouse)
),
safety_stocks AS (
	SELECT dflt.name, stocked.name AS item_code, dflt.default_warehouse AS warehouse, '' AS counted_in,
		stocked.safety_stock AS threshold, 0 AS reorder_qty,
		NULLIF(stocked.default_material_request_type, 'Material Issue') AS request_type,
		'Safety Stock' AS source, 0 AS idx
	FROM `tabItem` stocked
	JOIN `tabItem Default` dflt ON dflt.parent = stocked.name
	WHERE stocked.safety_stock > 0 AND dflt.default_warehouse IS NOT NULL AND dflt.default_warehouse <> ''
		AND NOT EXISTS (
			SELECT 1 FROM `tabItem Reorder` r
			WHERE r.parent = stocked.name AND r.warehouse = dflt.default_warehouse AND r.warehouse_reorder_level > 0
				AND COALESCE(r.material_request_type, '') <> 'Material Issue'
		)
),
group_levels AS (
	SELECT reorder.name, reorder.parent AS item_code, reorder.warehouse, reorder.warehouse_group AS counted_in,
		reorder.warehouse_reorder_level AS threshold, reorder.warehouse_reorder_qty AS reorder_qty,
		reorder.material_request_type AS request_type, 'Item Reorder' AS source, reorder.idx
	FROM `tabItem Reorder` reorder
	WHERE reorder.parenttype = 'Item' AND (reorder.warehouse_reorder_level <> 0 OR reorder.warehouse_reorder_qty > 0)
		AND COALESCE(reorder.material_request_type, '') <> 'Material Issue' AND reorder.warehouse_group <> '' AND reorder.warehouse_group <> reorder.warehouse
),
template_group_levels AS (
	SELECT reorder.name, variant.name AS item_code, reorder.warehouse, reorder.warehouse_group AS counted_in,
		reorder.warehouse_reorder_level AS threshold, reorder.warehouse_reorder_qty AS reorder_qty,
		reorder.material_request_type AS request_type, 'Item Reorder' AS source, reorder.idx
	FROM `tabItem` variant
	JOIN `tabItem` template ON template.name = variant.variant_of AND template.disabled = 0 AND template.is_stock_item = 1
		AND (template.end_of_life IS NULL OR template.end_of_life > %(today)s OR template.end_of_life = '0000-00-00')
	JOIN `tabItem Reorder` reorder ON reorder.parent = template.name
	WHERE variant.variant_of <> '' AND reorder.parenttype = 'Item' AND (reorder.warehouse_reorder_level <> 0 OR reorder.warehouse_reorder_qty > 0)
		AND COALESCE(reorder.material_request_type, '') <> 'Material Issue'
		AND NOT EXISTS (SELECT 1 FROM `tabItem Reorder` r WHERE r.parent = variant.name AND r.parenttype = 'Item') AND reorder.warehouse_group <> '' AND reorder.warehouse_group <> reorder.warehouse
),
low_by_reorder_level AS (
	SELECT t.*, COALESCE(stock.available, 0) AS available, COALESCE(stock.waiting, 0) AS waiting,
		COALESCE(books.demanded, 0) AS demanded, COALESCE(books.planned_for, 0) AS planned_for,
		COALESCE(books.on_order, 0) AS on_order
	FROM reorder_levels t
	LEFT JOIN stock ON stock.item_code = t.item_code AND stock.warehouse = t.warehouse
	LEFT JOIN books ON books.item_code = t.item_code AND books.warehouse = t.warehouse
	WHERE (%(item_code)s = '' OR t.item_code = %(item_code)s)
		AND (%(warehouse)s = '' OR t.warehouse = %(warehouse)s)
		AND COALESCE(stock.available, 0) - COALESCE(stock.waiting, 0) - COALESCE(books.demanded, 0)
			- COALESCE(books.planned_for, 0) + COALESCE(books.on_order, 0) <= t.threshold + 0.0000000005
),
low_by_reorder_level_and_outside_demand AS (
	SELECT t.*, COALESCE(stock.available, 0) AS available, COALESCE(stock.waiting, 0) AS waiting,
		COALESCE(books.demanded, 0) + outside.qty AS demanded, COALESCE(books.planned_for, 0) AS planned_for,
		COALESCE(books.on_order, 0) AS on_order
	FROM demand_outside_bin outside
	JOIN reorder_levels t ON t.item_code = outside.item_code AND t.warehouse = outside.warehouse
	LEFT JOIN stock ON stock.item_code = t.item_code AND stock.warehouse = t.warehouse
	LEFT JOIN books ON books.item_code = t.item_code AND books.warehouse = t.warehouse
	WHERE (%(item_code)s = '' OR t.item_code = %(item_code)s)
		AND (%(warehouse)s = '' OR t.warehouse = %(warehouse)s)
		AND COALESCE(stock.available, 0) - COALESCE(stock.waiting, 0) - COALESCE(books.demanded, 0)
			- COALESCE(books.planned_for, 0) + COALESCE(books.on_order, 0) - outside.qty <= t.threshold + 0.0000000005
),
low_by_template_level AS (
	SELECT t.*, COALESCE(stock.available, 0) AS available, COALESCE(stock.waiting, 0) AS waiting,
		COALESCE(books.demanded, 0) AS demanded, COALESCE(books.planned_for, 0) AS planned_for,
		COALESCE(books.on_order, 0) AS on_order
	FROM template_levels t
	LEFT JOIN stock ON stock.item_code = t.item_code AND stock.warehouse = t.warehouse
	LEFT JOIN books ON books.item_code = t.item_code AND books.warehouse = t.warehouse
	WHERE (%(item_code)s = '' OR t.item_code = %(item_code)s)
		AND (%(warehouse)s = '' OR t.warehouse = %(warehouse)s)
		AND COALESCE(stock.available, 0) - COALESCE(stock.waiting, 0) - COALESCE(books.demanded, 0)
			- COALESCE(books.planned_for, 0) + COALESCE(books.on_order, 0) <= t.threshold + 0.0000000005
),
low_by_template_level_and_outside_demand AS (
	SELECT t.*, COALESCE(stock.available, 0) AS available, COALESCE(stock.waiting, 0) AS waiting,
		COALESCE(books.demanded, 0) + outside.qty AS demanded, COALESCE(books.planned_for, 0) AS planned_for,
		COALESCE(books.on_order, 0) AS on_order
	FROM demand_outside_bin outside
	JOIN template_levels t ON t.item_code = outside.item_code AND t.warehouse = outside.warehouse
	LEFT JOIN stock ON stock.item_code = t.item_code AND stock.warehouse = t.warehouse
	LEFT JOIN books ON books.item_code = t.item_code AND books.warehouse = t.warehouse
	WHERE (%(item_code)s = '' OR t.item_code = %(item_code)s)
		AND (%(warehouse)s = '' OR t.warehouse = %(warehouse)s)
		AND COALESCE(stock.available, 0) - COALESCE(stock.waiting, 0) - COALESCE(books.demanded, 0)
			- COALESCE(books.planned_for, 0) + COALESCE(books.on_order, 0) - outside.qty <= t.threshold + 0.0000000005
),
low_by_safety_stock AS (
	SELECT t.*, COALESCE(stock.available, 0) AS available, COALESCE(stock.waiting, 0) AS waiting,
		COALESCE(books.demanded, 0) AS demanded, COALESCE(books.planned_for, 0) AS planned_for,
		COALESCE(books.on_order, 0) AS on_order
	FROM safety_stocks t
	LEFT JOIN stock ON stock.item_code = t.item_code AND stock.warehouse = t.warehouse
	LEFT JOIN books ON books.item_code = t.item_code AND books.warehouse = t.warehouse
	WHERE (%(item_code)s = '' OR t.item_code = %(item_code)s)
		AND (%(warehouse)s = '' OR t.warehouse = %(warehouse)s)
		AND COALESCE(stock.available, 0) - COALESCE(stock.waiting, 0) - COALESCE(books.demanded, 0)
			- COALESCE(books.planned_for, 0) + COALESCE(books.on_order, 0) <= t.threshold + 0.0000000005
),
low_by_safety_stock_and_outside_demand AS (
	SELECT t.*, COALESCE(stock.available, 0) AS available, COALESCE(stock.waiting, 0) AS waiting,
		COALESCE(books.demanded, 0) + outside.qty AS demanded, COALESCE(books.planned_for, 0) AS planned_for,
		COALESCE(books.on_order, 0) AS on_order
	FROM demand_outside_bin outside
	JOIN safety_stocks t ON t.item_code = outside.item_code AND t.warehouse = outside.warehouse
	LEFT JOIN stock ON stock.item_code = t.item_code AND stock.warehouse = t.warehouse
	LEFT JOIN books ON books.item_code = t.item_code AND books.warehouse = t.warehouse
	WHERE (%(item_code)s = '' OR t.item_code = %(item_code)s)
		AND (%(warehouse)s = '' OR t.warehouse = %(warehouse)s)
		AND COALESCE(stock.available, 0) - COALESCE(stock.waiting, 0) - COALESCE(books.demanded, 0)
			- COALESCE(books.planned_for, 0) + COALESCE(books.on_order, 0) - outside.qty <= t.threshold + 0.0000000005
),
low_in_group AS (
	SELECT t.*, 0 AS available, 0 AS waiting, 1 AS demanded, 0 AS planned_for, 0 AS on_order
	FROM group_levels t
	WHERE (%(item_code)s = '' OR t.item_code = %(item_code)s)
		AND (%(warehouse)s = '' OR t.warehouse = %(warehouse)s)
		AND (
			SELECT SUM(COALESCE(stock.available, 0) - COALESCE(stock.waiting, 0) - COALESCE(books.demanded, 0)
			- COALESCE(books.planned_for, 0) + COALESCE(books.on_order, 0) - COALESCE(outside.qty, 0))
			FROM group_members member
			LEFT JOIN stock ON stock.item_code = t.item_code AND stock.warehouse = member.warehouse
			LEFT JOIN books ON books.item_code = t.item_code AND books.warehouse = member.warehouse
			LEFT JOIN demand_outside_bin outside
				ON outside.item_code = t.item_code AND outside.warehouse = member.warehouse
			WHERE member.counted_in = t.counted_in
		) <= t.threshold + 0.0000000005
),
low_in_group_by_template AS (
	SELECT t.*, 0 AS available, 0 AS waiting, 1 AS demanded, 0 AS planned_for, 0 AS on_order
	FROM template_group_levels t
	WHERE (%(item_code)s = '' OR t.item_code = %(item_code)s)
		AND (%(warehouse)s = '' OR t.warehouse = %(warehouse)s)
		AND (
			SELECT SUM(COALESCE(stock.available, 0) - COALESCE(stock.waiting, 0) - COALESCE(books.demanded, 0)
			- COALESCE(books.planned_for, 0) + COALESCE(books.on_order, 0) - COALESCE(outside.qty, 0))
			FROM group_members member
			LEFT JOIN stock ON stock.item_code = t.item_code AND stock.warehouse = member.warehouse
			LEFT JOIN books ON books.item_code = t.item_code AND books.warehouse = member.warehouse
			LEFT JOIN demand_outside_bin outside
				ON outside.item_code = t.item_code AND outside.warehouse = member.warehouse
			WHERE member.counted_in = t.counted_in
		) <= t.threshold + 0.0000000005
),
low AS (
	SELECT * FROM low_by_reorder_level
	UNION ALL
	SELECT * FROM low_by_reorder_level_and_outside_demand
	UNION ALL
	SELECT * FROM low_by_template_level
	UNION ALL
	SELECT * FROM low_by_template_level_and_outside_demand
	UNION ALL
	SELECT * FROM low_by_safety_stock
	UNION ALL
	SELECT * FROM low_by_safety_stock_and_outside_demand
	UNION ALL
	SELECT * FROM low_in_group
	UNION ALL
	SELECT * FROM low_in_group_by_template
)
SELECT low.*, item.item_name, item.stock_uom, item.purchase_uom, item.min_order_qty, item.lead_time_days, wh.company,
	stock_unit.must_be_whole_number AS whole_stock_uom, purchase_unit.must_be_whole_number AS whole_purchase_uom,
	conversion.conversion_factor AS purchase_factor
FROM low
JOIN `tabItem` item ON item.name = low.item_code AND item.has_variants = 0 AND item.disabled = 0 AND item.is_stock_item = 1
		AND (item.end_of_life IS NULL OR item.end_of_life > %(today)s OR item.end_of_life = '0000-00-00')
JOIN `tabWarehouse` wh ON wh.name = low.warehouse AND wh.disabled = 0 AND wh.is_group = 0
LEFT JOIN `tabUOM` stock_unit ON stock_unit.name = item.stock_uom
LEFT JOIN `tabUOM` purchase_unit ON purchase_unit.name = item.purchase_uom
LEFT JOIN `tabUOM Conversion Detail` conversion
	ON conversion.parent = item.name AND conversion.uom = item.purchase_uom
WHERE %(company)s = '' OR wh.company = %(company)s
ORDER BY low.item_code, low.warehouse, low.threshold DESC, low.idx, low.demanded
