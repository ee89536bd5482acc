"""Passwords: argon2id, and the ones that everybody tries first."""
