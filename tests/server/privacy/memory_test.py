#!/usr/bin/env python3
"""What is left in the memory of the real server when a lesson is over: a class with names, texts and passwords that occur
nowhere else plays a lesson, the room ends, and every writable page of the process is searched.

tests/server/privacy/memory_test.py BINARY [--show]
"""
import os
import pathlib
import re
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "app"))
import service_test  # noqa: E402
from lesson import Stream, Teacher  # noqa: E402

SHOW = False


def writable_memory(pid):
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights, *rest = line.split()
            if "w" not in rights or rest[-1:] in (["[vvar]"], ["[vsyscall]"]):
                continue
            begin, end = (int(edge, 16) for edge in span.split("-"))
            try:
                memory.seek(begin)
                yield line.strip(), memory.read(end - begin)
            except (OSError, ValueError):
                continue


def spellings(text):
    """How a text may lie in memory: as typed, in lower case, escaped for forms and JSON, and in UTF-16."""
    forms = {text, text.lower(), urllib.parse.quote_plus(text), text.replace("-", " ")}
    return {one.encode() for one in forms} | {one.encode("utf-16-le") for one in forms}


def find(pid, texts):
    hits = {}
    for place, octets in writable_memory(pid):
        for text in texts:
            for spelling in spellings(text):
                at = octets.find(spelling)
                while at >= 0:
                    hits.setdefault(text, []).append(place)
                    if SHOW:
                        around = bytes(c if 32 <= c < 127 else 46 for c in octets[max(0, at - 96):at + 96])
                        print(f"{text}: {place[:60]} +{at:#x} {around.decode()}", file=sys.stderr)
                    at = octets.find(spelling, at + 1)
    return hits


class MemoryTest(unittest.TestCase):
    # One of each length class: short strings lie inside objects, long ones on the heap.
    NAMES = ["Kanarix", "Zwölfmorgenblau-Kind", "Quendelfrau Lehrerin von und zu Beispielhausen"]
    TITLE = "Wurzelziehen mit Nashornkäfern"
    PASSWORD = "Pfefferminz-Dromedar-58"
    NEXT_PASSWORD = "Haselnuss-Okapi-93"
    WRONG = "Falschwort-Lemming-11"
    TEXTS = ["Seegurkensalat um acht", "Murmeltierpost: ein langer Satz, der gewiss nirgends sonst vorkommt, und noch einer",
             "Ohrwurm7"]
    POLL = ["Welches Warzenschwein zuerst?", "Spitzmausrot", "Gelbbauchunkengelb"]
    GROUP = "Gruppe Schnabeltier"

    def setUp(self):
        self.service = service_test.Service()
        account = self.service.add_account()
        self.teacher = Teacher(self.service.https)
        self.assertEqual(self.teacher.log_in(account["account"], account["password"])[0], 303)

    def tearDown(self):
        self.service.end()

    def canaries(self):
        return [*self.NAMES, self.TITLE, self.PASSWORD, self.NEXT_PASSWORD, self.WRONG, *self.TEXTS, *self.POLL,
                self.GROUP.removeprefix("Gruppe ")]

    def play(self, room):
        streams = [Stream(self.service.https, room, cookie).log_in()
                   for cookie in (self.teacher.cookie, "", "")]
        host, first, second = streams
        self.assertTrue(host.enter(room, self.NAMES[2]))
        first.ask(room)
        self.assertIn("not-authorized", first.join(room, self.NAMES[0], self.WRONG))
        self.assertTrue(first.enter(room, self.NAMES[0], self.PASSWORD))
        self.assertTrue(second.enter(room, self.NAMES[1], self.PASSWORD))
        for text, stream in zip(self.TEXTS, streams):
            stream.say(room, text)
            for other in streams:
                other.expect(text)
        first.send(f'<message xmlns="jabber:client" type="chat" to="{room}@conference.localhost/{host.nick}"><body>'
                   f"{self.TEXTS[0]}</body></message>")
        host.expect(self.TEXTS[0])
        host.send('<message xmlns="jabber:client" type="chat" to="polls.localhost"><json-message '
                  'xmlns="http://jitsi.org/jitmeet">{"type":"polls","command":"new-poll","pollId":"p1","question":"'
                  + self.POLL[0] + '","answers":[{"name":"' + self.POLL[1] + '"},{"name":"' + self.POLL[2] +
                  '"}]}</json-message></message>')
        second.expect(self.POLL[1])
        host.send('<message xmlns="jabber:client" to="breakout.localhost"><breakout_rooms '
                  f'type="features/breakout-rooms/add" subject="{self.GROUP}"/></message>')
        second.expect(self.GROUP)
        host.send(f'<iq xmlns="jabber:client" type="set" id="pw" to="{room}@conference.localhost"><query '
                  'xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data" type="submit"><field '
                  f'var="muc#roomconfig_roomsecret"><value>{self.NEXT_PASSWORD}</value></field></x></query></iq>')
        host.expect('id="pw"')
        self.teacher.request("GET", f"/steuern/{room}")
        self.teacher.request("GET", f"/einladung/{room}")
        return streams

    def test_the_search_finds_what_is_there(self):
        room = self.teacher.create(self.TITLE, self.PASSWORD)
        streams = self.play(room)
        hits = find(self.service.process.pid, [*self.NAMES, self.NEXT_PASSWORD, self.POLL[0], "Schnabeltier"])
        self.assertEqual(len(hits), 6, "a search that finds nothing during the lesson proves nothing")
        for stream in streams:
            stream.close()

    def test_nothing_of_a_lesson_is_left_when_its_room_is_over(self):
        room = self.teacher.create(self.TITLE, self.PASSWORD)
        streams = self.play(room)
        self.teacher.request("POST", "/beenden", {"raum": room})
        for stream in streams[1:]:  # learners are shown out
            with self.assertRaises(ConnectionError):
                stream.expect("nothing like this is ever said")
        streams[0].close()
        pid, give_up = self.service.process.pid, time.monotonic() + 30
        hits = find(pid, self.canaries())
        # The last words of a stream live until its resumption time is over; a thread that rests wipes its stack then.
        while hits and time.monotonic() < give_up and not SHOW:
            time.sleep(1)
            hits = find(pid, self.canaries())
        self.assertEqual({text: sorted(set(re.sub(r"^\S+ ", "", place) for place in places))
                          for text, places in hits.items()}, {})


if __name__ == "__main__":
    service_test.BINARY = os.path.abspath(sys.argv.pop(1))
    if "--show" in sys.argv:
        sys.argv.remove("--show")
        SHOW = True
    unittest.main(verbosity=2)
