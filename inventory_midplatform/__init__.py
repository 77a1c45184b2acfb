"""Inventory digital midplatform (库存管理数字化中台): a Frappe app that extends ERPNext."""

__version__ = "0.2.0"
