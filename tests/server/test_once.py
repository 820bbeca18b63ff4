"""What takes long is made once, off the event loop; the last few are kept."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from xr_server.once import Once


def run(script, kept=4):
    """Run `script(once, threads)` with two threads."""

    async def main():
        with ThreadPoolExecutor(2) as threads:
            return await script(Once(kept), threads)

    return asyncio.run(main())


def test_all_who_ask_meanwhile_get_the_one_that_is_made():
    made = []

    async def script(once, threads):
        go_on = threading.Event()
        both = [
            asyncio.create_task(once.get(threads, "a", lambda: made.append(go_on.wait(30))))
            for _ in range(3)
        ]
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(*both)

    run(script)
    assert made == [True]


def test_what_failed_is_made_again():
    answers = iter([ZeroDivisionError("no"), "yes"])

    def make():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def script(once, threads):
        with pytest.raises(ZeroDivisionError):
            await once.get(threads, "a", make)
        return [await once.get(threads, "a", make) for _ in range(2)]

    assert run(script) == ["yes", "yes"]


def test_the_oldest_goes():
    made = []

    async def script(once, threads):
        for key in "abacab":
            await once.get(threads, key, lambda key=key: made.append(key))

    run(script, kept=2)
    assert made == ["a", "b", "c", "b"]


def test_what_was_made_elsewhere_is_kept_renamed_and_forgotten():
    async def script(once, threads):
        once.put("a", 1)
        once.rename("a", "b")
        once.rename("nobody", "c")
        found = [await once.get(threads, key, lambda: 2) for key in "ab"]
        once.forget("b")
        return [*found, await once.get(threads, "b", lambda: 3)]

    assert run(script) == [2, 1, 3]
