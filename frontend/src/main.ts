import "./styles/font.css";
import "./styles/tokens.css";
import "./styles/phone.css";
import "./styles/station.css";
import "./styles/approvals.css";

import { createApp } from "vue";
import { session } from "./api/session";
import App from "./layouts/App.vue";
import { startLanguage } from "./shared/i18n";
import { startTheme } from "./shared/theme";

startTheme();
void startLanguage(session.language).then(() => createApp(App).mount("#app"));

// A newer page took the place of this one: its parts have other names. The state is the server's, so opening anew is safe.
window.addEventListener("vite:preloadError", () => {
	if (navigator.onLine) location.reload();
});

const worker = document.documentElement.dataset.worker || "./worker.js";
if ("serviceWorker" in navigator && import.meta.env.PROD) {
	window.addEventListener("load", () => {
		navigator.serviceWorker.register(worker).catch((error) => console.warn(error)); // not on http, nor with a doubtful certificate
	});
}
