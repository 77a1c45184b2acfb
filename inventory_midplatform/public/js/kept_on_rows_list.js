// What is kept for a row is worked out when its document is opened and has no column: no list can be filtered by it,
// though Frappe offers it.
(() => {
	const { prototype } = frappe.ui.FieldSelect;
	if (prototype.leaves_out_what_is_kept) return;
	const add_field_option = prototype.add_field_option;
	Object.assign(prototype, {
		leaves_out_what_is_kept: true,
		add_field_option(df) {
			const is_kept = df.is_virtual && ["inventory_reserved_qty", "inventory_waiting_qty"].includes(df.fieldname);
			return is_kept ? undefined : add_field_option.call(this, df);
		},
	});
})();
