"""A loopback server that answers as the registry does, over any records, with any fault one cares to name.

In a test:

    from crawler.replica import Replica

    replica = Replica([record, another])              # dicts; or paths of .json, .jsonl, .jsonl.gz, or a folder
    with replica.serve() as server:                   # a free port of 127.0.0.1, a background thread
        httpx.get(f"{server.base_url}/studies", params={"query.cond": "asthma"})
        assert [request.path for request in server.requests] == ["/studies"]

Faults are texts (see `crawler.replica.faults` for all of them), given at the start or while it runs:

    Replica(records, faults=["429:retry-after=2:times=3"])
    replica.faults.add("half-body:path=/studies:from=2")

A day passes, and the registry is another:

    replica.update(
        add=[new], remove=["NCT00000007"], rerender=["NCT00000008"], alias={"NCT00000009": "NCT00000010"},
        patch={"NCT00000002": {"protocolSection.statusModule.overallStatus": "TERMINATED"}},
    )

Paths: /version, /stats/size, /stats/field/values, /stats/field/sizes, /studies, /studies/{id}, /studies/metadata,
/studies/search-areas, /studies/enums, /studies/download below /api/v2, and /api/int/studies/{id}. `essie` says which
part of the query syntax is understood. Not there: synonyms (`filter.synonyms` is refused) and FHIR.

At the command line: `trialkb replica --records FILE --port 8765 --fault 503:times=2`.
"""

from crawler.replica.faults import Fault, Faults
from crawler.replica.registry import Replica
from crawler.replica.server import Request, Server

__all__ = ["Fault", "Faults", "Replica", "Request", "Server"]
