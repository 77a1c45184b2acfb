// Plain old JavaScript: what cannot run the page says so instead of staying blank.
(function () {
	// Chromium 76 brought Promise.allSettled; nothing newer can be told apart from 77 by what it lacks.
	if (typeof Promise === "function" && Promise.allSettled && "noModule" in document.createElement("script")) return;
	document.addEventListener("DOMContentLoaded", function () {
		document.getElementById("too-old").removeAttribute("hidden");
	});
})();
