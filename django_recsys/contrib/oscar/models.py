"""What was offered to the merchant, so that a refusal is remembered."""

from django.db import models

KEY_LENGTH = 191


class OfferedSuggestion(models.Model):
    """A `ProductRecommendation` that `recsys_oscar_suggest` wrote."""

    item_id = models.CharField(max_length=KEY_LENGTH)
    suggested_id = models.CharField(max_length=KEY_LENGTH)
    ranking = models.PositiveSmallIntegerField()
    """As it was written: a merchant who changes it has made the row their own."""

    class Meta:
        """One row for each pair."""

        constraints = [
            models.UniqueConstraint(
                fields=("item_id", "suggested_id"), name="recsys_oscar_suggestion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.suggested_id} with {self.item_id}"
