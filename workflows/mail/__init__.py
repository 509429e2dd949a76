"""Mails as documents and as rules: templates, messages, and when not to write. The sending is in `channels`."""
