"""Outbound: an order becomes a task, is picked, checked and shipped."""
