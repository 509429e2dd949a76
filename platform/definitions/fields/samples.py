"""What people write into forms, for filling one in by way of trial."""

WORDS = ("王芳", "Lin Yang", "织机二号 / Loom 2", "尽快安排 / As soon as possible", "A-1024", "Sample")
LONG = "这是一段试填的文字，看看长答案的样子。This is a longer answer, to see how it looks. "


def texts(least: int, most: int) -> list[str]:
    """Return texts of a length between the two."""
    long = (LONG * (1 + least // len(LONG)))[: max(least, min(most, len(LONG)))].strip()
    return [*(word for word in WORDS if least <= len(word) <= most), long, "样" * max(least, 1)]
