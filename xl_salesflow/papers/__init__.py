"""Papers about deals as documents of plain values, which of them are meant, and the record of what was sent."""
