"""Celery over RabbitMQ or Redis, as a bell rope: the only module that knows either.

A message says "look at the rows" and nothing else. Losing all of them costs half a second, since workers look by
themselves twice a second; repeating one costs a look. So messages are not stored by the broker, there is no result
back-end and no ETA, and no more than about `ENOUGH` are let wait. They are acknowledged late, after the worker looked:
a worker that dies meanwhile leaves its message to another.

Imported by processes with `FORMLOOM_BROKER_URL` alone, and there by a thread that no request waits for.
"""

import hashlib
import hmac
import logging
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from kombu.entity import Queue

from formloom.platform.kernel.settings import Settings

TASK = "formloom.wake"
ENOUGH = 64
TIMEOUT_S = 2
UNUSED_S = 86_400
RETRY_S = 2.0
HEARTBEAT_S = 30
_log = logging.getLogger(__name__)


class Broker:
    """The broker of one installation, to ring by and to listen to."""

    def __init__(self, settings: Settings) -> None:
        name = _queue_name(settings.secret_key)
        self._url = settings.broker_url or ""
        queue: Any = Queue  # the library has no types
        self._queue = queue(name, durable=True, expires=UNUSED_S)
        self._counted = queue(name, durable=True, expires=UNUSED_S, on_declared=self._count)
        self._found = 0
        self._app = Celery("formloom", broker=self._url, set_as_current=False)
        self._app.conf.update(
            task_ignore_result=True, task_acks_late=True, task_default_queue=name, task_queues=[self._queue],
            task_default_delivery_mode="transient", task_serializer="json", accept_content=["json"],
            broker_connection_timeout=TIMEOUT_S,
        )  # fmt: skip
        self._connection: Any = None

    def ring(self) -> bool:
        """Send one message; False when so many wait already that another would tell nobody anything.

        Takes `TIMEOUT_S` at most to connect and as long to send. Raises OSError or an error of the broker's library.
        """
        try:
            channel = self._channel()
            if self._waiting(channel) >= ENOUGH:
                return False
            self._app.send_task(TASK, connection=self._connection, retry=False, ignore_result=True)
        except BaseException:
            self.hang_up()
            raise
        return True

    def waiting(self) -> int:
        """Connect and return how many messages wait. Raises as `ring` does."""
        try:
            return self._waiting(self._channel())
        finally:
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection that was used to ring."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.collect(TIMEOUT_S)
            except Exception:  # noqa: BLE001 - it is gone either way
                _log.debug("closing the broker's connection failed", exc_info=True)

    def listen(self, heard: Callable[[], None]) -> "Listener":
        """Return a listener that calls `heard` for each message, to be started."""
        return Listener(self._app, heard)

    def _channel(self) -> Any:
        if self._connection is None:
            self._connection = self._app.connection_for_write(
                self._url, connect_timeout=TIMEOUT_S, transport_options=_patience(self._url)
            )
            self._connection.ensure_connection(max_retries=1, interval_start=0, timeout=TIMEOUT_S)
        return self._connection.default_channel

    def _waiting(self, channel: Any) -> int:
        self._counted(channel).declare()
        return self._found

    def _count(self, _name: str, messages: int, _consumers: int) -> None:
        self._found = messages


class Listener(threading.Thread):
    """A thread that hears messages, in a process that does more: begins again whatever happens to the broker.

    Celery's own worker is not used: it was seen to wait for ever after its connection to Redis broke off.
    """

    def __init__(self, app: Celery, heard: Callable[[], None]) -> None:
        super().__init__(name="wake-ups", daemon=True)
        self._app = app
        self._heard = heard
        self._stopping = threading.Event()
        self._has_told = False

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except Exception as fault:  # noqa: BLE001 - the worker goes on looking by itself meanwhile
                if not self._has_told:
                    _log.warning("the broker can't be heard, looking twice a second: %s", fault)
                self._has_told = True
            self._stopping.wait(RETRY_S)

    def stop(self, timeout_s: float = 3.0) -> None:
        """Stop listening; a connection that hangs is left to the end of the process."""
        self._stopping.set()
        if self.ident is not None:
            self.join(timeout_s)

    def _listen(self) -> None:
        with self._app.connection_for_read(connect_timeout=TIMEOUT_S, heartbeat=HEARTBEAT_S) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=TIMEOUT_S)
            with self._app.amqp.TaskConsumer(connection.default_channel, on_message=self._take) as consumer:
                consumer.qos(prefetch_count=1)
                if self._has_told:
                    _log.warning("the broker is heard again")
                self._has_told = False
                while not self._stopping.is_set():
                    try:
                        connection.drain_events(timeout=1)
                    except TimeoutError:
                        connection.heartbeat_check()

    def _take(self, message: Any) -> None:
        self._heard()
        message.ack()


def _patience(url: str) -> dict[str, Any]:
    """Return the time-outs of a connection that only sends, in the words of each transport."""
    if urlsplit(url).scheme == "redis":
        return {"socket_connect_timeout": TIMEOUT_S, "socket_timeout": TIMEOUT_S}
    return {"read_timeout": TIMEOUT_S, "write_timeout": TIMEOUT_S}


def _queue_name(secret_key: str) -> str:
    """Return a name that all processes of one installation, and no others on the same broker, come to."""
    return f"formloom.{hmac.new(secret_key.encode(), b'wake-ups', hashlib.sha256).hexdigest()[:16]}"
