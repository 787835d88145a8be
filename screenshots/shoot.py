#!/usr/bin/env python3
"""Plays a scene in tmux and takes pictures: of each, a PNG and a text with the same name.

    shoot.py SCENE.scene FOLDER

A scene is lines of these words; # starts a comment:
    size 160x48            columns and rows; before `run`
    env NAME=VALUE         for the program; before `run`
    folder PATH            where to run it, below the top of the repository; before `run`
    run COMMAND            in a shell, in that folder
    wait TEXT              until the screen shows it, 90 seconds at most
    gone TEXT              until the screen does not show it any more
    settle                 until the screen has not changed for a second
    keys KEY…              as tmux names them: j Space Enter Escape C-d F1
    type TEXT              letter by letter
    snap NAME              a picture
"""
import os
import subprocess
import sys
import time
from pathlib import Path

from render import render

PATIENCE = 90


class Scene:
    def __init__(self, name, folder):
        self.socket = f"schemascope-{os.getpid()}"
        self.name, self.folder = name, folder
        self.size, self.environment = (160, 48), {"COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        self.start = "."

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-L", self.socket, "-f", "/dev/null", *words], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{self.name}: tmux {words[0]}: {done.stderr.strip()}")
        return done.stdout

    def run(self, command):
        columns, rows = self.size
        environment = [word for pair in self.environment.items() for word in ("-e", "=".join(pair))]
        self.tmux("new-session", "-d", "-s", "scene", "-x", str(columns), "-y", str(rows), "-c", self.start,
                  *environment, command,
                  ";", "set-option", "-g", "status", "off", ";", "set-option", "-g", "remain-on-exit", "on")

    def screen(self, *options):
        return self.tmux("capture-pane", "-p", "-t", "scene", *options)

    def until(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise SystemExit(f"{self.name}: {what}: not within {PATIENCE} seconds. The screen:\n{self.screen()}")
            time.sleep(0.1)

    def settle(self):
        seen, since = None, time.monotonic()
        def quiet():
            nonlocal seen, since
            if (now := self.screen("-e")) != seen:
                seen, since = now, time.monotonic()
            return time.monotonic() - since > 1
        self.until(quiet, "settle")

    def snap(self, name):
        columns, rows = self.size
        render(self.screen("-e", "-N"), columns, rows).save(self.folder / f"{name}.png", optimize=True)
        lines = [line.rstrip() for line in self.screen().splitlines()]
        (self.folder / f"{name}.txt").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
        print(f"{self.folder / name}.png")

    def play(self, line):
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        match word:
            case "size":
                columns, rows = rest.split("x")
                self.size = int(columns), int(rows)
            case "env":
                name, _, value = rest.partition("=")
                self.environment[name] = value
            case "folder":
                self.start = rest
            case "run":
                self.run(rest)
            case "wait":
                self.until(lambda: rest in self.screen(), f"wait {rest}")
            case "gone":
                self.until(lambda: rest not in self.screen(), f"gone {rest}")
            case "settle":
                self.settle()
            case "keys":
                for key in rest.split():
                    self.tmux("send-keys", "-t", "scene", key)
                    time.sleep(0.05)
            case "type":
                self.tmux("send-keys", "-t", "scene", "-l", rest)
            case "snap":
                self.snap(rest)
            case _:
                raise SystemExit(f"{self.name}: {word} is not a word of scenes")

    def end(self):
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], capture_output=True)


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    path, folder = map(Path, sys.argv[1:])
    scene = Scene(path.name, folder)
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                scene.play(line.strip())
    finally:
        scene.end()


if __name__ == "__main__":
    main()
