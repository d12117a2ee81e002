"""What the public API answers where it can't give what was asked for."""

from ninja import Field, Schema


class Problem(Schema):
    detail: str = Field(description="What is wrong, in a Chinese sentence.")
