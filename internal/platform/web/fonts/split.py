"""Cuts Pretendard GOV into pieces by unicode-range, so that a page fetches only
the glyphs it shows.

    pip install fonttools brotli
    npm pack krds-uiux@1.1.0 && tar xzf krds-uiux-1.1.0.tgz
    python split.py package/resources/fonts ../assets

Run once; the pieces and fonts.css are committed. order.txt holds the 1,000
Hangul syllables most frequent in job postings and occupation names, a hundred
a line, most frequent first: the first 200 go into one piece with Latin, each
further hundred is a piece, and the rest lies in a few pieces by code point.
"""
import os
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

source, out = sys.argv[1:3]
lines = open(os.path.join(os.path.dirname(__file__), "order.txt"), encoding="utf-8").read().split()
latin = [chr(c) for c in range(0x20, 0x7F)] + list("·…“”‘’–—₩×→←※©°½「」『』〈〉《》、。")


def save(weight, name, chars):
    options = subset.Options()
    options.flavor, options.hinting, options.layout_features = "woff2", False, ["kern"]
    options.drop_tables += ["vhea", "vmtx", "GDEF"]
    options.name_IDs = [0, 1, 2, 13]  # keep copyright and licence
    options.name_languages = ["*"]
    font = subset.load_font(f"{source}/PretendardGOV-{weight}.subset.woff2", options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=chars)
    cutter.subset(font)
    for record in font["name"].names:  # the licence reserves the name Pretendard for the whole font
        if record.nameID == 1:
            record.string = "Ieum Sans"
    subset.save_font(font, f"{out}/fonts/{name}", options)


def ranges(codes):
    """Code points as unicode-range, neighbours joined."""
    text, codes = [], sorted(codes)
    while codes:
        first = last = codes.pop(0)
        while codes and codes[0] == last + 1:
            last = codes.pop(0)
        text.append(f"U+{first:x}" + (f"-{last:x}" if last > first else ""))
    return ",".join(text)


def pieces(have):
    """(name, code points in the file, code points declared). Rare pieces come
    first and declare whole stretches; a later rule wins where they overlap."""
    frequent = {ord(c) for c in "".join(lines)}
    hangul = [c for c in sorted(have) if 0xAC00 <= c <= 0xD7A3 and c not in frequent]
    first = {ord(c) for c in latin + list(lines[0] + lines[1])}
    other = have - set(hangul) - frequent - first
    signs = sorted(other)
    for i in range(4):
        part = signs[i * len(signs) // 4 : (i + 1) * len(signs) // 4]
        yield f"signs{i}", part, part
    cuts = [0xAC00] + [hangul[i * len(hangul) // 12] for i in range(1, 12)] + [0xD7A4]
    for i in range(12):
        yield f"rare{i}", [c for c in hangul if cuts[i] <= c < cuts[i + 1]], range(cuts[i], cuts[i + 1])
    for i, line in enumerate(lines[2:], 1):
        yield str(i), {ord(c) for c in line}, {ord(c) for c in line}
    yield "0", first, first


css = ["/* Made by fonts/split.py from Pretendard GOV (SIL Open Font License 1.1, fonts/OFL.txt). */"]
for weight, number in ("Regular", 400), ("Bold", 700):
    have = set(TTFont(f"{source}/PretendardGOV-{weight}.subset.woff2").getBestCmap())
    for name, codes, declared in pieces(have):
        file = f"pretendard-{number}-{name}.woff2"
        save(weight, file, codes)
        css.append(
            '@font-face{font-family:"Ieum Sans";font-weight:%d;font-display:swap;src:url("%s") format("woff2");unicode-range:%s}'
            % (number, file, ranges(declared))
        )
open(f"{out}/fonts.css", "w", encoding="utf-8").write("\n".join(css) + "\n")
