import { read } from "../api/client";
import type { Lookup } from "../api/types";
import { productOf, type Scan } from "./code";

/** What the server knows behind a code. Of a GS1 message the serial number is asked for, else the product. */
export async function lookUp(scan: Scan, warehouse: string, supplier = ""): Promise<Lookup> {
	const gs1 = scan.gs1 && (scan.gs1.gtin || scan.gs1.item) ? scan.gs1 : null;
	const found = await read("scan.look_up", { code: (gs1 && gs1.serial) || productOf(scan), warehouse, supplier });
	if (gs1 && gs1.serial && found.kind === "unknown") return lookUp({ ...scan, gs1: { ...gs1, serial: "" } }, warehouse, supplier);
	if (gs1 && gs1.batch && !found.batch) return { ...found, batch: { batch_no: gs1.batch, expiry_date: gs1.expiry || null, disabled: false } };
	return found;
}
