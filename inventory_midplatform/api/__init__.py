"""How it is asked: typed operations, thin. The same in every adapter."""
