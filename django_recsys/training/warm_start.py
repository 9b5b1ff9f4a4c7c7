"""Nightly fine-tuning: a deep model goes on from the one that serves."""

from django_recsys.conf import get_settings
from django_recsys.exceptions import RecsysError
from django_recsys.learning import Recommender
from django_recsys.models import RecommenderConfig
from django_recsys.resilience.log_once import logger

from .artifact_storage import load_artifact
from .fitting import is_deep
from .spec import TrainingSpec, spec_of


def serving_recommender(
    config: RecommenderConfig, spec: TrainingSpec
) -> Recommender | None:
    """Return what the fit that is to serve starts from, None for a fresh start.

    Only where the host asks for it, and only from the same spec. Never for the fit
    that is measured: the serving model has seen the rows that are asked about.
    """
    serving = config.serving
    if not (get_settings().WARM_START and is_deep(spec.algorithm) and serving):
        return None
    try:
        if spec_of(serving) != spec:
            return None
        return load_artifact(serving.artifact)
    except (RecsysError, OSError) as error:
        logger.warning("%s starts afresh: %s", config.key, error)
        return None
