"""Who renders when: one at a time, in the order of asking, and only what is still wanted."""

import threading

from styleaug.engine import Cancelled
from styleaug.turns import Turns


def test_a_new_sweep_supersedes_the_old_one_and_its_refines():
    turns = Turns()
    with turns.sweep("a") as old, turns.refine("a") as refined, turns.sweep("b") as other:
        assert not old.superseded() and not refined.superseded()
        with turns.sweep("a") as new:
            assert old.superseded() and refined.superseded()
            assert not new.superseded() and not other.superseded()


def test_a_new_refine_supersedes_the_old_refine_but_no_sweep():
    turns = Turns()
    with turns.sweep("a") as sweep, turns.refine("a") as old, turns.refine("a") as new:
        assert old.superseded()
        assert not sweep.superseded() and not new.superseded()


def test_who_left_waits_for_nothing():
    turns = Turns()
    with turns.sweep("a") as sweep, turns.refine("a") as refined, turns.sweep("b") as other:
        turns.leave("a")
        assert sweep.superseded() and refined.superseded() and not other.superseded()


def test_turns_are_taken_one_at_a_time_in_the_order_of_asking():
    turns, order, inside = Turns(), [], threading.Semaphore(1)

    def take(name):
        with turns.refine(name) as turn, turn.rendering():
            assert inside.acquire(blocking=False)
            order.append(name)
            inside.release()

    with turns.sweep("first") as first, first.rendering():
        waiting = []
        for name in "abc":
            waiting.append(threading.Thread(target=take, args=(name,)))
            waiting[-1].start()
            with turns._changed:
                assert turns._changed.wait_for(lambda: len(turns._line) == len(waiting) + 1, timeout=10)
    for thread in waiting:
        thread.join()
    assert order == ["a", "b", "c"]
    assert (turns._line, turns._newest) == ([], {})


def test_a_superseded_turn_leaves_the_line():
    turns, ended = Turns(), threading.Event()

    def wait_in_vain():
        with turns.refine("a") as turn:
            try:
                with turn.rendering():
                    raise AssertionError("it had no turn")
            except Cancelled:
                ended.set()

    with turns.sweep("b") as other, other.rendering():
        thread = threading.Thread(target=wait_in_vain)
        thread.start()
        with turns._changed:
            assert turns._changed.wait_for(lambda: len(turns._line) == 2, timeout=10)
        with turns.refine("a"):
            assert ended.wait(10)
    thread.join()
    assert turns._line == []


def test_a_new_export_supersedes_the_old_one_and_nothing_else():
    turns = Turns()
    with turns.sweep("a") as sweep, turns.refine("a") as refined, turns.export("a") as old, turns.export("a") as new:
        assert old.superseded()
        assert not sweep.superseded() and not refined.superseded() and not new.superseded()


def test_calls_stand_beside_each_other_until_their_program_leaves():
    turns = Turns()
    with turns.call("a") as one, turns.call("a") as other, turns.sweep("a") as sweep, turns.call("b") as stranger:
        assert not any(turn.superseded() for turn in (one, other, sweep, stranger))
        turns.leave("a")
        assert one.superseded() and other.superseded() and sweep.superseded()
        assert not stranger.superseded()
    assert turns._newest == {}


def test_some_turns_are_taken_abreast_but_not_beside_one_that_wants_to_be_alone():
    turns, entered, gates = Turns(), {}, {}

    def take(name, abreast):
        with turns.call("a") as turn, turn.rendering(abreast):
            entered[name].set()
            assert gates[name].wait(10)

    def start(name, abreast):
        entered[name], gates[name] = threading.Event(), threading.Event()
        waiting = len(turns._line)
        thread = threading.Thread(target=take, args=(name, abreast))
        thread.start()
        with turns._changed:
            assert turns._changed.wait_for(
                lambda: len(turns._line) == waiting + 1 or entered[name].is_set(), timeout=10
            )
        return thread

    threads = [start("first", 2), start("second", 2)]
    assert entered["first"].wait(10) and entered["second"].wait(10)
    threads += [start("third", 2), start("alone", 1), start("fourth", 2)]
    assert not any(entered[name].wait(0.05) for name in ("third", "alone", "fourth"))
    gates["first"].set()
    assert entered["third"].wait(10)
    gates["second"].set()
    assert not entered["alone"].wait(0.05)
    gates["third"].set()
    assert entered["alone"].wait(10)
    assert not entered["fourth"].wait(0.05)
    gates["alone"].set()
    assert entered["fourth"].wait(10)
    gates["fourth"].set()
    for thread in threads:
        thread.join()
    assert turns._line == []
