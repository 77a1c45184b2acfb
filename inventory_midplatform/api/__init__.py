"""The API: typed operations, the same in both adapters."""
