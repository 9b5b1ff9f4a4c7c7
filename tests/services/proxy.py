"""A TCP proxy in front of a service, which a test stops in three ways.

It refuses (nobody listens), it hangs (connections are taken, nothing is answered, and
those that stand fall silent), or it is deaf (not even the handshake is answered).
"""

import contextlib
import selectors
import socket
import threading

CHUNK = 65536


class Proxy:
    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.listener = listening(0)
        self.port = self.listener.getsockname()[1]
        self.taken = 0
        """How many connections were made since the start."""
        self._silent = False
        self._fillers: list[socket.socket] = []
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._lock = threading.RLock()
        self._selector.register(self.listener, selectors.EVENT_READ)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def refuse(self) -> None:
        with self._lock:
            self._close_listener()
            self._drop()

    def hang(self) -> None:
        with self._lock:
            self._silent = True

    def be_deaf(self) -> None:
        """Let connecting hang too: the kernel drops what a full queue cannot hold."""
        with self._lock:
            self.hang()
            self._close_listener()
            self.listener = listening(self.port, retry_buffer=0)
            for _ in range(4):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", self.port))
                self._fillers.append(filler)

    def resume(self) -> None:
        """Serve again; what hung is cut, as by a restart of the service."""
        with self._lock:
            self._drop()
            for filler in self._fillers:
                filler.close()
            self._fillers.clear()
            self._close_listener()
            self._silent = False
            self.listener = listening(self.port)
            self._selector.register(self.listener, selectors.EVENT_READ)

    def close(self) -> None:
        self._ended.set()
        self._thread.join(5)
        self.refuse()

    def _close_listener(self) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(self.listener)
        self.listener.close()

    def _drop(self) -> None:
        for end in list(self._pairs):
            self._forget(end)

    def _forget(self, end: socket.socket) -> None:
        for each in (end, self._pairs.get(end)):
            if each is not None and self._pairs.pop(each, None) is not None:
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(each)
                each.close()

    def _work(self) -> None:
        while not self._ended.is_set():
            for key, _mask in self._selector.select(0.01):
                with self._lock:
                    if key.fileobj is self.listener:
                        self._take()
                    elif key.fileobj in self._pairs:
                        self._pass_on(key.fileobj)
            if self._silent:
                self._ended.wait(0.01)  # what waits to be read stays readable

    def _take(self) -> None:
        client, _address = self.listener.accept()
        self.taken += 1
        server = socket.create_connection(self.target)
        self._pairs[client], self._pairs[server] = server, client
        for end in (client, server):
            self._selector.register(end, selectors.EVENT_READ)

    def _pass_on(self, end: socket.socket) -> None:
        if self._silent:
            return
        try:
            data = end.recv(CHUNK)
            if data:
                self._pairs[end].sendall(data)
                return
        except OSError:
            pass
        self._forget(end)


def listening(port: int, *, retry_buffer: int = 64) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(retry_buffer)
    return listener
