"""Whom a message exposes: find personal information, and take it out."""

from huzhu_guard.privacy.exposure import exposes
from huzhu_guard.privacy.redact import Redaction, redact
from huzhu_guard.privacy.screen import PrivacyScreen

__all__ = ["PrivacyScreen", "Redaction", "exposes", "redact"]
