"""What can go wrong, as classes.

::

    HuzhuGuardError
    ├── ModelError              a model folder cannot be used
    │   ├── ModelNotFoundError      there is none
    │   ├── ModelDamagedError       a file is truncated, unreadable or not what the manifest says
    │   └── ModelSchemaError        made by a newer version of the library
    ├── PolicyError             a policy file is wrong (file, line, field)
    ├── RuleError               a rule pack is wrong (file, line, field)
    ├── LexiconError            a lexicon or registry file is wrong
    ├── CorpusError             labelled data is wrong (file, line)
    └── FileFormatError         a file to scan cannot be read or written

Each message is one sentence that says what was wrong and what to do.
"""

from __future__ import annotations


class HuzhuGuardError(Exception):
    """Root of every error that the library raises on purpose, argument types aside."""


class ModelError(HuzhuGuardError):
    """A model folder cannot be used."""


class ModelNotFoundError(ModelError):
    """The model folder, or a file in it, does not exist."""


class ModelDamagedError(ModelError):
    """A file of the model is truncated, unreadable, or its hash is not the one in the manifest."""


class ModelSchemaError(ModelError):
    """The model was written by a newer version of the library than this one reads."""


class PolicyError(HuzhuGuardError):
    """A policy file is wrong."""


class RuleError(HuzhuGuardError):
    """A rule pack is wrong."""


class LexiconError(HuzhuGuardError):
    """A lexicon or registry file is wrong."""


class CorpusError(HuzhuGuardError):
    """Labelled data is wrong."""


class FileFormatError(HuzhuGuardError):
    """A file to scan or redact cannot be read or written."""
