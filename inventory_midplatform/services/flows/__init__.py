"""Taking a step of a flow: what all flows share."""
