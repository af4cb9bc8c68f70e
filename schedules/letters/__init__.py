"""Letters: what each says is gathered by pure functions (`parts.Letter`), shown as HTML and printed as PDF."""
