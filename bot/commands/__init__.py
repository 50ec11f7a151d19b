"""The commands of the terminal, one file each; bot/cli.py puts them together."""
