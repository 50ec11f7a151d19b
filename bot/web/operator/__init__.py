"""The operator's page at /operator: what is in the index, what readers said, what the guides lack, how the evals went."""
