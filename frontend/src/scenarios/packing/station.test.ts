import { expect, test } from "vitest";
import type { Packing, Wave } from "../../api/types";
import { cellsOf, leftOfItem, withAnswer } from "./station";

const order = (cell: number, state: string, checked_qty: number, picked_qty: number) => ({ cell, name: `OUT-${cell}`, customer: "", state, checked_qty, picked_qty });
const wave = { name: "W1", orders: [order(1, "To Check", 0, 2), order(2, "To Check", 1, 4), order(3, "To Ship", 3, 3), order(4, "Shipped", 1, 1), order(5, "On Hold", 0, 2)], orders_to_pack: 2 } as unknown as Wave;
const line = (item_code: string, picked_qty: number, checked_qty: number) => ({ line: item_code, item_code, item_name: item_code, stock_uom: "Nos", picked_qty, checked_qty, unpacked_qty: checked_qty });

test("a cell is empty, begun, complete, shipped or held", () => {
	expect(cellsOf(wave).map((cell) => [cell.cell, cell.kind, cell.counted, cell.total])).toEqual([
		[1, "empty", 0, 2],
		[2, "begun", 1, 4],
		[3, "complete", 3, 3],
		[4, "shipped", 1, 1],
		[5, "held", 0, 2],
	]);
});

test("an answer changes the one cell it is about", () => {
	const packing = { name: "OUT-1", state: "To Ship", item_code: "a", lines: [line("a", 1, 1), line("b", 1, 1)], orders_to_pack: 1 } as unknown as Packing;
	const after = withAnswer(wave, packing);
	expect(cellsOf(after)[0]).toMatchObject({ kind: "complete", counted: 2, total: 2 });
	expect(after.orders_to_pack).toBe(1);
	expect(cellsOf(after)[1]).toEqual(cellsOf(wave)[1]);
});

test("how many more of the same item go into the same cell", () => {
	expect(leftOfItem({ item_code: "a", lines: [line("a", 5, 2), line("b", 9, 0), line("a", 1, 0)] } as unknown as Packing)).toBe(4);
});
