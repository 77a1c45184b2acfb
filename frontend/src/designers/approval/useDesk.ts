import { onMounted, onUnmounted, ref } from "vue";
import { scanner } from "../../scan/scanner";

/** A screen of the desk: no gun plays keys here, and rings of focus are shown to who uses the keyboard. */
export function useDesk() {
	const keyboard = ref(false);
	const key = (event: KeyboardEvent) => {
		if (/^(Tab|Arrow|Enter|Escape)/.test(event.key)) keyboard.value = true;
	};
	const mouse = () => (keyboard.value = false);
	scanner.resting = true;
	onMounted(() => {
		window.addEventListener("keydown", key, true);
		window.addEventListener("pointerdown", mouse, true);
	});
	onUnmounted(() => {
		scanner.resting = false;
		window.removeEventListener("keydown", key, true);
		window.removeEventListener("pointerdown", mouse, true);
	});
	return keyboard;
}
