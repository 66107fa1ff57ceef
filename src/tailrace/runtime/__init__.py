"""Floor 2: runs a function's code, and knows no service.

```
pool            which environment takes the next invocation; how many there may be
└── environment one environment's life: init, invocations one by one, its end
    ├── runtime_api   the Lambda Runtime API that the code inside polls
    ├── sandbox       the port: how a process is started, watched and ended
    │   ├── process       a plain process in a session of its own
    │   ├── bubblewrap    the same in namespaces of its own, where `bwrap` works; quick_gate (or gate) is its last step
    │   │   ├── system_calls  which of them are refused there
    │   │   └── doors         where a function without a network reaches the server
    │   └── cgroups       what the kernel holds either to, where groups can be made
    └── output        what the code printed, as log events
unpack, packages, interpreters    what is run: the code, what it may import, what runs it
guard                             ends every function when the server was killed
python_bootstrap, node_bootstrap  the programs inside
```
The code is always a process of its own that speaks AWS's Runtime API, so AWS's own runtime client and any custom
runtime work as they are. The rejected alternatives: calling handlers in the server's process (a handler that exits,
leaks or spins takes the server with it) and containers (a daemon that the user would have to have, 300 ms a start).
"""
