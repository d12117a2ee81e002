"""What became of things after they were published: changes that readers can look up (修改记录), withdrawals with receipts that were checked."""
