"""What templates are given: the facts of each kind of paper as text in one language, figures with the number behind them."""
