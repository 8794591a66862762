"""Scores: BANT of a deal, traits of an account, and the chance of winning that the workbook's own history shows."""
