import { defineAsyncComponent, reactive } from "vue";
import { __ } from "../shared/i18n";
import { hasCamera, listen } from "./scanner";

/** The camera and its reader are loaded when they are opened for the first time. */
export const CameraLens = defineAsyncComponent(() => import("./CameraLens.vue"));

interface Lens {
	camera: { lenses: number; torch: unknown } | null;
	next(): void;
	light(): void;
}

export interface CameraState {
	on: boolean;
	lens: Lens | null;
	/** Why it cannot be used here. */
	trouble: string;
	open(): void;
	close(): void;
}

export function useCamera(): CameraState {
	const state: CameraState = reactive({
		on: false,
		lens: null,
		trouble: "",
		open() {
			if (hasCamera()) {
				state.trouble = "";
				state.on = true;
			} else state.trouble = __("No camera here: the page must be opened by https. Scan by gun, or tap the band to type.");
		},
		close() {
			state.on = false;
			state.lens = null;
			listen();
		},
	}) as CameraState;
	return state;
}
