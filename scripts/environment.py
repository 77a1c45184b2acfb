"""Make the project's own environment, .venv, and install the package into it with the extras named.

	python3 scripts/environment.py standalone test dev ?mariadb

An extra with a question mark is installed where this machine can build it. Run again with nothing changed it
does nothing.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 10):  # noqa: UP036 - this file is what tells an older Python
	sys.exit(f"Python 3.10 or newer is needed, this is {sys.version.split()[0]}; name one: PYTHON=python3.12")

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PIP = [str(VENV / "bin/python"), "-m", "pip", "--disable-pip-version-check"]

sys.path.insert(0, str(ROOT / "tests"))


def main(extras_and_options: list[str]) -> int:
	extras = [extra for extra in extras_and_options if not extra.startswith("?")]
	optional = [extra[1:] for extra in extras_and_options if extra.startswith("?") and can_build(extra[1:])]
	stamp = VENV / f".installed-{'-'.join(extras)}"
	state = fingerprint(extras + optional)
	if stamp.is_file() and stamp.read_text() == state:
		return 0
	if not (VENV / "bin/python").exists() or not works([*PIP, "--version"]):
		print(f"Making {VENV.relative_to(ROOT)} with Python {sys.version.split()[0]}", flush=True)
		if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)]).returncode:
			sys.exit("Python's venv module is needed (on Debian: apt-get install python3-venv)")
	print(f"Installing inventory_midplatform[{','.join(extras)}]", flush=True)
	if install(extras):
		return 1
	for extra in optional:
		print(f"Installing inventory_midplatform[{extra}]", flush=True)
		if install([extra]):
			print(f"The extra {extra} could not be built; going on without it.", flush=True)
	stamp.write_text(state)
	return 0


def can_build(extra: str) -> bool:
	import throwaway

	if extra != "mariadb":
		return True
	return bool(throwaway.mariadb_server() and throwaway.program("mariadb_config"))


def fingerprint(extras: list[str]) -> str:
	text = (ROOT / "pyproject.toml").read_text(encoding="utf-8") + str(ROOT) + sys.version + " ".join(extras)
	return hashlib.sha256(text.encode()).hexdigest()


def install(extras: list[str]) -> int:
	import throwaway

	environment = dict(os.environ)
	config = throwaway.program("mariadb_config")
	if "mariadb" in extras and config and not throwaway.program("pkg-config"):
		for variable, option in (("MYSQLCLIENT_CFLAGS", "--cflags"), ("MYSQLCLIENT_LDFLAGS", "--libs")):
			environment[variable] = subprocess.run(
				[config, option], capture_output=True, text=True
			).stdout.strip()
	command = [*PIP, "install", "--quiet", "--editable", f"{ROOT}[{','.join(extras)}]"]
	return subprocess.run(command, env=environment).returncode


def works(command: list[str]) -> bool:
	return subprocess.run(command, capture_output=True).returncode == 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
