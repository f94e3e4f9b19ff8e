"""Endpoints: the class, instrument, metric and times of every registered outcome measure.

Outcomes are short strings (a title of a dozen words, a time frame of five), and many are said in the same words by
thousands of studies. So this extractor reads characters, not spaCy tokens: tokenising alone would cost more than the
whole extraction does. Vocabularies are data files in `extract/data` (`endpoint_*`, `time_*`).
"""

from extract.endpoints.extractor import extract_endpoints
from extract.endpoints.vocabulary import EndpointClass, endpoint_classes, endpoint_path

__all__ = ["EndpointClass", "endpoint_classes", "endpoint_path", "extract_endpoints"]
