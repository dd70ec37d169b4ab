"""seccomp: a filter in the Linux kernel that refuses this process the system calls that no parser makes.

After seccomp(2), linux/seccomp.h, linux/filter.h and the system call tables of x86-64 and arm64. Refused are new
sockets and connections, other programs and processes, signals to others, their memory, limits and places on processors,
io_uring (which goes past such filters), and all that changes the machine. Threads, memory and files stay possible; which
files, Landlock says.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""Machine → its number in linux/audit.h, and its column below."""
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "mount": (165, 40), "umount2": (166, 39), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "unshare": (272, 97), "setns": (308, 268), "pivot_root": (155, 41),
    "chroot": (161, 51), "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "open_by_handle_at": (304, 265), "iopl": (172, None), "ioperm": (173, None), "acct": (163, 89),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "sethostname": (170, 161), "setdomainname": (171, 162),
    "syslog": (103, 116), "personality": (135, 92), "shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53),
    "fchmodat2": (452, 452), "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setpriority": (141, 140), "ioprio_set": (251, 30),
    "kcmp": (312, 272), "process_mrelease": (448, 448),
}  # fmt: skip
_CLONE, _CLONE3 = (56, 220), (435, 435)
_SIGNALS = {"kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131)}
"""Allowed to the process itself alone: abort(3) needs it."""

_LIMITS = {
    "prlimit64": (302, 261), "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "sched_setattr": (314, 274), "migrate_pages": (256, 238), "move_pages": (279, 239),
}  # fmt: skip
"""Allowed to the process itself alone, by its number or as 0: it sets its own limit of time."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_CLONE_THREAD, _X32 = 0x00010000, 0x40000000
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2

Instruction = tuple[int, int, int, int]
"""Code, instructions to skip when true and when not, and the constant."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


class _Filter(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("true", ctypes.c_uint8),
        ("false", ctypes.c_uint8),
        ("constant", ctypes.c_uint32),
    )


def restrict_calls() -> bool:
    """Refuse this thread, and what it starts, for good what no parser calls → whether the kernel holds to it."""
    if sys.platform != "linux" or platform.machine() not in _ARCHITECTURES or sys.maxsize < 2**32:
        return False
    steps = _steps(*_ARCHITECTURES[platform.machine()], own=os.getpid())
    program = (_Filter * len(steps))(*(_Filter(*step) for step in steps))
    asked = _Program(len(steps), ctypes.cast(program, ctypes.c_void_p))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return (
        prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
        and prctl(_SET_SECCOMP, _FILTER, ctypes.byref(asked), 0, 0) == 0
    )


def _to_itself(number: int, *processes: int) -> list[Instruction]:
    """A system call that is allowed to some processes alone, of which its first argument is the number."""
    refuse: Instruction = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    allow: Instruction = (_RETURN, 0, 0, _ALLOW)
    rules = [(_EQUAL, 0, 1, process) for process in processes]
    checks = [step for rule in rules for step in (rule, allow)]
    return [(_EQUAL, 0, len(checks) + 2, number), (_LOAD, 0, 0, _FIRST_ARGUMENT), *checks, refuse]


def _steps(architecture: int, column: int, own: int) -> list[Instruction]:
    """The filter as a program of the Berkeley Packet Filter; each rule is a comparison and what follows when it holds."""
    refuse: Instruction = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    allow: Instruction = (_RETURN, 0, 0, _ALLOW)
    steps: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),  # a system call by another processor's numbers
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        refuse,
        (_EQUAL, 0, 1, _CLONE3[column]),
        (
            _RETURN,
            0,
            0,
            _ERRNO | errno.ENOSYS,
        ),  # its flags cannot be looked at: the C library takes clone then
        (_EQUAL, 0, 4, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        allow,
        refuse,
    ]
    for numbers in _SIGNALS.values():
        steps += _to_itself(numbers[column], own)
    for numbers in _LIMITS.values():
        steps += _to_itself(numbers[column], own, 0)
    for numbers in _REFUSED.values():
        if (number := numbers[column]) is not None:
            steps += [(_EQUAL, 0, 1, number), refuse]
    return [*steps, allow]
