const MOST = 480_000; // bytes of a picture that are sent
const SIZES = [1280, 960, 640]; // pixels of the longer side

/** A picture of the camera as a small JPEG in a data URL; null where it is no picture. */
export async function smallPhoto(file: Blob): Promise<string | null> {
	try {
		const url = await new Promise<string>((resolve, reject) => {
			const reader = new FileReader(); // the page's policy shows pictures of data URLs, of no blob
			reader.onload = () => resolve(reader.result as string);
			reader.onerror = reject;
			reader.readAsDataURL(file);
		});
		const image = await new Promise<HTMLImageElement>((resolve, reject) => {
			const loading = new Image();
			loading.onload = () => resolve(loading);
			loading.onerror = reject;
			loading.src = url;
		});
		for (const size of SIZES) {
			const scale = Math.min(1, size / Math.max(image.naturalWidth, image.naturalHeight));
			const canvas = document.createElement("canvas");
			canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
			canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
			const context = canvas.getContext("2d");
			if (!context) return null;
			context.drawImage(image, 0, 0, canvas.width, canvas.height);
			const data = canvas.toDataURL("image/jpeg", 0.7);
			if (data.length * 0.75 <= MOST) return data;
		}
		return null;
	} catch {
		return null;
	}
}
