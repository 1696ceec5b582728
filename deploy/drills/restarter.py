"""Restart programs that ended, as systemd does on a real machine."""

import threading

from deploy.cluster.stage import MachineCluster


class Restarter(threading.Thread):
    """A thread that checks every second for programs that ended unexpectedly, restarts and reports them."""

    def __init__(self, cluster: MachineCluster) -> None:
        super().__init__(daemon=True)
        self.cluster = cluster
        #: The machine whose programs are not restarted, because it is broken on purpose.
        self.ignored_machine = ""
        self.ended_programs: list[str] = []
        self._is_stopping = threading.Event()

    def run(self) -> None:
        daemons = [daemon for layer in self.cluster.topology.list_layers() for daemon in layer]
        while not self._is_stopping.wait(1):
            for daemon in daemons:
                if daemon.machine != self.ignored_machine and not self.cluster.daemons.find_process(
                    daemon.name
                ):
                    self.ended_programs.append(daemon.name)
                    self.cluster.daemons.start(daemon)

    def stop(self) -> None:
        self._is_stopping.set()
        self.join()
