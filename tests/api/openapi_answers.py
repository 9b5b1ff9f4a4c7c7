"""What the API answers, as the schema shows it. The package builds plain dicts;
`test_openapi.py` holds its real answers against these.
"""

from rest_framework import serializers

from django_recsys.models import Interaction
from django_recsys.tracking import Outcome
from django_recsys.tracking.privacy.export import COLUMNS


class Item(serializers.Serializer):
    """How the shop describes an item; what it does not know is empty."""

    title = serializers.CharField()
    url = serializers.CharField()
    price = serializers.CharField(
        allow_null=True, help_text='A decimal number, as in "3.50".'
    )
    price_text = serializers.CharField(help_text="The price as the shop prints it.")
    image = serializers.CharField()
    brand = serializers.CharField()
    category = serializers.CharField()


class Recommendation(serializers.Serializer):
    """One item of a list, and where it came from."""

    item_id = serializers.CharField()
    rank = serializers.IntegerField(min_value=1, help_text="From 1.")
    score = serializers.FloatField(
        help_text="Higher is better; comparable within one answer and source only."
    )
    source = serializers.CharField(
        help_text='The recommender that proposed the item, as in "ease".'
    )
    reason = serializers.CharField(
        allow_null=True, help_text="One sentence for the visitor."
    )
    reason_item_id = serializers.CharField(
        allow_null=True, help_text="The item that the reason names."
    )
    item = Item()


class Answer(serializers.Serializer):
    """The list of one placement for the visitor who asks, best first."""

    placement = serializers.CharField()
    request_id = serializers.CharField(help_text="Names this answer.")
    items = Recommendation(many=True)


class RejectedEvent(serializers.Serializer):
    """Why an event was not recorded."""

    index = serializers.IntegerField(
        min_value=0, help_text="Its position in the batch, from 0."
    )
    error = serializers.CharField(help_text="What is wrong, and what to give instead.")


class EventsAnswer(serializers.Serializer):
    """What became of a batch; also sent where all events were rejected."""

    accepted = serializers.IntegerField(
        min_value=0, help_text="All but those that were refused."
    )
    results = serializers.ListField(
        child=serializers.ChoiceField(choices=[each.value for each in Outcome]),
        help_text="One for each event, in their order. accepted: nothing is kept of "
        "it, or it waits for a database that does not answer.",
    )
    rejected = RejectedEvent(many=True)


class KeptInteraction(serializers.ModelSerializer):
    """Something that the visitor did, as it is stored."""

    class Meta:
        model = Interaction
        fields = COLUMNS
        read_only_fields = COLUMNS


class StoredList(serializers.Serializer):
    """A list that is stored for the visitor."""

    recommender = serializers.CharField()
    version = serializers.IntegerField()
    item_ids = serializers.ListField(child=serializers.CharField())
    scores = serializers.ListField(child=serializers.FloatField())
    reasons = serializers.ListField(
        child=serializers.CharField(allow_null=True),
        help_text="The item of the history that speaks most for each place.",
    )


class Export(serializers.Serializer):
    """Everything that is kept about one visitor."""

    visitor_key = serializers.CharField()
    interactions = KeptInteraction(
        many=True,
        help_text="Oldest first; a long export is in the order of coming in.",
    )
    stored_recommendations = StoredList(many=True)


class ErasedCounts(serializers.Serializer):
    """How many rows of each kind are gone."""

    interactions = serializers.IntegerField(min_value=0)
    stored_recommendations = serializers.IntegerField(min_value=0)


class Erasure(serializers.Serializer):
    """What was erased."""

    erased = ErasedCounts()


class Error(serializers.Serializer):
    """Why a request was refused."""

    detail = serializers.CharField()
