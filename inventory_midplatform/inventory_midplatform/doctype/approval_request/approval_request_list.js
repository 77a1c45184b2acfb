const COLOURS = { Open: "orange", Approved: "green", Rejected: "red", Withdrawn: "gray" };

frappe.listview_settings["Approval Request"] = {
	onload(list) {
		list.page.add_inner_button(__("Waiting for Me"), () =>
			list.filter_area.add([
				["Approval Decision", "user", "=", frappe.session.user],
				["Approval Decision", "decision", "=", "Waiting"],
			])
		);
	},

	get_indicator({ state }) {
		return [__(state, null, "Approval Request"), COLOURS[state], `state,=,${state}`];
	},
};
