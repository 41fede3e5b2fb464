"""Cuts Pretendard GOV into pieces by unicode-range, so that a page fetches only
the glyphs it shows.

    pip install fonttools brotli
    npm pack krds-uiux@1.1.0 && tar xzf krds-uiux-1.1.0.tgz
    python split.py package/resources/fonts ../assets

Run by hand now and then; the pieces and fonts.css are committed. The first
piece holds Latin, every syllable of the Korean messages and the 150 most
frequent of job postings, so that the frame of every page needs no other. What
follows by frequency (order.txt: the syllables of postings and occupation names,
most frequent first) comes in pieces of 60, signs that postings use in one, and
the rest in small pieces by code point.

Bold has only the first piece and one more: a second family without bold stands
behind it, so that a browser emboldens a rare syllable itself, from a piece that
it has anyway. The licence reserves the name Pretendard for the whole font.
"""
import os
import re
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

source, out = sys.argv[1:3]
here = os.path.dirname(os.path.abspath(__file__))
order = open(f"{here}/order.txt", encoding="utf-8").read().split()
messages = open(f"{here}/../../../../defs/messages/ko.yaml", encoding="utf-8").read()
messages = re.sub(r"(?m)^\s*#.*$", "", messages)
latin = {chr(c) for c in range(0x20, 0x7F)} | set("éÉ·…“”‘’–—₩×→←※©°½「」『』〈〉《》、。")


def save(weight, name, codes):
    options = subset.Options()
    options.flavor, options.hinting, options.layout_features = "woff2", False, ["kern"]
    options.drop_tables += ["vhea", "vmtx", "GDEF"]
    options.name_IDs, options.name_languages = [0, 1, 2, 13], ["*"]  # keep copyright and licence
    font = subset.load_font(f"{source}/PretendardGOV-{weight}.subset.woff2", options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    for record in font["name"].names:
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


def cut(codes, n):
    return [codes[i * len(codes) // n : (i + 1) * len(codes) // n] for i in range(n)]


marks = {ord(c) for c in "•↑↓○●◎■□▶▷◀◆◇★☆△▲▽▼①②③④⑤⑥⑦⑧⑨⑩㈜℃㎡㎏㎜㎝½¼ㆍ∙☎♥√±≥≤÷∼〜ㅁㅇㅡ™®€£¥"}
have = set(TTFont(f"{source}/PretendardGOV-Regular.subset.woff2").getBestCmap())
frequent = [ord(c) for c in "".join(order)]
first = {ord(c) for c in latin} | {ord(c) for c in messages if "가" <= c <= "힣"} | set(frequent[:150])
next_ = [c for c in frequent if c not in first]
hangul = [c for c in sorted(have) if 0xAC00 <= c <= 0xD7A3 and c not in first and c not in next_]
marks = (marks & have) - first
signs = sorted(have - first - set(next_) - set(hangul) - marks)

# Rare pieces come first and declare whole stretches of code points: where
# ranges overlap, a later rule wins.
pieces = [(f"signs{i}", part, part) for i, part in enumerate(cut(signs, 4))]
rare = cut(hangul, 30)
starts = [0xAC00] + [part[0] for part in rare[1:]] + [0xD7A4]
pieces += [(f"rare{i}", part, range(starts[i], starts[i + 1])) for i, part in enumerate(rare)]
pieces += [("marks", marks, marks)]
pieces += [(str(i), part, part) for i, part in enumerate(cut(next_, len(next_) // 60), 1)]
pieces += [("0", first, first)]

css = ["/* Made by fonts/split.py from Pretendard GOV (SIL Open Font License 1.1, fonts/OFL.txt). */"]


def face(family, weight, number, name, codes, declared):
    file = f"ieum-sans-{number}-{name}.woff2"
    save(weight, file, codes)
    css.append(
        '@font-face{font-family:"%s";font-weight:%d;font-display:swap;src:url("%s") format("woff2");unicode-range:%s}'
        % (family, number, file, ranges(declared))
    )


for name, codes, declared in pieces:
    face("Ieum Sans" if name == "0" else "Ieum Sans Rest", "Regular", 400, name, codes, declared)
face("Ieum Sans", "Bold", 700, "1", next_[:120], next_[:120])
face("Ieum Sans", "Bold", 700, "0", first, first)
open(f"{out}/fonts.css", "w", encoding="utf-8").write("\n".join(css) + "\n")
