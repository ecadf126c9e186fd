"""Tasks on Apache Spark: the one module that knows it. One task a partition; Spark finds the machines.

A task that fails says so in its answer. One whose process dies is begun again by Spark, MOST_ATTEMPTS times
in all; after that Spark gives up all tasks of the job, so they are asked again, each in a job of its own:
then only the one that kills its process is lost.
"""

import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pipeline.cluster.tasks import Done, Share, Task, done
from pipeline.errors import NextgearError, SettingsError

if TYPE_CHECKING:
    from pyspark import SparkContext

T = TypeVar("T")

MOST_ATTEMPTS = 4
ROUNDS = 2  # what a task says has failed is tried once more: a store may have been out of reach
JOBS_AT_ONCE = 64
LOOKS_EACH_S = 0.2
LOG_SETTINGS = Path(__file__).parent / "log4j2.properties"
LOG_LEVEL = "spark.log.level"

_QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.task.maxFailures": str(MOST_ATTEMPTS),
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={LOG_SETTINGS.as_uri()}",
}

_LOCAL = re.compile(r"local(\[(\*|\d+)\])?")
_OVERHEAD_RATIO, _OVERHEAD_MIN_BYTES = 0.1, 384 << 20  # Spark's defaults for what runs beside the JVM
_UNITS = {"": 20, "k": 10, "m": 20, "g": 30, "t": 40}


class EngineError(NextgearError):
    """Spark went away while it was at work, or never came."""

    exit_code = 1


def require() -> None:
    """Raises SettingsError if there is no Spark here, or no Java for it."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        advice = "install it (Debian: apt install openjdk-17-jre-headless) or set JAVA_HOME"
        raise SettingsError(f"Spark needs Java 17 or newer, and none is found: {advice}")
    if not find_spec("pyspark"):
        raise SettingsError("Spark is missing: pip install 'nextgear[spark]' (in a checkout '.[spark]')")


@contextmanager
def engine(master: str, settings: Mapping[str, str]) -> "Generator[SparkContext]":
    """A connection to Spark. Raises SettingsError if there is no Spark, no Java, or no such master."""
    require()
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {**_QUIET, **settings}
    conf = SparkConf().setMaster(_with_attempts(master)).setAppName("nextgear")
    for key, value in settings.items():
        conf.set(key, value)
    said: list[str] = []
    context: SparkContext | None = None
    try:
        with _interrupts_wait(), _jvm_silent(said, is_silent=LOG_LEVEL not in settings):
            context = SparkContext(conf=conf)
    except KeyboardInterrupt:
        if context:
            context.stop()
        raise
    except (PySparkException, Py4JError, ValueError) as error:
        what = _cause("\n".join([*said, str(error)])) or type(error).__name__
        raise SettingsError(f"--master {master}: Spark cannot be started: {what}") from error
    try:
        yield context
    finally:
        context.stop()


@contextmanager
def _interrupts_wait() -> Generator[None]:
    """Ctrl-C counts once Spark has started: sooner, its Java would be left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


@contextmanager
def _jvm_silent(said: list[str], *, is_silent: bool) -> Generator[None]:
    """Keep from the terminal what the JVM says of itself; if it does not start, `said` has why."""
    if not is_silent:
        yield
        return
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as kept, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, of which no task makes use
        os.dup2(kept.fileno(), 2)  # the JVM keeps it to its end
        try:
            yield
        except BaseException:
            kept.seek(0)
            said += kept.read().decode(errors="replace").splitlines()
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)


def _with_attempts(master: str) -> str:
    """On one machine Spark gives up at the first process that dies, unless the master says otherwise."""
    found = _LOCAL.fullmatch(master)
    return f"local[{found[2] or 1},{MOST_ATTEMPTS}]" if found else master


def settings(said: Iterable[str]) -> dict[str, str]:
    """Spark's settings, each told as KEY=VALUE. Raises SettingsError for one that is not."""
    for one in said:
        if not re.fullmatch(r"[\w.]+=.*", one, re.DOTALL):
            raise SettingsError(f"--conf {one}: write it as KEY=VALUE, such as spark.executor.memory=4g")
    return dict(one.split("=", 1) for one in said)


def share(context: "SparkContext") -> Share:
    """What each task may take: as many threads as Spark counts cores for it, its part of the memory.

    Python's memory on an executor is what Spark calls `spark.executor.pyspark.memory`, or the overhead
    beside the JVM; on one machine, what the machine has. Raises SettingsError if nobody knows by how many.
    """
    conf = context.getConf()
    threads = int(conf.get("spark.task.cpus", "1") or 1)
    slots = max(1, context.defaultParallelism // threads)
    if (context.master or "").startswith("local"):
        return Share(threads, memory_ratio=1 / slots)
    cores = conf.get("spark.executor.cores", "") or ""
    if not cores and (context.master or "").startswith("spark://"):
        raise SettingsError(
            "say how many cores an executor has, who share its memory: --conf spark.executor.cores=4; "
            f"{context.master} would give it all of its machine"
        )
    at_once = max(1, int(cores or 1) // threads)
    heap = _bytes(conf.get("spark.executor.memory", "1g") or "1g")
    said = conf.get("spark.executor.pyspark.memory", "") or conf.get("spark.executor.memoryOverhead", "")
    overhead = _bytes(said) if said else max(_OVERHEAD_MIN_BYTES, int(heap * _OVERHEAD_RATIO))
    return Share(threads, overhead // at_once)


def _bytes(said: str) -> int:
    """Spark's way to write memory: 512m, 2g; without a unit MiB."""
    found = re.fullmatch(r"(\d+)\s*([kmgt]?)b?", said.strip().lower())
    if not found:
        raise SettingsError(f"{said!r} is no amount of memory as Spark writes it (512m, 2g)")
    return int(found[1]) << _UNITS[found[2]]


def run(context: "SparkContext", tasks: Sequence[Task], progress: Callable[[int, int], None]) -> list[Done]:
    """Do all tasks, and again those that failed; one answer each, in their order."""
    answers: dict[int, Done] = {}
    waiting = list(tasks)
    for _ in range(ROUNDS):
        if not waiting:
            break
        so_far = len(answers) - len(waiting) if answers else 0
        for answer in _run(context, waiting, lambda count, base=so_far: progress(base + count, len(tasks))):
            answers[answer.bucket] = answer
        waiting = [task for task in waiting if answers[task.bucket].failed]
    progress(len(tasks), len(tasks))
    return [answers[task.bucket] for task in tasks]


def _run(context: "SparkContext", tasks: Sequence[Task], progress: Callable[[int], None]) -> list[Done]:
    """All of them in one job; each in one of its own, if the processes of one of them kept dying."""
    from py4j.protocol import Py4JError

    def together() -> list[Done]:
        return context.parallelize(tasks, len(tasks)).map(_done).collect()

    try:
        with _counting(context, progress), ThreadPoolExecutor(1) as pool:
            return _awaited(context, [pool.submit(together)])[0]
    except Py4JError as error:
        _raise_if_stopped(context, error)
    finished = 0

    def alone(task: Task) -> Done:
        nonlocal finished
        try:
            (answer,) = context.parallelize([task], 1).map(_done).collect()
        except Py4JError as error:
            _raise_if_stopped(context, error)
            answer = Done(task.bucket, failed=_death(str(getattr(error, "java_exception", error))))
        finished += 1
        progress(finished)
        return answer

    with ThreadPoolExecutor(min(JOBS_AT_ONCE, len(tasks))) as pool:
        return _awaited(context, [pool.submit(alone, task) for task in tasks])


def _awaited(context: "SparkContext", futures: "Sequence[Future[T]]") -> list[T]:
    """What they come to. Ctrl-C ends their jobs: it finds this thread idle, none in the middle of a word."""
    try:
        return [future.result() for future in futures]
    except KeyboardInterrupt:
        for future in futures:
            future.cancel()
        context.cancelAllJobs()
        raise


def _raise_if_stopped(context: "SparkContext", error: Exception) -> None:
    if _has_stopped(context):
        raise EngineError(
            f"Spark has stopped: is {context.master} there, and has it room for this? What was done is "
            f"kept: run again; --conf {LOG_LEVEL}=INFO shows Spark's own log"
        ) from error


def _done(task: Task) -> Done:
    """Do it, where Spark wants it done."""
    from pyspark import TaskContext

    attempt = TaskContext.get()
    return done(replace(task, is_careful=attempt is not None and attempt.attemptNumber() > 0))


def _has_stopped(context: "SparkContext") -> bool:
    """Has Spark given up, or its JVM died?"""
    from py4j.protocol import Py4JError

    try:
        return bool(cast("Any", context)._jsc.sc().isStopped())
    except (Py4JError, AttributeError, ConnectionError):
        return True


@contextmanager
def _counting(context: "SparkContext", progress: Callable[[int], None]) -> Generator[None]:
    """Tell how many tasks of the job that runs meanwhile are done."""
    from py4j.protocol import Py4JError

    is_over = threading.Event()
    tracker = context.statusTracker()

    def look() -> None:
        with suppress(Py4JError, OSError):  # Spark went away: the job itself says so
            while not is_over.wait(LOOKS_EACH_S):
                stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
                progress(sum(stage.numCompletedTasks for stage in stages if stage))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        is_over.set()
        looking.join()


def _death(told: str) -> str:
    """Why the process of a task died, as far as Spark knows."""
    if "crashed" in told or "exited unexpectedly" in told or "EOFException" in told:
        return f"its process died {MOST_ATTEMPTS} times; perhaps it needs more memory than a task may take"
    return _cause(told) or "Spark gave it up"


def _cause(told: str) -> str:
    """The line of a long message that says most: of a Python error the last."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    python = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
    return (python or lines or [""])[-1 if python else 0]
