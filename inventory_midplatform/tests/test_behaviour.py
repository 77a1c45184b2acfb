"""Every behaviour, on this site."""

import unittest
from typing import Any

from inventory_midplatform.tests.behaviour import BEHAVIOURS
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform


def _on_this_site(behaviour: type) -> type:
	def prepare(cls: Any) -> None:
		SiteTestCase.setUpClass.__func__(cls)  # type: ignore[attr-defined]
		cls.platform = SitePlatform()

	members = {"setUpClass": classmethod(prepare), "__module__": __name__}
	return type(
		f"Test{behaviour.__name__.removesuffix('Behaviour')}", (behaviour, unittest.TestCase), members
	)


globals().update({cls.__name__: cls for cls in map(_on_this_site, BEHAVIOURS)})
