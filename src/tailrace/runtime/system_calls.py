"""Which system calls a function may not make: those with which one gets at the kernel, and none that programs use.

A filter for the kernel (seccomp), made here because `bwrap` wants it ready, and the library for it is one of the
system's, which many machines lack. What is refused follows Docker's default profile, as without any capability:
https://github.com/moby/profiles/blob/main/seccomp/default.json. Namespaces of one's own are among it: a user namespace
gives back, inside, the capabilities that were taken away, and with them most of the kernel's doors.

```
other machine's instructions?  -> ENOSYS      x86-64's second numbering (x32)?   -> ENOSYS
clone for a new namespace?     -> EPERM       clone3, whose flags can't be read? -> ENOSYS, so that clone is tried
a socket to the hypervisor?    -> EPERM       one of the list?                   -> EPERM        all else -> allowed
```
Numbers: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

# An instruction: code, jump where true, jump where false, value. include/uapi/linux/bpf_common.h, seccomp.h
LOAD, EQUALS, AT_LEAST, ANY_OF, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_AT, MACHINE_AT, FIRST_ARGUMENT_AT = 0, 4, 16
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
X32_FIRST = 0x40000000
NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
AF_VSOCK = 40  # belongs to no network namespace

Numbers = dict[str, int]


@dataclass(frozen=True, slots=True)
class Machine:
    """A processor: its number for the kernel, and those of its system calls."""

    audit: int
    clone: int
    socket: int
    unknown: Numbers
    refused: Numbers


NEWER: Numbers = {  # the same everywhere
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442, "quotactl_fd": 443,
}  # fmt: skip
UNKNOWN: Numbers = {"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "clone3": 435}
X86_64: Numbers = {
    "uselib": 134, "ustat": 136, "sysfs": 139, "vhangup": 153, "modify_ldt": 154, "pivot_root": 155, "_sysctl": 156,
    "chroot": 161, "acct": 163, "settimeofday": 164, "mount": 165, "umount2": 166, "swapon": 167, "swapoff": 168,
    "reboot": 169, "sethostname": 170, "setdomainname": 171, "iopl": 172, "ioperm": 173, "create_module": 174,
    "init_module": 175, "delete_module": 176, "get_kernel_syms": 177, "query_module": 178, "quotactl": 179,
    "nfsservctl": 180, "lookup_dcookie": 212, "clock_settime": 227, "kexec_load": 246, "add_key": 248,
    "request_key": 249, "keyctl": 250, "unshare": 272, "perf_event_open": 298, "fanotify_init": 300,
    "open_by_handle_at": 304, "clock_adjtime": 305, "setns": 308, "kcmp": 312, "finit_module": 313,
    "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323, "syslog": 103,
}  # fmt: skip
AARCH64: Numbers = {
    "lookup_dcookie": 18, "umount2": 39, "mount": 40, "pivot_root": 41, "nfsservctl": 42, "chroot": 51, "vhangup": 58,
    "quotactl": 60, "acct": 89, "unshare": 97, "kexec_load": 104, "init_module": 105, "delete_module": 106,
    "clock_settime": 112, "syslog": 116, "reboot": 142, "sethostname": 161, "setdomainname": 162, "settimeofday": 170,
    "add_key": 217, "request_key": 218, "keyctl": 219, "swapon": 224, "swapoff": 225, "perf_event_open": 241,
    "fanotify_init": 262, "open_by_handle_at": 265, "clock_adjtime": 266, "setns": 268, "kcmp": 272,
    "finit_module": 273, "bpf": 280, "userfaultfd": 282, "kexec_file_load": 294,
}  # fmt: skip
MACHINES = {
    "x86_64": Machine(0xC000003E, clone=56, socket=41, unknown=UNKNOWN, refused=X86_64 | NEWER),
    "aarch64": Machine(0xC00000B7, clone=220, socket=198, unknown=UNKNOWN, refused=AARCH64 | NEWER),
}


def program() -> bytes | None:
    """The filter for this machine as the kernel takes it; None for a processor that isn't known here."""
    machine = MACHINES.get(platform.machine())
    return compiled(machine) if machine else None


def compiled(machine: Machine) -> bytes:
    """The filter for a machine."""
    lines = [(LOAD, 0, 0, MACHINE_AT), (EQUALS, 1, 0, machine.audit), refuse(errno.ENOSYS), (LOAD, 0, 0, NUMBER_AT)]
    lines += [(AT_LEAST, 0, 1, X32_FIRST), refuse(errno.ENOSYS)]
    for refused, error in ((machine.unknown, errno.ENOSYS), (machine.refused, errno.EPERM)):
        for number in refused.values():
            lines += [(EQUALS, 0, 1, number), refuse(error)]
    for number, test in ((machine.clone, (ANY_OF, 0, 1, NEW_NAMESPACES)), (machine.socket, (EQUALS, 0, 1, AF_VSOCK))):
        lines += [(EQUALS, 0, 4, number), (LOAD, 0, 0, FIRST_ARGUMENT_AT), test, refuse(errno.EPERM)]
        lines += [(RETURN, 0, 0, ALLOW)]
    lines += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def refuse(error: int) -> tuple[int, int, int, int]:
    """Answer a call with an error, and do nothing."""
    return (RETURN, 0, 0, REFUSE | error)
