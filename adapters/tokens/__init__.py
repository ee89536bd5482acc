"""Bearer tokens: JWTs (RFC 7519), checked as RFC 8725 advises."""
