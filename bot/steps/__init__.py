"""The steps of the path of one question that are neither safety nor storage; bot/answer.py puts them in order."""
