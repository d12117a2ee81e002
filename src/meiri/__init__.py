"""Meiri (每日): a publishing system for Chinese-language news organisations."""

__version__ = "0.2.0"
