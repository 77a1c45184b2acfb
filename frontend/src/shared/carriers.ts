import { local } from "../api/local";

/* Carriers used on this phone before, the last one first: one tap instead of typing. */
const KEPT = "inventory-carriers";
const MOST = 4;

export function carriersUsed(): string[] {
	return JSON.parse(local.get(KEPT) || "[]") as string[];
}

export function useCarrier(name: string): void {
	if (name) local.set(KEPT, JSON.stringify([name, ...carriersUsed().filter((one) => one !== name)].slice(0, MOST)));
}
