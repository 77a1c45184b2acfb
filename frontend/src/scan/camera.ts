import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";
import { local } from "../api/local";

const KEPT = "inventory-lens";
const PAUSE = 120; // milliseconds between two looks
const WIDEST = 960; // pixels that are looked at
const OPTIONS: ReaderOptions = {
	formats: ["QRCode", "DataMatrix", "Code128", "Code39", "EAN13", "EAN8", "UPCA", "UPCE", "ITF", "Codabar"] as never,
	tryHarder: true,
	maxNumberOfSymbols: 1,
};

// The reader comes with the page: without this it would be asked for at a public address.
prepareZXingModule({ overrides: { locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? wasm : prefix + path) } });

export interface Camera {
	stop(): void;
	next(): Promise<void>;
	lenses: number;
	torch: ((on: boolean) => Promise<void>) | null;
}

/** Show the back camera in `video` and call `found` for every code, the same one not twice within two seconds. */
export async function startCamera(video: HTMLVideoElement, found: (text: string) => void): Promise<Camera> {
	let stream: MediaStream | null = null;
	let stopped = false;
	let last = { text: "", at: 0 };
	const canvas = document.createElement("canvas");
	const context = canvas.getContext("2d", { willReadFrequently: true });
	if (!context) throw new Error("no canvas");

	async function open(lens: string | null): Promise<void> {
		if (stream) stream.getTracks().forEach((track) => track.stop());
		const wished: MediaTrackConstraints = lens ? { deviceId: { exact: lens } } : { facingMode: { ideal: "environment" } };
		stream = await navigator.mediaDevices.getUserMedia({ video: { ...wished, width: { ideal: 1280 }, height: { ideal: 720 } } });
		video.srcObject = stream;
		await video.play();
	}

	async function look(): Promise<void> {
		if (stopped) return;
		if (video.videoWidth && context) {
			const scale = Math.min(1, WIDEST / video.videoWidth);
			canvas.width = Math.round(video.videoWidth * scale);
			canvas.height = Math.round(video.videoHeight * scale);
			context.drawImage(video, 0, 0, canvas.width, canvas.height);
			const [code] = await readBarcodes(context.getImageData(0, 0, canvas.width, canvas.height), OPTIONS);
			const now = Date.now();
			if (code && code.text && !stopped && (code.text !== last.text || now - last.at > 2000)) {
				last = { text: code.text, at: now };
				const mark = /^\](C1|d2|Q3|e0)/.test(code.symbologyIdentifier) ? code.symbologyIdentifier : "";
				found(mark + code.text);
			}
		}
		if (!stopped) window.setTimeout(() => void look().catch(() => undefined), PAUSE);
	}

	await open(local.get(KEPT)).catch(() => open(null));
	const lenses = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
	const track = () => (stream as unknown as MediaStream).getVideoTracks()[0] as MediaStreamTrack;
	const can = typeof track().getCapabilities === "function" && (track().getCapabilities() as { torch?: boolean }).torch;
	void look();
	return {
		lenses: lenses.length,
		torch: can ? (on) => track().applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] }) : null,
		async next() {
			const now = lenses.map((device) => device.deviceId).indexOf(track().getSettings().deviceId || "");
			const lens = lenses[(now + 1) % lenses.length];
			if (!lens) return;
			await open(lens.deviceId);
			local.set(KEPT, lens.deviceId);
		},
		stop() {
			stopped = true;
			if (stream) stream.getTracks().forEach((one) => one.stop());
			video.srcObject = null;
		},
	};
}
