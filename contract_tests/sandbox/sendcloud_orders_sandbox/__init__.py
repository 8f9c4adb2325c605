"""Serve Sendcloud's v3 operations on orders, labels and integrations from this machine, to develop and test against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .access import Credentials
    from .faults import Fault, FaultKind, Faults, Plan, UnknownFaultError
    from .policies import Policies, UnknownPolicyError
    from .problems import Problem
    from .recording import Message, Request
    from .rules import Rules
    from .server import PortTakenError, Sandbox

__all__ = [
    "Credentials",
    "Fault",
    "FaultKind",
    "Faults",
    "Message",
    "Plan",
    "Policies",
    "PortTakenError",
    "Problem",
    "Request",
    "Rules",
    "Sandbox",
    "UnknownFaultError",
    "UnknownPolicyError",
]

_MODULES = {
    "Credentials": "access",
    "Fault": "faults",
    "Faults": "faults",
    "FaultKind": "faults",
    "Message": "recording",
    "Plan": "faults",
    "Policies": "policies",
    "PortTakenError": "server",
    "Problem": "problems",
    "Request": "recording",
    "Rules": "rules",
    "Sandbox": "server",
    "UnknownFaultError": "faults",
    "UnknownPolicyError": "policies",
}


def __getattr__(name: str) -> Any:
    # pytest imports this package for its plugin in every run; only those who use the server pay for loading it.
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    except ModuleNotFoundError as missing:
        from sendcloud_orders.installing import how_to_install

        raise ImportError(f"the sandbox needs {missing.name}: {how_to_install('sandbox')}") from missing
