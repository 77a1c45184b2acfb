import type { Line, Lookup } from "../api/types";
import { productOf, sameCode, type Scan } from "./code";
import { sameProductCode } from "./gs1";

export interface Match {
	/** How many of the stock unit the code stands for; a carton's code for all that is in it. */
	qty: number;
	uom: string;
	batch: string;
	serial: string;
}

/** Whether a code is this line's item, as far as its own barcodes tell; null asks the server. */
export function matchOf(scan: Scan, line: Pick<Line, "item_code" | "barcodes" | "stock_uom"> & { supplier_part_nos?: readonly string[] }): Match | null {
	const more = { batch: scan.gs1 ? scan.gs1.batch : "", serial: scan.gs1 ? scan.gs1.serial : "" };
	const code = productOf(scan);
	if (sameCode(code, line.item_code)) return { qty: 1, uom: line.stock_uom, ...more };
	for (const one of line.barcodes) {
		if (!sameProductCode(one.barcode, code)) continue;
		const times = scan.gs1 && scan.gs1.quantity ? scan.gs1.quantity : 1;
		return { qty: one.factor * times, uom: one.uom, ...more };
	}
	if ((line.supplier_part_nos || []).some((part) => sameCode(part, code))) return { qty: 1, uom: line.stock_uom, ...more };
	return null;
}

/** The same of what the server found behind the code. */
export function matchFound(found: Lookup, line: Pick<Line, "item_code" | "stock_uom">): Match | null {
	if (!found.item || found.item.item_code !== line.item_code) return null;
	const serial = found.kind === "serial";
	return {
		qty: serial ? 1 : found.item.factor || 1,
		uom: found.item.uom || line.stock_uom,
		batch: (found.batch && found.batch.batch_no) || "",
		serial: (serial && (found.serial_no || found.code)) || "",
	};
}
