"""Each headline number of the README, as a command that prints it."""
