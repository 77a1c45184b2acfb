"""What can be done: one module per capability; the only code that changes stock. A service never commits."""
