"""The rules of proofing, a class each."""
