import { reactive } from "vue";
import { read } from "../api/client";
import { local } from "../api/local";
import { outbox } from "../api/outbox";
import { session } from "../api/session";
import type { Me } from "../api/types";

const KEPT = "inventory-me";
const CHOSEN = "inventory-warehouse";

/** Who works here, as the server said last; the copy on the phone is only for opening without a network. */
export const me = reactive({
	user: "",
	full_name: "",
	warehouses: [] as Me["warehouses"],
	operations: [] as string[],
	/** The warehouse whose tasks are shown; "" is all of the user's. */
	warehouse: local.get(CHOSEN) || "",
});

export function may(operation: string): boolean {
	return me.operations.indexOf(operation) >= 0;
}

export function chooseWarehouse(name: string): void {
	me.warehouse = name;
	local.set(CHOSEN, name);
}

/** Ask who is logged in, then send what they left unsent. Without a network the last answer serves. */
export async function meet(): Promise<void> {
	let found: Me | null = null;
	try {
		found = await read("meta.me", {} as never);
		local.set(KEPT, JSON.stringify(found));
		session.expired = false;
	} catch (error) {
		if (session.expired || !session.site && !session.key) throw error;
		found = JSON.parse(local.get(KEPT) || "null") as Me | null;
		if (!found) throw error;
	}
	const { user, full_name, warehouses, operations } = found;
	Object.assign(me, { user, full_name, warehouses, operations });
	if (me.warehouse && !warehouses.some((one) => one.name === me.warehouse)) chooseWarehouse("");
	void outbox.start(user);
}
