"""Programs that the tests start, and that end with them."""

import subprocess
import threading
import time


class Process:
    """A program whose output is kept, for when something goes wrong."""

    def __init__(self, command, environment, folder=None):
        self.lines = []
        self._process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, is_ready, what, seconds=60):
        """Returns what `is_ready` returns as soon as that is something."""

        def look():
            code = self._process.poll()
            assert code is None, f"it ended with {code}:\n" + "\n".join(self.lines[-40:])
            return is_ready()

        try:
            return wait_for(look, what, seconds)
        except AssertionError:
            self.stop()
            raise

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def wait_for(look, what, seconds=60, pause=0.25):
    """Looks again and again until there is something, and returns it."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(pause)
