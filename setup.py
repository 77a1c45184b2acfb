"""Everything is said in pyproject.toml; bench and older tools look for this file."""

from setuptools import setup

setup()
