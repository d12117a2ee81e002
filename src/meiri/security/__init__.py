"""The security log: who signed in, what was opened, what changed about accounts and rights; for a while."""
