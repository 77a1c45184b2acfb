// A photo chosen or taken in a dialog, made small enough to be sent with an operation.

const LONGEST_SIDE = 1600; // pixels
const LONGEST_URL = 400000; // frappe.call sends a form, which a site takes up to 500 kB of

// Returns the dialog's field for a photo. `photo_in(dialog)` is then what was chosen.
export const photo_field = () => ({ fieldname: "photo", fieldtype: "HTML" });

// Shows the field's input; called once the dialog is shown.
export function show_photo_input(dialog) {
	const $field = $(`<div class="form-group"><div class="clearfix"><label class="control-label"></label></div>
		<input type="file" accept="image/*" capture="environment">
		<img style="display: none; max-height: 120px; margin-top: 8px" alt=""></div>`);
	$field.find("label").text(__("Photo"));
	$field.find("input").on("change", async ({ target }) => {
		dialog.photo = target.files.length ? await small(target.files[0]) : "";
		if (!dialog.photo) target.value = "";
		$field.find("img").attr("src", dialog.photo).toggle(Boolean(dialog.photo));
	});
	dialog.get_field("photo").$wrapper.empty().append($field);
}

export const photo_in = (dialog) => dialog.photo || "";

// Returns a picture as the data URL of a JPEG that the platform takes, upright; "" where it is no picture.
async function small(file) {
	let picture;
	try {
		picture = await createImageBitmap(file);
	} catch {
		frappe.msgprint(__("The browser cannot read this file as a picture."));
		return "";
	}
	for (let side = LONGEST_SIDE; ; side *= 0.7) {
		const scale = Math.min(1, side / Math.max(picture.width, picture.height));
		const canvas = document.createElement("canvas");
		canvas.width = Math.max(1, Math.round(picture.width * scale));
		canvas.height = Math.max(1, Math.round(picture.height * scale));
		canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
		const url = canvas.toDataURL("image/jpeg", 0.8);
		if (url.length <= LONGEST_URL) return url;
	}
}
