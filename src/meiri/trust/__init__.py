"""The public log: a Merkle log of what was published, corrected and withdrawn, which its owner can't rewrite; proofs, and witnesses elsewhere."""
