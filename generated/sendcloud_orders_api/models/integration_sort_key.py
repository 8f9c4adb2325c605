from typing import Literal, TypeAlias

IntegrationSortKey: TypeAlias = Literal["created_at", "failing_since", "integration_type", "last_fetch", "updated_at"]
"""What a list of integrations is sorted by."""
