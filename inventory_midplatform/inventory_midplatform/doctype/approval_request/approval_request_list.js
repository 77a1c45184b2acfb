const COLOURS = { Open: "orange", Returned: "yellow", Approved: "green", Rejected: "red", Withdrawn: "gray" };

frappe.listview_settings["Approval Request"] = {
	add_fields: ["state", "document_type", "subject", "currency"],

	onload(list) {
		list.page.add_inner_button(__("Waiting for Me"), async () => {
			await list.filter_area.clear(false);
			list.filter_area.add([
				["Approval Request", "state", "=", "Open"],
				["Approval Decision", "user", "=", frappe.session.user],
				["Approval Decision", "decision", "=", "Waiting"],
			]);
		});
		list.page.add_inner_button(__("Requested by Me"), async () => {
			await list.filter_area.clear(false);
			list.filter_area.add([["Approval Request", "applicant", "=", frappe.session.user]]);
		});
		if (inventory_midplatform.is_allowed("approval.approve_many")) {
			list.page.add_actions_menu_item(
				__("Approve", null, "Approval Request"),
				() => inventory_midplatform.approve_chosen(list),
				false
			);
		}
	},

	formatters: {
		document_type: (value) => inventory_midplatform.escape(__(value || "")),
		document_name: (value, df, { document_type, subject }) =>
			inventory_midplatform.escape(
				[value, subject && __(subject, null, document_type)].filter(Boolean).join(" · ")
			),
	},

	get_indicator({ state }) {
		return [__(state, null, "Approval Request"), COLOURS[state], `state,=,${state}`];
	},
};
