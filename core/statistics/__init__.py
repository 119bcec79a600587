"""Figures computed from records, with the scope and the fractions behind them."""
