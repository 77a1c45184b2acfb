"""Version 1 of the API. Importing it imports every module here, which registers their operations."""

import pkgutil
from importlib import import_module

__all__ = [module.name for module in pkgutil.iter_modules(__path__)]

for _name in __all__:
	import_module(f"{__name__}.{_name}")
