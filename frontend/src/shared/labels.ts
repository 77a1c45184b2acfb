import { __ } from "./i18n";

/** Stored values and what people read for them; a value that is not here is shown as it is stored. */
export function stateLabel(state: string): string {
	const labels: Record<string, string> = {
		"To Accept": __("To Accept", null, "Outbound Order"),
		"To Pick": __("To Pick", null, "Outbound Order"),
		"To Check": __("To Check", null, "Outbound Order"),
		"To Ship": __("To Ship", null, "Outbound Order"),
		"On Hold": __("On Hold", null, "Outbound Order"),
		Shipped: __("Shipped", null, "Outbound Order"),
		Cancelled: __("Cancelled", null, "Outbound Order"),
		"To Put Back": __("To Put Back", null, "Outbound Order"),
	};
	return labels[state] || state;
}

export function inboundLabel(state: string): string {
	const labels: Record<string, string> = {
		Expected: __("Expected", null, "Inbound Order"),
		"To Receive": __("To Receive", null, "Inbound Order"),
		"To Inspect": __("To Inspect", null, "Inbound Order"),
		"To Put Away": __("To Put Away", null, "Inbound Order"),
		Done: __("Done", null, "Inbound Order"),
		Cancelled: __("Cancelled", null, "Inbound Order"),
	};
	return labels[state] || state;
}

export function waveLabel(state: string): string {
	const labels: Record<string, string> = {
		"To Release": __("To Release", null, "Outbound Wave"),
		"To Pick": __("To Pick", null, "Outbound Wave"),
		"To Pack": __("To Pack", null, "Outbound Wave"),
		Done: __("Done", null, "Outbound Wave"),
		Cancelled: __("Cancelled", null, "Outbound Wave"),
	};
	return labels[state] || state;
}

export function statusLabel(status: string): string {
	const labels: Record<string, string> = {
		Available: __("Available", null, "Bin Stock"),
		Quality: __("Quality", null, "Bin Stock"),
		Damaged: __("Damaged", null, "Bin Stock"),
		Blocked: __("Blocked", null, "Bin Stock"),
	};
	return labels[status] || status;
}

export function binLabel(code: string): string {
	const labels: Record<string, string> = { UNPLACED: __("Unplaced"), STAGING: __("Staging") };
	return labels[code] || code;
}

export function doctypeLabel(name: string): string {
	const labels: Record<string, string> = {
		"Sales Order": __("Sales Order"),
		"Material Request": __("Material Request"),
		"Work Order": __("Work Order"),
		"Inventory Request": __("Inventory Request"),
		"Outbound Order": __("Outbound Order"),
		"Inbound Order": __("Inbound Order"),
		"Purchase Order": __("Purchase Order"),
		"Stock Entry": __("Stock Entry"),
		"Stock Reconciliation": __("Stock Reconciliation"),
	};
	return labels[name] || name;
}

/** Who sent what comes in, or why somebody expects it; else what kind of document brings it. */
export function fromWhom(order: { supplier: string; reason: string; source_type: string }): string {
	const kinds: Record<string, string> = {
		"Stock Entry": __("Transfer", null, "Inbound Order"),
		"Delivery Note": __("Sales Return", null, "Inbound Order"),
		"Work Order": __("Work Order"),
	};
	return order.supplier || order.reason || kinds[order.source_type] || "";
}
