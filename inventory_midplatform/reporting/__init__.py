"""What can be seen: queries and figures, the same for desk reports, charts and REST. Nothing here changes a row."""
