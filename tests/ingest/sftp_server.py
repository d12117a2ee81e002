"""An SFTP server on this machine, which serves one folder to one account."""

import asyncio
import threading
from pathlib import Path

import asyncssh

USER, PASSWORD = "wire", "s3cr3t p%ss"


class _Account(asyncssh.SSHServer):
    def __init__(self, server: "SftpServer"):
        self._server = server

    def connection_made(self, conn):
        self._server.connection = conn

    def begin_auth(self, username):
        self._server.logins += 1
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return username == USER and key == self._server.client_key


class SftpServer:
    """`logins` counts those that began; `opened` the files that were read, by their names; `client_key` may sign in too; `at_open` is called
    with the name of each file before it is opened; what is read of those in `silent` never comes."""

    def __init__(self, root: Path):
        self.logins, self.opened, self.client_key = 0, [], None
        key = asyncssh.generate_private_key("ssh-ed25519")
        self.fingerprint = key.get_fingerprint("sha256")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.at_open, self.silent = None, set()
        opened, server = self.opened, self

        class Files(asyncssh.SFTPServer):
            def __init__(self, channel):
                super().__init__(channel, chroot=str(root).encode())

            def open(self, path, pflags, attrs):
                name = path.decode().rpartition("/")[2]
                opened.append(name)
                if server.at_open:
                    server.at_open(name)
                file = super().open(path, pflags, attrs)
                self.is_silent = name in server.silent
                return file

            async def read(self, file_obj, offset, size):
                if self.is_silent:
                    await asyncio.get_running_loop().create_future()
                return super().read(file_obj, offset, size)

        async def listen():
            return await asyncssh.listen(
                "127.0.0.1",
                0,
                server_host_keys=[key],
                server_factory=lambda: _Account(self),
                sftp_factory=Files,
            )

        self._server = self._do(listen())
        self.port = self._server.sockets[0].getsockname()[1]

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _close(self):
        self._server.close()
        await self._server.wait_closed()

    def disconnect(self) -> None:
        """Lose the connection that was made last. Called from within the server."""
        self.connection.abort()

    def stop(self) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
