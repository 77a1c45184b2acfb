"""Inbound Orders: what is expected arrives, is received, inspected and put away."""
