"""Readers' reports of errors (纠错) and of barriers (无障碍反馈), from receipt to correction."""
