"""The engine: recommenders over arrays. It knows neither Django nor a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_recsys.lazy import exports

if TYPE_CHECKING:
    from .algorithms.factorization.ratings import RatingModel as RatingModel
    from .artifacts import load as load, save as save, verify as verify
    from .capabilities import Capabilities as Capabilities
    from .data.edges import Edges as Edges
    from .data.histories import Histories as Histories
    from .data.id_map import IdMap as IdMap
    from .data.interactions import (
        Interactions as Interactions,
        basket_codes as basket_codes,
    )
    from .data.item_features import (
        LABEL_COLUMNS as LABEL_COLUMNS,
        NUMBER_COLUMNS as NUMBER_COLUMNS,
        TEXT_COLUMNS as TEXT_COLUMNS,
        ItemFeatures as ItemFeatures,
        item_features as item_features,
    )
    from .data.preparation import (
        PreparationReport as PreparationReport,
        prepare as prepare,
    )
    from .data.records import Record as Record, read_records as read_records
    from .data.training_data import TrainingData as TrainingData
    from .evaluation.evaluator import (
        Difference as Difference,
        Evaluation as Evaluation,
        compare as compare,
        evaluate as evaluate,
        score_on as score_on,
    )
    from .evaluation.validation import validation_set_over as validation_set_over
    from .exceptions import (
        ArtifactError as ArtifactError,
        DataError as DataError,
        MissingExtraError as MissingExtraError,
        NotFittedError as NotFittedError,
        RecsysError as RecsysError,
        TooLargeError as TooLargeError,
    )
    from .hyperparameters import (
        Hyperparameter as Hyperparameter,
        hyperparameter as hyperparameter,
        hyperparameters_of as hyperparameters_of,
        searched_hyperparameters as searched_hyperparameters,
        validate_hyperparameters as validate_hyperparameters,
    )
    from .kinds import (
        KIND_WEIGHTS as KIND_WEIGHTS,
        NEGATIVE_KINDS as NEGATIVE_KINDS,
        weight_problem as weight_problem,
    )
    from .metrics.ranking import HEADLINE as HEADLINE
    from .numerics.threads import available_cores as available_cores
    from .options import Progress as Progress, TrainingOptions as TrainingOptions
    from .output_files import (
        Output as Output,
        check_outputs as check_outputs,
        replacing as replacing,
    )
    from .recommendations import Recommendations as Recommendations
    from .recommender import Recommender as Recommender
    from .registry import (
        ALGORITHMS as ALGORITHMS,
        EXTRA_MODULES as EXTRA_MODULES,
        capabilities_of as capabilities_of,
        create as create,
        get_recommender_class as get_recommender_class,
        import_with_extra as import_with_extra,
        require_extra as require_extra,
    )
    from .resources.memory import (
        available_memory as available_memory,
        peak_rss_bytes as peak_rss_bytes,
    )
    from .resources.planner import arrange as arrange
    from .splitting.protocols import (
        Split as Split,
        temporal_split as temporal_split,
        validation_split as validation_split,
    )
    from .text_table import format_table as format_table
    from .tuning.search import tune as tune
    from .values import (
        as_id as as_id,
        as_moment as as_moment,
        as_number as as_number,
        as_quantity as as_quantity,
        key_text as key_text,
        known as known,
        shown as shown,
    )

__getattr__, __all__ = exports(
    __name__,
    {
        "algorithms.factorization.ratings": "RatingModel",
        "artifacts": "load save verify",
        "capabilities": "Capabilities",
        "data.edges": "Edges",
        "data.histories": "Histories",
        "data.id_map": "IdMap",
        "data.interactions": "Interactions basket_codes",
        "data.item_features": (
            "ItemFeatures LABEL_COLUMNS NUMBER_COLUMNS TEXT_COLUMNS item_features"
        ),
        "data.preparation": "PreparationReport prepare",
        "data.records": "Record read_records",
        "data.training_data": "TrainingData",
        "evaluation.evaluator": "Difference Evaluation compare evaluate score_on",
        "evaluation.validation": "validation_set_over",
        "exceptions": (
            "ArtifactError DataError MissingExtraError NotFittedError "
            "RecsysError TooLargeError"
        ),
        "hyperparameters": (
            "Hyperparameter hyperparameters_of hyperparameter "
            "searched_hyperparameters validate_hyperparameters"
        ),
        "kinds": "KIND_WEIGHTS NEGATIVE_KINDS weight_problem",
        "metrics.ranking": "HEADLINE",
        "numerics.threads": "available_cores",
        "options": "Progress TrainingOptions",
        "output_files": "Output check_outputs replacing",
        "recommendations": "Recommendations",
        "recommender": "Recommender",
        "registry": (
            "ALGORITHMS EXTRA_MODULES capabilities_of create "
            "get_recommender_class import_with_extra require_extra"
        ),
        "resources.memory": "available_memory peak_rss_bytes",
        "resources.planner": "arrange",
        "splitting.protocols": "Split temporal_split validation_split",
        "text_table": "format_table",
        "tuning.search": "tune",
        "values": "as_id as_moment as_number as_quantity key_text known shown",
    },
)
