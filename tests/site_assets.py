"""What a throwaway bench needs besides the bench it is made from: the app's built bundles and its dependencies."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

NOT_OF_FRAPPE = ("segno",)
"""Dependencies of the app, in pure Python, that Frappe does not bring along."""


def lend_packages(folder: Path) -> None:
	"""Link into ``folder`` what a bench installs with the app, from this interpreter's environment."""
	folder.mkdir()
	for name in NOT_OF_FRAPPE:
		found = importlib.util.find_spec(name)
		if found is None or not found.submodule_search_locations:
			sys.exit(f"{name} is missing: run scripts/environment.py")
		(folder / name).symlink_to(found.submodule_search_locations[0])


def lay_out(bench_assets: Path, assets: Path, public: Path) -> None:
	"""Fill ``assets`` with links, and build the app's bundles as `bench build` does, by the esbuild of the bench's Frappe.

	``public`` is the app's folder of that name. Nothing is written to the bench or to the checkout.
	"""
	app = public.parent.name
	(assets / app / "dist").mkdir(parents=True)
	for asset in bench_assets.glob("*"):
		if asset.name not in (app, "assets.json"):
			(assets / asset.name).symlink_to(asset)
	for part in public.glob("*"):
		if part.name != "dist":
			(assets / app / part.name).symlink_to(part)
	esbuild = bench_assets.parents[1] / "apps/frappe/node_modules/esbuild/bin/esbuild"
	built = json.loads((bench_assets / "assets.json").read_text(encoding="utf-8"))
	for bundle in sorted(public.glob("js/*.bundle.js")):
		target = assets / app / "dist" / bundle.name
		command = [str(esbuild), str(bundle), "--bundle", "--target=es2017", f"--outfile={target}"]
		subprocess.run(command, check=True, capture_output=True)
		built[bundle.name] = f"/assets/{app}/dist/{bundle.name}"
	(assets / "assets.json").write_text(json.dumps(built), encoding="utf-8")
