"""ECGs out of a hospital's archive, and signed results back into it, by DICOMweb."""

from ecgnet.interop.pacs.archive import Archive, SearchResult, open_archive
from ecgnet.interop.pacs.hits import Hit, Query, QueryError
from ecgnet.interop.pacs.results import put_back

__all__ = ["Archive", "SearchResult", "Hit", "Query", "QueryError", "open_archive", "put_back"]
