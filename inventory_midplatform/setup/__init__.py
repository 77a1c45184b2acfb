"""What the app adds to a site besides its DocTypes: plain data, and the code that creates and removes it."""
