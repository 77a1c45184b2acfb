const COLOURS = { Open: "orange", Approved: "green", Rejected: "red", Withdrawn: "gray" };

frappe.listview_settings["Approval Request"] = {
	get_indicator({ state }) {
		return [__(state, null, "Approval Request"), COLOURS[state], `state,=,${state}`];
	},
};
