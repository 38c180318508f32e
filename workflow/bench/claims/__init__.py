"""One function per claim that something here can decide, by the section of the article: results → verdict and evidence.

A function's docstring is its rule; it is kept with the evidence. Evidence is plain JSON.
"""

from bench.claims import (
    algorithms as algorithms,
)
from bench.claims import (
    background as background,
)
from bench.claims import (
    concepts as concepts,
)
from bench.claims import (
    mathematics as mathematics,
)
from bench.claims import (
    practice as practice,
)
from bench.claims import (
    questions as questions,
)
from bench.claims import (
    resources as resources,
)
from bench.claims import (
    scenarios as scenarios,
)
from bench.claims import (
    trends as trends,
)
