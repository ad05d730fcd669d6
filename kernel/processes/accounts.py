"""The system user a service runs as: PostgreSQL refuses to run as root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Account:
    """A user to start a process as."""

    name: str
    uid: int
    gid: int

    @classmethod
    def named(cls, name: str) -> Self | None:
        """Look the user up on this machine."""
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            return None
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    def can_traverse(self, folder: Path) -> bool:
        """Tell whether the user may pass through a folder and all folders above it."""
        return all(self._may_enter(part.stat()) for part in (folder, *folder.parents))

    def _may_enter(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)

    def own(self, folder: Path, mode: int = 0o700) -> None:
        """Make a folder that belongs to this user."""
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, self.uid, self.gid)
        folder.chmod(mode)


def unprivileged_account() -> Account | None:
    """Return the user to drop to when this is root, else none."""
    if os.geteuid() != 0:
        return None
    account = Account.named("postgres") or Account.named("nobody")
    if account is None:
        raise LookupError("running as root needs a system user `postgres` or `nobody` to run PostgreSQL as")
    return account
