import type { Packing, Wave, WaveOrder } from "../../api/types";
import { tidy } from "../../shared/format";

/** A place at the pack station, for one order. Quantities in stock UOM. */
export interface Cell {
	cell: number;
	name: string;
	customer: string;
	counted: number;
	total: number;
	kind: "empty" | "begun" | "complete" | "shipped" | "held";
}

function kindOf(order: WaveOrder): Cell["kind"] {
	if (order.state === "Shipped") return "shipped";
	if (order.state === "To Ship") return "complete";
	if (order.state !== "To Check") return "held";
	return order.checked_qty > 0 ? "begun" : "empty";
}

export function cellsOf(wave: Wave): Cell[] {
	return wave.orders.map((order) => {
		const kind = kindOf(order);
		const done = kind === "complete" || kind === "shipped";
		return { cell: order.cell, name: order.name, customer: order.customer, counted: done ? order.picked_qty : order.checked_qty, total: order.picked_qty, kind };
	});
}

const sum = (values: number[]) => tidy(values.reduce((all, one) => all + one, 0));

/** How many pieces of an order are scanned, and how many there are. */
export function progressOf(packing: Packing): { counted: number; total: number } {
	return { counted: sum(packing.lines.map((line) => line.checked_qty)), total: sum(packing.lines.map((line) => line.picked_qty)) };
}

/** The wave with what a scan just said of one of its orders. */
export function withAnswer(wave: Wave, packing: Packing): Wave {
	const { counted, total } = progressOf(packing);
	const orders = wave.orders.map((order) => (order.name === packing.name ? { ...order, state: packing.state, checked_qty: counted, picked_qty: total } : order));
	return { ...wave, orders, orders_to_pack: packing.orders_to_pack };
}

/** What of the item that was scanned last its order still needs. */
export function leftOfItem(packing: Packing): number {
	return sum(packing.lines.filter((line) => line.item_code === packing.item_code).map((line) => line.picked_qty - line.checked_qty));
}
