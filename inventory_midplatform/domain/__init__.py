"""What is true: quantities, positions, reservations, policies. Standard library only."""
