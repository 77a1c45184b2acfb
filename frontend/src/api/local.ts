/** localStorage that never throws: full or forbidden, the page goes on without it. */
export const local = {
	get(key: string): string | null {
		try {
			return localStorage.getItem(key);
		} catch {
			return null;
		}
	},
	set(key: string, value: string): boolean {
		try {
			localStorage.setItem(key, value);
			return true;
		} catch {
			return false;
		}
	},
	remove(key: string): void {
		try {
			localStorage.removeItem(key);
		} catch {
			// nothing was there to remove
		}
	},
	keys(prefix: string): string[] {
		try {
			return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
		} catch {
			return [];
		}
	},
};
