"""Talks to the office; knows neither window nor Qt."""
