from tests.flows.assessment.scratch import scratch

__all__ = ["scratch"]
