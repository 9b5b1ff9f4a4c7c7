"""Free and used memory."""

import os
import resource
import sys
from pathlib import Path

CGROUP_LIMITS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


def available_memory() -> float:
    """Return the bytes that machine and container leave to this process."""
    free = [_free_of_machine()]
    for limit, used in CGROUP_LIMITS:
        amounts = [_number(Path(limit)), _number(Path(used))]
        if None not in amounts:
            free.append(float(amounts[0] or 0) - float(amounts[1] or 0))
    return max(0.0, min(free))


def _free_of_machine() -> float:
    table = Path("/proc/meminfo")
    if table.exists():
        for line in table.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) * 1024
    # Free memory is unknown here: take half of all.
    return float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE") / 2


def _number(path: Path) -> float | None:
    """Return the number in a file of the kernel; None for "max" or no file."""
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return None


def peak_rss_bytes() -> int:
    """Return the most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage would also count what the parent held before exec.
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
