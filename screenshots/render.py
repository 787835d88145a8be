#!/usr/bin/env python3
"""Draws what a terminal shows: text with SGR sequences, as `tmux capture-pane -e -p` prints it, becomes a PNG.

    render.py INPUT.ansi OUTPUT.png COLUMNS ROWS

Needs Pillow and the DejaVu Sans Mono fonts. Lines and blocks are drawn as shapes, so that frames close.
"""
import re
import sys
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOREGROUND, BACKGROUND = (216, 220, 228), (18, 20, 26)
PALETTE = [
    (40, 44, 52), (224, 108, 117), (152, 195, 121), (229, 192, 123),
    (97, 175, 239), (198, 120, 221), (86, 182, 194), (200, 204, 212),
    (92, 99, 112), (255, 135, 143), (181, 222, 150), (255, 218, 152),
    (130, 200, 255), (222, 152, 243), (120, 212, 224), (255, 255, 255),
]
FOLDERS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu-sans-mono-fonts", "/usr/share/fonts/TTF")
SIZE = 20
MARGIN = 12

# Which arms a light box-drawing character has: left, right, up, down.
ARMS = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud", "┬": "lrd",
    "┴": "lru", "┼": "lrud", "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu", "╴": "l", "╵": "u", "╶": "r", "╷": "d",
}
HEAVY = {
    "━": "lr", "┃": "ud", "┏": "rd", "┓": "ld", "┗": "ru", "┛": "lu", "┣": "rud", "┫": "lud", "┳": "lrd",
    "┻": "lru", "╋": "lrud", "╸": "l", "╹": "u", "╺": "r", "╻": "d",
}


@dataclass(frozen=True)
class Style:
    foreground: tuple | None = None
    background: tuple | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False

    def colours(self):
        foreground, background = self.foreground or FOREGROUND, self.background or BACKGROUND
        if self.reverse:
            foreground, background = background, foreground
        if self.dim:
            foreground = tuple((2 * f + b) // 3 for f, b in zip(foreground, background))
        return foreground, background


def indexed(number):
    """A colour of the 256: sixteen of the palette, a cube of 6×6×6, and 24 greys."""
    if number < 16:
        return PALETTE[number]
    if number < 232:
        cube = number - 16
        return tuple(0 if level == 0 else 55 + 40 * level for level in (cube // 36, cube // 6 % 6, cube % 6))
    return (8 + 10 * (number - 232),) * 3


def extended(values):
    """The colour behind a 38 or 48, and how many values it took."""
    if values[:1] == [5] and len(values) > 1:
        return indexed(values[1]), 2
    if values[:1] == [2] and len(values) > 3:
        return tuple(values[1:4]), 4
    return None, len(values)


FLAGS = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike"}
UNFLAGS = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",), 29: ("strike",)}


def apply(style, parameters):
    values = [int(value or 0) for value in re.split("[;:]", parameters)]
    while values:
        value = values.pop(0)
        if value == 0:
            style = Style()
        elif value in FLAGS:
            style = replace(style, **{FLAGS[value]: True})
        elif value in UNFLAGS:
            style = replace(style, **dict.fromkeys(UNFLAGS[value], False))
        elif value in (38, 48):
            colour, taken = extended(values)
            del values[:taken]
            style = replace(style, **{"foreground" if value == 38 else "background": colour})
        elif value == 39:
            style = replace(style, foreground=None)
        elif value == 49:
            style = replace(style, background=None)
        elif 30 <= value <= 37 or 90 <= value <= 97:
            style = replace(style, foreground=PALETTE[value % 10 + (8 if value >= 90 else 0)])
        elif 40 <= value <= 47 or 100 <= value <= 107:
            style = replace(style, background=PALETTE[value % 10 + (8 if value >= 100 else 0)])
    return style


TOKEN = re.compile(r"\x1b\[([0-9;:]*)m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|[\x0e\x0f]|(.)", re.S)


def cells(text):
    """Every character with its row, column, width in cells and style."""
    style = Style()
    for row, line in enumerate(text.split("\n")):
        column = 0
        for token in TOKEN.finditer(line):
            parameters, character = token.groups()
            if parameters is not None:
                style = apply(style, parameters)
            elif character is not None:
                if unicodedata.combining(character):
                    continue
                width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
                yield row, column, width, character, style
                column += width


def fonts():
    for folder in map(Path, FOLDERS):
        names = ("", "-Bold", "-Oblique", "-BoldOblique")
        files = [folder / f"DejaVuSansMono{name}.ttf" for name in names]
        if files[0].exists():
            return [ImageFont.truetype(str(file if file.exists() else files[0]), SIZE) for file in files]
    raise SystemExit("render.py: the font DejaVu Sans Mono is missing (on Debian: apt install fonts-dejavu-core)")


def draw_arms(draw, box, arms, colour, thickness):
    left, top, right, bottom = box
    x, y, half = (left + right) // 2, (top + bottom) // 2, thickness // 2
    ends = {
        "l": (left, y - half, x + half, y + half), "r": (x - half, y - half, right - 1, y + half),
        "u": (x - half, top, x + half, y + half), "d": (x - half, y - half, x + half, bottom - 1),
    }
    for arm in arms:
        draw.rectangle(ends[arm], fill=colour)


def block(character, box):
    """The part of a cell that a block element fills, or nothing."""
    left, top, right, bottom = box
    code = ord(character)
    if 0x2581 <= code <= 0x2588:
        return left, bottom - round((bottom - top) * (code - 0x2580) / 8), right - 1, bottom - 1
    if 0x2589 <= code <= 0x258F:
        return left, top, left + round((right - left) * (0x2590 - code) / 8) - 1, bottom - 1
    if character == "▀":
        return left, top, right - 1, (top + bottom) // 2 - 1
    if character == "▐":
        return (left + right) // 2, top, right - 1, bottom - 1
    return None


def render(text, columns, rows):
    regular, *others = faces = fonts()
    width, height = round(regular.getlength("M")), sum(regular.getmetrics())
    size = (columns * width + 2 * MARGIN, rows * height + 2 * MARGIN)
    image = Image.new("RGB", size, BACKGROUND)
    draw = ImageDraw.Draw(image)
    for row, column, span, character, style in cells(text):
        if row >= rows or column >= columns:
            continue
        left, top = MARGIN + column * width, MARGIN + row * height
        box = (left, top, left + span * width, top + height)
        foreground, background = style.colours()
        if background != BACKGROUND:
            draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=background)
        if character in ARMS or character in HEAVY:
            draw_arms(draw, box, ARMS.get(character) or HEAVY[character], foreground, 4 if character in HEAVY else 2)
        elif filled := block(character, box):
            draw.rectangle(filled, fill=foreground)
        elif not character.isspace():
            face = faces[(1 if style.bold else 0) + (2 if style.italic else 0)]
            draw.text((left, top), character, font=face, fill=foreground)
        for wanted, y in ((style.underline, box[3] - 3), (style.strike, (box[1] + box[3]) // 2)):
            if wanted:
                draw.line((box[0], y, box[2] - 1, y), fill=foreground, width=1)
    return image


def main():
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    source, target, columns, rows = sys.argv[1:]
    text = Path(source).read_text(encoding="utf-8")
    render(text, int(columns), int(rows)).save(target, optimize=True)


if __name__ == "__main__":
    main()
