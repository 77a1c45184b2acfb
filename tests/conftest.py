"""What all tests share: how many examples Hypothesis tries, the marks by which tests are chosen, and which run runs them."""

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings
from sharing import pytest_runtestloop

from inventory_midplatform.tests.rounds import SOAK, rounds

__all__ = ["pytest_runtestloop"]  # a hook
FEW, ALL = 30, 100

# a busy machine is slow, and no test fails for that
settings.register_profile(
	"tests",
	max_examples=ALL if SOAK else FEW,
	deadline=None,
	suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
	"""Mark the tests that run on MariaDB, and the long proofs: ``-m mariadb``, ``-m "soak and not mariadb"``."""
	properties = 0
	for item in items:
		test_class = getattr(item, "cls", None)
		names = {getattr(test_class, "engine", ""), *getattr(item, "fixturenames", ())}
		if "mariadb" in item.name or names & {"mariadb", "mariadb_url"}:
			item.add_marker("mariadb")
		of_hypothesis = is_hypothesis_test(getattr(item, "obj", None))
		if getattr(test_class, "soak", False) or of_hypothesis:
			item.add_marker("soak")
		properties += of_hypothesis
	if properties:
		rounds(f"examples of each of {properties} properties", FEW, ALL)
