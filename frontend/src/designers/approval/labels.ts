/* Words that come in English: labels of fields and options of our own documents, titles of the policies that come with the app. */
import { __ } from "../../shared/i18n";

export function fieldWord(label: string): string {
	const labels: Record<string, string> = {
		Accepted: __("Accepted"),
		Carrier: __("Carrier"),
		Company: __("Company"),
		Currency: __("Currency"),
		Customer: __("Customer"),
		Due: __("Due"),
		"Estimated Amount": __("Estimated Amount"),
		"Estimated Rate": __("Estimated Rate"),
		Expected: __("Expected"),
		"Expected On": __("Expected On"),
		Items: __("Items"),
		Lines: __("Lines"),
		"Prepared By": __("Prepared By"),
		Priority: __("Priority"),
		Purpose: __("Purpose"),
		Quantity: __("Quantity"),
		"Quantity in Stock Unit": __("Quantity in Stock Unit"),
		Received: __("Received"),
		Rejected: __("Rejected"),
		"Request Type": __("Request Type", null, "Inventory Request"),
		"Requested By": __("Requested By"),
		"Required By": __("Required By"),
		"Source Document": __("Source Document"),
		"Source Type": __("Source Type"),
		State: __("State"),
		Status: __("Status"),
		"Stock Status": __("Stock Status"),
		Supplier: __("Supplier"),
		Warehouse: __("Warehouse"),
	};
	return labels[label] || label;
}
export function optionWord(value: string): string {
	const labels: Record<string, string> = {
		Available: __("Available", null, "Bin Stock"),
		Blocked: __("Blocked", null, "Bin Stock"),
		Damaged: __("Damaged", null, "Bin Stock"),
		Issue: __("Issue", null, "Inventory Request"),
		Purchase: __("Purchase", null, "Inventory Request"),
		Quality: __("Quality", null, "Bin Stock"),
		Sample: __("Sample", null, "Inventory Request"),
		"Write-off": __("Write-off", null, "Inventory Request"),
	};
	return labels[value] || value;
}
export function shippedWord(title: string): string {
	const titles: Record<string, string> = {
		"By Amount": __("By Amount", null, "Approval Policy"),
		"By Quantity": __("By Quantity", null, "Approval Policy"),
		"By Variance": __("By Variance", null, "Approval Policy"),
		Copy: __("Copy", null, "Approval Policy"),
		"Counted Variances": __("Counted Variances", null, "Approval Policy"),
		Director: __("Director", null, "Approval Policy"),
		"Inbound Orders": __("Inbound Orders", null, "Approval Policy"),
		"Inventory Requests": __("Inventory Requests", null, "Approval Policy"),
		Otherwise: __("Otherwise"),
		"Outbound Orders": __("Outbound Orders", null, "Approval Policy"),
		"Over the Limit": __("Over the Limit", null, "Approval Policy"),
		"Purchase Requests": __("Purchase Requests", null, "Approval Policy"),
		Purchases: __("Purchases", null, "Approval Policy"),
		"Stock Entries": __("Stock Entries", null, "Approval Policy"),
		Supervisor: __("Supervisor", null, "Approval Policy Approver"),
		"Supervisor and Inspector": __("Supervisor and Inspector", null, "Approval Policy"),
		"Supervisor and Storekeeper": __("Supervisor and Storekeeper", null, "Approval Policy"),
	};
	return titles[title] || title;
}
