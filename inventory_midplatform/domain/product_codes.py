"""Product codes (GTIN): the same product is written with 8, 12, 13 or 14 digits."""

LENGTHS = (8, 12, 13, 14)


def has_check_digit(code: str) -> bool:
	"""Whether a code is a product code: as many digits as one has, the last of which is right."""
	if len(code) not in LENGTHS or not (code.isascii() and code.isdigit()):
		return False
	return sum(int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(reversed(code))) % 10 == 0


def spellings(code: str) -> tuple[str, ...]:
	"""Return a code as it was given, then as the same product is written with more or fewer leading zeros."""
	if not has_check_digit(code):
		return (code,)
	digits = code.lstrip("0")
	others = (digits.zfill(length) for length in LENGTHS if len(digits) <= length)
	return (code, *(other for other in others if other != code))
