"""How each language's program is started inside an environment, and the variables that every function has.

Source of the variables: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

from tailrace.runtime.interpreters import Interpreter
from tailrace.runtime.sandbox import PATH, View
from tailrace.runtime.spec import FunctionSpec, Launch

PYTHON_FLAGS = ("-S", "-P", "-B")  # no site-packages, no folder of the script's, no .pyc files in the function's code
NODE_WARNING_OFF = "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"
NODE_HEAP_SHARE = 0.9  # of the function's memory: collecting garbage comes before being killed
# AWS's own flags: they start fast, and need no second heap.
JAVA_FLAGS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
JAVA_MODULE_FLAGS = ("--add-opens=java.base/java.io=ALL-UNNAMED",)  # the client writes its log to a descriptor
JAVA_HEAP_SHARE = 0.75  # of the function's memory: the rest is the virtual machine's own
JAVA_CLIENT = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"

RESERVED = frozenset(
    """
    _HANDLER _X_AMZN_TRACE_ID AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_DEFAULT_REGION AWS_EXECUTION_ENV
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_VERSION
    AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_LAMBDA_RUNTIME_API
    AWS_REGION AWS_SECRET_ACCESS_KEY AWS_SECRET_KEY AWS_SESSION_TOKEN LAMBDA_RUNTIME_DIR LAMBDA_TASK_ROOT
    """.split()  # noqa: SIM905 - forty quotes say less
)
"""Variables that a function's configuration may not set."""


def command(interpreter: Interpreter, spec: FunctionSpec, view: View) -> list[str]:
    """What is executed in the environment, with its arguments."""
    if interpreter.language == "python":
        bootstrap = f"{view.runtime}/python_bootstrap.py"
        return [interpreter.executable, *PYTHON_FLAGS, bootstrap, spec.handler, view.opt, f"{view.runtime}/python"]
    if interpreter.language == "nodejs":
        heap = f"--max-old-space-size={max(64, int(spec.memory_mb * NODE_HEAP_SHARE))}"
        return [interpreter.executable, heap, f"{view.runtime}/node_bootstrap.mjs"]
    if interpreter.language == "java":
        heap = f"-Xmx{max(32, int(spec.memory_mb * JAVA_HEAP_SHARE))}m"
        places = (view.task, f"{view.task}/lib/*", f"{view.opt}/java/lib/*")
        opened = JAVA_MODULE_FLAGS if int(interpreter.version.split(".")[0]) > 8 else ()
        flags = [*JAVA_FLAGS, *opened, heap, f"-Djava.io.tmpdir={view.temporary}", "-cp", ":".join(places)]
        return [interpreter.executable, *flags, JAVA_CLIENT, spec.handler]
    return [f"{view.task}/bootstrap"]


def variables(spec: FunctionSpec, launch: Launch, view: View, api: str, log_stream: str) -> dict[str, str]:
    """All variables of an environment: the platform's defaults, what the caller gives, and what nobody overrides."""
    return {
        "PATH": PATH,
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "HOME": view.temporary,
        "TMPDIR": view.temporary,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LD_LIBRARY_PATH": f"{view.task}:{view.task}/lib:{view.opt}/lib",
        # The SDK would complain, in the function's log, of the machine's Node.js.
        **({NODE_WARNING_OFF: "true"} if spec.runtime.startswith("nodejs") else {}),
        **launch.variables,
        "_HANDLER": spec.handler,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{spec.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": spec.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": spec.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": api,
        "LAMBDA_RUNTIME_DIR": view.runtime,
        "LAMBDA_TASK_ROOT": view.task,
        **({"_LAMBDA_TELEMETRY_LOG_FD": "1"} if spec.runtime.startswith("java") else {}),  # the others see to it
    }


def tag(log_stream: str) -> str:
    """The variable that no other environment has: how a process that left its group is still found."""
    return f"AWS_LAMBDA_LOG_STREAM_NAME={log_stream}"
