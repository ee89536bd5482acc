"""Figures, kept for Prometheus."""
