"""The commands of `medialis eval`, one file each; eval/cli.py puts them together."""
