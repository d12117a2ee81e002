"""The log of every change that readers can see: hash-chained, append-only, tailed by consumers."""
